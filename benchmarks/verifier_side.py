"""The independent verifier's verification of proofs as something to measure: proof by proof and in batches.

*Idea*: it starts from payloads that are read already (hexadecimal text in JSON's types) and does all of Verifications
6 and 7. `verify_whole` starts from bytes: entry, signature, JSON, all hashes, the sums, the rows of the report and the
digests by which repeated values are found as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from benchmarks.counting import Counts, counting
from benchmarks.formulas import BatchShape, Shape, verifier_alone, verifier_batch
from benchmarks.sample_election import SampleElection
from benchmarks.sides import Work
from evote.client.submission import Submission
from evote.core.group import Group
from evote.core.parameters import STANDARD
from verifier import hashing
from verifier.batch import Batch
from verifier.batch_buckets import Buckets
from verifier.batch_proofs import ContestProofs, recorded_proofs
from verifier.checks.ballots import BallotChecker, BallotKeys, DigestKeys
from verifier.election import number as number_of
from verifier.facts import BallotFacts
from verifier.group import ONE, P
from verifier.harvest import Harvest
from verifier.ledger import Ledger
from verifier.manifest import manifest_from
from verifier.schema import decode_payload
from verifier.statement import parse_statement

WINDOW = 10
DIGEST_KEYS = DigestKeys(ids=b"i" * 32, components=b"c" * 32, commitments=b"a" * 32)
_COUNTED = BallotFacts(counted=True, district=1, weight=1, number=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBallot:
    """A decoded payload, H_I, and the bytes recorded beside the ballot."""

    ballot: dict[str, Any]
    h_i: bytes
    recorded: bytes


class VerifierSide:
    """The ballots of an election for the independent verifier."""

    name = "verifier"

    def __init__(self, shape: Shape, manifest: bytes, keys: bytes, ballots: Sequence[ReadBallot]) -> None:
        """Take ballots that all have `shape`, and the payloads of manifest and keys."""
        self.shape = shape
        self.ballots = ballots
        self._payloads = manifest, keys

    @classmethod
    def of(cls, election: SampleElection) -> VerifierSide:
        """Read an election's ballots."""
        side = cls(Shape(options=election.options), election.manifest, election.keys, ())
        h_e = side.checker.keys.h_e
        ballots = []
        for submission in election.ballots:
            ballot = _decoded("ballot.cast", submission.payload)
            h_i = hashing.identifier_hash(h_e, bytes.fromhex(ballot["id"]))
            ballots.append(ReadBallot(ballot=ballot, h_i=h_i, recorded=submission.commitments))
        side.ballots = ballots
        return side

    @cached_property
    def checker(self) -> BallotChecker:
        """Return the judge of ballots; its tables are made when first used."""
        return ballot_checker(*self._payloads)

    def alone(self, number: int) -> None:
        """Verify a ballot proof by proof; raises AssertionError for a false one."""
        checker, read = self.checker, self.ballots[number % len(self.ballots)]
        checker.ledger, checker.harvest = Ledger(), Harvest()
        checker.check_proofs(number, read.ballot, read.h_i)
        if any(checker.ledger.failures(row) for row in ("V6.A", "V6.D", "V7.A", "V7.D")):
            raise AssertionError("an honest ballot was refused")

    def alone_theory(self) -> float:
        """Return the multiplications of `alone`."""
        return verifier_alone(self.shape, WINDOW)

    def batch(self, expected: int) -> VerifierBatch:
        """Open a batch that is planned for `expected` ballots."""
        return VerifierBatch(self, expected)

    def count(self, work: Work[VerifierSide], *, tables: bool = False) -> Counts:
        """Count what some work on this side performs; `tables` that it needs are made before."""
        with counting(Group(STANDARD)) as counts:
            counted = VerifierSide(self.shape, *self._payloads, self.ballots)
            checker = counted.checker
            if tables:
                _ = checker.g_table, checker.k_table
            counts.reset()
            work(counted)
        return counts


class VerifierBatch:
    """One batch, filled from a side's ballots."""

    def __init__(self, side: VerifierSide, expected: int) -> None:
        """Open the batch."""
        self._side = side
        shape, checker = side.shape, side.checker
        self._batch = Batch(checker.keys.vote_key, expected * shape.components, expected * shape.commitments)
        self._next = 0

    @property
    def batch_shape(self) -> BatchShape:
        """Return what the formulas need."""
        return verifier_batch(self._side.shape, self._batch)

    @property
    def windows(self) -> int:
        """Return k, the windows of a coefficient."""
        return len(self._batch._commitments.widths)

    def add(self, count: int) -> None:
        """Add the next ballots."""
        side = self._side
        for number in range(self._next, self._next + count):
            self.add_read(side.ballots[number % len(side.ballots)])
        self._next += count
        self.settle()

    def add_read(self, read: ReadBallot) -> tuple[ContestProofs, ...]:
        """Add one ballot and return its proofs; raises AssertionError where its recorded commitments don't fit."""
        proofs = recorded_proofs(read.ballot, read.recorded, read.h_i)
        if proofs is None:
            raise AssertionError("an honest ballot's commitments were refused")
        self._batch.add(proofs)
        return proofs

    def settle(self) -> None:
        """Leave no number of the ballots so far waiting for its buckets, so that what is timed is all of their work."""
        for buckets in (self._batch._components, self._batch._commitments):
            buckets.settle()

    def end(self) -> None:
        """Give the verdict; raises AssertionError if it is not that all ballots are right."""
        if not self._batch.verdicts().all:
            raise AssertionError("a batch of honest ballots was refused")

    def fill(self) -> None:
        """Put a number into every bucket, as after many ballots; the verdict is then void."""
        for buckets in (self._batch._components, self._batch._commitments):
            fill_rows(buckets)

    def void_end(self) -> None:
        """End a batch whose buckets were filled."""
        if self._batch.verdicts().all:
            raise AssertionError("a batch of arbitrary numbers was accepted")


def fill_rows(buckets: Buckets) -> None:
    """Put a different number of full length into every bucket."""
    value = P // 7
    for _, _, row in buckets._rows:
        for digit in range(1, len(row)):
            long_product = value * 3
            # the bucket keeps its place in memory, as in `verifier.batch_buckets`
            row[digit] = ONE
            row[digit] = value = long_product % P


def ballot_checker(manifest: bytes, keys: bytes) -> BallotChecker:
    """Return the judge of ballots for the payloads of manifest and keys, believed as they are."""
    stated = _decoded("election.keys", keys)
    ballot_keys = BallotKeys(
        h_e=bytes.fromhex(stated["h_e"]),
        b_c=bytes.fromhex(stated["chaining_field"]),
        vote_key=number_of(stated["vote_key"]),
    )
    typed = manifest_from(_decoded("election.manifest", manifest))
    return BallotChecker(typed, ballot_keys, DIGEST_KEYS, WINDOW)


def verify_whole(side: VerifierSide, batch: VerifierBatch, start: int, submissions: Sequence[Submission]) -> None:
    """Verify submissions from their bytes, their proofs in `batch`; the sums grow in the checker's harvest.

    Raises AssertionError for a bad signature, payload or hash. The verdict on the proofs is the batch's.
    """
    checker = side.checker
    checker.ledger = Ledger()
    for entry, submission in enumerate(submissions, start):
        statement = parse_statement(submission.entry)
        digest = sha256(submission.payload).digest()
        if digest != statement.payload or not statement.is_signed():
            raise AssertionError("an honest statement was refused")
        ballot = _decoded("ballot.cast", submission.payload)
        h_i = checker.check(entry, statement.author, ballot, _COUNTED)
        proofs = batch.add_read(ReadBallot(ballot=ballot, h_i=h_i, recorded=submission.commitments))
        checker.record_proofs(entry, proofs, checker.ledger)
    batch.settle()
    if any(checker.ledger.failures(row) for row in ("V5.B", "S.C", "E.F", "V8.A", "V8.B")):
        raise AssertionError("an honest ballot was refused")


def _decoded(kind: str, payload: bytes) -> dict[str, Any]:
    decoded = decode_payload(kind, payload)
    if decoded.problems or decoded.value is None:
        raise AssertionError(f"{kind}: {', '.join(decoded.problems)}")
    value: dict[str, Any] = decoded.value
    return value
