"""Verifying many ballots in worker processes, in order.

Spec: docs/protocol.md section 8; the rows on ballots of section 12.

Idea: a ballot's signature, hashes, proofs and opening need only manifest and joint keys, so workers get those once, as
public bytes, and then payloads in and facts out. Recorded commitments let a whole chunk be verified in one combination.
What is false comes back as data and is raised where it belongs in the order of the log.

Invariants: verdicts are the same for any number of workers and stand in the order of the tasks; with one worker no
process is started. A worker that dies is an error of its own, never a verdict.
"""

from __future__ import annotations

import multiprocessing
import os
import secrets
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from types import TracebackType
from typing import Final

from evote.codec.payloads import decode_payload, encode_payload
from evote.core.fixed_base import BULK_WINDOW_BITS
from evote.core.group import Group
from evote.core.parameters import GroupParameters
from evote.election.ballot_batch import verify_ballots
from evote.election.ballot_check import BallotFacts
from evote.election.challenge import verify_opening
from evote.election.context import ElectionKeyContext, make_context, with_keys
from evote.election.kinds import Kind, parse_kind
from evote.election.manifest import Manifest
from evote.election.records import Ballot, ChallengedBallot, ElectionKeys
from evote.errors import (
    BoardError,
    ConfigurationError,
    EncodingError,
    EvoteError,
    PolicyError,
    ProtocolError,
    VerificationError,
)
from evote.log.statement import Statement, verify_statement

# Verified together: large enough for the batch to pay, small enough to share the work out and to wait for.
CHUNK_BALLOTS: Final = 256

Verdict = BallotFacts | EvoteError


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotTask:
    """A ballot statement with its payload; `commitments` are those recorded beside it, untrusted, empty if absent."""

    statement: Statement
    payload: bytes
    commitments: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """An EvoteError as plain data, since exceptions with arguments of their own don't cross processes."""

    error_class: str
    code: str
    message: str


_ERROR_CLASSES: Final[dict[str, type[EvoteError]]] = {
    kind.__name__: kind
    for kind in (EncodingError, VerificationError, ProtocolError, PolicyError, ConfigurationError, EvoteError)
}


def verify_ballot_statement(
    context: ElectionKeyContext, task: BallotTask, *, keep_commitments: bool = False
) -> BallotFacts:
    """Verify signature, payload hash, encoding, proofs and, for a challenged ballot, the opening.

    Not checked: everything that needs the state (`admission`). Raise EncodingError, VerificationError as
    `verify_statement`, `decode_payload`, `verify_ballot` and `verify_opening`; TypeError for a kind that is no ballot.
    """
    (verdict,) = _verify_tasks(context, [task], keep_commitments)
    if isinstance(verdict, EvoteError):
        raise verdict
    return verdict


class BulkVerifier:
    """Verifies the ballots of one election; a context manager, because it may hold processes."""

    def __init__(self, context: ElectionKeyContext, workers: int, *, keep_commitments: bool = False) -> None:
        """Prepare for `workers` >= 1 processes, which start with the first task; 1 means this process alone."""
        if workers < 1:
            raise ValueError(f"{workers} workers can't verify anything")
        self.workers = workers
        self._context = context
        self._keep_commitments = keep_commitments
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, tasks: Sequence[BallotTask]) -> Callable[[], list[Verdict]]:
        """Start verifying and return a function that waits for the verdicts, one per task, in order.

        That function raises BoardError `bulk.worker_crashed`. With one worker the work is done when it is called.
        """
        if self.workers == 1:
            context, keep = self._context, self._keep_commitments
            return lambda: _verify_tasks(context, tasks, keep)
        try:
            future: Future[list[BallotFacts | _Failure]] = self._started().submit(_verify_chunk, tuple(tasks))
        except BrokenProcessPool as error:
            raise _crashed() from error
        return lambda: _wait(future)

    def verify(self, tasks: Sequence[BallotTask]) -> list[Verdict]:
        """Return the verdict on each task, in order; raise BoardError `bulk.worker_crashed`."""
        size = max(1, min(CHUNK_BALLOTS, -(-len(tasks) // self.workers)))
        chunks = [self.submit(tasks[i : i + size]) for i in range(0, len(tasks), size)]
        return [verdict for wait in chunks for verdict in wait()]

    def close(self) -> None:
        """End the worker processes; unfinished work is dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def __enter__(self) -> BulkVerifier:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            keys = ElectionKeys(
                vote_key=self._context.vote_key,
                data_key=self._context.data_key,
                h_g=self._context.h_g,
                h_e=self._context.h_e,
                device_hash=self._context.device_hash,
                chaining_field=self._context.chaining_field,
            )
            self._pool = ProcessPoolExecutor(
                self.workers,
                # A forked copy of a process with threads may stand still; a spawned one knows nothing of us.
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_start_worker,
                initargs=(
                    self._context.group.parameters,
                    self._context.manifest_bytes,
                    encode_payload(Kind.KEYS, keys),
                    self._keep_commitments,
                ),
            )
        return self._pool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worker:
    context: ElectionKeyContext
    keep_commitments: bool


# Set once by the initializer of a worker process, and only there.
_WORKER: list[_Worker] = []


def _start_worker(
    parameters: GroupParameters, manifest_bytes: bytes, keys_bytes: bytes, keep_commitments: bool
) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    group = Group(parameters)
    manifest = decode_payload(Kind.MANIFEST, manifest_bytes, group)
    keys = decode_payload(Kind.KEYS, keys_bytes, group)
    if not isinstance(manifest, Manifest) or not isinstance(keys, ElectionKeys):
        raise TypeError("a worker needs the payloads of election.manifest and election.keys")
    context = with_keys(make_context(group, manifest, manifest_bytes), keys, BULK_WINDOW_BITS)
    _WORKER[:] = [_Worker(context=context, keep_commitments=keep_commitments)]


def _end_with_parent() -> None:
    """Leave nothing behind where the process that started this one was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _verify_chunk(tasks: tuple[BallotTask, ...]) -> list[BallotFacts | _Failure]:
    worker = _WORKER[0]
    return [
        _Failure(error_class=type(verdict).__name__, code=verdict.code, message=verdict.message)
        if isinstance(verdict, EvoteError)
        else verdict
        for verdict in _verify_tasks(worker.context, tasks, worker.keep_commitments)
    ]


def _verify_tasks(context: ElectionKeyContext, tasks: Sequence[BallotTask], keep_commitments: bool) -> list[Verdict]:
    """Return the verdict on each task; the proofs of all whose commitments are recorded are verified together."""
    read = [_read(context, task) for task in tasks]
    ballots = [
        (record.ballot if isinstance(record, ChallengedBallot) else record, task.statement.author, task.commitments)
        for task, record in zip(tasks, read, strict=True)
        if not isinstance(record, EvoteError)
    ]
    proved = iter(verify_ballots(context, ballots, secrets.token_bytes, keep_commitments=keep_commitments))
    return [record if isinstance(record, EvoteError) else _opened(context, record, next(proved)) for record in read]


def _read(context: ElectionKeyContext, task: BallotTask) -> Ballot | ChallengedBallot | EvoteError:
    """Verify signature and payload hash and decode; return the error that this raised."""
    try:
        verify_statement(task.statement, task.payload)
        record = decode_payload(parse_kind(task.statement.kind), task.payload, context.group)
    except EvoteError as error:
        return error
    if not isinstance(record, Ballot | ChallengedBallot):
        raise TypeError(f"{task.statement.kind} is no ballot")
    return record


def _opened(context: ElectionKeyContext, record: Ballot | ChallengedBallot, verdict: Verdict) -> Verdict:
    """Return the verdict on a ballot's proofs, or on its opening where it is challenged and the proofs hold."""
    if isinstance(record, ChallengedBallot) and isinstance(verdict, BallotFacts):
        try:
            verify_opening(context, record)
        except EvoteError as error:
            return error
    return verdict


def _wait(future: Future[list[BallotFacts | _Failure]]) -> list[Verdict]:
    try:
        return [_restore(outcome) for outcome in future.result()]
    except BrokenProcessPool as error:
        raise _crashed() from error


def _restore(outcome: BallotFacts | _Failure) -> Verdict:
    if isinstance(outcome, BallotFacts):
        return outcome
    return _ERROR_CLASSES.get(outcome.error_class, EvoteError)(outcome.code, outcome.message)


def _crashed() -> BoardError:
    return BoardError(
        "bulk.worker_crashed",
        "a process that verifies ballots ended before its work was done, most likely for lack of memory; "
        "nothing was decided, try again with fewer workers",
    )
