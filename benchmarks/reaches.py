"""The goals for a run's ratios, and whether they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from benchmarks.results import Reach, Row

STREAMING = 100_000


def find_reaches(rows: Sequence[Row]) -> list[Reach]:
    """Judge every goal whose rows were measured."""
    return list(_reaches(rows))


def served_reaches(rows: Sequence[Mapping[str, Any]]) -> Iterator[Reach]:
    """Judge the goals of a served board with witnesses, from the rows of `benchmarks.serve_load`."""
    for row in rows:
        if not row["witnesses"]:
            continue
        rate, pace = row["per_second"], row["offered_per_second"]
        if row["what"] == "small statements":
            yield _at_least("small statements with five witnesses", 3000, rate, "{:,.0f} a second".format)
        elif pace is None:
            yield _at_least("ballots with five witnesses", 500, rate, "{:,.0f} a second".format)
        else:
            name = f"99th percentile of a cast, {pace:,.0f} a second offered, five witnesses"
            yield _at_most(name, 1.0, row["p99_seconds"], "{:.2f} s".format)


def _reaches(rows: Sequence[Row]) -> Iterator[Reach]:
    for side in ("board", "verifier"):
        for name, ballots, least in (("batch", 1000, 14), ("streaming", STREAMING, 28)):
            for row in _find(rows, "verification", f"{name}, {side}", ballots=ballots):
                yield _at_least(f"{name} of {ballots:,} against naive, {side}", least, row.ratio)
        for row in _find(rows, "verification", f"streaming, {side}", ballots=STREAMING):
            yield _at_most(
                f"streaming against its multiplications alone, {side}", 1.25, row.time_over_bare, "{:.2f}".format
            )
    for section in ("processes", "program"):
        for row in rows:
            if row.section == section and row.name.endswith(", 2 processes") and row.ratio is not None:
                yield _at_least(f"two processes against one, {row.name}", 1.9, row.ratio, "{:.2f} times".format)
    for row in _find(rows, "peer", "streaming"):
        yield _at_least(f"Belenios against {row.name}", 8, row.ratio)
    for row in _find(rows, "memory", "a worker"):
        yield _at_most(f"memory of {row.name}", 1200, row.value, "{:.0f} MB".format)
    for row in _find(rows, "discrete logarithm", "the largest result"):
        yield _at_most(f"discrete logarithm, {row.name}", 50, row.value, "{:.1f} ms".format)


def _find(rows: Sequence[Row], section: str, name: str, ballots: int | None = None) -> Iterator[Row]:
    for row in rows:
        right = row.options in (2, None) and ballots in (row.ballots, None)
        if row.section == section and row.name.startswith(name) and right:
            yield row


def _at_least(
    name: str, least: float, value: float | None, show: Callable[[float], str] = "{:.1f} times".format
) -> Reach:
    found = value or 0.0
    return Reach(name=name, goal=f"at least {show(least)}", measured=show(found), holds=found >= least)


def _at_most(name: str, most: float, value: float | None, show: Callable[[float], str]) -> Reach:
    found = float("inf") if value is None else value
    return Reach(name=name, goal=f"at most {show(most)}", measured=show(found), holds=found <= most)
