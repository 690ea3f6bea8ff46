"""The verifier as auditors run it: a command of its own, in a process of its own, over a folder and over an archive."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.forge.forger import Lies, forge
from tests.forge.judges import verify_files
from tests.forge.lies import put
from tests.forge.plans import SMALL
from tests.forge.record import files_of, write

ROOT = Path(__file__).resolve().parents[2]
STOLEN = Lies(say={"result": put("contests.0.outcome.winners", [2])})


def run(record: Path, *arguments: str) -> tuple[int, dict[str, object]]:
    """Run the command; return its exit code and its report."""
    command = [sys.executable, "-m", "verifier", str(record), "--json", "--quiet", "--workers", "1", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def archive(place: Path, files: dict[str, bytes]) -> Path:
    """Write a record as a zip archive."""
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as target:
        for path, data in files.items():
            target.writestr(path, data)
    return place


@pytest.mark.parametrize(("lies", "code"), [(Lies(), 0), (STOLEN, 1)], ids=["honest", "stolen"])
def test_the_command_says_what_the_tests_say(tmp_path: Path, lies: Lies, code: int) -> None:
    """Exit code and findings are those of the verifier in this process, where powers are remembered."""
    files = files_of(forge(SMALL, lies))
    verdict = verify_files(files)

    for record in (write(tmp_path / "folder", files), archive(tmp_path / "record.zip", files)):
        exit_code, report = run(record)
        assert exit_code == code
        assert report["verified"] is verdict.verified is (code == 0)
        findings = report["findings"]
        assert isinstance(findings, list)
        assert {one["row"] for one in findings if one["status"] == "FAIL"} == verdict.failed


def test_another_election_is_not_verified_in_its_place(tmp_path: Path) -> None:
    """Asked for an election that the log does not hold, the command does not pass the one that it holds."""
    record = write(tmp_path / "folder", files_of(forge(SMALL)))

    exit_code, report = run(record, "--election", "ab" * 32)
    assert exit_code == 1
    assert report["verified"] is False
