"""Buckets compute plain products of powers, bit by bit, and the plan keeps to its bounds."""

import pytest
from gmpy2 import mpz, powmod
from hypothesis import given
from hypothesis import strategies as st

from evote.core.batch.buckets import BucketProduct, digit_widths, join_bits
from evote.core.batch.plan import make_plan
from evote.core.group import Group
from tests.core.toy_groups import TOY_64, TOY_256

P = mpz(TOY_256.p)

factors = st.lists(
    st.tuples(st.integers(min_value=1, max_value=TOY_256.p - 1), st.integers(min_value=0, max_value=2**64 - 1)),
    max_size=12,
)


def filled(factors_given: list[tuple[int, int]], count: int) -> BucketProduct:
    """Return a product of 64-bit powers with at most `count` windows."""
    product = BucketProduct(P, digit_widths(64, count))
    for base, exponent in factors_given:
        product.multiply(mpz(base), exponent)
    return product


def plain(factors_given: list[tuple[int, int]]) -> mpz:
    """Return the same product by modular powers."""
    result = mpz(1)
    for base, exponent in factors_given:
        result = result * powmod(base, exponent, P) % P
    return result


@given(factors, st.integers(min_value=5, max_value=70))
def test_buckets_give_the_product_of_powers(given_factors: list[tuple[int, int]], count: int) -> None:
    """Whatever the windows, the result is that of plain powers; exponent 0 and no factor at all included."""
    assert join_bits(filled(given_factors, count).bit_products(), P) == plain(given_factors)


@given(factors, st.integers(min_value=5, max_value=70))
def test_bit_products_are_those_of_the_bits(given_factors: list[tuple[int, int]], count: int) -> None:
    """T_b is the product of exactly the bases whose exponent has bit b, which lemma 2 rests on."""
    expected = [plain([(base, exponent >> bit & 1) for base, exponent in given_factors]) for bit in range(64)]

    assert filled(given_factors, count).bit_products() == expected


@given(factors, factors)
def test_merging_multiplies(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    """Merged buckets hold what both collected, and reading them out changes nothing."""
    product = filled(first, 9)
    product.bit_products()
    product.merge(filled(second, 9))

    assert join_bits(product.bit_products(), P) == plain(first + second)


def test_factors_settle_at_any_time() -> None:
    """Factors that go into the buckets on the way, and a merge of two half-settled products, give the same product."""
    many = [(3 + i, i * i) for i in range(250)]
    first, second = filled(many[:70], 12), filled(many[70:90], 12)
    for product, others in ((first, many[90:91]), (second, many[91:])):
        product.settle()
        assert product.waiting == 0
        for base, exponent in others:
            product.multiply(mpz(base), exponent)
        assert product.waiting == len(others)
    first.merge(second)

    assert join_bits(first.bit_products(), P) == plain(many)


def test_buckets_of_another_shape_do_not_merge() -> None:
    """Other windows or another modulus are refused."""
    for other in (filled([], 8), BucketProduct(mpz(TOY_64.p), digit_widths(64, 9))):
        with pytest.raises(ValueError, match="shape"):
            filled([], 9).merge(other)


def test_buckets_stay_where_they_are(standard: Group) -> None:
    """Buckets have memory of their own and keep it however often they are multiplied, which is what makes them fast."""
    product = BucketProduct(standard.p, (8,))
    fresh = list(map(id, product._rows[0]))
    for number in range(1, 2000):
        product.multiply(mpz(standard.p - number), number)
    product.settle()
    kept = [before == id(bucket) for before, bucket in zip(fresh, product._rows[0], strict=True)]

    assert len(set(fresh)) == 256
    assert min(product._rows[0][1:]) > 1
    assert sum(kept) > 250


@given(st.integers(min_value=1, max_value=300), st.integers(min_value=1, max_value=300))
def test_digit_widths_cover_all_bits(bits: int, count: int) -> None:
    """Widths add up, differ by one at most, and are never zero."""
    widths = digit_widths(bits, count)

    assert sum(widths) == bits
    assert len(widths) == min(bits, count)
    assert max(widths) - min(widths) <= 1


@given(st.integers(min_value=0, max_value=10**9))
def test_plans_keep_to_their_bounds(standard: Group, elements: int) -> None:
    """Coefficients have 128 bits, exponents hold any scalar, windows have at most 16 bits whatever is expected."""
    plan = make_plan(standard, elements)

    assert plan.coefficient_bits == 128 == sum(plan.commitment_widths)
    assert sum(plan.component_widths) == 256
    assert max(*plan.commitment_widths, *plan.component_widths) <= 16
    assert plan.bucket_count <= 24 * 2**16
    assert plan.tests_products is (elements > 384)


def test_plans_grow_with_the_batch(standard: Group) -> None:
    """More elements never get narrower windows; a hundred thousand ballots get at most ten windows."""
    windows = [len(make_plan(standard, elements).commitment_widths) for elements in (1, 100, 10**4, 10**6, 10**8)]

    assert windows == sorted(windows, reverse=True)
    assert windows[0] > 30
    assert windows[3] <= 10
    assert windows[4] == 8


@pytest.mark.parametrize("parameters", [TOY_64, TOY_256])
def test_coefficients_stay_below_the_order(parameters: object) -> None:
    """In a small group coefficients are cut, so that two of them never agree modulo q."""
    group = Group(TOY_64) if parameters is TOY_64 else Group(TOY_256)

    assert 2 ** make_plan(group, 100).coefficient_bits < group.order
