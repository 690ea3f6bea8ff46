"""The server as a process: sockets, slow clients, floods, signals, and kill -9 at any moment."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from evote.client.reader import RecordReader, open_checkpoint, verify_receipt
from evote.client.source import FolderSource
from evote.log.merkle import leaf_hash
from evote.log.policy import Policy
from evote.log.policy_text import parse_policy
from tests.board import toy
from tests.serve import scene
from tests.serve.scene import body_of

KIND = {"content-type": "application/octet-stream"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a new toy board."""
    return scene.create(tmp_path / "board").folder


class Served:
    """A running server: its process, its address, and the lines of its log once it has ended."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        """Take a server that listens."""
        self.process, self.url = process, url
        self.lines: list[dict[str, Any]] = []
        self._errors: list[str] = []
        # Read as it comes: a pipe that nobody reads would fill, and stop the server.
        self._reader = threading.Thread(target=self._read_errors)
        self._reader.start()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 0)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(timeout=30)
        self._reader.join()
        self.lines = [json.loads(line) for line in self._errors if line.startswith("{")]
        return code

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        with suppress(ValueError, OSError):
            self._errors += self.process.stderr


@contextmanager
def served(folder: Path, *proxies: str, **settings: Any) -> Iterator[Served]:
    """Serve a toy board in a process of its own for the body."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.serve.toy_server", str(folder), json.dumps(settings), *proxies],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://"), process.communicate()[1]
        yield Served(process, url)
    finally:
        process.kill()
        if process.stdout is not None and not process.stdout.closed:
            process.communicate()


def policy_of(url: str) -> Policy:
    """Return the policy that a server shows."""
    return parse_policy(httpx.get(f"{url}/policy").content)


def test_served_and_stopped(folder: Path) -> None:
    """A ballot over a socket, a receipt that verifies, a signal, exit code 0, and everything in the record."""
    with served(folder) as server:
        response = httpx.post(f"{server.url}/api/statements", content=body_of(toy.ballot(1)), headers=KIND)
        (result,) = response.json()["results"]
        policy = policy_of(server.url)
        assert verify_receipt(result["receipt"].encode(), policy=policy).index == 0
        assert server.end() == 0
    source = FolderSource(folder / "record")
    RecordReader(source, open_checkpoint(source, policy)).verify_root()
    requests = [line for line in server.lines if line["event"] == "request"]
    assert [line["route"] for line in requests] == ["/api/statements", "/policy"]


def test_the_log_names_no_voter(folder: Path) -> None:
    """A line of the log has the route and the network, never a path, a hash or an address."""
    with served(folder) as server:
        httpx.post(f"{server.url}/api/statements", content=body_of(toy.ballot(1)), headers=KIND)
        httpx.get(f"{server.url}/api/receipts/{scene.leaf_of(toy.ballot(1))}")
        httpx.get(f"{server.url}/api/elections/{'ab' * 32}/ballots/{'cd' * 32}")
        server.end()
    text = json.dumps(server.lines)
    assert "/api/receipts/{leaf_hash}" in text
    assert "127.0.0.0/24" in text
    for secret in ("127.0.0.1", scene.leaf_of(toy.ballot(1)), "abab", "cdcd", toy.voter(1).public_key.hex()):
        assert secret not in text


def test_stopping_answers_who_is_waiting(folder: Path) -> None:
    """SIGTERM in the middle of a batch: whoever had sent a ballot gets the receipt, then the process ends well."""
    answers: list[int] = []

    def cast(url: str) -> None:
        response = httpx.post(f"{url}/api/statements", content=body_of(toy.ballot(1)), headers=KIND, timeout=20)
        answers.append(response.status_code)

    with served(folder, batch_seconds=0.6) as server:
        voter = threading.Thread(target=cast, args=(server.url,))
        voter.start()
        time.sleep(0.3)
        assert server.end() == 0
        voter.join()
    assert answers == [200]
    with toy.open_toy(folder) as board:
        assert board.published_size == 1


def test_slow_heads_and_idle_connections_end(folder: Path) -> None:
    """Who opens a connection and says nothing, or half a request, is cut off; others are served meanwhile."""
    with served(folder, head_seconds=0.4) as server:
        silent = socket.create_connection(server.address)
        slow = socket.create_connection(server.address)
        slow.sendall(b"POST /api/statements HTTP/1.1\r\nHost: x\r\n")
        for connection in (silent, slow):
            connection.settimeout(5)
        assert httpx.get(f"{server.url}/health").status_code == 200
        started = time.monotonic()
        for _ in range(3):
            try:
                slow.sendall(b"X-Drip: 1\r\n")
            except OSError:
                break
            time.sleep(0.2)
        assert silent.recv(1) == b""
        assert time.monotonic() - started < 4
        silent.close()
        slow.close()


def test_a_slow_body_over_a_socket(folder: Path) -> None:
    """A body that drips is answered 408 when its time is over, and the connection is closed."""
    with served(folder, body_seconds=0.4) as server, socket.create_connection(server.address) as slow:
        slow.settimeout(5)
        slow.sendall(b"POST /api/statements HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n")
        slow.sendall(b"Content-Length: 1000\r\n\r\nabc")
        answer = b""
        while chunk := slow.recv(4096):
            answer += chunk
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"request.timeout"' in answer


def test_a_reader_that_does_not_read(folder: Path) -> None:
    """Who asks for megabytes and leaves them lying is cut off; the answer is not kept for ever."""
    sent = [toy.ballot(number, text="x" * 100_000) for number in range(100)]
    with served(folder, answer_seconds=0.5) as server:
        response = httpx.post(f"{server.url}/api/statements", content=body_of(*sent), headers=KIND, timeout=20)
        assert response.status_code == 200
        with socket.socket() as lazy:
            lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            lazy.connect(server.address)
            lazy.sendall(b"GET /tile/payloads/000.p/100 HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(1.5)
            lazy.settimeout(5)
            received = 0
            with suppress(ConnectionResetError):
                while chunk := lazy.recv(2**16):
                    received += len(chunk)
            assert received < 9_000_000
        assert httpx.get(f"{server.url}/health").status_code == 200


def test_64_megabytes_over_a_socket(folder: Path) -> None:
    """A client that pours 64 MB in gets its 413, and the server's memory stays small."""
    with served(folder, discarded_seconds=5.0) as server:

        def memory() -> int:
            status = Path(f"/proc/{server.process.pid}/status").read_text()
            return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))

        before = memory()
        response = httpx.post(f"{server.url}/api/statements", content=bytes(2**26), headers=KIND, timeout=20)
        assert (response.status_code, response.json()["code"]) == (413, "request.too_long")
        assert memory() - before < 40 * 1024
        assert httpx.get(f"{server.url}/health").status_code == 200


def test_forwarded_addresses(folder: Path) -> None:
    """X-Forwarded-For is believed from a trusted proxy alone: else a flood could give itself any address."""
    flood = {"statements_rate": 0.01, "statements_burst": 2}

    def cast(url: str, number: int, address: str) -> int:
        headers = {**KIND, "x-forwarded-for": address}
        return httpx.post(f"{url}/api/statements", content=body_of(toy.ballot(number)), headers=headers).status_code

    with served(folder, **flood) as server:
        assert [cast(server.url, number, f"198.51.100.{number}") for number in range(3)] == [200, 200, 429]
    with served(folder, "127.0.0.1", **flood) as server:
        assert [cast(server.url, number, f"198.51.100.{number}") for number in range(3)] == [200, 200, 200]
        assert [cast(server.url, number, "198.51.100.9, 198.51.100.1") for number in range(3)] == [200, 429, 429]
        server.end()
        assert "198.51.100.0/24" in {line.get("network") for line in server.lines}


def test_many_connections_from_one_address(folder: Path) -> None:
    """Beyond its share an address gets no further connections; those it has go on."""
    with served(folder, connections_per_address=3) as server, httpx.Client() as client:
        assert client.get(f"{server.url}/health").status_code == 200
        held = [socket.create_connection(server.address) for _ in range(2)]
        extra = socket.create_connection(server.address)
        extra.settimeout(5)
        with suppress(ConnectionResetError):
            assert extra.recv(1) == b""
        assert client.get(f"{server.url}/health").status_code == 200
        for connection in (*held, extra):
            connection.close()


def test_no_acknowledged_index_is_lost(folder: Path) -> None:
    """Killed again and again under load: every index that was ever answered comes back identical after the restart."""
    known: dict[str, int] = {}
    casters = 4
    number = [0]
    lock = threading.Lock()

    def cast(url: str) -> None:
        with httpx.Client() as client:
            while True:
                with lock:
                    first = number[0]
                    number[0] += 5
                sent = [toy.ballot(each) for each in range(first, first + 5)]
                try:
                    response = client.post(
                        f"{url}/api/statements?receipts=false", content=body_of(*sent), headers=KIND, timeout=10
                    )
                except httpx.HTTPError:
                    return
                if response.status_code != 200:
                    return
                with lock:
                    for one in response.json()["results"]:
                        known[one["leaf_hash"]] = one["index"]

    for moment in (0.3, 0.55, 0.8):
        before = len(known)
        with served(folder) as server:
            threads = [threading.Thread(target=cast, args=(server.url,)) for _ in range(casters)]
            for thread in threads:
                thread.start()
            deadline = time.monotonic() + 10
            while len(known) == before and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(moment)
            server.process.kill()
            for thread in threads:
                thread.join()
    assert len(known) > 30
    with served(folder) as server, httpx.Client() as client:
        for leaf, index in list(known.items())[:: max(1, len(known) // 50)]:
            receipt = client.get(f"{server.url}/api/receipts/{leaf}").content
            assert verify_receipt(receipt, policy=policy_of(server.url)).index == index
        server.end()
    source = FolderSource(folder / "record")
    reader = RecordReader(source, open_checkpoint(source, _open_policy(folder)))
    reader.verify_root()
    found = {leaf_hash(entry.data).hex(): entry.index for entry in reader.entries()}
    assert {leaf: found[leaf] for leaf in known} == known


def _open_policy(folder: Path) -> Policy:
    with toy.open_toy(folder) as board:
        return board.policy
