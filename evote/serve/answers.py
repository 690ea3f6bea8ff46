"""Who waits for an answer, and what it is: a receipt, a refusal, or a promise.

Spec: docs/http.md sections 3 and 5.

Idea: a job is answered when each of its statements is refused or published. When a round has failed, or has taken too
long, the rest is promised: the promise is signed once, so that asking again gives the same deadline.

Invariants: a receipt is made only under the published checkpoint, a promise only about what is committed and not
published, and never about the statement that ends an election. For the board's thread alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evote.board.admission import Posting
from evote.board.board import Board
from evote.board.sequencer import Ticket
from evote.ed25519 import SigningKey
from evote.election.kinds import Kind
from evote.errors import BoardError
from evote.log.promise import Promise, sign_promise
from evote.serve.clock import Clock
from evote.serve.mailbox import Job
from evote.serve.metrics import Metrics
from evote.serve.outcome import Outcome
from evote.serve.proofs import Receipts

Answered = list[tuple[Job, list[Outcome]]]

_FINAL: Final = b'"' + Kind.FINAL.encode() + b'"'


@dataclass(slots=True, kw_only=True)
class _Waiter:
    """A job whose statements have been judged, and since when (monotonic)."""

    job: Job
    tickets: Sequence[Ticket]
    since: float


class Answers:
    """The waiting jobs and the open promises of one board."""

    def __init__(self, board: Board, key: SigningKey, promise_seconds: int, clock: Clock, metrics: Metrics) -> None:
        """Take the board and the log's Ed25519 key, which signs promises."""
        self._board = board
        self._key = key
        self._promise_seconds = promise_seconds
        self._clock = clock
        self._metrics = metrics
        self._origin = board.policy.logs[0].key.name
        self._waiters: list[_Waiter] = []
        self._promised: dict[bytes, tuple[int, int]] = {}  # leaf hash: index, deadline
        self._receipts: Receipts | None = None
        self.published_size = board.published_size

    @property
    def is_empty(self) -> bool:
        """Whether nobody waits."""
        return not self._waiters

    @property
    def jobs(self) -> list[Job]:
        """The jobs that wait."""
        return [waiter.job for waiter in self._waiters]

    @property
    def promises(self) -> int:
        """The number of promises that are not kept yet."""
        return len(self._promised)

    @property
    def overdue(self) -> int:
        """The number of promises whose deadline has passed."""
        now = self._clock.now()
        return sum(deadline < now for _, deadline in self._promised.values())

    def add(self, batch: Sequence[Job], tickets: Sequence[Ticket]) -> None:
        """Let the jobs of a batch wait; `tickets` are those of all their postings, in order."""
        first, now = 0, self._clock.monotonic()
        for job in batch:
            last = first + len(job.postings)
            self._waiters.append(_Waiter(job=job, tickets=tickets[first:last], since=now))
            first = last

    def note_published(self) -> None:
        """Take note of a newly published checkpoint: promises under it are kept."""
        self.published_size = self._board.published_size
        self._receipts = None
        self._promised = {leaf: known for leaf, known in self._promised.items() if known[0] >= self.published_size}

    def is_late(self, limit: float) -> bool:
        """Say whether anybody has waited since before a monotonic time."""
        return any(waiter.since < limit for waiter in self._waiters)

    def take(self, *, promised_size: int = 0, late: float = float("-inf")) -> Answered:
        """Return, and let wait no longer, the jobs that are decided, with their outcomes.

        Below `promised_size`, and for who has waited since before `late`, a promise decides too.
        """
        decided = max(self.published_size, promised_size)
        waiting: list[_Waiter] = []
        answered: Answered = []
        for waiter in self._waiters:
            last = max((ticket.index for ticket in waiter.tickets if ticket.refusal is None), default=-1)
            if last < decided or waiter.since < late:
                pairs = zip(waiter.tickets, waiter.job.postings, strict=True)
                answered.append((waiter.job, [self._outcome(ticket, posting) for ticket, posting in pairs]))
            else:
                waiting.append(waiter)
        self._waiters = waiting
        return answered

    def promise_of(self, leaf_hash: bytes, index: int) -> Promise:
        """Return the promise about an entry that is committed and not published."""
        known = self._promised.setdefault(leaf_hash, (index, self._clock.now() + self._promise_seconds))
        return sign_promise(self._key, origin=self._origin, index=known[0], leaf_hash=leaf_hash, deadline=known[1])

    def _outcome(self, ticket: Ticket, posting: Posting) -> Outcome:
        leaf = ticket.leaf_hash
        if ticket.refusal is not None:
            self._count("refused", ticket.refusal.code)
            return Outcome(leaf_hash=leaf, refusal=ticket.refusal)
        if ticket.index < self.published_size:
            self._count("published")
            if self._receipts is None:
                self._receipts = Receipts(self._board.record_folder, self._board.checkpoint)
            return Outcome(
                leaf_hash=leaf, index=ticket.index, receipt=self._receipts.make(ticket.index, posting.statement)
            )
        if _FINAL in posting.statement:
            error = BoardError(
                "board.no_quorum",
                f"the final statement has index {ticket.index}, and too few witnesses have cosigned it: the election "
                "is not final until they have. Send it again later",
            )
            self._count("refused", error.code)
            return Outcome(leaf_hash=leaf, index=ticket.index, refusal=error)
        self._count("promised")
        return Outcome(leaf_hash=leaf, index=ticket.index, promise=self.promise_of(leaf, ticket.index))

    def _count(self, outcome: str, code: str = "") -> None:
        self._metrics.statements.labels(outcome).inc()
        if code:
            self._metrics.refusals.labels(code).inc()
