"""Marks on a ballot: what is countable, what becomes blank, what is refused."""

from collections.abc import Mapping, Sequence

import pytest

from evote.election.selections import plain_ballot
from evote.errors import ConfigurationError
from tests.election.samples import BOTH_CONTESTS, FIRST_CONTEST, SCORE, YES_NO, sample_manifest


def test_marks_within_the_limits_stay() -> None:
    """Full, partly used and blank contests are encrypted as marked."""
    for marks in ({YES_NO: (0, 1), SCORE: (2, 1)}, {YES_NO: (0, 0), SCORE: (0, 2)}, {YES_NO: (0, 0), SCORE: (0, 0)}):
        plain = plain_ballot(sample_manifest(), BOTH_CONTESTS, marks)

        assert {contest.contest: contest.values for contest in plain.contests} == marks
        assert plain.overvoted == ()


@pytest.mark.parametrize("marks", [(2, 2), (3, 0), (0, 3)], ids=["sum", "first option", "second option"])
def test_an_overvote_becomes_blank_and_is_told(marks: tuple[int, ...]) -> None:
    """Too much in all or for one option gives zeros in that contest alone, and its number to tell the voter."""
    plain = plain_ballot(sample_manifest(), BOTH_CONTESTS, {YES_NO: (1, 0), SCORE: marks})

    assert [contest.values for contest in plain.contests] == [(1, 0), (0, 0)]
    assert plain.overvoted == (SCORE,)


@pytest.mark.parametrize(
    ("style", "marks", "code"),
    [
        (3, {YES_NO: (1, 0)}, "selections.style"),
        (0, {YES_NO: (1, 0)}, "selections.style"),
        (FIRST_CONTEST, {}, "selections.contests"),
        (FIRST_CONTEST, {YES_NO: (1, 0), SCORE: (0, 0)}, "selections.contests"),
        (BOTH_CONTESTS, {YES_NO: (1, 0)}, "selections.contests"),
        (FIRST_CONTEST, {YES_NO: (1,)}, "selections.options"),
        (FIRST_CONTEST, {YES_NO: (1, 0, 0)}, "selections.options"),
        (FIRST_CONTEST, {YES_NO: (2, -1)}, "selections.negative"),
    ],
)
def test_marks_of_another_ballot_are_refused(style: int, marks: Mapping[int, Sequence[int]], code: str) -> None:
    """Marks that don't fit the ballot style are a mistake, not a blank vote."""
    with pytest.raises(ConfigurationError) as caught:
        plain_ballot(sample_manifest(), style, marks)

    assert caught.value.code == code


def test_a_plain_ballot_does_not_print_votes() -> None:
    """Two different votes look alike when their records are printed."""
    one, other = (plain_ballot(sample_manifest(), FIRST_CONTEST, {YES_NO: marks}) for marks in ((1, 0), (1, 1)))

    assert repr(one) == repr(other)
