"""Paper counts, encrypted sums, decryptions and the result: each false field is refused under its own name."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from evote.core.elgamal import Ciphertext
from evote.election.admission import admit, check
from evote.election.kinds import Kind
from evote.election.outcome import OutcomeKind
from evote.election.records import (
    ContestTally,
    EncryptedTally,
    PaperContest,
    PaperCount,
    Result,
    TallyUnit,
    TrusteeDecryption,
    UntestedPartial,
)
from evote.election.submission import Submission
from evote.errors import PolicyError, VerificationError
from tests.election.built_election import PAPER, Story, manifest_of, paper_election, real_group
from tests.election.submissions import changed, record_of, refused


def _paper(
    voters: int, question: tuple[int, int, tuple[int, ...]], score: tuple[int, int, tuple[int, ...]]
) -> Submission:
    contests = tuple(
        PaperContest(contest=number, ballots=ballots, invalid=invalid, votes=votes)
        for number, (ballots, invalid, votes) in enumerate((question, score), 1)
    )
    return changed(paper_election().step(Kind.PAPER).submission, voters=voters, contests=contests)


GOOD_QUESTION, GOOD_SCORE = (2, 1, (0, 1)), (1, 0, (2, 1))


@pytest.mark.parametrize(
    ("submission", "code"),
    [
        (_paper(2, (3, 2, (0, 1)), GOOD_SCORE), "paper.ballots"),
        (_paper(2, (2, 3, (0, 0)), GOOD_SCORE), "paper.invalid"),
        (_paper(2, (2, 0, (0, 1)), GOOD_SCORE), "paper.sum"),
        (_paper(2, (2, 1, (1, 1)), GOOD_SCORE), "paper.sum"),
        (_paper(2, (2, 1, (1,)), GOOD_SCORE), "paper.options"),
        (_paper(2, GOOD_QUESTION, (1, 0, (3, 0))), "paper.votes"),
        (_paper(2, GOOD_QUESTION, (1, 0, (2, 2))), "paper.votes"),
        (_paper(2, GOOD_QUESTION, (1, 1, (1, 0))), "paper.votes"),
        (_paper(0, (0, 0, (0, 0)), (0, 0, (0, 0))), "paper.strikes"),
        (_paper(3, GOOD_QUESTION, GOOD_SCORE), "paper.eligible"),
        (_paper(2, GOOD_QUESTION, (2, 0, (2, 1))), "paper.contest_eligible"),
    ],
)
def test_paper(submission: Submission, code: str) -> None:
    """Paper counts agree with themselves, with the strikes and with the roll, in all and for every contest."""
    assert refused(paper_election().before(Kind.PAPER), submission, VerificationError).code == code


@pytest.mark.parametrize("contests", [PAPER.contests[:1], PAPER.contests[::-1], ()])
def test_paper_of_every_contest(contests: tuple[PaperContest, ...]) -> None:
    """Every contest is counted, in order."""
    story = paper_election()
    submission = changed(story.step(Kind.PAPER).submission, contests=contests)

    assert refused(story.before(Kind.PAPER), submission, VerificationError).code == "paper.contests"


def test_missing_papers_are_admissible() -> None:
    """Fewer papers than voters who were marked is a matter for a report, not a false statement."""
    story = paper_election()

    check(story.before(Kind.PAPER), _paper(2, (1, 1, (0, 0)), (0, 0, (0, 0))))


def test_no_paper_where_the_manifest_counts_none() -> None:
    """Without paper in the manifest the count is refused and the tally needs none."""
    story = Story(real_group(), manifest_of(paper=False))
    story.hold_ceremony()
    story.publish_roll()
    story.open()
    story.close()
    nothing = PaperCount(
        voters=0,
        contests=tuple(PaperContest(contest=c, ballots=0, invalid=0, votes=(0, 0)) for c in (1, 2)),
    )
    submission = changed(paper_election().step(Kind.PAPER).submission, contests=nothing.contests, voters=0)

    assert refused(story.state, submission, PolicyError).code == "admission.phase"
    story.publish_tally()


def _tally(change: Callable[[TallyUnit], TallyUnit]) -> Submission:
    """Return the tally with its first unit changed."""
    step = paper_election().step(Kind.TALLY)
    first, second = record_of(step, EncryptedTally).contests
    units = (change(first.units[0]), *first.units[1:])
    return changed(step.submission, contests=(replace(first, units=units), second))


def _multiplied(unit: TallyUnit) -> TallyUnit:
    yes, no = unit.ciphertexts
    one_more = Ciphertext(alpha=yes.alpha, beta=yes.beta * real_group().generator)
    return replace(unit, ciphertexts=(one_more, no))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda unit: replace(unit, unit=2), "tally.units"),
        (lambda unit: replace(unit, districts=(1, 2)), "tally.districts"),
        (lambda unit: replace(unit, ballots=unit.ballots + 1), "tally.ballots"),
        (lambda unit: replace(unit, weight=unit.weight + 1), "tally.weight"),
        (lambda unit: replace(unit, ciphertexts=unit.ciphertexts[:1]), "tally.options"),
        (lambda unit: replace(unit, ciphertexts=unit.ciphertexts[::-1]), "tally.ciphertext"),
        (_multiplied, "tally.ciphertext"),
    ],
)
def test_tally(change: Callable[[TallyUnit], TallyUnit], code: str) -> None:
    """Everything in a unit is recomputed; one vote added to a sum is caught."""
    assert refused(paper_election().before(Kind.TALLY), _tally(change), VerificationError).code == code


def test_tally_without_a_contest_or_a_unit() -> None:
    """A tally that leaves out a contest, or a unit of one, is refused."""
    story = paper_election()
    step = story.step(Kind.TALLY)
    first, second = record_of(step, EncryptedTally).contests
    fewer: ContestTally = replace(first, units=first.units[1:])

    for contests, code in (((first,), "tally.contests"), ((fewer, second), "tally.units")):
        error = refused(story.before(Kind.TALLY), changed(step.submission, contests=contests), VerificationError)
        assert error.code == code


def test_tally_over_other_ballots() -> None:
    """The tally of the same election without the last re-vote is refused: the sum is over what counts."""
    story = paper_election()
    state = story.before(Kind.TALLY)
    dan = story.step(Kind.BALLOT_CAST, 3).submission.author
    earlier = story.before(Kind.BALLOT_CAST, 4).box.latest[dan]
    assert earlier != state.box.latest[dan]
    state.box.latest[dan] = earlier

    assert refused(state, story.step(Kind.TALLY).submission, VerificationError).code == "tally.ciphertext"


def _decryption(change: Callable[[UntestedPartial], UntestedPartial]) -> Submission:
    """Return the decryption of trustee 2 with its last value changed."""
    step = paper_election().step(Kind.TRUSTEE_DECRYPTION, 1)
    *contests, contest = record_of(step, TrusteeDecryption).contests
    *units, unit = contest.units
    *partials, partial = unit.partials
    changed_unit = replace(unit, partials=(*partials, change(partial)))
    return changed(step.submission, contests=(*contests, replace(contest, units=(*units, changed_unit))))


def _other_element(partial: UntestedPartial) -> UntestedPartial:
    group = real_group()
    element = group.test_membership(partial.partial) * group.generator
    return replace(partial, partial=group.decode_untested(element.to_bytes()))


def _negative(partial: UntestedPartial) -> UntestedPartial:
    group = real_group()
    return replace(partial, partial=group.decode_untested(int(group.p - partial.partial.value).to_bytes(512, "big")))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_other_element, "verification.partial_decryption"),
        (_negative, "verification.not_in_subgroup"),
        (lambda p: replace(p, challenge=p.challenge + real_group().scalar(1)), "verification.partial_decryption"),
        (lambda p: replace(p, response=p.response + real_group().scalar(1)), "verification.partial_decryption"),
    ],
)
def test_wrong_decryption_names_its_trustee_and_stops_nobody(
    change: Callable[[UntestedPartial], UntestedPartial], code: str
) -> None:
    """One wrong value among all is refused with trustee and place; the others' decryptions still give the result."""
    story = paper_election()
    state = story.before(Kind.TRUSTEE_DECRYPTION, 1)

    error = refused(state, _decryption(change), VerificationError)

    assert error.code == code
    for words in ("trustee 2", "contest 2", "option 2", "unit 2"):
        assert words in error.message
    admit(state, story.step(Kind.TRUSTEE_DECRYPTION, 2).submission)
    admit(state, story.step(Kind.RESULT).submission)


def test_decryption_is_complete_and_no_more() -> None:
    """A contest, unit or option left out or doubled is refused before any proof is looked at."""
    story = paper_election()
    step = story.step(Kind.TRUSTEE_DECRYPTION)
    first, second = record_of(step, TrusteeDecryption).contests
    unit, *units = second.units
    cases: list[tuple[tuple[Any, ...], str]] = [
        ((first,), "decryption.contests"),
        ((first, second, second), "decryption.contests"),
        ((second, first), "decryption.contests"),
        ((first, replace(second, units=tuple(units))), "decryption.units"),
        ((first, replace(second, units=(unit, unit, *units))), "decryption.units"),
        ((first, replace(second, units=(replace(unit, partials=unit.partials[:1]), *units))), "decryption.options"),
    ]

    for contests, code in cases:
        submission = changed(step.submission, contests=contests)
        error = refused(story.before(Kind.TRUSTEE_DECRYPTION), submission, VerificationError)
        assert error.code == code


def test_decryption_of_another_trustee() -> None:
    """Values of trustee 1 under the name of trustee 2 don't hold against the share key of trustee 2."""
    story = paper_election()
    stolen = record_of(story.step(Kind.TRUSTEE_DECRYPTION), TrusteeDecryption).contests
    submission = changed(story.step(Kind.TRUSTEE_DECRYPTION, 1).submission, contests=stolen)

    error = refused(story.before(Kind.TRUSTEE_DECRYPTION, 1), submission, VerificationError)

    assert error.code == "verification.partial_decryption"


def _result(change: Callable[[Any], Any], *path: str | int) -> Submission:
    """Return the result with the place at a path (field names and positions) changed."""
    step = paper_election().step(Kind.RESULT)

    def altered(value: Any, rest: tuple[str | int, ...]) -> Any:
        if not rest:
            return change(value)
        key, *others = rest
        if isinstance(key, int):
            return (*value[:key], altered(value[key], tuple(others)), *value[key + 1 :])
        return replace(value, **{key: altered(getattr(value, key), tuple(others))})

    record = altered(record_of(step, Result), path)
    return changed(step.submission, trustees=record.trustees, contests=record.contests)


def _times_generator(t: Any) -> Any:
    group = real_group()
    return group.decode_untested(int(t.value * group.generator.value % group.p).to_bytes(512, "big"))


UNIT = ("contests", 0, "units", 0)
OUTCOME = ("contests", 0, "outcome")


@pytest.mark.parametrize(
    ("submission", "code"),
    [
        (_result(lambda _: (1,), "trustees"), "result.too_few_trustees"),
        (_result(lambda _: (), "trustees"), "result.too_few_trustees"),
        (_result(lambda _: (3, 1), "trustees"), "result.trustees"),
        (_result(lambda _: (1, 1), "trustees"), "result.trustees"),
        (_result(lambda _: (1, 4), "trustees"), "result.trustees"),
        (_result(lambda contests: contests[:1], "contests"), "result.contests"),
        (_result(lambda contests: contests[::-1], "contests"), "result.contests"),
        (_result(lambda _: "other", "contests", 1, "label"), "result.label"),
        (_result(lambda units: units[1:], "contests", 0, "units"), "result.units"),
        (_result(lambda options: options[:1], *UNIT, "options"), "result.options"),
        (_result(lambda _: "other", *UNIT, "options", 1, "label"), "result.option_label"),
        (_result(lambda options: options[::-1], *UNIT, "options"), "result.option_label"),
        (_result(_times_generator, *UNIT, "options", 0, "t"), "result.t"),
        (_result(lambda votes: votes + 1, *UNIT, "options", 0, "votes"), "result.votes"),
        (_result(lambda _: OutcomeKind.TIE, *OUTCOME, "kind"), "result.outcome_kind"),
        (_result(lambda _: (2,), *OUTCOME, "winners"), "result.outcome_winners"),
        (_result(lambda _: (1, 2), *OUTCOME, "tied"), "result.outcome_tied"),
        (_result(lambda votes: votes[::-1], *OUTCOME, "votes"), "result.outcome_votes"),
        (_result(lambda number: number + 1, *OUTCOME, "turnout"), "result.outcome_turnout"),
        (_result(lambda number: number + 1, *OUTCOME, "eligible"), "result.outcome_eligible"),
        (_result(lambda number: number + 1, *OUTCOME, "quorum_required"), "result.outcome_quorum_required"),
    ],
)
def test_result(submission: Submission, code: str) -> None:
    """Every field of the result is recomputed; a false one is refused under its own name."""
    assert refused(paper_election().before(Kind.RESULT), submission, VerificationError).code == code


def test_result_names_only_trustees_who_published() -> None:
    """A trustee whose decryption came is needed; one whose did not come can't be named."""
    story = paper_election()
    state = story.before(Kind.RESULT)
    state.trustees[2].decryption = None

    error = refused(state, story.step(Kind.RESULT).submission, VerificationError)

    assert error.code == "result.trustees"
    assert "[3]" in error.message


@pytest.mark.parametrize(
    ("unit", "code"),
    # Three votes for one option, and two and one for both, from a weight of two.
    [(0, "result.votes_bound"), (2, "result.sum_bound")],
)
def test_votes_beyond_what_was_cast(unit: int, code: str) -> None:
    """Votes that fit T but exceed R or L times the weight are refused: proofs of ballots must have been false."""
    story = paper_election()
    state = story.before(Kind.RESULT)
    assert state.tally is not None
    question, score = state.tally.contests
    # As if fewer ballots had been counted than the sums hold.
    units = [replace(each, weight=2) if i == unit else each for i, each in enumerate(question.units)]
    state.tally = replace(state.tally, contests=(replace(question, units=tuple(units)), score))

    assert refused(state, story.step(Kind.RESULT).submission, VerificationError).code == code
