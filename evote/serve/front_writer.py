"""The thread of a front end: it has statements examined, leaves them to the sequencer, and waits with who sent them.

Spec: docs/http.md section 10; docs/storage.md section 4.

Idea: a batch is examined in worker processes and put into the database. From then on this thread only looks: what the
sequencer has decided, and which checkpoint is published. A statement is answered with its receipt, or its refusal.

Invariants: an answer with a receipt is given only for what a published checkpoint covers; nothing is promised, because
only the log's key could; who is told to come back may send the same bytes to any front end. The state has followed the
log up to every index that was answered. Only this thread touches database and record.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Final, NoReturn, TypeVar

from evote.board.admission import Posting
from evote.board.front_end import FrontEnd
from evote.board.sequencer import Ticket
from evote.election.state import ElectionState
from evote.errors import BoardError, EvoteError, PolicyError
from evote.log.promise import Promise
from evote.serve.clock import Clock
from evote.serve.desk import AskedBoard
from evote.serve.examiner import Examiner
from evote.serve.intake import Intake, postings_of
from evote.serve.journal import Journal
from evote.serve.mailbox import Calls, Job
from evote.serve.metrics import Metrics
from evote.serve.outcome import LogView, Outcome, Witnessing
from evote.serve.settings import Settings
from evote.serve.shared_record import SharedRecord

T = TypeVar("T")

IDLE_SECONDS: Final = 0.4
BUSY_SECONDS: Final = 0.05  # how often what waits is looked at
LEASE_SECONDS: Final = 2.0  # how often the sequencer is looked for

_STOPPING: Final = BoardError("board.stopping", "the board is being stopped")
_NO_SEQUENCER: Final = BoardError(
    "board.no_sequencer", "the log's sequencer has not taken the statement; send it again later, it enters once"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiter:
    """A job that was examined, and since when it waits (monotonic)."""

    job: Job
    tickets: Sequence[Ticket]
    since: float


class FrontBoard:
    """What a front end knows of the log."""

    def __init__(self, front_end: FrontEnd, record: SharedRecord) -> None:
        """Take both."""
        self._front_end = front_end
        self._record = record

    @property
    def published_size(self) -> int:
        """The number of entries under the published checkpoint."""
        return self._record.published_size

    @property
    def elections(self) -> tuple[bytes, ...]:
        """The scopes of the elections in the log, oldest first."""
        return self._front_end.elections

    def state(self, scope: bytes) -> ElectionState:
        """Return the state of an election; raise PolicyError where the log has none."""
        return self._front_end.state(scope)

    def index_of(self, leaf_hash: bytes) -> int | None:
        """Return the index of a committed entry, or None."""
        return self._looked_up(self._front_end.index_of(leaf_hash))

    def find_ballot(self, scope: bytes, confirmation_code: bytes) -> int | None:
        """Return the index of the committed ballot with a confirmation code, or None."""
        return self._looked_up(self._front_end.find_ballot(scope, confirmation_code))

    def receipt(self, entry: int) -> bytes:
        """Return the `.tlog-proof` of a published entry; raise PolicyError `board.not_published`, BoardError
        `board.busy` while its tiles are being replaced.
        """
        if not 0 <= entry < self.published_size:
            raise PolicyError("board.not_published", "the published log has no such entry")
        statement = self._front_end.statement(entry)
        made = self._record.receipt(entry, statement)
        if made is None and self._record.refresh():
            made = self._record.receipt(entry, statement)
        if made is None:
            raise BoardError("board.busy", "the record is being written; try again in a moment")
        return made

    def _looked_up(self, index: int | None) -> int | None:
        # Another door may have answered a moment ago with a checkpoint that was not seen here yet.
        if index is not None and index >= self.published_size:
            self._record.refresh()
        return index


class FrontWriter:
    """Runs a front end; `submit` and `call` may be awaited from one event loop, `view` read from anywhere."""

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
        """Take an open front end, which this object closes, the rules it was opened with, and the log's record."""
        self._front_end = front_end
        self._examiner = examiner
        self._record = record
        self._board = FrontBoard(front_end, record)
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._journal = journal
        self._intake = Intake(examiner, settings, clock, metrics)
        self._calls = Calls()
        self._thread = threading.Thread(target=self._run, name="front end")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._on_failure: Callable[[], None] = lambda: None
        self.failure: BaseException | None = None
        # Of the thread alone from here on.
        self._is_ending = False
        self._waiters: list[_Waiter] = []
        self._looked = self._asked = float("-inf")
        self._published_at = clock.monotonic()
        self._behind_since: float | None = None
        self._has_sequencer = True
        self.view = self._make_view()

    def start(self, loop: asyncio.AbstractEventLoop, on_failure: Callable[[], None]) -> None:
        """Start the thread; `on_failure()` is called in `loop` when the front end can't go on."""
        self._loop = loop
        self._on_failure = on_failure
        self._thread.start()
        self._intake.start(
            hand_on=lambda batch: self._calls.put(partial(self._work, batch)),
            on_error=lambda error: self._calls.put(partial(_raise, error)),
            on_end=lambda: self._calls.put(self._end),
        )

    async def stop(self) -> None:
        """Wait with those who wait, as long as anybody does, and close the front end."""
        self._intake.mailbox.close(_STOPPING)
        await asyncio.to_thread(self._thread.join)

    def abandon(self, seconds: float) -> None:
        """End the thread although nobody waits for it any more; for a server that was interrupted."""
        self._intake.mailbox.close(_STOPPING)
        if self._thread.ident is None:
            self._front_end.close()
        else:
            self._thread.join(seconds)

    @property
    def waiting(self) -> int:
        """The number of statements that wait for the thread."""
        return self._intake.mailbox.statements

    async def submit(self, postings: Sequence[Posting]) -> list[Outcome]:
        """Return what became of each posting, in order.

        Raise BoardError `board.busy` where too much waits, `board.no_sequencer` where nobody holds the log's lease,
        `board.stopped` where nothing more is accepted.
        """
        if not self.view.has_sequencer:
            # Nothing is heaped up in the database for somebody who may not come.
            raise _NO_SEQUENCER
        job = Job(postings=tuple(postings), future=asyncio.get_running_loop().create_future())
        self._intake.mailbox.post(job)
        self._metrics.pool.set(self.waiting)
        return await job.future

    async def call(self, function: Callable[[AskedBoard], T]) -> T:
        """Return what a function of the log returns, called in the thread between two batches."""
        result: Future[T] = Future()

        def run() -> None:
            try:
                result.set_result(function(self._board))
            except Exception as error:  # noqa: BLE001 2026-11-22: it is raised again where it belongs, in the caller
                result.set_exception(error)

        self._calls.put(run, result)
        return await asyncio.wrap_future(result)

    def promise_of(self, _leaf_hash: bytes, index: int) -> Promise:
        """Raise BoardError `board.no_quorum`: a front end has no key to promise with."""
        raise _not_published(index)

    def _run(self) -> None:
        try:
            while not self._is_ending:
                self._calls.run_next(BUSY_SECONDS if self._waiters else IDLE_SECONDS)
                self._look()
            end = self._clock.monotonic() + 2 * self._settings.witness_seconds
            while self._waiters and self._clock.monotonic() < end:
                self._calls.run_next(BUSY_SECONDS)
                self._look()
            self._answer(late=float("inf"))
            self._calls.close(_STOPPING)
        except BaseException as error:  # noqa: BLE001 2026-11-22: whatever ends this thread ends the server
            self._fail(error)
        finally:
            self._front_end.close()

    def _end(self) -> None:
        self._is_ending = True

    def _work(self, batch: list[Job]) -> None:
        """Leave a batch to the sequencer."""
        postings = postings_of(batch)
        self._metrics.pool.set(self.waiting)
        # What another front end has just been told, this one has to know.
        self._examiner.reconsider(postings)
        tickets = self._front_end.submit_many(postings)
        self._metrics.batch_statements.observe(len(postings))
        first, now = 0, self._clock.monotonic()
        for job in batch:
            last = first + len(job.postings)
            self._waiters.append(_Waiter(job=job, tickets=tickets[first:last], since=now))
            first = last
        self._intake.landed(batch, [ticket for ticket in tickets if ticket.is_decided])

    def _look(self) -> None:
        """Look what the sequencer has done, and answer."""
        now = self._clock.monotonic()
        if now - self._looked < BUSY_SECONDS:
            return
        self._looked = now
        self._front_end.update([ticket for waiter in self._waiters for ticket in waiter.tickets])
        # After the tickets: who is answered finds the state as far.
        self._front_end.follow()
        if self._record.refresh():
            self._published_at = now
        is_behind = self._front_end.size > self._record.published_size
        self._behind_since = (self._behind_since or now) if is_behind else None
        if now - self._asked >= LEASE_SECONDS:
            self._asked = now
            self._find_sequencer()
        self.view = self._make_view()
        self._answer(late=now - 2 * self._settings.witness_seconds)

    def _find_sequencer(self) -> None:
        before, self._has_sequencer = self._has_sequencer, self._front_end.has_sequencer()
        if before and not self._has_sequencer:
            self._journal.error("no_sequencer")
        elif self._has_sequencer and not before:
            self._journal.info("sequencer")

    def _answer(self, *, late: float) -> None:
        """Answer everybody about whom all is decided and published, and who has waited since before `late`."""
        waiting: list[_Waiter] = []
        answered: list[tuple[Job, list[Outcome]]] = []
        for waiter in self._waiters:
            outcomes = [
                self._outcome(ticket, posting, is_late=waiter.since < late)
                for ticket, posting in zip(waiter.tickets, waiter.job.postings, strict=True)
            ]
            decided = [outcome for outcome in outcomes if outcome is not None]
            if len(decided) < len(outcomes):
                waiting.append(waiter)
            else:
                answered.append((waiter.job, decided))
        self._waiters = waiting
        for _, outcomes_of_job in answered:
            for outcome in outcomes_of_job:
                self._count(outcome)

        def resolve() -> None:
            for job, outcomes in answered:
                if not job.future.done():
                    job.future.set_result(outcomes)

        if answered:
            self._in_loop(resolve)

    def _outcome(self, ticket: Ticket, posting: Posting, *, is_late: bool) -> Outcome | None:
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
        if not is_late:
            return None
        return Outcome(leaf_hash=leaf, index=ticket.index, refusal=_not_published(ticket.index))

    def _count(self, outcome: Outcome) -> None:
        self._metrics.statements.labels("refused" if outcome.refusal else "published").inc()
        if outcome.refusal is not None:
            self._metrics.refusals.labels(outcome.refusal.code).inc()

    def _fail(self, error: BaseException) -> None:
        """Stop: the database can't be reached, or something is wrong with this machine."""
        self.failure = error
        code = error.code if isinstance(error, EvoteError) else type(error).__name__
        message = error.message if isinstance(error, EvoteError) else ""
        self._journal.error("stopped", code=code, message=message)
        stopped = BoardError("board.stopped", "this front end has stopped and accepts nothing; its operator knows why")
        self._intake.mailbox.close(stopped)
        self._calls.close(stopped)
        jobs = [waiter.job for waiter in self._waiters] + self._intake.abandon()
        self.view = self._make_view(stopped=code)

        def resolve() -> None:
            for job in jobs:
                if not job.future.done():
                    job.future.set_exception(stopped)
            self._on_failure()

        self._in_loop(resolve)

    def _in_loop(self, function: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function)

    def _make_view(self, stopped: str = "") -> LogView:
        witnessing = Witnessing.QUORUM if self._record.has_witnesses else Witnessing.NONE
        behind = self._clock.monotonic() - (self._behind_since or float("inf"))
        if self._record.has_witnesses and behind > 2 * self._settings.witness_seconds:
            witnessing = Witnessing.MISSING
        view = LogView(
            origin=self._front_end.origin,
            size=self._front_end.size,
            published_size=self._record.published_size,
            published_at=self._published_at,
            witnessing=witnessing,
            missing_since=self._behind_since if witnessing is Witnessing.MISSING else None,
            cosigned=(),
            promises=0,
            overdue=0,
            stopped=stopped,
            has_sequencer=self._has_sequencer,
        )
        metrics = self._metrics
        metrics.size.set(view.size)
        metrics.published_size.set(view.published_size)
        metrics.quorum.set({Witnessing.NONE: -1, Witnessing.MISSING: 0, Witnessing.QUORUM: 1}[view.witnessing])
        return view


def _not_published(index: int) -> BoardError:
    return BoardError(
        "board.no_quorum",
        f"entry {index} is durably in the log, but no checkpoint with the quorum covers it yet: send it again later",
    )


def _raise(error: BaseException) -> NoReturn:
    raise error
