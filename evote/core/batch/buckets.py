"""A product of very many powers modulo p, in which buckets are the only state.

*Spec*: none; docs/batch-verification.md sections 4 and 9.
*Idea*: cut every exponent into digits. In window i the base x with digit d is multiplied into bucket B_{i,d}, once, and
forgotten (Yao 1976; Pippenger 1976). At the end each row of 2^w buckets is halved w times: the product of its upper
half is the product of all bases whose exponent has the highest bit of the digit, and multiplying the upper half onto
the lower one removes that bit. So the end yields T_b, the product of all bases whose exponent has bit b, for every b,
and prod x^e = prod_b T_b^(2^b). Many rows are larger than any cache, and what a multiplication takes beyond its own
time is finding its bucket in memory: bases wait until many go through the windows together, a few rows at a time, and
the buckets of a row lie side by side and stay where they are.
*Invariants*: digits are unsigned; digit 0 touches no bucket; a bucket that nothing was multiplied into is 1. On where
numbers lie in memory only the speed depends.
*Cost*: one multiplication for each base and non-zero digit; at the end two for each bucket and two for each bit of the
longest exponent.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from operator import itemgetter

from gmpy2 import mpz

# For the cache: rows of several megabytes are gone through by all waiting bases before the next ones, and a base serves
# a few rows once it is at hand.
_ROWS_TOGETHER = 3
_BASES_TOGETHER = 128
_ONE = mpz(1)


def _ones(modulus: mpz, count: int) -> list[mpz]:
    """Return 1 many times, each in memory of its own, as long as the modulus, in this order."""
    even = _ONE << modulus.bit_length() - 1
    odd = even | 1
    return [even ^ odd for _ in range(count)]


def digit_widths(bits: int, count: int) -> tuple[int, ...]:
    """Split `bits` into at most `count` digits whose widths differ by one at most, the wider ones first."""
    count = min(bits, count)
    width, wider = divmod(bits, count)
    return (width + 1,) * wider + (width,) * (count - wider)


class BucketProduct:
    """Collect factors x^e modulo an odd prime and return their product."""

    __slots__ = ("_bases", "_exponents", "_modulus", "_rows", "_widths")

    def __init__(self, modulus: mpz, widths: tuple[int, ...]) -> None:
        """Prepare empty buckets for exponents below 2^sum(widths), the lowest digit first."""
        self._modulus = modulus
        self._widths = widths
        self._rows: tuple[list[mpz], ...] = tuple(_ones(modulus, 1 << width) for width in widths)
        self._bases: list[mpz] = []
        self._exponents: list[int] = []

    def multiply(self, base: mpz, exponent: int) -> None:
        """Multiply by base^exponent, which waits for `settle`.

        0 < base < p and 0 <= exponent < 2^sum(widths) are not checked.
        """
        self._bases.append(base)
        self._exponents.append(exponent)

    @property
    def waiting(self) -> int:
        """Return how many bases wait, some 600 bytes each in the standard group."""
        return len(self._bases)

    def settle(self) -> None:
        """Multiply the waiting bases into their buckets."""
        modulus = self._modulus
        windows = list(zip(self._rows, accumulate(self._widths[:-1], initial=0), strict=True))
        for first in range(0, len(windows), _ROWS_TOGETHER):
            for start in range(0, len(self._bases), _BASES_TOGETHER):
                bases = self._bases[start : start + _BASES_TOGETHER]
                exponents = self._exponents[start : start + _BASES_TOGETHER]
                for row, offset in windows[first : first + _ROWS_TOGETHER]:
                    mask = len(row) - 1
                    digits = [exponent >> offset & mask for exponent in exponents]
                    # Only for the cache: these look-ups wait for memory at the same time, those below one by one.
                    itemgetter(*digits)(row)
                    for base, digit in zip(bases, digits, strict=True):
                        if digit:
                            # B_{i,d} = B_{i,d} * x, where B_{i,d} was: its memory is the first that is free
                            product = row[digit] * base
                            row[digit] = _ONE
                            row[digit] = product % modulus
        self._bases.clear()
        self._exponents.clear()

    def merge(self, other: BucketProduct) -> None:
        """Multiply by everything the other one collected; raises ValueError for other digits or another modulus."""
        if (self._modulus, self._widths) != (other._modulus, other._widths):
            raise ValueError("bucket products of different shape")
        self.settle()
        other.settle()
        modulus = self._modulus
        for row, addition in zip(self._rows, other._rows, strict=True):
            for digit in range(1, len(row)):
                row[digit] = row[digit] * addition[digit] % modulus

    def bit_products(self) -> list[mpz]:
        """Return T_b for every bit b of an exponent, the lowest first; the buckets stay as they are."""
        self.settle()
        modulus = self._modulus
        products: list[mpz] = []
        for buckets in self._rows:
            row = buckets
            highest_first: list[mpz] = []
            while len(row) > 1:
                half = len(row) // 2
                # T = prod_{d >= half} B_d
                product = mpz(1)
                for bucket in row[half:]:
                    product = product * bucket % modulus
                highest_first.append(product)
                # B'_d = B_d * B_{half + d}; B'_0 would contribute to no T
                row = [_ONE, *[low * high % modulus for low, high in zip(row[1:half], row[half + 1 :], strict=True)]]
            products += reversed(highest_first)
        return products


def join_bits(products: Sequence[mpz], modulus: mpz) -> mpz:
    """Return prod_b T_b^(2^b), the product of all powers."""
    result = mpz(1)
    for product in reversed(products):
        result = result * result % modulus * product % modulus
    return result
