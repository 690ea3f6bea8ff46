"""Replaying a log: from entries and payloads to the state of one election, or to the first entry that can't be.

Spec: docs/protocol.md sections 3 and 4.

Idea: entry by entry: decode, verify signature and payload hash, verify proofs, apply the admission rule. The board does
it at start, a trustee before decrypting, and both by this code. Ballots are verified in bulk while the log is read on,
and admitted in their order.

Invariants: a state is handed out only if every entry of the scope was admissible where it stands; the error is that of
the first entry that is not, whatever the number of workers, and names its index. Statements of other scopes are
counted and otherwise ignored: neither their signature nor their payload is looked at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from evote.bulk.verification import CHUNK_BALLOTS, BallotTask, BulkVerifier, Verdict, verify_ballot_statement
from evote.codec.payloads import decode_payload
from evote.core.group import Group
from evote.election.admission import admit
from evote.election.admission_ballots import check_voter
from evote.election.ballot_check import BallotFacts
from evote.election.context import ElectionKeyContext
from evote.election.kinds import BALLOT_KINDS, Kind, parse_kind
from evote.election.running_sums import RunningSums
from evote.election.state import ElectionState
from evote.election.submission import Submission, make_submission
from evote.errors import EvoteError, ProtocolError
from evote.log.statement import Statement, decode_statement, verify_statement
from evote.replay.recorded_ballots import RecordedBallots

# Chunks that may wait for each worker: enough to keep it busy, few enough to bound the memory.
_CHUNKS_PER_WORKER: Final = 4


class LogEntry(NamedTuple):
    """What the log holds at one index: statement bytes, payload, and the untrusted commitments beside a ballot."""

    statement: bytes
    payload: bytes
    commitments: bytes = b""


class Replay:
    """A state that grows with a log; `position` is the index of the next entry, `ignored` counts other scopes."""

    def __init__(self, group: Group, election_id: bytes, ballots: RecordedBallots | None = None) -> None:
        """Begin before the first entry of a log; `election_id` is the scope to follow.

        With `ballots` the state adds ciphertexts up and holds those of no ballot; the log must then be read from a
        record (`evote.replay.record`).
        """
        self.state = ElectionState(group=group, election_id=election_id, source=ballots)
        self.ballots = ballots
        if ballots is not None:
            self.state.box.sums = RunningSums()
        self.position = 0
        self.ignored = 0

    def feed(self, entry: bytes, payload: bytes, facts: BallotFacts | None = None) -> bool:
        """Take the next entry of the log; return whether it belongs to the scope.

        `facts` are those of the same ballot from an earlier verification of one's own; its proofs and opening are then
        not verified again. Raise EvoteError with the index in its message where the entry is not admissible; the
        replay can't go on then.
        """
        index, place = self.position, "entry"
        try:
            statement = decode_statement(entry)
            place = statement.kind
            is_ours = statement.scope == self.state.election_id
            if is_ours:
                self._admit(statement, payload, facts)
        except EvoteError as error:
            raise located_error(error, index, place) from error
        self.position = index + 1
        self.ignored += not is_ours
        return is_ours

    def feed_verified(self, statement: Statement, verdict: Verdict) -> None:
        """Take a ballot of the scope as the next entry, by the verdict on everything in it but for the state's rules.

        The verdict is one of `evote.bulk`, on signature, payload hash, encoding, proofs and opening. Raise it where it
        is an error; otherwise as `feed`.
        """
        try:
            if isinstance(verdict, EvoteError):
                # The state's own reasons come first.
                check_voter(self.state, parse_kind(statement.kind), statement.author)
                raise verdict
            self._admit_ballot(statement, verdict)
        except EvoteError as error:
            raise located_error(error, self.position, statement.kind) from error
        self.position += 1

    def feed_all(self, entries: Iterable[LogEntry], workers: int = 1) -> None:
        """Take all entries in order, verifying ballots with `workers` processes.

        A record in a folder or archive is replayed faster by `evote.replay.record`. Raise as `feed` for the first entry
        that is not admissible, and BoardError `bulk.worker_crashed`.
        """
        pipeline = _Pipeline(self, workers)
        try:
            try:
                for entry in entries:
                    pipeline.take(entry)
            except EvoteError:
                # What was read before comes first; only if all of it stands is this the first error.
                pipeline.drain()
                raise
            pipeline.drain()
        finally:
            pipeline.close()

    def _admit(self, statement: Statement, payload: bytes, facts: BallotFacts | None) -> None:
        kind = parse_kind(statement.kind)
        if kind not in BALLOT_KINDS:
            verify_statement(statement, payload)
            admit(self.state, read_submission(statement, payload, self.state.group))
            return
        # The cheap reasons first: no proof is verified for a ballot that would be refused anyway.
        check_voter(self.state, kind, statement.author)
        if facts is None:
            facts = verify_ballot_statement(self.state.key_context, BallotTask(statement=statement, payload=payload))
        else:
            verify_statement(statement, payload)
        self._admit_ballot(statement, facts)

    def _admit_ballot(self, statement: Statement, facts: BallotFacts) -> None:
        admit(self.state, _ballot_submission(statement), facts)
        if self.ballots is not None and statement.kind == Kind.BALLOT_CAST:
            self.ballots.note(facts.confirmation_code, self.position)


def read_submission(statement: Statement, payload: bytes, group: Group) -> Submission:
    """Return the submission of a statement and its payload, decoded; neither signature nor payload hash is verified.

    Raise PolicyError `admission.unknown_kind` and what `decode_payload` raises.
    """
    kind = parse_kind(statement.kind)
    return make_submission(kind, statement.author, payload, decode_payload(kind, payload, group))


def _ballot_submission(statement: Statement) -> Submission:
    kind = parse_kind(statement.kind)
    return Submission(kind=kind, author=statement.author, payload_digest=statement.payload_hash, record=None)


def replay_election(entries: Iterable[LogEntry], scope: bytes, group: Group, workers: int = 1) -> Replay:
    """Replay a whole log, from index 0, for one election.

    Raise the error of the first entry of the scope that is not admissible, with its index in the message.
    """
    replay = Replay(group, scope)
    replay.feed_all(entries, workers)
    return replay


@dataclass(slots=True)
class _Chunk:
    """Ballots that are verified together; started when full or needed."""

    tasks: list[BallotTask] = field(default_factory=list)
    wait: Callable[[], list[Verdict]] | None = None
    verdicts: list[Verdict] | None = None


@dataclass(frozen=True, slots=True)
class _WaitingBallot:
    """A ballot that was read: number `place` of its chunk."""

    statement: Statement
    chunk: _Chunk
    place: int


class _Pipeline:
    """Entries between being read and being admitted; nothing is admitted out of order."""

    def __init__(self, replay: Replay, workers: int) -> None:
        self._replay = replay
        self._verifier: BulkVerifier | None = None
        self._workers = workers
        self._waiting: deque[LogEntry | _WaitingBallot] = deque()
        self._chunk = _Chunk()

    def take(self, entry: LogEntry) -> None:
        """Let an entry wait for those before it, and admit what need not wait any longer."""
        statement = _ballot_of(entry.statement, self._replay.state)
        if statement is None:
            self._waiting.append(entry)
        else:
            task = BallotTask(statement=statement, payload=entry.payload, commitments=entry.commitments)
            self._chunk.tasks.append(task)
            self._waiting.append(_WaitingBallot(statement, self._chunk, len(self._chunk.tasks) - 1))
            if len(self._chunk.tasks) == CHUNK_BALLOTS:
                self._start(self._chunk)
        limit = self._workers * _CHUNKS_PER_WORKER * CHUNK_BALLOTS
        while self._waiting and (isinstance(self._waiting[0], LogEntry) or len(self._waiting) > limit):
            self._step()

    def drain(self) -> None:
        """Admit everything that waits."""
        while self._waiting:
            self._step()

    def close(self) -> None:
        """End the worker processes."""
        if self._verifier is not None:
            self._verifier.close()

    def _start(self, chunk: _Chunk) -> Callable[[], list[Verdict]]:
        if self._verifier is None:
            self._verifier = BulkVerifier(self._replay.state.key_context, self._workers)
        if chunk is self._chunk:
            self._chunk = _Chunk()
        chunk.wait = self._verifier.submit(chunk.tasks)
        return chunk.wait

    def _step(self) -> None:
        """Admit the entry that has waited longest."""
        item = self._waiting.popleft()
        if isinstance(item, LogEntry):
            self._replay.feed(item.statement, item.payload)
            return
        chunk = item.chunk
        if chunk.verdicts is None:
            chunk.verdicts = (chunk.wait or self._start(chunk))()
            chunk.tasks.clear()
        self._replay.feed_verified(item.statement, chunk.verdicts[item.place])


def _ballot_of(entry: bytes, state: ElectionState) -> Statement | None:
    """Return the statement of an entry that is a ballot of the scope and can be verified, None for anything else."""
    if not isinstance(state.context, ElectionKeyContext):
        return None
    try:
        statement = decode_statement(entry)
    except EvoteError:
        # Malformed: refused when its turn comes.
        return None
    return statement if statement.scope == state.election_id and statement.kind in BALLOT_KINDS else None


def located_error(error: EvoteError, index: int, kind: str) -> EvoteError:
    """Return an error of the same kind and code that says at which entry of the log it arose."""
    message = f"log entry {index} ({kind}): {error.message}"
    values = {**error.values, "entry": index}
    if isinstance(error, ProtocolError):
        return type(error)(error.code, message, error.culprits, **values)
    return type(error)(error.code, message, **values)
