"""Attacks by a server: addresses that are none, bodies without end, files that the machine can't read."""

import errno
import http.client
import os
import socket
import struct
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.record_files import Made, write_record
from tests.verifier.record_server import Answer, Behaviour, serve
from verifier import url_record
from verifier.errors import RecordUnreadable, Unavailable, UsageError
from verifier.korean import in_korean
from verifier.main import main
from verifier.reader import ZipRecord, open_record, read_file
from verifier.url_record import UrlRecord


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one attempt be all, and let slowness be noticed soon."""
    monkeypatch.setattr(url_record, "PAUSES", ())
    monkeypatch.setattr(url_record, "AGAIN_SECONDS", 0.1)


def moved(where: str) -> Behaviour:
    """Return a behaviour that sends everybody elsewhere."""
    return lambda path, answer: Answer(status=302, headers={"Location": where})


@pytest.mark.parametrize("where", ["http://[::", "//[", "http://127.0.0.1:99999/log", "http://127.0.0.1:port/log"])
def test_a_redirect_to_no_address(tmp_path: Path, where: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Show that an address which is none is the server's fault and has a name, and is no bug of the program."""
    with serve(tmp_path, moved(where)) as server:
        with pytest.raises(RecordUnreadable, match="an address that is none") as refused:
            UrlRecord(server.url).open("checkpoint")
        assert in_korean(str(refused.value)) is not None
        assert main([server.url, "--quiet"]) == 2
    assert "a bug" not in capsys.readouterr().err


@pytest.mark.parametrize("where", ["file:///etc/passwd", "ftp://127.0.0.1/x", "//elsewhere.example/x", "javascript:x"])
def test_a_redirect_to_something_else(tmp_path: Path, where: str) -> None:
    """Show that no redirect leads to a file of this machine, another scheme or another host."""
    with serve(tmp_path, moved(where)) as server, pytest.raises(RecordUnreadable, match="another host"):
        UrlRecord(server.url).open("checkpoint")


def test_a_redirect_with_a_query(tmp_path: Path) -> None:
    """Show that a redirect is followed as it stands, its query included."""

    def behave(path: str, answer: Answer) -> Answer:
        if path == "checkpoint":
            return Answer(status=307, headers={"Location": "/log/store?name=checkpoint"})
        return Answer(body=b"found") if path == "store?name=checkpoint" else answer

    with serve(tmp_path, behave) as server:
        assert read_file(UrlRecord(server.url), "checkpoint", 100) == b"found"


def test_a_redirect_to_the_stated_port(tmp_path: Path) -> None:
    """Show that the port which a scheme has anyway is the same, written or not."""
    record = UrlRecord("https://[2001:db8::5]/log")
    assert record._origin == ("https", "2001:db8::5", 443)
    assert (record._connection.host, record._connection.port) == ("2001:db8::5", 443)
    assert UrlRecord("http://[2001:db8::5]/log")._connection.port == 80
    assert UrlRecord("http://board.example:80/log")._origin == UrlRecord("http://board.example/log")._origin


@pytest.mark.parametrize("url", ["http://:word@host/", "http://@host/", "http://host/a\tb", "http://host/a\nb"])
def test_more_urls_that_are_none(url: str) -> None:
    """Show that a password without a name, and characters that nobody sees, are refused."""
    with pytest.raises(UsageError):
        open_record(url)


def test_an_answer_that_was_refused_leaves_nothing(tmp_path: Path) -> None:
    """Show that the body of a refused answer is not taken for the next one, nor costs another connection."""

    def behave(path: str, answer: Answer) -> Answer:
        other = Answer(body=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno", headers={"Content-Encoding": "br"})
        return other if path == "checkpoint" else Answer(body=b"policy")

    with serve(tmp_path, behave) as server:
        record = UrlRecord(server.url)
        with pytest.raises(RecordUnreadable, match="encoding"):
            record.open("checkpoint")
        assert read_file(record, "policy", 100) == b"policy"
        assert server.connections == 1


@contextmanager
def endless(first: bytes, again: bytes) -> Iterator[str]:
    """Serve an answer that begins with something and then never ends."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def send() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.recv(4096)
                connection.sendall(first)
                while not over.wait(0.02):
                    connection.sendall(again)

        thread = threading.Thread(target=send)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            over.set()
            thread.join()


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n"
ENDLESS = {
    "trailers": (CHUNKED + b"\r\n2\r\nhi\r\n0\r\n", b"a: b\r\n"),
    "trailers of a last answer": (CHUNKED + b"Connection: close\r\n\r\n2\r\nhi\r\n0\r\n", b"a: b\r\n"),
    "a number that drips": (CHUNKED + b"\r\n", b"0"),
    "extensions of a chunk": (CHUNKED + b"\r\n2;a=", b"b"),
    "a body without length": (OK + b"Connection: close\r\n\r\n", b"x"),
    "a body that drips": (OK + b"Content-Length: 100000\r\n\r\n", b"x"),
    "one moment please": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a redirect": (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n"),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_answers_without_end(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show that an attempt ends although bytes arrive all the time, and never in a file that looks whole."""
    monkeypatch.setattr(url_record, "FREE_SECONDS", 0.3)
    begin = time.monotonic()
    with endless(*ENDLESS[kind]) as url, pytest.raises(Unavailable, match="too slowly"):
        UrlRecord(url).open("checkpoint")
    assert time.monotonic() - begin < 20


def test_a_slow_answer_that_keeps_the_rate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show that an attempt may last long where enough arrives, and that nobody is cut off afterwards."""
    monkeypatch.setattr(url_record, "FREE_SECONDS", 0.2)
    monkeypatch.setattr(url_record, "LEAST_RATE", 1)

    def slow(path: str, answer: Answer) -> Answer:
        return Answer(body=b"x" * 100_000)

    with serve(tmp_path, slow) as server:
        record = UrlRecord(server.url)
        original = url_record._write

        def busy(target: object, part: bytes) -> None:
            time.sleep(0.25)
            original(target, part)  # type: ignore[arg-type]  # 2026-11-22: passed on

        monkeypatch.setattr(url_record, "_write", busy)
        assert len(read_file(record, "checkpoint", 200_000)) == 100_000
        time.sleep(0.5)
        assert len(read_file(record, "policy", 200_000)) == 100_000
        assert server.connections == 1


def test_an_alarm_that_comes_too_late() -> None:
    """Show that a connection which is used for the next file is not broken off for the last one."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        connection = http.client.HTTPConnection("board.example")
        connection.sock = ours
        alarm = url_record._Alarm(connection)
        alarm._start -= 10 * url_record.FREE_SECONDS
        alarm.end()
        alarm._ring()
        ours.sendall(b"still here")
        assert theirs.recv(100) == b"still here"
        assert not alarm.rang


def test_a_damaged_archive_of_another_method(tiny_election: Made, tmp_path: Path) -> None:
    """Show that damage is damage whatever an archive was packed with."""
    path = tmp_path / "record.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("checkpoint", os.urandom(5000))
    data = bytearray(path.read_bytes())
    data[60:80] = bytes(20)
    path.write_bytes(data)
    with pytest.raises(RecordUnreadable, match="damaged"):
        read_file(ZipRecord(str(path)), "checkpoint", 10_000)
    assert main([str(path), "--quiet"]) == 2


def test_an_archive_whose_member_is_nowhere(tmp_path: Path) -> None:
    """Show that a member beyond any file is one that can't be opened."""
    name, beyond = b"checkpoint", struct.pack("<HHQ", 1, 8, (1 << 64) - 1)
    sizes = (len(name), len(beyond), 0, 0, 0, 0, 0xFFFFFFFF)
    member = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 45, 3, 45, 0, 0, 0, 0, 0, 0, 1, 1, *sizes) + name + beyond
    path = tmp_path / "record.zip"
    path.write_bytes(member + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(member), 0, 0))
    assert main([str(path), "--quiet"]) == 2


@pytest.mark.parametrize("number", [errno.EIO, errno.EMFILE, errno.ENOMEM])
@pytest.mark.parametrize("when", ["open", "read"])
def test_a_machine_that_fails(
    tiny_election: Made, tmp_path: Path, number: int, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Show that a file which this machine can't read is not called missing or damaged: exit code 4."""
    folder = write_record(tiny_election, tmp_path / "record")
    original = os.open

    def failing(path: str, *arguments: Any, **more: Any) -> int:
        if "payloads" in str(path):
            raise OSError(number, os.strerror(number))
        return original(path, *arguments, **more)

    class Failing:
        def read(self, count: int) -> bytes:
            raise OSError(number, os.strerror(number))

        def __enter__(self) -> "Failing":
            return self

        def __exit__(self, *_: object) -> None:
            return

    if when == "open":
        monkeypatch.setattr(os, "open", failing)
        assert main([str(folder), "--quiet", "--workers", "1"]) == 4
    else:
        record = open_record(str(folder))
        monkeypatch.setattr(record, "open", lambda name: Failing())
        with pytest.raises(Unavailable, match="can't be read") as failed:
            read_file(record, "checkpoint", 1000)
        assert in_korean(str(failed.value)) is not None
