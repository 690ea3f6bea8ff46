"""The one group, membership, and the two ways in which powers are computed fast.

*Spec*: docs/protocol.md, section 2; EG 3.1.1.

*Idea*: Powers of g and K go over and over the same base: a table of base^(d*2^(w*i)) turns 256 squarings into
256/w products. Powers of a ciphertext component have many exponents and one base (c_0..c_R and the membership
exponent q): one chain of 256 squarings serves them all, each exponent gathers the chain's members by its
four-bit digits (Yao's method).

*Invariants*: All results are in 0..p-1. Nothing here presumes that a base is an element: exponents of untested
numbers are used as they stand, not reduced mod q.

*Cost* in products mod p: table power 256/w; shared chain 256 + 92 per exponent + 13 for membership.
"""

from collections.abc import Sequence
from functools import lru_cache

from gmpy2 import invert, mpz, powmod

# q = 2^256 - 189 (EG 3.1.1)
Q = mpz((1 << 256) - 189)
_DELTA = 287975203778583638958138611533602521491887169409704874643524560756486080635197037903


def _ln2_bits(bits: int) -> int:
    # floor(2^bits * ln 2) by ln 2 = sum_{n>=1} 1/(n*2^n), with guard bits against the rounding of each term
    guard = 64
    scale = 1 << (bits + guard)
    total, n = 0, 1
    while scale >> n:
        total += (scale >> n) // n
        n += 1
    return total >> guard


# p = 2^4096 - 2^3840 + 2^256*(floor(2^3584*ln 2) + delta) + 2^256 - 1 (EG 3.1.1)
P = mpz((1 << 4096) - (1 << 3840) + (1 << 256) * (_ln2_bits(3584) + _DELTA) + (1 << 256) - 1)
# r = (p-1)/q, g = 2^r mod p (EG 3.1.1)
G = powmod(mpz(2), (P - 1) // Q, P)

ONE = mpz(1)
ELEMENT_BYTES = 512
SCALAR_BYTES = 32

# 2^256 - q; x^q = 1 if and only if x^(2^256) = x^(2^256-q), for x != 0
_COMPLEMENT = mpz(1 << 256) - Q


def is_element(x: mpz) -> bool:
    """Say whether 0 < x < p and x^q mod p = 1."""
    return bool(0 < x < P and powmod(x, Q, P) == 1)


def is_scalar(x: mpz) -> bool:
    """Say whether 0 <= x < q."""
    return bool(0 <= x < Q)


def inverse(x: mpz) -> mpz | None:
    """Return x^-1 mod p, or None where x has none."""
    return invert(x % P, P) if x % P else None


def product(values: Sequence[mpz]) -> mpz:
    """Return the product mod p (1 for no values)."""
    result = ONE
    for value in values:
        result = result * value % P
    return result


class FixedBase:
    """Powers of one base by table; ``window`` bits a digit (memory: 256/window * 2^window * 540 bytes)."""

    def __init__(self, base: mpz, window: int = 8) -> None:
        self._window = window
        self._mask = (1 << window) - 1
        self._rows: list[list[mpz]] = []
        for _ in range(-(-256 // window)):
            row = [ONE]
            for _ in range(self._mask):
                row.append(row[-1] * base % P)
            self._rows.append(row)
            base = row[-1] * base % P

    def power(self, exponent: mpz) -> mpz:
        """Return base^exponent for 0 <= exponent < 2^256."""
        e, window, mask = int(exponent), self._window, self._mask
        result = ONE
        for row in self._rows:
            digit = e & mask
            if digit:
                result = result * row[digit] % P
            e >>= window
        return result


@lru_cache(maxsize=4)
def fixed_base(base: mpz, window: int = 8) -> FixedBase:
    """Return the table of a base, made once a process."""
    return FixedBase(base, window)


_NIBBLES = tuple((byte & 15, byte >> 4) for byte in range(256))


def _digits(exponent: mpz) -> list[int]:
    return [digit for byte in int(exponent).to_bytes(32, "little") for digit in _NIBBLES[byte]]


def shared_powers(base: mpz, exponents: Sequence[mpz]) -> tuple[list[mpz], bool]:
    """Return base^e for every exponent (0 <= e < 2^256), and whether ``base`` is an element."""
    buckets = [[ONE] * 16 for _ in exponents]
    x = base % P
    for column in zip(*map(_digits, exponents), strict=True) if exponents else [()] * 64:
        for bucket, digit in zip(buckets, column, strict=True):
            if digit:
                bucket[digit] = bucket[digit] * x % P
        x = x * x % P
        x = x * x % P
        x = x * x % P
        x = x * x % P
    powers = []
    for bucket in buckets:
        # prod_d bucket[d]^d as the product of all suffix products
        suffix = result = bucket[15]
        for digit in range(14, 0, -1):
            suffix = suffix * bucket[digit] % P
            result = result * suffix % P
        powers.append(result)
    # x = base^(2^256) here
    member = bool(0 < base < P and x == powmod(base, _COMPLEMENT, P))
    return powers, member


def lagrange_weight(index: int, used: Sequence[int]) -> mpz:
    """Return w_i = prod_{l in U, l != i} l/(l-i) mod q (EG 3.6.2)."""
    numerator, denominator = ONE, ONE
    for other in used:
        if other != index:
            numerator = numerator * other % Q
            denominator = denominator * (other - index) % Q
    return numerator * invert(denominator, Q) % Q
