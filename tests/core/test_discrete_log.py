"""Every tally in the range is found, and nothing outside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote.core import discrete_log
from evote.core.discrete_log import DiscreteLog
from evote.core.group import Group
from evote.errors import VerificationError
from tests.core.toy_groups import TOY_16, TOY_64

TOY = Group(TOY_64)
TINY = Group(TOY_16)
BASE = TOY.generator**99
LARGE = DiscreteLog(TOY, BASE, 1_000_000)


@given(st.integers(min_value=0, max_value=1_000_000))
def test_values_in_the_range_are_found(value: int) -> None:
    """solve undoes the power."""
    assert LARGE.solve(BASE**value) == value


@pytest.mark.parametrize("maximum", [0, 1, 2, 3, 4, 8, 9, 10, 99, 100])
def test_the_range_is_exact(maximum: int) -> None:
    """For small ranges every value is found and the next one is refused."""
    solver = DiscreteLog(TOY, BASE, maximum)

    assert [solver.solve(BASE**t) for t in range(maximum + 1)] == list(range(maximum + 1))
    for value in (maximum + 1, maximum + 2, TOY.order - 1):
        with pytest.raises(VerificationError) as caught:
            solver.solve(BASE**value)
        assert caught.value.code == "verification.no_discrete_log"


def test_capped_table_still_covers_the_range(monkeypatch: pytest.MonkeyPatch) -> None:
    """With fewer baby steps than the square root of the maximum, giant steps reach the end."""
    monkeypatch.setattr(discrete_log, "_MAX_TABLE_ENTRIES", 7)
    solver = DiscreteLog(TOY, BASE, 1000)

    assert all(solver.solve(BASE**t) == t for t in (0, 6, 7, 8, 500, 993, 994, 999, 1000))
    with pytest.raises(VerificationError):
        solver.solve(BASE**1001)


def test_shared_keys_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Powers that share the shortened table key are distinguished by the full power."""
    monkeypatch.setattr(discrete_log, "_KEY_MASK", 3)
    solver = DiscreteLog(TOY, BASE, 200)

    assert all(solver.solve(BASE**t) == t for t in range(201))


def test_range_beyond_the_order_gives_the_least_value() -> None:
    """In a group smaller than the range the least exponent is returned."""
    solver = DiscreteLog(TINY, TINY.generator, 1000)

    assert [solver.solve(TINY.generator**t) for t in range(TINY.order)] == list(range(TINY.order))


def test_tally_of_the_real_group(standard: Group) -> None:
    """A tally is found in the real group."""
    base = standard.generator**3

    assert DiscreteLog(standard, base, 10_000).solve(base**9_876) == 9_876


def test_wrong_arguments_are_refused() -> None:
    """A negative maximum, base 1, and elements of another group are refused."""
    with pytest.raises(ValueError, match="not negative"):
        DiscreteLog(TOY, BASE, -1)
    with pytest.raises(ValueError, match="base 1"):
        DiscreteLog(TOY, TOY.identity, 5)
    with pytest.raises(ValueError, match="group"):
        DiscreteLog(TOY, TINY.generator, 5)
    with pytest.raises(ValueError, match="group"):
        LARGE.solve(TINY.generator)
