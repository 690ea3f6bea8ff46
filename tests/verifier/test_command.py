"""The command: arguments, exit codes, outputs, and the program copied alone into an empty folder."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from shutil import copytree

import pytest

import verifier
from tests.verifier.record_files import LOG, ORIGIN, Made, verifier_key, write_record
from verifier import main as command
from verifier.crew import Crew
from verifier.engine import Options, verify
from verifier.errors import Unavailable
from verifier.findings import Status
from verifier.main import main
from verifier.rows import ROWS

PACKAGE = Path(verifier.__file__).parent


@pytest.fixture(scope="module")
def folder(paper_election: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a true record."""
    return write_record(paper_election, tmp_path_factory.mktemp("true") / "record")


@pytest.fixture(scope="module")
def false_folder(paper_election: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a record with one lie."""
    made = paper_election.copy()
    made.get("election.result").value["contests"][0]["outcome"]["turnout"] += 1
    return write_record(made, tmp_path_factory.mktemp("false") / "record")


def test_json_report(folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Show the JSON report: every row of the table in its order, and the verdict."""
    page = tmp_path / "report.html"
    key = verifier_key(ORIGIN, 1, LOG)
    arguments = [str(folder), "--json", "--log-key", key, "--workers", "1", "--report", str(page), "--quiet"]
    assert main(arguments) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["verified"] is True
    assert tuple(finding["row"] for finding in report["findings"]) == ROWS
    assert report["log"]["key_source"] == "auditor"
    assert {"status", "checked", "failures", "places", "note"} <= report["findings"][0].keys()
    assert page.read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_text_report(folder: Path, capsys: pytest.CaptureFixture[str], language: str) -> None:
    """Show the text report in both languages."""
    assert main([str(folder), "--workers", "1", "--quiet", "--language", language]) == 0
    assert ORIGIN in capsys.readouterr().out


def test_a_false_record(false_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Show exit code 1 for a record with a lie."""
    assert main([str(false_folder), "--json", "--workers", "1", "--quiet"]) == 1
    assert json.loads(capsys.readouterr().out)["verified"] is False


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["/nowhere/at/all"],
        ["RECORD", "--log-key", "nonsense"],
        ["RECORD", "--policy", "/nowhere"],
        ["RECORD", "--earlier", "/nowhere"],
        ["RECORD", "--receipt", "/nowhere"],
        ["RECORD", "--election", "abc"],
        ["RECORD", "--workers", "0"],
        ["RECORD", "--scratch", "/nowhere"],
        ["RECORD", "--report", "/nowhere/x.html", "--workers", "1"],
        ["RECORD", "--unknown"],
    ],
)
def test_usage(folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    """Show exit code 2, a message and no report for what can't be read or done."""
    assert main([str(folder) if word == "RECORD" else word for word in arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "error: " in captured.err


def test_rows_that_can_not_be_evaluated(folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Show exit code 2 where no row fails but one could not be evaluated."""
    copy = tmp_path / "record"
    copytree(folder, copy)
    (copy / "policy").unlink()
    assert main([str(copy), "--json", "--workers", "1", "--quiet"]) == 2
    report = json.loads(capsys.readouterr().out)
    assert report["verified"] is False
    assert [f["row"] for f in report["findings"] if f["status"] == "ERROR"] == ["L.A", "L.B"]


def test_a_bug_is_no_pass(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Show exit code 3 for an unexpected exception, 4 for a failing machine, 130 for an interrupt, with no report."""
    for error, code in ((ZeroDivisionError("x"), 3), (Unavailable("x"), 4), (KeyboardInterrupt(), 130)):

        def fail(_: Options, error: BaseException = error) -> None:
            raise error

        monkeypatch.setattr(command, "verify", fail)
        assert main([str(folder)]) == code
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.startswith("error: ")


@pytest.mark.parametrize("code", [0, None, 1, "words"])
def test_an_exit_from_within_is_no_pass(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, code: object
) -> None:
    """Show that whatever exits in the middle of a verification, with 0 or not, is a bug and no pass."""

    def leave(_: Options) -> None:
        raise SystemExit(code)

    monkeypatch.setattr(command, "verify", leave)
    assert main([str(folder)]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "a bug of this program, nothing is verified: SystemExit" in captured.err


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    """Show that asking for help is no failure."""
    assert main(["--help"]) == 0
    assert "--earlier" in capsys.readouterr().out
    assert main(["--version"]) == 0


def test_alone_in_an_empty_folder(folder: Path, tmp_path: Path) -> None:
    """Show that the package runs without anything else of ours, on gmpy2, cryptography and the standard library."""
    copytree(PACKAGE, tmp_path / "verifier")
    (tmp_path / "outsiders.py").write_text(
        "import pkgutil, importlib, sys\n"
        "import verifier\n"
        "for module in pkgutil.walk_packages(verifier.__path__, 'verifier.'):\n"
        "    if not module.name.endswith('__main__'):\n"
        "        importlib.import_module(module.name)\n"
        "known = {*sys.stdlib_module_names, 'verifier', 'gmpy2', 'cryptography', '_cffi_backend', '_openssl'}\n"
        "print(verifier.__path__[0])\n"
        "print(*{name.split('.')[0] for name in sys.modules if name[:2] != '__'} - known)\n"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, *arguments]
        return subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    path, outsiders = run("outsiders.py").stdout.split("\n")[:2]
    assert path == str(tmp_path / "verifier")
    # a virtual environment may load hooks of its own at start
    hooks = set(run("-c", "import sys; print(*{n.split('.')[0] for n in sys.modules})").stdout.split())
    assert set(outsiders.split()) <= hooks
    done = run("-m", "verifier", str(folder), "--json", "--quiet", "--workers", "2")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verified"] is True


def test_interrupt(paper_election: Made, tmp_path: Path) -> None:
    """Show that an interrupted run leaves with 130, without a verdict and without its working files."""
    made = paper_election.copy()
    at = made.find("ballot.cast")
    made.drafts[at:at] = [made.drafts[at]] * 2000
    folder = write_record(made, tmp_path / "record")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    words = [sys.executable, "-m", "verifier", str(folder), "--workers", "2", "--scratch", str(scratch), "--quiet"]
    process = subprocess.Popen(
        words, cwd=PACKAGE.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    time.sleep(3)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == ""
    assert "interrupted" in err
    assert "Traceback" not in err
    assert list(scratch.iterdir()) == []


def test_rows_of_a_worker_that_dies(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show that what a dead worker was to check is ERROR, whatever else passed."""

    def dead(*_: object) -> object:
        raise Unavailable("a worker process died")

    monkeypatch.setattr(Crew, "run", dead)
    report = verify(Options(record=str(folder)))
    status = {finding.row: finding.status for finding in report.findings}
    assert not report.verified
    for row in ("L.G", "L.H", "S.A", "V5.A", "V6.D", "V9.A", "V10.B", "V14.E", "E.H"):
        assert status[row] is Status.ERROR
