"""Promises are durable, given once, never about an election's end, and gone when they are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from evote.board.board import Board
from evote.errors import BoardError
from evote.log.merkle import leaf_hash
from evote.log.promise import verify_promise
from tests.board import toy
from tests.board.postgres import Server
from tests.board.test_postgresql import another_host
from tests.board.test_witnesses import cosigned, two_of_three

DEADLINE = 1_800_000_000


@pytest.fixture
def folder(tmp_path: Path, dsn: str | None) -> Path:
    """Return the folder of a closed board with witnesses, where two notes are committed and not published."""
    with toy.create(tmp_path / "one", dsn) as board:
        board.set_policy(two_of_three(board))
        commit(board, "a", "b")
    return tmp_path / "one"


def commit(board: Board, *texts: str) -> None:
    """Put notes into the log, unpublished."""
    board.submit_many([toy.note(text) for text in texts])


def test_a_promise_outlives_the_process(folder: Path) -> None:
    """The log's key signs index, leaf and deadline; after a restart, and for whoever reads, it is the same promise."""
    with toy.open_toy(folder) as board:
        board.promises.give(1, DEADLINE)
        board.promises.give(2, DEADLINE + 5)
        given = board.promises.of([0, 1])
        key = board.log_keys[0]
    with toy.open_toy(folder) as board:
        board.promises.give(2, DEADLINE + 60)
        board.promises.give_one(0, DEADLINE + 60)
        assert board.promises.of([0, 1, 2]) == given == board._store.promises(toy.ORIGIN, [0, 1, 2])
        assert board.promises.count == 2
        for now, late in ((DEADLINE, 0), (DEADLINE + 1, 1), (DEADLINE + 6, 2)):
            assert board.promises.overdue(now) == late
            assert board._store.count_promises(now) == (2, late)
    for index, text, deadline in ((0, "a", DEADLINE), (1, "b", DEADLINE + 5)):
        verify_promise(given[index], key)
        leaf = leaf_hash(toy.note(text).statement)
        assert (given[index].index, given[index].leaf_hash, given[index].deadline) == (index, leaf, deadline)


def test_a_promise_that_is_kept_is_forgotten(folder: Path) -> None:
    """Publishing removes the promises under the checkpoint, and only those; no deadline stays in the database."""
    with toy.open_toy(folder) as board:
        board.promises.give(2, DEADLINE)
        note = cosigned(board.sign(), 0, 1)
        commit(board, "c")
        board.promises.give(3, DEADLINE + 1)
        board.publish(note)
        assert (board.promises.count, board.promises.overdue(DEADLINE + 2)) == (1, 1)
        assert list(board._store.deadlines()) == [2]
        board.publish(cosigned(board.sign(), 0, 1))
        assert board.promises.count == 0
        assert board._store.deadlines() == {}


def test_a_kept_promise_is_forgotten_after_a_crash(folder: Path) -> None:
    """Killed between publishing and forgetting: the next start forgets."""
    with toy.open_toy(folder) as board:
        board.promises.give(2, DEADLINE)
        kept = board.promises.of([0, 1])
        board.publish(cosigned(board.sign(), 0, 1))
        board._store.add_promises(board._sequencer.head, list(kept.values()))
    with toy.open_toy(folder) as board:
        assert board.promises.count == 0
        assert board._store.deadlines() == {}


def test_the_end_of_an_election_is_not_promised(folder: Path) -> None:
    """Whoever is to rely on a result must see it under the quorum: no promise, however it is asked for."""
    final = toy.posting(toy.LOG_KEY, "election.final", b"{}")
    with toy.open_toy(folder) as board:
        board.submit_many([final])
        commit(board, "c")
        board.promises.give(4, DEADLINE)
        board.promises.give_one(2, DEADLINE)
        assert sorted(board.promises.of([0, 1, 2, 3])) == [0, 1, 3]


def test_a_replaced_sequencer_can_not_promise(
    tmp_path: Path, postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was paused and replaced gives no further word for the log; its successor knows what it had given."""
    folder = tmp_path / "one"
    toy.create(folder, postgresql.new_dsn()).close()
    other = another_host(folder, monkeypatch)
    old = toy.open_toy(folder)
    old.set_policy(two_of_three(old))
    commit(old, "a")
    old.promises.give(1, DEADLINE)
    given = old.promises.of([0])
    commit(old, "b")
    with old._store._writing() as connection:
        connection.exec_driver_sql("UPDATE lease SET expires = 1")
    with toy.open_toy(other) as new:
        with pytest.raises(BoardError) as caught:
            old.promises.give(2, DEADLINE)
        assert caught.value.code == "board.lease_lost"
        assert new.promises.of([0, 1]) == given
        new.promises.give(2, DEADLINE + 7)
        assert {index: one.deadline for index, one in new.promises.of([0, 1]).items()} == {0: DEADLINE, 1: DEADLINE + 7}
    old.close()
