"""What the log has promised and not published yet.

Spec: docs/http.md section 5; docs/storage.md section 1.

Idea: a promise outlives the process that gave it. Whoever asks again, whatever answers, gets the same one, and a
sequencer that is started anew knows what it has to keep.

Invariants: only the sequencer of the log's epoch adds rows; there is one for an index, and it is never changed. A
deadline is a time, so a row goes when its entry is published.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import case, delete, func, insert, select

from evote.board.connections import Connections
from evote.board.head import Head, check_epoch, log_table
from evote.board.tables import PromiseRow, table
from evote.log.promise import Promise

_MAXIMUM_VALUES: Final = 500

promise_table = table(PromiseRow)


class PromiseRows(Connections):
    """The table of promises."""

    def add_promises(self, head: Head, promises: Sequence[Promise]) -> None:
        """Store promises about entries that have none; durable on return.

        Raise BoardError `board.lease_lost` where another sequencer has taken the log over.
        """
        epoch = select(log_table.c.epoch).where(log_table.c.origin == head.origin).with_for_update()
        with self._writing() as connection:
            check_epoch(head, connection.execute(epoch).scalar())
            connection.execute(insert(promise_table), [_values(one) for one in promises])

    def promises(self, origin: str, indexes: Sequence[int]) -> dict[int, Promise]:
        """Return the promises of the log `origin` about those among the entries that have one."""
        columns = promise_table.c
        found: dict[int, Promise] = {}
        for first in range(0, len(indexes), _MAXIMUM_VALUES):
            query = select(columns.index, columns.leaf_hash, columns.deadline, columns.signature).where(
                columns.index.in_(indexes[first : first + _MAXIMUM_VALUES])
            )
            with self._reading() as connection:
                rows = connection.execute(query).all()
            for index, leaf, deadline, signature in rows:
                found[index] = Promise(
                    origin=origin, index=index, leaf_hash=leaf, deadline=deadline, signature=signature
                )
        return found

    def deadlines(self) -> dict[int, int]:
        """Return the deadline of every promise, by index."""
        with self._reading() as connection:
            return dict(connection.execute(select(promise_table.c.index, promise_table.c.deadline)).all())

    def count_promises(self, now: int) -> tuple[int, int]:
        """Return how many promises there are, and of how many the deadline is before `now`, seconds since 1970."""
        overdue = func.count(case((promise_table.c.deadline < now, 1)))
        with self._reading() as connection:
            count, late = connection.execute(select(func.count(), overdue).select_from(promise_table)).one()
        return count, late

    def drop_promises(self, size: int) -> None:
        """Forget the promises about the first `size` entries, which are kept."""
        with self._writing() as connection:
            connection.execute(delete(promise_table).where(promise_table.c.index < size))


def _values(promise: Promise) -> dict[str, object]:
    return {
        "index": promise.index,
        "leaf_hash": promise.leaf_hash,
        "deadline": promise.deadline,
        "signature": promise.signature,
    }
