"""One process, two processes, and a Dask cluster of two on this machine, at the same work; and a worker's memory.

*Idea*: the work is a pure function of a range of a file: a worker reads its ballots itself, verifies them from their
bytes in one batch of the independent verifier, and returns the partial sums. The same parts go to a pool of one, a pool
of two and a Dask cluster of two workers, in turn. What a scheduler adds shows in the time of the same parts, and more
directly in tasks that do nothing.

Memory is that of a process whose batch has the largest plan there is (24 rows of 65,536 buckets) with every bucket in
use: more ballots change nothing any more.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import resource
import statistics
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.board_side import BoardSide
from benchmarks.formulas import Shape
from benchmarks.meter import WALL, Meter, in_turn, seconds
from benchmarks.results import Row
from benchmarks.sample_election import SampleElection
from benchmarks.verifier_side import VerifierSide, verify_whole
from evote.client.submission import Submission
from verifier.group import P
from verifier.harvest import Harvest

PROCESSES, MEMORY = "processes", "memory"
DASK = "Dask, 2 workers"
LARGEST = 1 << 32

# (alpha, beta) by district, contest and option
Sums = dict[tuple[int, int, int], tuple[int, int]]
_FRAME = struct.Struct(">III")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A range of a file of ballots, and what is needed to judge it."""

    path: str
    offset: int
    ballots: int
    options: int
    manifest: bytes
    keys: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """How many ballots were verified, and their sums by (district, contest, option)."""

    ballots: int
    sums: Sums


def verify_part(part: Part) -> PartResult:
    """Verify a range of ballots from their bytes; raises AssertionError if not all of them are right."""
    side = VerifierSide(Shape(options=part.options), part.manifest, part.keys, ())
    side.checker.harvest = Harvest()
    batch = side.batch(part.ballots)
    verify_whole(side, batch, 0, _read(Path(part.path), part.offset, part.ballots))
    batch.end()
    sums = side.checker.harvest.sums
    return PartResult(ballots=part.ballots, sums={key: (int(a), int(b)) for key, (a, b) in sums.items()})


def write_parts(election: SampleElection, path: Path, parts: int) -> list[Part]:
    """Write an election's ballots into a file; return equal ranges of it."""
    size = len(election.ballots) // parts
    offsets = []
    with path.open("wb") as file:
        for number, ballot in enumerate(election.ballots[: size * parts]):
            if number % size == 0:
                offsets.append(file.tell())
            fields = ballot.entry, ballot.payload, ballot.commitments
            file.write(_FRAME.pack(*map(len, fields)) + b"".join(fields))
    return [
        Part(
            path=str(path),
            offset=offset,
            ballots=size,
            options=election.options,
            manifest=election.manifest,
            keys=election.keys,
        )
        for offset in offsets
    ]


def run_parts(executor: Executor, parts: Sequence[Part]) -> Sums:
    """Verify parts on an executor and merge their sums, whatever the order in which they come."""
    return merged(executor.map(verify_part, parts))


def merged(results: Iterable[PartResult]) -> Sums:
    """Multiply partial sums together."""
    total: Sums = {}
    for result in results:
        for key, (a, b) in result.sums.items():
            a_0, b_0 = total.get(key, (1, 1))
            total[key] = int(a_0 * a % P), int(b_0 * b % P)
    return total


def bench_processes(meter: Meter, election: SampleElection, folder: Path, rounds: int, tasks: int) -> list[Row]:
    """Measure the same parts on one process, on two, and on a cluster of two where Dask is installed."""
    parts = write_parts(election, folder / "ballots", 2)
    count = sum(part.ballots for part in parts)
    with ExitStack() as stack:
        executors: dict[str, Executor] = {
            "1 process": stack.enter_context(process_pool(1)),
            "2 processes": stack.enter_context(process_pool(2)),
        }
        if has_dask():
            client = stack.enter_context(dask_cluster(folder)).get_client()
            # not pure: the same parts are verified again and again
            executors[DASK] = stack.enter_context(client).get_executor(pure=False)
        wanted = merged(map(verify_part, parts))
        for executor in executors.values():
            if run_parts(executor, parts) != wanted:
                raise AssertionError("the sums depend on the executor")
        runs = [
            partial(meter.measure, None, [(count, partial(run_parts, each, parts))], WALL)
            for each in executors.values()
        ]
        samples = dict(zip(executors, in_turn(runs, rounds), strict=True))
        empty = {name: round_trips(executor, tasks, rounds) for name, executor in executors.items()}
    rows = []
    for name, found in samples.items():
        reference = "2 processes" if name == DASK else "1 process"
        pairs = zip(samples[reference], found, strict=True)
        rows.append(
            Row(
                section=PROCESSES,
                name=f"whole verification from bytes, {name}",
                value=statistics.median(sample.each for sample in found) * 1e3,
                unit="ms a ballot",
                options=election.options,
                ballots=count,
                ratio=statistics.median(base.seconds / sample.seconds for base, sample in pairs),
                ratio_to=reference,
                limit="memory bandwidth and cache that cores share" if name != "1 process" else "one core",
                note="signature, JSON, hashes, proofs and sums; two parts",
            )
        )
    for name, duration in empty.items():
        rows.append(
            Row(
                section=PROCESSES,
                name=f"a task that does nothing, {name}",
                value=duration * 1e3,
                unit="ms a task",
                limit="messages between processes" + (" by way of the scheduler" if name == DASK else ""),
            )
        )
    if DASK not in executors:
        rows.append(Row(section=PROCESSES, name="Dask", value=0.0, unit="ms", note="not installed: not measured"))
    return rows


def bench_memory(election: SampleElection, expected: int) -> list[Row]:
    """Measure the peak memory of a process with every bucket of the plan for `expected` ballots in use."""
    sides = ("board", "verifier")
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"), max_tasks_per_child=1) as executor:
        peaks = executor.map(peak_memory, sides, [election] * 2, [expected] * 2)
        return [
            Row(
                section=MEMORY,
                name=f"a worker with every bucket in use, {name}",
                value=peak / 1e6,
                unit="MB",
                options=election.options,
                limit="24 rows of 65,536 numbers of 560 bytes, the most that any plan has",
            )
            for name, peak in zip(sides, peaks, strict=True)
        ]


def peak_memory(name: str, election: SampleElection, expected: int) -> int:
    """Fill a batch, verify some ballots into it, end it; return the peak of this process in bytes."""
    side = BoardSide.of(election) if name == "board" else VerifierSide.of(election)
    batch = side.batch(expected)
    batch.fill()
    batch.add(len(election.ballots))
    batch.void_end()
    return peak_bytes()


def peak_bytes() -> int:
    """Return the peak resident memory of this process."""
    try:
        # not getrusage: its figure survives exec and may be that of the process that started this one
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def nothing(number: int) -> int:
    """Do nothing."""
    return number


def round_trips(executor: Executor, tasks: int, rounds: int) -> float:
    """Return the seconds of a task that does nothing, many at a time."""

    def run() -> None:
        list(executor.map(nothing, range(tasks)))

    return statistics.median(seconds(run, WALL) for _ in range(rounds)) / tasks


def process_pool(workers: int) -> ProcessPoolExecutor:
    """Return a pool of fresh processes."""
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def has_dask() -> bool:
    """Tell whether Dask is installed."""
    return importlib.util.find_spec("distributed") is not None


@contextmanager
def dask_cluster(folder: Path) -> Iterator[Any]:
    """Run a Dask scheduler and two workers of one thread each on this machine."""
    import distributed

    # it is not typed
    make_cluster: Callable[..., Any] = distributed.LocalCluster
    with make_cluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=str(folder)
    ) as cluster:
        yield cluster


def _read(path: Path, offset: int, count: int) -> list[Submission]:
    result = []
    with path.open("rb") as file:
        file.seek(offset)
        for _ in range(count):
            lengths = _FRAME.unpack(file.read(_FRAME.size))
            entry, payload, commitments = (file.read(length) for length in lengths)
            result.append(Submission(entry=entry, payload=payload, commitments=commitments))
    return result
