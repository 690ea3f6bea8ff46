"""Outcomes: every kind, one vote either side of each boundary, both channels, and counts that can't be true."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote.election.outcome import CountedVotes, Outcome, OutcomeKind, count_blank, decide, reconcile
from evote.election.presets import find_preset
from evote.election.voting_rules import Comparison, ContestRule, Method, Threshold, ThresholdBase
from evote.errors import PolicyError, VerificationError

RESIDENT_VOTE = find_preset("kr.resident-vote").rule
RECALL = find_preset("kr.recall").rule
SINGLE_CANDIDATE = find_preset("kr.apartment-representative-single").rule
MANAGEMENT = find_preset("kr.apartment-management-method").rule
AGREEMENT = find_preset("kr.condominium-agreement-share").rule
PLURALITY = ContestRule(method=Method.PLURALITY)


def online(weight: int, *votes: int) -> CountedVotes:
    return CountedVotes(weight=weight, votes=votes)


def paper(weight: int, *votes: int, invalid: int = 0) -> CountedVotes:
    return CountedVotes(weight=weight, votes=votes, invalid=invalid)


def unopened(weight: int) -> CountedVotes:
    return CountedVotes(weight=weight, votes=None)


def one_vote(
    rule: ContestRule,
    eligible: int,
    counted: CountedVotes,
    papers: CountedVotes | None = None,
    *,
    withheld: bool = False,
) -> Outcome:
    return decide(
        rule, eligible=eligible, online=counted, paper=papers, option_limit=1, contest_limit=1, withheld=withheld
    )


def several_votes(rule: ContestRule, counted: CountedVotes, option_limit: int, contest_limit: int) -> Outcome:
    return decide(
        rule, eligible=10_000, online=counted, paper=None, option_limit=option_limit, contest_limit=contest_limit
    )


def verdict(outcome: Outcome) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    return outcome.published.kind.value, outcome.published.winners, outcome.published.tied


@pytest.mark.parametrize(
    ("yes", "no", "expected"),
    [
        (51, 49, ("decided", (1,), ())),
        (50, 50, ("tie", (), (1, 2))),
        (49, 51, ("decided", (2,), ())),
        (0, 0, ("tie", (), (1, 2))),
        (1, 0, ("decided", (1,), ())),
    ],
)
def test_majority_of_valid_votes_around_the_tie(
    yes: int, no: int, expected: tuple[str, tuple[int, ...], tuple[int, ...]]
) -> None:
    """One vote decides on either side of a tie, whatever the blank ballots; no votes at all are a tie."""
    assert verdict(one_vote(RESIDENT_VOTE, 400, online(120, yes, no))) == expected


def test_resident_vote_around_the_quarter() -> None:
    """100 of 400 are enough; 99 are not, but they are counted and published."""
    assert verdict(one_vote(RESIDENT_VOTE, 400, online(100, 90, 10))) == ("decided", (1,), ())
    missed = one_vote(RESIDENT_VOTE, 400, online(99, 90, 9))
    assert verdict(missed) == ("quorum_missed", (), ())
    assert missed.published.votes == (90, 9)
    assert missed.published.quorum_required == 100


def test_recall_around_the_third() -> None:
    """100 of 300 are opened, 99 stay sealed without any votes in the outcome."""
    assert verdict(one_vote(RECALL, 300, online(100, 60, 40))) == ("decided", (1,), ())
    sealed = one_vote(RECALL, 300, unopened(99))
    assert verdict(sealed) == ("sealed", (), ())
    assert sealed.published.votes == ()
    assert (sealed.valid, sealed.blank_and_invalid, sealed.threshold_required) == (None, None, None)


def test_invalid_ballots_count_for_the_quorum_and_not_for_the_majority() -> None:
    """Blank online and invalid paper ballots lift the turnout over the quarter; 26 of 51 valid votes still win."""
    outcome = one_vote(RESIDENT_VOTE, 400, online(60, 20, 20), paper(40, 6, 5, invalid=29))
    assert verdict(outcome) == ("decided", (1,), ())
    assert (outcome.published.turnout, outcome.valid, outcome.blank_and_invalid) == (100, 51, 49)
    assert outcome.published.votes == (26, 25)
    assert outcome.threshold_required == 26


def test_majority_of_those_who_voted_counts_blank_ballots_against() -> None:
    """A single candidate needs more than half of all ballots: 50 of 100 is too few, 51 enough, though 40 said no."""
    assert verdict(one_vote(SINGLE_CANDIDATE, 150, online(100, 50, 40))) == ("threshold_missed", (), ())
    assert verdict(one_vote(SINGLE_CANDIDATE, 150, online(100, 51, 40))) == ("decided", (1,), ())
    assert verdict(one_vote(SINGLE_CANDIDATE, 150, online(100, 10, 51))) == ("decided", (2,), ())


def test_more_than_half_of_the_block_must_vote() -> None:
    """Exactly half of a block is not more than half; one more is."""
    assert verdict(one_vote(SINGLE_CANDIDATE, 200, online(100, 100, 0))) == ("quorum_missed", (), ())
    assert verdict(one_vote(SINGLE_CANDIDATE, 200, online(101, 101, 0))) == ("decided", (1,), ())


def test_majority_of_all_residents() -> None:
    """The management method needs more than half of the roll, even where every ballot says yes."""
    assert verdict(one_vote(MANAGEMENT, 200, online(100, 100, 0))) == ("threshold_missed", (), ())
    assert verdict(one_vote(MANAGEMENT, 200, online(101, 101, 0))) == ("decided", (1,), ())


def test_three_quarters_of_the_shares() -> None:
    """Three quarters of 1,001 shares are 751: weights decide, and the boundary is rounded up."""
    outcome = one_vote(AGREEMENT, 1_001, online(900, 750, 150))
    assert verdict(outcome) == ("threshold_missed", (), ())
    assert outcome.threshold_required == 751
    assert verdict(one_vote(AGREEMENT, 1_001, online(900, 751, 149))) == ("decided", (1,), ())


def test_equal_votes_are_a_tie_under_every_threshold() -> None:
    """Equal votes are reported as a tie even where neither could have reached the threshold."""
    assert verdict(one_vote(AGREEMENT, 1_001, online(900, 300, 300))) == ("tie", (), (1, 2))


@pytest.mark.parametrize(
    ("seats", "votes", "expected", "unfilled"),
    [
        (1, (10, 30, 20), ("decided", (2,), ()), 0),
        (2, (10, 30, 20), ("decided", (2, 3), ()), 0),
        (1, (30, 10, 30), ("tie", (), (1, 3)), 1),
        (2, (20, 30, 20), ("tie", (2,), (1, 3)), 1),
        (2, (30, 10, 30), ("decided", (1, 3), ()), 0),
        (3, (5, 5, 5), ("decided", (1, 2, 3), ()), 0),
        (2, (5, 5, 5), ("tie", (), (1, 2, 3)), 2),
        (2, (7, 0, 0), ("decided", (1,), ()), 1),
        (1, (0, 0, 0), ("threshold_missed", (), ()), 1),
    ],
)
def test_plurality_ties_stand_at_the_border(
    seats: int, votes: tuple[int, ...], expected: tuple[str, tuple[int, ...], tuple[int, ...]], unfilled: int
) -> None:
    """Only options level with the last seat are tied; those above are elected; nobody is elected with no vote."""
    outcome = one_vote(replace(PLURALITY, seats=seats), 1_000, online(100, *votes))
    assert verdict(outcome) == expected
    assert outcome.seats_unfilled == unfilled


@given(st.lists(st.integers(min_value=0, max_value=6), min_size=1, max_size=6), st.data())
def test_rank_agrees_with_counting_rivals(votes: list[int], data: st.DataObject) -> None:
    """An option is elected exactly if fewer than `seats` others have as many votes; tied if that depends on equals."""
    seats = data.draw(st.integers(min_value=1, max_value=len(votes)))
    outcome = one_vote(replace(PLURALITY, seats=seats), 1_000, online(100, *votes)).published
    for number, count in enumerate(votes, 1):
        at_least_as_many = sum(other >= count for other in votes)
        more = sum(other > count for other in votes)
        assert (number in outcome.winners) == (count > 0 and at_least_as_many <= seats)
        assert (number in outcome.tied) == (count > 0 and more < seats < at_least_as_many)


def test_plurality_threshold_bars_an_option() -> None:
    """An option with most votes but below the rule's threshold is not elected, and the seat stays open."""
    tenth = Threshold(of=ThresholdBase.BALLOTS, comparison=Comparison.AT_LEAST, numerator=1, denominator=10)
    rule = replace(PLURALITY, seats=2, threshold=tenth)
    assert verdict(one_vote(rule, 1_000, online(100, 10, 9, 80))) == ("decided", (1, 3), ())
    assert verdict(one_vote(replace(rule, seats=3), 1_000, online(100, 10, 9, 80))) == ("decided", (1, 3), ())
    assert verdict(one_vote(rule, 1_000, online(100, 9, 9, 9))) == ("threshold_missed", (), ())


def test_approval_and_score() -> None:
    """Approval sums ticks and score sums points; both rank the sums."""
    approval = ContestRule(method=Method.APPROVAL, seats=2)
    assert verdict(several_votes(approval, online(100, 100, 60, 61), 1, 3)) == ("decided", (1, 3), ())
    score = ContestRule(method=Method.SCORE)
    assert verdict(several_votes(score, online(10, 31, 50, 49), 5, 15)) == ("decided", (2,), ())


def test_blank_ballots_are_known_only_with_one_vote_each() -> None:
    """With one vote a ballot the missing votes are blank; with more they can't be told from half-used ballots."""
    assert count_blank(online(100, 60, 30), option_limit=1, contest_limit=1) == 10
    assert count_blank(online(100, 60, 30), option_limit=1, contest_limit=2) is None
    assert count_blank(unopened(100), option_limit=1, contest_limit=1) is None
    assert several_votes(ContestRule(method=Method.APPROVAL), online(100, 60, 30), 1, 2).blank_and_invalid is None


def test_weights_decide_not_heads() -> None:
    """Three owners with 600 of 1,000 shares outvote any number of owners with the other 400."""
    rule = find_preset("kr.condominium-share").rule
    assert verdict(one_vote(rule, 1_000, online(1_000, 600, 400))) == ("decided", (1,), ())
    assert verdict(one_vote(rule, 1_000, online(1_000, 500, 499))) == ("threshold_missed", (), ())


def test_withheld_contest_shows_no_votes() -> None:
    """Too few online ballots: nothing is published, not even the paper votes beside them."""
    outcome = one_vote(RESIDENT_VOTE, 10, unopened(1), paper(4, 3, 1), withheld=True)
    assert verdict(outcome) == ("withheld", (), ())
    assert outcome.published.votes == ()
    assert outcome.published.turnout == 5


def test_sealed_goes_before_withheld() -> None:
    """A contest that is both sealed and withheld is sealed."""
    assert one_vote(RECALL, 300, unopened(1), withheld=True).published.kind is OutcomeKind.SEALED


def test_withheld_goes_before_a_missed_quorum() -> None:
    """A withheld contest below its quorum is withheld: there are no votes to publish."""
    assert one_vote(RESIDENT_VOTE, 300, unopened(1), withheld=True).published.kind is OutcomeKind.WITHHELD


@pytest.mark.parametrize(
    ("code", "rule", "counted", "papers", "withheld"),
    [
        ("opened_while_sealed", RECALL, online(99, 60, 39), None, False),
        ("opened_while_sealed", RECALL, unopened(90), paper(9, 5, 4), False),
        ("opened_while_withheld", RESIDENT_VOTE, online(1, 1, 0), None, True),
        ("not_counted", RESIDENT_VOTE, unopened(100), None, False),
        ("not_counted", RESIDENT_VOTE, online(100, 60, 40), unopened(10), False),
    ],
)
def test_votes_opened_against_the_rule_raise(
    code: str, rule: ContestRule, counted: CountedVotes, papers: CountedVotes | None, withheld: bool
) -> None:
    """Votes that may not be known, or that are missing, are an error and never an outcome."""
    with pytest.raises(PolicyError) as caught:
        one_vote(rule, 300, counted, papers, withheld=withheld)
    assert caught.value.code == f"outcome.{code}"


@pytest.mark.parametrize(
    ("code", "counted", "papers"),
    [
        ("too_many_ballots", online(301, 200, 101), None),
        ("too_many_ballots", online(200, 100, 100), paper(101, 100, 1)),
        ("too_many_votes", online(100, 60, 41), None),
        ("too_many_votes", online(100, 60, 40), paper(10, 5, 5, invalid=1)),
        ("too_many_votes", online(100, 60, 40), paper(10, 0, 0, invalid=11)),
        ("paper_sum", online(100, 60, 40), paper(10, 5, 3, invalid=1)),
        ("invalid_online", CountedVotes(weight=100, votes=(60, 39), invalid=1), None),
        ("negative", online(100, 101, -1), None),
        ("negative", online(100, 60, 40), paper(-1, 0, 0)),
        ("option_count", online(100, 60, 40), paper(10, 5, 3, 2)),
    ],
)
def test_counts_that_cannot_be_true_raise(code: str, counted: CountedVotes, papers: CountedVotes | None) -> None:
    """More ballots than voters, votes than ballots, or papers that do not add up are refused under their own code."""
    with pytest.raises(VerificationError) as caught:
        one_vote(RESIDENT_VOTE, 300, counted, papers)
    assert caught.value.code == f"outcome.{code}"


def test_one_option_cannot_have_more_than_its_limit() -> None:
    """Ten ballots with two votes but one per option give an option ten votes at most."""
    rule = replace(PLURALITY, seats=2)
    assert verdict(several_votes(rule, online(10, 10, 10), 1, 2)) == ("decided", (1, 2), ())
    with pytest.raises(VerificationError, match="more than 10 valid ballots"):
        several_votes(rule, online(10, 11, 0), 1, 2)


def test_empty_roll() -> None:
    """With nobody eligible a rule without quorum ends in a tie of nothing, not in an exception."""
    assert verdict(one_vote(MANAGEMENT, 0, online(0, 0, 0))) == ("tie", (), (1, 2))


def test_reconciliation_with_the_roll() -> None:
    """A missing paper is a gap of one; a paper too many is flagged; negative counts are refused."""
    geochang = reconcile(voters_marked=28_088, ballots_counted=28_087)
    assert (geochang.gap, geochang.too_many) == (1, False)
    stuffed = reconcile(voters_marked=100, ballots_counted=101)
    assert (stuffed.gap, stuffed.too_many) == (-1, True)
    assert not reconcile(voters_marked=5, ballots_counted=5).too_many
    with pytest.raises(VerificationError, match="-1 voters"):
        reconcile(voters_marked=-1, ballots_counted=0)


@given(
    st.integers(min_value=0, max_value=200),
    st.integers(min_value=0, max_value=200),
    st.integers(min_value=0, max_value=200),
    st.integers(min_value=0, max_value=200),
)
def test_channels_do_not_matter(yes: int, no: int, blank: int, on_paper: int) -> None:
    """The same ballots give the same outcome online and split over online and paper."""
    moved = min(on_paper, yes)
    all_online = one_vote(RESIDENT_VOTE, 1_000, online(yes + no + blank, yes, no))
    split = one_vote(RESIDENT_VOTE, 1_000, online(yes - moved + no + blank, yes - moved, no), paper(moved, moved, 0))
    assert all_online == split
