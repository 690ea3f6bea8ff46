"""Alembic's environment: migrations run on the connection that `evote.board.migrate` hands over, in its transaction."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from evote.board import tables  # noqa: F401  # 2026-11-22: imported for the tables that it registers

context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata)
context.run_migrations()
