"""Admission of what follows the close: paper counts, encrypted sums, partial decryptions, result.

Spec: docs/protocol.md sections 9 to 11; rows V9, V10, V11, D.F to D.I, O.A to O.D of section 12.

Idea: the authority's sums and results are recomputed and compared field by field, so that a refusal says where they
differ. One wrong partial decryption is refused by name and stops nobody.

Invariants: a check changes nothing; an apply assumes that its check passed.
"""

from __future__ import annotations

from typing import NoReturn

from evote.election.admission_common import (
    refuse_twice,
    require_equal,
    require_once,
    require_phase,
    trustee_facts,
)
from evote.election.admission_roll import VOTED_ON_PAPER
from evote.election.decryption import proven_partials, verify_trustee_decryption
from evote.election.manifest import Contest
from evote.election.records import (
    ContestTally,
    EncryptedTally,
    PaperContest,
    PaperCount,
    Result,
    TrusteeDecryption,
)
from evote.election.result import verify_result
from evote.election.state import ElectionState
from evote.election.submission import Submission
from evote.election.tally import compute_tally, contest_figures, contests_to_decrypt, eligible_total, is_sealed
from evote.errors import VerificationError


def check_paper(state: ElectionState, submission: Submission, record: PaperCount) -> None:
    """Check paper counts in themselves and against the roll (O.A).

    Raise PolicyError `admission.phase`, ProtocolError `admission.twice`, VerificationError `paper.contests`,
    `.opened`, `.options`, `.ballots`, `.invalid`, `.sum`, `.votes`, `.strikes`, `.eligible`, `.contest_eligible`.
    """
    require_once(state.paper, submission.kind, submission.author)
    require_phase(state.manifest.paper, submission.kind, "the manifest says that no paper is counted")
    require_phase(state.closed, submission.kind, "it follows election.close")
    require_phase(state.tally is None, submission.kind, "it stands before election.tally")
    require_equal(
        tuple(contest.contest for contest in record.contests),
        tuple(range(1, len(state.manifest.contests) + 1)),
        "paper.contests",
        "list of contests of election.paper",
    )
    for count, contest in zip(record.contests, state.manifest.contests, strict=True):
        _check_paper_contest(state, count, contest, record.voters)
    struck = sum(reason == VOTED_ON_PAPER for reason in state.roll.removed.values())
    if struck > record.voters:
        _refuse_paper(
            "strikes", f"{struck} credentials are struck as voted_on_paper, but only {record.voters} voters are stated"
        )
    eligible = sum(eligible_total(state, d).count for d in range(1, len(state.manifest.districts) + 1))
    online = len(state.box.latest)
    if online + record.voters > eligible:
        _refuse_paper(
            "eligible",
            f"{online} counted ballots and {record.voters} paper voters from {eligible} eligible credentials",
        )
    for count in record.contests:
        figures = contest_figures(state, count.contest, paper=count.ballots)
        # An outcome with more ballots than voters can't be true; refused here, where the paper can still be recounted.
        if figures.turnout > figures.eligible:
            _refuse_paper(
                "contest_eligible",
                f"contest {count.contest}: {figures.online} counted ballots and {count.ballots} paper ballots "
                f"from {figures.eligible} eligible credentials",
            )


def apply_paper(state: ElectionState, _submission: Submission, record: PaperCount) -> None:
    """Note the paper counts."""
    state.paper = record


def check_tally(state: ElectionState, submission: Submission, record: EncryptedTally) -> None:
    """Add up the ballots and compare.

    Raise PolicyError `admission.phase`, ProtocolError `admission.twice`, VerificationError `tally.contests`, `.units`,
    `.districts`, `.ballots`, `.weight`, `.options`, `.ciphertext`.
    """
    require_once(state.tally, submission.kind, submission.author)
    require_phase(state.closed, submission.kind, "it follows election.close")
    if state.manifest.paper:
        require_phase(state.paper, submission.kind, "the manifest counts paper, so election.paper stands before it")
    expected = compute_tally(state)
    require_equal(
        tuple(contest.contest for contest in record.contests),
        tuple(contest.contest for contest in expected.contests),
        "tally.contests",
        "list of contests of election.tally",
    )
    for stated, computed in zip(record.contests, expected.contests, strict=True):
        _compare_units(stated, computed)


def apply_tally(state: ElectionState, submission: Submission, record: EncryptedTally) -> None:
    """Note the encrypted sums."""
    state.tally = record
    state.tally_digest = submission.payload_digest


def check_decryption(state: ElectionState, submission: Submission, record: TrusteeDecryption) -> None:
    """Check a trustee's complete set of partial decryptions.

    Raise PolicyError `admission.phase`, ProtocolError `admission.twice`, VerificationError as
    `decryption.verify_trustee_decryption`.
    """
    require_phase(state.tally, submission.kind, "it follows election.tally")
    require_phase(state.result is None, submission.kind, "it stands before election.result")
    if trustee_facts(state, record.trustee).decryption is not None:
        refuse_twice(submission.kind, str(record.trustee), f"trustee {record.trustee}")
    verify_trustee_decryption(state, record)


def apply_decryption(state: ElectionState, _submission: Submission, record: TrusteeDecryption) -> None:
    """Note a trustee's partial decryptions."""
    trustee_facts(state, record.trustee).decryption = dict(proven_partials(state, record))


def check_result(state: ElectionState, submission: Submission, record: Result) -> None:
    """Check decrypted sums and outcomes.

    Raise PolicyError `admission.phase`, ProtocolError `admission.twice`, VerificationError as `result.verify_result`.
    """
    require_once(state.result, submission.kind, submission.author)
    require_phase(state.tally, submission.kind, "it follows election.tally")
    if state.tally is not None and contests_to_decrypt(state, state.tally):
        published = sum(facts.decryption is not None for facts in state.trustees)
        require_phase(
            published >= state.manifest.quorum,
            submission.kind,
            f"it follows the trustee.decryption of {state.manifest.quorum} trustees, there are {published}",
        )
    verify_result(state, record)


def apply_result(state: ElectionState, submission: Submission, record: Result) -> None:
    """Note the result."""
    state.result = record
    state.result_digest = submission.payload_digest


def _check_paper_contest(state: ElectionState, count: PaperContest, contest: Contest, voters: int) -> None:
    R, L, place = contest.option_limit, contest.selection_limit, f"contest {count.contest}"
    if count.ballots > voters:
        _refuse_paper("ballots", f"{place}: {count.ballots} paper ballots from {voters} voters on paper")
    if is_sealed(state, count.contest, paper=count.ballots):
        if count.votes or count.invalid:
            _refuse_paper(
                "opened",
                f"{place}: the quorum is missed and the rule seals it, so the papers stay closed: give ballots, "
                "no votes and no invalid ones",
            )
        return
    if len(count.votes) != len(contest.options):
        _refuse_paper("options", f"{place}: votes for {len(count.votes)} options, there are {len(contest.options)}")
    valid = count.ballots - count.invalid
    if valid < 0:
        _refuse_paper("invalid", f"{place}: {count.invalid} of {count.ballots} paper ballots are invalid")
    # R = L = 1: votes + invalid = ballots
    if R == L == 1 and sum(count.votes) != valid:
        _refuse_paper(
            "sum", f"{place}: {sum(count.votes)} votes and {count.invalid} invalid are not {count.ballots} ballots"
        )
    # each vote <= R (ballots - invalid), all votes <= L (ballots - invalid)
    if max(count.votes, default=0) > R * valid or sum(count.votes) > L * valid:
        _refuse_paper("votes", f"{place}: votes {count.votes} are more than {valid} valid paper ballots can hold")


def _compare_units(stated: ContestTally, computed: ContestTally) -> None:
    place = f"contest {stated.contest} of election.tally"
    require_equal(
        tuple(unit.unit for unit in stated.units),
        tuple(unit.unit for unit in computed.units),
        "tally.units",
        f"list of units in {place}",
    )
    for unit, own in zip(stated.units, computed.units, strict=True):
        where = f"unit {unit.unit} of {place}"
        require_equal(unit.districts, own.districts, "tally.districts", f"districts in {where}")
        require_equal(unit.ballots, own.ballots, "tally.ballots", f"ballots in {where}")
        require_equal(unit.weight, own.weight, "tally.weight", f"weight in {where}")
        require_equal(len(unit.ciphertexts), len(own.ciphertexts), "tally.options", f"number of options in {where}")
        for option, (ciphertext, product) in enumerate(zip(unit.ciphertexts, own.ciphertexts, strict=True), 1):
            if ciphertext != product:
                raise VerificationError(
                    "tally.ciphertext", f"option {option} in {where} is not the product over the counted ballots (V9)"
                )


def _refuse_paper(rule: str, message: str) -> NoReturn:
    raise VerificationError(f"paper.{rule}", f"election.paper: {message} (O.A)")
