"""Worker processes on this machine: started when the first task comes, and never left behind.

*Idea*: Processes are spawned, never forked: they share nothing that could be half-copied. All of them add to one
counter what they have done of their tasks, which is all that a progress line needs.

*Invariants*: No process outlives its use: on an error or interrupt they are terminated, and if this process is killed
they end by themselves.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import Synchronized
from typing import Any, ParamSpec, TypeVar

from verifier.crew import WAITING, common_reason
from verifier.job import Job
from verifier.worker import prepare

P = ParamSpec("P")
T = TypeVar("T")

JOIN_SECONDS = 5.0


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _start(job: Job, counter: "Synchronized[int]") -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()

    def advance(count: int) -> None:
        with counter.get_lock():
            counter.value += count

    prepare(job, advance)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Hold Ctrl-C back; processes that are started meanwhile never see it, not even before they can ignore it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Pool(ProcessPoolExecutor):
    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Submit, and start processes where they are needed."""
        with _no_interrupt():
            return super().submit(fn, *args, **kwargs)


class Processes:
    """Hands of a crew on this machine."""

    def __init__(self, job: Job, workers: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._others = set(multiprocessing.active_children())
        self._counter: Synchronized[int] = context.Value("q", 0)
        self.executor = _Pool(
            max_workers=workers, mp_context=context, initializer=_start, initargs=(job, self._counter)
        )
        self.sent: Any = None
        self.at_once = WAITING * workers

    def done(self) -> int | None:
        """Return how many entries all processes have done."""
        return int(self._counter.value)

    def look(self) -> None:
        """Do nothing: the pool notices when a process dies."""

    def reason(self, error: BaseException) -> str:
        """Return the common reasons."""
        return common_reason(error)

    def end(self, *, soon: bool) -> None:
        """End all processes; ``soon`` says not to wait for what they are doing."""
        children: list[BaseProcess] = [p for p in multiprocessing.active_children() if p not in self._others]
        self.executor.shutdown(wait=False, cancel_futures=True)
        for stop in (BaseProcess.terminate, BaseProcess.kill):
            if not soon:
                _join(children)
            for child in children:
                if child.is_alive():
                    stop(child)
            soon = False
        _join(children)


def _join(children: list[BaseProcess]) -> None:
    deadline = time.monotonic() + JOIN_SECONDS
    for child in children:
        child.join(max(deadline - time.monotonic(), 0.0))


@contextmanager
def processes(job: Job, workers: int) -> Iterator[Processes]:
    """Lend worker processes."""
    hands = Processes(job, workers)
    soon = True
    try:
        yield hands
        soon = False
    finally:
        hands.end(soon=soon)
