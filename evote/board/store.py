"""The board's database: one transaction for each batch, durable before anything is signed.

Idea: SQLite in WAL mode with synchronous FULL: a commit that was reported survives a power cut. The row of the log is
replaced by compare-and-swap, so that a second writer, should there ever be one, fails instead of forking the log.

Invariants: a transaction holds a whole batch; after a failed commit nobody knows what is on the disk, so the store has
to be opened anew. Database errors leave as BoardError `board.disk_full`, `.disk_error`, `.locked` or `.database`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, update
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, col, select

from evote.board.admission import Posting, StoredEntry
from evote.board.files import PRIVATE_MODE, reported
from evote.board.tables import EntryRow, LogRow
from evote.errors import BoardError
from evote.log.tiles import TILE_WIDTH

LOCK_SECONDS: Final = 5.0  # how long to wait for another program that has the database locked
_PRAGMAS: Final = ("journal_mode=WAL", "synchronous=FULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The log's name, its key (vkey text), and the size and root of what the database holds."""

    origin: str
    verifier_key: str
    size: int
    root: bytes


class Store:
    """The open database of one board."""

    def __init__(self, path: Path) -> None:
        """Open an existing database; raise BoardError `board.missing` where there is none. Nothing is checked yet."""
        if not path.is_file():
            raise BoardError("board.missing", f"there is no board database {path}")
        self._path = path
        self._engine = _make_engine(path)

    @classmethod
    def create(cls, path: Path, head: Head) -> Store:
        """Make the database of a new log, readable by its owner alone."""
        with reported(path):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_MODE))
        store = cls(path)
        with store._reported():
            tables = [SQLModel.metadata.tables[str(row.__tablename__)] for row in (LogRow, EntryRow)]
            SQLModel.metadata.create_all(store._engine, tables=tables)
            with Session(store._engine) as session:
                session.add(_log_row(head))
                session.commit()
        return store

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    def head(self) -> Head:
        """Return the log's name, key and tree head; raise BoardError `board.database` where there is not one log."""
        with self._reported(), Session(self._engine) as session:
            rows = session.exec(select(LogRow)).all()
        if len(rows) != 1:
            raise BoardError("board.database", f"{self._path} holds {len(rows)} logs, not one; restore a backup")
        row = rows[0]
        return Head(origin=row.origin, verifier_key=row.verifier_key, size=row.size, root=row.root)

    def append(self, old: Head, new: Head, entries: Sequence[StoredEntry]) -> None:
        """Append entries in one transaction that replaces the head `old` by `new`; durable on return.

        Raise BoardError `board.other_writer` where the head is not `old`; nothing is appended then.
        """
        swap = (
            update(LogRow)
            .where(col(LogRow.origin) == old.origin, col(LogRow.size) == old.size, col(LogRow.root) == old.root)
            .values(size=new.size, root=new.root)
        )
        with self._reported(), Session(self._engine) as session:
            if session.connection().execute(swap).rowcount != 1:
                raise BoardError("board.other_writer", "another program has written this board's database")
            session.add_all(_entry_row(entry) for entry in entries)
            session.commit()

    def entries(self, start: int, end: int) -> Iterator[StoredEntry]:
        """Yield the stored entries with index in [start, end) in order, as many as there are."""
        for first in range(start, end, TILE_WIDTH):
            last = min(first + TILE_WIDTH, end)
            query = select(EntryRow).where(col(EntryRow.index) >= first, col(EntryRow.index) < last)
            with self._reported(), Session(self._engine) as session:
                rows = session.exec(query.order_by(col(EntryRow.index))).all()
            yield from map(_stored_entry, rows)

    def index_of(self, leaf_hash: bytes) -> int | None:
        """Return the index of the entry with a leaf hash, or None."""
        with self._reported(), Session(self._engine) as session:
            return session.exec(select(EntryRow.index).where(EntryRow.leaf_hash == leaf_hash)).first()

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # without the extension of the code
            if code == sqlite3.SQLITE_FULL:
                raise BoardError(
                    "board.disk_full", f"no space left for {self._path}; free some and open the board again"
                ) from error
            if code == sqlite3.SQLITE_BUSY:
                raise BoardError("board.locked", f"another program has {self._path} open; wait or end it") from error
            if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
                raise BoardError("board.disk_error", f"{self._path}: {error.orig}") from error
            raise BoardError("board.database", f"{self._path}: {error.orig}; restore a backup") from error


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
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _log_row(head: Head) -> LogRow:
    return LogRow(origin=head.origin, verifier_key=head.verifier_key, size=head.size, root=head.root)


def _entry_row(entry: StoredEntry) -> EntryRow:
    return EntryRow(
        index=entry.index,
        leaf_hash=entry.leaf_hash,
        statement=entry.posting.statement,
        payload=entry.posting.payload,
        commitments=entry.posting.commitments,
    )


def _stored_entry(row: EntryRow) -> StoredEntry:
    posting = Posting(statement=row.statement, payload=row.payload, commitments=row.commitments)
    return StoredEntry(index=row.index, leaf_hash=row.leaf_hash, posting=posting)
