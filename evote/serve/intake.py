"""From the mailbox to the board: batches are formed and examined in a thread of their own.

Idea: while one batch is committed and published, the next is examined, and no more than that: what waits longer waits
in the mailbox, where it is counted. Statements that entered a moment ago are not examined again when they are repeated.

Invariants: a batch that was taken is in `flying` until it is committed or refused, so that nobody who waits is
forgotten when the server stops.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

from evote.board.admission import Posting
from evote.board.sequencer import Ticket
from evote.log.merkle import leaf_hash
from evote.serve.clock import Clock
from evote.serve.examiner import Examiner
from evote.serve.mailbox import Job, Mailbox
from evote.serve.metrics import Metrics
from evote.serve.settings import Settings

BATCHES: Final = 2  # one that is committed, one that is examined meanwhile
MAXIMUM_RECENT: Final = 200_000  # entries that are known without asking the database


class Intake:
    """The mailbox of a board, and the thread that empties it."""

    def __init__(self, examiner: Examiner, settings: Settings, clock: Clock, metrics: Metrics) -> None:
        """Begin empty; nothing runs yet."""
        self.mailbox = Mailbox(settings.pool_statements, settings.pool_bytes)
        self.flying: list[list[Job]] = []
        self._examiner = examiner
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._slots = threading.Semaphore(BATCHES)
        self._recent: OrderedDict[bytes, None] = OrderedDict()

    def start(
        self,
        hand_on: Callable[[list[Job]], None],
        on_error: Callable[[BaseException], None],
        on_end: Callable[[], None],
    ) -> None:
        """Start the thread, which calls these: for each examined batch, for what stops it, and at its end."""

        def run() -> None:
            try:
                while batch := self.mailbox.next_batch(self._settings.batch_statements, self._settings.batch_seconds):
                    self.flying.append(batch)
                    self._slots.acquire()
                    self._examine(batch)
                    hand_on(batch)
            except BaseException as error:  # noqa: BLE001 2026-11-22: whatever ends this thread ends the server
                on_error(error)
            on_end()

        threading.Thread(target=run, name="intake").start()

    def landed(self, batch: list[Job], tickets: Sequence[Ticket]) -> None:
        """Take note that a batch is committed, or refused as a whole (no tickets); the next may be examined."""
        self.flying.remove(batch)
        self._examiner.forget(postings_of(batch))
        self._slots.release()
        for ticket in tickets:
            if ticket.refusal is None:
                self._recent[ticket.leaf_hash] = None
        while len(self._recent) > MAXIMUM_RECENT:
            self._recent.popitem(last=False)

    def abandon(self) -> list[Job]:
        """Let the thread end; return every job that was not committed. The mailbox must be closed."""
        self._slots.release(BATCHES)
        return [job for batch in self.flying for job in batch] + self.mailbox.take_all()

    def _examine(self, batch: Sequence[Job]) -> None:
        started = self._clock.monotonic()
        postings = dict.fromkeys(postings_of(batch))
        self._examiner.examine_ahead([one for one in postings if leaf_hash(one.statement) not in self._recent])
        self._metrics.examine_seconds.observe(self._clock.monotonic() - started)


def postings_of(batch: Sequence[Job]) -> list[Posting]:
    """Return all postings of a batch in order."""
    return [posting for job in batch for posting in job.postings]
