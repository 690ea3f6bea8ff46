"""The record at a URL: the same answers as from a folder, and an answer to every way in which a server fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from evote.client import http_source
from evote.client.http_source import HttpSource
from evote.client.place import open_record
from evote.client.reader import RecordReader, open_checkpoint
from tests.client.records import ENTRIES, record_files, write_archive, write_folder
from tests.log.known import POLICY, refusal

BASE = "https://log.example/votes/"


def source(handler: Callable[[httpx.Request], httpx.Response]) -> HttpSource:
    """Return a source whose server is a function."""
    return HttpSource(BASE, transport=httpx.MockTransport(handler))


def test_a_record_is_read_like_from_a_folder() -> None:
    """Every entry, from the paths below the base URL alone."""
    files, asked = record_files(), []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        path = str(request.url).removeprefix(BASE)
        return httpx.Response(200, content=files[path]) if path in files else httpx.Response(404)

    with source(handler) as record:
        reader = RecordReader(record, open_checkpoint(record, POLICY))
        assert [entry.data for entry in reader.entries()] == list(ENTRIES)
    assert all(url.startswith(BASE) for url in asked)


def _failing(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


@pytest.mark.parametrize(
    ("handler", "code"),
    [
        (lambda request: httpx.Response(404), "record.not_found"),
        (lambda request: httpx.Response(500), "record.unreadable"),
        (lambda request: httpx.Response(302, headers={"location": "https://elsewhere.example"}), "record.unreadable"),
        (lambda request: httpx.Response(200, headers={"content-encoding": "gzip"}, content=b"no"), "record.unreadable"),
        (_failing, "record.unreadable"),
    ],
)
def test_failures_have_names(handler: Callable[[httpx.Request], httpx.Response], code: str) -> None:
    """Missing, refused, redirected, damaged: redirects are not followed, a missing file is told apart."""
    with source(handler) as record:
        assert refusal(record.read, "checkpoint") == code
        assert refusal(record.read, "../checkpoint") == "record.bad_path"


def test_a_file_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound holds while it is read, also after unpacking."""
    monkeypatch.setattr(http_source, "MAXIMUM_FILE_BYTES", 1000)
    with source(lambda request: httpx.Response(200, content=b"x" * 1001)) as record:
        assert refusal(record.read, "checkpoint") == "record.too_long"


def test_a_place_is_a_url_a_folder_or_an_archive(tmp_path: Path) -> None:
    """The name decides; what is none of them is refused."""
    files = record_files(3)
    folder = write_folder(tmp_path / "folder", files)
    archive = write_archive(tmp_path / "archive.zip", files)
    for place in (folder, archive):
        with open_record(str(place)) as record:
            assert record.read("checkpoint") == files["checkpoint"]
    with open_record(BASE) as record:
        assert isinstance(record, HttpSource)
    assert refusal(HttpSource, "ftp://log.example") == "record.bad_url"

    def missing() -> None:
        with open_record(str(tmp_path / "nowhere")):
            pass

    assert refusal(missing) == "record.not_found"
