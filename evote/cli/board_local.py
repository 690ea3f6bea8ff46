"""A board in a folder of this machine as commands use it.

Invariants: one process has it open; what `submit` returned is published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from evote.board.admission import BallotSource, StoredEntry
from evote.board.board import Board
from evote.board.election_admission import ElectionAdmission
from evote.cli.board_access import BoardAccess
from evote.cli.output import Output
from evote.client.submission import Submission
from evote.election.state import ElectionState
from evote.log.checkpoint import Checkpoint, read_checkpoint
from evote.log.key import VerifierKey
from evote.serve.examiner import Examiner

PROGRESS_ENTRIES: Final = 1000
INBOX_NAME: Final = "inbox"


class OpenBoard(BoardAccess):
    """A board in a folder of this machine, opened by this process alone."""

    def __init__(self, board: Board, inbox: Path | None = None, examiner: Examiner | None = None) -> None:
        """Take an open board; `examiner` are the rules that it was opened with, where they can examine ahead."""
        self.board = board
        self.inbox = inbox
        self.examiner = examiner

    @property
    def log_key(self) -> VerifierKey:
        """Return the log's Ed25519 key."""
        return self.board.policy.logs[0].key

    @property
    def checkpoint(self) -> Checkpoint:
        """Return the published checkpoint."""
        return read_checkpoint(self.board.checkpoint)

    @property
    def elections(self) -> tuple[bytes, ...]:
        """Return the ids of the elections in the log, oldest first."""
        return self.board.elections

    def state(self, election_id: bytes) -> ElectionState:
        """Return the state of an election."""
        return self.board.state(election_id)

    def with_ballots(self, election_id: bytes) -> ElectionState:
        """Return the same: this board admitted every ballot itself."""
        return self.board.state(election_id)

    def submit(self, submission: Submission) -> int:
        """Submit and publish."""
        ticket = self.board.submit(submission.entry, submission.payload, submission.commitments or None)
        self.board.flush()
        return ticket.index

    def require_published(self) -> None:
        """Publish what can be published."""
        self.board.flush()


class WatchedAdmission(ElectionAdmission):
    """The admission rules of elections; while the log is read, somebody is told how far it is."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        """Start with an empty log; `progress` counts replayed entries."""
        super().__init__()
        self._progress = progress

    def replay(self, entries: Iterable[StoredEntry], ballots: BallotSource) -> None:
        """Build the states, counting."""
        super().replay(self._watched(entries), ballots)

    def _watched(self, entries: Iterable[StoredEntry]) -> Iterator[StoredEntry]:
        for number, entry in enumerate(entries, 1):
            if number % PROGRESS_ENTRIES == 0:
                self._progress(PROGRESS_ENTRIES)
            yield entry


@contextmanager
def open_board(folder: Path, out: Output) -> Iterator[OpenBoard]:
    """Open the board in a folder for the body; raise BoardError as `Board.open`."""
    with out.progress("opening_board", None) as advance:
        examiner = Examiner(WatchedAdmission(advance))
        board = Board.open(folder, admission=examiner)
    with board:
        yield OpenBoard(board, folder / INBOX_NAME, examiner)
