"""`evote mirror` as people and machines use it: processes, sockets, kill -9, and an operator who is gone."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from evote.cli.main import run as run_evote
from evote.client.http_source import HttpSource
from evote.client.reader import RecordReader, open_checkpoint
from evote.log.key import format_verifier_key
from evote.log.mldsa_cosignature import MldsaCosigner
from evote.mirror.server import health_object, open_mirror_service
from evote.serve.journal import Journal
from evote.serve.settings import Settings
from tests.mirror.scene import LOG, POLICY, SIZES, copy, files_of, forked, mldsa_key, verify_copy, write_log
from tests.verifier.election_ceremony import Plan
from tests.verifier.record_files import LOG as ELECTION_LOG
from tests.verifier.record_files import ORIGIN, verifier_key, write_record
from tests.verifier.record_maker import make_drafts
from tests.verifier.record_server import Answer, serve

Records = tuple[Path, ...]
EVOTE = (sys.executable, "-c", "from evote.cli.main import run; run()", "mirror")
KEY = ("--log-key", format_verifier_key(LOG.key))


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


def run(*words: str | Path) -> Ran:
    """Run `evote mirror` to its end, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as stopped:
        run_evote(["mirror", *map(str, words), "--language", "en"])
    return Ran(int(stopped.value.code or 0), out.getvalue(), err.getvalue())


@contextmanager
def started(*words: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Start `evote mirror`, and kill it in the end."""
    process = subprocess.Popen(
        [*EVOTE, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a copy in a process of its own for the body."""
    with started("serve", folder, "--port", "0", "--json") as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_an_election_is_verified_from_its_copy_when_the_operator_is_gone(tmp_path: Path) -> None:
    """Copied over HTTP, served by somebody else, verified by the verifier's own command at that address alone."""
    made = make_drafts(Plan(tiny=True, n=2, k=1, used=(1,)))
    record = write_record(made, tmp_path / "record")
    vkey = verifier_key(ORIGIN, 1, ELECTION_LOG)
    with serve(record) as server:
        result = run(server.url, tmp_path / "copy", "--log-key", vkey, "--json")
        assert result.returncode == 0, result.stderr
    assert files_of(tmp_path / "copy" / "record") == files_of(record)
    with served(tmp_path / "copy") as url:
        command = [sys.executable, "-m", "verifier", url, "--log-key", vkey, "--json", "--quiet", "--workers", "1"]
        verified = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert verified.returncode == 0, verified.stderr
    report = json.loads(verified.stdout)
    assert (report["verdict"], report["log"]["size"]) == ("verified", len(made.drafts))


def test_the_served_copy_is_the_record_and_says_what_it_is(records: Records, tmp_path: Path) -> None:
    """Every file under its path with caching; nothing to submit to; health tells size and age."""
    copy(records[1], tmp_path / "copy")
    with served(tmp_path / "copy") as url:
        with HttpSource(url) as source:
            reader = RecordReader(source, open_checkpoint(source, POLICY))
            assert sum(1 for _ in reader.statements()) == SIZES[1]
        for path, data in files_of(tmp_path / "copy" / "record").items():
            answer = httpx.get(f"{url}/{path}", headers={"accept-encoding": "gzip"})
            assert (answer.status_code, answer.content) == (200, data)
            assert ("immutable" in answer.headers["cache-control"]) == path.startswith("tile/")
            assert answer.headers["evote-mirror"] == "1"
        health = httpx.get(f"{url}/health").json()
        assert (health["role"], health["status"], health["log"]["size"]) == ("mirror", "ok", SIZES[1])
        assert health["copied_seconds_ago"] < 600
        assert httpx.post(f"{url}/api/statements", content=b"x").status_code == 404
        assert httpx.post(f"{url}/checkpoint", content=b"x").status_code == 405
        for path in ("trusted-policy", "checkpoints/600", "../trusted-policy", "%2e%2e/trusted-policy", "tile/0/x"):
            assert httpx.get(f"{url}/{path}").status_code == 404, path
        assert "nothing can be submitted" in httpx.get(url).text.lower()
        # The copy grows while it is served.
        copy(records[2], tmp_path / "copy")
        assert httpx.get(f"{url}/health").json()["log"]["size"] == SIZES[2]
    assert not [path for path in files_of(tmp_path / "copy" / "record") if path.endswith(".gz")]


def test_the_age_of_a_copy(records: Records, tmp_path: Path) -> None:
    """By the clock of the server, from the time of the last copying; a copy without a checkpoint is not served."""
    copy(records[0], tmp_path / "copy")
    later = time.time() + 86_400
    service = open_mirror_service(tmp_path / "copy", settings=Settings(), journal=Journal(), now=lambda: later)
    assert 86_390 <= health_object(service)["copied_seconds_ago"] <= 87_000
    assert health_object(service)["witnessed_seconds_ago"] is None
    (tmp_path / "copy/record/checkpoint").write_bytes(b"rot")
    assert health_object(service)["status"] == "failing"
    result = run("serve", tmp_path / "nothing")
    assert (result.returncode, "mirror.missing" in result.stderr) == (4, True)


@pytest.mark.parametrize("path", ["tile/entries/001", "tile/payloads/002.p/88", "policy"])
def test_kill_9_in_the_middle(records: Records, tmp_path: Path, path: str) -> None:
    """A copy that is killed while it waits for a file shows what it showed before; the next run finishes it."""
    copy(records[0], tmp_path / "copy")
    reached, free = threading.Event(), threading.Event()

    def behave(asked: str, answer: Answer) -> Answer:
        if asked == path and not free.is_set():
            reached.set()
            free.wait(60)
        return answer

    with serve(records[1], behave) as server:
        with started(server.url, tmp_path / "copy", *KEY) as process:
            assert reached.wait(60)
            process.kill()
            process.wait()
        free.set()
        assert verify_copy(tmp_path / "copy") == SIZES[0]
        assert run(server.url, tmp_path / "copy").returncode == 0
    assert verify_copy(tmp_path / "copy") == SIZES[1]


def test_watching_follows_the_log_until_it_lies(records: Records, tmp_path: Path) -> None:
    """One process sees growth and outages, and ends with code 5 and evidence when the log forks."""
    fork = write_log(tmp_path / "fork", forked(records[2], SIZES[2]))
    with serve(records[0]) as server, started(server.url, tmp_path / "copy", *KEY, "--watch", "0.1") as process:
        _until(lambda: verify_copy(tmp_path / "copy") == SIZES[0])
        server.behave = lambda _, answer: Answer(status=403)
        time.sleep(0.3)
        server.behave, server.folder = (lambda _, answer: answer), records[1]
        _until(lambda: verify_copy(tmp_path / "copy") == SIZES[1])
        server.folder = fork
        assert process.wait(60) == 5
        assert process.stderr is not None
        errors = process.stderr.read()
        assert "record.unreadable" in errors
        assert "log.equivocation" in errors
    (evidence,) = (tmp_path / "copy" / "evidence").iterdir()
    command = [*EVOTE[:-1], "evidence", "check", str(evidence), *KEY]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 5
    assert verify_copy(tmp_path / "copy") == SIZES[1]


def test_usage(records: Records, tmp_path: Path) -> None:
    """Trust must be given once, and is remembered; exit codes tell whose fault a failure is."""
    with serve(records[0]) as server:
        assert "mirror.no_trust" in run(server.url, tmp_path / "copy").stderr
        assert "mirror.two_trusts" in run(server.url, tmp_path / "copy", *KEY, "--policy", records[0] / "policy").stderr
        assert "mirror.two_ways" in run(server.url, tmp_path / "copy", *KEY, "--once", "--watch", "1").stderr
        first = run("--once", server.url, tmp_path / "copy", "--policy", records[0] / "policy", "--json")
        assert (first.returncode, json.loads(first.stdout)["size"]) == (0, SIZES[0])
        again = run("copy", server.url, tmp_path / "copy")
        assert (again.returncode, again.stdout) == (0, f"Nothing new; the copy has {SIZES[0]} entries.\n")
        server.behave = lambda path, answer: Answer(status=404)
        assert run(server.url, tmp_path / "copy").returncode == 4
    assert run("http://127.0.0.1:99999", tmp_path / "copy").returncode == 2


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_which_keys_are_checked_is_said(records: Records, tmp_path: Path) -> None:
    """With one key a notice says what is missing; with both it is silent, and both are remembered."""
    second = ("--log-key", format_verifier_key(mldsa_key(records[0])))
    with serve(records[0]) as server:
        one = run(server.url, tmp_path / "one", *KEY, "--json")
        assert (one.returncode, json.loads(one.stdout)["post_quantum"]) == (0, False)
        assert "Ed25519 key alone" in one.stderr
        both = run(server.url, tmp_path / "both", *KEY, *second, "--json")
        assert (both.returncode, json.loads(both.stdout)["post_quantum"], both.stderr) == (0, True, "")
        again = run(server.url, tmp_path / "both", "--json")
        assert (again.returncode, json.loads(again.stdout)["post_quantum"]) == (0, True)
        # A key of ML-DSA-44 that is not the log's: its line is not there.
        wrong = ("--log-key", format_verifier_key(MldsaCosigner(LOG.name, bytes(32)).key))
        refused = run(server.url, tmp_path / "wrong", *KEY, *wrong)
        assert (refused.returncode, "[log.missing_signature]" in refused.stderr) == (1, True)
