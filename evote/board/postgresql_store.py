"""A board's database in PostgreSQL: several front ends, and one sequencer that holds a lease.

Idea: whoever wants to append takes the lease and raises the log's epoch in one transaction; every append names its
epoch. The lease, which ends by the database's clock, keeps a second sequencer from starting by mistake; the epoch
keeps one that was paused and replaced from committing, whatever its own clock says.

Invariants: commits are durable on the server (`synchronous_commit` on, and a server without `fsync` is refused). The
same holder may take its own lease at any time: a restart does not wait.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, func, make_url, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_update
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError

from evote.board.head import Head, check_epoch, log_table, read_head
from evote.board.pending_rows import pending_table
from evote.board.store import Store
from evote.board.tables import LeaseRow, table
from evote.errors import BoardError, ConfigurationError

LEASE_SECONDS: Final = 10
_CONNECT_SECONDS: Final = 10
_SETTINGS: Final = ("synchronous_commit = on", "lock_timeout = '10s'")
_DRIVER: Final = "postgresql+psycopg"
# A password may stand among the options, too (libpq, connection URIs).
_SECRET_OPTIONS: Final = ("password", "sslpassword")
_SCHEMES: Final = ("postgresql", "postgres", _DRIVER)

_RESTORE: Final = ("board.database", "; restore a backup")
_GONE: Final = ("board.database_gone", "; start the database server and open the board again")
# By the first two or all five characters of an SQLSTATE (PostgreSQL 15, appendix A).
_ADVICE: Final = {
    "08": _GONE,
    "53100": ("board.disk_full", "; free some space on the database server and open the board again"),
    "53": _GONE,
    "55P03": ("board.locked", "; another program has it locked, wait or end it"),
    "57": _GONE,
    "58": ("board.disk_error", ""),
    "28": ("board.database_gone", "; the server does not let this user in"),
    "3D": ("board.database_gone", "; make the database first"),
}

lease_table = table(LeaseRow)


class PostgresqlStore(Store):
    """A board's database on a PostgreSQL server."""

    def __init__(self, dsn: str, holder: str) -> None:
        """Take a DSN (`postgresql://...`) and the name under which leases are held; nothing is connected yet.

        Raise ConfigurationError `board.bad_dsn` for another text.
        """
        url = _parse_dsn(dsn)
        shown = url.set(drivername="postgresql").difference_update_query(_SECRET_OPTIONS)
        super().__init__(_make_engine(url), shown.render_as_string(hide_password=True))
        self._holder = holder

    @classmethod
    def create(cls, dsn: str, holder: str, head: Head) -> PostgresqlStore:
        """Make the tables of a new log in an empty database."""
        store = cls(dsn, holder)
        try:
            store.make_log(head)
        except BaseException:
            store.close()
            raise
        return store

    def take_lease(self) -> Head:
        """Become the one sequencer and return the head with a new epoch.

        Raise BoardError `board.other_sequencer` while another one holds the lease, `board.not_durable` where the server
        does not write through to its disk.
        """
        with self._writing() as connection:
            if connection.execute(text("SHOW fsync")).scalar() != "on":
                raise BoardError("board.not_durable", f"{self._name} runs without fsync; a board needs it")
            # The row's lock lets one sequencer decide at a time.
            connection.execute(select(log_table.c.origin).with_for_update()).all()
            head = read_head(connection, self._name)
            now = _now(connection)
            held = connection.execute(
                select(lease_table.c.holder, lease_table.c.expires).where(lease_table.c.origin == head.origin)
            ).first()
            if held is not None and held.holder != self._holder and held.expires > now:
                raise BoardError(
                    "board.other_sequencer",
                    f"{held.holder} is the sequencer of {head.origin}, at least for {(held.expires - now) // 1000 + 1} "
                    "seconds more: end it, or wait until it has been dead for so long",
                )
            epoch = head.epoch + 1
            connection.execute(update(log_table).where(log_table.c.origin == head.origin).values(epoch=epoch))
            self._extend(connection, head.origin, now)
            return read_head(connection, self._name)

    def renew_lease(self, head: Head) -> None:
        """Hold the lease for another while; raise BoardError `board.lease_lost` where another one has taken it."""
        with self._writing() as connection:
            query = select(log_table.c.epoch).where(log_table.c.origin == head.origin).with_for_update()
            check_epoch(head, connection.execute(query).scalar())
            self._extend(connection, head.origin, _now(connection))

    def end_lease(self, head: Head) -> None:
        """Let another sequencer begin at once."""
        ours = (lease_table.c.origin == head.origin, lease_table.c.holder == self._holder)
        with self._writing() as connection:
            connection.execute(update(lease_table).where(*ours).values(expires=0))

    def has_sequencer(self) -> bool:
        """Say whether somebody's lease runs."""
        with self._reading() as connection:
            query = select(lease_table.c.origin).where(lease_table.c.expires > _now(connection))
            return connection.execute(query).first() is not None

    def _extend_lease(self, connection: Connection, head: Head) -> None:
        self._extend(connection, head.origin, _now(connection))

    def _extend(self, connection: Connection, origin: str, now: int) -> None:
        values = {"holder": self._holder, "expires": now + LEASE_SECONDS * 1000}
        insertion = insert_or_update(lease_table).values(origin=origin, **values)
        connection.execute(insertion.on_conflict_do_update(index_elements=[lease_table.c.origin], set_=values))

    def _insert_ignoring(self, connection: Connection, rows: list[dict[str, object]]) -> None:
        insertion = insert_or_update(pending_table).on_conflict_do_nothing(index_elements=[pending_table.c.leaf_hash])
        connection.execute(insertion, rows)

    def _error_code(self, error: DBAPIError) -> tuple[str, str]:
        state = getattr(error.orig, "sqlstate", None)
        if state is None:
            # The driver's own: the connection could not be made, or broke.
            return _GONE
        return _ADVICE.get(state) or _ADVICE.get(state[:2], _RESTORE)


def _parse_dsn(dsn: str) -> URL:
    try:
        url = make_url(dsn)
    except ArgumentError:
        url = None
    if url is None or url.drivername not in _SCHEMES:
        # The text is left out: it may hold a password.
        raise ConfigurationError("board.bad_dsn", "a database is named like postgresql://user@host:5432/name")
    return url.set(drivername=_DRIVER)


def _make_engine(url: URL) -> Engine:
    arguments = {"connect_timeout": _CONNECT_SECONDS}
    try:
        engine = create_engine(url, poolclass=QueuePool, pool_size=1, max_overflow=0, connect_args=arguments)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "board.no_driver", "a board on PostgreSQL needs the driver psycopg: install evote[postgresql]"
        ) from error
    event.listen(engine, "connect", _configure)
    return engine


def _configure(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for setting in _SETTINGS:
        cursor.execute(f"SET {setting}")
    cursor.close()
    connection.commit()


def _now(connection: Connection) -> int:
    """Return the database's clock in milliseconds since 1970."""
    seconds = func.extract("epoch", func.clock_timestamp())
    return int(connection.execute(select(seconds * 1000)).scalar_one())
