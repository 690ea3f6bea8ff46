"""Admission of the key ceremony and the rehearsal, round by round.

Spec: docs/protocol.md sections 4 and 6; rows V2, V3, V4.A, V8.C, V8.D, D.A to D.E, S.D of section 12.

Idea: a round begins when the one before is complete, so nobody speaks after having heard those who should not yet be
heard. Whoever speaks twice or against their own word is named.

Invariants: a check changes nothing; an apply assumes that its check passed. After a complaint nothing is admissible.
"""

from __future__ import annotations

from collections.abc import Callable

from evote.core.polynomial import share_verification_key
from evote.election import ceremony
from evote.election.admission_common import (
    refuse_twice,
    require_equal,
    require_once,
    require_phase,
    trustee_facts,
)
from evote.election.context import with_keys
from evote.election.decryption import MAXIMUM_REHEARSAL_VALUE, compute_rehearsal, verify_trustee_rehearsal
from evote.election.kinds import Kind
from evote.election.records import (
    ElectionKeys,
    Rehearsal,
    TrusteeCommitment,
    TrusteeComplaint,
    TrusteeConfirmation,
    TrusteeKeys,
    TrusteeRehearsal,
    TrusteeShares,
)
from evote.election.state import ElectionState, TrusteeFacts
from evote.election.submission import Submission
from evote.errors import ProtocolError, VerificationError


def check_commitment(state: ElectionState, submission: Submission, record: TrusteeCommitment) -> None:
    """Check round 0; raise PolicyError `admission.phase`, ProtocolError `admission.twice`."""
    require_phase(state.parameters, submission.kind, "it follows election.parameters")
    _require_once_each(trustee_facts(state, record.trustee).commitment, submission.kind, record.trustee)


def apply_commitment(state: ElectionState, _submission: Submission, record: TrusteeCommitment) -> None:
    """Note a commitment."""
    trustee_facts(state, record.trustee).commitment = record.keys


def check_keys(state: ElectionState, submission: Submission, record: TrusteeKeys) -> None:
    """Check round 1: the payload is the one committed to, and both proofs hold.

    Raise PolicyError `admission.phase`, ProtocolError `admission.twice`, `ceremony.keys_not_committed` and those of
    `ceremony.verify_trustee_keys`, naming the trustee.
    """
    _require_round(state, submission.kind, lambda facts: facts.commitment, Kind.TRUSTEE_COMMITMENT)
    facts = trustee_facts(state, record.trustee)
    _require_once_each(facts.keys, submission.kind, record.trustee)
    if facts.commitment != submission.payload_digest:
        raise ProtocolError(
            "ceremony.keys_not_committed",
            f"trustee {record.trustee} committed to other keys: the payload hashes to "
            f"{submission.payload_digest.hex()} (D.A)",
            (str(record.trustee),),
        )
    ceremony.verify_trustee_keys(state.known_context, record)


def apply_keys(state: ElectionState, _submission: Submission, record: TrusteeKeys) -> None:
    """Note a trustee's keys."""
    trustee_facts(state, record.trustee).keys = record


def check_shares(state: ElectionState, submission: Submission, record: TrusteeShares) -> None:
    """Check round 2: a share for every other trustee, each with its proof.

    Raise PolicyError `admission.phase`, ProtocolError `admission.twice` and those of `ceremony.verify_trustee_shares`.
    """
    _require_round(state, submission.kind, lambda facts: facts.keys, Kind.TRUSTEE_KEYS)
    _require_once_each(trustee_facts(state, record.trustee).shares, submission.kind, record.trustee)
    ceremony.verify_trustee_shares(state.known_context, record)


def apply_shares(state: ElectionState, _submission: Submission, record: TrusteeShares) -> None:
    """Note a trustee's encrypted shares."""
    trustee_facts(state, record.trustee).shares = record


def check_confirmation(state: ElectionState, submission: Submission, record: TrusteeConfirmation) -> None:
    """Check round 3; raise PolicyError `admission.phase`, ProtocolError `admission.twice`, VerificationError
    `ceremony.h_g`.
    """
    _require_round(state, submission.kind, lambda facts: facts.shares, Kind.TRUSTEE_SHARES)
    _require_once_each(trustee_facts(state, record.trustee).confirmation, submission.kind, record.trustee)
    keys = ceremony.make_election_keys(state.known_context, all_trustee_keys(state))
    require_equal(record.h_g, keys.h_g, "ceremony.h_g", f"h_g confirmed by trustee {record.trustee}")


def apply_confirmation(state: ElectionState, _submission: Submission, record: TrusteeConfirmation) -> None:
    """Note a confirmation."""
    trustee_facts(state, record.trustee).confirmation = record


def check_complaint(state: ElectionState, submission: Submission, record: TrusteeComplaint) -> None:
    """Check that a complaint is in its round and proven; whoever is guilty, it ends the election.

    Raise PolicyError `admission.phase`; ProtocolError `admission.confirmed_before` and those of
    `ceremony.judge_complaint`, naming the complainer.
    """
    _require_round(state, submission.kind, lambda facts: facts.shares, Kind.TRUSTEE_SHARES)
    if trustee_facts(state, record.trustee).confirmation is not None:
        raise ProtocolError(
            "admission.confirmed_before",
            f"trustee {record.trustee} has confirmed the ceremony and can't complain about it any more",
            (str(record.trustee),),
        )
    _judge(state, record)


def apply_complaint(state: ElectionState, _submission: Submission, record: TrusteeComplaint) -> None:
    """End the ceremony and note who is guilty."""
    state.culprit = _judge(state, record)
    state.complaint = record


def check_election_keys(state: ElectionState, submission: Submission, record: ElectionKeys) -> None:
    """Check the joint keys and hashes; raise PolicyError `admission.phase`, ProtocolError `admission.twice`,
    VerificationError `keys.<field>`.
    """
    require_once(state.keys, submission.kind, submission.author)
    _require_round(state, submission.kind, lambda facts: facts.confirmation, Kind.TRUSTEE_CONFIRMATION)
    expected = ceremony.make_election_keys(state.known_context, all_trustee_keys(state))
    for name in ("vote_key", "data_key", "h_g", "h_e", "device_hash", "chaining_field"):
        require_equal(getattr(record, name), getattr(expected, name), f"keys.{name}", f"{name} of election.keys")


def apply_election_keys(state: ElectionState, _submission: Submission, record: ElectionKeys) -> None:
    """Take the joint keys into use and compute Z_i of every trustee."""
    commitments = [keys.vote_commitments for keys in all_trustee_keys(state)]
    # Z_i = prod_j prod_m K_{j,m}^(i^m)
    state.share_keys = tuple(share_verification_key(commitments, index) for index in range(1, len(state.trustees) + 1))
    state.context = with_keys(state.known_context, record)
    state.keys = record


def check_rehearsal(state: ElectionState, submission: Submission, record: Rehearsal) -> None:
    """Check that the test ciphertext is the one of its value.

    Raise PolicyError `admission.phase`, ProtocolError `admission.twice`, VerificationError `rehearsal.value_range` or
    `.ciphertext`.
    """
    require_once(state.rehearsal, submission.kind, submission.author)
    require_phase(state.keys, submission.kind, "it follows election.keys")
    if not 0 <= record.value <= MAXIMUM_REHEARSAL_VALUE:
        raise VerificationError(
            "rehearsal.value_range",
            f"the rehearsal value is {record.value}, allowed are 0 to {MAXIMUM_REHEARSAL_VALUE}",
        )
    if record.ciphertext != compute_rehearsal(state.group, state.key_context, record.value).ciphertext:
        raise VerificationError(
            "rehearsal.ciphertext",
            f"the test ciphertext is not the one that belongs to the value {record.value}; no other may be decrypted",
        )


def apply_rehearsal(state: ElectionState, _submission: Submission, record: Rehearsal) -> None:
    """Note the test ciphertext."""
    state.rehearsal = record


def check_trustee_rehearsal(state: ElectionState, submission: Submission, record: TrusteeRehearsal) -> None:
    """Check a trustee's proof of the partial decryption of the test ciphertext.

    Raise PolicyError `admission.phase`, ProtocolError `admission.twice`, VerificationError as
    `decryption.verify_trustee_rehearsal`.
    """
    require_phase(state.rehearsal, submission.kind, "it follows election.rehearsal")
    _require_once_each(trustee_facts(state, record.trustee).rehearsal, submission.kind, record.trustee)
    verify_trustee_rehearsal(state, record)


def apply_trustee_rehearsal(state: ElectionState, _submission: Submission, record: TrusteeRehearsal) -> None:
    """Note that the trustee can use the share they keep."""
    trustee_facts(state, record.trustee).rehearsal = state.group.test_membership(record.partial.partial)


def all_trustee_keys(state: ElectionState) -> list[TrusteeKeys]:
    """Return the keys of all trustees published so far, in order."""
    return [facts.keys for facts in state.trustees if facts.keys is not None]


def _judge(state: ElectionState, record: TrusteeComplaint) -> int:
    shares = [facts.shares for facts in state.trustees if facts.shares is not None]
    return ceremony.judge_complaint(state.known_context, all_trustee_keys(state), shares, record)


def _require_round(
    state: ElectionState, kind: Kind, published: Callable[[TrusteeFacts], object | None], before: Kind
) -> None:
    missing = [i for i, facts in enumerate(state.trustees, 1) if published(facts) is None]
    require_phase(not missing, kind, f"it follows the {before} of every trustee; missing are {missing}, wait for them")


def _require_once_each(present: object | None, kind: Kind, trustee: int) -> None:
    if present is not None:
        refuse_twice(kind, str(trustee), f"trustee {trustee}")
