"""Where a record is read from: a folder or an archive with the same paths.

Idea: the record is the board's public files and nothing else, so a copy of it is as good as the board itself; what
comes out is verified against the checkpoint, never trusted because of where it lay.

Invariants: a path is relative, has no empty, "." or ".." part, and never leads out of the folder or archive; a missing
file is told apart from every other failure by the code `record.not_found`; an archive has no two files of one name.
"""

from __future__ import annotations

import errno
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Final, NoReturn, Protocol

from evote.errors import BoardError, EncodingError
from evote.log.tile_reader import NOT_FOUND

MAXIMUM_FILE_BYTES: Final = 2**30

# What zipfile raises for an archive that is damaged, encrypted (RuntimeError) or of an unknown version.
_MALFORMED: Final = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    EOFError,
    struct.error,
    zlib.error,
)
_PART: Final = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
_PATH: Final = re.compile(f"{_PART}(?:/{_PART})*")


class RecordSource(Protocol):
    """A set of files by path."""

    def read(self, path: str) -> bytes:
        """Return a file's bytes.

        Raise BoardError `record.not_found` where there is no such file, `record.unreadable` where it can't be read;
        EncodingError `record.bad_path` or `record.too_long`.
        """


class FolderSource:
    """The record in a folder; symbolic links that lead out of it are refused."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; nothing is read yet."""
        self._folder = folder.resolve()

    def read(self, path: str) -> bytes:
        """Return a file's bytes; errors as `RecordSource.read`."""
        check_path(path)
        try:
            place = (self._folder / path).resolve(strict=True)
            if not place.is_relative_to(self._folder):
                _refuse_path(path)
            if place.stat().st_size > MAXIMUM_FILE_BYTES:
                _refuse_length(path)
            return place.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise BoardError(NOT_FOUND, f"the record has no file {path}", path=path) from None
        except (OSError, RuntimeError) as error:  # RuntimeError: a loop of symbolic links
            raise BoardError("record.unreadable", f"the file {path} of the record can't be read: {error}") from error


class ArchiveSource:
    """The record in a zip archive, its files at the archive's top level."""

    def __init__(self, archive: Path) -> None:
        """Open the archive and read its list of names.

        Raise BoardError `record.unreadable` where the file can't be read; EncodingError `archive.malformed`, or
        `archive.duplicate_name` for two files of one name, of which different readers would read different ones.
        """
        try:
            self._zip = zipfile.ZipFile(archive)
        except OSError as error:
            raise BoardError("record.unreadable", f"the archive {archive} can't be read: {error}") from error
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise EncodingError(
                "archive.malformed", f"{archive.name} is not a readable zip archive: {error}"
            ) from error
        self._files: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            if info.filename in self._files:
                self._zip.close()
                raise EncodingError("archive.duplicate_name", f"the archive holds {info.filename[:80]!r} twice")
            self._files[info.filename] = info

    def read(self, path: str) -> bytes:
        """Return a file's bytes; errors as `RecordSource.read`, and EncodingError `archive.malformed`."""
        check_path(path)
        info = self._files.get(path)
        if info is None:
            raise BoardError(NOT_FOUND, f"the record has no file {path}", path=path)
        if info.file_size > MAXIMUM_FILE_BYTES:
            _refuse_length(path)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise EncodingError("archive.malformed", f"{path} is neither stored nor deflated in the archive")
        try:
            return self._zip.read(info)
        except _MALFORMED as error:
            raise EncodingError("archive.malformed", f"{path} can't be read from the archive: {error}") from error
        except OSError as error:
            if error.errno == errno.EINVAL:  # the archive's table of contents points before the archive's beginning
                raise EncodingError("archive.malformed", f"{path} lies outside of the archive") from error
            raise BoardError("record.unreadable", f"{path} can't be read from the archive: {error}") from error

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()


def is_url(place: str) -> bool:
    """Say whether a place is named by an http or https URL."""
    return place.startswith(("http://", "https://"))


def check_path(path: str) -> None:
    """Raise EncodingError `record.bad_path` unless `path` is a plain relative path of ASCII names."""
    if len(path) > 1024 or not _PATH.fullmatch(path):
        _refuse_path(path)


def _refuse_path(path: str) -> NoReturn:
    raise EncodingError("record.bad_path", f"{path[:80]!r} is not the path of a file in a record")


def _refuse_length(path: str) -> NoReturn:
    raise EncodingError("record.too_long", f"the file {path} has more than {MAXIMUM_FILE_BYTES} bytes")
