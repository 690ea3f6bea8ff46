"""What front ends have examined and the sequencer has not placed yet.

Spec: docs/storage.md section 4.

Idea: a front end puts postings with what it derived, the sequencer takes them in the order of arrival, and the entry in
the log is the answer. So a row vanishes with the commit that places it, and only refusals are written back.

Invariants: who may write here is believed to have examined what it puts: front ends belong to the board, like its
database. Nothing that tells the order of arrival outlives the batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from evote import canonical_json
from evote.board.admission import Candidate, Derived, Posting
from evote.board.connections import Connections
from evote.board.tables import PendingRow, table
from evote.errors import BoardError, EncodingError, EvoteError, PolicyError, ProtocolError, VerificationError

# Refusals that nobody has fetched; older ones are forgotten.
KEPT_REFUSALS: Final = 100_000
_MAXIMUM_VALUES: Final = 500
_MAXIMUM_ERROR_BYTES: Final = 10_000

_ERRORS: Final[dict[str, type[EvoteError]]] = {
    kind.__name__: kind
    for kind in (EvoteError, EncodingError, VerificationError, PolicyError, ProtocolError, BoardError)
}

pending_table = table(PendingRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A posting that waits, with what its front end derived of a ballot."""

    posting: Posting
    derived: Derived | None


class PendingRows(Connections):
    """The table of what waits."""

    def add_pending(self, candidates: Sequence[Candidate]) -> None:
        """Let examined postings wait; what waits already stays as it is, an old refusal is forgotten."""
        rows = {one.leaf_hash: _values(one) for one in candidates}
        with self._writing() as connection:
            leaves = list(rows)
            known: set[bytes] = set()
            for first in range(0, len(leaves), _MAXIMUM_VALUES):
                among = pending_table.c.leaf_hash.in_(leaves[first : first + _MAXIMUM_VALUES])
                connection.execute(delete(pending_table).where(among, pending_table.c.error != ""))
                known.update(connection.execute(select(pending_table.c.leaf_hash).where(among)).scalars())
            if new := [row for leaf, row in rows.items() if leaf not in known]:
                self._insert_ignoring(connection, new)

    def has_pending(self) -> bool:
        """Say whether anything waits."""
        query = select(pending_table.c.number).where(pending_table.c.error == "").limit(1)
        with self._reading() as connection:
            return connection.execute(query).first() is not None

    def pending(self, limit: int) -> list[Pending]:
        """Return what waits, in the order of arrival, at most `limit`."""
        query = select(pending_table).where(pending_table.c.error == "").order_by(pending_table.c.number).limit(limit)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        found = []
        for row in rows:
            derived = Derived(facts=row.facts, scope=row.scope, code=row.code, ciphertexts=row.ciphertexts)
            posting = Posting(statement=row.statement, payload=row.payload, commitments=row.commitments, key=row.key)
            found.append(Pending(posting=posting, derived=derived if row.facts else None))
        return found

    def refuse_pending(self, refusals: Mapping[bytes, EvoteError]) -> None:
        """Write refusals, by leaf hash, to what waits."""
        with self._writing() as connection:
            for leaf, error in refusals.items():
                row = update(pending_table).where(pending_table.c.leaf_hash == leaf)
                emptied = {"payload": b"", "commitments": b"", "ciphertexts": b""}
                connection.execute(row.values(error=_encode_error(error), **emptied))
            newest = select(pending_table.c.number).where(pending_table.c.error != "")
            last = connection.execute(newest.order_by(pending_table.c.number.desc()).offset(KEPT_REFUSALS)).scalar()
            if last is not None:
                old = (pending_table.c.error != "", pending_table.c.number <= last)
                connection.execute(delete(pending_table).where(*old))

    def drop_pending(self, leaf_hashes: Sequence[bytes]) -> None:
        """Forget what waits, or was refused."""
        with self._writing() as connection:
            self._drop(connection, leaf_hashes)

    def drop_refusals(self, leaf_hashes: Sequence[bytes]) -> None:
        """Forget what was refused; what waits again under the same hash goes on waiting."""
        with self._writing() as connection:
            for first in range(0, len(leaf_hashes), _MAXIMUM_VALUES):
                among = pending_table.c.leaf_hash.in_(leaf_hashes[first : first + _MAXIMUM_VALUES])
                connection.execute(delete(pending_table).where(among, pending_table.c.error != ""))

    def refusals(self, leaf_hashes: Sequence[bytes]) -> dict[bytes, EvoteError]:
        """Return the refusals of those among the postings that were refused."""
        found: dict[bytes, EvoteError] = {}
        for first in range(0, len(leaf_hashes), _MAXIMUM_VALUES):
            query = select(pending_table.c.leaf_hash, pending_table.c.error).where(
                pending_table.c.leaf_hash.in_(leaf_hashes[first : first + _MAXIMUM_VALUES]),
                pending_table.c.error != "",
            )
            with self._reading() as connection:
                found |= {leaf: _decode_error(error) for leaf, error in connection.execute(query)}
        return found

    def _insert_ignoring(self, connection: Connection, rows: list[dict[str, object]]) -> None:
        """Insert rows but those that another front end has just inserted."""
        connection.execute(insert(pending_table), rows)

    def _drop(self, connection: Connection, leaf_hashes: Sequence[bytes]) -> None:
        for first in range(0, len(leaf_hashes), _MAXIMUM_VALUES):
            among = pending_table.c.leaf_hash.in_(leaf_hashes[first : first + _MAXIMUM_VALUES])
            connection.execute(delete(pending_table).where(among))


def _values(candidate: Candidate) -> dict[str, object]:
    posting, derived = candidate.posting, candidate.derived
    return {
        "leaf_hash": candidate.leaf_hash,
        "statement": posting.statement,
        "payload": posting.payload,
        "commitments": posting.commitments,
        "key": posting.key,
        "facts": derived.facts if derived is not None else b"",
        "scope": derived.scope if derived is not None else b"",
        "code": derived.code if derived is not None else b"",
        "ciphertexts": derived.ciphertexts if derived is not None else b"",
        "error": "",
    }


def _encode_error(error: EvoteError) -> str:
    # Values of a message are for its translation; what is no number or text is told by the message alone.
    values = {name: value for name, value in error.values.items() if isinstance(value, str | int)}
    name = type(error).__name__ if type(error).__name__ in _ERRORS else EvoteError.__name__
    value = {"class": name, "code": error.code, "message": error.message, "values": values}
    return canonical_json.encode(value).decode("utf-8")


def _decode_error(text: str) -> EvoteError:
    value = canonical_json.decode(text.encode(), maximum_bytes=_MAXIMUM_ERROR_BYTES)
    return _ERRORS[value["class"]](value["code"], value["message"], **value["values"])
