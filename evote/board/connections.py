"""Connections to a board's database: one transaction at a time, and errors that have a name.

Idea: a transaction that will write says so before it reads. What the driver reports leaves as BoardError; what it means
is known to the store of each database system.

Invariants: a body that ends well is durable, one that raises is undone; what an error at the commit itself has left is
unknown.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from evote.errors import BoardError


class Connections(ABC):
    """An engine, and the name that messages use for its database."""

    def __init__(self, engine: Engine, name: str) -> None:
        """Take the engine; nothing is read yet."""
        self._engine = engine
        self._name = name

    @abstractmethod
    def _error_code(self, error: DBAPIError) -> tuple[str, str]:
        """Return code and advice for an error of the database."""

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that changes nothing."""
        with self._reported(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that is durable when the body has ended well, and undone otherwise."""
        connect = self._engine.connect
        with self._reported(), connect().execution_options(evote_writes=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            code, advice = self._error_code(error)
            raise BoardError(code, f"{self._name}: {error.orig}{advice}") from error
