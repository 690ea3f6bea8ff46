"""The thread that owns the board: it commits statements in batches, publishes them, and answers.

Spec: docs/http.md sections 3 to 5; C2SP tlog-checkpoint (nothing is signed that is not durable).

Idea: a batch is what arrives within a moment. One thread has it examined; this one commits it, signs the checkpoint of
everything committed and gives it to the witnesses, while the next batch is examined. When the quorum has answered, the
checkpoint is published and everybody under it gets a receipt; when it has not, everything that waits is promised, and
the next round covers more. So there is one commit a batch, one round at a time, and no statement waits for a witness
that is slow longer than a round may take.

Invariants: an answer with a receipt is given only for what a published checkpoint covers; one with an index only for
what is durable. What front ends have brought is promised like everything else. After a failure that leaves the disk in
doubt nothing more is accepted, and the process has to be started anew.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from functools import partial
from typing import Any, Final

from evote.board.board import Board
from evote.board.lease import RENEW_SECONDS
from evote.errors import BoardError, EvoteError
from evote.log.policy import open_witnessed
from evote.log.promise import Promise
from evote.serve.answers import Answers, final_without_quorum
from evote.serve.clock import Clock
from evote.serve.cosign import Round
from evote.serve.desk_thread import DeskThread
from evote.serve.examiner import Examiner
from evote.serve.intake import postings_of
from evote.serve.journal import Journal
from evote.serve.mailbox import Job
from evote.serve.metrics import Metrics
from evote.serve.outcome import LogView, Witnessing
from evote.serve.settings import Settings

# Asks the witnesses to cosign a note.
Collect = Callable[[bytes], Coroutine[Any, Any, Round]]

IDLE_SECONDS: Final = 1.0
BUSY_SECONDS: Final = 0.1  # how often what waits is looked at
FIRST_RETRY_SECONDS: Final = 0.5
LAST_RETRY_SECONDS: Final = 2.0


class Writer(DeskThread[Board]):
    """Runs the board."""

    def __init__(
        self,
        board: Board,
        examiner: Examiner,
        collect: Collect | None,
        *,
        settings: Settings,
        clock: Clock,
        metrics: Metrics,
        journal: Journal,
        is_shared: bool = False,
    ) -> None:
        """Take an open board and the rules it was opened with.

        `collect` asks the witnesses; None where the log has none. A shared board has a lease to renew, and takes what
        front ends have examined.
        """
        super().__init__("writer", board, examiner, settings=settings, clock=clock, metrics=metrics, journal=journal)
        self._collect = collect
        self._is_shared = is_shared
        self._renewed = float("-inf")
        self._taken = clock.monotonic()
        self._is_full = False
        self._answers = Answers(board)
        self._commits: deque[tuple[float, int]] = deque()  # when, and the log's size then, while it is not published
        self._round: Future[Round] | None = None
        self._round_started = 0.0
        self._retry = FIRST_RETRY_SECONDS
        self._not_before = 0.0
        self._published_at = clock.monotonic()
        self._witnessing = _first_witnessing(board, collect is not None)
        self._is_first_round = collect is not None
        self._missing_since: float | None = None
        self._cosigned: tuple[str, ...] = ()
        self._overdue = 0
        self._show()

    def promise_of(self, _leaf_hash: bytes, index: int) -> Promise:
        """Return the promise about an entry that is committed and not published; call it in the board's thread.

        Raise BoardError `board.no_quorum` for the statement that ends an election.
        """
        promises = self._board.promises
        promises.give_one(index, self._clock.now() + self._settings.promise_seconds)
        try:
            return promises.of([index])[index]
        except KeyError:
            raise final_without_quorum(index) from None

    @property
    def _pause(self) -> float:
        is_idle = self._answers.waiters.is_empty and self._round is None and not self._is_shared
        return IDLE_SECONDS if is_idle else BUSY_SECONDS

    @property
    def _jobs(self) -> list[Job]:
        return self._answers.waiters.jobs

    @property
    def _is_hopeful(self) -> bool:
        # Also about what front ends have brought; where the last round has failed, the next one will too.
        is_failing = self._round is None and self._missing_since is not None
        return self._board.size > self._board.published_size and not is_failing

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
            self._journal.error("refused", code=error.code, statements=len(postings))
            self._refuse(batch, error)
            return
        now = self._committed()
        self._metrics.batch_statements.observe(len(postings))
        self._metrics.batch_seconds.observe(now - started)
        self._answers.waiters.add(batch, tickets, now)
        self._intake.landed(batch, tickets)
        self._answer()

    def _attend(self) -> None:
        self._take_pending()
        self._advance()
        self._promise_late()

    def _take_pending(self) -> None:
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
            self._committed()
            self._metrics.batch_statements.observe(count)
            self._show()

    def _committed(self) -> float:
        """Take note of what is committed now; return the time (monotonic)."""
        now = self._clock.monotonic()
        if self._board.size > (self._commits[-1][1] if self._commits else self._board.published_size):
            self._commits.append((now, self._board.size))
        return now

    def _advance(self) -> None:
        """Begin the next round where there is something to publish, or the checkpoint has become old."""
        now = self._clock.monotonic()
        is_new = self._board.size > self._board.published_size
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
        size = self._board.published_size
        while self._commits and self._commits[0][1] <= size:
            self._commits.popleft()
        self._answers.note_published()
        self._retry, self._not_before = FIRST_RETRY_SECONDS, 0.0
        if self._collect is not None:
            if self._witnessing is not Witnessing.QUORUM:
                self._journal.info("quorum", cosigned=cosigned, size=size)
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
        self._promise(outcome.checkpoint.size)

    def _promise_late(self) -> None:
        """Promise what has waited as long as a round may take, and tell about promises that were not kept."""
        limit, size = self._clock.monotonic() - 2 * self._settings.witness_seconds, 0
        while self._commits and self._commits[0][0] < limit:
            size = self._commits.popleft()[1]
        if size:
            self._promise(size)
        overdue = self._board.promises.overdue(self._clock.now())
        if overdue > self._overdue:
            self._journal.error("promises_overdue", count=overdue)
        if overdue != self._overdue:
            self._overdue = overdue
            self._show()

    def _promise(self, size: int) -> None:
        """Promise the entries below a size, and answer those who wait for them."""
        self._board.promises.give(size, self._clock.now() + self._settings.promise_seconds)
        self._answer(size)

    def _answer(self, promised_size: int = 0) -> None:
        """Answer everybody about whom all is decided, or whose statements were promised."""
        answered = self._answers.take(promised_size)
        self._show()
        self._resolve(answered)

    def _answer_rest(self) -> None:
        self._promise(self._board.size)

    def _close(self) -> None:
        self._board.close()

    def _look(self, stopped: str = "") -> LogView:
        return LogView(
            origin=self._board.policy.logs[0].key.name,
            size=self._board.size,
            published_size=self._board.published_size,
            published_at=self._published_at,
            witnessing=self._witnessing,
            missing_since=self._missing_since,
            cosigned=self._cosigned,
            promises=self._board.promises.count,
            overdue=self._board.promises.overdue(self._clock.now()),
            stopped=stopped,
        )


def _first_witnessing(board: Board, is_witnessed: bool) -> Witnessing:
    """Return what can be said of the witnesses before the first round: what the published checkpoint shows."""
    if not is_witnessed:
        return Witnessing.NONE
    try:
        open_witnessed(board.checkpoint, board.policy)
    except EvoteError:
        return Witnessing.MISSING
    return Witnessing.QUORUM
