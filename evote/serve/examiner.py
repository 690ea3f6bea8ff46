"""Examining the next batch while the last one is committed and published.

Idea: what is expensive about a statement (signature, proofs) needs nothing but its bytes and the election's keys. A
thread of its own lets worker processes do it and keeps the result; when the board's thread submits the batch, the board
asks for an examination that has been done. What may enter is decided there, in its order, by `check`, which asks the
state again.

Invariants: a result is used once, for exactly the posting it was made from; what was not examined ahead is examined
when it is asked for. What the state said ahead of time can only refuse too much: a statement whose author was not
answered yet.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

from evote.board.admission import Admission, BallotSource, Candidate, Derived, Posting, StoredEntry
from evote.election.state import ElectionState
from evote.errors import EvoteError, PolicyError


class Examiner:
    """Admission rules with results made ahead; `examine_ahead` for one thread, all else for the board's."""

    def __init__(self, inner: Admission) -> None:
        """Take the rules."""
        self._inner = inner
        # Worker processes are asked by one thread at a time.
        self._lock = threading.Lock()
        self._ready: dict[Posting, Candidate | EvoteError] = {}

    def examine_ahead(self, postings: Sequence[Posting]) -> None:
        """Examine postings and keep the results until `examine` asks for them; raise BoardError as `examine`."""
        with self._lock:
            results = self._inner.examine(postings)
        self._ready.update(zip(postings, results, strict=True))

    def forget(self, postings: Sequence[Posting]) -> None:
        """Drop results that nobody has asked for: of statements that were in the log already."""
        for posting in postings:
            self._ready.pop(posting, None)

    def reconsider(self, postings: Sequence[Posting]) -> None:
        """Drop refusals by the rules that may be older than the state; no proof was verified for them."""
        for posting in postings:
            if isinstance(self._ready.get(posting), PolicyError):
                del self._ready[posting]

    def examine(self, postings: Sequence[Posting]) -> Sequence[Candidate | EvoteError]:
        """Return a candidate or the refusal for each, in order, as far as possible from what was examined ahead."""
        found = [self._ready.pop(posting, None) for posting in postings]
        missing = [posting for posting, result in zip(postings, found, strict=True) if result is None]
        if not missing:
            return [result for result in found if result is not None]
        with self._lock:
            rest = iter(self._inner.examine(missing))
        return [next(rest) if result is None else result for result in found]

    def is_ballot(self, posting: Posting) -> bool:
        """Say whether a posting may wait and be shuffled; raise EncodingError where it is no statement."""
        return self._inner.is_ballot(posting)

    def check(self, candidate: Candidate) -> None:
        """Return if the candidate may be the next entry of the log; raise PolicyError or VerificationError if not."""
        self._inner.check(candidate)

    def apply(self, candidate: Candidate) -> None:
        """Let the state follow a candidate that has just passed `check`."""
        self._inner.apply(candidate)

    def restore(self, posting: Posting, derived: Derived | None) -> Candidate:
        """Return the candidate that `examine` made of a posting elsewhere."""
        return self._inner.restore(posting, derived)

    def derive(self, posting: Posting) -> Derived | None:
        """Return anew what is stored beside a posting that was admitted."""
        return self._inner.derive(posting)

    def replay(self, entries: Iterable[StoredEntry], ballots: BallotSource) -> None:
        """Build the state from the log's own entries."""
        self._inner.replay(entries, ballots)

    def state(self, scope: bytes) -> ElectionState:
        """Return the state of one election; raise PolicyError where the log has none."""
        return self._inner.state(scope)

    @property
    def elections(self) -> Sequence[bytes]:
        """The scopes that have a state, oldest first."""
        return self._inner.elections

    def close(self) -> None:
        """End worker processes, if there are any."""
        self._inner.close()
