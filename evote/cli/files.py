"""Files that a command reads and writes, with errors that name them.

Idea: what a person hands in is read whole, with a bound on its size; what a command writes appears whole or not at
all, readable by its owner alone where it is secret.

Invariants: a secret file is never replaced by other content; a repeated command that would write the same bytes
succeeds.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

from evote.board import files
from evote.errors import ConfigurationError

MAXIMUM_INPUT_BYTES: Final = 2**28


def read_input(path: Path, maximum_bytes: int = MAXIMUM_INPUT_BYTES) -> bytes:
    """Return a file's bytes; raise ConfigurationError `file.missing`, `.unreadable` or `.too_large`."""
    try:
        with path.open("rb") as file:
            data = file.read(maximum_bytes + 1)
    except FileNotFoundError:
        raise ConfigurationError("file.missing", f"there is no file {path}", path=path) from None
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError("file.unreadable", f"{path} can't be read: {reason}", path=path) from None
    if len(data) > maximum_bytes:
        message = f"{path} is larger than {maximum_bytes} bytes"
        raise ConfigurationError("file.too_large", message, path=path, maximum=maximum_bytes)
    return data


def write_public(path: Path, data: bytes) -> None:
    """Write or replace a file that everybody may read; raise BoardError `board.disk_full` or `board.disk_error`."""
    files.make_folders(path.parent)
    files.replace_file(path, data)


def write_secret(path: Path, data: bytes) -> None:
    """Write a file that its owner alone may read (mode 0600); the same bytes may be there already.

    Raise ConfigurationError `file.exists` where there is another file, BoardError as `write_public`.
    """
    if path.exists():
        check_private(path)
        if read_input(path) == data:
            return
        message = f"{path} exists and holds something else; it is not overwritten, name another file"
        raise ConfigurationError("file.exists", message, path=path)
    files.make_folders(path.parent)
    files.replace_file(path, data, files.PRIVATE_MODE)


def replace_secret(path: Path, data: bytes) -> None:
    """Replace a secret file of one's own in one step; raise BoardError as `write_public`."""
    files.replace_file(path, data, files.PRIVATE_MODE)


def check_private(path: Path) -> None:
    """Raise ConfigurationError `file.permissions` where others than the owner may read a secret file."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        message = f"{path} holds secrets and others may read it; run: chmod 600 {path}"
        raise ConfigurationError("file.permissions", message, path=path)
