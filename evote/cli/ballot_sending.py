"""How a voter's ballot leaves: as a file for an inbox, or straight to a served board.

Spec: docs/formats.md section 4; docs/http.md.

Idea: the same submission either way; sent twice it is one ballot.

Invariants: a ballot that was sent to a board is said to be in the log only with a verified receipt.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from evote.cli.ballot_record import trusted_or_given
from evote.cli.output import Output
from evote.cli.trusted_boards import TrustedBoard
from evote.client.submission import Submission, write_submission
from evote.errors import ConfigurationError


class Way(Protocol):
    """A way to the board."""

    def send(self, submission: Submission, slip: Path | None) -> dict[str, Any]:
        """Send a ballot; return what the command's JSON says about it. `slip` is the voter's receipt file, if any."""


@dataclass(frozen=True)
class ToInbox:
    """A folder for submission files."""

    folder: Path

    def send(self, submission: Submission, slip: Path | None) -> dict[str, Any]:
        """Write the file; raise BoardError `submission.unwritable`."""
        del slip
        write_submission(self.folder, submission)
        return {}


@dataclass(frozen=True)
class ToBoard:
    """A board at a URL."""

    out: Output
    trusted: TrustedBoard

    def send(self, submission: Submission, slip: Path | None) -> dict[str, Any]:
        """Submit, and write the log's proof beside the voter's receipt file; raise as `HttpBoard.publish`."""
        # The HTTP client is loaded for those alone whose board is at a URL.
        from evote.cli.board_remote import send_ballot

        return send_ballot(self.trusted, submission, slip, self.out)


def choose_way(out: Output, inbox: Path | None, board: str | None, log_key: str | None) -> Way:
    """Return the way that was named; raise ConfigurationError `ballot.one_way`, and as `trusted_or_given`."""
    if inbox is not None and board is None:
        return ToInbox(inbox)
    if board is not None and inbox is None:
        return ToBoard(out, trusted_or_given(board, log_key))
    raise ConfigurationError("ballot.one_way", "say where the ballot goes: either --board URL or --inbox FOLDER")


def choose_record(record: str | None, board: str | None) -> str:
    """Return where the record is; raise ConfigurationError `ballot.no_record`."""
    place = record or board
    if place is None:
        raise ConfigurationError("ballot.no_record", "say where the public record is: --board URL or --record PLACE")
    return place
