"""What the board's and the independent verifier's way of verifying have in common when they are measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, Self, TypeVar

from benchmarks.counting import Counts
from benchmarks.formulas import BatchShape, Shape

S = TypeVar("S")

Work = Callable[[S], object]


class RunningBatch(Protocol):
    """A batch that ballots are being added to; `fill` and `void_end` stand for many ballots before these."""

    @property
    def batch_shape(self) -> BatchShape:
        """Return what the formulas need."""

    @property
    def windows(self) -> int:
        """Return k, the windows of a coefficient."""

    def add(self, count: int) -> None:
        """Add the next ballots, round and round."""

    def end(self) -> None:
        """Give the verdict; raises if it is not that all ballots are right."""

    def fill(self) -> None:
        """Put a number into every bucket."""

    def void_end(self) -> None:
        """End a batch whose buckets were filled."""


class Side(Protocol):
    """One implementation with the ballots of one election."""

    name: str
    shape: Shape

    def alone(self, number: int) -> None:
        """Verify one ballot proof by proof."""

    def alone_theory(self) -> float:
        """Return the multiplications of `alone`."""

    def batch(self, expected: int) -> RunningBatch:
        """Open a batch."""

    def count(self, work: Work[Self], *, tables: bool = False) -> Counts:
        """Count what some work on this side performs; `tables` that it needs are made before."""
