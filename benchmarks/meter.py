"""Measuring on a machine that others use too: whatever is compared is measured next to each other.

*Idea*: what one thread does is timed by the processor time it took, so that waiting for a busy processor is not taken
for work; what several processes do, by the clock on the wall. Before and after everything that is timed, units are
timed: naive verification of a ballot, and a bare multiplication modulo p. A duration is divided by the mean of the
units on both sides of it, and medians are taken over rounds that go through all subjects in turn (A B C A B C), so that
a slow minute hits all alike. Beside the units some plain powers are timed by the clock on the wall: how much these
vary over the run says whether the machine was left alone.
"""

from __future__ import annotations

import resource
import secrets
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from gmpy2 import jacobi, mpz, powmod

from verifier.group import P

Clock = Callable[[], float]
THREAD: Clock = time.thread_time
WALL: Clock = time.perf_counter

CALM = 0.15
_NUMBERS = 500
_REPEATS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Seconds of both units."""

    naive: float
    multiplication: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A duration for `count` items, and the same as a multiple of naive verifications and of multiplications."""

    count: float
    seconds: float
    naives: float
    multiplications: float

    @property
    def ratio(self) -> float:
        """Return how many times faster than naive an item is."""
        return self.count / self.naives

    @property
    def each(self) -> float:
        """Return the seconds of an item."""
        return self.seconds / self.count

    @property
    def multiplications_each(self) -> float:
        """Return how many bare multiplications take as long as an item."""
        return self.multiplications / self.count


class Meter:
    """The stopwatch of a run."""

    def __init__(self) -> None:
        """Prepare numbers for the units."""
        self._numbers = [mpz(secrets.randbits(4095)) for _ in range(_NUMBERS)]
        self._exponent = mpz(secrets.randbits(256) | 1 << 255)
        self.powers: list[float] = []
        self.multiplications: list[float] = []
        symbols, products = ([seconds(run) for _ in range(_REPEATS)] for run in (self._symbols, self._multiply))
        self.symbol_cost = statistics.median(symbols) / statistics.median(products)

    def measure(
        self,
        naive: Callable[[], object] | None,
        parts: Iterable[tuple[float, Callable[[], object]]],
        clock: Clock = THREAD,
    ) -> Sample:
        """Time parts, each (number of items, run), with the units between them; return them as one sample.

        `naive` verifies one ballot of the same kind naively; without it nothing is compared with that.
        """
        total = [0.0, 0.0, 0.0, 0.0]
        before = self.units(naive)
        for count, run in parts:
            duration = seconds(run, clock)
            after = self.units(naive)
            unit = (before.naive + after.naive) / 2
            total[0] += count
            total[1] += duration
            total[2] += duration / unit if unit else 0.0
            total[3] += duration / ((before.multiplication + after.multiplication) / 2)
            before = after
        return Sample(count=total[0], seconds=total[1], naives=total[2], multiplications=total[3])

    def units(self, naive: Callable[[], object] | None) -> Units:
        """Time the units, and calibrate."""
        multiplication = statistics.median(seconds(self._multiply) for _ in range(_REPEATS)) / _NUMBERS
        self.multiplications.append(multiplication)
        self.powers.append(seconds(self._powers, WALL) / _REPEATS)
        slow = 0.0 if naive is None else statistics.median(seconds(naive) for _ in range(3))
        return Units(naive=slow, multiplication=multiplication)

    @property
    def power_spread(self) -> float:
        """Return by how much slow calibrations took longer than fast ones (0.1: a tenth), the outermost twentieths of
        both ends left out: a hiccup of milliseconds does not matter to medians.
        """
        ordered = sorted(self.powers)
        outside = len(ordered) // 20
        return ordered[-1 - outside] / ordered[outside] - 1

    @property
    def power_extremes(self) -> float:
        """Return the same for the slowest and the fastest calibration."""
        return max(self.powers) / min(self.powers) - 1

    def _multiply(self) -> None:
        product, p = self._numbers[0], P
        for number in self._numbers:
            product = product * number % p

    def _powers(self) -> None:
        for number in self._numbers[:_REPEATS]:
            powmod(number, self._exponent, P)

    def _symbols(self) -> None:
        for number in self._numbers:
            jacobi(number, P)


def seconds(run: Callable[[], object], clock: Clock = THREAD) -> float:
    """Time one run."""
    start = clock()
    run()
    return clock() - start


def children_seconds() -> float:
    """Return the processor time of all programs that were started and have ended."""
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    return use.ru_utime + use.ru_stime


def in_turn(subjects: Sequence[Callable[[], Sample]], rounds: int) -> list[list[Sample]]:
    """Run all subjects in turn, round after round; return the samples of each."""
    samples: list[list[Sample]] = [[] for _ in subjects]
    for _ in range(rounds):
        for collected, subject in zip(samples, subjects, strict=True):
            collected.append(subject())
    return samples
