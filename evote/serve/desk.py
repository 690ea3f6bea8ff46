"""What the HTTP side needs of whoever decides: of the sequencer's own thread, or of a front end's.

Idea: the routes are the same for both; which one is behind them is said once, when the service is made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from evote.board.admission import Posting
from evote.election.state import ElectionState
from evote.log.promise import Promise
from evote.serve.outcome import LogView, Outcome

T = TypeVar("T")


class AskedBoard(Protocol):
    """What is asked of a log: see `Board`, which has all of it."""

    @property
    def published_size(self) -> int:
        """The number of entries under the published checkpoint."""

    @property
    def elections(self) -> tuple[bytes, ...]:
        """The scopes of the elections in the log, oldest first."""

    def state(self, scope: bytes) -> ElectionState:
        """Return the state of an election; raise PolicyError where the log has none."""

    def index_of(self, leaf_hash: bytes) -> int | None:
        """Return the index of a committed entry, or None."""

    def find_ballot(self, scope: bytes, confirmation_code: bytes) -> int | None:
        """Return the index of the committed ballot with a confirmation code, or None."""

    def receipt(self, entry: int) -> bytes:
        """Return the `.tlog-proof` of a published entry."""


class Desk(Protocol):
    """A thread that takes statements and questions; `submit` and `call` from one event loop, `view` from anywhere."""

    @property
    def view(self) -> LogView:
        """How the log stands."""

    @property
    def failure(self) -> BaseException | None:
        """What ended the thread, if anything did."""

    @property
    def waiting(self) -> int:
        """The number of statements that wait for the thread."""

    def start(self, loop: asyncio.AbstractEventLoop, on_failure: Callable[[], None]) -> None:
        """Start the thread; `on_failure()` is called in `loop` when it can't go on."""

    async def stop(self) -> None:
        """Answer everybody and end."""

    def abandon(self, seconds: float) -> None:
        """End although nobody waits any more."""

    async def submit(self, postings: Sequence[Posting]) -> list[Outcome]:
        """Return what became of each posting, in order."""

    async def call(self, function: Callable[[AskedBoard], T]) -> T:
        """Return what a function of the log returns, called in the thread."""

    def promise_of(self, leaf_hash: bytes, index: int, /) -> Promise:
        """Return the promise about an entry that is committed and not published; raise BoardError `board.no_quorum`
        where the log has given none. Call it in the thread.
        """
