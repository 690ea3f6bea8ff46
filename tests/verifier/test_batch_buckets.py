"""The product of many powers out of buckets."""

import random
from typing import Any

import pytest
from gmpy2 import mpz, powmod

from verifier.batch_buckets import Buckets, _halve, planned_products, power_of_bits, window_widths
from verifier.group import ELEMENT_BYTES, ONE, P

both_lengths = pytest.mark.parametrize("bits", [128, 256])


@both_lengths
@pytest.mark.parametrize("expected", [0, 1, 30, 3000])
def test_products_are_those_of_powers(expected: int, bits: int) -> None:
    """Show that every plan of windows gives the product of all powers, with extreme exponents and repeated bases."""
    rng = random.Random(expected)
    largest = (1 << bits) - 1
    pairs = [(mpz(rng.randrange(1, int(P))), rng.getrandbits(bits)) for _ in range(20)]
    pairs += [(pairs[0][0], 0), (pairs[1][0], largest), (pairs[1][0], 1), (mpz(1), 77), (P - 1, largest)]
    buckets = Buckets(expected, bits)
    right = ONE
    for x, exponent in pairs:
        buckets.add((x,), (exponent,))
        right = right * powmod(x, exponent, P) % P
    products = buckets.bit_products()
    assert len(products) == bits
    assert power_of_bits(products) == right
    for bit, product in enumerate(products):
        expected_product = ONE
        for x, exponent in pairs:
            if exponent >> bit & 1:
                expected_product = expected_product * x % P
        assert product == expected_product
    assert power_of_bits(buckets.bit_products()) == 1


def test_more_numbers_than_wait_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show that it does not matter when waiting numbers go into the buckets, nor in which order."""
    rng = random.Random(5)
    numbers = [mpz(rng.randrange(1, int(P))) for _ in range(50)]
    exponents = [rng.getrandbits(128) for _ in range(50)]
    results = []
    for waiting, together, ahead in ((7, 1, 3), (50, 2, 8), (1000, 3, 128)):
        monkeypatch.setattr("verifier.batch_buckets.WAITING", waiting)
        monkeypatch.setattr("verifier.batch_buckets.TOGETHER", together)
        monkeypatch.setattr("verifier.batch_buckets.AHEAD", ahead)
        for at_once in (1, 5, 50):
            buckets = Buckets(50, 128)
            for start in range(0, 50, at_once):
                buckets.add(numbers[start : start + at_once], exponents[start : start + at_once])
            results.append(power_of_bits(buckets.bit_products()))
    assert results == [results[0]] * 9


@both_lengths
def test_plans(bits: int) -> None:
    """Show that windows cover all bits, get wider with more numbers, and never need more than 300 MB for 128 bits."""
    widest = 0
    for exponent in range(40):
        widths = window_widths(1 << exponent, bits)
        assert sum(widths) == bits
        assert max(widths) >= widest
        widest = max(widths)
        assert sum(1 << width for width in widths) * 568 < (300 << 20) * bits // 128
    assert max(window_widths(16, bits)) <= 4
    assert widest == 16


class Counted:
    """A number that counts its products."""

    products = 0

    def __init__(self, value: int) -> None:
        self.value = value

    def __mul__(self, other: "Counted") -> "Counted":
        Counted.products += 1
        return Counted(self.value * other.value % int(P))

    def __rmul__(self, one: mpz) -> "Counted":
        assert one == 1
        return self

    def __mod__(self, other: object) -> "Counted":
        return self


@pytest.mark.parametrize("count", [100, 2000, 20000])
def test_products_are_as_many_as_planned(count: int) -> None:
    """Show that the count of products is the planned one, less those with empty buckets, within 10 %."""
    rng = random.Random(count)
    buckets = Buckets(count, 128)
    numbers: Any = [Counted(3) for _ in range(10)]
    Counted.products = 0
    for i in range(count):
        buckets.add((numbers[i % 10],), (rng.getrandbits(128),))
    buckets.bit_products()
    planned = planned_products(count, window_widths(count, 128))
    assert 0.75 * planned < Counted.products <= 1.02 * planned


@pytest.mark.parametrize("width", [1, 2, 5])
def test_a_full_row_takes_no_needless_product(width: int) -> None:
    """Show that halving a row of 2^w buckets, all but bucket 0 full, takes 2(2^w - w - 1) products, none onto bucket 0.

    Each T_b is the product of the half of the buckets whose digit has bit b.
    """
    row: Any = [ONE, *(Counted(3) for _ in range((1 << width) - 1))]
    Counted.products = 0
    tops: list[Any] = [_halve(row) for _ in range(width)]
    assert Counted.products == 2 * ((1 << width) - width - 1)
    assert [top.value for top in tops] == [pow(3, 1 << (width - 1), int(P))] * width
    assert row == [ONE]


def test_a_fresh_row_is_ones_of_their_own() -> None:
    """Show that all buckets of a fresh row are 1, distinct objects, with room for a number as long as p."""
    for _, width, row in Buckets(3000, 128)._rows:
        assert row == [ONE] * (1 << width)
        assert len(set(map(id, row))) == len(row)
        assert min(bucket.__sizeof__() for bucket in row) > ELEMENT_BYTES


def test_buckets_stay_where_they_are() -> None:
    """Show that a bucket's numbers follow each other in the same memory, while a row is filled and while it is halved.

    That is up to gmpy2, and no result depends on it; hence a few may move.
    """
    rng = random.Random(9)
    buckets = Buckets(3000, 128)
    rows = [(width, row) for _, width, row in buckets._rows]
    places = [list(map(id, row)) for _, row in rows]
    for _ in range(300):
        numbers = [mpz(rng.randrange(1, int(P))) for _ in range(10)]
        buckets.add(numbers, [rng.getrandbits(128) for _ in numbers])
        buckets.settle()
    for (width, row), before in zip(rows, places, strict=True):
        touched = [digit for digit, bucket in enumerate(row) if bucket != 1]
        assert len(touched) > 0.9 * len(row)
        assert sum(id(row[digit]) == before[digit] for digit in touched) > 0.95 * len(touched)
        for _ in range(width - 1):
            _halve(row)
    # what is left of a row besides bucket 0 is bucket 1, multiplied once in each halving
    assert sum(id(row[1]) == before[1] for (_, row), before in zip(rows, places, strict=True)) > 0.75 * len(rows)


def test_no_number_takes_no_memory() -> None:
    """Show that rows are made for the first numbers that leave the queue, not for the plan."""
    buckets = Buckets(3000, 128)
    buckets.add((P - 1,), (1,))
    assert "_rows" not in vars(buckets)
    buckets.settle()
    assert [row[1] for _, _, row in buckets._rows] == [P - 1] + [ONE] * (len(buckets.widths) - 1)
