"""Failing disks: at every file operation, every statement and commit of the database, for real, and kill -9.

Whatever fails, three things hold: the record stays readable and proven, nothing that had an index is lost or moved, and
opening the board anew goes on.
"""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from evote.board import files
from evote.board.board import Board
from evote.board.export import export_record
from evote.board.sequencer import Ticket
from evote.client.reader import RecordReader, open_checkpoint
from evote.client.source import FolderSource
from evote.errors import BoardError
from evote.log.policy_text import parse_policy
from tests.board import toy

SENT = [toy.note("first"), *(toy.ballot(number) for number in range(4)), toy.note("last")]
OPERATIONS = ("open", "write", "fchmod", "fsync", "close", "rename", "mkdir", "unlink")


class Faults:
    """Counts operations and lets number `at` fail: before it is done, or after."""

    def __init__(self, at: int, after: bool, error: Callable[[], Exception]) -> None:
        self.at = at
        self.after = after
        self.error = error
        self.count = 0
        self.renamed = False

    @property
    def struck(self) -> bool:
        """Whether there were so many operations."""
        return self.count > self.at

    def wrap(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        """Return the operation with the fault in it."""

        # A descriptor is closed even where close reports an error.
        after = self.after or operation is os.close

        def faulty(*arguments: Any, **named: Any) -> Any:
            number, self.count = self.count, self.count + 1
            if number == self.at:
                if after:
                    with suppress(OSError):
                        operation(*arguments, **named)
                raise self.error()
            self.renamed |= operation is os.rename
            return operation(*arguments, **named)

        return faulty


class FaultyOs:
    """The module `os` as evote.board.files sees it, with faults."""

    def __init__(self, faults: Faults) -> None:
        for name in OPERATIONS:
            setattr(self, name, faults.wrap(getattr(os, name)))

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


def no_space() -> OSError:
    """Return what the operating system reports for a full disk."""
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def database_full() -> sqlite3.Error:
    """Return what SQLite reports for a full disk."""
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


def check_record(folder: Path) -> int:
    """Read the record as an auditor does, every byte proven; return its size."""
    source = FolderSource(folder / "record")
    witnessed = open_checkpoint(source, parse_policy(source.read("policy")))
    reader = RecordReader(source, witnessed)
    reader.verify_root()
    for _ in reader.statements():
        pass
    return witnessed.checkpoint.size


def check_recovery(folder: Path, start: int, acknowledged: dict[int, bytes]) -> None:
    """Open the board, submit everything again, and compare with what had an index before."""
    with toy.open_toy(folder) as board:
        tickets = board.submit_many(SENT)
        assert board.flush().size == start + len(SENT)
        assert {ticket.index for ticket in tickets} == set(range(start, start + len(SENT)))
        by_index = {ticket.index: ticket.leaf_hash for ticket in tickets}
        assert acknowledged.items() <= by_index.items()
        for ticket in tickets:
            board.receipt(ticket.index)
    assert check_record(folder) == start + len(SENT)
    assert not [path for path in folder.rglob("*") if files.is_temporary(path)]


def acknowledged(tickets: list[Ticket]) -> dict[int, bytes]:
    """Return index and leaf hash of every ticket that has an index."""
    found = {}
    for ticket in tickets:
        with suppress(BoardError):
            found[ticket.index] = ticket.leaf_hash
    return found


def make_template(folder: Path, size: int) -> Path:
    """Make a board with `size` entries, to be copied."""
    with toy.create(folder) as board:
        board.submit_many([toy.note(f"old {number}") for number in range(size)])
        board.flush()
    return folder


def code_of(work: Callable[[], object]) -> str:
    """Return the code with which the board fails at some work, "" where it does not."""
    try:
        work()
    except BoardError as error:
        return error.code
    return ""


def work(folder: Path, tickets: list[Ticket], prepare: Callable[[Board], object]) -> None:
    """Open the board, let `prepare` set the trap, submit and publish."""
    with toy.open_toy(folder) as board:
        prepare(board)
        for one in SENT:
            tickets += board.submit_many([one])
        board.flush()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("start", "stride"), [(2, 2), (254, 13)])
def test_a_full_disk_at_any_file_operation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: int, stride: int, after: bool
) -> None:
    """Each file operation of a publication fails once, done or not done: board.disk_full, and nothing is lost.

    Every second operation stands for all; from 254 entries, where the publication crosses the border of a tile, every
    thirteenth.
    """
    template = make_template(tmp_path / "template", start)
    for number in range(0, 1000, stride):
        folder = tmp_path / str(number)
        shutil.copytree(template, folder)
        tickets: list[Ticket] = []
        faults = Faults(number, after, no_space)
        with monkeypatch.context() as patch:
            code = code_of(partial(work, folder, tickets, partial(trap_files, patch, faults)))
        assert code == ("board.disk_full" if faults.struck else "")
        if not faults.struck:
            break
        assert check_record(folder) in (start, start + len(SENT))
        check_recovery(folder, start, acknowledged(tickets))
    assert number > 50


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("operation", ["do_execute", "do_executemany", "do_commit"])
def test_a_full_disk_in_the_database(tmp_path: Path, operation: str, after: bool) -> None:
    """Each statement and commit of the database fails once, done or not done: board.disk_full, then it stops."""
    template = make_template(tmp_path / "template", 2)
    for number in range(1000):
        folder = tmp_path / str(number)
        shutil.copytree(template, folder)
        tickets: list[Ticket] = []
        faults = Faults(number, after, database_full)
        code = code_of(partial(work, folder, tickets, partial(trap_database, operation, faults)))
        assert code == ("board.disk_full" if faults.struck else "")
        if not faults.struck:
            break
        assert check_record(folder) == 2
        check_recovery(folder, 2, acknowledged(tickets))
    assert number > 0


def trap_files(patch: pytest.MonkeyPatch, faults: Faults, _: Board) -> None:
    """Let one file operation fail."""
    patch.setattr(files, "os", FaultyOs(faults))


def trap_database(operation: str, faults: Faults, board: Board) -> None:
    """Let one operation of the board's database fail."""
    dialect = board._store._engine.dialect
    setattr(dialect, operation, faults.wrap(getattr(dialect, operation)))


def test_a_failure_while_a_board_is_created(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever file operation fails while a board is made, making it again or opening it succeeds."""
    for number in range(1000):
        folder = tmp_path / str(number)
        faults = Faults(number, False, no_space)
        with monkeypatch.context() as patch:
            patch.setattr(files, "os", FaultyOs(faults))
            code = code_of(partial(make_template, folder, 0))
        assert code == ("board.disk_full" if faults.struck else "")
        if not faults.struck:
            break
        code = code_of(partial(make_template, folder, 0))
        assert code in ("", "board.exists")
        toy.open_toy(folder).close()
        assert check_record(folder) == 0
    assert number > 20


def test_a_failure_while_an_archive_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive that can't be finished leaves the earlier one as it was."""
    template = make_template(tmp_path / "template", 2)
    target = tmp_path / "archive" / "record.zip"
    target.parent.mkdir()
    for number in range(1000):
        target.write_bytes(b"the earlier one")
        faults = Faults(number, False, no_space)
        with monkeypatch.context() as patch:
            patch.setattr(files, "os", FaultyOs(faults))
            code = code_of(lambda: export_record(template / "record", target))
        assert code == ("board.disk_full" if faults.struck else "")
        if not faults.struck:
            break
        # After the rename the new archive is in place; what fails then is making its name durable.
        assert target.read_bytes() == b"the earlier one" or faults.renamed
        assert [path.name for path in target.parent.iterdir()] == ["record.zip"]
    assert target.read_bytes()[:2] == b"PK"
    assert number > 5


def in_child(body: Callable[[int], None]) -> tuple[int, int]:
    """Run `body(descriptor to write to)` in a forked child; return its process id and the descriptor to read from."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            body(writing)
        finally:
            os._exit(0)
    os.close(writing)
    return child, reading


def read_all(descriptor: int) -> list[bytes]:
    """Return the complete lines that a child wrote before it ended."""
    with os.fdopen(descriptor, "rb") as file:
        return [line for line in file.read().split(b"\n")[:-1] if line]


def report(descriptor: int, tickets: list[Ticket]) -> None:
    """Tell the parent what is acknowledged."""
    lines = "".join(f"{ticket.index} {ticket.leaf_hash.hex()}\n" for ticket in tickets)
    os.write(descriptor, lines.encode())


def compare(folder: Path, lines: list[bytes]) -> None:
    """Check that every acknowledged index is in the log, once, with the same bytes."""
    size = check_record(folder)
    with toy.open_toy(folder) as board:
        assert board.flush().size >= size
        stored = {entry.index: entry.leaf_hash for entry in board._store.scan(0, 10**6)}
        for line in lines:
            index, leaf = line.split()
            assert stored[int(index)].hex() == leaf.decode()
    assert check_record(folder) == len(stored)


def test_kill_at_random_moments(tmp_path: Path) -> None:
    """A process that acknowledges ballots is killed ten times; every acknowledged index has the same bytes after."""
    toy.create(tmp_path).close()
    random = Random(2026)
    lines: list[bytes] = []
    for round_number in range(10):

        def vote(descriptor: int, first: int = round_number * 10**6) -> None:
            with toy.open_toy(tmp_path) as board:
                os.write(descriptor, b"\n")
                for number in range(first, first + 10**6, 7):
                    tickets = board.submit_many([toy.ballot(number + offset) for offset in range(6)])
                    tickets += board.submit_many([toy.note(str(number))])
                    report(descriptor, tickets)
                    board.flush()

        child, reading = in_child(vote)
        os.read(reading, 1)  # the board is open
        time.sleep(random.uniform(0, 0.15))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines += read_all(reading)
        assert check_record(tmp_path) >= 0
    assert len(lines) > 20
    compare(tmp_path, lines)


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """With a limit on file sizes the board stops with a reason; without it, it goes on with all it acknowledged."""
    toy.create(tmp_path).close()

    def fill(descriptor: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
        with toy.open_toy(tmp_path) as board:
            for number in range(100):
                one = toy.posting(toy.LOG_KEY, "toy.note", b"%d" % number + bytes(20_000))
                try:
                    report(descriptor, board.submit_many([one]))
                    board.flush()
                except BoardError as error:
                    os.write(descriptor, f"{error.code}\n".encode())
                    return

    child, reading = in_child(fill)
    *lines, last = read_all(reading)
    os.waitpid(child, 0)
    assert last in (b"board.disk_full", b"board.disk_error")
    assert len(lines) > 3
    compare(tmp_path, lines)
