"""The rules of elections for the board: protocol section 4, as `evote.election.admission` states them.

Spec: docs/protocol.md sections 3, 4 and 8.

Idea: examining needs manifest and keys alone, so ballots go to worker processes in bulk; checking and applying need the
state and are quick. What this board has admitted it does not check again at a start: it reads the facts that were
stored beside each ballot, and the payloads of the few other statements. Whoever doubts the database itself scrubs it
(`scrub`), replays the record with `evote.replay`, or runs the verifier.

Invariants: one state per scope; a scope exists from its manifest on. Ciphertexts stay in the database until a tally
asks for them, and are compared with the ballot's digests then.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from evote.board.admission import BallotSource, Candidate, Derived, Posting, StoredEntry
from evote.bulk.verification import BallotTask, BulkVerifier
from evote.codec.payloads import decode_payload
from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.election import admission
from evote.election.admission_ballots import check_voter
from evote.election.ballot_check import BallotFacts
from evote.election.ballot_facts import (
    check_ciphertexts,
    decode_facts,
    encode_ciphertexts,
    encode_facts,
    stored_facts,
)
from evote.election.context import ElectionKeyContext
from evote.election.kinds import BALLOT_KINDS, parse_kind
from evote.election.records import Ballot, ChallengedBallot
from evote.election.state import ElectionState
from evote.election.submission import Submission
from evote.errors import EvoteError, PolicyError, VerificationError
from evote.log.merkle import leaf_hash
from evote.log.statement import Statement, decode_statement, verify_statement
from evote.replay.replay import read_submission

# Fewer ballots are verified sooner than processes start.
MINIMUM_SHARED: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Examined:
    """The content of a candidate: a submission of a scope; a ballot's with its facts."""

    scope: bytes
    submission: Submission
    facts: BallotFacts | None


class ElectionAdmission:
    """The admission rules of every election in the log, and their states."""

    def __init__(self, workers: int | None = None, *, minimum_shared: int = MINIMUM_SHARED) -> None:
        """Start with an empty log; `workers` processes verify ballots (by default one for each processor).

        Up to `minimum_shared` ballots together are verified in this process; a process that must not stand still
        meanwhile sets 0.
        """
        self._minimum_shared = minimum_shared
        self._group = Group(STANDARD)
        self._states: dict[bytes, ElectionState] = {}
        self._ballots: BallotSource | None = None
        self._workers = workers or len(os.sched_getaffinity(0))
        self._verifiers: dict[tuple[bytes, int], BulkVerifier] = {}

    def is_ballot(self, posting: Posting) -> bool:
        """Say whether a posting may wait and be shuffled; raise EncodingError where it is no statement."""
        return decode_statement(posting.statement).kind in BALLOT_KINDS

    def examine(self, postings: Sequence[Posting]) -> Sequence[Candidate | EvoteError]:
        """Decode, and verify signatures, hashes and proofs; return a candidate or the refusal for each, in order.

        Raise BoardError `bulk.worker_crashed` where a worker process was lost; nothing is decided then.
        """
        results: dict[int, Candidate | EvoteError] = {}
        ballots: dict[bytes, list[tuple[int, Posting, BallotTask]]] = defaultdict(list)
        for place, posting in enumerate(postings):
            try:
                statement = decode_statement(posting.statement)
                if statement.kind in BALLOT_KINDS:
                    # The cheap reasons first: no proof is verified for a ballot that would be refused anyway.
                    check_voter(self.state(statement.scope), parse_kind(statement.kind), statement.author)
                    task = BallotTask(statement=statement, payload=posting.payload, commitments=posting.commitments)
                    ballots[statement.scope].append((place, posting, task))
                else:
                    verify_statement(statement, posting.payload)
                    results[place] = self._plain_candidate(posting, statement)
            except EvoteError as error:
                results[place] = error
        for scope, group in ballots.items():
            verdicts = self._verifier(scope, len(group)).verify([task for _, _, task in group])
            for (place, posting, task), verdict in zip(group, verdicts, strict=True):
                results[place] = self._examined(posting, task.statement, verdict)
        return [results[place] for place in range(len(postings))]

    def check(self, candidate: Candidate) -> None:
        """Return if the candidate may be the next entry of the log; raise PolicyError or VerificationError if not."""
        examined = _content(candidate)
        admission.check(self._state_or_new(examined.scope), examined.submission, examined.facts)

    def apply(self, candidate: Candidate) -> None:
        """Let the state follow a candidate that has just passed `check`."""
        examined = _content(candidate)
        self._apply(examined.scope, examined.submission, examined.facts)

    def restore(self, posting: Posting, derived: Derived | None) -> Candidate:
        """Return the candidate that `examine` made of a posting elsewhere; nothing of it is verified again.

        Raise EncodingError where the bytes are not what `examine` lets through.
        """
        statement = decode_statement(posting.statement)
        if derived is None:
            return self._plain_candidate(posting, statement)
        return _ballot_candidate(posting, statement, decode_facts(derived.facts), derived)

    def derive(self, posting: Posting) -> Derived | None:
        """Return anew what is stored beside a posting that was admitted, None where it is no ballot.

        Proofs are verified only where no commitments are stored, under the keys of the state so far. Raise EvoteError
        where the payload is no ballot.
        """
        statement = decode_statement(posting.statement)
        if statement.kind not in BALLOT_KINDS:
            return None
        if not posting.commitments:
            task = BallotTask(statement=statement, payload=posting.payload)
            (verdict,) = self._verifier(statement.scope, 1).verify([task])
            if isinstance(verdict, EvoteError):
                raise verdict
            return self._derived(statement.scope, verdict)
        record = decode_payload(parse_kind(statement.kind), posting.payload, self._group)
        ballot = record.ballot if isinstance(record, ChallengedBallot) else record
        if not isinstance(ballot, Ballot):
            raise TypeError(f"{statement.kind} is no ballot")
        return self._derived(statement.scope, stored_facts(ballot, posting.commitments))

    def replay(self, entries: Iterable[StoredEntry], ballots: BallotSource) -> None:
        """Build the states from the log's own entries, in order; they were admitted, and are not checked again."""
        self._states = {}
        self._ballots = ballots
        for entry in entries:
            statement = decode_statement(entry.statement)
            if entry.facts:
                self._apply(statement.scope, _ballot_submission(statement), decode_facts(entry.facts))
            else:
                self._apply(statement.scope, read_submission(statement, entry.payload, self._group), None)

    def state(self, scope: bytes) -> ElectionState:
        """Return the state of one election; raise PolicyError `admission.no_manifest` where the log has none."""
        if scope not in self._states:
            raise PolicyError("admission.no_manifest", f"the log holds no manifest of election {scope.hex()}")
        return self._states[scope]

    @property
    def elections(self) -> tuple[bytes, ...]:
        """The scopes of the elections in the log, oldest first."""
        return tuple(self._states)

    def close(self) -> None:
        """End the worker processes."""
        for verifier in self._verifiers.values():
            verifier.close()
        self._verifiers.clear()

    def _apply(self, scope: bytes, submission: Submission, facts: BallotFacts | None) -> None:
        state = self._states.get(scope)
        if state is None:
            state = self._states[scope] = self._state_or_new(scope)
        admission.apply(state, submission, facts)

    def _state_or_new(self, scope: bytes) -> ElectionState:
        known = self._states.get(scope)
        if known is not None:
            return known
        source = _Ciphertexts(self._group, scope, self._ballots) if self._ballots is not None else None
        return ElectionState(group=self._group, election_id=scope, source=source)

    def _verifier(self, scope: bytes, count: int) -> BulkVerifier:
        """Return the verifier for `count` ballots of an open election: this process alone where they are few."""
        workers = self._workers if count > self._minimum_shared else 1
        if (scope, workers) not in self._verifiers:
            context = self.state(scope).known_context
            if not isinstance(context, ElectionKeyContext):
                raise PolicyError("admission.phase", "ballots follow election.open; the election has no keys yet")
            self._verifiers[scope, workers] = BulkVerifier(context, workers, keep_commitments=True)
        return self._verifiers[scope, workers]

    def _plain_candidate(self, posting: Posting, statement: Statement) -> Candidate:
        submission = read_submission(statement, posting.payload, self._group)
        return Candidate(
            posting=replace(posting, commitments=b""),
            leaf_hash=leaf_hash(posting.statement),
            author=statement.author,
            content=_Examined(scope=statement.scope, submission=submission, facts=None),
        )

    def _examined(
        self, posting: Posting, statement: Statement, verdict: BallotFacts | EvoteError
    ) -> Candidate | EvoteError:
        if isinstance(verdict, EvoteError):
            return verdict
        if posting.commitments not in (b"", verdict.commitments):
            return VerificationError(
                "ballot.commitments", "the commitments beside the ballot are not those of its proofs"
            )
        derived = self._derived(statement.scope, verdict)
        return _ballot_candidate(replace(posting, commitments=verdict.commitments), statement, verdict, derived)

    def _derived(self, scope: bytes, facts: BallotFacts) -> Derived:
        return Derived(
            facts=encode_facts(facts),
            scope=scope,
            code=facts.confirmation_code,
            ciphertexts=encode_ciphertexts(self._group, facts),
        )


class _Ciphertexts:
    """The ciphertexts of one election in the database."""

    def __init__(self, group: Group, scope: bytes, ballots: BallotSource) -> None:
        self._group = group
        self._scope = scope
        self._ballots = ballots

    def read(self, confirmation_code: bytes) -> bytes:
        """Return the ciphertexts of a ballot, compared with its digests."""
        facts, ciphertexts = self._ballots.ciphertexts(self._scope, confirmation_code)
        check_ciphertexts(self._group, ciphertexts, decode_facts(facts))
        return ciphertexts


def _ballot_submission(statement: Statement) -> Submission:
    return Submission(
        kind=parse_kind(statement.kind), author=statement.author, payload_digest=statement.payload_hash, record=None
    )


def _ballot_candidate(posting: Posting, statement: Statement, facts: BallotFacts, derived: Derived) -> Candidate:
    return Candidate(
        posting=posting,
        leaf_hash=leaf_hash(posting.statement),
        author=statement.author,
        # What is stored beside the entry need not be held a second time.
        content=_Examined(
            scope=statement.scope,
            submission=_ballot_submission(statement),
            facts=replace(facts, contests=(), commitments=b""),
        ),
        derived=derived,
    )


def _content(candidate: Candidate) -> _Examined:
    if not isinstance(candidate.content, _Examined):
        raise TypeError("a candidate of another admission")
    return candidate.content
