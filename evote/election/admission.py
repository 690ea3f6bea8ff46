"""Whether a statement may stand next in the log, and what the log then says: one rule per kind.

Spec: docs/protocol.md section 4; row L.I, L.J, L.K of section 12.

Idea: a rule is a pure check against the state and a step of the state. Nothing is admitted that the verifier would
reject, as far as it can be decided at that place of the log. Whoever follows the log, board or trustee, follows it
through here.

Invariants: `check` changes nothing; `apply` after a passed `check` can't fail; the same statements in the same order
give the same state. Not checked here: signature and payload hash of a statement, and the bytes its record came from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from evote.election import admission_ceremony as ceremony
from evote.election import admission_course as course
from evote.election import admission_roll as roll
from evote.election import admission_tally as tally
from evote.election import records
from evote.election.admission_ballots import apply_ballot, check_ballot
from evote.election.admission_common import trustee_facts
from evote.election.ballot_check import BallotFacts
from evote.election.kinds import BALLOT_KINDS, ROLE_OF, Kind, Role
from evote.election.manifest import Manifest
from evote.election.state import ElectionState
from evote.election.submission import Submission
from evote.errors import PolicyError

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Rule(Generic[R]):
    """The record of a kind, its check and its step."""

    record_type: type[R]
    check: Callable[[ElectionState, Submission, R], None]
    apply: Callable[[ElectionState, Submission, R], None]


# Every kind but the two of ballots, which need facts as well.
_RULES: Final[Mapping[Kind, Rule[Any]]] = MappingProxyType(
    {
        Kind.MANIFEST: Rule(Manifest, course.check_manifest_statement, course.apply_manifest),
        Kind.PARAMETERS: Rule(records.Parameters, course.check_parameters, course.apply_parameters),
        Kind.TRUSTEE_COMMITMENT: Rule(records.TrusteeCommitment, ceremony.check_commitment, ceremony.apply_commitment),
        Kind.TRUSTEE_KEYS: Rule(records.TrusteeKeys, ceremony.check_keys, ceremony.apply_keys),
        Kind.TRUSTEE_SHARES: Rule(records.TrusteeShares, ceremony.check_shares, ceremony.apply_shares),
        Kind.TRUSTEE_CONFIRMATION: Rule(
            records.TrusteeConfirmation, ceremony.check_confirmation, ceremony.apply_confirmation
        ),
        Kind.TRUSTEE_COMPLAINT: Rule(records.TrusteeComplaint, ceremony.check_complaint, ceremony.apply_complaint),
        Kind.KEYS: Rule(records.ElectionKeys, ceremony.check_election_keys, ceremony.apply_election_keys),
        Kind.REHEARSAL: Rule(records.Rehearsal, ceremony.check_rehearsal, ceremony.apply_rehearsal),
        Kind.TRUSTEE_REHEARSAL: Rule(
            records.TrusteeRehearsal, ceremony.check_trustee_rehearsal, ceremony.apply_trustee_rehearsal
        ),
        Kind.CREDENTIALS: Rule(records.CredentialsPart, roll.check_credentials, roll.apply_credentials),
        Kind.ROLL: Rule(records.RollTotals, roll.check_roll, roll.apply_roll),
        Kind.STRIKE: Rule(records.Strike, roll.check_strike, roll.apply_strike),
        Kind.REPLACEMENT: Rule(records.Replacement, roll.check_replacement, roll.apply_replacement),
        Kind.OPEN: Rule(records.Opening, course.check_open, course.apply_open),
        Kind.CLOSE: Rule(records.Closing, course.check_close, course.apply_close),
        Kind.PAPER: Rule(records.PaperCount, tally.check_paper, tally.apply_paper),
        Kind.TALLY: Rule(records.EncryptedTally, tally.check_tally, tally.apply_tally),
        Kind.TRUSTEE_DECRYPTION: Rule(records.TrusteeDecryption, tally.check_decryption, tally.apply_decryption),
        Kind.RESULT: Rule(records.Result, tally.check_result, tally.apply_result),
        Kind.FINAL: Rule(records.Final, course.check_final, course.apply_final),
    }
)

_TRUSTEE_RECORDS: Final = (
    records.TrusteeCommitment,
    records.TrusteeKeys,
    records.TrusteeShares,
    records.TrusteeConfirmation,
    records.TrusteeComplaint,
    records.TrusteeRehearsal,
    records.TrusteeDecryption,
)


def check(state: ElectionState, submission: Submission, facts: BallotFacts | None = None) -> None:
    """Raise unless the submission may be the next statement of the scope.

    Codes of every kind: PolicyError `admission.no_manifest` (before the manifest), `.ended` (after `election.final`
    or a complaint), `.author`; then those of the kind's rule. Ballots need the facts of `ballot_check.verify_ballot`
    (for a challenged one `challenge.verify_opening` too); without them TypeError, as for a record of another kind.
    """
    _check_scope(state, submission)
    if submission.kind in BALLOT_KINDS:
        check_ballot(state, submission, _require_facts(submission, facts))
        return
    rule, record = _rule_of(submission)
    _check_author(state, submission, record)
    rule.check(state, submission, record)


def apply(state: ElectionState, submission: Submission, facts: BallotFacts | None = None) -> None:
    """Let the state follow a submission that has just passed `check`, with the same facts."""
    if submission.kind in BALLOT_KINDS:
        apply_ballot(state, submission, _require_facts(submission, facts))
        return
    rule, record = _rule_of(submission)
    rule.apply(state, submission, record)


def admit(state: ElectionState, submission: Submission, facts: BallotFacts | None = None) -> None:
    """Check and apply."""
    check(state, submission, facts)
    apply(state, submission, facts)


def _check_scope(state: ElectionState, submission: Submission) -> None:
    if state.context is None and submission.kind is not Kind.MANIFEST:
        raise PolicyError(
            "admission.no_manifest", f"{submission.kind} is not admissible: the first statement is election.manifest"
        )
    if state.final:
        raise PolicyError("admission.ended", f"{submission.kind} is not admissible: the election ended with its final")
    if state.complaint is not None:
        raise PolicyError(
            "admission.ended",
            f"{submission.kind} is not admissible: a complaint ended the election, trustee {state.culprit} is guilty; "
            "begin anew with a new manifest",
        )


def _check_author(state: ElectionState, submission: Submission, record: object) -> None:
    """Compare the author with the key that the manifest names for the kind."""
    manifest = record if isinstance(record, Manifest) else state.manifest
    role = ROLE_OF[submission.kind]
    if role is Role.AUTHORITY:
        expected, name = manifest.authority, "the authority"
    elif role is Role.REGISTRAR:
        expected, name = manifest.registrar, "the registrar"
    else:
        trustee = _trustee_of(record)
        trustee_facts(state, trustee)
        expected, name = manifest.trustees[trustee - 1].public_key, f"trustee {trustee}"
    if submission.author != expected:
        raise PolicyError(
            "admission.author",
            f"{submission.kind} comes from {name} ({expected.hex()}), not from {submission.author.hex()}",
        )


def _trustee_of(record: object) -> int:
    if not isinstance(record, _TRUSTEE_RECORDS):
        raise TypeError(f"{type(record).__name__} is no statement of a trustee")
    return record.trustee


def _rule_of(submission: Submission) -> tuple[Rule[Any], Any]:
    rule = _RULES[submission.kind]
    if not isinstance(submission.record, rule.record_type):
        raise TypeError(f"{submission.kind} holds a {rule.record_type}, not a {type(submission.record).__name__}")
    return rule, submission.record


def _require_facts(submission: Submission, facts: BallotFacts | None) -> BallotFacts:
    if facts is None:
        raise TypeError(f"{submission.kind} needs the facts of its verified proofs (ballot_check.verify_ballot)")
    return facts
