"""What the board asks of the rules that decide whether a statement may stand in the log.

Idea: the board stores, orders and publishes bytes; what they mean is the business of an `Admission`. It is asked three
times: to examine a posting (expensive: signature and proofs, which depend on nothing but the election's keys), to check
it against the state (cheap; asked again when the statement gets its place), and to let the state follow. What the
state needs of a ballot is stored beside it (`Derived`), so that a start reads that and not the ballot.

Invariants: `examine` and `check` decide from the bytes and from the log before them, so everybody who replays the log
comes to the same verdict. Whatever is in a `Derived` can be derived again from posting and log.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from evote.election.state import ElectionState
from evote.errors import EvoteError


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What is submitted: an entry's bytes, its payload, and the optional proof commitments (empty: none).

    `key` is an idempotency key of at most 64 bytes that the author chose (empty: none): with other bytes under the same
    key the author's posting is refused. It is never published.
    """

    statement: bytes
    payload: bytes
    commitments: bytes = b""
    key: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What is stored beside a ballot: what the state needs at every start, and what it needs for the tally.

    `facts` (never empty) are in the admission's own encoding; a ballot is found by `scope` and `code`.
    """

    facts: bytes
    scope: bytes
    code: bytes
    ciphertexts: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An examined posting: true as far as that can be said without the state.

    `posting` is what will be stored, with the commitments that the examination recomputed, and `derived` what is stored
    beside a ballot; `content` is what the admission needs again in `check` and `apply`.
    """

    posting: Posting
    leaf_hash: bytes
    author: bytes
    content: object
    derived: Derived | None = None


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry of the log as the state is built from it: ballots with their facts, all others with their payload."""

    index: int
    statement: bytes
    facts: bytes
    payload: bytes


class BallotSource(Protocol):
    """What a state that was built from facts may ask of the stored ballots."""

    def ciphertexts(self, scope: bytes, code: bytes) -> tuple[bytes, bytes]:
        """Return facts and ciphertexts of a ballot in the log, as its `Derived` had them."""


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

    def restore(self, posting: Posting, derived: Derived | None) -> Candidate:
        """Return the candidate that `examine` made of a posting elsewhere; nothing of it is verified again."""

    def derive(self, posting: Posting) -> Derived | None:
        """Return anew what is stored beside a posting that was admitted, None where it is no ballot."""

    def replay(self, entries: Iterable[StoredEntry], ballots: BallotSource) -> None:
        """Build the state from the log's own entries, in order; they were admitted, and are not checked again."""

    def state(self, scope: bytes) -> ElectionState:
        """Return the state of one election; raise PolicyError where the log has no manifest of that scope."""

    @property
    def elections(self) -> Sequence[bytes]:
        """The scopes that have a state, oldest first."""

    def close(self) -> None:
        """End worker processes, if there are any."""
