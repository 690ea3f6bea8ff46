"""Several powers of one base from a single chain of squarings, with the membership test at no extra chain.

*Spec*: none; it serves the commitments a_j = g^{v_j} * alpha^{c_j} of section 3.3 and the test x^q mod p = 1 of
Verification 6.A.
*Idea*: a verifier needs alpha^{c_0}, ..., alpha^{c_R} and alpha^q. All of them share the squarings alpha^(2^i), which
make up most of the work. Each exponent is then cut into odd digits of at most w bits by a sliding window; the
squarings with the same digit are multiplied into one bucket, and the buckets are folded (Yao 1976; Knuth, TAOCP
4.6.3, exercise 9). The membership test uses the non-adjacent form of q: q = P - N with few bits set, and x^q = 1 if
and only if x^P = x^N.
*Invariants*: works on bare numbers modulo an odd prime p; for every x in (0, p) the results equal plain modular
powers, whether or not x lies in the subgroup.
*Cost*: one chain (256 multiplications), then about 58 multiplications per exponent instead of 295, about 6 for
membership.
"""

from __future__ import annotations

from gmpy2 import mpz

_WINDOW_BITS = 4
_DIGIT_MASK = (1 << _WINDOW_BITS) - 1
_BUCKET_COUNT = 1 << (_WINDOW_BITS - 1)


def non_adjacent_form(value: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Split value = sum 2^i over `plus` - sum 2^i over `minus`, with no two neighbouring bits set; value > 0."""
    plus: list[int] = []
    minus: list[int] = []
    position = 0
    while value:
        if value & 1:
            if value & 2:
                minus.append(position)
                value += 1
            else:
                plus.append(position)
                value -= 1
        value >>= 1
        position += 1
    return tuple(plus), tuple(minus)


class SquaringChain:
    """Hold base^(2^i) mod p for i = 0..bit_length and compute any number of powers from it."""

    __slots__ = ("_modulus", "_squares")

    def __init__(self, base: mpz, modulus: mpz, bit_length: int) -> None:
        """Compute the chain; exponents below 2^(bit_length + 1) can be used afterwards."""
        squares = [base]
        for _ in range(bit_length):
            base = base * base % modulus
            squares.append(base)
        self._squares = squares
        self._modulus = modulus

    def power(self, exponent: int) -> mpz:
        """Return base^exponent mod p for a PUBLIC exponent >= 0; the running time depends on it."""
        squares, modulus = self._squares, self._modulus
        # buckets[k] collects the squarings whose digit is 2k + 1
        buckets: list[mpz | None] = [None] * _BUCKET_COUNT
        position = 0
        while exponent:
            zeros = (exponent & -exponent).bit_length() - 1
            exponent >>= zeros
            position += zeros
            k = (exponent & _DIGIT_MASK) >> 1
            bucket = buckets[k]
            buckets[k] = squares[position] if bucket is None else bucket * squares[position] % modulus
            exponent >>= _WINDOW_BITS
            position += _WINDOW_BITS
        # sum_k (2k+1) B_k = S_0 + 2 * sum_{k>=1} S_k  with  S_k = sum_{m>=k} B_m, written multiplicatively
        suffix = mpz(1)
        doubled = mpz(1)
        for bucket in buckets[:0:-1]:
            if bucket is not None:
                suffix = suffix * bucket % modulus
            doubled = doubled * suffix % modulus
        if buckets[0] is not None:
            suffix = suffix * buckets[0] % modulus
        return doubled * doubled % modulus * suffix % modulus

    def is_one_at(self, form: tuple[tuple[int, ...], tuple[int, ...]]) -> bool:
        """Tell whether base^e = 1, where e is given in non-adjacent form: compare base^P with base^N."""
        plus, minus = form
        return bool(self._product(plus) == self._product(minus))

    def _product(self, positions: tuple[int, ...]) -> mpz:
        """Multiply the squarings at the given bit positions."""
        result = mpz(1)
        for position in positions:
            result = result * self._squares[position] % self._modulus
        return result
