"""Reading stretches of the log costs what the stretch is long, not what the log is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from evote.board.entry_reads import EntryReads
from tests.board import toy

READS: dict[str, Callable[[EntryReads], Any]] = {
    "ballots": lambda store: store.ballots(bytes(32), 4, 8),
    "derived": lambda store: list(store.derived(4, 8)),
    "followed": lambda store: list(store.followed(4, 8)),
    "postings": lambda store: list(store.postings(4, 8)),
    "replayed": lambda store: list(store.replayed(4, 8)),
    "scan": lambda store: list(store.scan(4, 8)),
}


@pytest.mark.parametrize("read", READS)
def test_a_stretch_is_found_by_its_numbers(read: str, tmp_path: Path) -> None:
    """SQLite looks every stretch up by the entries' numbers; no other index, no scan, no sorting."""
    asked: list[tuple[str, Any]] = []
    with toy.create(tmp_path / "board") as board:
        board.submit_many([toy.ballot(number) for number in range(8)])
        board.flush()
        engine = board._store._engine
        event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        READS[read](board._store)
        with engine.connect() as connection:
            plans = [
                row[3]
                for query, values in list(asked)
                if query.startswith("SELECT")
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)
            ]
    assert plans
    assert all("USING INTEGER PRIMARY KEY (rowid" in plan for plan in plans), plans
