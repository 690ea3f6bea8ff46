"""A served board as a command uses it: its record read and verified, statements submitted, receipts verified.

Spec: docs/http.md; docs/protocol.md sections 3 and 4.

Idea: the record says how an election stands, so that is what is read; the board is asked for nothing but receipts.
Ballots are not downloaded (`evote.replay.outline`) but for the one step that needs their ciphertexts, the tally: for
that every ballot is verified here. That the other steps leave the ballots' proofs to the board, the trustees and the
verifier is safe for whoever publishes them: none of these statements says anything about what is in a ballot, and what
the board admits wrongly nobody else accepts.

Invariants: nothing is believed under another key or policy than the trusted one (`evote board trust`), or from a log
that is shorter than it was or has another history; "published" means that the receipt was verified and the statement
is in the record.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from evote.board import files
from evote.cli.board_access import BoardAccess
from evote.cli.files import read_input
from evote.cli.output import Output
from evote.cli.trusted_boards import TrustedBoard, find_trusted
from evote.client.http_board import HttpBoard, Published, check_board_url, require_kept
from evote.client.http_source import ATTEMPTS, HttpSource
from evote.client.reader import RecordReader, open_checkpoint
from evote.client.submission import Submission
from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.election.state import ElectionState
from evote.errors import BoardError, EquivocationError
from evote.log.checkpoint import Checkpoint
from evote.log.key import ED25519, VerifierKey
from evote.log.merkle import leaf_hash
from evote.log.promise import Promise, decode_promise, encode_promise, verify_agreement
from evote.log.tile_reader import NOT_FOUND
from evote.replay.outline import Outline
from evote.replay.record import RecordReplay
from evote.replay.recorded_ballots import RecordedBallots
from evote.replay.replay import Replay
from evote.texts.moments import format_moment

# Between checkpoint and tiles a busy log may have grown and put full tiles in the place of partial ones.
LOOKS: Final = 5


class RemoteBoard(BoardAccess):
    """A board at a URL under a trusted policy."""

    def __init__(self, trusted: TrustedBoard, source: HttpSource, out: Output) -> None:
        """Read the record; raise BoardError, VerificationError, EncodingError, EquivocationError."""
        self.url, self.policy = trusted.url, trusted.policy
        self._trusted, self._source, self._out = trusted, source, out
        self._outline = Outline(Group(STANDARD))
        self._reader = self._look()
        trusted.notice_age(self._reader, out)

    @property
    def log_key(self) -> VerifierKey:
        """Return the log's Ed25519 key, as it is trusted."""
        return next(log.key for log in self.policy.logs if log.key.algorithm == ED25519)

    @property
    def checkpoint(self) -> Checkpoint:
        """Return the checkpoint that was read last."""
        return self._reader.checkpoint

    @property
    def elections(self) -> tuple[bytes, ...]:
        """Return the ids of the elections in the log, oldest first."""
        return tuple(self._outline.states)

    def state(self, election_id: bytes) -> ElectionState:
        """Return the state of an election without the ciphertexts of its ballots."""
        return self._outline.states[election_id]

    def with_ballots(self, election_id: bytes) -> ElectionState:
        """Read and verify every ballot, and return the state with them; raise as `RecordReplay.run`."""
        group = Group(STANDARD)
        replay = Replay(group, election_id, RecordedBallots(group))
        with self._out.progress("verifying_ballots", self.checkpoint.size) as advance:
            RecordReplay(
                replay, self._reader, self.url, os.cpu_count() or 1, seen=lambda _: None, progress=advance
            ).run()
        return replay.state

    def submit(self, submission: Submission) -> int:
        """Submit, verify the receipt, and read what is new in the record; raise as `HttpBoard.publish`."""
        index = send(self.url, self._trusted, submission, self._out).index
        self._reader = self._look()
        if self.checkpoint.size <= index:
            raise BoardError(
                "log.rolled_back",
                f"the record has {self.checkpoint.size} entries after a receipt for entry {index}",
                origin=self.checkpoint.origin,
                size=self.checkpoint.size,
                known=index + 1,
            )
        return index

    def require_published(self) -> None:
        """Nothing waits: what a remote board's states say is under its published checkpoint."""

    def _look(self) -> RecordReader:
        """Read what is new."""
        for look in range(1, LOOKS + 1):
            try:
                witnessed = open_checkpoint(self._source, self.policy)
                reader = RecordReader(self._source, witnessed)
                self._trusted.remember(reader)
                new = witnessed.checkpoint.size - self._outline.position
                with self._out.progress("opening_board", new) as advance:
                    self._outline.read(reader, advance)
            except BoardError as error:
                if error.code != NOT_FOUND or look == LOOKS:
                    raise
            else:
                return reader
        raise AssertionError("at least one look is taken")


@contextmanager
def open_remote_board(url: str, out: Output) -> Iterator[RemoteBoard]:
    """Read the board at a URL for the body.

    Raise ConfigurationError `board.not_trusted` or as `check_board_url`; BoardError, VerificationError, EncodingError
    and EquivocationError for a record that can't be read or believed.
    """
    check_board_url(url)
    trusted = find_trusted(url)
    with HttpSource(url, attempts=ATTEMPTS) as source:
        yield RemoteBoard(trusted, source, out)


def send(url: str, trusted: TrustedBoard, submission: Submission, out: Output, kept: Path | None = None) -> Published:
    """Submit a statement to the board at a URL and verify the receipt; raise as `HttpBoard.publish`.

    A promise is kept in the file `kept` until the receipt is there: it convicts a log that does not keep it. It may be
    there from an earlier try. One that contradicts it is written beside it.
    """

    def tell(promise: Promise) -> None:
        out.notice("promised", index=promise.index, deadline=format_moment(promise.deadline))
        known = _kept_promise(kept)
        if known is not None:
            verify_agreement(known, promise)
        # The first promise counts: a later one may name a later deadline.
        if kept is not None and (known is None or known.leaf_hash != promise.leaf_hash):
            files.replace_file(kept, encode_promise(promise))

    try:
        with HttpBoard(url, trusted.policy) as board, out.progress("submitting", None):
            published = board.publish(submission, tell)
    except EquivocationError as error:
        if kept is not None:
            files.replace_file(kept.with_name(f"{kept.name}-2"), error.second)
        raise
    known = _kept_promise(kept)
    if kept is not None and known is not None and known.leaf_hash == leaf_hash(submission.entry):
        require_kept(known, published.index)
        files.remove_file(kept)
    return published


def _kept_promise(path: Path | None) -> Promise | None:
    return decode_promise(read_input(path)) if path is not None and path.exists() else None


def send_ballot(trusted: TrustedBoard, submission: Submission, slip: Path | None, out: Output) -> dict[str, Any]:
    """Submit a ballot, write the log's proof beside the voter's receipt file, and return the facts for `--json`."""
    kept = slip.with_name(f"{slip.name}.promise") if slip is not None else None
    published = send(trusted.url, trusted, submission, out, kept)
    out.say("ballot_published", index=published.index)
    if slip is None:
        return {"index": published.index}
    proof = slip.with_name(f"{slip.name}.tlog-proof")
    files.replace_file(proof, published.receipt)
    return {"index": published.index, "proof": str(proof)}
