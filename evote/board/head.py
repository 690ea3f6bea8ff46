"""The one row of the log: its name and keys, and the head that every batch replaces.

Spec: docs/storage.md sections 1 and 2.

Idea: epoch, size and root are compared and swapped, so that a batch is appended to exactly the log it was made for.

Invariants: there is one row. The facts digest is a chain over the facts of all entries, in order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, select, update

from evote.board.tables import LogRow, table
from evote.errors import BoardError

FIRST_FACTS_DIGEST: Final = bytes(32)

log_table = table(LogRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The log's name, its keys (vkey texts), and epoch, size, root and facts digest of what the database holds.

    `facts_digest` is None while the facts of an old database are not derived yet.
    """

    origin: str
    verifier_key: str
    mldsa_key: str = ""
    epoch: int = 0
    size: int
    root: bytes
    facts_digest: bytes | None = FIRST_FACTS_DIGEST


def next_facts_digest(digest: bytes, facts: Iterable[bytes]) -> bytes:
    """Return the digest of the facts of all entries after further ones; an entry that is no ballot has empty facts."""
    # D_0 = 0^32,  D_(i+1) = SHA-256(D_i || facts_i)
    for each in facts:
        digest = sha256(digest + each).digest()
    return digest


def read_head(connection: Connection, name: str) -> Head:
    """Return the head in the database `name`; raise BoardError `board.database` where there is not one log."""
    columns = log_table.c
    query = select(
        columns.origin,
        columns.verifier_key,
        columns.mldsa_key,
        columns.epoch,
        columns.size,
        columns.root,
        columns.facts_digest,
    )
    rows = connection.execute(query).all()
    if len(rows) != 1:
        raise BoardError("board.database", f"{name} holds {len(rows)} logs, not one; restore a backup")
    return Head(**rows[0]._mapping)


def swap_head(connection: Connection, old: Head, new: Head) -> None:
    """Replace the head `old` by `new`; raise BoardError `board.lease_lost` or `board.other_writer` where it is not."""
    columns = log_table.c
    swap = update(log_table).where(
        columns.origin == old.origin,
        columns.epoch == old.epoch,
        columns.size == old.size,
        columns.root == old.root,
    )
    if connection.execute(swap.values(**head_values(new))).rowcount != 1:
        check_epoch(old, connection.execute(select(columns.epoch)).scalar())
        raise BoardError("board.other_writer", "another program has written this board's database")


def check_epoch(head: Head, epoch: int | None) -> None:
    """Raise BoardError `board.lease_lost` where the database's epoch is not the head's."""
    if epoch != head.epoch:
        raise BoardError(
            "board.lease_lost", "another sequencer has taken this log over; this one must end, it can't commit"
        )


def head_values(head: Head) -> dict[str, object]:
    """Return the columns of a head."""
    return {
        "origin": head.origin,
        "verifier_key": head.verifier_key,
        "mldsa_key": head.mldsa_key,
        "epoch": head.epoch,
        "size": head.size,
        "root": head.root,
        "facts_digest": head.facts_digest,
    }
