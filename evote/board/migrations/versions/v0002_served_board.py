"""A start reads facts instead of payloads; a board with witnesses, front ends and a lease remembers what they need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Move what is large out of `entry`, and add the new tables and columns; facts are derived at the next start."""
    _add_to_log()
    _move_payloads()
    _create_tables()


def _add_to_log() -> None:
    op.add_column("log", sa.Column("mldsa_key", sa.Text, nullable=False, server_default=""))
    op.add_column("log", sa.Column("epoch", NUMBER, nullable=False, server_default="0"))
    op.add_column("log", sa.Column("facts_digest", sa.LargeBinary))
    op.add_column("log", sa.Column("checkpoint", sa.LargeBinary))


def _move_payloads() -> None:
    op.create_table(
        "payload",
        sa.Column("index", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("commitments", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.execute('INSERT INTO payload SELECT "index", payload, commitments FROM entry')
    op.drop_column("entry", "payload")
    op.drop_column("entry", "commitments")
    op.add_column("entry", sa.Column("facts", sa.LargeBinary))


def _create_tables() -> None:
    op.create_table(
        "ballot",
        sa.Column("index", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("scope", sa.LargeBinary, nullable=False),
        sa.Column("code", sa.LargeBinary, nullable=False),
        sa.Column("ciphertexts", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("scope", "code"),
        sqlite_strict=True,
    )
    op.create_table(
        "idempotency",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "policy",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "cosignature",
        sa.Column("verifier_key", sa.Text, primary_key=True),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "evidence",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "pending",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("statement", sa.LargeBinary, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("commitments", sa.LargeBinary, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("facts", sa.LargeBinary, nullable=False),
        sa.Column("scope", sa.LargeBinary, nullable=False),
        sa.Column("code", sa.LargeBinary, nullable=False),
        sa.Column("ciphertexts", sa.LargeBinary, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "lease",
        sa.Column("origin", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("expires", NUMBER, nullable=False),
        sqlite_strict=True,
    )
