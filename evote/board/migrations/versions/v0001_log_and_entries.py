"""The first schema: the log and its entries, each in one row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables `log` and `entry`."""
    op.create_table(
        "log",
        sa.Column("origin", sa.Text, primary_key=True),
        sa.Column("verifier_key", sa.Text, nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "entry",
        sa.Column("index", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("statement", sa.LargeBinary, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("commitments", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
