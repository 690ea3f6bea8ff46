"""All measurements in one run: `make bench`, or `python -m benchmarks [--quick] [--only NAME] [--json FILE]`."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.board_side import BoardSide
from benchmarks.meter import CALM, Meter
from benchmarks.peer import bench_peer
from benchmarks.primitives import bench_discrete_log, bench_encryption, bench_tally
from benchmarks.program import bench_program
from benchmarks.reaches import find_reaches
from benchmarks.readme import README, render_reach, render_row, write_readme
from benchmarks.results import LATEST, MILLION, SERVED, Results, Row, load_average, start_results, write_results
from benchmarks.sample_election import SampleElection, make_election
from benchmarks.sizes import FULL, QUICK, Sizes
from benchmarks.spread import bench_memory, bench_processes
from benchmarks.verification import VerificationBench
from benchmarks.verifier_side import VerifierSide


class Run:
    """One run of the measurements that were asked for."""

    def __init__(self, sizes: Sizes, results: Results, folder: Path, record: Path | None) -> None:
        """Prepare the stopwatch."""
        self.sizes, self.results, self.folder, self.record = sizes, results, folder, record
        self.meter = Meter()
        self._elections: dict[int, SampleElection] = {}

    def election(self, options: int) -> SampleElection:
        """Return the election of a number of options, made when first asked for."""
        if options not in self._elections:
            count = self.sizes.distinct[options]
            self._elections[options] = make_election(options, count, 2 if count > 100 else 1)
            self.results.distinct_ballots[str(options)] = count
        return self._elections[options]

    def verification(self) -> Iterator[Row]:
        """Measure verification by the board and the verifier."""
        for options, plan in self.sizes.verification.items():
            election = self.election(options)
            bench = VerificationBench(self.meter, BoardSide.of(election), VerifierSide.of(election))
            yield from bench.run(plan)
            self.results.formula_error = max(self.results.formula_error, *bench.formula_errors)

    def encryption(self) -> Iterator[Row]:
        """Measure encryption."""
        sizes = self.sizes
        for options, ballots in sizes.encrypted.items():
            yield from bench_encryption(self.meter, self.election(options), sizes.windows, ballots, sizes.rounds)

    def tally(self) -> list[Row]:
        """Measure the homomorphic tally."""
        return [
            row
            for options in self.sizes.distinct
            for row in bench_tally(self.meter, self.election(options), self.sizes.rounds)
        ]

    def log(self) -> list[Row]:
        """Measure the discrete logarithm."""
        return bench_discrete_log(self.meter, self.sizes.maximum, self.sizes.rounds)

    def processes(self) -> list[Row]:
        """Measure one process, two, and a Dask cluster."""
        sizes = self.sizes
        return bench_processes(self.meter, self.election(2), self.folder, sizes.process_rounds, sizes.empty_tasks)

    def program(self) -> list[Row]:
        """Measure the whole verifier on a record, if one was named."""
        return bench_program(self.meter, self.record, self.folder, self.sizes.process_rounds)

    def memory(self) -> list[Row]:
        """Measure a worker's memory."""
        return bench_memory(make_election(2, 100), self.sizes.memory_plan)

    def peer(self) -> list[Row]:
        """Measure Belenios."""
        sizes = self.sizes
        return bench_peer(
            self.meter, self.election(2), self.folder, sizes.peer_ballots, sizes.peer_rounds, sizes.peer_stream
        )


SECTIONS: dict[str, Callable[[Run], Iterable[Row]]] = {
    "verification": Run.verification,
    "encryption": Run.encryption,
    "tally": Run.tally,
    "log": Run.log,
    "processes": Run.processes,
    "program": Run.program,
    "memory": Run.memory,
    "peer": Run.peer,
}


def measure(sizes: Sizes, sections: Sequence[str], record: Path | None, *, quick: bool) -> Results:
    """Run sections and print their rows as they come."""
    results = start_results(quick=quick)
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="evote-bench-") as folder:
        run = Run(sizes, results, Path(folder), record)
        for name in sections:
            print(f"\n{name}", flush=True)
            for row in SECTIONS[name](run):
                results.rows.append(row)
                print(render_row(row), flush=True)
    meter = run.meter
    results.seconds = time.monotonic() - start
    results.load_after = load_average()
    results.multiplication_microseconds = statistics.median(meter.multiplications) * 1e6
    results.power_milliseconds = statistics.median(meter.powers) * 1e3
    results.power_in_multiplications = results.power_milliseconds * 1e3 / results.multiplication_microseconds
    results.symbol_in_multiplications = meter.symbol_cost
    results.power_spread = meter.power_spread
    results.power_extremes = meter.power_extremes
    results.disturbed = meter.power_spread > CALM
    results.reaches = [] if quick else find_reaches(results.rows)
    return results


def main(arguments: Sequence[str]) -> None:
    """Measure and write what was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure everything, in ratios of one run."
    )
    parser.add_argument("--quick", action="store_true", help="tiny numbers: shows that everything runs, nothing else")
    parser.add_argument(
        "--only", choices=SECTIONS, action="append", metavar="NAME", help=f"one of {', '.join(SECTIONS)}"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help=f"write the results here; a full run: {LATEST.name}")
    parser.add_argument("--record", type=Path, metavar="PATH", help="a record for the section `program`")
    parser.add_argument("--write-readme", action="store_true", help=f"put the results of {LATEST.name} into the README")
    options = parser.parse_args(arguments)
    if options.write_readme:
        write_readme(README, LATEST, SERVED, MILLION)
        return
    sections = options.only or list(SECTIONS)
    results = measure(QUICK if options.quick else FULL, sections, options.record, quick=options.quick)
    print(f"\n{results.seconds:.0f} s; load {results.load_before} before, {results.load_after} after")
    print(f"calibration varied by {results.power_spread:.0%}" + (": DISTURBED, repeat" if results.disturbed else ""))
    for reach in results.reaches:
        print(render_reach(reach))
    target = options.json or (None if options.quick or options.only else LATEST)
    if target:
        write_results(results, target)


if __name__ == "__main__":
    main(sys.argv[1:])
