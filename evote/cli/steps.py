"""The authority's statements, each as a function of the election's state; None where it has been made already.

Spec: docs/protocol.md section 4.

Idea: every step looks at the log first, so repeating a step, or going on after a crash, changes nothing that stands.

Invariants: nothing here publishes; a step that is not due raises PolicyError before anything is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Final

from evote.core.random_source import RandomBytes
from evote.ed25519 import SigningKey
from evote.election.ceremony import make_election_keys
from evote.election.context import ElectionContext
from evote.election.decryption import MAXIMUM_REHEARSAL_VALUE, compute_rehearsal
from evote.election.kinds import Kind
from evote.election.records import (
    Closing,
    ElectionKeys,
    EncryptedTally,
    Opening,
    Parameters,
    Record,
    Rehearsal,
    Result,
)
from evote.election.records import Final as FinalRecord
from evote.election.result import combine_result
from evote.election.state import ElectionState, Phase
from evote.election.tally import compute_tally, contests_to_decrypt
from evote.errors import ConfigurationError, PolicyError
from evote.texts.language import Language
from evote.texts.names import name_phase

_NONCE_PREFIX: Final = b"evote/election-nonce/1\x00"

Step = Callable[[ElectionState, RandomBytes], Record | None]


def make_nonce(key: SigningKey, log_key: str, manifest_bytes: bytes, attempt: int) -> bytes:
    """Return the nonce of an election: the same for the same authority, log, definition and attempt, and for no other.

    `manifest_bytes` are the manifest's with a nonce of zeros. Ed25519 signatures are deterministic, so there is nothing
    to keep between two runs of a command.
    """
    message = _NONCE_PREFIX + log_key.encode() + b"\x00" + attempt.to_bytes(4, "big") + manifest_bytes
    return sha256(key.sign(message)).digest()


def parameters_of(context: ElectionContext) -> Parameters:
    """Return the parameters of an election."""
    standard, manifest = context.group.parameters, context.manifest
    return Parameters(
        version=manifest.version,
        p=standard.p,
        q=standard.q,
        g=standard.g,
        n=context.n,
        k=context.k,
        h_p=context.h_p,
        h_b=context.h_b,
    )


def keys_step(state: ElectionState, _random: RandomBytes) -> ElectionKeys | None:
    """Return the joint keys, once every trustee has confirmed."""
    if state.keys is not None:
        return None
    require_phase(state, Phase.KEYS)
    return make_election_keys(state.known_context, [facts.keys for facts in state.trustees if facts.keys is not None])


def rehearsal_step(state: ElectionState, random: RandomBytes) -> Rehearsal | None:
    """Return a test ciphertext of a random value."""
    if state.rehearsal is not None:
        return None
    require_phase(state, Phase.REHEARSAL)
    if state.keys is None:
        raise PolicyError("admission.no_keys", "the log holds no election.keys yet")
    value = int.from_bytes(random(8), "big") % (MAXIMUM_REHEARSAL_VALUE + 1)
    return compute_rehearsal(state.group, state.keys, value)


def open_step(state: ElectionState, _random: RandomBytes) -> Opening | None:
    """Return the opening of the ballot box, once the roll and every rehearsal stand."""
    if state.opened:
        return None
    require_phase(state, Phase.OPENING)
    if state.roll.totals is None:
        raise PolicyError("admission.phase", "the registrar has not published the roll yet (evote roll credentials)")
    return Opening(h_e=state.key_context.h_e, roll=state.roll.digest)


def close_step(state: ElectionState, _random: RandomBytes) -> Closing | None:
    """Return the closing of the ballot box."""
    if state.closed:
        return None
    require_phase(state, Phase.VOTING)
    return Closing(h_e=state.key_context.h_e)


def tally_step(state: ElectionState, _random: RandomBytes) -> EncryptedTally | None:
    """Return the encrypted sums."""
    if state.tally is not None:
        return None
    require_phase(state, Phase.TALLY)
    return compute_tally(state)


def result_step(state: ElectionState, _random: RandomBytes) -> Result | None:
    """Return the result from the first k published decryptions; none are needed where nothing is opened."""
    if state.result is not None:
        return None
    require_phase(state, Phase.DECRYPTION)
    published = decrypted_by(state)
    if is_anything_to_decrypt(state) and len(published) < state.manifest.quorum:
        names = ", ".join(trustee.label for i, trustee in enumerate(state.manifest.trustees, 1) if i not in published)
        raise PolicyError(
            "result.waiting",
            f"{len(published)} of {state.manifest.quorum} necessary trustees have decrypted; still missing: {names}",
            count=len(published),
            quorum=state.manifest.quorum,
            names=names,
        )
    return combine_result(state, published[: state.manifest.quorum] if is_anything_to_decrypt(state) else ())


def final_step(state: ElectionState, _random: RandomBytes) -> FinalRecord | None:
    """Return the end of the election."""
    if state.final:
        return None
    require_phase(state, Phase.FINAL)
    return FinalRecord(result=state.result_digest)


STEPS: Final[dict[Kind, Step]] = {
    Kind.KEYS: keys_step,
    Kind.REHEARSAL: rehearsal_step,
    Kind.OPEN: open_step,
    Kind.CLOSE: close_step,
    Kind.TALLY: tally_step,
    Kind.RESULT: result_step,
    Kind.FINAL: final_step,
}


def decrypted_by(state: ElectionState) -> tuple[int, ...]:
    """Return the trustees (from 1) who have published their decryption."""
    return tuple(i for i, facts in enumerate(state.trustees, 1) if facts.decryption is not None)


def is_anything_to_decrypt(state: ElectionState) -> bool:
    """Say whether any contest of the tally is neither withheld nor sealed."""
    return state.tally is not None and bool(contests_to_decrypt(state, state.tally))


def require_phase(state: ElectionState, phase: Phase) -> None:
    """Raise PolicyError `election.not_due` where the election awaits something else."""
    if state.phase is Phase.ABORTED:
        raise PolicyError(
            "election.aborted",
            f"the key ceremony ended with a complaint; guilty is trustee {state.culprit}",
            trustee=state.culprit,
        )
    if state.phase is not phase:
        now, due = (name_phase(one.value, Language.ENGLISH) for one in (state.phase, phase))
        raise PolicyError(
            "election.not_due",
            f"this is not the time for {due}; the election awaits {now}",
            phase=state.phase.value,
            due=phase.value,
        )


def check_author(manifest_key: bytes, key: SigningKey, role: str) -> None:
    """Raise ConfigurationError `key.wrong_author` unless the key is the one that the manifest names for a role."""
    if key.public_key != manifest_key:
        raise ConfigurationError(
            "key.wrong_author",
            f"the key file holds {key.public_key.hex()[:16]}..., "
            f"the {role} of this election is {manifest_key.hex()[:16]}...",
            role=role,
            given=key.public_key.hex()[:16],
            known=manifest_key.hex()[:16],
        )
