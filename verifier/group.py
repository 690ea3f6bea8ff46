"""The one group, membership, and the two ways in which powers are computed fast.

*Spec*: docs/protocol.md, section 2; EG 3.1.1.

*Idea*: Powers of g and K go over and over the same base: a table of base^(d*2^(w*i)) turns 256 squarings into
256/w products. Powers of a ciphertext component have many exponents and one base (c_0..c_R and the membership
exponent q): one chain of 256 squarings serves them all, each exponent gathers the chain's members by its
four-bit digits (Yao's method).

*Invariants*: All results are in 0..p-1. Nothing here presumes that a base is an element: exponents of untested
numbers are used as they stand, not reduced mod q.

*Cost* in products mod p: table power 256/w; chain 256 (64 per base when made of the chains of a product's
factors); 88 per exponent on a chain; 13 for membership.
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


class SquaringChain:
    """One base's powers base^(16^i), i = 0..64, which serve any number of exponents and the membership test."""

    def __init__(self, base: mpz) -> None:
        self.base = base
        x = base % P
        self.steps = [x]
        for _ in range(64):
            x = x * x % P
            x = x * x % P
            x = x * x % P
            x = x * x % P
            self.steps.append(x)

    def is_element(self) -> bool:
        """Say whether the base is an element."""
        # x^q = 1 if and only if x^(2^256) = x^(2^256-q), for x != 0
        return bool(0 < self.base < P and self.steps[64] == powmod(self.base, _COMPLEMENT, P))

    def powers(self, exponents: Sequence[mpz]) -> list[mpz]:
        """Return base^e for every exponent (0 <= e < 2^256)."""
        return [self._power(exponent) for exponent in exponents]

    def _power(self, exponent: mpz) -> mpz:
        buckets = [ONE] * 16
        for x, digit in zip(self.steps, _digits(exponent), strict=False):
            if digit:
                buckets[digit] = buckets[digit] * x % P
        # prod_d bucket[d]^d as the product of all suffix products
        suffix = result = buckets[15]
        for digit in range(14, 0, -1):
            suffix = suffix * buckets[digit] % P
            result = result * suffix % P
        return result


def product_chain(chains: Sequence[SquaringChain]) -> SquaringChain:
    """Return the chain of the product of all bases, from the chains at hand where that is cheaper than anew."""
    base = product([chain.base for chain in chains])
    if not 1 <= len(chains) <= 4:
        return SquaringChain(base)
    result = SquaringChain.__new__(SquaringChain)
    result.base = base
    result.steps = [product(column) for column in zip(*(chain.steps for chain in chains), strict=True)]
    return result


def lagrange_weight(index: int, used: Sequence[int]) -> mpz:
    """Return w_i = prod_{l in U, l != i} l/(l-i) mod q (EG 3.6.2)."""
    numerator, denominator = ONE, ONE
    for other in used:
        if other != index:
            numerator = numerator * other % Q
            denominator = denominator * (other - index) % Q
    return numerator * invert(denominator, Q) % Q
