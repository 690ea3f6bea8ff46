"""The board's database: one transaction for each batch, durable before anything is signed.

Spec: docs/storage.md sections 1 to 4.

Idea: the row of the log is replaced by compare-and-swap of epoch, size and root, so that a second writer, should there
ever be one, fails instead of forking the log. What differs between database systems (how to connect, who may write,
what an error means) is in `sqlite_store` and `postgresql_store`; the statements are the same.

Invariants: a transaction holds a whole batch; after a failed commit nobody knows what is on the disk, so the store has
to be opened anew. Database errors leave as BoardError.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from evote.board.admission import Derived, Posting
from evote.board.entry_reads import EntryReads, ballot_table, entry_table, idempotency_table, payload_table
from evote.board.head import Head, head_values, log_table, read_head, swap_head
from evote.board.log_notes import LogNotes
from evote.board.migrate import is_current, migrate
from evote.board.pending_rows import PendingRows
from evote.board.promise_rows import PromiseRows
from evote.errors import BoardError


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry as it is stored: index (from zero), leaf hash, posting, what is derived, and its idempotency key."""

    index: int
    leaf_hash: bytes
    posting: Posting
    derived: Derived | None
    key: bytes = b""


class Store(EntryReads, LogNotes, PendingRows, PromiseRows):
    """The open database of one board."""

    @abstractmethod
    def take_lease(self) -> Head:
        """Become the one sequencer of this log and return the head; raise BoardError where another one is."""

    @abstractmethod
    def renew_lease(self, head: Head) -> None:
        """Hold the lease for another while; raise BoardError `board.lease_lost` where another one has taken it."""

    @abstractmethod
    def end_lease(self, head: Head) -> None:
        """Let another sequencer begin at once."""

    def has_sequencer(self) -> bool:
        """Say whether somebody holds the lease; always, where there is none to hold."""
        return True

    @abstractmethod
    def _extend_lease(self, connection: Connection, head: Head) -> None:
        """Hold the lease for another while, in the transaction of an append: who appends is alive."""

    def prepare(self) -> None:
        """Bring an existing database to this program's schema; raise BoardError `board.newer_schema`."""
        with self._reading() as connection:
            if is_current(connection):
                return
        with self._writing() as connection:
            migrate(connection)

    def check_schema(self) -> None:
        """Raise BoardError `board.old_schema` or `board.newer_schema` where the schema is not this program's."""
        with self._reading() as connection:
            if not is_current(connection):
                raise BoardError("board.old_schema", f"{self._name} is of an older program; open the board first")

    def make_log(self, head: Head) -> None:
        """Make the tables of a new log, and its head; raise BoardError `board.exists` where there is a log."""
        with self._writing() as connection:
            migrate(connection)
            if connection.execute(select(func.count()).select_from(log_table)).scalar_one():
                raise BoardError("board.exists", f"{self._name} holds a log already; choose another database")
            connection.execute(insert(log_table), [head_values(head)])

    def head(self) -> Head:
        """Return the log's name, keys and tree head; raise BoardError `board.database` where there is not one log."""
        with self._reading() as connection:
            return read_head(connection, self._name)

    def append(self, old: Head, new: Head, entries: Sequence[NewEntry]) -> None:
        """Append entries in one transaction that replaces the head `old` by `new`; durable on return.

        What waited of them does not wait any longer. Raise BoardError `board.lease_lost` or `board.other_writer` where
        the head is not `old`; nothing is appended then.
        """
        with self._writing() as connection:
            swap_head(connection, old, new)
            connection.execute(insert(entry_table), [_entry_values(entry) for entry in entries])
            connection.execute(insert(payload_table), [_payload_values(entry) for entry in entries])
            if ballots := [_ballot_values(entry.index, entry.derived) for entry in entries if entry.derived]:
                connection.execute(insert(ballot_table), ballots)
            if keys := [{"key": one.key, "leaf_hash": one.leaf_hash} for one in entries if one.key]:
                connection.execute(insert(idempotency_table), keys)
            self._drop(connection, [entry.leaf_hash for entry in entries])
            self._extend_lease(connection, new)

    def update_head(self, old: Head, new: Head) -> None:
        """Replace keys or facts digest of the head; raise as `append`."""
        with self._writing() as connection:
            swap_head(connection, old, new)

    def add_derived(self, derived: Sequence[tuple[int, Derived | None]]) -> None:
        """Store what was derived for entries of an old database (None: no ballot); the head's digest stays open."""
        with self._writing() as connection:
            for index, one in derived:
                facts = one.facts if one is not None else b""
                connection.execute(update(entry_table).where(entry_table.c.index == index).values(facts=facts))
            connection.execute(delete(ballot_table).where(ballot_table.c.index.in_([index for index, _ in derived])))
            if ballots := [_ballot_values(index, one) for index, one in derived if one is not None]:
                connection.execute(insert(ballot_table), ballots)


def _entry_values(entry: NewEntry) -> dict[str, object]:
    return {
        "index": entry.index,
        "leaf_hash": entry.leaf_hash,
        "statement": entry.posting.statement,
        "facts": entry.derived.facts if entry.derived is not None else b"",
    }


def _payload_values(entry: NewEntry) -> dict[str, object]:
    return {"index": entry.index, "payload": entry.posting.payload, "commitments": entry.posting.commitments}


def _ballot_values(index: int, derived: Derived) -> dict[str, object]:
    return {"index": index, "scope": derived.scope, "code": derived.code, "ciphertexts": derived.ciphertexts}
