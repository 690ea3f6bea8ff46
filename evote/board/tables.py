"""The board's tables: the log itself, and what can be rebuilt from it.

Idea: one class per table. Nobody's name, no address, no time is stored: what is not here can't leak.

Invariants: entries are numbered 0, 1, 2, ... without gaps; `log` has one row, whose size and root are those of the
entries. The unique leaf hash is the idempotency key: the same statement can't stand twice in the log.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Text
from sqlmodel import Field, SQLModel


class LogRow(SQLModel, table=True):
    """The log's name, key and tree head; a batch is appended by replacing exactly the head it was built on."""

    __tablename__ = "log"
    __table_args__ = {"sqlite_strict": True}

    origin: str = Field(sa_column=Column(Text, primary_key=True))
    verifier_key: str = Field(sa_column=Column(Text, nullable=False))
    size: int = Field(sa_column=Column(Integer, nullable=False))
    root: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class EntryRow(SQLModel, table=True):
    """One entry: the statement's bytes, its payload, and a ballot's proof commitments (empty: none).

    The commitments are derived: what the verification of the ballot's proofs recomputed from the payload.
    """

    __tablename__ = "entry"
    __table_args__ = {"sqlite_strict": True}

    index: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    leaf_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    statement: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    payload: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    commitments: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
