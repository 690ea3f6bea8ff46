"""The board's tables: the log itself, what can be derived from it, and what has to be remembered beside it.

Idea: one class per table. Nobody's name, no address, no time of a vote is stored: what is not here can't leak. What a
start reads (`entry`) lies apart from what it does not (`payload`, `ballot`).

Invariants: entries are numbered 0, 1, 2, ... without gaps; `log` has one row, whose size, root and facts digest are
those of the entries. The unique leaf hash makes submission idempotent: the same statement can't stand twice in the log.
The schema in a database is made by `migrations`; a test compares the two.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

# SQLite's strict tables know one integer type, of 64 bits, and number rows by it.
_NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")
_STRICT: Final = {"sqlite_strict": True}


def _key_number(*, counted: bool = False) -> Column[int]:
    return Column(_NUMBER, primary_key=True, autoincrement=counted)


def _number() -> Column[int]:
    return Column(_NUMBER, nullable=False)


def _text() -> Column[str]:
    return Column(Text, nullable=False)


def _bytes(*, nullable: bool = False, unique: bool = False) -> Column[bytes]:
    return Column(LargeBinary, nullable=nullable, unique=unique)


class LogRow(SQLModel, table=True):
    """The log's name, keys and tree head; a batch is appended by replacing exactly the head it was built on.

    `epoch` grows with every sequencer that takes the log over. `facts_digest` is the chain over the facts of all
    entries, null while those of an old database are being derived. `checkpoint` is the published note, null before one.
    """

    __tablename__ = "log"
    __table_args__ = (_STRICT,)

    origin: str = Field(sa_column=Column(Text, primary_key=True))
    verifier_key: str = Field(sa_column=_text())
    mldsa_key: str = Field(sa_column=_text())
    epoch: int = Field(sa_column=_number())
    size: int = Field(sa_column=_number())
    root: bytes = Field(sa_column=_bytes())
    facts_digest: bytes | None = Field(sa_column=_bytes(nullable=True))
    checkpoint: bytes | None = Field(sa_column=_bytes(nullable=True))


class EntryRow(SQLModel, table=True):
    """One entry: the statement's bytes, and a ballot's facts (empty: no ballot; null: not derived yet)."""

    __tablename__ = "entry"
    __table_args__ = (_STRICT,)

    index: int = Field(sa_column=_key_number())
    leaf_hash: bytes = Field(sa_column=_bytes(unique=True))
    statement: bytes = Field(sa_column=_bytes())
    facts: bytes | None = Field(sa_column=_bytes(nullable=True))


class PayloadRow(SQLModel, table=True):
    """The payload of an entry and a ballot's proof commitments (empty: none), which are derived."""

    __tablename__ = "payload"
    __table_args__ = (_STRICT,)

    index: int = Field(sa_column=_key_number())
    payload: bytes = Field(sa_column=_bytes())
    commitments: bytes = Field(sa_column=_bytes())


class BallotRow(SQLModel, table=True):
    """Where a ballot is found by scope and confirmation code, and its ciphertexts; all of it is derived."""

    __tablename__ = "ballot"
    __table_args__ = (UniqueConstraint("scope", "code"), _STRICT)

    index: int = Field(sa_column=_key_number())
    scope: bytes = Field(sa_column=_bytes())
    code: bytes = Field(sa_column=_bytes())
    ciphertexts: bytes = Field(sa_column=_bytes())


class IdempotencyRow(SQLModel, table=True):
    """An author's idempotency key, hashed with the author, and the leaf hash of what was posted under it."""

    __tablename__ = "idempotency"
    __table_args__ = (_STRICT,)

    key: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    leaf_hash: bytes = Field(sa_column=_bytes())


class PolicyRow(SQLModel, table=True):
    """A policy of the log, in the order in which they were set, and the size of the log at that moment."""

    __tablename__ = "policy"
    __table_args__ = (_STRICT,)

    number: int = Field(sa_column=_key_number())
    size: int = Field(sa_column=_number())
    text: bytes = Field(sa_column=_bytes())


class CosignatureRow(SQLModel, table=True):
    """The latest cosignature line by each key that stood under a published checkpoint."""

    __tablename__ = "cosignature"
    __table_args__ = (_STRICT,)

    verifier_key: str = Field(sa_column=Column(Text, primary_key=True))
    size: int = Field(sa_column=_number())
    line: str = Field(sa_column=_text())


class EvidenceRow(SQLModel, table=True):
    """Something signed that contradicts this log, kept for good; `digest` is the SHA-256 of kind, 0x00 and data."""

    __tablename__ = "evidence"
    __table_args__ = (_STRICT,)

    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    kind: str = Field(sa_column=_text())
    data: bytes = Field(sa_column=_bytes())


class PendingRow(SQLModel, table=True):
    """A posting that a front end examined and the sequencer has not placed yet; a refused one has its reason."""

    __tablename__ = "pending"
    __table_args__ = (_STRICT,)

    number: int = Field(sa_column=_key_number(counted=True))
    leaf_hash: bytes = Field(sa_column=_bytes(unique=True))
    statement: bytes = Field(sa_column=_bytes())
    payload: bytes = Field(sa_column=_bytes())
    commitments: bytes = Field(sa_column=_bytes())
    key: bytes = Field(sa_column=_bytes())
    facts: bytes = Field(sa_column=_bytes())
    scope: bytes = Field(sa_column=_bytes())
    code: bytes = Field(sa_column=_bytes())
    ciphertexts: bytes = Field(sa_column=_bytes())
    error: str = Field(sa_column=_text())


class PromiseRow(SQLModel, table=True):
    """The log's signed word about an entry that is not published: by when it will be, in seconds since 1970."""

    __tablename__ = "promise"
    __table_args__ = (_STRICT,)

    index: int = Field(sa_column=_key_number())
    leaf_hash: bytes = Field(sa_column=_bytes())
    deadline: int = Field(sa_column=_number())
    signature: bytes = Field(sa_column=_bytes())


class LeaseRow(SQLModel, table=True):
    """Who may append: the holder of the log's epoch, until a time in milliseconds of the database's own clock."""

    __tablename__ = "lease"
    __table_args__ = (_STRICT,)

    origin: str = Field(sa_column=Column(Text, primary_key=True))
    holder: str = Field(sa_column=_text())
    expires: int = Field(sa_column=_number())


def table(row: type[SQLModel]) -> Table:
    """Return the table of a row class."""
    return SQLModel.metadata.tables[str(row.__tablename__)]
