"""Ballots verified in one random combination as they come, however many there are.

Spec: docs/protocol.md section 8; docs/batch-verification.md sections 4, 7 (streams) and 9.

Idea: what `ballot_batch` does with ballots that it holds, this does with ballots that pass by: each is examined, goes
into the buckets of the combination, and is forgotten. So a batch may be large, which is what makes it cheap.

Invariants: facts that `add` returned hold only if `finish` returns. A stream proves all of its ballots or says nothing
about any: whoever wants to know which one is false verifies them again (`ballot_batch.verify_ballots`).
"""

from __future__ import annotations

from dataclasses import replace

from evote.core.batch.verifier import BatchVerifier
from evote.core.random_source import RandomBytes
from evote.election.ballot_batch import examine_ballot
from evote.election.ballot_check import BallotFacts
from evote.election.context import ElectionKeyContext
from evote.election.records import Ballot


class BallotStream:
    """One combination of the proofs of all ballots that pass by."""

    def __init__(self, context: ElectionKeyContext, random: RandomBytes, expected_ballots: int) -> None:
        """Begin; the expected number decides about speed and memory (up to 0.9 GB for millions), never about truth.

        `random` must be unpredictable to the ballots' makers (`secrets.token_bytes`).
        """
        self._context = context
        self._random = random
        self._expected_ballots = expected_ballots
        self._batch: BatchVerifier | None = None

    def add(self, ballot: Ballot, author: bytes, commitments: bytes) -> BallotFacts:
        """Take in a ballot with its author (public key, 32 bytes) and recorded commitments; return its facts.

        Raise EvoteError where it can't be verified with these commitments, which says that it has to be verified by
        itself, not that it is false; the stream goes on without it.
        """
        examined = examine_ballot(self._context, ballot, author, commitments)
        if self._batch is None:
            elements = sum(contest.element_count for contest in examined.contests)
            expected = elements * self._expected_ballots
            self._batch = BatchVerifier(self._context.group, self._context.vote_key, self._random, expected)
        self._batch.add_contests(examined.contests)
        return replace(examined.facts, commitments=b"")

    def finish(self) -> None:
        """Verify everything that was taken in, and end the stream; nothing to verify is true.

        Raise VerificationError `verification.batch` where something is false; with a false ballot in the stream it
        returns with probability at most 2^-128.
        """
        if self._batch is not None:
            self._batch.finish()
