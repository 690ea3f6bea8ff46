"""Proofs of a range of ballots: in one batch where commitments are recorded, and the search for false ones.

*Spec*: docs/batch-verification.md, section 8.

*Idea*: A batch that holds settles all its ballots. A batch that does not is halved, each half tried with fresh
coefficients, down to a few ballots, which are verified proof by proof, as are ballots whose recorded commitments
do not fit. What ballots add to the ledger is kept apart until their batch has held.

*Invariants*: Nothing passes but by a batch that held or proof by proof; nothing fails but proof by proof. So rows,
places and counts are those of a record without side file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.batch import Batch
from verifier.batch_proofs import numbers_on_ballot, recorded_proofs
from verifier.checks.ballots import PROOF_ROWS, BallotChecker
from verifier.errors import RecordUnreadable
from verifier.group import is_element
from verifier.ledger import Ledger

# fewer ballots are verified faster one by one
LEAST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotPlace:
    """Where a ballot was read: ``digest`` is the SHA-256 of its payload."""

    entry: int
    kind: str
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBallot:
    """A decoded ballot with its recomputed H_I and the bytes recorded beside it (empty: none)."""

    place: BallotPlace
    ballot: dict[str, Any]
    h_i: bytes
    recorded: bytes


Reread = Callable[[BallotPlace], ReadBallot]


class _Round:
    """Ballots that are tried together, and what they add if they hold."""

    def __init__(self, checker: BallotChecker, expected: int) -> None:
        components, commitments = numbers_on_ballot(checker.manifest)
        self.places: list[BallotPlace] = []
        self._checker = checker
        self._batch = Batch(checker.keys.vote_key, expected * components, expected * commitments)
        self._ledger, self._commitments = Ledger(), bytearray()

    def takes(self, read: ReadBallot) -> bool:
        """Take a ballot in; say whether its recorded commitments let that be."""
        proofs = recorded_proofs(read.ballot, read.recorded, read.h_i)
        if proofs is None:
            return False
        self._batch.add(proofs)
        self._commitments += self._checker.record_proofs(read.place.entry, proofs, self._ledger)
        self.places.append(read.place)
        return True

    def size(self) -> int:
        """Return how many bytes wait for the verdict."""
        return len(self._commitments)

    def holds(self) -> bool:
        """Ask the batch; if it holds, hand over what its ballots add."""
        if self.places:
            if not self._batch.verdicts().all:
                return False
            self._checker.ledger.merge(self._ledger)
            self._checker.harvest.commitments += self._commitments
        return True


class ProofJudge:
    """Judges the proofs of ballots in ascending order; ``settle`` is due after the last."""

    def __init__(self, checker: BallotChecker, expected: int, reread: Reread) -> None:
        self._checker, self._reread = checker, reread
        # K that is no element fails row V2.A, and its exponents could not be reduced mod q
        self._round = _Round(checker, expected) if is_element(checker.keys.vote_key) else None

    def judge(self, read: ReadBallot) -> None:
        """Take a ballot into the batch, or judge it at once."""
        if self._round is None or not self._round.takes(read):
            self._alone(read)

    def waiting_bytes(self) -> int:
        """Return about how many bytes the batch will add if it holds."""
        return self._round.size() if self._round is not None else 0

    def settle(self) -> None:
        """Decide about every ballot that was taken into the batch."""
        if self._round is not None and not self._round.holds():
            self._search(self._round.places, refused=True)
        self._round = None

    def _alone(self, read: ReadBallot) -> None:
        self._checker.check_proofs(read.place.entry, read.ballot, read.h_i)

    def _search(self, places: Sequence[BallotPlace], *, refused: bool) -> None:
        """Decide about ballots; ``refused`` says that one of them is known to be false."""
        if len(places) < LEAST:
            for place in places:
                self._again(place, self._alone)
        elif refused or not self._try(places):
            first, second = places[: len(places) // 2], places[len(places) // 2 :]
            if len(first) < LEAST:
                self._search(first, refused=False)
                self._search(second, refused=False)
            elif self._try(first):
                # so the false ballot is in the second half
                self._search(second, refused=True)
            else:
                self._search(first, refused=True)
                self._search(second, refused=False)

    def _try(self, places: Sequence[BallotPlace]) -> bool:
        attempt = _Round(self._checker, len(places))

        def take(read: ReadBallot) -> None:
            if not attempt.takes(read):
                raise RecordUnreadable("its commitments changed while they were read")

        for place in places:
            self._again(place, take)
        return attempt.holds()

    def _again(self, place: BallotPlace, use: Callable[[ReadBallot], None]) -> None:
        try:
            use(self._reread(place))
        except RecordUnreadable as error:
            self._checker.ledger.unevaluated_rows(PROOF_ROWS, f"a ballot: {error}")
