"""Spreading work over processes: a crew of workers that each hold their own record, tables and database connection.

*Idea*: Tasks are small (numbers of bundles, not their content); results are ledgers, partial sums and digests.
A bounded number of tasks is under way, so memory does not grow with the record. Processes are spawned, never
forked: they share nothing that could be half-copied.

Workers add to one shared counter what they have done of their tasks, which is all that a progress line needs.

*Invariants*: Results come in no promised order. A worker that dies raises ``Unavailable``; nothing it was to
check can pass.
"""

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.sharedctypes import Synchronized
from typing import Protocol, TypeVar

from verifier.errors import Unavailable
from verifier.worker import Worker, WorkerContext

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")

LOOK_SECONDS = 0.5


class Task(Protocol[T_co]):
    """Work for one worker; it and its result are picklable."""

    def run(self, worker: Worker) -> T_co:
        """Do the work."""


_worker: Worker | None = None


def _start(context: WorkerContext, counter: "Synchronized[int]") -> None:
    global _worker  # noqa: PLW0603 - 2026-11-22: a process pool hands its initializer no other place
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker = Worker(context)

    def advance(count: int) -> None:
        with counter.get_lock():
            counter.value += count

    _worker.advance = advance


def _run(task: Task[T]) -> T:
    if _worker is None:
        raise RuntimeError("worker process without a worker")
    return task.run(_worker)


def _nothing(_: int) -> None:
    """Show no progress."""


class Crew:
    """Workers for one verification; use as a context manager."""

    def __init__(self, context: WorkerContext, workers: int) -> None:
        self._context, self._workers = context, workers
        self._local: Worker | None = None
        self._pool: ProcessPoolExecutor | None = None
        self._counter: Synchronized[int] | None = None
        self._counted = 0

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=kind is None, cancel_futures=True)
            if kind is not None:
                for process in multiprocessing.active_children():
                    process.terminate()

    def map(self, tasks: Iterable[Task[T]], count: int, advance: Callable[[int], None] = _nothing) -> Iterator[T]:
        """Yield the result of every task; ``count`` tells whether processes are worth starting.

        ``advance`` is called with what workers have done in the meantime.
        """
        if self._workers == 1 or count <= 1:
            if self._local is None:
                self._local = Worker(self._context)
            self._local.advance = advance
            for task in tasks:
                yield task.run(self._local)
            return
        if self._pool is None:
            processes = multiprocessing.get_context("spawn")
            self._counter = processes.Value("q", 0)
            self._pool = ProcessPoolExecutor(
                max_workers=self._workers,
                mp_context=processes,
                initializer=_start,
                initargs=(self._context, self._counter),
            )
        try:
            yield from self._spread(self._pool, tasks, advance)
        except BrokenProcessPool:
            raise Unavailable("a worker process died") from None

    def _spread(
        self, pool: ProcessPoolExecutor, tasks: Iterable[Task[T]], advance: Callable[[int], None]
    ) -> Iterator[T]:
        waiting: set[Future[T]] = set()
        for task in tasks:
            waiting.add(pool.submit(_run, task))
            while len(waiting) >= 3 * self._workers:
                done, waiting = self._wait(waiting, advance)
                for future in done:
                    yield future.result()
        while waiting:
            done, waiting = self._wait(waiting, advance)
            for future in done:
                yield future.result()

    def _wait(self, waiting: set[Future[T]], advance: Callable[[int], None]) -> tuple[set[Future[T]], set[Future[T]]]:
        done, left = wait(waiting, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
        if self._counter is not None:
            counted = self._counter.value
            advance(counted - self._counted)
            self._counted = counted
        return done, left
