"""What a trustee does with the key share: the rehearsal before the vote and the decryption after it.

Spec: docs/protocol.md sections 6 (rehearsal) and 10.

Idea: the share that is used is the one on the disk, read back each time, so a rehearsal shows that it will be there
when it is needed. What may be decrypted is decided by `evote.election.refusal` over the replayed log, never by a
request.

Invariants: one set of partial decryptions ever, for one tally; it is saved together with the digest of that tally
before it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from evote.client.submission import Submission
from evote.core.group import SecretScalar
from evote.core.random_source import RandomBytes
from evote.election.ceremony_trustee import decode_key_share
from evote.election.decryption import make_trustee_decryption, make_trustee_rehearsal
from evote.election.kinds import Kind
from evote.election.records import ContestTally, EncryptedTally
from evote.election.refusal import check_may_decrypt, check_unit
from evote.election.state import ElectionState
from evote.election.tally import contests_to_decrypt, is_sealed
from evote.errors import KeystoreError, PolicyError
from trustee_cli.rounds import ensure_key_share
from trustee_cli.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be decrypted, and the contests that stay closed: sealed by their rule, withheld for few ballots."""

    contests: tuple[ContestTally, ...]
    sealed: tuple[int, ...]
    withheld: tuple[int, ...]


def rehearse(vault: Vault, state: ElectionState, random: RandomBytes) -> Submission:
    """Decrypt the test ciphertext with the share on the disk; the same statement every time.

    Raise PolicyError `trustee.no_keys` or `.no_rehearsal`, KeystoreError `trustee.no_share`, `.wrong_share` and as
    `Keystore.open`.
    """
    trustee = vault.seat(state.election_id).trustee
    # Made anew even if one was made before: it fails unless the share on the disk is the right one.
    record = make_trustee_rehearsal(state, trustee, share_on_disk(vault, state), random)
    return vault.once(state.election_id, Kind.TRUSTEE_REHEARSAL, lambda: record)


def plan_decryption(vault: Vault, state: ElectionState) -> Plan:
    """Return what may be decrypted, added up from the ballots of the log.

    Raise PolicyError `trustee.<reason>` where a trustee has to refuse (`evote.election.refusal`); having published the
    decryption of this very tally before is no reason.
    """
    tally = _check_may_decrypt(vault, state)
    contests = contests_to_decrypt(state, tally)
    for contest in contests:
        for unit in contest.units:
            check_unit(state, contest.contest, unit)
    closed = [contest for contest in tally.contests if contest not in contests]
    return Plan(
        contests=contests,
        sealed=tuple(contest.contest for contest in closed if is_sealed(state, contest.contest)),
        withheld=tuple(contest.contest for contest in closed if not is_sealed(state, contest.contest)),
    )


def decrypt(vault: Vault, state: ElectionState, random: RandomBytes) -> Submission:
    """Return the one set of partial decryptions, made and saved now or before.

    Raise as `plan_decryption`, and KeystoreError `trustee.no_share` or `.wrong_share`.
    """
    plan_decryption(vault, state)
    seat = vault.seat(state.election_id)
    if Kind.TRUSTEE_DECRYPTION not in seat.statements:
        record = make_trustee_decryption(state, seat.trustee, share_on_disk(vault, state), random, seat.tally)
        seat.tally = state.tally_digest
        vault.prepare(state.election_id, Kind.TRUSTEE_DECRYPTION, record)
        vault.save()
    return seat.statements[Kind.TRUSTEE_DECRYPTION]


def share_on_disk(vault: Vault, state: ElectionState) -> SecretScalar:
    """Return z_i as the keystore file holds it now; raise KeystoreError `trustee.no_share`."""
    if state.keys is None:
        raise PolicyError("trustee.no_keys", "the log holds no election.keys yet")
    ensure_key_share(vault, state)
    seat = vault.read_back(state.election_id)
    if seat.key_share is None:
        raise KeystoreError("trustee.no_share", "the keystore holds no key share of this election (any more)")
    return decode_key_share(state.group, seat.trustee, seat.key_share).share


def _check_may_decrypt(vault: Vault, state: ElectionState) -> EncryptedTally:
    seat = vault.seat(state.election_id)
    try:
        return check_may_decrypt(state, seat.trustee, seat.tally)
    except PolicyError as error:
        is_repeated = error.code in ("trustee.already_published", "trustee.too_late")
        if is_repeated and state.tally is not None and Kind.TRUSTEE_DECRYPTION in seat.statements:
            return state.tally
        raise
