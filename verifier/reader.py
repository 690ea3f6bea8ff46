"""Reading a record: a folder, a zip archive or a URL, as named byte streams of bounded size.

*Spec*: docs/formats.md, section 1; C2SP tlog-tiles (paths).

*Idea*: Nothing is unpacked and no path from the record ever reaches the file system unless it was built here.
Bundles are read frame by frame, so that memory depends on one frame, not on what an archive claims to expand
to.

*Invariants*: Symbolic links, devices and pipes inside a record are refused; so are archives that name a member twice.
"""

import errno
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from verifier.errors import RecordUnreadable, Unavailable, UsageError
from verifier.url_record import UrlRecord

_DAMAGED = (
    *(OSError, EOFError, ValueError, RuntimeError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
)


# the machine's failures, of which the record is not to blame
_OURS = (errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM)


class Record(Protocol):
    """A readable record."""

    path: str

    def open(self, name: str, limit: int | None = None, /) -> IO[bytes]:
        """Open a file of the record; raise RecordUnreadable where that is impossible, Unavailable by our fault.

        A record that fetches files as a whole fetches none of more than ``limit`` bytes.
        """

    def names(self) -> Iterator[str] | None:
        """Yield the path of every file; None where files can't be listed."""


class FolderRecord:
    """A record in a folder."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._root = os.path.realpath(path)

    def open(self, name: str, _limit: int | None = None, /) -> IO[bytes]:
        """Open a plain file that is reached without symbolic links."""
        full = os.path.join(self._root, *name.split("/"))
        try:
            if os.path.realpath(full) != full:
                raise RecordUnreadable(f"{name} is reached by a symbolic link")
            # O_NONBLOCK: a pipe in place of a file must not stop us
            handle = os.open(full, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        except FileNotFoundError:
            raise RecordUnreadable(f"{name} is missing") from None
        except OSError as error:
            kind = Unavailable if error.errno in _OURS else RecordUnreadable
            raise kind(f"{name} can't be opened: {error.strerror}") from None
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise RecordUnreadable(f"{name} is not a plain file")
        return os.fdopen(handle, "rb")

    def names(self) -> Iterator[str]:
        """Yield paths with forward slashes; symbolic links are named, not followed."""
        for folder, folders, files in os.walk(self._root, followlinks=False):
            folders.sort()
            links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
            for name in sorted(files) + links:
                yield os.path.relpath(os.path.join(folder, name), self._root).replace(os.sep, "/")


class ZipRecord:
    """A record in a zip archive."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self._archive = zipfile.ZipFile(path)
        except _DAMAGED as error:
            raise RecordUnreadable(f"not a readable zip archive: {error}") from None
        self._members = {info.filename: info for info in self._archive.infolist()}
        if len(self._members) != len(self._archive.infolist()):
            raise RecordUnreadable("archive that names a member twice")

    def open(self, name: str, _limit: int | None = None, /) -> IO[bytes]:
        """Open a member as a stream."""
        info = self._members.get(name)
        if info is None:
            raise RecordUnreadable(f"{name} is missing")
        try:
            return self._archive.open(info)
        except _DAMAGED as error:
            raise RecordUnreadable(f"{name} can't be opened: {error}") from None

    def names(self) -> Iterator[str]:
        """Yield the names of members that are not folders."""
        return (name for name in sorted(self._members) if not name.endswith("/"))


def is_url(path: str) -> bool:
    """Say whether a record is asked for by its URL."""
    return path.startswith(("http://", "https://"))


def open_record(path: str) -> Record:
    """Open a folder, a zip archive or a URL; raise UsageError where there is none."""
    if is_url(path):
        return UrlRecord(path)
    place = Path(path)
    if place.is_dir():
        return FolderRecord(path)
    if place.is_file():
        return ZipRecord(path)
    raise UsageError(f"no folder or zip archive at {path}")


def record_name(path: str) -> str:
    """Return the name that a report gives a record."""
    return path.split("://", 1)[1].rstrip("/") if is_url(path) else Path(path).resolve().name


def read_bounded(stream: IO[bytes], count: int, name: str) -> bytes:
    """Read up to ``count`` bytes; fewer only at the end of the file."""
    try:
        part = stream.read(min(count, 1 << 20))
        # most of what is read is short, and there at once
        if len(part) == count:
            return part
        parts: list[bytes] = []
        while part:
            parts.append(part)
            count -= len(part)
            part = stream.read(min(count, 1 << 20)) if count else b""
    except _DAMAGED as error:
        if isinstance(error, OSError) and error.errno in _OURS:
            raise Unavailable(f"{name} can't be read: {error.strerror}") from None
        raise RecordUnreadable(f"{name} is damaged: {error}") from None
    return b"".join(parts)


def read_file(record: Record, name: str, limit: int) -> bytes:
    """Read a whole file of at most ``limit`` bytes."""
    with record.open(name) as stream:
        data = read_bounded(stream, limit + 1, name)
    if len(data) > limit:
        raise RecordUnreadable(f"{name} is longer than {limit} bytes")
    return data


def most_in_frames(width: int, limit: int, count: int) -> int:
    """Return how many bytes a bundle of ``count`` frames has at most, and one that would be too many."""
    return count * (width + limit) + 1


def frames(record: Record, name: str, width: int, limit: int, count: int) -> Iterator[bytes]:
    """Yield ``count`` frames of a bundle, each a length of ``width`` bytes and as many bytes, at most ``limit``.

    Raise RecordUnreadable where the bundle ends early, holds a longer frame, or goes on after the last.
    """
    with record.open(name, most_in_frames(width, limit, count)) as stream:
        for number in range(count):
            prefix = read_bounded(stream, width, name)
            length = int.from_bytes(prefix, "big")
            if len(prefix) != width:
                raise RecordUnreadable(f"{name} ends before item {number} of {count}")
            if length > limit:
                raise RecordUnreadable(f"item {number} of {name} is longer than {limit} bytes")
            data = read_bounded(stream, length, name)
            if len(data) != length:
                raise RecordUnreadable(f"{name} ends inside item {number} of {count}")
            yield data
        if read_bounded(stream, 1, name):
            raise RecordUnreadable(f"{name} goes on after its {count} items")


def tile_number(number: int) -> str:
    """Return the path of a tile number in groups of three digits (C2SP tlog-tiles)."""
    text = f"{number % 1000:03d}"
    while number := number // 1000:
        text = f"x{number % 1000:03d}/{text}"
    return text


def tile_path(kind: str, number: int, width: int = 256) -> str:
    """Return the path of a tile or bundle; ``kind`` is a level, "entries" or "payloads"; width 256 is full."""
    return f"tile/{kind}/{tile_number(number)}" + (f".p/{width}" if width < 256 else "")
