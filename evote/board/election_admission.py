"""The rules of elections for the board: protocol section 4, as `evote.election.admission` states them.

Spec: docs/protocol.md sections 3, 4 and 8.

Idea: examining needs manifest and keys alone, so ballots go to worker processes in bulk; checking and applying need the
state and are quick. The proofs of a ballot that this board has admitted are not verified again at every start: the
commitments stored beside it are those that the verification recomputed, and with them all that the state needs of the
ballot is in its bytes. Statement, payload hash and signature are verified every time. Whoever doubts the database
itself replays the record with `evote.replay`, or runs the verifier.

Invariants: one state per scope; a scope exists from its manifest on.

Cost: about 0.7 ms a ballot at every start, instead of its proofs.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from evote.board.admission import Candidate, Posting, StoredEntry
from evote.bulk.verification import BallotTask, BulkVerifier
from evote.codec.payloads import decode_payload
from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.election import admission
from evote.election.admission_ballots import check_voter
from evote.election.ballot_check import BallotFacts, ContestFacts
from evote.election.context import ElectionKeyContext
from evote.election.kinds import BALLOT_KINDS, parse_kind
from evote.election.records import Ballot, ChallengedBallot
from evote.election.state import ElectionState
from evote.election.submission import Submission
from evote.errors import EvoteError, PolicyError, VerificationError
from evote.log.merkle import leaf_hash
from evote.log.statement import Statement, decode_statement, verify_statement
from evote.replay.replay import Replay, read_submission

ELEMENT_BYTES: Final = 512
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

    def __init__(self, workers: int | None = None) -> None:
        """Start with an empty log; `workers` processes verify ballots (by default one for each processor)."""
        self._group = Group(STANDARD)
        self._states: dict[bytes, ElectionState] = {}
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
                    results[place] = self._examine(posting, statement)
            except EvoteError as error:
                results[place] = error
        for scope, group in ballots.items():
            verdicts = self._verifier(scope, len(group)).verify([task for _, _, task in group])
            for (place, posting, task), verdict in zip(group, verdicts, strict=True):
                results[place] = _ballot_candidate(posting, task.statement, verdict)
        return [results[place] for place in range(len(postings))]

    def check(self, candidate: Candidate) -> None:
        """Return if the candidate may be the next entry of the log; raise PolicyError or VerificationError if not."""
        examined = _content(candidate)
        admission.check(self._state_or_new(examined.scope), examined.submission, examined.facts)

    def apply(self, candidate: Candidate) -> None:
        """Let the state follow a candidate that has just passed `check`."""
        examined = _content(candidate)
        state = self._states.setdefault(examined.scope, self._state_or_new(examined.scope))
        admission.apply(state, examined.submission, examined.facts)

    def replay(self, entries: Iterable[StoredEntry]) -> None:
        """Build the states from the log's own entries, in order; raise EvoteError at one that may not stand there."""
        replays: dict[bytes, Replay] = {}
        for entry in entries:
            posting = entry.posting
            statement = decode_statement(posting.statement)
            replay = replays.get(statement.scope) or Replay(self._group, statement.scope)
            replays[statement.scope] = replay
            replay.position = entry.index
            replay.feed(posting.statement, posting.payload, self._stored_facts(statement, posting))
        self._states = {scope: replay.state for scope, replay in replays.items()}

    def state(self, scope: bytes) -> ElectionState:
        """Return the state of one election; raise PolicyError `admission.no_manifest` where the log has none."""
        if scope not in self._states:
            raise PolicyError("admission.no_manifest", f"the log holds no manifest of election {scope.hex()}")
        return self._states[scope]

    def close(self) -> None:
        """End the worker processes."""
        for verifier in self._verifiers.values():
            verifier.close()
        self._verifiers.clear()

    def _examine(self, posting: Posting, statement: Statement) -> Candidate:
        verify_statement(statement, posting.payload)
        submission = read_submission(statement, posting.payload, self._group)
        return _candidate(replace(posting, commitments=b""), statement, submission, None)

    def _state_or_new(self, scope: bytes) -> ElectionState:
        return self._states.get(scope) or ElectionState(group=self._group, election_id=scope)

    def _verifier(self, scope: bytes, count: int) -> BulkVerifier:
        """Return the verifier for `count` ballots of an open election: this process alone where they are few."""
        workers = self._workers if count > MINIMUM_SHARED else 1
        if (scope, workers) not in self._verifiers:
            context = self.state(scope).known_context
            if not isinstance(context, ElectionKeyContext):
                raise PolicyError("admission.phase", "ballots follow election.open; the election has no keys yet")
            self._verifiers[scope, workers] = BulkVerifier(context, workers, keep_commitments=True)
        return self._verifiers[scope, workers]

    def _stored_facts(self, statement: Statement, posting: Posting) -> BallotFacts | None:
        """Return the facts of a stored ballot, None for other kinds and where its commitments are not stored."""
        if statement.kind not in BALLOT_KINDS or not posting.commitments:
            return None
        record = decode_payload(parse_kind(statement.kind), posting.payload, self._group)
        ballot = record.ballot if isinstance(record, ChallengedBallot) else record
        if not isinstance(ballot, Ballot):
            raise TypeError(f"{statement.kind} is no ballot")
        return stored_facts(ballot, posting.commitments)


def stored_facts(ballot: Ballot, commitments: bytes) -> BallotFacts:
    """Return what `verify_ballot` returned for a ballot, from its record and the commitments recomputed then.

    Nothing is verified: both must come from this board's own database.
    """
    parts = [
        part for each in ballot.contests for selection in each.selections for part in (selection.alpha, selection.beta)
    ]
    return BallotFacts(
        id=ballot.id,
        style=ballot.style,
        confirmation_code=ballot.confirmation_code,
        contests=tuple(
            ContestFacts(
                contest=each.contest,
                ciphertexts=tuple((int(one.alpha.value), int(one.beta.value)) for one in each.selections),
            )
            for each in ballot.contests
        ),
        component_digests=tuple(sha256(part.to_bytes()).digest() for part in parts),
        commitment_digests=tuple(sha256(element).digest() for element in _elements(commitments)),
        commitments=commitments,
    )


def _elements(commitments: bytes) -> Iterator[bytes]:
    return (commitments[start : start + ELEMENT_BYTES] for start in range(0, len(commitments), ELEMENT_BYTES))


def _ballot_candidate(
    posting: Posting, statement: Statement, verdict: BallotFacts | EvoteError
) -> Candidate | EvoteError:
    if isinstance(verdict, EvoteError):
        return verdict
    if posting.commitments not in (b"", verdict.commitments):
        return VerificationError("ballot.commitments", "the commitments beside the ballot are not those of its proofs")
    submission = Submission(
        kind=parse_kind(statement.kind), author=statement.author, payload_digest=statement.payload_hash, record=None
    )
    return _candidate(replace(posting, commitments=verdict.commitments), statement, submission, verdict)


def _candidate(posting: Posting, statement: Statement, submission: Submission, facts: BallotFacts | None) -> Candidate:
    # The commitments are stored beside the entry; the facts need not hold them a second time.
    kept = replace(facts, commitments=b"") if facts is not None else None
    return Candidate(
        posting=posting,
        leaf_hash=leaf_hash(posting.statement),
        author=statement.author,
        content=_Examined(scope=statement.scope, submission=submission, facts=kept),
    )


def _content(candidate: Candidate) -> _Examined:
    if not isinstance(candidate.content, _Examined):
        raise TypeError("a candidate of another admission")
    return candidate.content
