"""The run of a million ballots, with a dozen: it ends with a verified record, and goes on where it was killed."""

import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.process_watch import ProcessWatch

ROOT = Path(__file__).parents[2]


def run(folder: Path, ballots: int) -> subprocess.CompletedProcess[str]:
    """Run the benchmark in a folder."""
    line = [sys.executable, "-m", "benchmarks.million", "--ballots", str(ballots), "--folder", str(folder)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_dozen_ballots(tmp_path: Path) -> None:
    """All phases are timed, the result is that of the votes, and a second run does nothing again."""
    ran = run(tmp_path, 12)
    assert ran.returncode == 0, ran.stderr
    report = json.loads((tmp_path / "million.json").read_text())

    assert report["verdict"] == {"exit_code": 0, "verified": True}
    assert report["result"]["ballots"] == 12
    assert report["phases"]["encrypt"]["ballots"] == report["phases"]["admit"]["ballots"] == 12
    assert {"verify", "roll and opening", "trustee 2 verifies and decrypts"} < report["phases"].keys()
    assert report["processes_of_the_last_attempt"]["this process: board and authority"]["peak_mb"] > 20

    assert run(tmp_path, 13).returncode == 1
    assert run(tmp_path, 12).returncode == 0
    again = json.loads((tmp_path / "million.json").read_text())
    assert again["attempts"] == 2
    assert again["phases"]["encrypt"] == report["phases"]["encrypt"]


def test_what_processes_use_is_seen() -> None:
    """Memory and processor time of a process below this one are found under the role of its phase."""
    watch = ProcessWatch("first")
    watch.start()
    try:
        time.sleep(1.5)
        watch.role = "second"
        code = "data = b'x' * 50_000_000\nwhile True: data.count(b'y')"
        with subprocess.Popen([sys.executable, "-c", code]) as process:
            time.sleep(3)
            process.kill()
    finally:
        watch.stop()
    own, *others = watch.uses()

    assert own.role == "first"
    (other,) = [use for use in others if use.peak_mb > 45]
    assert other.role == "second"
    assert other.cpu_seconds > 0.2
