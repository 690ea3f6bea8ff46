"""The board as commands use it: opened with progress, with the elections it holds, and one way to publish.

Idea: the embedded board knows states by election id; commands also need to know which elections there are, so the
admission is watched while the board replays its log. Publishing is one statement, submitted and flushed: either it is
in the published log when the command returns, or repeating the command puts it there.

Invariants: nothing is published but what the admission rules allow; between two statements a command may die.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from evote.board.admission import Candidate, Posting, StoredEntry
from evote.board.board import Board
from evote.board.election_admission import ElectionAdmission
from evote.cli.output import Output
from evote.codec.payloads import encode_payload
from evote.ed25519 import SigningKey
from evote.election.kinds import Kind
from evote.election.manifest import Manifest
from evote.election.records import Record
from evote.election.state import ElectionState
from evote.errors import ConfigurationError, EvoteError
from evote.log.statement import decode_statement, encode_statement, sign_statement

MINIMUM_PREFIX: Final = 4


class WatchedAdmission:
    """The admission rules of elections, and the ids of those that the log holds, in log order."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        """Start with an empty log; `progress` counts replayed entries."""
        self.elections: list[bytes] = []
        self._inner = ElectionAdmission()
        self._progress = progress

    def is_ballot(self, posting: Posting) -> bool:
        """Say whether a posting is a ballot."""
        return self._inner.is_ballot(posting)

    def examine(self, postings: Sequence[Posting]) -> Sequence[Candidate | EvoteError]:
        """Examine postings."""
        return self._inner.examine(postings)

    def check(self, candidate: Candidate) -> None:
        """Check a candidate."""
        self._inner.check(candidate)

    def apply(self, candidate: Candidate) -> None:
        """Apply a candidate, and note a new election."""
        self._inner.apply(candidate)
        self._watch(candidate.posting.statement)

    def replay(self, entries: Iterable[StoredEntry]) -> None:
        """Replay the log, and note its elections."""
        self._inner.replay(self._watched(entries))

    def state(self, scope: bytes) -> ElectionState:
        """Return the state of an election."""
        return self._inner.state(scope)

    def close(self) -> None:
        """End worker processes."""
        self._inner.close()

    def _watched(self, entries: Iterable[StoredEntry]) -> Iterator[StoredEntry]:
        for entry in entries:
            self._watch(entry.posting.statement)
            self._progress(1)
            yield entry

    def _watch(self, entry: bytes) -> None:
        # Cheaper than decoding every ballot's statement; a false hit is only decoded.
        if Kind.MANIFEST.encode() in entry:
            statement = decode_statement(entry)
            if statement.kind == Kind.MANIFEST and statement.scope not in self.elections:
                self.elections.append(statement.scope)


class OpenBoard:
    """An open board with its elections."""

    def __init__(self, board: Board, admission: WatchedAdmission) -> None:
        """Take an open board and the admission it was opened with."""
        self.board = board
        self._admission = admission

    @property
    def elections(self) -> tuple[bytes, ...]:
        """Return the ids of the elections in the log, oldest first."""
        return tuple(self._admission.elections)

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
            )
        if len(matching) > 1:
            raise ConfigurationError(
                "election.ambiguous", f"the board holds several elections; choose one with --election: {self._shown()}"
            )
        return self.board.state(matching[0])

    def publish(self, key: SigningKey, scope: bytes, kind: Kind, record: Record | Manifest) -> int:
        """Sign and publish one statement; return its index. Raise the refusal, or BoardError."""
        return self.publish_payload(key, scope, kind, encode_payload(kind, record))

    def publish_payload(
        self, key: SigningKey, scope: bytes, kind: Kind, payload: bytes, commitments: bytes | None = None
    ) -> int:
        """Publish one statement about the exact bytes of a payload."""
        statement = encode_statement(sign_statement(key, kind=kind, scope=scope, payload=payload))
        ticket = self.board.submit(statement, payload, commitments)
        self.board.flush()
        return ticket.index

    def _shown(self) -> str:
        return ", ".join(
            f"{election.hex()[:16]} ({self.board.state(election).manifest.label})" for election in self.elections
        )


@contextmanager
def open_board(folder: Path, out: Output) -> Iterator[OpenBoard]:
    """Open the board in a folder for the body; raise BoardError as `Board.open`."""
    with out.progress("opening_board", None) as advance:
        admission = WatchedAdmission(advance)
        board = Board.open(folder, admission=admission)
    with board:
        yield OpenBoard(board, admission)
