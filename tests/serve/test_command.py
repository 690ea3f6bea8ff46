"""`evote serve` as an operator starts it, with witnesses of its own for trying out."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from evote.cli.local_witnesses import local_witnesses
from evote.errors import ConfigurationError
from evote.log.policy import open_witnessed, tolerance
from evote.log.policy_text import parse_policy
from tests.cli.scene import evote, good

ORIGIN = "vote.example/command"
PROGRAM = "from evote.cli.main import run; run()"


def start(*arguments: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    """Start `evote serve` and return the process with its first line of JSON, once it listens."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "serve", *arguments, "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    return process, json.loads(line)


def children_of(process: subprocess.Popen[str]) -> list[int]:
    """Return the processes that a process has started."""
    return [int(each) for each in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def is_running(process: int) -> bool:
    """Say whether a process is there and not only waiting to be collected."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_serve_with_local_witnesses(tmp_path: Path) -> None:
    """One command makes a board and two witnesses; the checkpoint has their quorum; at the end nobody is left."""
    process, said = start(str(tmp_path / "board"), "--origin", ORIGIN, "--local-witnesses", "2")
    try:
        assert (said["origin"], len(said["witnesses"]), said["quorum"]) == (ORIGIN, 2, "local")
        policy = parse_policy(httpx.get(f"{said['url']}/policy").content)
        for _ in range(100):
            health = httpx.get(f"{said['url']}/health").json()
            if health["log"]["witnesses"] == "quorum":
                break
            time.sleep(0.1)
        assert health["status"] == "ok"
        policy = parse_policy(httpx.get(f"{said['url']}/policy").content)
        assert len(open_witnessed(httpx.get(f"{said['url']}/checkpoint").content, policy).times) == 2
        witnesses = children_of(process)
        assert len(witnesses) == 2
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert "proof of nothing to anybody else" in errors
    assert [each for each in witnesses if is_running(each)] == []


def test_serve_alone_says_so(tmp_path: Path) -> None:
    """Without witnesses the command serves, and warns; a second one on the same folder is refused, exit code 4."""
    folder = str(tmp_path / "board")
    process, said = start(folder, "--origin", ORIGIN)
    try:
        assert said["quorum"] == "none"
        second = subprocess.run(
            [sys.executable, "-c", PROGRAM, "serve", folder, "--port", "0"], capture_output=True, text=True, check=False
        )
        assert second.returncode == 4
        assert "[board.locked]" in second.stderr
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "no witnesses" in errors


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["nowhere"], 4, "board.missing"),
        (["made", "--origin", "other.example"], 2, "board.other_origin"),
        (["made", "--local-witnesses", "2", "--witness-policy", "x"], 2, "serve.two_policies"),
        (["made", "--host", "192.0.2.1"], 2, "serve.address"),
    ],
)
def test_what_can_not_be_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, error: str
) -> None:
    """No board, another log, two policies or an address of somebody else: an exit code and a reason each."""
    monkeypatch.chdir(tmp_path)
    if arguments[0] == "made":
        good("board", "create", "made", "--origin", ORIGIN)
    ran = evote("serve", *arguments, "--port", "0")
    assert (ran.code, f"[{error}]" in ran.err) == (code, True), ran.err


def test_a_changed_key_is_not_served(tmp_path: Path) -> None:
    """With the key of another log in its folder a board does not start: it would sign another history."""
    for name in ("board", "other"):
        good("board", "create", tmp_path / name, "--origin", ORIGIN)
    (tmp_path / "board" / "log.key").write_bytes((tmp_path / "other" / "log.key").read_bytes())
    ran = evote("serve", tmp_path / "board", "--port", "0")
    assert (ran.code, "[board.other_key]" in ran.err) == (4, True), ran.err


def test_local_witnesses_end_with_a_killed_parent(tmp_path: Path) -> None:
    """When the server is killed, its witnesses notice and end by themselves."""
    process, _ = start(str(tmp_path / "board"), "--origin", ORIGIN, "--local-witnesses", "1")
    (witness,) = children_of(process)
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 10
    while is_running(witness) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(witness)


def test_too_many_local_witnesses(tmp_path: Path) -> None:
    """A number that makes no sense is refused before anything is started."""
    with pytest.raises(ConfigurationError) as caught, local_witnesses(tmp_path, 17, (), 0):
        pass
    assert caught.value.code == "serve.bad_count"
    assert tolerance(parse_policy(b"quorum none\n")).malicious == -1
