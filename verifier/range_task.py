"""The unit of work: judge a range of the log with its payloads, as a pure function of job and range.

*Spec*: docs/protocol.md, sections 3, 8, 12 (rows L.G, L.H, S.A of ballots; V5 to V8, V13, V14).

*Idea*: The worker reads its range itself, frame by frame. All ballots of a range whose commitments are recorded share
one batch with coefficients of its own, so that verdicts of ranges need nothing from each other. Results are small and
add up in any order. A range that was judged before is only read again: if nothing in it has changed, its findings
have not.

*Invariants*: Leaf hashes go back to whoever rebuilt the tree, so that files which change between two readings are
noticed. A result that grows too large ends its range early, and says where.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Any

from verifier import hashing
from verifier.batch_search import BallotPlace, ProofJudge, ReadBallot
from verifier.checks.ballots import BallotChecker
from verifier.checks.challenged import check_opening
from verifier.checks.course import BALLOTS
from verifier.commitments import CommitmentCursor, most_beside_a_ballot
from verifier.errors import RecordUnreadable
from verifier.facts import BallotFacts, unpack_facts
from verifier.harvest import Harvest
from verifier.ledger import Ledger
from verifier.payloads import PayloadCursor
from verifier.range_reader import RangeReader, Read
from verifier.schema import decode_payload
from verifier.worker import Worker

BALLOT_ROWS = (
    *("V5.A", "V5.B", "V6.A", "V6.B", "V6.C", "V6.D", "V7.A", "V7.B", "V7.C", "V7.D"),
    *("V8.A", "V8.B", "S.C", "E.F", "E.G", "E.H", "E.I"),
)
CAST_ROWS = ("E.E",)
OPENING_ROWS = ("V13.B", "V14.A", "V14.B", "V14.C", "V14.D", "V14.E", "V14.F")
RESULT_BYTES = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a range that was judged before; ``sums`` says whether the same of its ballots still count."""

    transcript: bytes
    sums: bool


@dataclass(slots=True, kw_only=True)
class RangeResult:
    """What a range yields, up to ``stop``.

    Where ``judged`` is false, nothing has changed since it was known: ledger and digests are empty, and sums and lost
    ballots are there only if they were asked for.
    """

    stop: int
    transcript: bytes
    leaves: dict[int, bytes]
    judged: bool
    ledger: Ledger
    harvest: Harvest


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeTask:
    """Entries start <= entry < stop, the packed facts of their ballots, and payloads that L.G has counted already."""

    start: int
    stop: int
    facts: bytes
    altered: frozenset[int] = frozenset()
    known: Known | None = None

    def run(self, worker: Worker) -> RangeResult:
        """Read the range again if it is known, and judge it if it is not what it was."""
        facts = unpack_facts(self.facts)
        if self.known is not None:
            again = _read_again(worker, self, self.known, facts)
            if again.transcript == self.known.transcript:
                return again
            worker.advance(-len(again.leaves))
        return _Judge(worker, self, facts).run()


def _is_ballot(worker: Worker, read: Read) -> bool:
    statement = read.statement
    return statement is not None and statement.scope == worker.job.scope and statement.kind in BALLOTS


def _ballot_in(kind: str, value: Any) -> dict[str, Any]:
    ballot: dict[str, Any] = value if kind == "ballot.cast" else value["ballot"]
    return ballot


def _read_again(worker: Worker, task: RangeTask, known: Known, facts: Mapping[int, BallotFacts]) -> RangeResult:
    """Read a range without judging it; add its ballots up if others count than before."""
    reader = RangeReader(worker.record, worker.job.size, task.start, task.stop)
    harvest, checker = Harvest(), worker.checker
    if checker is not None:
        checker.harvest = harvest
    for read in reader.read():
        worker.advance(1)
        ballot = facts.get(read.entry)
        if known.sums or read.statement is None or ballot is None or not ballot.counted:
            continue
        kind = read.statement.kind
        value = decode_payload(kind, read.payload).value if read.payload is not None and kind in BALLOTS else None
        if checker is None or value is None:
            harvest.lost += 1
        else:
            checker.add_up(_ballot_in(kind, value), ballot)
    return RangeResult(
        stop=task.stop,
        transcript=reader.transcript(),
        leaves=reader.leaves,
        judged=False,
        ledger=Ledger(),
        harvest=harvest,
    )


@dataclass(slots=True)
class _Judge:
    worker: Worker
    task: RangeTask
    facts: Mapping[int, BallotFacts]
    ledger: Ledger = field(default_factory=Ledger)
    harvest: Harvest = field(default_factory=Harvest)
    proofs: ProofJudge | None = None

    def run(self) -> RangeResult:
        worker, size = self.worker, self.worker.job.size
        checker = worker.checker
        recorded = CommitmentCursor(worker.record, size, most_beside_a_ballot(worker.job.manifest))
        if checker is not None:
            checker.ledger, checker.harvest = self.ledger, self.harvest
            reread = partial(_reread, checker, PayloadCursor(worker.record, size), recorded)
            self.proofs = ProofJudge(checker, len(self.facts), reread)
        reader = RangeReader(worker.record, size, self.task.start, self.task.stop)
        for read in reader.read():
            self._entry(read, recorded)
            worker.advance(1)
            waiting = self.proofs.waiting_bytes() if self.proofs is not None else 0
            if self.harvest.size() + waiting > RESULT_BYTES:
                reader.stop = read.entry + 1
        for row in ("L.G", "L.H") if reader.unread else ():
            self.ledger.unevaluated(row, "entries that can't be read", reader.unread)
        for entry, problem in reader.ends:
            self.ledger.failed("L.G", problem, entry=entry)
        if self.proofs is not None:
            self.proofs.settle()
        if recorded.unavailable:
            words = "the commitments beside some ballots can't be fetched, so their proofs were verified one by one"
            self.ledger.note("V6.D", words)
        return RangeResult(
            stop=reader.stop,
            transcript=reader.transcript(),
            leaves=reader.leaves,
            judged=True,
            ledger=self.ledger,
            harvest=self.harvest,
        )

    def _entry(self, read: Read, recorded: CommitmentCursor) -> None:
        entry, statement = read.entry, read.statement
        if statement is None:
            return  # L.F has counted it
        self.ledger.check("L.H", statement.is_signed(), f"entry {entry}: signature", entry=entry)
        if read.payload is None:
            self.ledger.failed("L.G", f"entry {entry}: {read.problem}", entry=entry)
            if _is_ballot(self.worker, read):
                self._lost(read, statement.kind, "its payload can't be read")
            return
        if entry not in self.task.altered:
            right = read.digest == statement.payload
            self.ledger.check("L.G", right, f"entry {entry}: payload has another hash", entry=entry)
        if _is_ballot(self.worker, read):
            self._ballot(read, statement.kind, statement.author, read.payload, recorded)

    def _lost(self, read: Read, kind: str, why: str) -> None:
        rows = CAST_ROWS if kind == "ballot.cast" else OPENING_ROWS
        self.ledger.unevaluated_rows((*BALLOT_ROWS, *rows), f"a ballot: {why}")
        if read.entry in self.facts and self.facts[read.entry].counted:
            self.harvest.lost += 1

    def _ballot(self, read: Read, kind: str, author: bytes, payload: bytes, recorded: CommitmentCursor) -> None:
        entry = read.entry
        decoded = decode_payload(kind, payload)
        where = f"entry {entry} ({kind}): {', '.join(decoded.problems[:3])}"
        self.ledger.check("S.A", not decoded.problems, where, entry=entry)
        checker, facts = self.worker.checker, self.facts.get(entry)
        if checker is None or self.proofs is None or facts is None:
            self._lost(read, kind, "the manifest or the keys can't be read")
        elif decoded.value is None:
            self._lost(read, kind, "its payload can't be read")
        else:
            ballot = _ballot_in(kind, decoded.value)
            h_i = checker.check(entry, author, ballot, facts)
            place = BallotPlace(entry=entry, kind=kind, digest=read.digest)
            beside = recorded.commitments(entry)
            self.proofs.judge(ReadBallot(place=place, ballot=ballot, h_i=h_i, recorded=beside))
            if kind != "ballot.cast":
                check_opening(checker, entry, h_i, decoded.value)


def _reread(
    checker: BallotChecker, cursor: PayloadCursor, recorded: CommitmentCursor, place: BallotPlace
) -> ReadBallot:
    """Read a ballot again; raise RecordUnreadable where it is not what it was."""
    payload = cursor.payload(place.entry)
    value = decode_payload(place.kind, payload).value
    if sha256(payload).digest() != place.digest or value is None:
        raise RecordUnreadable("it changed while it was read")
    ballot = _ballot_in(place.kind, value)
    h_i = hashing.identifier_hash(checker.keys.h_e, bytes.fromhex(ballot["id"]))
    return ReadBallot(place=place, ballot=ballot, h_i=h_i, recorded=recorded.commitments(place.entry))
