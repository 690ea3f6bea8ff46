"""Encrypted sums, withheld and sealed contests, with and without weights."""

from functools import cache

import pytest

from evote.core.elgamal import Ciphertext
from evote.core.group import Element
from evote.election.admission import check
from evote.election.kinds import Kind
from evote.election.outcome import OutcomeKind
from evote.election.records import PaperContest, Result, TrusteeDecryption
from evote.election.state import ElectionState
from evote.election.submission import Submission
from evote.election.tally import (
    compute_tally,
    contest_figures,
    contest_units,
    contests_to_decrypt,
    district_counts,
    district_sums,
    is_sealed,
)
from evote.errors import VerificationError
from tests.election.built_election import (
    NO,
    QUESTION,
    SCORE,
    SEALED_RULE,
    VOTERS,
    YES,
    Story,
    Voter,
    manifest_of,
    paper_election,
    person,
    real_group,
)
from tests.election.submissions import changed, record_of, refused


def _open(story: Story) -> Story:
    story.hold_ceremony()
    story.publish_roll()
    story.open()
    return story


@cache
def weighted_election() -> Story:
    """Return an election with weights 1, 2, 3, ... in the order of the roll, one vote each, no revote."""
    voters = tuple(Voter(v.name, v.district, weight) for weight, v in enumerate(VOTERS, 1))
    story = _open(Story(real_group(), manifest_of(revoting="never"), voters))
    for voter in voters:
        story.cast(voter.name, YES if voter.weight % 3 else NO, *([(1, 2)] if voter.district < 4 else []))
    story.close()
    story.publish_tally()
    return story


def _value(state: ElectionState, story: Story, ciphertext: Ciphertext) -> Element:
    """Return K^t of a ciphertext, decrypted with the joint secret that nobody has outside of tests."""
    group = real_group()
    secret = group.secret_scalar(sum(each.polynomial.coefficients[0].expose() for each in story.secrets))
    return ciphertext.beta / group.power(ciphertext.alpha, secret)


def test_weighted_sums_hold_the_weighted_votes() -> None:
    """Each unit's sum decrypts to the weights of those who chose the option."""
    story = weighted_election()
    key = story.state.key_context.vote_key

    tally = compute_tally(story.state)

    for unit in tally.contests[QUESTION - 1].units:
        weights = [weight for weight, voter in enumerate(VOTERS, 1) if voter.district in unit.districts]
        yes = sum(weight for weight in weights if weight % 3)
        no = sum(weights) - yes
        assert (unit.ballots, unit.weight) == (len(weights), sum(weights))
        assert [_value(story.state, story, each) for each in unit.ciphertexts] == [key**yes, key**no]


def test_sums_per_district_are_products_over_its_ballots() -> None:
    """The sum of a district is the product of alpha^W and beta^W of its ballots and of no other."""
    story = weighted_election()
    group = real_group()
    ballots = [ballot for ballot in story.state.box.latest.values() if ballot.district == 2]

    sums = district_sums(story.state)

    assert sums[2][1][0] == Ciphertext(
        alpha=group.product(ballot.contests[1][0].alpha ** ballot.weight for ballot in ballots),
        beta=group.product(ballot.contests[1][0].beta ** ballot.weight for ballot in ballots),
    )


def test_contest_of_some_districts_is_added_up_over_those() -> None:
    """The score vote is not on the ballots of district 4, whose first contest must not be taken for it."""
    story = weighted_election()
    key = story.state.key_context.vote_key

    units = compute_tally(story.state).contests[SCORE - 1].units

    assert sorted(d for unit in units for d in unit.districts) == [1, 2, 3]
    assert all(_value(story.state, story, u.ciphertexts[1]) == key ** (2 * u.weight) for u in units)


def test_figures_of_a_contest() -> None:
    """Eligible and turnout are weights of the contest's districts alone."""
    story = weighted_election()

    assert contest_figures(story.state, QUESTION).eligible == sum(range(1, 13))
    assert contest_figures(story.state, SCORE).eligible == sum(range(1, 10))
    assert contest_figures(story.state, SCORE).turnout == sum(range(1, 10))


def test_paper_takes_part_in_the_turnout() -> None:
    """Paper ballots of the contest are added to the counted ballots."""
    state = paper_election().before(Kind.TALLY)

    assert [contest_figures(state, c).turnout for c in (QUESTION, SCORE)] == [9 + 2, 7 + 1]
    assert [contest_figures(state, c).eligible for c in (QUESTION, SCORE)] == [11, 8]


def test_counts_of_districts() -> None:
    """Struck and annulled ballots are not counted, re-cast ones once."""
    state = paper_election().before(Kind.TALLY)

    assert [count.ballots for count in district_counts(state)] == [3, 3, 1, 2]
    assert contest_units(state, QUESTION) == ((1,), (2,), (3, 4))
    assert contest_units(state, SCORE) == ((1, 3), (2,))


def test_withheld_contest() -> None:
    """A contest with fewer ballots than the minimum has no units and no votes; the others are counted."""
    story = _open(Story(real_group(), manifest_of(minimum_ballots=3)))
    for name in ("Jan", "Kim", "Leo"):
        story.cast(name, YES)
    story.cast("Ada", NO, (2, 1))
    story.close()
    story.publish_tally()
    story.decrypt(1)
    story.decrypt(2)
    story.finish(1, 2)

    question, score = record_of(story.step(Kind.RESULT), Result).contests
    assert [unit.districts for unit in compute_tally(story.state).contests[0].units] == [(1, 2, 3, 4)]
    assert compute_tally(story.state).contests[1].units == ()
    assert (score.units, score.outcome.kind, score.outcome.votes) == ((), OutcomeKind.WITHHELD, ())
    assert question.outcome.votes == (3, 1)


def sealed_election(*yes: str) -> Story:
    """Return a closed election whose question is sealed below half of the twelve, in which some have voted."""
    story = _open(Story(real_group(), manifest_of(rule=SEALED_RULE)))
    for name in yes:
        story.cast(name, YES, *([(1, 0)] if name not in ("Jan", "Kim", "Leo") else []))
    story.close()
    story.publish_tally()
    return story


def test_sealed_contest_is_summed_but_not_decrypted() -> None:
    """Five of twelve miss a quorum of half: the sum stands in the tally, and no trustee decrypts it."""
    story = sealed_election("Ada", "Ben", "Fay", "Jan", "Kim")
    assert story.state.tally is not None
    assert is_sealed(story.state, QUESTION)
    assert story.state.tally.contests[0].units != ()

    assert [contest.contest for contest in contests_to_decrypt(story.state, story.state.tally)] == [SCORE]
    record = record_of(story.decrypt(1), TrusteeDecryption)
    story.decrypt(3)
    story.finish(1, 3)

    assert [contest.contest for contest in record.contests] == [SCORE]
    outcome = record_of(story.step(Kind.RESULT), Result).contests[0].outcome
    assert (outcome.kind, outcome.votes, outcome.turnout, outcome.quorum_required) == (OutcomeKind.SEALED, (), 5, 6)


@pytest.mark.parametrize(
    ("ballots", "invalid", "votes", "code"),
    [
        pytest.param(2, 0, (1, 1), "paper.opened", id="votes of papers that stay closed"),
        pytest.param(2, 1, (), "paper.opened", id="invalid ones among papers that stay closed"),
        pytest.param(3, 0, (), "paper.options", id="no votes although the quorum is met with these papers"),
    ],
)
def test_papers_of_a_sealed_contest_stay_closed(ballots: int, invalid: int, votes: tuple[int, ...], code: str) -> None:
    """Three online and two on paper miss half of twelve: the papers are counted as turnout and not opened."""
    story = _open(Story(real_group(), manifest_of(rule=SEALED_RULE, paper=True)))
    for name in ("Ada", "Ben", "Fay"):
        story.cast(name, YES, (1, 0))
    story.close()
    score = PaperContest(contest=SCORE, ballots=0, invalid=0, votes=(0, 0))

    def said(count: PaperContest) -> Submission:
        return changed(paper_election().step(Kind.PAPER).submission, voters=3, contests=(count, score))

    check(story.state, said(PaperContest(contest=QUESTION, ballots=2, invalid=0, votes=())))
    opened = PaperContest(contest=QUESTION, ballots=ballots, invalid=invalid, votes=votes)
    assert refused(story.state, said(opened), VerificationError).code == code


def test_quorum_that_is_met_exactly_unseals() -> None:
    """The sixth of twelve opens the votes."""
    story = sealed_election("Ada", "Ben", "Fay", "Jan", "Kim", "Leo")

    assert not is_sealed(story.state, QUESTION)


def test_not_eligible_lowers_the_quorum() -> None:
    """With one of twelve struck as not eligible, half of eleven is still six; with two, five are enough."""
    story = _open(Story(real_group(), manifest_of(rule=SEALED_RULE)))
    for name in ("Jan", "Kim", "Leo"):
        story.cast(name, YES)
    for name in ("Ada", "Fay"):
        story.cast(name, NO, (0, 0))
    story.strike("Ben", "not_eligible")
    assert is_sealed(story.state, QUESTION)

    story.strike("Cem", "not_eligible")

    assert not is_sealed(story.state, QUESTION)


@pytest.mark.parametrize(
    ("names", "kinds"),
    [
        pytest.param(("Ada",), [OutcomeKind.WITHHELD] * 2, id="one ballot would be revealed"),
        pytest.param((), [OutcomeKind.TIE, OutcomeKind.THRESHOLD_MISSED], id="nobody voted"),
    ],
)
def test_nothing_to_decrypt(names: tuple[str, ...], kinds: list[OutcomeKind]) -> None:
    """With one ballot everything is withheld, with none everybody has no votes: a result without any decryption."""
    story = _open(Story(real_group(), manifest_of()))
    for name in names:
        story.cast(name, YES, (0, 0))
    story.close()
    story.publish_tally()
    story.finish()

    result = record_of(story.step(Kind.RESULT), Result)
    assert result.trustees == ()
    assert [contest.outcome.kind for contest in result.contests] == kinds


def test_key_of_a_person_is_not_an_accident() -> None:
    """The people of these tests have different keys."""
    assert len({person(voter.name).public_key for voter in VOTERS}) == len(VOTERS)
