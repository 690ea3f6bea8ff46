"""The thread behind a desk: it is given batches and questions, and whoever waits for it is answered.

Spec: docs/http.md sections 1 and 3.

Idea: statements come through the mailbox and are examined in batches ahead of this thread, questions come as calls. It
runs them one by one, and between two of them attends to what is due. What it does with a batch, and what is due, is
said by who serves a board (`writer`) or a front end (`front_writer`).

Invariants: only this thread touches the board. Whatever ends it ends the server: nothing more is accepted then, and
everybody who waits is told.
"""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Final, Generic, NoReturn, TypeVar

from evote.board.admission import Posting
from evote.errors import BoardError, EvoteError
from evote.serve.clock import Clock
from evote.serve.examiner import Examiner
from evote.serve.intake import Intake
from evote.serve.journal import Journal
from evote.serve.mailbox import Calls, Job
from evote.serve.metrics import Metrics
from evote.serve.outcome import LogView, Outcome, Witnessing
from evote.serve.settings import Settings
from evote.serve.waiters import Answered

B = TypeVar("B")
T = TypeVar("T")

_STOPPING: Final = BoardError("board.stopping", "the board is being stopped")
_QUORUM_VALUES: Final = {Witnessing.NONE: -1, Witnessing.MISSING: 0, Witnessing.QUORUM: 1}


class DeskThread(ABC, Generic[B]):
    """Runs a board or a front end; `submit` and `call` may be awaited from one event loop, `view` read from anywhere.

    A subclass sets `view` when it is made, and from then on whenever something has changed.
    """

    view: LogView

    def __init__(
        self,
        name: str,
        board: B,
        examiner: Examiner,
        *,
        settings: Settings,
        clock: Clock,
        metrics: Metrics,
        journal: Journal,
    ) -> None:
        """Take an open board and the rules it was opened with; the thread, which closes it, does not run yet."""
        self.failure: BaseException | None = None
        self._board = board
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._journal = journal
        self._intake = Intake(examiner, settings, clock, metrics)
        self._calls = Calls()
        self._thread = threading.Thread(target=self._run, name=name)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._on_failure: Callable[[], None] = lambda: None
        self._is_ending = False

    def start(self, loop: asyncio.AbstractEventLoop, on_failure: Callable[[], None]) -> None:
        """Start the thread; `on_failure()` is called in `loop` when it can't go on."""
        self._loop = loop
        self._on_failure = on_failure
        self._thread.start()
        self._intake.start(
            hand_on=lambda batch: self._calls.put(partial(self._work, batch)),
            on_error=lambda error: self._calls.put(partial(_raise, error)),
            on_end=lambda: self._calls.put(self._end),
        )

    async def stop(self) -> None:
        """Finish what was submitted, answer everybody, and close the board."""
        self._intake.mailbox.close(_STOPPING)
        await asyncio.to_thread(self._thread.join)

    def abandon(self, seconds: float) -> None:
        """End the thread although nobody waits for it any more; for a server that was interrupted."""
        self._intake.mailbox.close(_STOPPING)
        if self._thread.ident is None:
            self._close()
        else:
            self._thread.join(seconds)

    @property
    def waiting(self) -> int:
        """The number of statements that wait for the thread."""
        return self._intake.mailbox.statements

    async def submit(self, postings: Sequence[Posting]) -> list[Outcome]:
        """Return what became of each posting, in order.

        Raise BoardError `board.busy` where too much waits, `board.stopped` where nothing more is accepted.
        """
        job = Job(postings=tuple(postings), future=asyncio.get_running_loop().create_future())
        self._intake.mailbox.post(job)
        self._metrics.pool.set(self.waiting)
        return await job.future

    async def call(self, function: Callable[[B], T]) -> T:
        """Return what a function of the board returns, called in the thread between two batches."""
        result: Future[T] = Future()

        def run() -> None:
            try:
                result.set_result(function(self._board))
            except Exception as error:  # noqa: BLE001 2026-11-22: it is raised again where it belongs, in the caller
                result.set_exception(error)

        self._calls.put(run, result)
        return await asyncio.wrap_future(result)

    @property
    @abstractmethod
    def _pause(self) -> float:
        """How many seconds may pass until `_attend` is called again where nothing comes in."""

    @property
    @abstractmethod
    def _jobs(self) -> list[Job]:
        """Who waits for an answer about what the board has seen."""

    @property
    @abstractmethod
    def _is_hopeful(self) -> bool:
        """Whether somebody waits who may be answered better in a moment than now."""

    @abstractmethod
    def _work(self, batch: list[Job]) -> None:
        """Take an examined batch."""

    @abstractmethod
    def _attend(self) -> None:
        """Do what is due."""

    @abstractmethod
    def _answer_rest(self) -> None:
        """Answer everybody who still waits."""

    @abstractmethod
    def _close(self) -> None:
        """Close the board."""

    @abstractmethod
    def _look(self, stopped: str = "") -> LogView:
        """Return how the log stands; `stopped` is why nothing more is accepted."""

    def _run(self) -> None:
        try:
            while not self._is_ending:
                self._attend()
                self._calls.run_next(self._pause)
            end = self._clock.monotonic() + 2 * self._settings.witness_seconds
            self._attend()
            while self._is_hopeful and self._clock.monotonic() < end:
                self._calls.run_next(self._pause)
                self._attend()
            self._answer_rest()
            self._calls.close(_STOPPING)
        except BaseException as error:  # noqa: BLE001 2026-11-22: whatever ends this thread ends the server
            self._fail(error)
        finally:
            self._close()

    def _end(self) -> None:
        self._is_ending = True

    def _show(self, stopped: str = "") -> None:
        """Let everybody see how the log stands."""
        self.view = view = self._look(stopped)
        self._metrics.size.set(view.size)
        self._metrics.published_size.set(view.published_size)
        self._metrics.promises.set(view.promises)
        self._metrics.overdue.set(view.overdue)
        self._metrics.quorum.set(_QUORUM_VALUES[view.witnessing])

    def _resolve(self, answered: Answered) -> None:
        """Hand answers to those who wait for them."""
        for _, outcomes in answered:
            for outcome in outcomes:
                self._count(outcome)

        def resolve() -> None:
            for job, outcomes in answered:
                if not job.future.done():
                    job.future.set_result(outcomes)

        if answered:
            self._in_loop(resolve)

    def _refuse(self, jobs: list[Job], error: BoardError) -> None:
        """Tell those who wait why there is no answer."""

        def resolve() -> None:
            for job in jobs:
                if not job.future.done():
                    job.future.set_exception(error)

        self._in_loop(resolve)

    def _count(self, outcome: Outcome) -> None:
        kind = "promised" if outcome.promise is not None else "published"
        self._metrics.statements.labels("refused" if outcome.refusal is not None else kind).inc()
        if outcome.refusal is not None:
            self._metrics.refusals.labels(outcome.refusal.code).inc()

    def _fail(self, error: BaseException) -> None:
        """Stop: nobody knows what is on the disk, or this log must not go on at all."""
        self.failure = error
        code = error.code if isinstance(error, EvoteError) else type(error).__name__
        message = error.message if isinstance(error, EvoteError) else ""
        self._journal.error("stopped", code=code, message=message)
        stopped = BoardError("board.stopped", "the server has stopped and accepts nothing; its operator knows why")
        self._intake.mailbox.close(stopped)
        self._calls.close(stopped)
        self._show(stopped=code)
        self._refuse(self._jobs + self._intake.abandon(), stopped)
        self._in_loop(self._on_failure)

    def _in_loop(self, function: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function)


def _raise(error: BaseException) -> NoReturn:
    raise error
