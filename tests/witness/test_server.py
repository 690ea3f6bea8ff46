"""The witness as its own process: killed at any moment it forgets nothing, and slow clients stop nobody."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from evote.cli.witness_commands import MAXIMUM_CONNECTIONS
from evote.log import merkle
from evote.log.checkpoint import read_checkpoint
from evote.log.note import open_note
from evote.log.policy import verifier_of
from evote.log.witness_protocol import monitoring_path
from evote.witness.app import make_app
from evote.witness.identity import Meaning, load_identity
from evote.witness.open_witness import create_witness, pin_log
from tests.witness.scene import NAME, ORIGIN, Http, Log, Scene

COMMAND = (sys.executable, "-c", "from evote.cli.witness_commands import app; app()")


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Yield the address and the process of a witness, which is ended afterwards."""
    command = [*COMMAND, "serve", str(folder), "--port", "0", "--json"]
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"], process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a witness that follows a log."""
    create_witness(tmp_path / "witness", NAME, Meaning.CONSISTENCY, lambda count: b"w" * count)
    pin_log(tmp_path / "witness", Log().key, ORIGIN, "")
    return tmp_path / "witness"


def test_killed_at_any_moment_it_forgets_nothing(folder: Path) -> None:
    """Four times: requests without end, kill -9, start again; what was cosigned is still the latest, or more is."""
    log, acknowledged = Log(leaves=[merkle.leaf_hash(b"%d" % number) for number in range(2000)]), 0
    for round_number in range(4):
        with serving(folder) as (url, process), httpx.Client(base_url=url) as client:
            known = int(client.post("/add-checkpoint", content=log.request(2000, 2000)).content)
            assert known >= acknowledged
            killer = threading.Timer(0.05 + 0.1 * round_number, process.send_signal, (signal.SIGKILL,))
            killer.start()
            size = known
            try:
                while size < 2000:
                    answer = client.post("/add-checkpoint", content=log.request(size, size + 1))
                    assert answer.status_code == 200
                    size += 1
            except httpx.HTTPError:
                pass
            killer.join()
            acknowledged = size
    with serving(folder) as (url, _), httpx.Client(base_url=url) as client:
        # The fork is refused from whatever size it starts; the last request may have been stored but not answered.
        latest = client.get(f"/{monitoring_path(ORIGIN)}").content
        stored = read_checkpoint(latest)
        assert acknowledged <= stored.size <= acknowledged + 1
        assert stored.root == log.root(stored.size)
        open_note(latest, [verifier_of(key) for key in load_identity(folder).keys])
        fork = log.fork(0).request(stored.size, stored.size + 1)
        assert client.post("/add-checkpoint", content=fork).status_code == 422
    assert acknowledged > 0


def test_a_client_that_sends_half_a_request_stops_nobody(folder: Path) -> None:
    """While connections hang with half a header or half a body, another request is answered; SIGTERM ends cleanly."""
    log = Log()
    with serving(folder) as (url, process):
        address = (urlsplit(url).hostname or "", urlsplit(url).port or 0)
        slow = [socket.create_connection(address) for _ in range(20)]
        for number, connection in enumerate(slow):
            half = b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nold"
            connection.sendall(half[: 20 if number % 2 else None])
        assert httpx.post(f"{url}/add-checkpoint", content=log.request(0, 3)).status_code == 200
        for connection in slow:
            connection.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) in (0, -signal.SIGTERM)
    assert len(slow) < MAXIMUM_CONNECTIONS
    lines = (folder / "log").read_text()
    assert "cosigned size 3" in lines
    assert "Traceback" not in lines


def test_a_body_that_does_not_come_is_answered_408(scene: Scene) -> None:
    """The time for a body is bounded; nothing of it is used."""

    async def drip() -> AsyncIterator[bytes]:
        yield b"old 0\n"
        await asyncio.sleep(5)
        yield b"\n"

    http = Http(make_app(scene.witness, body_seconds=0.05))
    assert http.post("/add-checkpoint", drip()).status_code == 408


def test_an_address_in_use_is_said_so(folder: Path) -> None:
    """A port that somebody has is an error with exit code 4, not a bug."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [*COMMAND, "serve", str(folder), "--port", str(taken.getsockname()[1])]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, "witness.no_port" in result.stderr) == (4, True)
