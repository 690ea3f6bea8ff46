"""Units: districts that are counted together so that no sum is over a few ballots."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote.election.tally import form_units

districts = st.dictionaries(st.integers(1, 40), st.integers(0, 30), min_size=1, max_size=12)
minimums = st.integers(2, 25)


@pytest.mark.parametrize(
    ("ballots", "minimum", "units"),
    [
        # Everybody reaches the minimum: every district for itself.
        ({1: 3, 2: 5}, 3, ((1,), (2,))),
        # All together stay below it: withheld.
        ({1: 1, 2: 1}, 3, ()),
        ({1: 0}, 2, ()),
        # All together reach it exactly.
        ({1: 1, 2: 2}, 3, ((1, 2),)),
        # The small ones reach it by themselves.
        ({1: 2, 2: 9, 3: 2}, 3, ((1, 3), (2,))),
        # One small district joins the one with the fewest ballots, which is not its neighbour.
        ({1: 1, 2: 9, 3: 4}, 3, ((1, 3), (2,))),
        # Equal ones: the first joins.
        ({1: 9, 2: 4, 3: 1, 4: 4}, 3, ((1,), (2, 3), (4,))),
        # A district without any ballot is covered too.
        ({1: 5, 2: 0, 3: 7}, 5, ((1, 2), (3,))),
        # No single one joins twice: the ones with 5 and 6 are taken until 20 are held.
        ({1: 19, 2: 20, 3: 0}, 20, ((1, 3, 2),)),
        # The number of a unit is its smallest district, and units ascend by it.
        ({7: 1, 2: 30, 5: 30, 9: 4}, 5, ((2,), (5,), (7, 9))),
    ],
)
def test_examples(ballots: dict[int, int], minimum: int, units: tuple[tuple[int, ...], ...]) -> None:
    """The rule of section 9, case by case."""
    assert form_units(ballots, minimum) == tuple(tuple(sorted(unit)) for unit in units)


@given(districts, minimums)
def test_every_unit_reaches_the_minimum(ballots: dict[int, int], minimum: int) -> None:
    """No unit holds fewer ballots than the minimum."""
    assert all(sum(ballots[d] for d in unit) >= minimum for unit in form_units(ballots, minimum))


@given(districts, minimums)
def test_every_district_is_covered_once_or_all_is_withheld(ballots: dict[int, int], minimum: int) -> None:
    """The units are a partition of the districts, unless there are too few ballots in all."""
    covered = sorted(d for unit in form_units(ballots, minimum) for d in unit)

    assert covered == (sorted(ballots) if sum(ballots.values()) >= minimum else [])


@given(districts, minimums)
def test_at_most_one_unit_is_joined(ballots: dict[int, int], minimum: int) -> None:
    """Only the districts that need it are joined; taking any joined big district out would be too much."""
    joined = [unit for unit in form_units(ballots, minimum) if len(unit) > 1]

    assert len(joined) <= 1
    for unit in joined:
        helpers = sorted((d for d in unit if ballots[d] >= minimum), key=lambda d: (ballots[d], d))
        held = sum(ballots[d] for d in unit)
        assert not helpers or held - ballots[helpers[-1]] < minimum


@given(districts, minimums)
def test_numbers_alone_decide(ballots: dict[int, int], minimum: int) -> None:
    """The order in which districts are named changes nothing; units ascend by their smallest district."""
    units = form_units(ballots, minimum)

    assert units == form_units(dict(reversed(ballots.items())), minimum)
    assert [min(unit) for unit in units] == sorted(min(unit) for unit in units)
    assert all(list(unit) == sorted(unit) for unit in units)
