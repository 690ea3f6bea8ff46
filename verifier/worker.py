"""A worker: what one thread of a process holds for one job, and the function that an executor runs.

*Idea*: ``run_task`` is a pure function of job and task, so any executor will do: threads, processes, a cluster. What it
keeps between tasks (an open record, tables of powers) only saves time. A process that was started for one job gets it
at its start, and others get it with the task.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from verifier.checks.ballots import BallotChecker, BallotKeys
from verifier.errors import Unavailable, UsageError
from verifier.job import Job
from verifier.program import identity
from verifier.reader import open_record

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


def _nothing(_: int) -> None:
    """Show no progress."""


class Worker:
    """Record and tables of one job; ``advance`` is called with the number of entries that were done."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.advance: Callable[[int], None] = _nothing
        try:
            self.record = open_record(job.record)
        except UsageError as error:
            raise Unavailable(f"a worker can't open the record: {error}") from None

    @cached_property
    def checker(self) -> BallotChecker | None:
        """Return the judge of ballots, None where manifest or keys are unknown."""
        keys, manifest = self.job.keys, self.job.manifest
        if keys is None or manifest is None:
            return None
        ballot_keys = BallotKeys(h_e=keys.h_e, b_c=keys.b_c, vote_key=keys.vote_key)
        return BallotChecker(manifest, ballot_keys, self.job.digests, self.job.window)


class Task(Protocol[T_co]):
    """Work for one worker; it and its result are picklable."""

    def run(self, worker: Worker) -> T_co:
        """Do the work."""


class _Desk(threading.local):
    """What a thread keeps: the worker of its last job, the job it was started for, whom to tell about progress."""

    worker: Worker | None = None
    digest: bytes = b""
    job: Job | None = None
    advance: Callable[[int], None] = staticmethod(_nothing)


_desk = _Desk()


def prepare(job: Job | None, advance: Callable[[int], None]) -> None:
    """Tell this thread about a job to come, and whom to tell about progress."""
    _desk.job, _desk.advance = job, advance


def dismiss() -> None:
    """Forget this thread's worker and what it was told."""
    _desk.worker = None
    prepare(None, _nothing)


def run_task(digest: bytes, job: Job | None, task: Task[T]) -> T:
    """Do a task of the job with this digest; ``job`` is None where the process was started for it."""
    if _desk.worker is None or _desk.digest != digest:
        _desk.worker = None
        if job is not None and job.program != identity():
            raise Unavailable(f"a worker runs the verifier {identity()}, the others {job.program}")
        job = job or _desk.job
        if job is None or job.digest() != digest:
            raise Unavailable("a worker was not sent its job")
        _desk.worker, _desk.digest = Worker(job), digest
    _desk.worker.advance = _desk.advance
    return task.run(_desk.worker)


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """The result of a task, with the number under which it was asked for and the digest of its job."""

    number: int
    digest: bytes
    result: T


def answer_task(number: int, digest: bytes, job: Job | None, task: Task[T]) -> Answer[T]:
    """Do a task and say which one it was, so that no executor can mix up answers unnoticed."""
    return Answer(number, digest, run_task(digest, job, task))
