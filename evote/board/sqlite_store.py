"""The database of the embedded board: one SQLite file.

Idea: WAL mode with synchronous FULL: a commit that was reported survives a power cut. The folder's lock keeps other
sequencers away; that nobody else writes the file is made sure when the board is opened.

Invariants: the file is readable by its owner alone.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError

from evote.board.files import PRIVATE_MODE, reported
from evote.board.head import Head, read_head
from evote.board.store import Store
from evote.errors import BoardError

LOCK_SECONDS: Final = 5.0  # how long to wait for another program that has the database locked
_PRAGMAS: Final = ("journal_mode=WAL", "synchronous=FULL")

_ADVICE: Final = {
    sqlite3.SQLITE_FULL: ("board.disk_full", "; free some space and open the board again"),
    sqlite3.SQLITE_BUSY: ("board.locked", "; another program has it open, wait or end it"),
    sqlite3.SQLITE_IOERR: ("board.disk_error", ""),
    sqlite3.SQLITE_CANTOPEN: ("board.disk_error", ""),
    sqlite3.SQLITE_READONLY: ("board.disk_error", ""),
}


class SqliteStore(Store):
    """A board's database in a file."""

    def __init__(self, path: Path) -> None:
        """Open an existing database; raise BoardError `board.missing` where there is none. Nothing is checked yet."""
        if not path.is_file():
            raise BoardError("board.missing", f"there is no board database {path}")
        super().__init__(_make_engine(path), str(path))

    @classmethod
    def create(cls, path: Path, head: Head) -> SqliteStore:
        """Make the database of a new log, readable by its owner alone."""
        with reported(path):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_MODE))
        store = cls(path)
        store.make_log(head)
        return store

    def take_lease(self) -> Head:
        """Return the head; the caller holds the folder's lock. Raise BoardError `board.locked` where another program
        writes the file with tools of its own.
        """
        with self._writing() as connection:
            return read_head(connection, self._name)

    def renew_lease(self, head: Head) -> None:
        """Nothing: the folder's lock does not end."""

    def end_lease(self, head: Head) -> None:
        """Nothing: the caller gives the folder's lock back."""

    def _extend_lease(self, connection: Connection, head: Head) -> None:
        pass

    def _error_code(self, error: DBAPIError) -> tuple[str, str]:
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # without the extension of the code
        return _ADVICE.get(code, ("board.database", "; restore a backup"))


def _make_engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}", poolclass=StaticPool, connect_args={"check_same_thread": False, "timeout": LOCK_SECONDS}
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None  # pysqlite would begin transactions by itself, later than we need them
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # Who means to write says so before reading, so that no two writers read the same head.
    writes = connection.get_execution_options().get("evote_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
