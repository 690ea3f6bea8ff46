"""Counting the multiplications modulo p that a piece of the program performs, by handing it a modulus that counts.

*Idea*: every multiplication is written `a * b % p`. While counting, p is replaced by an object that stands on the right
of `%`, and the powers, Jacobi symbols and inverses of gmpy2 by functions that note their calls. Nothing else of the
program changes. A product that is below p before the division is one with a factor 1 (a bucket's first number, the end
of an empty bucket) and takes next to no time: it is not counted.

*Invariants*: what is computed is what is computed without counting. One count at a time, in one thread.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, cast

import gmpy2
from gmpy2 import mpz

import verifier.group
from evote.core.group import Group

POWER = 295
"""Multiplications whose time a plain power with an exponent of 256 bits takes (docs/batch-verification.md)."""

_COUNTED_PACKAGES = ("evote.", "verifier.", "benchmarks.")


@dataclass(slots=True)
class Counts:
    """What was performed: multiplications, bits of the exponents of plain powers, Jacobi symbols, inverses."""

    multiplications: int = 0
    power_bits: int = 0
    powers: int = 0
    symbols: int = 0
    inverses: int = 0

    def reset(self) -> None:
        """Forget everything so far."""
        self.multiplications = self.power_bits = self.powers = self.symbols = self.inverses = 0

    def total(self, symbol_cost: float) -> float:
        """Return all in multiplications: a power by the length of its exponent, a symbol or inverse at its cost."""
        powers = POWER * self.power_bits / 256
        return self.multiplications + powers + symbol_cost * (self.symbols + self.inverses)


class CountingModulus:
    """An odd prime that counts the reductions of products modulo itself."""

    __slots__ = ("_counts", "value")

    def __init__(self, value: mpz, counts: Counts) -> None:
        """Count into `counts`."""
        self.value = value
        self._counts = counts

    def __rmod__(self, number: mpz) -> mpz:
        """Reduce a number, and count it if there is anything to reduce."""
        if number >= self.value:
            self._counts.multiplications += 1
        return number % self.value

    def __gt__(self, number: object) -> bool:
        """Compare with a number, for tests of range."""
        return bool(self.value > cast(mpz, number))

    def __int__(self) -> int:
        """Return the prime, for its encoding."""
        return int(self.value)

    def bit_length(self) -> int:
        """Return the length of the prime, for numbers as long as it is."""
        return self.value.bit_length()


@contextmanager
def counting(group: Group) -> Iterator[Counts]:
    """Count what is done with this group of ours, and what the independent verifier does.

    Tables that were built for the group before keep the bare modulus: build what is to be counted inside.
    """
    counts = Counts()
    modulus = cast(mpz, CountingModulus(group.p, counts))
    replaced: list[tuple[object, str, object]] = []

    def replace(owner: object, name: str, value: object) -> None:
        replaced.append((owner, name, getattr(owner, name)))
        setattr(owner, name, value)

    functions, prime = _counted_functions(counts), verifier.group.P
    try:
        for module in _modules():
            for name, value in list(vars(module).items()):
                if value is prime:
                    replace(module, name, modulus)
                elif callable(value) and id(value) in functions:
                    replace(module, name, functions[id(value)])
        replace(group, "p", modulus)
        yield counts
    finally:
        for owner, name, value in reversed(replaced):
            setattr(owner, name, value)


def _modules() -> list[ModuleType]:
    return [module for name, module in list(sys.modules.items()) if name.startswith(_COUNTED_PACKAGES)]


def _counted_functions(counts: Counts) -> dict[int, Callable[..., Any]]:
    """Return, by the identity of gmpy2's functions, those that count and then do the same."""

    def bare(number: object) -> Any:
        return number.value if isinstance(number, CountingModulus) else number

    def power(function: Callable[..., mpz]) -> Callable[..., mpz]:
        def counted(base: mpz, exponent: mpz | int, modulus: object) -> mpz:
            counts.powers += 1
            counts.power_bits += int(exponent).bit_length()
            return function(base, exponent, bare(modulus))

        return counted

    def jacobi(number: mpz, modulus: object) -> int:
        counts.symbols += 1
        return int(gmpy2.jacobi(number, bare(modulus)))

    def invert(number: mpz, modulus: object) -> mpz:
        # an inverse modulo q is nothing to speak of
        counts.inverses += isinstance(modulus, CountingModulus)
        return gmpy2.invert(number, bare(modulus))

    return {
        id(gmpy2.powmod): power(gmpy2.powmod),
        id(gmpy2.powmod_sec): power(gmpy2.powmod_sec),
        id(gmpy2.jacobi): jacobi,
        id(gmpy2.invert): invert,
    }
