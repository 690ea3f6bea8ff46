"""Every tally in the range is found, and nothing outside it."""

import tracemalloc

import pytest
from gmpy2 import mpz
from hypothesis import given
from hypothesis import strategies as st

from evote.core import discrete_log
from evote.core.discrete_log import DiscreteLog
from evote.core.group import Group
from evote.core.parameters import STANDARD
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


class CountingModulus:
    """Stands on the right of % in place of p, and counts."""

    def __init__(self, value: mpz) -> None:
        self.value = value
        self.count = 0

    def __rmod__(self, product: mpz) -> mpz:
        """Reduce and count."""
        self.count += 1
        return product % self.value


def test_multiplications_for_fifty_million(monkeypatch: pytest.MonkeyPatch) -> None:
    """28,285 multiplications build the table and at most 1,768 find a result: 50 ms would be enough for 12,000."""
    group = Group(STANDARD)
    modulus = CountingModulus(group.p)
    base = group.generator**99
    powers = {t: base**t for t in (0, 1, 24_999_999, 49_999_999, 50_000_000)}
    outside = base**50_000_001
    monkeypatch.setattr(group, "p", modulus)
    # Plain powers are not counted; they need the modulus itself.
    monkeypatch.setattr(discrete_log, "powmod", lambda x, e, _: pow(x, e, modulus.value))
    monkeypatch.setattr(type(base), "__pow__", lambda x, e: group.computed_element(pow(x.value, e, modulus.value)))

    solver = DiscreteLog(group, base, 50_000_000)

    assert modulus.count == solver.baby_steps == 28_285
    for t, power in powers.items():
        modulus.count = 0
        assert solver.solve(power) == t
        assert modulus.count <= 1_768
    with pytest.raises(VerificationError):
        solver.solve(outside)


def test_table_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table takes no more than 160 bytes for each entry, and its entries are bounded whatever the maximum."""
    monkeypatch.setattr(discrete_log, "_MAX_TABLE_ENTRIES", 20_000)
    tracemalloc.start()
    solver = DiscreteLog(TOY, BASE, 10**15)
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    assert size < 20_000 * 160
    assert solver.solve(BASE**123_456) == 123_456


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
