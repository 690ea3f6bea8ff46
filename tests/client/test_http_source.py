"""The record at a URL: the same answers as from a folder, and an answer to every way in which a server fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from evote.client.http_source import HttpSource
from evote.client.place import open_record
from evote.client.reader import RecordReader, open_checkpoint
from tests.client.records import ENTRIES, record_files, write_archive, write_folder
from tests.log.known import POLICY, refusal

BASE = "https://log.example/votes/"


def sent(content: bytes, **headers: str) -> httpx.Response:
    """Return an answer whose body comes as it would over a line."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(200, headers=named, stream=httpx.ByteStream(content))


def source(handler: Callable[[httpx.Request], httpx.Response]) -> HttpSource:
    """Return a source whose server is a function."""
    return HttpSource(BASE, transport=httpx.MockTransport(handler))


def test_a_record_is_read_like_from_a_folder() -> None:
    """Every entry, from the paths below the base URL alone."""
    files, asked = record_files(), []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        path = str(request.url).removeprefix(BASE)
        return sent(files[path]) if path in files else httpx.Response(404)

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
        (lambda request: sent(b"no", content_encoding="gzip"), "record.bad_encoding"),
        (_failing, "record.unreadable"),
    ],
)
def test_failures_have_names(handler: Callable[[httpx.Request], httpx.Response], code: str) -> None:
    """Missing, refused, redirected, damaged: redirects are not followed, a missing file is told apart."""
    with source(handler) as record:
        assert refusal(record.read, "checkpoint") == code
        assert refusal(record.read, "../checkpoint") == "record.bad_path"


@pytest.mark.parametrize(("length", "code"), [(8192, ""), (8193, "record.too_long")])
def test_a_file_without_end_is_cut_off(length: int, code: str) -> None:
    """The bound of the path holds while it is read: one byte more than a hash tile can have is too much."""
    with source(lambda request: sent(b"x" * length)) as record:
        if code:
            assert refusal(record.read, "tile/0/000") == code
        else:
            assert len(record.read("tile/0/000")) == length


def test_what_changes_is_not_taken_from_a_cache() -> None:
    """Checkpoint and policy ask every cache on the way for the newest; tiles, which never change, need not."""
    fresh: dict[str, str] = {}

    def handler(request: httpx.Request) -> httpx.Response:
        fresh[request.url.path.removeprefix("/votes/")] = request.headers.get("cache-control", "")
        return sent(b"x")

    with source(handler) as record:
        for path in ("checkpoint", "policy", "tile/0/000"):
            record.read(path)
    assert fresh == {"checkpoint": "no-cache", "policy": "no-cache", "tile/0/000": ""}


def test_a_failure_that_may_pass_is_tried_again_with_growing_pauses() -> None:
    """As often as was asked for and not once more; what does not pass by itself is not tried again."""
    asked: list[str] = []
    paused: list[float] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(503 if request.url.path.endswith("checkpoint") else 403)

    with HttpSource(BASE, attempts=4, sleep=paused.append, transport=httpx.MockTransport(handler)) as record:
        assert refusal(record.read, "checkpoint") == "record.unreadable"
        assert (len(asked), paused) == (4, [0.5, 1.0, 2.0])
        assert refusal(record.read, "policy") == "record.unreadable"
        assert len(asked) == 5


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
