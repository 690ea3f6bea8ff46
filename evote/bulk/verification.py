"""Verifying many ballots in worker processes, in order.

Spec: docs/protocol.md section 8; the rows on ballots of section 12.

Idea: a ballot's signature, hashes, proofs and opening need only manifest and joint keys, so workers get those once, as
public bytes, and then payloads in and facts out. Recorded commitments let a whole chunk be verified in one combination.
What is false comes back as data and is raised where it belongs in the order of the log.

Invariants: verdicts are the same for any number of workers and stand in the order of the tasks; with one worker no
process is started. A worker that dies is an error of its own, never a verdict.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final

from evote.bulk.crew import Crew, ElectionBytes, Failure, worker_context
from evote.codec.payloads import decode_payload, encode_payload
from evote.election.ballot_batch import verify_ballots
from evote.election.ballot_check import BallotFacts
from evote.election.challenge import verify_opening
from evote.election.context import ElectionKeyContext
from evote.election.kinds import Kind, parse_kind
from evote.election.records import Ballot, ChallengedBallot, ElectionKeys
from evote.errors import EvoteError
from evote.log.statement import Statement, verify_statement

# Verified together: a larger batch is cheaper for each ballot, a smaller one sooner done and shared out. The first is
# for ballots that come one after another, the second for those that are there; 4096 take 80 MB.
CHUNK_BALLOTS: Final = 256
MAXIMUM_CHUNK_BALLOTS: Final = 4096
# Tables serve ballots without recorded commitments and openings: a fifth of the time of BULK_WINDOW_BITS to build, five
# per cent more for such a ballot.
WINDOW_BITS: Final = 10

Verdict = BallotFacts | EvoteError


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotTask:
    """A ballot statement with its payload; `commitments` are those recorded beside it, untrusted, empty if absent."""

    statement: Statement
    payload: bytes
    commitments: bytes = b""


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
        self._crew = Crew(election_bytes(context), workers, WINDOW_BITS)

    def submit(self, tasks: Sequence[BallotTask]) -> Callable[[], list[Verdict]]:
        """Start verifying and return a function that waits for the verdicts, one per task, in order.

        That function raises BoardError `bulk.worker_crashed`. With one worker the work is done when it is called.
        """
        if self.workers == 1:
            context, keep = self._context, self._keep_commitments
            return lambda: _verify_tasks(context, tasks, keep)
        wait = self._crew.submit(_verify_chunk, tuple(tasks), self._keep_commitments)
        return lambda: [each.error() if isinstance(each, Failure) else each for each in wait()]

    def verify(self, tasks: Sequence[BallotTask]) -> list[Verdict]:
        """Return the verdict on each task, in order; raise BoardError `bulk.worker_crashed`."""
        size = max(1, min(MAXIMUM_CHUNK_BALLOTS, -(-len(tasks) // self.workers)))
        chunks = [self.submit(tasks[i : i + size]) for i in range(0, len(tasks), size)]
        return [verdict for wait in chunks for verdict in wait()]

    def close(self) -> None:
        """End the worker processes; unfinished work is dropped."""
        self._crew.close()

    def __enter__(self) -> BulkVerifier:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._crew.__exit__(kind, value, traceback)


def election_bytes(context: ElectionKeyContext) -> ElectionBytes:
    """Return what a worker needs to know of an election."""
    keys = ElectionKeys(
        vote_key=context.vote_key,
        data_key=context.data_key,
        h_g=context.h_g,
        h_e=context.h_e,
        device_hash=context.device_hash,
        chaining_field=context.chaining_field,
    )
    return ElectionBytes(
        parameters=context.group.parameters,
        manifest=context.manifest_bytes,
        keys=encode_payload(Kind.KEYS, keys),
    )


def _verify_chunk(tasks: tuple[BallotTask, ...], keep_commitments: bool) -> list[BallotFacts | Failure]:
    verdicts = _verify_tasks(worker_context(), tasks, keep_commitments)
    return [Failure.of(verdict) if isinstance(verdict, EvoteError) else verdict for verdict in verdicts]


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
