"""What trustees do with their key shares: the rehearsal before opening and the decryption after closing.

Spec: docs/protocol.md sections 6 (rehearsal) and 10; EG 3.6 for M_i = A^{z_i}.

Idea: one message per trustee, every value with its own proof, so that any k of them suffice and a wrong one is known
by name. What is decrypted comes from the trustee's own state, never from a request.

Invariants: `make_*` refuse before the share is touched; `verify_*` accept exactly the complete set of the tally's
units that are neither withheld nor sealed.

Cost: prove 3 powers, verify 5, per option and unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evote.core import decryption_proof
from evote.core.decryption_proof import PartialDecryption
from evote.core.elgamal import Ciphertext
from evote.core.group import Element, Group, SecretScalar
from evote.core.hashing import Tag, encode_small, hash_scalar
from evote.core.random_source import RandomBytes
from evote.election.admission_common import require_equal
from evote.election.context import ElectionKeyContext
from evote.election.records import (
    ContestPartials,
    ElectionKeys,
    EncryptedTally,
    Rehearsal,
    TrusteeDecryption,
    TrusteeRehearsal,
    UnitPartials,
    UntestedPartial,
)
from evote.election.refusal import check_may_decrypt, check_unit
from evote.election.state import ElectionState
from evote.election.tally import contests_to_decrypt
from evote.errors import ConfigurationError, KeystoreError, PolicyError, VerificationError

MAXIMUM_REHEARSAL_VALUE: Final = 1000

# M_1, ..., M_m of one trustee by contest and unit.
Partials = Mapping[tuple[int, int], tuple[Element, ...]]


def compute_rehearsal(group: Group, keys: ElectionKeys | ElectionKeyContext, value: int) -> Rehearsal:
    """Return the one test ciphertext of a public value; raise ConfigurationError `rehearsal.value` outside 0..1000.

    Its nonce is a hash, so that no other ciphertext, a ballot's for instance, can be passed to the trustees as a test.
    """
    if not 0 <= value <= MAXIMUM_REHEARSAL_VALUE:
        raise ConfigurationError(
            "rehearsal.value", f"the rehearsal value is {value}, allowed are 0 to {MAXIMUM_REHEARSAL_VALUE}"
        )
    # xi_R = H_q(H_E; 0x82, b(value, 4))
    xi = hash_scalar(group, keys.h_e, Tag.REHEARSAL, encode_small(value))
    # (A, B) = (g^xi_R, K^(value + xi_R))
    alpha = group.power(group.generator, xi)
    beta = group.power(keys.vote_key, xi + group.scalar(value))
    return Rehearsal(ciphertext=Ciphertext(alpha=alpha, beta=beta), value=value)


def make_trustee_rehearsal(
    state: ElectionState, trustee: int, share: SecretScalar, random: RandomBytes
) -> TrusteeRehearsal:
    """Decrypt the test ciphertext partially with the secret share z_i, read back from where it is kept.

    Raise PolicyError `trustee.no_rehearsal`, KeystoreError `trustee.wrong_share`.
    """
    if state.rehearsal is None:
        raise PolicyError("trustee.no_rehearsal", "the authority has not published election.rehearsal yet")
    _require_own_share(state, trustee, share)
    partial = _prove(state, 0, 0, 0, trustee, share, state.rehearsal.ciphertext, random)
    return TrusteeRehearsal(trustee=trustee, partial=partial)


def verify_trustee_rehearsal(state: ElectionState, record: TrusteeRehearsal) -> Element:
    """Return the proven M_i of the test ciphertext.

    Raise VerificationError `verification.not_in_subgroup` or `verification.partial_decryption`, naming the trustee.
    """
    if state.rehearsal is None:
        raise PolicyError("trustee.no_rehearsal", "the log holds no election.rehearsal")
    return _verify(state, 0, 0, 0, record.trustee, state.rehearsal.ciphertext, record.partial)


def make_trustee_decryption(
    state: ElectionState,
    trustee: int,
    share: SecretScalar,
    random: RandomBytes,
    decrypted_before: bytes | None = None,
) -> TrusteeDecryption:
    """Decrypt partially, with the secret share z_i of a one-based trustee, all that section 9 gives free.

    Raise PolicyError `trustee.<reason>` where the trustee has to refuse (`refusal`, which explains
    `decrypted_before`), KeystoreError `trustee.wrong_share`.
    """
    tally = check_may_decrypt(state, trustee, decrypted_before)
    _require_own_share(state, trustee, share)
    contests = []
    for contest in contests_to_decrypt(state, tally):
        units = []
        for unit in contest.units:
            check_unit(state, contest.contest, unit)
            partials = tuple(
                _prove(state, contest.contest, option, unit.unit, trustee, share, ciphertext, random)
                for option, ciphertext in enumerate(unit.ciphertexts, 1)
            )
            units.append(UnitPartials(unit=unit.unit, partials=partials))
        contests.append(ContestPartials(contest=contest.contest, units=tuple(units)))
    return TrusteeDecryption(trustee=trustee, contests=tuple(contests))


def verify_trustee_decryption(state: ElectionState, record: TrusteeDecryption) -> None:
    """Check that a trustee decrypted exactly what is to be decrypted, and every proof.

    Raise VerificationError `decryption.contests`, `.units`, `.options` for another set,
    `verification.not_in_subgroup` or `verification.partial_decryption` for a wrong value; the message names trustee
    and place. PolicyError `trustee.no_tally` before `election.tally`.
    """
    tally = _require_tally(state)
    place = f"of trustee.decryption of trustee {record.trustee}"
    expected = contests_to_decrypt(state, tally)
    require_equal(
        tuple(contest.contest for contest in record.contests),
        tuple(contest.contest for contest in expected),
        "decryption.contests",
        f"list of contests {place}",
    )
    # Shape first, proofs afterwards: an incomplete set costs no exponentiation.
    for stated, contest in zip(record.contests, expected, strict=True):
        where = f"contest {contest.contest} {place}"
        require_equal(
            tuple(unit.unit for unit in stated.units),
            tuple(unit.unit for unit in contest.units),
            "decryption.units",
            f"list of units in {where}",
        )
        for partials, unit in zip(stated.units, contest.units, strict=True):
            require_equal(
                len(partials.partials),
                len(unit.ciphertexts),
                "decryption.options",
                f"number of options in unit {unit.unit} of {where}",
            )
    for stated, contest in zip(record.contests, expected, strict=True):
        for partials, unit in zip(stated.units, contest.units, strict=True):
            for option, (partial, ciphertext) in enumerate(zip(partials.partials, unit.ciphertexts, strict=True), 1):
                _verify(state, contest.contest, option, unit.unit, record.trustee, ciphertext, partial)


def proven_partials(state: ElectionState, record: TrusteeDecryption) -> Partials:
    """Return the M_i of a verified decryption as elements; raise VerificationError `verification.not_in_subgroup`."""
    return {
        (contest.contest, unit.unit): tuple(state.group.test_membership(one.partial) for one in unit.partials)
        for contest in record.contests
        for unit in contest.units
    }


def _require_tally(state: ElectionState) -> EncryptedTally:
    if state.tally is None:
        raise PolicyError("trustee.no_tally", "the log holds no election.tally")
    return state.tally


def _require_own_share(state: ElectionState, trustee: int, share: SecretScalar) -> None:
    # Z_i = g^{z_i}
    if state.group.power(state.group.generator, share) != _share_key(state, trustee):
        raise KeystoreError(
            "trustee.wrong_share",
            f"the key share is not the one of trustee {trustee} in this election",
            trustee=trustee,
        )


def _share_key(state: ElectionState, trustee: int) -> Element:
    if not 1 <= trustee <= len(state.share_keys):
        raise PolicyError(
            "trustee.no_keys", f"the log holds no share key Z_i of trustee {trustee}: no election.keys yet"
        )
    return state.share_keys[trustee - 1]


def _h_e(state: ElectionState) -> bytes:
    if state.keys is None:
        raise PolicyError("trustee.no_keys", "the log holds no election.keys")
    return state.keys.h_e


def _prove(
    state: ElectionState,
    contest: int,
    option: int,
    unit: int,
    trustee: int,
    share: SecretScalar,
    ciphertext: Ciphertext,
    random: RandomBytes,
) -> UntestedPartial:
    proven = decryption_proof.prove_partial_decryption(
        state.group, _h_e(state), contest, option, unit, trustee, share, _share_key(state, trustee), ciphertext, random
    )
    return UntestedPartial(
        partial=state.group.decode_untested(proven.value.to_bytes()),
        challenge=proven.challenge,
        response=proven.response,
    )


def _verify(
    state: ElectionState,
    contest: int,
    option: int,
    unit: int,
    trustee: int,
    ciphertext: Ciphertext,
    stated: UntestedPartial,
) -> Element:
    try:
        value = state.group.test_membership(stated.partial)
    except VerificationError as error:
        place = f"trustee {trustee}, contest {contest}, option {option}, unit {unit}"
        raise VerificationError(error.code, f"partial decryption of {place}: {error.message}") from error
    partial = PartialDecryption(value=value, challenge=stated.challenge, response=stated.response)
    decryption_proof.verify_partial_decryption(
        state.group, _h_e(state), contest, option, unit, trustee, _share_key(state, trustee), ciphertext, partial
    )
    return value
