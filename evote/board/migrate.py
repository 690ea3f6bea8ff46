"""Bringing a database to this program's schema, step by step, in one transaction.

Idea: every schema there ever was is reached by the migrations in `migrations/versions`, so a new database and an old
one come to the same tables. Alembic is loaded only where there is something to do.

Invariants: a database of a newer program is refused, never changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect

from evote.errors import BoardError

NEWEST: Final = "0003"

_FIRST: Final = "0001"
_KNOWN: Final = (_FIRST, "0002", NEWEST)
_VERSION_TABLE: Final = "alembic_version"


def is_current(connection: Connection) -> bool:
    """Say whether the database has this program's schema; raise BoardError `board.newer_schema` for one it lacks."""
    return _version(connection) == NEWEST


def migrate(connection: Connection) -> None:
    """Make the tables, or bring old ones up to date; the caller commits.

    Raise BoardError `board.newer_schema`.
    """
    from alembic import command
    from alembic.config import Config

    version = _version(connection)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    if version == _FIRST and not inspect(connection).has_table(_VERSION_TABLE):
        command.stamp(config, _FIRST)
    command.upgrade(config, "head")


def _version(connection: Connection) -> str:
    """Return the schema's version, "" where there are no tables."""
    tables = set(inspect(connection).get_table_names())
    if _VERSION_TABLE not in tables:
        # The first schema was made without saying its version.
        return _FIRST if "log" in tables else ""
    version = connection.exec_driver_sql(f"SELECT version_num FROM {_VERSION_TABLE}").scalar()
    if version not in _KNOWN:
        raise BoardError("board.newer_schema", f"the database has schema {version}; this program is too old for it")
    return str(version)
