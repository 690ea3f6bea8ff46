"""What the board answers to those who wait: a receipt, a refusal, or a promise.

Spec: docs/http.md sections 3 and 5.

Idea: a job is answered when each of its statements is refused or published. When a round has failed, or has taken too
long, the log promises the rest, and the job is answered with that.

Invariants: a receipt is made only under the published checkpoint, a promise is handed out only where the log has given
one: never about the statement that ends an election. For the board's thread alone.
"""

from __future__ import annotations

from evote.board.admission import Posting
from evote.board.board import Board
from evote.board.sequencer import Ticket
from evote.errors import BoardError
from evote.log.promise import Promise
from evote.serve.outcome import Outcome
from evote.serve.proofs import Receipts
from evote.serve.waiters import Answered, Waiter, Waiters


class Answers:
    """The waiting jobs of one board."""

    def __init__(self, board: Board) -> None:
        """Take the board."""
        self.waiters = Waiters()
        self._board = board
        self._receipts: Receipts | None = None

    def note_published(self) -> None:
        """Take note of a newly published checkpoint."""
        self._receipts = None

    def take(self, promised_size: int) -> Answered:
        """Return, and let wait no longer, the jobs that are decided, with their outcomes.

        What stands below `promised_size` and is not published is answered by its promise.
        """
        decided = max(self._board.published_size, promised_size)

        def answer_of(waiter: Waiter) -> list[Outcome] | None:
            if max(waiter.indexes, default=-1) >= decided:
                return None
            published = self._board.published_size
            promises = self._board.promises.of([index for index in waiter.indexes if index >= published])
            pairs = zip(waiter.tickets, waiter.job.postings, strict=True)
            return [self._outcome(ticket, posting, promises) for ticket, posting in pairs]

        return self.waiters.take(answer_of)

    def _outcome(self, ticket: Ticket, posting: Posting, promises: dict[int, Promise]) -> Outcome:
        leaf = ticket.leaf_hash
        if ticket.refusal is not None:
            return Outcome(leaf_hash=leaf, refusal=ticket.refusal)
        if ticket.index < self._board.published_size:
            if self._receipts is None:
                self._receipts = Receipts(self._board.record_folder, self._board.checkpoint)
            receipt = self._receipts.make(ticket.index, posting.statement)
            return Outcome(leaf_hash=leaf, index=ticket.index, receipt=receipt)
        if ticket.index in promises:
            return Outcome(leaf_hash=leaf, index=ticket.index, promise=promises[ticket.index])
        return Outcome(leaf_hash=leaf, index=ticket.index, refusal=final_without_quorum(ticket.index))


def final_without_quorum(index: int) -> BoardError:
    """Return why the final statement of an election is not acknowledged yet."""
    return BoardError(
        "board.no_quorum",
        f"the final statement has index {index}, and too few witnesses have cosigned it: the election is not final "
        "until they have. Send it again later",
    )
