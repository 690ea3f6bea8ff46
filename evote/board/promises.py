"""The log's promises: its signed word about entries that are committed while nothing can be published.

Spec: docs/http.md section 5.

Idea: a promise says where an entry stands and by when a checkpoint covers it. Only who gives indexes and asks the
witnesses can keep that, and only the log's key can be held to it: so the sequencer gives promises, and others hand on
what they find in the database.

Invariants: a promise is about an entry that is durable at its index, and is durable itself before anybody sees it; an
entry has one promise at most. The statement that ends an election is never promised: no result rests on a promise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from evote.board.head import Head
from evote.board.store import Store
from evote.ed25519 import SigningKey
from evote.election.kinds import Kind
from evote.log.promise import Promise, sign_promise
from evote.log.statement import decode_statement

_GIVEN_TOGETHER: Final = 1024


class Promises:
    """The promises of one log that are not kept yet; for the board's thread."""

    def __init__(self, store: Store, key: SigningKey, head: Head, published_size: int) -> None:
        """Take the log's Ed25519 key, and what earlier sequencers have promised and not published."""
        self._store = store
        self._key = key
        self._head = head
        self._given_to = published_size  # below it nothing is left to promise
        self._deadlines = store.deadlines()
        self._counts = Counter(self._deadlines.values())
        self.keep(published_size)

    @property
    def count(self) -> int:
        """The number of promises that are not kept yet."""
        return len(self._deadlines)

    def overdue(self, now: int) -> int:
        """Return how many of them have a deadline before `now`, seconds since 1970."""
        return sum(count for deadline, count in self._counts.items() if deadline < now)

    def give(self, size: int, deadline: int) -> None:
        """Promise every unpublished one of the first `size` entries by `deadline` that has no promise yet.

        `size` is at most that of the log: they must be durable. Raise BoardError as every write.
        """
        while self._given_to < size:
            end = min(size, self._given_to + _GIVEN_TOGETHER)
            self._give(self._given_to, end, deadline)
            self._given_to = end

    def give_one(self, index: int, deadline: int) -> None:
        """Promise one durable entry that is not published, if it has no promise yet."""
        self._give(index, index + 1, deadline)

    def of(self, indexes: Sequence[int]) -> dict[int, Promise]:
        """Return the promises about those among the entries that have one."""
        return self._store.promises(self._head.origin, [index for index in indexes if index in self._deadlines])

    def keep(self, published_size: int) -> None:
        """Take note that a checkpoint covers so many entries: promises about them are kept."""
        self._given_to = max(self._given_to, published_size)
        if not any(index < published_size for index in self._deadlines):
            return
        self._store.drop_promises(published_size)
        self._deadlines = {index: known for index, known in self._deadlines.items() if index >= published_size}
        self._counts = Counter(self._deadlines.values())

    def _give(self, start: int, end: int, deadline: int) -> None:
        given = [
            sign_promise(
                self._key, origin=self._head.origin, index=entry.index, leaf_hash=entry.leaf_hash, deadline=deadline
            )
            for entry in self._store.scan(start, end)
            if entry.index not in self._deadlines and not ends_election(entry.statement)
        ]
        if given:
            self._store.add_promises(self._head, given)
            self._deadlines |= {one.index: deadline for one in given}
            self._counts[deadline] += len(given)


def ends_election(statement: bytes) -> bool:
    """Say whether a statement that was admitted is the final one of its election."""
    return decode_statement(statement).kind == Kind.FINAL
