"""The check symbol of a credential code: arithmetic in the field of 32 elements.

Spec: docs/protocol.md section 7; the alphabet is Crockford's base 32.

Idea: symbols s_0..s_19 are the coefficients of a sum over powers of x that must vanish. One wrong symbol changes one
term; exchanging s_i and s_j changes the sum by (x^i - x^j)(s_i - s_j). Since x has order 31, neither change is 0.

Invariants: a symbol stands for the polynomial over GF(2) whose bits it encodes, bit 0 the constant term.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SYMBOL_BITS: Final = 5

_REDUCTION: Final = 0b100101  # x^5 + x^2 + 1
_ORDER_OF_X: Final = 31


def check_sum(symbols: Sequence[int]) -> int:
    """Return sum x^i * s_i in GF(32) for symbols 0..31; it is 0 for a right code."""
    total = 0
    for symbol in reversed(symbols):
        # sum_{i>=j} x^(i-j) * s_i = x * (sum_{i>j} x^(i-j-1) * s_i) + s_j, by Horner's rule
        total = _times_x(total) ^ symbol
    return total


def check_symbol(symbols: Sequence[int]) -> int:
    """Return the symbol that, appended to `symbols`, makes the check sum 0."""
    # x^n * s_n = sum_{i<n} x^i * s_i  =>  s_n = x^(-n) * sum_{i<n} x^i * s_i, with -1 = 1 and x^31 = 1
    value = check_sum(symbols)
    for _ in range(-len(symbols) % _ORDER_OF_X):
        value = _times_x(value)
    return value


def _times_x(value: int) -> int:
    value <<= 1
    return value ^ _REDUCTION if value >> SYMBOL_BITS else value
