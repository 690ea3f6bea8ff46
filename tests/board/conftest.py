"""Boards on every kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.board.postgres import Server, running_server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """Return a running PostgreSQL server."""
    with running_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def dsn(request: pytest.FixtureRequest) -> str | None:
    """Return None for the folder's own database, or the DSN of an empty place on a server."""
    if request.param == "sqlite":
        return None
    server: Server = request.getfixturevalue("postgresql")
    return server.new_dsn()
