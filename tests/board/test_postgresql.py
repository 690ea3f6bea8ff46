"""What only a database server can do: end in the middle, and serve two sequencers at once."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from evote.board import lease, postgresql_store
from evote.board.admission import BallotSource, StoredEntry
from evote.board.board import Board
from evote.board.database import DSN_NAME
from evote.board.postgresql_store import PostgresqlStore
from evote.board.sequencer import Ticket
from evote.errors import BoardError, ConfigurationError
from tests.board import toy
from tests.board.postgres import Server
from tests.board.test_failures import (
    Faults,
    acknowledged,
    check_record,
    check_recovery,
    trap_database,
    work,
)
from tests.board.test_failures import code_of as failure_of


def put(board: Board, text: str) -> Ticket:
    """Submit a note."""
    return board.submit(toy.note(text).statement, toy.note(text).payload)


def code_of(caught: pytest.ExceptionInfo[BoardError]) -> str:
    """Return the code of what was raised."""
    return caught.value.code


@pytest.fixture
def folder(tmp_path: Path, postgresql: Server) -> Path:
    """Return the folder of a closed board whose database is on a server."""
    toy.create(tmp_path / "one", postgresql.new_dsn()).close()
    return tmp_path / "one"


def another_host(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the board's folder as to a second machine."""
    other = folder.with_name("two")
    shutil.copytree(folder, other)
    (other / "lock").unlink()
    return other


def test_a_second_sequencer_does_not_start(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one sequencer runs, another one on another machine is told who it is, and the first one goes on."""
    other = another_host(folder, monkeypatch)
    with toy.open_toy(folder) as board:
        put(board, "a")
        with pytest.raises(BoardError, match=f"{socket.gethostname()}.*one is the sequencer") as caught:
            toy.open_toy(other)
        assert code_of(caught) == "board.other_sequencer"
        board.renew_lease()
        assert put(board, "b").index == 1
        assert board.flush().size == 2
    with toy.open_toy(other) as board:
        assert put(board, "c").index == 2


def test_a_paused_sequencer_can_not_commit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was paused until its lease ended and another took over: appending, publishing and renewing all fail."""
    other = another_host(folder, monkeypatch)
    old = toy.open_toy(folder)
    put(old, "a")
    note = old.sign()
    with old._store._writing() as connection:
        connection.exec_driver_sql("UPDATE lease SET expires = 1")
    with toy.open_toy(other) as new:
        assert put(new, "b").index == 1
        published = new.flush()
        with pytest.raises(BoardError) as caught:
            old.publish(note)
        assert code_of(caught) == "board.lease_lost"
        assert new.size == published.size == 2
    old.close()
    for attempt in ("append", "renew"):
        paused = toy.open_toy(folder)
        with paused._store._writing() as connection:
            connection.exec_driver_sql("UPDATE lease SET expires = 1")
        with toy.open_toy(other) as new:
            size = new.size
            with pytest.raises(BoardError) as caught:
                put(paused, f"late {attempt}") if attempt == "append" else paused.renew_lease()
            assert code_of(caught) == "board.lease_lost"
            with pytest.raises(BoardError) as caught:
                put(paused, "later")
            assert code_of(caught) == "board.stopped"
            assert put(new, f"from the new one {attempt}").index == size
        paused.close()


def test_a_lease_that_ended_and_nobody_took(folder: Path) -> None:
    """An idle sequencer whose lease ran out goes on as long as nobody else has begun."""
    with toy.open_toy(folder) as board:
        with board._store._writing() as connection:
            connection.exec_driver_sql("UPDATE lease SET expires = 1")
        assert put(board, "a").index == 0


class SlowAdmission(toy.ToyAdmission):
    """An admission that takes its time for every entry of the log."""

    def replay(self, entries: Iterable[StoredEntry], ballots: BallotSource) -> None:
        """Build the state, slowly."""

        def slowly() -> Iterator[StoredEntry]:
            for entry in entries:
                time.sleep(0.3)
                yield entry

        super().replay(slowly(), ballots)


@pytest.mark.parametrize("is_renewed", [True, False])
def test_a_long_replay_keeps_the_lease(folder: Path, monkeypatch: pytest.MonkeyPatch, is_renewed: bool) -> None:
    """A start that takes longer than a lease goes on holding it; without renewing, another one would take over."""
    with toy.open_toy(folder) as board:
        for number in range(10):
            put(board, str(number))
        board.flush()
    other = another_host(folder, monkeypatch)
    monkeypatch.setattr(postgresql_store, "LEASE_SECONDS", 1)
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.2 if is_renewed else 60.0)
    opened: list[Board | BoardError] = []

    def open_slowly() -> None:
        try:
            opened.append(Board.open(folder, admission=SlowAdmission()))
        except BoardError as error:
            opened.append(error)

    first = threading.Thread(target=open_slowly)
    first.start()
    time.sleep(0.5)
    seen: set[str] = set()
    while first.is_alive():
        try:
            toy.open_toy(other).close()
            seen.add("taken")
        except BoardError as error:
            seen.add(error.code)
        time.sleep(0.05)
    first.join()
    (board_or_error,) = opened
    if is_renewed:
        assert seen == {"board.other_sequencer"}
        assert isinstance(board_or_error, Board)
        assert put(board_or_error, "next").index == 10
        board_or_error.close()
    else:
        assert "taken" in seen
        assert isinstance(board_or_error, BoardError)
        assert board_or_error.code == "board.lease_lost"


def test_a_database_that_goes_away_during_a_replay(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What keeps the lease from being renewed ends the start with its own name."""
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.05)

    def gone(*_: object) -> None:
        raise BoardError("board.database_gone", "the server is not there")

    with toy.open_toy(folder) as board:
        put(board, "a")
        board.flush()
    monkeypatch.setattr(PostgresqlStore, "renew_lease", gone)
    with pytest.raises(BoardError) as caught:
        Board.open(folder, admission=SlowAdmission())
    assert code_of(caught) == "board.database_gone"


def test_a_killed_sequencer_starts_again_at_once(folder: Path) -> None:
    """The same folder takes its own lease without waiting: whoever has its lock is that sequencer."""
    killed = toy.open_toy(folder)
    put(killed, "a")
    # What the end of a process does: the lock is free, the lease still stands.
    killed._store.close()
    killed._lock.close()
    with toy.open_toy(folder) as board:
        assert put(board, "b").index == 1


def test_the_server_is_killed_and_started_again(folder: Path, postgresql: Server) -> None:
    """Every acknowledged entry survives an immediate stop; the board stops, says why, and opens again."""
    tickets: list[Ticket] = []
    board = toy.open_toy(folder)
    for number in range(6):
        tickets += board.submit_many([toy.ballot(number), toy.note(str(number))])
    board.flush()
    tickets += board.submit_many([toy.note("committed, not published")])
    postgresql.stop("immediate")
    try:
        with pytest.raises(BoardError) as caught:
            put(board, "lost")
        assert code_of(caught) == "board.database_gone"
        with pytest.raises(BoardError) as caught:
            put(board, "later")
        board.close()
        with pytest.raises(BoardError) as caught:
            toy.open_toy(folder)
        assert code_of(caught) == "board.database_gone"
        assert check_record(folder) == 12
    finally:
        postgresql.start()
    with toy.open_toy(folder) as board:
        stored = {entry.index: entry.leaf_hash for entry in board._store.scan(0, board.size)}
        assert acknowledged(tickets).items() <= stored.items()
        assert len(stored) == 13
        assert put(board, "lost").index == 13
        board.flush()
    assert check_record(folder) == 14


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("operation", "stride"), [("do_execute", 17), ("do_executemany", 5), ("do_commit", 5)])
def test_a_full_disk_on_the_server(
    tmp_path: Path, postgresql: Server, operation: str, stride: int, after: bool
) -> None:
    """Statements and commits fail once, done or not done: board.disk_full, then it stops, and nothing is lost."""
    for number in range(0, 1000, stride):
        folder = tmp_path / str(number)
        with toy.create(folder, postgresql.new_dsn()) as board:
            board.submit_many([toy.note("old 0"), toy.note("old 1")])
            board.flush()
        tickets: list[Ticket] = []
        faults = Faults(number, after, psycopg.errors.DiskFull)
        code = failure_of(partial(work, folder, tickets, partial(trap_database, operation, faults)))
        assert code == ("board.disk_full" if faults.struck else "")
        if not faults.struck:
            break
        assert check_record(folder) >= 2
        check_recovery(folder, 2, acknowledged(tickets))
    assert number > 0


def test_an_old_copy_of_the_database_is_refused(folder: Path) -> None:
    """A database that was restored from before the last publication does not open: signing on would fork the log."""
    with toy.open_toy(folder) as board:
        put(board, "a")
        board.flush()
        store = board._store
        with store._reading() as connection:
            old = connection.exec_driver_sql("SELECT size, root, facts_digest, checkpoint FROM log").one()
        put(board, "b")
        board.flush()
        with store._writing() as connection:
            for name in ("payload", "entry"):
                connection.exec_driver_sql(f'DELETE FROM {name} WHERE "index" = 1')
            restore = "UPDATE log SET size = %s, root = %s, facts_digest = %s, checkpoint = %s"
            connection.exec_driver_sql(restore, tuple(old))
    with pytest.raises(BoardError) as caught:
        toy.open_toy(folder)
    assert code_of(caught) == "board.rolled_back"


def test_a_server_without_fsync_is_refused(folder: Path, postgresql: Server) -> None:
    """A board does not run where a commit may be lost with the power."""
    with psycopg.connect(postgresql.dsn, autocommit=True) as connection:
        for value, code in (("off", "board.not_durable"), ("on", "")):
            connection.execute(f"ALTER SYSTEM SET fsync = {value}")
            connection.execute("SELECT pg_reload_conf()")
            while connection.execute("SHOW fsync").fetchone() != (value,):
                pass
            try:
                toy.open_toy(folder).close()
                found = ""
            except BoardError as error:
                found = error.code
            assert found == code


def test_commits_wait_for_the_disk(folder: Path) -> None:
    """The session's commits are synchronous, whatever the server's default says."""
    with toy.open_toy(folder) as board, board._store._reading() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_a_database_holds_one_log(folder: Path, tmp_path: Path) -> None:
    """A second board in the same database is refused, and its folder does not become a board."""
    dsn = (folder / DSN_NAME).read_text()
    assert (folder / DSN_NAME).stat().st_mode & 0o777 == 0o600
    with pytest.raises(BoardError) as caught:
        Board.create(tmp_path / "three", "board.example/three", toy.LOG_KEY, dsn=dsn, admission=toy.ToyAdmission())
    assert code_of(caught) == "board.exists"
    with pytest.raises(BoardError) as caught:
        toy.open_toy(tmp_path / "three")
    assert code_of(caught) == "board.missing"


def test_errors_have_names_and_no_passwords(folder: Path, postgresql: Server, tmp_path: Path) -> None:
    """A wrong password, an unknown database, a server that is not there and a text that is no DSN."""
    wrong = postgresql.dsn.replace(postgresql.password, "wrong-password")
    for dsn in (wrong, postgresql.dsn.replace("/postgres", "/nothing"), "postgresql://evote:secret@127.0.0.1:1/x"):
        with pytest.raises(BoardError) as caught:
            PostgresqlStore(dsn, "me").head()
        assert code_of(caught) == "board.database_gone"
        assert not any(secret in caught.value.message for secret in ("wrong-password", "secret", postgresql.password))
    for text in ("mysql://me:secret@host/x", "secret", "sqlite:///x"):
        with pytest.raises(ConfigurationError) as refused:
            PostgresqlStore(text, "me")
        assert refused.value.code == "board.bad_dsn"
        assert "secret" not in refused.value.message
