"""The board as commands use it: the elections it holds, and one way to publish.

Idea: a command says `access_board(place)` and need not know whether the board lies in a folder of this machine or is
served at a URL. Publishing is one statement: either it is in the published log when the command returns, or repeating
the command puts it there.

Invariants: nothing is published but what the admission rules allow; between two statements a command may die.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from evote.board.admission import BallotSource, StoredEntry
from evote.board.board import Board
from evote.board.election_admission import ElectionAdmission
from evote.cli.output import Output
from evote.client.source import is_url
from evote.client.submission import Submission
from evote.codec.payloads import encode_payload
from evote.ed25519 import SigningKey
from evote.election.kinds import Kind
from evote.election.manifest import Manifest
from evote.election.records import Record
from evote.election.state import ElectionState
from evote.errors import ConfigurationError
from evote.log.checkpoint import Checkpoint, read_checkpoint
from evote.log.key import VerifierKey
from evote.log.statement import encode_statement, sign_statement
from evote.serve.examiner import Examiner

MINIMUM_PREFIX: Final = 4
PROGRESS_ENTRIES: Final = 1000
INBOX_NAME: Final = "inbox"


class BoardAccess(ABC):
    """An open board with its elections, wherever it is; `inbox` is the folder of its submission files, if it has one.

    A state that was handed out follows what is published through the same object.
    """

    inbox: Path | None = None

    @property
    @abstractmethod
    def log_key(self) -> VerifierKey:
        """Return the log's Ed25519 key."""

    @property
    @abstractmethod
    def checkpoint(self) -> Checkpoint:
        """Return the published checkpoint."""

    @property
    @abstractmethod
    def elections(self) -> tuple[bytes, ...]:
        """Return the ids of the elections in the log, oldest first."""

    @abstractmethod
    def state(self, election_id: bytes) -> ElectionState:
        """Return the state of an election, whose ballots may have no ciphertexts (`with_ballots`)."""

    @abstractmethod
    def with_ballots(self, election_id: bytes) -> ElectionState:
        """Return the state of an election with the ciphertexts of its ballots, all verified here or on this board."""

    @abstractmethod
    def submit(self, submission: Submission) -> int:
        """Publish a signed statement; return its index. Raise the refusal, or BoardError."""

    @abstractmethod
    def require_published(self) -> None:
        """Raise BoardError `board.no_quorum` where something that was accepted waits for witnesses."""

    def find(self, wanted: str | None) -> ElectionState:
        """Return the state of the election whose id begins with `wanted`; without one, of the only election.

        Raise ConfigurationError `election.none`, `.unknown`, `.ambiguous`.
        """
        if not self.elections:
            raise ConfigurationError("election.none", "the board holds no election yet; create one first")
        if wanted is None:
            matching = list(self.elections)
        else:
            matching = [
                e for e in self.elections if len(wanted) >= MINIMUM_PREFIX and e.hex().startswith(wanted.lower())
            ]
        if not matching:
            raise ConfigurationError(
                "election.unknown",
                f"no election {wanted!r} on this board (give at least {MINIMUM_PREFIX} digits of the id); "
                f"there are: {self._shown()}",
                wanted=wanted,
                known=self._shown(),
            )
        if len(matching) > 1:
            known = self._shown()
            message = f"the board holds several elections; choose one with --election: {known}"
            raise ConfigurationError("election.ambiguous", message, known=known)
        return self.state(matching[0])

    def publish(self, key: SigningKey, scope: bytes, kind: Kind, record: Record | Manifest) -> int:
        """Sign and publish one statement; return its index. Raise the refusal, or BoardError."""
        return self.publish_payload(key, scope, kind, encode_payload(kind, record))

    def publish_payload(
        self, key: SigningKey, scope: bytes, kind: Kind, payload: bytes, commitments: bytes = b""
    ) -> int:
        """Publish one statement about the exact bytes of a payload."""
        entry = encode_statement(sign_statement(key, kind=kind, scope=scope, payload=payload))
        return self.submit(Submission(entry=entry, payload=payload, commitments=commitments))

    def _shown(self) -> str:
        return ", ".join(
            f"{election.hex()[:16]} ({self.state(election).manifest.label})" for election in self.elections
        )


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


@contextmanager
def access_board(place: str, out: Output) -> Iterator[BoardAccess]:
    """Open the board in a folder or at a URL for the body; raise as `open_board` or `open_remote_board`."""
    if is_url(place):
        # The HTTP client is loaded for those alone whose board is at a URL.
        from evote.cli.board_remote import open_remote_board

        with open_remote_board(place, out) as remote:
            yield remote
        return
    with open_board(Path(place), out) as opened:
        yield opened
