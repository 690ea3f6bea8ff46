"""Where a record lies: a URL, a folder or a zip archive, told apart by its name alone.

Idea: everything that reads a record takes a place as text and opens it here; the HTTP client is loaded for a URL only.

Invariants: what is opened is a `RecordSource`, whatever lies behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evote.client.source import ArchiveSource, FolderSource, RecordSource, is_url
from evote.errors import BoardError
from evote.log.tile_reader import NOT_FOUND


@contextmanager
def open_record(place: str, *, attempts: int = 1) -> Iterator[RecordSource]:
    """Yield the record at a place; a file at a URL is asked for `attempts` times before it counts as unreadable.

    Raise BoardError `record.not_found` where there is no such folder or archive, and as the sources.
    """
    if is_url(place):
        from evote.client.http_source import HttpSource

        with HttpSource(place, attempts=attempts) as source:
            yield source
        return
    path = Path(place)
    if path.is_dir():
        yield FolderSource(path)
        return
    if not path.exists():
        raise BoardError(NOT_FOUND, f"there is no record {path}", path=path)
    archive = ArchiveSource(path)
    try:
        yield archive
    finally:
        archive.close()
