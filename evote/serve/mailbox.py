"""What waits for the board: statements up to a bound, and calls for the thread that owns it.

Idea: statements are taken in batches: the oldest one opens a window of time, and the batch is what has arrived when it
closes, or as many as fit. Calls (a batch to commit, an answer of the witnesses, a question) are run one by one by the
thread that owns the board.

Invariants: the number and the bytes of waiting statements are bounded; after `close` nothing comes in, and whoever
waits for an answer gets one.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from evote.board.admission import Posting
from evote.errors import BoardError
from evote.serve.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Statements that were submitted together, and where the answer goes; `arrived` is a monotonic time."""

    postings: tuple[Posting, ...]
    future: asyncio.Future[list[Outcome]]
    arrived: float = field(default_factory=time.monotonic)

    @property
    def byte_count(self) -> int:
        """The memory that the postings take, about."""
        return sum(len(one.statement) + len(one.payload) + len(one.commitments) for one in self.postings)


class Mailbox:
    """Jobs that wait, in the order of their arrival; for any thread."""

    def __init__(self, maximum_statements: int, maximum_bytes: int) -> None:
        """Begin empty and open."""
        self._maximum_statements = maximum_statements
        self._maximum_bytes = maximum_bytes
        self._condition = threading.Condition()
        self._jobs: deque[Job] = deque()
        self._bytes = 0
        self._refusal: BoardError | None = None
        self.statements = 0

    @property
    def is_finished(self) -> bool:
        """Whether the mailbox was closed and every job has been taken."""
        with self._condition:
            return self._refusal is not None and not self._jobs

    def post(self, job: Job) -> None:
        """Put a job; raise BoardError `board.busy`, or why nothing comes in any more."""
        with self._condition:
            if self._refusal is not None:
                raise self._refusal
            count, size = self.statements + len(job.postings), self._bytes + job.byte_count
            if count > self._maximum_statements or size > self._maximum_bytes:
                raise BoardError("board.busy", f"{self.statements} statements wait already; try again in a moment")
            self._jobs.append(job)
            self.statements, self._bytes = count, size
            self._condition.notify()

    def close(self, refusal: BoardError) -> None:
        """Let nothing more in; what is there will still be taken."""
        with self._condition:
            self._refusal = self._refusal or refusal
            self._condition.notify()

    def take_all(self) -> list[Job]:
        """Return everything that waits."""
        with self._condition:
            return [self._take() for _ in range(len(self._jobs))]

    def next_batch(self, maximum: int, window_seconds: float) -> list[Job]:
        """Return jobs of at most `maximum` statements (or one larger job), waiting for the first as long as it takes.

        Empty where the mailbox was closed and nothing is left.
        """
        batch: list[Job] = []
        count = 0
        with self._condition:
            while True:
                while self._jobs and (not batch or count + len(self._jobs[0].postings) <= maximum):
                    batch.append(self._take())
                    count += len(batch[-1].postings)
                left = batch[0].arrived + window_seconds - time.monotonic() if batch else None
                if self._jobs or count >= maximum or self._refusal is not None or (left is not None and left <= 0):
                    return batch
                self._condition.wait(left)

    def _take(self) -> Job:
        job = self._jobs.popleft()
        self.statements -= len(job.postings)
        self._bytes -= job.byte_count
        return job


class Calls:
    """Functions that one thread runs, in the order in which any thread has put them."""

    def __init__(self) -> None:
        """Begin empty and open."""
        self._condition = threading.Condition()
        self._waiting: deque[tuple[Callable[[], None], Future[Any] | None]] = deque()
        self._refusal: BoardError | None = None

    def put(self, function: Callable[[], None], future: Future[Any] | None = None) -> None:
        """Let a function run; where nothing runs any more, `future`, if given, has the reason as its exception."""
        with self._condition:
            if self._refusal is None:
                self._waiting.append((function, future))
                self._condition.notify()
                return
        if future is not None:
            future.set_exception(self._refusal)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits to be run."""
        return not self._waiting

    def run_next(self, seconds: float) -> None:
        """Run the next function, waiting for it at most so long."""
        with self._condition:
            if not self._waiting:
                self._condition.wait(seconds)
            function = self._waiting.popleft()[0] if self._waiting else None
        if function is not None:
            function()

    def close(self, refusal: BoardError) -> None:
        """Run nothing more; whoever waits is told why."""
        with self._condition:
            self._refusal = refusal
            forgotten = list(self._waiting)
            self._waiting.clear()
        for _, future in forgotten:
            if future is not None and not future.done():
                future.set_exception(refusal)
