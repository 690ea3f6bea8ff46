"""The thread that owns the board: it commits statements in batches, publishes them, and answers.

Spec: docs/http.md sections 3 to 5; C2SP tlog-checkpoint (nothing is signed that is not durable).

Idea: a batch is what arrives within a moment. One thread has it examined; this one commits it, signs the checkpoint of
everything committed and gives it to the witnesses, while the next batch is examined. When the quorum has answered, the
checkpoint is published and everybody under it gets a receipt; when it has not, everybody who waits gets a promise, and
the next round covers more. So there is one commit a batch, one round at a time, and no statement waits for a witness
that is slow longer than a round may take.

Invariants: an answer with a receipt is given only for what a published checkpoint covers; one with an index only for
what is durable. Only this thread touches the board. After a failure that leaves the disk in doubt nothing more is
accepted, and the process has to be started anew.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, Final, NoReturn, TypeVar

from evote.board.admission import Posting
from evote.board.board import Board
from evote.ed25519 import SigningKey
from evote.errors import BoardError, EvoteError
from evote.log.policy import open_witnessed
from evote.log.promise import Promise
from evote.serve.answers import Answered, Answers
from evote.serve.clock import Clock
from evote.serve.cosign import Round
from evote.serve.examiner import Examiner
from evote.serve.intake import Intake, postings_of
from evote.serve.journal import Journal
from evote.serve.mailbox import Calls, Job
from evote.serve.metrics import Metrics
from evote.serve.outcome import LogView, Outcome, Witnessing
from evote.serve.settings import Settings

T = TypeVar("T")
# Asks the witnesses to cosign a note.
Collect = Callable[[bytes], Coroutine[Any, Any, Round]]

IDLE_SECONDS: Final = 1.0
BUSY_SECONDS: Final = 0.1  # how often what waits is looked at
RENEW_SECONDS: Final = 3.0
FIRST_RETRY_SECONDS: Final = 0.5
LAST_RETRY_SECONDS: Final = 2.0

_STOPPING: Final = BoardError("board.stopping", "the board is being stopped")


class Writer:
    """Runs the board; `submit` and `call` may be awaited from one event loop, `view` read from anywhere."""

    def __init__(
        self,
        board: Board,
        examiner: Examiner,
        key: SigningKey,
        collect: Collect | None,
        *,
        settings: Settings,
        clock: Clock,
        metrics: Metrics,
        journal: Journal,
        is_shared: bool = False,
    ) -> None:
        """Take an open board, which this object closes, the rules it was opened with, the log's key for promises.

        `collect` asks the witnesses; None where the log has none. A shared board has a lease to renew, and takes what
        front ends have examined.
        """
        self._board = board
        self._collect = collect
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._journal = journal
        self._intake = Intake(examiner, settings, clock, metrics)
        self._calls = Calls()
        self._thread = threading.Thread(target=self._run, name="writer")
        self._is_shared = is_shared
        self._renewed = self._taken = clock.monotonic()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._on_failure: Callable[[], None] = lambda: None
        self.failure: BaseException | None = None
        # Of the thread alone from here on.
        self._is_ending = False
        self._is_full = False
        self._answers = Answers(board, key, settings.promise_seconds, clock, metrics)
        self._round: Future[Round] | None = None
        self._round_started = 0.0
        self._retry = FIRST_RETRY_SECONDS
        self._not_before = 0.0
        self._published_at = clock.monotonic()
        self._witnessing = _first_witnessing(board, collect is not None)
        self._is_first_round = collect is not None
        self._missing_since: float | None = None
        self._cosigned: tuple[str, ...] = ()
        self.view = self._make_view()

    def start(self, loop: asyncio.AbstractEventLoop, on_failure: Callable[[], None]) -> None:
        """Start the thread; `on_failure()` is called in `loop` when the board can't go on."""
        self._loop = loop
        self._on_failure = on_failure
        self._thread.start()
        self._intake.start(
            hand_on=lambda batch: self._calls.put(partial(self._work, batch)),
            on_error=lambda error: self._calls.put(partial(_raise, error)),
            on_end=lambda: self._calls.put(self._end),
        )

    async def stop(self) -> None:
        """Finish what was submitted, publish or promise it, and close the board."""
        self._intake.mailbox.close(_STOPPING)
        await asyncio.to_thread(self._thread.join)

    @property
    def waiting(self) -> int:
        """The number of statements that wait for the thread."""
        return self._intake.mailbox.statements

    def abandon(self, seconds: float) -> None:
        """End the thread although nobody waits for it any more; for a server that was interrupted."""
        self._intake.mailbox.close(_STOPPING)
        if self._thread.ident is None:
            self._board.close()
        else:
            self._thread.join(seconds)

    async def submit(self, postings: Sequence[Posting]) -> list[Outcome]:
        """Return what became of each posting, in order.

        Raise BoardError `board.busy` where too much waits, `board.stopped` where nothing more is accepted.
        """
        job = Job(postings=tuple(postings), future=asyncio.get_running_loop().create_future())
        self._intake.mailbox.post(job)
        self._metrics.pool.set(self.waiting)
        return await job.future

    async def call(self, function: Callable[[Board], T]) -> T:
        """Return what a function of the board returns, called in the board's thread between two batches."""
        result: Future[T] = Future()

        def run() -> None:
            try:
                result.set_result(function(self._board))
            except Exception as error:  # noqa: BLE001 2026-11-22: it is raised again where it belongs, in the caller
                result.set_exception(error)

        self._calls.put(run, result)
        return await asyncio.wrap_future(result)

    def promise_of(self, leaf_hash: bytes, index: int) -> Promise:
        """Return the promise about an entry that is committed and not published; call it in the board's thread."""
        return self._answers.promise_of(leaf_hash, index)

    def _run(self) -> None:
        try:
            self._advance()
            while not self._is_ending:
                is_idle = self._answers.is_empty and self._round is None and not self._is_shared
                self._calls.run_next(IDLE_SECONDS if is_idle else BUSY_SECONDS)
                self._attend()
                self._advance()
                self._answer_late()
            self._finish()
        except BaseException as error:  # noqa: BLE001 2026-11-22: whatever ends this thread ends the server
            self._fail(error)
        finally:
            self._board.close()

    def _end(self) -> None:
        self._is_ending = True

    def _work(self, batch: list[Job]) -> None:
        """Commit a batch."""
        started = self._clock.monotonic()
        postings = postings_of(batch)
        self._metrics.pool.set(self.waiting)
        try:
            tickets = self._board.submit_many(postings)
            self._board.sequence()
        except BoardError as error:
            if error.code != "board.disk_low":
                raise
            self._intake.landed(batch, ())
            self._refuse(batch, error)
            return
        now = self._clock.monotonic()
        self._metrics.batch_statements.observe(len(postings))
        self._metrics.batch_seconds.observe(now - started)
        self._answers.add(batch, tickets)
        self._intake.landed(batch, tickets)
        self._answer()

    def _attend(self) -> None:
        """Remain the sequencer of a shared board, and place what its front ends have examined."""
        now = self._clock.monotonic()
        if not self._is_shared or now - self._taken < BUSY_SECONDS / 2:
            return
        self._taken = now
        if now - self._renewed >= RENEW_SECONDS:
            self._board.renew_lease()
            self._renewed = now
        try:
            count = self._board.take_pending()
        except BoardError as error:
            if error.code != "board.disk_low":
                raise
            if not self._is_full:
                self._journal.error("refused", code=error.code)
            self._is_full = True
            return
        self._is_full = False
        if count:
            self._metrics.batch_statements.observe(count)
            self.view = self._make_view()

    def _advance(self) -> None:
        """Begin the next round where there is something to publish, or the checkpoint has become old."""
        now = self._clock.monotonic()
        is_new = self._board.size > self._answers.published_size
        is_old = self._collect is not None and now - self._published_at >= self._settings.republish_seconds
        if self._round is not None or now < self._not_before or not (is_new or is_old or self._is_first_round):
            return
        # Publishing costs a dozen writes to the disk, whatever its size: what is ready anyway comes along.
        if not self._calls.is_empty and now - self._published_at < self._settings.publish_seconds:
            return
        self._round_started, self._is_first_round = now, False
        if self._collect is None:
            self._board.flush()
            self._published(())
            return
        if self._loop is None:
            raise RuntimeError("the writer was not started")
        self._round = asyncio.run_coroutine_threadsafe(self._collect(self._board.sign()), self._loop)
        self._round.add_done_callback(lambda done: self._calls.put(partial(self._end_round, done)))

    def _end_round(self, done: Future[Round]) -> None:
        self._round = None
        outcome = done.result()
        self._check_seen(outcome)
        if outcome.quorum:
            self._board.publish(outcome.note)
            self._published(outcome.cosigned)
        else:
            self._not_published(outcome)
        self._advance()

    def _check_seen(self, outcome: Round) -> None:
        """Compare with what contradicting witnesses showed; raise BoardError where this log must not go on."""
        for seen in outcome.seen:
            try:
                self._board.check_not_behind([seen.checkpoint])
            except BoardError:
                self._board.add_evidence("checkpoint", seen.note)
                raise

    def _published(self, cosigned: tuple[str, ...]) -> None:
        now = self._clock.monotonic()
        self._metrics.publish_seconds.observe(now - self._round_started)
        self._published_at, self._cosigned = now, cosigned
        self._answers.note_published()
        self._retry, self._not_before = FIRST_RETRY_SECONDS, 0.0
        if self._collect is not None:
            if self._witnessing is not Witnessing.QUORUM:
                self._journal.info("quorum", cosigned=cosigned, size=self._answers.published_size)
            self._witnessing, self._missing_since = Witnessing.QUORUM, None
        self._answer()

    def _not_published(self, outcome: Round) -> None:
        now = self._clock.monotonic()
        if self._missing_since is None:
            self._missing_since = now
            self._journal.error("no_quorum", cosigned=outcome.cosigned, size=outcome.checkpoint.size)
        self._witnessing, self._cosigned = Witnessing.MISSING, outcome.cosigned
        self._not_before = now + self._retry
        self._retry = min(2 * self._retry, LAST_RETRY_SECONDS)
        self._answer(promised_size=outcome.checkpoint.size)

    def _answer_late(self) -> None:
        """Promise to those who have waited as long as a round may take."""
        limit = self._clock.monotonic() - 2 * self._settings.witness_seconds
        if self._answers.is_late(limit):
            self._answer(late=limit)
        overdue = self._answers.overdue
        if overdue != self.view.overdue:
            if overdue > self.view.overdue:
                self._journal.error("promises_overdue", count=overdue)
            self.view = self._make_view()

    def _answer(self, *, promised_size: int = 0, late: float = float("-inf")) -> None:
        """Answer everybody about whom all is decided, or about whose statements a promise is due."""
        answered = self._answers.take(promised_size=promised_size, late=late)
        self.view = self._make_view()
        if answered:
            self._resolve(answered)

    def _resolve(self, answered: Answered) -> None:
        def resolve() -> None:
            for job, outcomes in answered:
                if not job.future.done():
                    job.future.set_result(outcomes)

        self._in_loop(resolve)

    def _refuse(self, batch: list[Job], error: EvoteError) -> None:
        self._journal.error("refused", code=error.code, statements=sum(len(job.postings) for job in batch))

        def resolve() -> None:
            for job in batch:
                if not job.future.done():
                    job.future.set_exception(error)

        self._in_loop(resolve)

    def _finish(self) -> None:
        """Give the last round its time, then answer everybody."""
        end = self._clock.monotonic() + 2 * self._settings.witness_seconds
        while not self._answers.is_empty and self._clock.monotonic() < end:
            if self._round is None and self._missing_since is not None:
                break
            self._calls.run_next(BUSY_SECONDS)
            self._advance()
        self._answer(late=float("inf"))
        self._calls.close(_STOPPING)

    def _fail(self, error: BaseException) -> None:
        """Stop: nobody knows what is on the disk, or this log must not go on at all."""
        self.failure = error
        code = error.code if isinstance(error, EvoteError) else type(error).__name__
        message = error.message if isinstance(error, EvoteError) else ""
        self._journal.error("stopped", code=code, message=message)
        stopped = BoardError("board.stopped", "the board has stopped and accepts nothing; its operator knows why")
        self._intake.mailbox.close(stopped)
        self._calls.close(stopped)
        jobs = self._answers.jobs + self._intake.abandon()
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
        view = LogView(
            origin=self._board.policy.logs[0].key.name,
            size=self._board.size,
            published_size=self._answers.published_size,
            published_at=self._published_at,
            witnessing=self._witnessing,
            missing_since=self._missing_since,
            cosigned=self._cosigned,
            promises=self._answers.promises,
            overdue=self._answers.overdue,
            stopped=stopped,
        )
        metrics = self._metrics
        metrics.size.set(view.size)
        metrics.published_size.set(view.published_size)
        metrics.promises.set(view.promises)
        metrics.overdue.set(view.overdue)
        metrics.quorum.set({Witnessing.NONE: -1, Witnessing.MISSING: 0, Witnessing.QUORUM: 1}[view.witnessing])
        return view


def _first_witnessing(board: Board, is_witnessed: bool) -> Witnessing:
    """Return what can be said of the witnesses before the first round: what the published checkpoint shows."""
    if not is_witnessed:
        return Witnessing.NONE
    try:
        open_witnessed(board.checkpoint, board.policy)
    except EvoteError:
        return Witnessing.MISSING
    return Witnessing.QUORUM


def _raise(error: BaseException) -> NoReturn:
    raise error
