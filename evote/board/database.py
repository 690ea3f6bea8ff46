"""Where a board's database is: a file in its folder, or a PostgreSQL server that a private file in it names.

Idea: commands know a board by its folder alone.

Invariants: the folder gets its database, or its name, last: a folder that has either has all the rest. A DSN may hold a
password, so its file is readable by its owner alone and it is in no message.
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Final

from evote.board import files
from evote.board.head import Head
from evote.board.sqlite_store import SqliteStore
from evote.board.store import Store
from evote.errors import BoardError

DATABASE_NAME: Final = "board.sqlite"
DSN_NAME: Final = "database.url"
_UNFINISHED: Final = "unfinished.sqlite"


def has_database(folder: Path) -> bool:
    """Say whether a folder has a board's database, or the name of one."""
    return any((folder / name).is_file() for name in (DATABASE_NAME, DSN_NAME))


def create_database(folder: Path, head: Head, dsn: str | None) -> None:
    """Make the database of a new log: a file in the folder, or tables in the database that a DSN names.

    Raise BoardError `board.exists` where that database holds a log, ConfigurationError `board.bad_dsn`.
    """
    if dsn is not None:
        _postgresql(dsn, folder, head).close()
        files.replace_file(folder / DSN_NAME, dsn.encode(), files.PRIVATE_MODE)
        return
    for leftover in folder.glob(f"{_UNFINISHED}*"):
        files.remove_file(leftover)
    SqliteStore.create(folder / _UNFINISHED, head).close()
    files.move_file(folder / _UNFINISHED, folder / DATABASE_NAME)


def open_database(folder: Path) -> Store:
    """Return the open database of a board; raise BoardError `board.missing` where there is none."""
    if not has_database(folder):
        raise BoardError("board.missing", f"there is no board in {folder}")
    if not is_shared(folder):
        return SqliteStore(folder / DATABASE_NAME)
    return _postgresql(_read_dsn(folder), folder)


def is_shared(folder: Path) -> bool:
    """Say whether a board's database is on a server, where front ends can be."""
    return (folder / DSN_NAME).is_file()


def name_database(folder: Path, dsn: str) -> None:
    """Keep the DSN of an existing log in a folder that names none.

    Raise BoardError `board.other_database` where the folder has, or names, another one; as `open_database` where that
    database holds no log. Nothing is kept then.
    """
    if has_database(folder):
        if not is_shared(folder) or _read_dsn(folder) != dsn:
            raise BoardError(
                "board.other_database",
                f"{folder} has another database; where that was moved, change {folder / DSN_NAME}",
            )
        return
    store = _postgresql(dsn, folder)
    try:
        store.head()
    finally:
        store.close()
    files.make_folders(folder)
    files.replace_file(folder / DSN_NAME, dsn.encode(), files.PRIVATE_MODE)


def _read_dsn(folder: Path) -> str:
    return files.read_file(folder / DSN_NAME).decode("utf-8", errors="replace").strip()


def _postgresql(dsn: str, folder: Path, head: Head | None = None) -> Store:
    """Open the database that a DSN names, or make it for a new log."""
    # Loaded here: most boards have no server, and most commands should start soon.
    from evote.board.postgresql_store import PostgresqlStore

    # Whoever has the folder's lock is its sequencer, so the folder is the name under which leases are held.
    holder = f"{socket.gethostname()}:{folder.resolve()}"
    return PostgresqlStore(dsn, holder) if head is None else PostgresqlStore.create(dsn, holder, head)
