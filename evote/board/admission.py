"""What the board asks of the rules that decide whether a statement may stand in the log.

Idea: the board stores, orders and publishes bytes; what they mean is the business of an `Admission`. It is asked three
times: to examine a posting (expensive: signature and proofs, which depend on nothing but the election's keys), to check
it against the state (cheap; asked again when the statement gets its place), and to let the state follow.

Invariants: `examine`, `check` and `replay` decide from the bytes and from the log before them, so everybody who
replays the log comes to the same verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from evote.election.state import ElectionState
from evote.errors import EvoteError


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What is submitted: an entry's bytes, its payload, and the optional proof commitments (empty: none)."""

    statement: bytes
    payload: bytes
    commitments: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An examined posting: true as far as that can be said without the state.

    `posting` is what will be stored, with the commitments that the examination recomputed; `content` is what the
    admission needs again in `check` and `apply`.
    """

    posting: Posting
    leaf_hash: bytes
    author: bytes
    content: object


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry of the log: its index (from zero), its leaf hash, and the posting as it was admitted."""

    index: int
    leaf_hash: bytes
    posting: Posting


class Admission(Protocol):
    """The rules, and the state of the log so far."""

    def is_ballot(self, posting: Posting) -> bool:
        """Say whether a posting may wait and be shuffled; raise EncodingError where it is no statement."""

    def examine(self, postings: Sequence[Posting]) -> Sequence[Candidate | EvoteError]:
        """Decode, and verify signatures, hashes and proofs; return a candidate or the refusal for each, in order."""

    def check(self, candidate: Candidate) -> None:
        """Return if the candidate may be the next entry of the log; raise PolicyError or VerificationError if not."""

    def apply(self, candidate: Candidate) -> None:
        """Let the state follow a candidate that has just passed `check`."""

    def replay(self, entries: Iterable[StoredEntry]) -> None:
        """Build the state from the log's own entries, in order; raise EvoteError at one that may not stand there."""

    def state(self, scope: bytes) -> ElectionState:
        """Return the state of one election; raise PolicyError where the log has no manifest of that scope."""

    def close(self) -> None:
        """End worker processes, if there are any."""
