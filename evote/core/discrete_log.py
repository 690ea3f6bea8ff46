"""Discrete logarithm of a tally in a known small range.

*Spec*: section 3.6 (t with T = K^t).
*Idea*: baby steps and giant steps (Shanks 1971): t = i * m + j, with a table of base^j for j < m and m about the
square root of the maximum, so that a tally of fifty million takes about fourteen thousand multiplications.
*Invariants*: a result t satisfies base^t = element and 0 <= t <= maximum. Results are public; nothing here is secret.
*Cost*: m multiplications to build, at most maximum / m + 1 per solution.
"""

from __future__ import annotations

from math import isqrt

from gmpy2 import powmod

from evote.core.group import Element, Group
from evote.errors import VerificationError

_MAX_TABLE_ENTRIES = 1 << 20
_KEY_MASK = (1 << 64) - 1


class DiscreteLog:
    """Solve base^t = element for 0 <= t <= maximum; the table is built once and serves every tally of an election."""

    __slots__ = ("_base", "_group", "_maximum", "_step_count", "_table")

    def __init__(self, group: Group, base: Element, maximum: int) -> None:
        """Build the table; raises ValueError for a negative maximum or base 1, where t is not determined."""
        if maximum < 0:
            raise ValueError("the maximum is not negative")
        if base == group.identity:
            raise ValueError("base 1 has no logarithms")
        group.require_same(base.group)
        self._group = group
        self._base = base
        self._maximum = maximum
        self._step_count = min(isqrt(maximum) + 1, _MAX_TABLE_ENTRIES)
        # Keys are the low 64 bits of base^j; a key that two powers share keeps both exponents.
        self._table: dict[int, list[int]] = {}
        value = group.identity.value
        for j in range(self._step_count):
            self._table.setdefault(int(value & _KEY_MASK), []).append(j)
            value = value * base.value % group.p

    def solve(self, element: Element) -> int:
        """Return the least t in 0..maximum with base^t = element; raises VerificationError
        `verification.no_discrete_log`.
        """
        self._group.require_same(element.group)
        p, m = self._group.p, self._step_count
        # base^(-m)
        giant = (self._base**-m).value
        value = element.value
        for i in range(self._maximum // m + 1):
            # element * base^(-i*m) = base^j  =>  t = i*m + j
            for j in self._table.get(int(value & _KEY_MASK), ()):
                t = i * m + j
                if t <= self._maximum and powmod(self._base.value, t, p) == element.value:
                    return t
            value = value * giant % p
        raise VerificationError("verification.no_discrete_log", f"no t in 0..{self._maximum} gives this element")
