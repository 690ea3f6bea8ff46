"""The record of a board, verified by the independent program as a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from evote.board.board import Board
from evote.board.export import export_record

REPOSITORY = Path(__file__).resolve().parents[2]


def verify_record(board: Board, archive: Path) -> Any:
    """Export the record of a board and return the verifier's JSON report on the archive, which is then removed."""
    export_record(board.record_folder, archive)
    command = [sys.executable, "-m", "verifier", str(archive), "--json", "--quiet", "--workers", "2"]
    ran = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    archive.unlink()
    assert ran.stderr == "", ran.stderr
    report = json.loads(ran.stdout)
    failed = [finding for finding in report["findings"] if finding["status"] not in ("PASS", "ABSENT")]
    assert failed == [], failed
    assert (ran.returncode, report["verified"]) == (0, True), ran.returncode
    return report


def votes_of(report: Any) -> dict[tuple[str, str, str], int]:
    """Return the votes that the verifier found, by contest, districts of the unit, and option."""
    return {
        (contest["label"], "+".join(district["label"] for district in unit["districts"]), option["label"]): votes
        for contest in report["summary"]["contests"]
        for unit in contest["units"]
        for option, votes in zip(contest["options"], unit["votes"], strict=True)
    }
