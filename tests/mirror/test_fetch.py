"""A server that copies are fetched from may do anything: each misbehaviour ends soon and has a name."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from evote.client import http_source
from evote.client.http_source import HttpSource, maximum_bytes
from evote.errors import BoardError, ConfigurationError, EncodingError, EvoteError
from evote.mirror.copy import Mirror
from evote.mirror.folder import MirrorFolder
from tests.mirror.scene import POLICY, SIZES, verify_copy
from tests.verifier.record_server import Answer, Behaviour, packed, serve

BOMB = gzip.compress(bytes(64 * 2**20), 1)

Records = tuple[Path, ...]


def fetch_all(url: str, folder: Path) -> int:
    """Copy what is at a URL, with two attempts for each file, and return the size."""
    with (
        HttpSource(url, attempts=2, free_seconds=10, first_pause=0.0) as source,
        Mirror(MirrorFolder(folder), POLICY) as mirror,
    ):
        return mirror.update(source.read).size


@pytest.mark.parametrize("behave", [lambda _, answer: answer, packed], ids=["plain", "gzip"])
def test_a_copy_over_http(records: Records, tmp_path: Path, behave: Behaviour) -> None:
    """Plain and compressed, over one connection."""
    with serve(records[1], behave) as server:
        assert fetch_all(server.url, tmp_path / "copy") == SIZES[1]
        assert server.connections == 1
    assert verify_copy(tmp_path / "copy") == SIZES[1]


def on(path: str, change: Callable[[Answer], None]) -> Behaviour:
    """Return a behaviour that changes the answers for a path."""

    def behave(asked: str, answer: Answer) -> Answer:
        if asked == path:
            change(answer)
        return answer

    return behave


def redirect(answer: Answer) -> None:
    """Send the reader elsewhere."""
    answer.status, answer.headers["Location"] = 302, "http://203.0.113.9/tile"


def bomb(answer: Answer) -> None:
    """Send 64 MB as a few kilobytes."""
    answer.body, answer.headers["Content-Encoding"] = BOMB, "gzip"


def half_gzip(answer: Answer) -> None:
    """Send a gzip file without its end."""
    answer.body, answer.headers["Content-Encoding"] = gzip.compress(answer.body)[:-4], "gzip"


def twice_packed(answer: Answer) -> None:
    """Send an encoding of several layers, each of which could be a bomb."""
    answer.headers["Content-Encoding"] = "gzip, gzip"


def fail(answer: Answer) -> None:
    """Answer that the server does not work."""
    answer.status = 500


def cut(answer: Answer) -> None:
    """Break off in the middle."""
    answer.cut = len(answer.body) // 2


@pytest.mark.parametrize(
    ("path", "change", "kind", "code"),
    [
        ("tile/0/000", lambda answer: setattr(answer, "body", bytes(64 * 2**20)), EncodingError, "record.too_long"),
        ("tile/entries/000", bomb, EncodingError, "record.too_long"),
        ("checkpoint", lambda answer: setattr(answer, "body", bytes(2**20)), EncodingError, "record.too_long"),
        ("tile/0/000", lambda answer: setattr(answer, "body", bytes(31)), EncodingError, "bundle.bad_width"),
        ("tile/payloads/001", half_gzip, EncodingError, "record.bad_encoding"),
        ("tile/payloads/001", twice_packed, EncodingError, "record.bad_encoding"),
        ("tile/payloads/001", redirect, BoardError, "record.unreadable"),
        ("checkpoint", redirect, BoardError, "record.unreadable"),
        ("tile/payloads/001", fail, BoardError, "record.unreadable"),
        ("tile/payloads/001", cut, BoardError, "record.unreadable"),
        ("tile/payloads/001", lambda answer: setattr(answer, "status", 404), BoardError, "record.not_found"),
        ("tile/payloads/001", lambda answer: setattr(answer, "hang_up", True), BoardError, "record.unreadable"),
    ],
)
def test_misbehaviour_has_a_name(
    records: Records, tmp_path: Path, path: str, change: Callable[[Answer], None], kind: type[EvoteError], code: str
) -> None:
    """The copy of 70 entries stays as it was, and is completed when the server is well again."""
    with serve(records[0]) as server:
        fetch_all(server.url, tmp_path / "copy")
    with serve(records[1], on(path, change)) as server:
        with pytest.raises(kind) as caught:
            fetch_all(server.url, tmp_path / "copy")
        assert caught.value.code == code
        assert verify_copy(tmp_path / "copy") == SIZES[0]
        server.behave = lambda _, answer: answer
        assert fetch_all(server.url, tmp_path / "copy") == SIZES[1]


def test_a_passing_failure_passes(records: Records, tmp_path: Path) -> None:
    """A busy server is asked again, after the pause it asked for but never longer than ours."""
    paused: list[float] = []

    def behave(path: str, answer: Answer) -> Answer:
        if path == "checkpoint" and len(paused) < 2:
            answer.status, answer.headers["Retry-After"] = 429, ("7", "86400")[len(paused)]
        return answer

    with serve(records[0], behave) as server, HttpSource(server.url, attempts=3, sleep=paused.append) as source:
        assert source.read("checkpoint") == (records[0] / "checkpoint").read_bytes()
    assert paused == [7.0, http_source.LONGEST_PAUSE]


@contextmanager
def dripping(head: bytes, drop: bytes) -> Iterator[str]:
    """Serve something that never ends, a few bytes at a time."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip() -> None:
        while not over.is_set():
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.sendall(head)
                    while not over.wait(0.05):
                        connection.sendall(drop)

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        with suppress(OSError):
            socket.create_connection(listener.getsockname()).close()
        thread.join()
        listener.close()


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"", b""),
        (b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"", b"x"),
    ],
    ids=["silent", "head", "body", "chunks", "nonsense"],
)
def test_a_slow_server_is_not_waited_for(head: bytes, drop: bytes) -> None:
    """Silence, a head or a body drop by drop: each attempt ends in its time."""
    with dripping(head, drop) as url, HttpSource(url, free_seconds=0.3) as source:
        start = time.monotonic()
        with pytest.raises(BoardError) as caught:
            source.read("checkpoint")
        assert caught.value.code == "record.unreadable"
        assert time.monotonic() - start < 3


def test_a_file_that_trickles_in_is_given_up_in_the_end() -> None:
    """However many bytes arrive, an attempt ends after its longest time."""
    drop = b"x" * 2000  # 40,000 bytes a second: fast enough to be waited for
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n"
    with dripping(head, drop) as url, HttpSource(url, free_seconds=0.3, file_seconds=1.0) as source:
        start = time.monotonic()
        with pytest.raises(BoardError) as caught:
            source.read("checkpoint")
        assert caught.value.code == "record.unreadable"
        assert 0.9 < time.monotonic() - start < 3


def test_addresses_and_limits() -> None:
    """Only http and https; every path has a limit, a hash tile exactly its 8192 bytes."""
    for url in ("ftp://example.com", "file:///etc", "example.com", "http://", "http://example.com:99999"):
        with pytest.raises(ConfigurationError):
            HttpSource(url)
    with HttpSource("http://127.0.0.1:1") as source, pytest.raises(BoardError):
        source.read("checkpoint")
    with HttpSource("http://127.0.0.1:1") as source, pytest.raises(EncodingError):
        source.read("../secret")
    assert maximum_bytes("tile/1/000") == 8192
    assert maximum_bytes("tile/entries/000") == 256 * 65537
