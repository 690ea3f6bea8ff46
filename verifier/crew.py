"""Spreading tasks over an executor, whichever it is: this process, a pool of processes, a cluster.

*Idea*: Tasks are small (numbers of entries, not their content); results are ledgers, partial sums and digests. A
bounded number of tasks is under way, so memory does not grow with the record.

*Invariants*: Results come in no promised order. A task that gives no result, or something that can't be one, raises
``Unavailable``, whatever became of its worker; nothing that it was to check can pass.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

from verifier.answers import flaw_of
from verifier.errors import Unavailable
from verifier.job import Job
from verifier.worker import Answer, Task, answer_task, prepare

P = ParamSpec("P")
T = TypeVar("T")
# tasks that each worker may have before it
WAITING = 3
LOOK_SECONDS = 0.5


class Hands(Protocol):
    """Who does the work: an executor for one job, and what is known about it."""

    @property
    def executor(self) -> Executor:
        """Return what runs tasks."""

    # how many tasks may wait for their result
    at_once: int
    # what stands for the job in a task: the job, something that becomes it on the way, or None where workers have it
    sent: Any

    def done(self) -> int | None:
        """Return how many entries were done so far, None where only finished ranges are counted."""

    def look(self) -> None:
        """Raise Unavailable where no result is to be hoped for any more."""

    def reason(self, error: BaseException) -> str:
        """Return why a task has no result, empty where the error is one of the program."""


def common_reason(error: BaseException) -> str:
    """Return why a task has no result, as far as it may happen with any executor."""
    if isinstance(error, Unavailable):
        return str(error)
    if isinstance(error, BrokenExecutor):
        return "a worker process died"
    if isinstance(error, MemoryError):
        return "a worker is out of memory"
    if isinstance(error, CancelledError):
        return "a task was cancelled"
    return f"a worker: {error}" if isinstance(error, OSError) else ""


class Borrowed:
    """An executor that somebody else made; every task brings the job along."""

    def __init__(self, executor: Executor, job: Job, workers: int) -> None:
        self.executor, self.at_once = executor, WAITING * workers
        self.sent: Any = job

    def done(self) -> int | None:
        """Return None: nothing is counted but finished ranges."""
        return None

    def look(self) -> None:
        """Do nothing: who made the executor looks after it."""

    def reason(self, error: BaseException) -> str:
        """Return the common reasons."""
        return common_reason(error)


class _Here(Executor):
    """Runs a task where it is asked to."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a function and return its result as a future."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - 2026-11-22: it is the future that raises
            future.set_exception(error)
        return future


class InProcess(Borrowed):
    """Does the work in this process, one task at a time."""

    def __init__(self, job: Job) -> None:
        super().__init__(_Here(), job, 1)
        self.at_once = 1


@dataclass(frozen=True, slots=True)
class _Asked(Generic[T]):
    """A task that was handed out, and the number that its answer must bear."""

    number: int
    task: Task[T]


class Crew:
    """Workers for one job."""

    def __init__(self, hands: Hands, job: Job) -> None:
        self._hands, self._digest = hands, job.digest()
        self._counted = self._numbers = 0
        # whether whoever takes results must count entries
        self.counts_ranges = hands.done() is None and not isinstance(hands, InProcess)

    def run(
        self, tasks: Iterator[Task[T]], take: Callable[[Task[T], T], Task[T] | None], advance: Callable[[int], None]
    ) -> None:
        """Have every task done; ``take`` gets each with its result, and may return what is left to do of it.

        ``advance`` is called with the entries that were done in the meantime. Raise Unavailable where a task has no
        result; tasks that are not begun then never are.
        """
        waiting: dict[Future[Answer[T]], _Asked[T]] = {}
        # for the tasks that are done in this thread
        prepare(None, advance)
        try:
            following = next(tasks, None)
            while waiting or following is not None:
                while following is not None and len(waiting) < self._hands.at_once:
                    self._submit(following, waiting)
                    following = next(tasks, None)
                for future in self._finished(waiting, advance):
                    asked = waiting.pop(future)
                    rest = take(asked.task, self._checked(asked, self._result(future)))
                    if rest is not None:
                        self._submit(rest, waiting)
        finally:
            for future in waiting:
                future.cancel()

    def _submit(self, task: Task[T], waiting: dict[Future[Answer[T]], _Asked[T]]) -> None:
        self._hands.look()
        self._numbers += 1
        try:
            future = self._hands.executor.submit(answer_task, self._numbers, self._digest, self._hands.sent, task)
        except (BrokenExecutor, OSError) as error:
            raise Unavailable(self._hands.reason(error)) from error
        waiting[future] = _Asked(self._numbers, task)

    def _checked(self, asked: _Asked[T], answer: Answer[T]) -> T:
        """Return the result in an answer that can be one to what was asked."""
        if not isinstance(answer, Answer) or (answer.number, answer.digest) != (asked.number, self._digest):
            raise Unavailable("a worker answers another task")
        if flaw := flaw_of(asked.task, answer.result):
            raise Unavailable(f"a worker's answer does not fit its task: {flaw}")
        return answer.result

    def _finished(self, waiting: Mapping[Future[T], Any], advance: Callable[[int], None]) -> set[Future[T]]:
        finished: set[Future[T]] = set()
        while not finished:
            finished, _ = wait(waiting, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            done = self._hands.done()
            if done is not None:
                advance(done - self._counted)
                self._counted = done
            if not finished:
                self._hands.look()
        return finished

    def _result(self, future: Future[T]) -> T:
        try:
            error = future.exception()
        except CancelledError as cancelled:
            error = cancelled
        if error is None:
            return future.result()
        reason = self._hands.reason(error)
        if not reason and isinstance(error, Exception):
            raise error
        # a worker that wants to exit or was interrupted must not make this program do so
        raise Unavailable(reason or f"a worker has stopped: {type(error).__name__}") from error
