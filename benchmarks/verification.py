"""What a ballot's verification costs: naive, proof by proof, in batches, streaming; by the board and by the verifier.

*Idea*: every method is a row that is measured round after round next to naive verification of the same ballots. Batches
up to a thousand ballots are repeated and counted with instrumented arithmetic; longer ones run once, in parts that
alternate between both implementations, and are counted by the formula that the shorter ones confirm.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from benchmarks.board_side import BoardSide
from benchmarks.formulas import naive as naive_theory
from benchmarks.meter import Meter, Sample, in_turn
from benchmarks.results import Row
from benchmarks.sides import RunningBatch, Side

SECTION = "verification"
PART = 1000
ALONE = 5

LIMIT_NAIVE = "28 (2 options) or 208 (20) powers of 256 bits"
LIMIT_ALONE = "256 squarings for each alpha and beta, which nothing avoids without the commitments"
LIMIT_SMALL = "the end of the batch: two multiplications for each bucket"
LIMIT_LARGE = "one multiplication for each number and window, in buckets larger than the cache; hashing and decoding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to measure for one number of options."""

    rounds: int
    small: tuple[int, ...]
    large: tuple[int, ...] = ()
    counted_up_to: int = 1000
    part: int = PART


@dataclass(slots=True)
class VerificationBench:
    """The rows of one election."""

    meter: Meter
    board: BoardSide
    verifier: Side
    formula_errors: list[float] = field(default_factory=list)

    @property
    def sides(self) -> tuple[Side, Side]:
        """Return both implementations."""
        return self.board, self.verifier

    @property
    def options(self) -> int:
        """Return the options of the contest."""
        return self.board.shape.options

    def run(self, plan: Plan) -> Iterator[Row]:
        """Measure everything the plan says."""
        yield from self._singles(plan)
        yield from self._small_batches(plan)
        for count in plan.large:
            yield from self._large_batches(count, plan.part)

    def _naive(self) -> None:
        self.board.naive(0)

    def _measure_naive(self, number: int) -> Sample:
        return self.meter.measure(self._naive, [(1, lambda: self.board.naive(number))])

    def _measure_alone(self, side: Side) -> Sample:
        def run() -> None:
            for number in range(ALONE):
                side.alone(number)

        return self.meter.measure(self._naive, [(ALONE, run)])

    def _singles(self, plan: Plan) -> Iterator[Row]:
        subjects: list[Callable[[], Sample]] = [lambda: self._measure_naive(1)]
        subjects += [partial(self._measure_alone, side) for side in self.sides]
        for side in self.sides:
            side.alone(0)  # builds its tables
        samples = in_turn(subjects, plan.rounds)
        counted = self.board.count(lambda side: side.naive(0)).total(self.meter.symbol_cost)
        yield self._row("naive", samples[0], counted, naive_theory(self.board.shape), LIMIT_NAIVE)
        for side, found in zip(self.sides, samples[1:], strict=True):
            counts = side.count(lambda counted_side: counted_side.alone(0), tables=True)
            counted = counts.total(self.meter.symbol_cost)
            yield self._row(f"proof by proof, {side.name}", found, counted, side.alone_theory(), LIMIT_ALONE)

    def _small_batches(self, plan: Plan) -> Iterator[Row]:
        cases = [(side, count) for count in plan.small for side in self.sides]
        subjects = [partial(self._batch_sample, side, count, plan.part) for side, count in cases]
        for (side, count), samples in zip(cases, in_turn(subjects, plan.rounds), strict=True):
            yield self._batch_row(side, count, samples, counts=count <= plan.counted_up_to)

    def _batch_sample(self, side: Side, count: int, part: int) -> Sample:
        return self.meter.measure(self._naive, batch_parts(side.batch(count), count, part))

    def _large_batches(self, count: int, part: int) -> Iterator[Row]:
        """Measure a batch of each side, part by part in turn."""
        batches = [side.batch(count) for side in self.sides]
        runs = [batch_parts(batch, count, part) for batch in batches]
        samples: list[list[Sample]] = [[] for _ in runs]
        for parts in zip(*runs, strict=True):
            for collected, one in zip(samples, parts, strict=True):
                collected.append(self.meter.measure(self._naive, [one]))
        for side, found in zip(self.sides, samples, strict=True):
            yield self._batch_row(side, count, [joined(found)], counts=False)

    def _batch_row(self, side: Side, count: int, samples: Sequence[Sample], *, counts: bool) -> Row:
        batch = side.batch(count)
        shape, cost = batch.batch_shape, self.meter.symbol_cost
        expected, by = shape.expected(count, cost), "formula"
        counted = expected
        if counts:

            def work(counted_side: Side) -> None:
                verify_batch(counted_side.batch(count), count)

            counted, by = side.count(work).total(cost) / count, "instrumented run"
            self.formula_errors.append(abs(expected / counted - 1))
        return self._row(
            f"{'streaming' if count >= 50_000 else 'batch'}, {side.name}",
            samples,
            counted,
            shape.theory(count, cost),
            LIMIT_SMALL if count < 1000 else LIMIT_LARGE,
            ballots=count,
            counted_by=by,
            note=f"{batch.windows} windows of a coefficient of 128 bits",
        )

    def _row(
        self,
        name: str,
        samples: Sequence[Sample],
        counted: float,
        theory: float,
        limit: str,
        *,
        ballots: int = 1,
        counted_by: str = "instrumented run",
        note: str = "",
    ) -> Row:
        return Row(
            section=SECTION,
            name=name,
            value=statistics.median(sample.each for sample in samples) * 1e3,
            unit="ms a ballot",
            options=self.options,
            ballots=ballots,
            ratio=statistics.median(sample.ratio for sample in samples),
            ratio_to="naive",
            counted=counted,
            counted_by=counted_by,
            theory=theory,
            time_over_bare=statistics.median(sample.multiplications_each for sample in samples) / counted,
            limit=limit,
            note=note,
        )


def verify_batch(batch: RunningBatch, count: int) -> None:
    """Verify `count` ballots from start to verdict."""
    batch.add(count)
    batch.end()


def batch_parts(batch: RunningBatch, count: int, part: int) -> Iterator[tuple[float, Callable[[], object]]]:
    """Yield the work of a batch in parts; the verdict is given by the last one, which brings no ballots."""
    for start in range(0, count, part):
        size = min(part, count - start)
        yield size, partial(batch.add, size)
    yield 0, batch.end


def joined(samples: Sequence[Sample]) -> Sample:
    """Return several samples as one."""
    return Sample(
        count=sum(sample.count for sample in samples),
        seconds=sum(sample.seconds for sample in samples),
        naives=sum(sample.naives for sample in samples),
        multiplications=sum(sample.multiplications for sample in samples),
    )
