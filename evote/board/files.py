"""Files that are either the old ones or the new ones, never half of either, also after a power cut.

Idea: write a temporary file in the same directory, fsync it, rename it into place, fsync the directory. Every call of
the operating system is made here, so that a test can let any of them fail.

Invariants: a reader never sees a half-written file; an immutable file is never written with other bytes; what the
operating system reports leaves as BoardError `board.disk_full` or `board.disk_error`.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from evote.errors import BoardError

PUBLIC_MODE: Final = 0o644
IMMUTABLE_MODE: Final = 0o444
PRIVATE_MODE: Final = 0o600

_TEMPORARY_END: Final = ".tmp"
# EFBIG: a limit on file sizes is a full disk of another kind.
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turn an OSError of the body into BoardError `board.disk_full` or `board.disk_error`, naming `path`."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise BoardError("board.disk_full", f"no space left for {path}; make some and try again") from error
        raise BoardError("board.disk_error", f"{path}: {error.strerror or error}") from error


def read_file(path: Path) -> bytes:
    """Return a file's bytes."""
    with reported(path):
        return path.read_bytes()


def make_folders(path: Path) -> None:
    """Make a folder and those above it where they are missing, durably."""
    missing = [folder for folder in (path, *path.parents) if not folder.is_dir()]
    for folder in reversed(missing):
        with reported(folder), suppress(FileExistsError):
            os.mkdir(folder)
        _sync_folder(folder.parent)


def replace_file(path: Path, data: bytes, mode: int = PUBLIC_MODE) -> None:
    """Write a file, or replace it in one step; durable on return."""
    with atomic_file(path, mode) as descriptor, reported(path):
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]


def write_immutable(path: Path, data: bytes) -> None:
    """Write a file that never changes; where it exists, its bytes must be these.

    Raise BoardError `board.file_changed` where they are not.
    """
    if path.is_file():
        if read_file(path) != data:
            raise BoardError(
                "board.file_changed",
                f"{path} is not what the database says; if the database is right, remove the file and open the board",
            )
        return
    make_folders(path.parent)
    replace_file(path, data, IMMUTABLE_MODE)


@contextmanager
def atomic_file(path: Path, mode: int = PUBLIC_MODE) -> Iterator[int]:
    """Yield a descriptor open for writing; when the body ends well, the file is durably at `path`, else nothing is."""
    temporary = path.parent / f".{path.name}{_TEMPORARY_END}"
    try:
        with reported(path):
            descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, PRIVATE_MODE)
        try:
            yield descriptor
            with reported(path):
                os.fchmod(descriptor, mode)
                os.fsync(descriptor)
        finally:
            with reported(path):
                os.close(descriptor)
        move_file(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def move_file(old: Path, new: Path) -> None:
    """Rename a durable file within its folder, replacing what is there; durable on return."""
    with reported(new):
        os.rename(old, new)
    _sync_folder(new.parent)


def remove_file(path: Path) -> None:
    """Remove a file if it is there. Not durable: a file that comes back after a power cut does no harm."""
    with reported(path), suppress(FileNotFoundError):
        os.unlink(path)


def free_bytes(folder: Path) -> int:
    """Return how many bytes may still be written to the disk of a folder."""
    with reported(folder):
        disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def check_room(folder: Path, minimum_bytes: int) -> None:
    """Raise BoardError `board.disk_low` where the disk of a folder has less than `minimum_bytes` left."""
    free = free_bytes(folder)
    if free < minimum_bytes:
        raise BoardError(
            "board.disk_low",
            f"{free} bytes are left for {folder}, and {minimum_bytes} are kept free: nothing is accepted until there "
            "is room",
        )


def is_temporary(path: Path) -> bool:
    """Say whether a file is one that `atomic_file` left behind when the process was killed."""
    return path.name.startswith(".") and path.name.endswith(_TEMPORARY_END)


def lock_folder(folder: Path) -> BinaryIO:
    """Return the file that holds the folder's lock until it is closed or the process ends.

    Raise BoardError `board.locked` where another process holds it.
    """
    path = folder / "lock"
    with reported(path):
        lock = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_MODE), "r+b")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise BoardError("board.locked", f"another program has the board {folder} open; wait or end it") from None
    return lock


def _sync_folder(folder: Path) -> None:
    with reported(folder):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
