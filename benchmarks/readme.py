"""The tables of benchmarks/README.md, from the files of results.

*Invariants*: text outside the markers is left alone; what was not measured is said so, never left as an old number.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.reaches import served_reaches
from benchmarks.results import Reach, Results, Row, read_results

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- begin of the generated part: python -m benchmarks --write-readme -->", "<!-- end -->"


def write_readme(readme: Path, latest: Path, served: Path, million: Path) -> None:
    """Renew the generated part of the README; raises ValueError if its markers are missing."""
    text = readme.read_text()
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{readme.name} lacks the markers of its generated part")
    parts = [render_results(read_results(latest)) if latest.exists() else "No run is recorded."]
    parts.append(render_served(json.loads(served.read_text()) if served.exists() else None))
    parts.append(render_million(json.loads(million.read_text()) if million.exists() else None))
    readme.write_text(f"{head}{BEGIN}\n\n" + "\n\n".join(parts) + f"\n\n{END}{tail}")


def render_results(results: Results) -> str:
    """Return everything about a run."""
    machine = results.machine
    state = "disturbed: repeat it on a quiet machine" if results.disturbed else "quiet"
    facts = [
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB; Python {machine['python']}, "
        f"gmpy2 {machine['gmpy2']}, {machine['gmp']}.",
        f"{results.started}, {results.seconds / 60:.1f} minutes; load {_load(results.load_before)} before, "
        f"{_load(results.load_after)} after; the calibration power varied by {results.power_spread:.0%} between the "
        f"5th and the 95th percentile, {results.power_extremes:.0%} between the extremes ({state}).",
        f"A multiplication modulo p took {results.multiplication_microseconds:.2f} µs, a power of 256 bits "
        f"{results.power_milliseconds:.3f} ms ({results.power_in_multiplications:.0f} multiplications), a Jacobi "
        f"symbol {results.symbol_in_multiplications:.1f} multiplications.",
        "Distinct ballots: "
        + ", ".join(f"{count:,} with {options} options" for options, count in results.distinct_ballots.items())
        + ".",
    ]
    if results.formula_error:
        facts.append(f"Counts by formula differ from instrumented ones by at most {results.formula_error:.2%}.")
    parts = ["## The latest run", "\n".join(f"* {fact}" for fact in facts)]
    if results.quick:
        parts.append("**A quick run: these numbers mean nothing.**")
    if results.reaches:
        parts += ["### Goals", render_reaches(results.reaches)]
    for section in dict.fromkeys(row.section for row in results.rows):
        parts += [f"### {section.capitalize()}", render_rows([row for row in results.rows if row.section == section])]
    return "\n\n".join(parts)


def render_reaches(reaches: Sequence[Reach]) -> str:
    """Return the table of goals."""
    rows = [(each.name, each.goal, each.measured, "yes" if each.holds else "**no**") for each in reaches]
    return table(("what", "goal", "measured", "holds"), rows)


def render_rows(rows: Sequence[Row]) -> str:
    """Return the table of a section; columns that no row fills are left out."""
    columns: dict[str, list[str]] = {
        "what": [row.name for row in rows],
        "options": [_text(row.options, "{:d}") for row in rows],
        "ballots": [_text(row.ballots, "{:,}") for row in rows],
        "measured": [_value(row) for row in rows],
        "times faster than": [_ratio(row) for row in rows],
        "multiplications counted": [_counted(row) for row in rows],
        "in theory": [_text(row.theory, "{:,.0f}") for row in rows],
        "time over theirs alone": [_text(row.time_over_bare, "{:.2f}") for row in rows],
        "what limits it": [row.limit for row in rows],
        "remark": [row.note for row in rows],
    }
    used = {name: cells for name, cells in columns.items() if any(cells)}
    return table(tuple(used), list(zip(*used.values(), strict=True)))


def render_served(data: dict[str, Any] | None) -> str:
    """Return the section on load put on a served board (`python -m benchmarks.serve_load`)."""
    title = "## A served board"
    if data is None:
        return f"{title}\n\nNo run is recorded."
    naive = data["naive_milliseconds"]
    facts = [
        f"{data['machine']['processor']}, {data['machine']['cores']} cores; {data['started']}; load "
        f"{_load(data['load_before'])} before.",
        f"The powers of a ballot's naive verification took {naive:.1f} ms.",
    ]
    rows = []
    for row in data["rows"]:
        work = row["server_ms_each"] + row["workers_ms_each"]
        pace = row["offered_per_second"]
        rows.append(
            (
                row["what"],
                f"{row['per_request']} a request, {row['clients']} clients",
                "as many as are answered" if pace is None else f"{pace:,.0f} a second",
                f"{row['witnesses']}",
                f"{row['per_second']:,.0f}",
                f"{row['median_seconds']:.2f}",
                f"{row['p99_seconds']:.2f}",
                f"{row['server_ms_each']:.2f} + {row['workers_ms_each']:.2f}",
                f"{naive / work:.1f}" if row["what"] == "ballots" else "",
            )
        )
    header = (
        "what",
        "how",
        "offered",
        "witnesses",
        "answered a second",
        "median, s",
        "99th percentile, s",
        "server + workers, ms each",
        "times faster than naive",
    )
    goals = render_reaches(list(served_reaches(data["rows"])))
    return "\n\n".join([title, "\n".join(f"* {fact}" for fact in facts), goals, table(header, rows)])


def render_million(data: dict[str, Any] | None) -> str:
    """Return the section on the recorded run of a million ballots (`python -m benchmarks.million`)."""
    title = "## A million ballots"
    if data is None:
        return f"{title}\n\nNo run is recorded."
    phases = [
        (name, f"{phase['seconds']:,.1f}", f"{phase['milliseconds_per_ballot']:.3f}")
        for name, phase in data["phases"].items()
    ]
    processes = [
        (name, f"{use['count']}", f"{use['peak_mb']:,.0f}", f"{use['cpu_seconds']:,.0f}")
        for name, use in data.get("processes_of_the_last_attempt", {}).items()
    ]
    verdict = data.get("verdict") or {}
    facts = [
        f"{data['ballots']:,} distinct ballots of two options, {data['workers']} worker processes; {data['machine']}; "
        f"{data['seconds'] / 60:.1f} minutes in all, in {data['attempts']} attempt(s).",
        f"The record takes {data['record_bytes'] / 1e9:.2f} GB, the board with its database "
        f"{data['board_bytes'] / 1e9:.2f} GB.",
        f"The verifier's verdict: {'verified' if verdict.get('verified') else 'not verified'} (exit code "
        f"{verdict.get('exit_code')}).",
        *([data["note"]] if data.get("note") else []),
    ]
    parts = [title, "\n".join(f"* {fact}" for fact in facts), table(("phase", "seconds", "ms a ballot"), phases)]
    if processes:
        parts.append(table(("processes", "number", "largest peak, MB", "processor seconds"), processes))
    return "\n\n".join(parts)


def render_row(row: Row) -> str:
    """Return a row as a line for the terminal."""
    options = f"{row.options:d} options" if row.options else ""
    ballots = f"{row.ballots:,}" if row.ballots else ""
    counts = f"{_counted(row)} multiplications, in theory {_text(row.theory, '{:,.0f}')}" if row.counted else ""
    bare = _text(row.time_over_bare, "{:.2f} of their time")
    return (
        f"  {row.name:52s} {options:10s} {ballots:>8s} {_value(row):>20s}  {_ratio(row):>28s}  {counts} {bare}".rstrip()
    )


def render_reach(reach: Reach) -> str:
    """Return a goal as a line for the terminal."""
    return f"  {'holds' if reach.holds else 'MISSED':8s}{reach.name}: {reach.measured} ({reach.goal})"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; cells must not hold a vertical bar."""
    lines = [header, ["---"] * len(header), *rows]
    for line in rows:
        if any("|" in cell for cell in line):
            raise ValueError("a cell of a table holds a vertical bar")
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _value(row: Row) -> str:
    if "not measured" in row.note:
        return "-"
    digits = 3 if row.value < 10 else 1 if row.value < 1000 else 0
    return f"{row.value:,.{digits}f} {row.unit}"


def _ratio(row: Row) -> str:
    return "" if row.ratio is None else f"{row.ratio:.{1 if row.ratio >= 10 else 2}f} × {row.ratio_to}"


def _counted(row: Row) -> str:
    if row.counted is None:
        return ""
    return f"{row.counted:,.0f}" + ("" if row.counted_by == "instrumented run" else f" ({row.counted_by})")


def _text(value: float | None, form: str) -> str:
    return "" if value is None else form.format(value)


def _load(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)
