"""Served boards on a database server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.board.postgres import Server, running_server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """Return a running PostgreSQL server."""
    with running_server() as server:
        yield server
