"""Finding out which of many proofs are false when their batch is refused.

*Spec*: Verifications 6 and 7; docs/batch-verification.md section 8.
*Idea*: a batch that is accepted proves all it holds. One that is refused is halved, with fresh coefficients for every
part, until few items are left; those are verified one at a time, and that verdict is final. Where a batch is refused
and its first half accepted, the second half need not be tried as a whole.
*Invariants*: nothing is accepted but by an accepted batch or by its own verification; nothing is refused but by its own
verification. So a damaged or missing side file costs time and changes no verdict.
*Cost*: one batch if all is well; about twice that and a few single verifications for one bad item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evote.core.batch.equations import ContestEquations, examine_proof
from evote.core.batch.verifier import BatchVerifier
from evote.core.elgamal import ElGamalKey
from evote.core.group import Element, Group, UntestedElement
from evote.core.hashing import Encoded
from evote.core.random_source import RandomBytes
from evote.core.range_proof import RangeProof, verify_range_untested
from evote.errors import EvoteError, VerificationError

SMALLEST_BATCH = 4
"""Below this number of items a batch is not cheaper than one verification after another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeClaim:
    """Hold what `verify_range_untested` is given, and the commitments recorded beside the proof as raw bytes."""

    h_i: bytes
    context: tuple[Encoded, ...]
    alpha: UntestedElement
    beta: UntestedElement
    proof: RangeProof
    maximum: int
    commitments: bytes


def find_unproved(
    group: Group, vote_key: Element, items: Sequence[Sequence[ContestEquations]], random: RandomBytes
) -> list[int]:
    """Verify examined items (one or more contests each) in batches; return the positions no accepted batch holds.

    Those, ascending, are not proved false: verify each by itself. For `random` see `BatchVerifier`.
    """
    search = _Search(group, vote_key, items, random)
    search.run(list(range(len(items))), known_bad=False)
    return sorted(search.unproved)


def verify_ranges(key: ElGamalKey, claims: Sequence[RangeClaim], random: RandomBytes) -> list[VerificationError | None]:
    """Verify range proofs in batches; return, in order, None or the error of `verify_range_untested`.

    Recorded commitments only save time: where they are missing, malformed or wrong, the proof is verified by itself.
    """
    group = key.group
    examined: dict[int, tuple[ContestEquations]] = {}
    for position, claim in enumerate(claims):
        try:
            equations = examine_proof(
                group,
                claim.h_i,
                claim.context,
                claim.alpha,
                claim.beta,
                claim.proof,
                claim.maximum,
                claim.commitments,
            )
        except EvoteError:
            continue  # not the verdict: it may be the side file that is wrong
        ciphertext = (claim.alpha.value, claim.beta.value)
        examined[position] = (ContestEquations(ciphertexts=(ciphertext,), selections=(equations,), limit=None),)
    positions = list(examined)
    unproved = {positions[place] for place in find_unproved(group, key.public_key, list(examined.values()), random)}
    proved = examined.keys() - unproved
    return [None if position in proved else _verify_alone(key, claim) for position, claim in enumerate(claims)]


class _Search:
    """One search, with the positions that no accepted batch holds so far."""

    def __init__(
        self, group: Group, vote_key: Element, items: Sequence[Sequence[ContestEquations]], random: RandomBytes
    ) -> None:
        self.unproved: list[int] = []
        self._group = group
        self._vote_key = vote_key
        self._items = items
        self._random = random

    def run(self, positions: list[int], *, known_bad: bool) -> bool:
        """Prove what can be proved of the positions; return whether one batch proved them all."""
        if len(positions) < SMALLEST_BATCH:
            self.unproved += positions
            return False
        if not known_bad:
            taken, accepted = self._try(positions)
            if accepted:
                return len(taken) == len(positions)
            positions = taken
        middle = len(positions) // 2
        left_proved = self.run(positions[:middle], known_bad=False)
        # The whole was refused: if its left half is all true, something in the right half is false.
        self.run(positions[middle:], known_bad=left_proved)
        return False

    def _try(self, positions: list[int]) -> tuple[list[int], bool]:
        """Verify one batch; return what it took (what it would not take is unproved) and whether it was accepted."""
        elements = sum(contest.element_count for position in positions for contest in self._items[position])
        batch = BatchVerifier(self._group, self._vote_key, self._random, elements)
        taken: list[int] = []
        for position in positions:
            try:
                batch.add_contests(self._items[position])
            except VerificationError:
                self.unproved.append(position)
            else:
                taken.append(position)
        try:
            batch.finish()
        except VerificationError:
            return taken, False
        return taken, True


def _verify_alone(key: ElGamalKey, claim: RangeClaim) -> VerificationError | None:
    try:
        verify_range_untested(key, claim.h_i, claim.context, claim.alpha, claim.beta, claim.proof, claim.maximum)
    except VerificationError as error:
        return error
    return None
