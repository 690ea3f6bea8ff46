"""The verifier's whole program on a record at hand: one process, two, and a Dask cluster of two on this machine.

*Idea*: what `spread` measures is the work alone; this is what an auditor waits for: the log, the ballots, everything
that follows from the sums, and gathering what workers send. Processes are started before, so that their start does not
stand in for a share of a long run. The record can be any: a million ballots, or that of the demonstration.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.meter import WALL, Meter, in_turn
from benchmarks.results import Row
from benchmarks.spread import DASK, dask_cluster, has_dask, process_pool
from verifier.engine import Options, verify
from verifier.findings import Report

SECTION = "program"


def bench_program(meter: Meter, record: Path | None, folder: Path, rounds: int) -> list[Row]:
    """Measure the verification of a record; raises AssertionError if the ways to run it differ in a finding."""
    if record is None:
        return [Row(section=SECTION, name="evote-verify", value=0.0, unit="s", note="no --record: not measured")]
    path = str(record.absolute())
    with ExitStack() as stack:
        one, two = (stack.enter_context(process_pool(count)) for count in (1, 2))
        programs: dict[str, Callable[[], Report]] = {
            "1 process": partial(verify, Options(record=path, workers=1), one),
            "2 processes": partial(verify, Options(record=path, workers=2), two),
        }
        if has_dask():
            cluster = stack.enter_context(dask_cluster(folder))
            programs[DASK] = partial(verify, Options(record=path, cluster=cluster.scheduler_address))
        # the first time, workers import the program and make their tables
        reports = {name: run() for name, run in programs.items()}
        first = reports["1 process"]
        if any(report.findings != first.findings for report in reports.values()):
            raise AssertionError("findings depend on who does the work")
        size = first.log.size if first.log is not None else 1
        runs = [partial(meter.measure, None, [(size, run)], WALL) for run in programs.values()]
        samples = dict(zip(programs, in_turn(runs, rounds), strict=True))
    rows = []
    for name, found in samples.items():
        reference = "2 processes" if name == DASK else "1 process"
        pairs = zip(samples[reference], found, strict=True)
        rows.append(
            Row(
                section=SECTION,
                name=f"evote-verify, {name}",
                value=statistics.median(sample.seconds for sample in found),
                unit="s",
                ballots=size,
                ratio=statistics.median(base.seconds / sample.seconds for base, sample in pairs),
                ratio_to=reference,
                limit="the ballots" if name == "1 process" else "reading the log and gathering, which one process does",
                note=f"ballots: all entries; {'verified' if first.verified else 'not verified'}",
            )
        )
    return rows
