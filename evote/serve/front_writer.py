"""The thread of a front end: it has statements examined, leaves them to the sequencer, and waits with who sent them.

Spec: docs/http.md section 10; docs/storage.md section 4.

Idea: a batch is examined in worker processes and put into the database. From then on this thread only looks: what the
sequencer has decided and promised, and which checkpoint is published. A statement is answered with its receipt, its
refusal, or the sequencer's promise.

Invariants: an answer with a receipt is given only for what a published checkpoint covers, one with a promise only where
the sequencer has given it. Who is told to come back may send the same bytes to any front end. The state has followed
the log up to every index that was answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evote.board.admission import Posting
from evote.board.front_end import FrontEnd
from evote.board.sequencer import Ticket
from evote.errors import BoardError
from evote.log.promise import Promise
from evote.serve.clock import Clock
from evote.serve.desk_thread import DeskThread
from evote.serve.examiner import Examiner
from evote.serve.front_board import FrontBoard
from evote.serve.intake import postings_of
from evote.serve.journal import Journal
from evote.serve.mailbox import Job
from evote.serve.metrics import Metrics
from evote.serve.outcome import LogView, Outcome, Witnessing
from evote.serve.settings import Settings
from evote.serve.shared_record import SharedRecord
from evote.serve.waiters import Waiter, Waiters

IDLE_SECONDS: Final = 0.4
BUSY_SECONDS: Final = 0.05  # how often what waits is looked at
LEASE_SECONDS: Final = 2.0  # how often the sequencer is looked for, and its promises are counted
# In times of a witness: the sequencer promises after two, so after three there is nothing more to hope for.
PATIENCE: Final = 3

_NO_SEQUENCER: Final = BoardError(
    "board.no_sequencer", "the log's sequencer has not taken the statement; send it again later, it enters once"
)


class FrontWriter(DeskThread[FrontBoard]):
    """Runs a front end."""

    def __init__(
        self,
        front_end: FrontEnd,
        examiner: Examiner,
        record: SharedRecord,
        *,
        settings: Settings,
        clock: Clock,
        metrics: Metrics,
        journal: Journal,
    ) -> None:
        """Take an open front end, the rules it was opened with, and the log's record."""
        board = FrontBoard(front_end, record)
        super().__init__("front end", board, examiner, settings=settings, clock=clock, metrics=metrics, journal=journal)
        self._front_end = front_end
        self._record = record
        self._examiner = examiner
        self._waiters = Waiters()
        self._looked = self._asked = float("-inf")
        self._published_at = clock.monotonic()
        self._behind_since: float | None = None
        self._has_sequencer = True
        self._promises = self._overdue = 0
        self._show()

    async def submit(self, postings: Sequence[Posting]) -> list[Outcome]:
        """Return what became of each posting, in order.

        Raise BoardError `board.busy` where too much waits, `board.no_sequencer` where nobody holds the log's lease,
        `board.stopped` where nothing more is accepted.
        """
        if not self.view.has_sequencer:
            # Nothing is heaped up in the database for somebody who may not come.
            raise _NO_SEQUENCER
        return await super().submit(postings)

    def promise_of(self, _leaf_hash: bytes, index: int) -> Promise:
        """Return the sequencer's promise about an entry; raise BoardError `board.no_quorum` where there is none."""
        promise = self._front_end.promises([index]).get(index)
        if promise is None:
            raise _not_published(index)
        return promise

    @property
    def _pause(self) -> float:
        return IDLE_SECONDS if self._waiters.is_empty else BUSY_SECONDS

    @property
    def _jobs(self) -> list[Job]:
        return self._waiters.jobs

    @property
    def _is_hopeful(self) -> bool:
        return not self._waiters.is_empty

    def _work(self, batch: list[Job]) -> None:
        """Leave a batch to the sequencer."""
        postings = postings_of(batch)
        self._metrics.pool.set(self.waiting)
        # What another front end has just been told, this one has to know.
        self._examiner.reconsider(postings)
        tickets = self._front_end.submit_many(postings)
        self._metrics.batch_statements.observe(len(postings))
        self._waiters.add(batch, tickets, self._clock.monotonic())
        self._intake.landed(batch, [ticket for ticket in tickets if ticket.is_decided])

    def _attend(self) -> None:
        """Look what the sequencer has done, and answer."""
        now = self._clock.monotonic()
        if now - self._looked < BUSY_SECONDS:
            return
        self._looked = now
        self._front_end.update(self._waiters.tickets)
        # After the tickets: who is answered finds the state as far.
        self._front_end.follow()
        if self._record.refresh():
            self._published_at, self._behind_since = now, None
            self._promises = self._overdue = 0
        is_behind = self._front_end.size > self._record.published_size
        self._behind_since = (self._behind_since or now) if is_behind else None
        # After the record: a promise is there until its entry is published.
        promises = self._promised()
        if now - self._asked >= LEASE_SECONDS or (promises and not self._promises):
            self._asked = now
            self._find_sequencer()
            self._promises, self._overdue = self._front_end.count_promises(self._clock.now())
        self._show()
        self._answer(promises, late=now - PATIENCE * self._settings.witness_seconds)

    def _promised(self) -> dict[int, Promise]:
        """Return the sequencer's promises about what waits, by index."""
        indexes = {ticket.index for ticket in self._waiters.tickets if ticket.is_decided and ticket.refusal is None}
        unpublished = [index for index in indexes if index >= self._record.published_size]
        return self._front_end.promises(unpublished)

    def _find_sequencer(self) -> None:
        before, self._has_sequencer = self._has_sequencer, self._front_end.has_sequencer()
        if before and not self._has_sequencer:
            self._journal.error("no_sequencer")
        elif self._has_sequencer and not before:
            self._journal.info("sequencer")

    def _answer(self, promises: dict[int, Promise], *, late: float) -> None:
        """Answer everybody about whom all is decided, and published or promised, or who has waited since `late`."""

        def answer_of(waiter: Waiter) -> list[Outcome] | None:
            outcomes = [
                self._outcome(ticket, posting, promises, is_late=waiter.since < late)
                for ticket, posting in zip(waiter.tickets, waiter.job.postings, strict=True)
            ]
            decided = [outcome for outcome in outcomes if outcome is not None]
            return decided if len(decided) == len(outcomes) else None

        self._resolve(self._waiters.take(answer_of))

    def _outcome(
        self, ticket: Ticket, posting: Posting, promises: dict[int, Promise], *, is_late: bool
    ) -> Outcome | None:
        """Return what became of a statement, None while it is worth waiting."""
        leaf = ticket.leaf_hash
        if ticket.refusal is not None:
            return Outcome(leaf_hash=leaf, refusal=ticket.refusal)
        if not ticket.is_decided:
            return Outcome(leaf_hash=leaf, refusal=_NO_SEQUENCER) if is_late else None
        if ticket.index < self._record.published_size:
            receipt = self._record.receipt(ticket.index, posting.statement)
            if receipt is not None:
                return Outcome(leaf_hash=leaf, index=ticket.index, receipt=receipt)
        if ticket.index in promises:
            return Outcome(leaf_hash=leaf, index=ticket.index, promise=promises[ticket.index])
        if not is_late:
            return None
        return Outcome(leaf_hash=leaf, index=ticket.index, refusal=_not_published(ticket.index))

    def _answer_rest(self) -> None:
        self._answer(self._promised(), late=float("inf"))

    def _close(self) -> None:
        self._front_end.close()

    def _look(self, stopped: str = "") -> LogView:
        witnessing = Witnessing.QUORUM if self._record.has_witnesses else Witnessing.NONE
        since = self._behind_since
        if self._record.has_witnesses and since is not None:
            is_long = self._clock.monotonic() - since > 2 * self._settings.witness_seconds
            if is_long or self._promises:
                witnessing = Witnessing.MISSING
        return LogView(
            origin=self._front_end.origin,
            size=self._front_end.size,
            published_size=self._record.published_size,
            published_at=self._published_at,
            witnessing=witnessing,
            missing_since=since if witnessing is Witnessing.MISSING else None,
            cosigned=(),
            promises=self._promises,
            overdue=self._overdue,
            stopped=stopped,
            has_sequencer=self._has_sequencer,
        )


def _not_published(index: int) -> BoardError:
    return BoardError(
        "board.no_quorum",
        f"entry {index} is durably in the log, but no checkpoint with the quorum covers it yet: send it again later",
    )
