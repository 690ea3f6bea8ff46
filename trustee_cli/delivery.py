"""How a statement leaves the trustee's machine: as a file in an outbox, or straight to the board.

Idea: a command makes its statement, has it saved, and hands it to whichever of the two was chosen; delivered twice, it
is the same statement.

Invariants: nothing is said to be published before the board's receipt was verified under the pinned key and policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from evote.client.source import is_url
from evote.client.submission import Submission, write_submission
from evote.log.policy import Policy
from evote.log.promise import Promise
from evote.texts.moments import format_moment
from trustee_cli.command import Session

# A command that waits tries again by itself, so one attempt need not be long.
SECONDS: Final = 60.0


class Delivery(Protocol):
    """A way out."""

    def deliver(self, submission: Submission, policy: Policy) -> None:
        """Deliver a statement that is saved; the policy is what the log's checkpoints have to satisfy."""

    def facts(self) -> dict[str, Any]:
        """Return what was delivered so far, for `--json`."""


class Outbox:
    """A folder of files that the trustee hands to the authority."""

    def __init__(self, session: Session, folder: Path) -> None:
        """Take the folder, which is made when it is needed."""
        self._session, self._folder = session, folder
        self._written: list[str] = []

    def deliver(self, submission: Submission, policy: Policy) -> None:
        """Write a statement's file and say where it is; raise BoardError `submission.unwritable`."""
        del policy
        path = write_submission(self._folder, submission)
        self._session.out.say("written", path=path)
        self._written.append(str(path))

    def facts(self) -> dict[str, Any]:
        """Return the files."""
        return {"written": self._written}


@dataclass(frozen=True)
class DirectDelivery:
    """The board itself."""

    session: Session
    url: str
    indices: list[int]

    def deliver(self, submission: Submission, policy: Policy) -> None:
        """Submit a statement and wait for its receipt; raise as `HttpBoard.publish`."""
        # Loaded by those alone who have a board at a URL.
        from evote.client.http_board import HttpBoard

        settings = self.session.settings
        with HttpBoard(self.url, policy, seconds=SECONDS, sleep=settings.sleep, clock=settings.clock) as board:
            published = board.publish(submission, self._tell_promise)
        self.session.out.say("published", index=published.index)
        self.indices.append(published.index)

    def facts(self) -> dict[str, Any]:
        """Return the indices in the log."""
        return {"written": [], "published": self.indices}

    def _tell_promise(self, promise: Promise) -> None:
        self.session.out.notice("promised", index=promise.index, deadline=format_moment(promise.deadline))


def choose_delivery(session: Session, record: str, outbox: Path | None) -> Delivery:
    """Return the way out: an outbox that was named, else the board whose URL the record is, else one asked for."""
    if outbox is not None:
        return Outbox(session, outbox)
    if is_url(record):
        return DirectDelivery(session, record, [])
    return Outbox(session, Path(session.out.ask("ask_outbox", default="outbox")).expanduser())
