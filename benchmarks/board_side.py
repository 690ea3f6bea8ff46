"""The board's verification of proofs as something to measure: naive, proof by proof, in batches.

*Idea*: every method starts from the same encoded ballots (raw elements, scalars, H_I; no JSON) and does the whole of
Verifications 6 and 7. Naive is one plain power after another: 10 for each selection, membership among them, and 8 for
the limit proof. Ballots are gone through again and again where more are asked for than there are; coefficients are
drawn afresh each time.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from gmpy2 import mpz, powmod

from benchmarks.counting import Counts, counting
from benchmarks.formulas import BatchShape, Shape, board_alone, board_batch
from benchmarks.sample_election import CONTEST, SampleElection
from benchmarks.sides import Work
from evote.codec.payloads import decode_payload
from evote.core.batch.buckets import BucketProduct
from evote.core.batch.equations import examine_contest
from evote.core.batch.verifier import BatchVerifier
from evote.core.elgamal import Ciphertext, ElGamalKey, multiply
from evote.core.fixed_base import BULK_WINDOW_BITS
from evote.core.group import Element, Group
from evote.core.hashing import encode_index
from evote.core.parameters import STANDARD
from evote.core.range_proof import RangeProof, range_challenge, verify_limit, verify_selection_untested
from evote.election.kinds import Kind
from evote.election.records import Ballot, ElectionKeys
from evote.errors import VerificationError


@dataclass(frozen=True, slots=True, kw_only=True)
class RawBallot:
    """Hold one contest as a record holds it."""

    h_i: bytes
    ciphertexts: tuple[tuple[bytes, bytes], ...]
    selection_proofs: tuple[RangeProof, ...]
    limit_proof: RangeProof
    commitments: bytes


class BoardSide:
    """The ballots of an election for the board's verification."""

    name = "board"

    def __init__(self, shape: Shape, group: Group, vote_key: bytes, ballots: Sequence[RawBallot]) -> None:
        """Take ballots that all have `shape`."""
        self.shape = shape
        self.group = group
        self.ballots = ballots
        self._vote_key = vote_key

    @classmethod
    def of(cls, election: SampleElection) -> BoardSide:
        """Decode an election's ballots."""
        group = Group(STANDARD)
        keys = decode_payload(Kind.KEYS, election.keys, group)
        assert isinstance(keys, ElectionKeys)
        ballots = []
        for submission in election.ballots:
            ballot = decode_payload(Kind.BALLOT_CAST, submission.payload, group)
            assert isinstance(ballot, Ballot)
            ballots.append(_raw(ballot, submission.commitments))
        return cls(Shape(options=election.options), group, keys.vote_key.to_bytes(), ballots)

    @cached_property
    def vote_key(self) -> Element:
        """Return K."""
        return self.group.decode_element(self._vote_key)

    @cached_property
    def key(self) -> ElGamalKey:
        """Return K with the tables, which proof by proof needs."""
        return ElGamalKey.precompute(self.vote_key, BULK_WINDOW_BITS)

    def naive(self, number: int) -> None:
        """Verify a ballot with plain powers only."""
        verify_naive(self.group, self.vote_key, self.ballots[number % len(self.ballots)])

    def alone(self, number: int) -> None:
        """Verify a ballot proof by proof, with tables and shared squarings."""
        ballot, group = self.ballots[number % len(self.ballots)], self.group
        tested = []
        for option, ((alpha, beta), proof) in enumerate(
            zip(ballot.ciphertexts, ballot.selection_proofs, strict=True), 1
        ):
            parts = group.decode_untested(alpha), group.decode_untested(beta)
            tested.append(verify_selection_untested(self.key, ballot.h_i, CONTEST, option, *parts, proof, 1)[0])
        verify_limit(self.key, ballot.h_i, CONTEST, tested, ballot.limit_proof, 1)

    def alone_theory(self) -> float:
        """Return the multiplications of `alone`."""
        return board_alone(self.shape)

    def batch(self, expected: int) -> BoardBatch:
        """Open a batch that is planned for `expected` ballots."""
        return BoardBatch(self, expected)

    def count(self, work: Work[BoardSide], *, tables: bool = False) -> Counts:
        """Count what some work on this side performs; `tables` that it needs are made before."""
        group = Group(STANDARD)
        with counting(group) as counts:
            counted = BoardSide(self.shape, group, self._vote_key, self.ballots)
            _ = counted.key if tables else counted.vote_key
            counts.reset()
            work(counted)
        return counts


class BoardBatch:
    """One batch, filled from a side's ballots."""

    def __init__(self, side: BoardSide, expected: int) -> None:
        """Open the batch."""
        self._side = side
        self._batch = BatchVerifier(side.group, side.vote_key, secrets.token_bytes, expected * side.shape.elements)
        self._next = 0

    @property
    def batch_shape(self) -> BatchShape:
        """Return what the formulas need."""
        return board_batch(self._side.shape, self._batch.plan)

    @property
    def windows(self) -> int:
        """Return k."""
        return len(self._batch.plan.commitment_widths)

    def add(self, count: int) -> None:
        """Add the next ballots."""
        side = self._side
        untested = side.group.decode_untested
        for number in range(self._next, self._next + count):
            ballot = side.ballots[number % len(side.ballots)]
            equations = examine_contest(
                side.group,
                ballot.h_i,
                CONTEST,
                [(untested(alpha), untested(beta)) for alpha, beta in ballot.ciphertexts],
                ballot.selection_proofs,
                1,
                ballot.limit_proof,
                1,
                ballot.commitments,
            )
            self._batch.add_contests([equations])
        self._next += count

    def settle(self) -> None:
        """Leave no number of the ballots so far waiting for its buckets."""
        self._batch.settle()

    def end(self) -> None:
        """Give the verdict; raises VerificationError if it is not that all ballots are right."""
        self._batch.finish()

    def fill(self) -> None:
        """Put a number into every bucket, as after many ballots; the verdict is then void."""
        for product in (self._batch._components, self._batch._commitments):
            fill_rows(product, self._side.group.p)

    def void_end(self) -> None:
        """End a batch whose buckets were filled: everything but the powers, since its numbers are no squares."""
        try:
            self._batch.finish()
        except VerificationError:
            return
        raise AssertionError("a batch of arbitrary numbers was accepted")


def fill_rows(product: BucketProduct, modulus: mpz) -> None:
    """Put a different number of full length into every bucket."""
    value = mpz(secrets.randbits(4094))
    for row in product._rows:
        for digit in range(1, len(row)):
            value = value * 3 % modulus
            row[digit] = value


def verify_naive(group: Group, vote_key: Element, ballot: RawBallot) -> None:
    """Verify one ballot with plain powers; raises AssertionError for a false one."""
    p, q, g, K = group.p, group.order, group.generator.value, vote_key.value
    tested = []
    for alpha, beta in ballot.ciphertexts:
        tested.append(Ciphertext(alpha=group.decode_element(alpha), beta=group.decode_element(beta)))
    places: list[tuple[Ciphertext, RangeProof, tuple[int, ...]]] = [
        (ciphertext, proof, (CONTEST, option))
        for option, (ciphertext, proof) in enumerate(zip(tested, ballot.selection_proofs, strict=True), 1)
    ]
    places.append((multiply(tested), ballot.limit_proof, (CONTEST,)))
    for ciphertext, proof, place in places:
        commitments = []
        for j, (c, v) in enumerate(zip(proof.challenges, proof.responses, strict=True)):
            # a_j = g^{v_j} * alpha^{c_j},  b_j = K^{v_j - j c_j} * beta^{c_j}
            a = powmod(g, v.value, p) * powmod(ciphertext.alpha.value, c.value, p) % p
            b = powmod(K, (v.value - j * c.value) % q, p) * powmod(ciphertext.beta.value, c.value, p) % p
            commitments += [group.computed_element(a), group.computed_element(b)]
        context = tuple(map(encode_index, place))
        challenge = range_challenge(group, ballot.h_i, context, ciphertext.alpha, ciphertext.beta, commitments)
        if challenge != group.scalar(sum(c.value for c in proof.challenges)):
            raise AssertionError("an honest ballot was refused")


def _raw(ballot: Ballot, commitments: bytes) -> RawBallot:
    (contest,) = ballot.contests
    return RawBallot(
        h_i=ballot.identifier_hash,
        ciphertexts=tuple((each.alpha.to_bytes(), each.beta.to_bytes()) for each in contest.selections),
        selection_proofs=tuple(each.proof for each in contest.selections),
        limit_proof=contest.limit_proof,
        commitments=commitments,
    )
