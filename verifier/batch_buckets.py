"""A product of many powers, prod x^e mod p, of which only buckets are kept.

*Spec*: docs/batch-verification.md, sections 4 and 9; Yao 1976, Pippenger 1976 (the bucket method).

*Idea*: Exponents are cut into windows of w bits. In each window a number is multiplied into the bucket
of its digit, and is then forgotten. At the end a row of 2^w buckets is halved w times: the product of the upper half
is T_b, the product of all numbers whose exponent has bit b set; after it is taken, each upper bucket is multiplied
onto the lower one whose digit lacks that bit, unless that is bucket 0, which is in no T_b. Then prod x^e =
prod T_b^(2^b), and the T_b say at the same time whether the numbers are squares (``verifier/batch.py``).

In rows larger than the cache, a tenth of the time and more is waiting for buckets, and least where they lie close
together. So a row is made in one go, bucket after bucket in order of digit, each the number 1 in room for the longest
number; and a bucket's new number is written into the memory of its old one. gmpy2's numbers can't be changed, but it
keeps the memory of the number that was dropped last, if that has up to 64 limbs (4096 bits), for the next result.
``_multiply`` drops the old number just before the remainder is taken.

*Invariants*: Memory depends on the windows, not on how many numbers were added. The plan of windows and the places of
buckets change cost only, never a result.

*Cost* in products mod p, with k windows of w bits and n numbers: at most k*n for adding, 2*k*(2^w - w - 1) for
the rows.
"""

from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from operator import itemgetter

from gmpy2 import mpz

from verifier.group import ONE, P

# for 128 bits of exponent at most 8 rows of 65,536 numbers of 560 bytes: 300 MB, however many numbers there are
WIDEST, NARROWEST = 16, 2
# numbers wait for each other, so that the addresses of a row's buckets stay in the cache while many go through it
WAITING = 24_576
# a number that is in the cache goes through so many windows at once
TOGETHER = 3
# so many buckets are looked up before the first of them is used, so that they come from memory together
AHEAD = 128
# two numbers as long as p, of which the exclusive or is 1
_EVEN = mpz(1) << (P.bit_length() - 1)
_ODD = _EVEN + 1


def window_widths(count: int, bits: int) -> tuple[int, ...]:
    """Return the widths of the windows that are cheapest for ``count`` exponents of ``bits`` bits: their sum."""
    plans = (_even_widths(bits, windows) for windows in range(-(-bits // WIDEST), bits // NARROWEST + 1))
    return min(plans, key=lambda widths: planned_products(count, widths))


def _even_widths(bits: int, windows: int) -> tuple[int, ...]:
    narrow, wider = divmod(bits, windows)
    return (narrow + 1,) * wider + (narrow,) * (windows - wider)


def planned_products(count: int, widths: Sequence[int]) -> int:
    """Return the products mod p that ``count`` numbers are expected to take: all digits but 0, and the rows' end."""
    return sum(count - (count >> width) + (2 << width) for width in widths)


class Buckets:
    """The state of one product of powers with exponents below 2^bits; ``expected`` numbers are planned for."""

    def __init__(self, expected: int, bits: int) -> None:
        self.widths = window_widths(expected, bits)
        self._numbers: list[mpz] = []
        self._exponents: list[int] = []

    @cached_property
    def _rows(self) -> list[tuple[int, int, list[mpz]]]:
        """Return shift, width and buckets of each window; made when first used, as they take up to 0.6 GB."""
        shifts = accumulate(self.widths, initial=0)
        return [(shift, width, _fresh_row(width)) for shift, width in zip(shifts, self.widths, strict=False)]

    def add(self, numbers: Sequence[mpz], exponents: Sequence[int]) -> None:
        """Multiply powers x^e, as many as of each, into the product; 0 < x < p, 0 <= e < 2^bits."""
        self._numbers += numbers
        self._exponents += exponents
        if len(self._numbers) >= WAITING:
            self.settle()

    def settle(self) -> None:
        """Leave no number waiting."""
        for first in range(0, len(self._rows), TOGETHER):
            rows = self._rows[first : first + TOGETHER]
            for start in range(0, len(self._numbers), AHEAD):
                numbers, exponents = self._numbers[start : start + AHEAD], self._exponents[start : start + AHEAD]
                for shift, width, row in rows:
                    mask = (1 << width) - 1
                    digits = [exponent >> shift & mask for exponent in exponents]
                    # touches every bucket that will be used
                    itemgetter(*digits)(row)
                    _multiply(row, numbers, digits)
        self._numbers.clear()
        self._exponents.clear()

    def bit_products(self) -> list[mpz]:
        """Return T_b for b = 0..bits-1 and forget everything."""
        self.settle()
        result: list[mpz] = []
        while self._rows:
            _, width, row = self._rows.pop(0)
            # the highest bit comes first
            result += reversed([_halve(row) for _ in range(width)])
        return result


def _fresh_row(width: int) -> list[mpz]:
    """Return 2^width empty buckets: each a 1 of its own, side by side, in room for a number as long as p."""
    # what is computed gets the room of its operands, whatever its value is; a plain 1 would get one limb
    return [_EVEN ^ _ODD for _ in range(1 << width)]


def _multiply(row: list[mpz], numbers: Sequence[mpz], digits: Sequence[int]) -> None:
    """Multiply each number into the bucket of its digit, which keeps its place in memory."""
    p = P
    for x, digit in zip(numbers, digits, strict=True):
        # x^0 = 1
        if digit:
            # longer than what gmpy2 keeps the memory of, so that it does not take the bucket's place when it is dropped
            long_product = row[digit] * x
            # drops the bucket's number: nothing else may refer to it here
            row[digit] = ONE
            # the remainder takes the memory that was dropped last
            row[digit] = long_product % p


def _halve(row: list[mpz]) -> mpz:
    """Return T_b for the highest bit b of the row's digits; leave in the row its lower half, for the other bits."""
    p = P
    half = len(row) // 2
    upper = row[half:]
    del row[half:]
    top = ONE
    for digit, x in enumerate(upper):
        # an empty bucket has nothing to multiply by
        if x != 1:
            # T_b = the product of all buckets whose digit has bit b set
            top = top * x % p
            # bucket 0 is in no T_b
            if digit:
                # in place, as in _multiply
                long_product = row[digit] * x
                row[digit] = ONE
                row[digit] = long_product % p
    return top


def power_of_bits(products: Sequence[mpz]) -> mpz:
    """Return prod T_b^(2^b) for b = 0, 1, ..."""
    result = ONE
    for product in reversed(products):
        result = result * result % P
        if product is not ONE:
            result = result * product % P
    return result
