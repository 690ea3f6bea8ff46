"""Tables for the README say what was measured, and what was not."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.reaches import find_reaches, served_reaches
from benchmarks.readme import (
    BEGIN,
    END,
    README,
    render_million,
    render_reaches,
    render_results,
    render_rows,
    table,
    write_readme,
)
from benchmarks.results import Results, Row, read_results, start_results, write_results

STREAMING = Row(
    section="verification",
    name="streaming, board",
    value=0.91234,
    unit="ms a ballot",
    options=2,
    ballots=100_000,
    ratio=33.333,
    ratio_to="naive",
    counted=189.4,
    counted_by="formula",
    theory=190.2,
    time_over_bare=1.24,
    limit="buckets",
)
MILLION = {
    "ballots": 1_000_000,
    "workers": 2,
    "attempts": 1,
    "machine": "two processors",
    "phases": {"verify": {"seconds": 590.0, "milliseconds_per_ballot": 0.59}},
    "seconds": 590.0,
    "record_bytes": 11_000_000_000,
    "board_bytes": 22_000_000_000,
    "verdict": {"exit_code": 0, "verified": True},
}
SERVED: dict[str, Any] = {
    "machine": {"processor": "a processor", "cores": 2},
    "started": "2026-06-03T00:00:00Z",
    "load_before": [0.1, 0.2, 0.3],
    "naive_milliseconds": 30.0,
    "rows": [
        {
            "what": "ballots",
            "witnesses": 5,
            "clients": 512,
            "per_request": 1,
            "offered_per_second": 500.0,
            "per_second": 487.9,
            "median_seconds": 0.601,
            "p99_seconds": 0.896,
            "server_ms_each": 1.0,
            "workers_ms_each": 2.0,
        }
    ],
}


def results_with(*rows: Row) -> Results:
    """Return a run with these rows."""
    results = start_results(quick=False)
    results.rows += rows
    results.reaches = find_reaches(results.rows)
    return results


def test_a_row_shows_its_numbers_and_where_the_count_comes_from() -> None:
    """Every cell stands in its column; columns that no row fills are left out."""
    assert render_rows([STREAMING]).splitlines() == [
        "| what | options | ballots | measured | times faster than | multiplications counted | in theory "
        "| time over theirs alone | what limits it |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        "| streaming, board | 2 | 100,000 | 0.912 ms a ballot | 33.3 × naive | 189 (formula) | 190 | 1.24 | buckets |",
    ]


def test_what_was_not_measured_has_no_number() -> None:
    """A peer that is not installed is a line without a time."""
    row = Row(section="peer", name="belenios-tool", value=0.0, unit="ms", note="not installed: not measured")

    assert render_rows([row]).splitlines()[-1] == "| belenios-tool | - | not installed: not measured |"


def test_a_cell_can_not_break_the_table() -> None:
    """A vertical bar in a cell is refused."""
    with pytest.raises(ValueError, match="vertical bar"):
        table(("a",), [("b|c",)])


def test_goals_are_judged_by_their_numbers() -> None:
    """A ratio at the goal holds, one below it does not, and a goal whose row is missing is not mentioned."""
    reaches = {each.name: each for each in results_with(STREAMING).reaches}

    assert reaches["streaming of 100,000 against naive, board"].holds
    assert reaches["streaming against its multiplications alone, board"].holds
    assert not any("Belenios" in name for name in reaches)
    slower = Row(section="peer", name="streaming, board, proofs", value=1.0, unit="ms a ballot", options=2, ratio=7.9)
    (missed,) = find_reaches([slower])
    assert not missed.holds
    assert "**no**" in render_reaches([missed])


def test_the_goals_of_a_served_board_are_those_with_witnesses() -> None:
    """A slow cast is a goal missed; what was measured without witnesses is no goal."""
    (row,) = SERVED["rows"]
    slow, alone = row | {"p99_seconds": 1.2}, row | {"witnesses": 0, "p99_seconds": 9.0}

    assert [each.holds for each in served_reaches([row, slow, alone])] == [True, False]


def test_rows_with_other_numbers_of_options_are_no_goal() -> None:
    """The goals speak of two options."""
    assert find_reaches([Row(section="memory", name="a worker", value=5000.0, unit="MB", options=20)]) == []


def test_a_disturbed_or_quick_run_says_so() -> None:
    """A run on a busy machine, and one with tiny numbers, can't be taken for a measurement."""
    results = results_with(STREAMING)
    assert "disturbed" not in render_results(results)
    results.disturbed = results.quick = True

    assert "disturbed: repeat it" in render_results(results)
    assert "these numbers mean nothing" in render_results(results)


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    """JSON holds everything about a run."""
    results = results_with(STREAMING)
    write_results(results, tmp_path / "new" / "results.json")

    found = read_results(tmp_path / "new" / "results.json")

    assert found.rows == results.rows
    assert found.reaches == results.reaches
    assert found.machine == results.machine


def test_the_generated_part_is_renewed_and_the_rest_left_alone(tmp_path: Path) -> None:
    """Old numbers go, prose before and after stays, and writing twice changes nothing more."""
    readme, latest, million = tmp_path / "README.md", tmp_path / "latest.json", tmp_path / "million.json"
    served = tmp_path / "served.json"
    readme.write_text(f"before\n{BEGIN}\nold numbers\n{END}\nafter\n")
    write_readme(readme, latest, served, million)
    assert readme.read_text().count("No run is recorded.") == 3
    write_results(results_with(STREAMING), latest)
    million.write_text(json.dumps(MILLION))
    served.write_text(json.dumps(SERVED))
    write_readme(readme, latest, served, million)
    text = readme.read_text()
    write_readme(readme, latest, served, million)

    assert readme.read_text() == text
    assert text.startswith(f"before\n{BEGIN}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old numbers" not in text
    assert "| streaming, board |" in text
    assert "| verify | 590.0 | 0.590 |" in text
    assert "| ballots | 1 a request, 512 clients | 500 a second | 5 | 488 | 0.60 | 0.90 | 1.00 + 2.00 | 10.0 |" in text


def test_without_markers_nothing_is_written(tmp_path: Path) -> None:
    """A README without markers is an error, not a place to append to."""
    readme = tmp_path / "README.md"
    readme.write_text("prose")

    with pytest.raises(ValueError, match="markers"):
        write_readme(readme, *[tmp_path / "none"] * 3)
    assert readme.read_text() == "prose"


def test_an_unverified_million_is_not_called_verified() -> None:
    """The verdict is the verifier's."""
    failed = MILLION | {"verdict": {"exit_code": 1, "verified": False}}

    assert "not verified (exit code 1)" in render_million(failed)
    assert "not verified" not in render_million(MILLION)


def test_the_readme_has_its_markers() -> None:
    """The README in the repository can be renewed."""
    text = README.read_text()

    assert text.index(BEGIN) < text.index(END)
