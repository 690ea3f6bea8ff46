"""Reading the log in the database: what a start needs, what is published, what is looked up.

Idea: rows come in stretches, as plain tuples; a stretch is read in one query that ends before its rows are used, so the
reader may write between two of them.

Invariants: entries come in order and without a gap, or with an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, Table, and_, select

from evote.board.admission import Derived, Posting, StoredEntry
from evote.board.connections import Connections
from evote.board.tables import BallotRow, EntryRow, IdempotencyRow, PayloadRow, table
from evote.errors import BoardError
from evote.log.tiles import TILE_WIDTH

# Rows of one query of a scan, entries whose payloads are read together, and values in one IN (...).
_SCAN_ROWS: Final = 4096
_PAYLOAD_ROWS: Final = 64
_MAXIMUM_VALUES: Final = 500

entry_table, payload_table = table(EntryRow), table(PayloadRow)
ballot_table, idempotency_table = table(BallotRow), table(IdempotencyRow)


@dataclass(frozen=True, slots=True)
class ScannedEntry:
    """What a start reads of an entry; `facts` is empty where it is no ballot, None where they must be derived."""

    index: int
    leaf_hash: bytes
    statement: bytes
    facts: bytes | None


class EntryReads(Connections):
    """The log's entries, and what is stored beside them."""

    def scan(self, start: int, end: int) -> Iterator[ScannedEntry]:
        """Yield what a start reads of the entries with index in [start, end) in order, as many as there are."""
        columns = (entry_table.c.index, entry_table.c.leaf_hash, entry_table.c.statement, entry_table.c.facts)
        for first in range(start, end, _SCAN_ROWS):
            with self._reading() as connection:
                rows = connection.execute(
                    _between(select(*columns), entry_table, first, min(first + _SCAN_ROWS, end))
                ).all()
            for row in rows:
                yield ScannedEntry(*row)

    def replayed(self, start: int, end: int) -> Iterator[StoredEntry | ScannedEntry]:
        """Yield the entries of a range as a state is built from them; a ballot without facts as it was scanned.

        Raise BoardError `board.entry_missing` where there is no payload.
        """
        payloads: dict[int, bytes] = {}
        for entry in self.scan(start, end):
            if entry.facts is None:
                yield entry
            elif entry.facts:
                yield StoredEntry(entry.index, entry.statement, entry.facts, b"")
            else:
                if entry.index not in payloads:
                    payloads = self._payloads(entry.index, min(entry.index + _PAYLOAD_ROWS, end))
                if entry.index not in payloads:
                    raise BoardError("board.entry_missing", f"{self._name} has no payload of entry {entry.index}")
                yield StoredEntry(entry.index, entry.statement, b"", payloads.pop(entry.index))

    def followed(self, start: int, end: int) -> Iterator[StoredEntry]:
        """Yield the entries of a range that are no ballots, in order; who follows them need not read the ballots."""
        columns = (entry_table.c.index, entry_table.c.statement, payload_table.c.payload)
        query = (
            select(*columns)
            .select_from(entry_table)
            .join(payload_table, payload_table.c.index == entry_table.c.index)
            .where(entry_table.c.facts == b"")
        )
        while start < end:
            with self._reading() as connection:
                rows = connection.execute(_between(query, entry_table, start, end).limit(_PAYLOAD_ROWS)).all()
            for index, statement, payload in rows:
                yield StoredEntry(index, statement, b"", payload)
                start = index + 1
            if len(rows) < _PAYLOAD_ROWS:
                return

    def postings(self, start: int, end: int) -> Iterator[Posting]:
        """Yield statements, payloads and commitments of the entries with index in [start, end) in order.

        Raise BoardError `board.entry_missing` where there is not one for each.
        """
        columns = (entry_table.c.index, entry_table.c.statement, payload_table.c.payload, payload_table.c.commitments)
        query = (
            select(*columns).select_from(entry_table).join(payload_table, payload_table.c.index == entry_table.c.index)
        )
        for first in range(start, end, TILE_WIDTH):
            last = min(first + TILE_WIDTH, end)
            with self._reading() as connection:
                rows = connection.execute(_between(query, entry_table, first, last)).all()
            if [row[0] for row in rows] != list(range(first, last)):
                raise BoardError("board.entry_missing", f"{self._name} lacks entries of {first} to {last - 1}")
            for _, statement, payload, commitments in rows:
                yield Posting(statement=statement, payload=payload, commitments=commitments)

    def indexes_of(self, leaf_hashes: Sequence[bytes]) -> dict[bytes, int]:
        """Return the index of every leaf hash that has an entry."""
        return dict(self._lookup(select(entry_table.c.leaf_hash, entry_table.c.index), leaf_hashes))

    def keys_of(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the leaf hash that stands under each known idempotency key."""
        return dict(self._lookup(select(idempotency_table.c.key, idempotency_table.c.leaf_hash), keys))

    def find_ballot(self, scope: bytes, code: bytes) -> int | None:
        """Return the index of the ballot with a confirmation code in an election, or None."""
        query = select(ballot_table.c.index).where(ballot_table.c.scope == scope, ballot_table.c.code == code)
        with self._reading() as connection:
            index: int | None = connection.execute(query).scalar()
        return index

    def derived(self, start: int, end: int) -> Iterator[tuple[int, Derived]]:
        """Yield index and what is stored beside each ballot with index in [start, end), in order."""
        columns = (
            ballot_table.c.index,
            entry_table.c.facts,
            ballot_table.c.scope,
            ballot_table.c.code,
            ballot_table.c.ciphertexts,
        )
        query = (
            select(*columns).select_from(ballot_table).join(entry_table, entry_table.c.index == ballot_table.c.index)
        )
        with self._reading() as connection:
            rows = connection.execute(_between(query, ballot_table, start, end)).all()
        for index, facts, scope, code, ciphertexts in rows:
            yield index, Derived(facts=facts or b"", scope=scope, code=code, ciphertexts=ciphertexts)

    def ballots(self, scope: bytes, start: int, end: int) -> list[tuple[bytes, bytes, bytes]]:
        """Return code, facts and ciphertexts of the ballots of an election with index in [start, end), in order."""
        # The scope is compared here: in the query, SQLite would follow its index through every ballot of the election.
        columns = (ballot_table.c.scope, ballot_table.c.code, entry_table.c.facts, ballot_table.c.ciphertexts)
        query = (
            select(*columns).select_from(ballot_table).join(entry_table, entry_table.c.index == ballot_table.c.index)
        )
        with self._reading() as connection:
            rows = connection.execute(_between(query, ballot_table, start, end)).all()
        return [(code, facts or b"", ciphertexts) for of, code, facts, ciphertexts in rows if of == scope]

    def _payloads(self, start: int, end: int) -> dict[int, bytes]:
        """Return the payloads of a range's entries that are no ballots."""
        numbers = and_(entry_table.c.index >= start, entry_table.c.index < end, entry_table.c.facts == b"")
        query = (
            select(payload_table.c.index, payload_table.c.payload)
            .select_from(entry_table)
            .join(payload_table, payload_table.c.index == entry_table.c.index)
            .where(numbers)
        )
        with self._reading() as connection:
            return dict(connection.execute(query).all())

    def _lookup(self, query: Select[tuple[bytes, Any]], values: Sequence[bytes]) -> Iterator[tuple[bytes, Any]]:
        """Yield the rows whose first column is one of the values."""
        column = query.selected_columns[0]
        for first in range(0, len(values), _MAXIMUM_VALUES):
            with self._reading() as connection:
                rows = connection.execute(query.where(column.in_(values[first : first + _MAXIMUM_VALUES]))).all()
            yield from rows


def _between(query: Select[Any], numbered: Table, start: int, end: int) -> Select[Any]:
    """Restrict a query to a range of a table's index, in order."""
    column = numbered.c.index
    return query.where(column >= start, column < end).order_by(column)
