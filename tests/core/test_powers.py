"""The fast ways to compute a power agree with the plain one."""

from itertools import pairwise

import pytest
from gmpy2 import powmod
from hypothesis import given
from hypothesis import strategies as st

from evote.core.fixed_base import FixedBaseTable
from evote.core.group import Group
from evote.core.multi_power import SquaringChain, non_adjacent_form
from tests.core.randomness import seeded
from tests.core.toy_groups import TOY_16, TOY_64

TOY = Group(TOY_64)
TINY = Group(TOY_16)
exponents = st.integers(min_value=0, max_value=TOY.order - 1)


@given(exponents, st.integers(min_value=1, max_value=10))
def test_table_power_equals_plain_power(x: int, window_bits: int) -> None:
    """Every window width gives base^x for public, secret and plain exponents."""
    base = TOY.generator**12345
    table = FixedBaseTable(TOY, base, window_bits)

    assert table.power(x) == table.power(TOY.scalar(x)) == table.power(TOY.secret_scalar(x)) == base**x
    assert table.power_value(x) == (base**x).value
    assert table.power(x - TOY.order) == base**x


@pytest.mark.parametrize("window_bits", [1, 3, 7, 8, 12])
def test_every_power_of_a_tiny_group(window_bits: int) -> None:
    """All q powers of the tiny group are right, also when one window is wider than the exponent."""
    table = FixedBaseTable(TINY, TINY.generator, window_bits)

    assert [table.power(x) for x in range(TINY.order)] == [TINY.generator**x for x in range(TINY.order)]


def test_table_of_the_real_group(standard: Group) -> None:
    """In the real group the table agrees with GMP at the edges and for random exponents."""
    table = FixedBaseTable(standard, standard.generator, 5)
    source = seeded("table")
    for x in (0, 1, standard.order - 1, *(standard.random_scalar(source).expose() for _ in range(3))):
        assert table.power(x) == standard.generator**x


def test_tables_refuse_wrong_arguments() -> None:
    """Window widths outside 1..16, foreign bases and foreign exponents are refused."""
    for window_bits in (0, 17):
        with pytest.raises(ValueError, match="window_bits"):
            FixedBaseTable(TOY, TOY.generator, window_bits)
    with pytest.raises(ValueError, match="group"):
        FixedBaseTable(TOY, TINY.generator)
    with pytest.raises(ValueError, match="group"):
        FixedBaseTable(TOY, TOY.generator).power(TINY.scalar(1))


@given(st.integers(min_value=1, max_value=TOY.parameters.p - 1), st.lists(exponents, max_size=5))
def test_chain_powers_equal_plain_powers(base: int, chosen: list[int]) -> None:
    """One chain gives every power of any residue, in the subgroup or not."""
    chain = SquaringChain(TOY.p - base, TOY.p, TOY.order.bit_length())
    for x in (0, 1, 2, TOY.order - 1, *chosen):
        assert chain.power(x) == powmod(TOY.p - base, x, TOY.p)


def test_chain_finds_exactly_the_members_of_a_tiny_group() -> None:
    """The membership test in the chain accepts the q members of the subgroup and no other residue."""
    members = {(TINY.generator**x).value for x in range(TINY.order)}
    accepted = set()
    for value in range(1, TINY.parameters.p):
        chain = SquaringChain(TINY.p - value, TINY.p, TINY.order.bit_length())
        if chain.is_one_at(TINY.order_form):
            accepted.add(TINY.p - value)

    assert accepted == members


@given(st.integers(min_value=1, max_value=2**300))
def test_non_adjacent_form_is_the_number(value: int) -> None:
    """plus - minus gives the number back, no two neighbouring bits are set, and the top is at most one bit higher."""
    plus, minus = non_adjacent_form(value)
    positions = sorted((*plus, *minus))

    assert sum(1 << i for i in plus) - sum(1 << i for i in minus) == value
    assert all(high - low > 1 for low, high in pairwise(positions))
    assert positions[-1] <= value.bit_length()


def test_order_of_the_real_group_has_a_short_form(standard: Group) -> None:
    """q = 2^256 - 189 has so few bits in non-adjacent form that membership costs next to nothing."""
    plus, minus = standard.order_form

    assert len(plus) + len(minus) <= 6


def test_chain_in_the_real_group(standard: Group) -> None:
    """In the real group the chain agrees with GMP and tells members from others of every wrong order."""
    p, q = standard.p, standard.order
    member = (standard.generator**31337).value
    source = seeded("chain")
    chain = SquaringChain(member, p, q.bit_length())
    x = standard.random_scalar(source).expose()

    assert chain.power(x) == powmod(member, x, p)
    assert chain.is_one_at(standard.order_form)
    for other in (p - 1, p - member, powmod(3, 2 * q, p), member * powmod(3, 2 * q, p) % p):
        assert not SquaringChain(other, p, q.bit_length()).is_one_at(standard.order_form)
