"""A quick run goes through every section from end to end."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.results import read_results

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the benchmarks as a program."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_quick_run_measures_everything(tmp_path: Path) -> None:
    """Every section yields rows with counts, the results say that the run was quick, and no goal is judged."""
    target = tmp_path / "results.json"

    done = run("--quick", "--json", str(target))

    assert done.returncode == 0, done.stderr
    results = read_results(target)
    assert results.quick
    assert results.reaches == []
    assert {row.section for row in results.rows} == {
        *("verification", "encryption", "tally", "discrete logarithm", "processes", "program", "memory", "peer")
    }
    assert {row.options for row in results.rows if row.section == "verification"} == {2, 3}
    assert all(row.counted and row.theory for row in results.rows if row.section in ("verification", "encryption"))
    assert results.formula_error < 0.05
    (dask,) = (row for row in results.rows if row.name.startswith("whole") and "Dask" in row.name)
    assert dask.ratio_to == "2 processes"
    peer = [row for row in results.rows if row.section == "peer"]
    if shutil.which("belenios-tool"):
        assert [row.ratio_to for row in peer[1:]] == ["belenios-tool"] * 3
    else:
        assert [row.note for row in peer] == ["not installed on this machine: not measured"]
    # plain JSON, for other programs
    assert json.loads(target.read_text())["machine"]["cores"] >= 1


@pytest.mark.parametrize("arguments", [("--only", "nothing"), ("--unknown",)])
def test_a_wrong_command_line_is_refused(arguments: tuple[str, ...]) -> None:
    """An unknown section or option measures nothing."""
    done = run(*arguments)

    assert done.returncode == 2
    assert "usage" in done.stderr
