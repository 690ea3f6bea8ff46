"""What a run yields: rows of numbers, the machine they come from, and whether the machine was left alone.

*Invariants*: everything is plain JSON; a row says itself what it was compared with and what limits it.
"""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import gmpy2

RESULTS = Path(__file__).parent / "results"
LATEST = RESULTS / "latest.json"
MILLION = RESULTS / "million.json"
SERVED = RESULTS / "served.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One number with its unit and what it needs to be understood.

    `ratio` is how many times faster than `ratio_to` in the same run. `counted` multiplications were performed, as
    `counted_by` says; `theory` is the document's formula; `time_over_bare` is the time over that of the counted
    multiplications alone, at the speed of a bare multiplication around the measurement.
    """

    section: str
    name: str
    value: float
    unit: str
    options: int | None = None
    ballots: int | None = None
    ratio: float | None = None
    ratio_to: str = ""
    counted: float | None = None
    counted_by: str = ""
    theory: float | None = None
    time_over_bare: float | None = None
    limit: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A goal, what was measured, and whether it holds."""

    name: str
    goal: str
    measured: str
    holds: bool


@dataclass(slots=True, kw_only=True)
class Results:
    """Everything about one run."""

    machine: dict[str, str | int] = field(default_factory=dict)
    quick: bool = False
    started: str = ""
    seconds: float = 0.0
    load_before: tuple[float, ...] = ()
    load_after: tuple[float, ...] = ()
    multiplication_microseconds: float = 0.0
    power_milliseconds: float = 0.0
    power_in_multiplications: float = 0.0
    symbol_in_multiplications: float = 0.0
    power_spread: float = 0.0
    power_extremes: float = 0.0
    disturbed: bool = False
    distinct_ballots: dict[str, int] = field(default_factory=dict)
    formula_error: float = 0.0
    rows: list[Row] = field(default_factory=list)
    reaches: list[Reach] = field(default_factory=list)


def start_results(*, quick: bool) -> Results:
    """Note the machine, its load and the time."""
    return Results(
        machine=describe_machine(),
        quick=quick,
        started=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        load_before=load_average(),
    )


def describe_machine() -> dict[str, str | int]:
    """Return processor, cores, memory and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory_gib": round(memory / 2**30),
        "python": platform.python_version(),
        "gmpy2": gmpy2.version(),
        "gmp": gmpy2.mp_version(),
    }


def load_average() -> tuple[float, ...]:
    """Return the load of the last 1, 5 and 15 minutes."""
    return tuple(round(value, 2) for value in os.getloadavg())


def write_results(results: Results, path: Path) -> None:
    """Write a run as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(results), indent=1) + "\n")


def read_results(path: Path) -> Results:
    """Read what `write_results` wrote."""
    data = json.loads(path.read_text())
    rows = [Row(**row) for row in data.pop("rows")]
    reaches = [Reach(**reach) for reach in data.pop("reaches")]
    return Results(**data, rows=rows, reaches=reaches)


def _processor() -> str:
    fields: dict[str, str] = {}
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            name, _, text = line.partition(":")
            fields.setdefault(name.strip(), text.strip())
    except OSError:
        return platform.processor() or platform.machine()
    numbers = ", ".join(
        f"{name} {fields[field_name]}"
        for name, field_name in (("family", "cpu family"), ("model", "model"))
        if field_name in fields
    )
    return f"{fields.get('model name', platform.machine())} ({numbers})"
