"""The whole verifier is measured on a record, whoever does the work."""

from pathlib import Path

import pytest

from benchmarks.meter import Meter
from benchmarks.program import bench_program
from benchmarks.spread import DASK
from tests.verifier.election_ceremony import Plan
from tests.verifier.record_files import write_record
from tests.verifier.record_maker import make_drafts


@pytest.mark.filterwarnings("ignore:::distributed", "ignore:::dask")
def test_a_record_is_verified_by_processes_and_by_a_cluster(tmp_path: Path) -> None:
    """One process, two, and Dask find the same; each is compared with what it replaces."""
    record = write_record(make_drafts(Plan(tiny=True, n=2, k=1, used=(1,))), tmp_path / "record")

    rows = bench_program(Meter(), record, tmp_path, rounds=1)

    assert [row.name for row in rows] == [f"evote-verify, {name}" for name in ("1 process", "2 processes", DASK)]
    assert [row.ratio_to for row in rows] == ["1 process", "1 process", "2 processes"]
    assert all(row.value > 0 and "not verified" not in row.note for row in rows)


def test_without_a_record_the_line_says_so() -> None:
    """Nothing is made up where no record is named."""
    (row,) = bench_program(Meter(), None, Path(), rounds=1)

    assert "not measured" in row.note
