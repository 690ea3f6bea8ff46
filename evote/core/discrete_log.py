"""Discrete logarithm of a tally in a known small range.

*Spec*: section 3.6 (t with T = K^t).
*Idea*: baby steps and giant steps (Shanks 1971): t = i * m + j, with a table of base^j for j < m. One table serves
every option of every unit, so m is four times the square root of the maximum: for fifty million 28,285 multiplications
build it, and at most 1,768 find a result (some 7 ms).
*Invariants*: a result t satisfies base^t = element and 0 <= t <= maximum. Results are public; nothing here is secret.
*Cost*: m multiplications to build, at most maximum / m + 1 and two powers per solution. About 100 bytes for each of m
entries, of which there are never more than a million.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

from gmpy2 import powmod

from evote.core.group import Element, Group
from evote.errors import VerificationError

_MAX_TABLE_ENTRIES = 1 << 20
_TABLE_FACTOR = 4
_KEY_MASK = (1 << 64) - 1


class DiscreteLog:
    """Solve base^t = element for 0 <= t <= maximum; the table is built once and serves every tally of an election."""

    __slots__ = ("_base", "_group", "_maximum", "_shared", "_step_count", "_table")

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
        self._step_count = min(_TABLE_FACTOR * isqrt(maximum) + 1, maximum + 1, _MAX_TABLE_ENTRIES)
        # Keys are the low 64 bits of base^j; further exponents of a key that several powers share stand aside.
        self._table: dict[int, int] = {}
        self._shared: dict[int, list[int]] = {}
        value = group.identity.value
        for j in range(self._step_count):
            key = int(value & _KEY_MASK)
            if self._table.setdefault(key, j) != j:
                self._shared.setdefault(key, []).append(j)
            value = value * base.value % group.p

    @property
    def baby_steps(self) -> int:
        """Return m, the number of table entries; a solution takes at most maximum / m + 1 multiplications."""
        return self._step_count

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
            for j in self._candidates(int(value & _KEY_MASK)):
                t = i * m + j
                if t <= self._maximum and powmod(self._base.value, t, p) == element.value:
                    return t
            value = value * giant % p
        raise VerificationError("verification.no_discrete_log", f"no t in 0..{self._maximum} gives this element")

    def _candidates(self, key: int) -> Sequence[int]:
        """Return every j < m, ascending, whose power has that key."""
        first = self._table.get(key)
        return () if first is None else (first, *self._shared.get(key, ()))
