"""What one worker process does: judge a slice of the log with its payloads, or a handful of partial decryptions.

*Spec*: docs/protocol.md, sections 3, 8, 10, 12 (rows L.G, L.H, S.A of ballots; V5 to V8, V13, V14; V10).

*Idea*: A slice is read from the record by the worker itself, frame by frame. All its ballots whose commitments are
recorded share one batch, so its verdict is a function of the slice alone.

*Invariants*: An entry that is not the one the tree was rebuilt from fails L.C, so files that change between two passes
are noticed.
"""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from gmpy2 import mpz

from verifier import hashing
from verifier.batch_search import BallotPlace, ProofJudge, ReadBallot
from verifier.checks.ballots import BallotChecker, BallotKeys, DigestKeys, Harvest
from verifier.checks.ceremony import partial_verdict
from verifier.checks.challenged import check_opening
from verifier.checks.course import BALLOTS
from verifier.commitments import CommitmentCursor
from verifier.election import Keys, number
from verifier.errors import Malformed, RecordUnreadable
from verifier.group import is_element, is_scalar
from verifier.ledger import Ledger
from verifier.manifest import Manifest
from verifier.merkle import leaf_hash
from verifier.payloads import WIDTH, PayloadCursor
from verifier.reader import frames, open_record, tile_path
from verifier.schema import decode_payload
from verifier.scratch import BallotFacts, altered_payloads, ballot_facts, leaf_hashes, open_scratch
from verifier.statement import Statement, parse_statement

MAX_FRAME = 0xFFFF
BALLOT_ROWS = (
    *("V5.A", "V5.B", "V6.A", "V6.B", "V6.C", "V6.D", "V7.A", "V7.B", "V7.C", "V7.D"),
    *("V8.A", "V8.B", "S.C", "E.F", "E.G", "E.H", "E.I"),
)
OPENING_ROWS = ("V13.B", "V14.A", "V14.B", "V14.C", "V14.D", "V14.E", "V14.F")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerContext:
    """Everything a worker needs to know; picklable. ``keys`` is None where they can't be recomputed."""

    record: str
    size: int
    database: Path
    scope: bytes
    manifest: Manifest | None
    keys: Keys | None
    digests: DigestKeys
    window: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceResult:
    """What a slice yields."""

    ledger: Ledger
    harvest: Harvest


class Worker:
    """One process's record, database and tables."""

    def __init__(self, context: WorkerContext) -> None:
        self.context = context
        self.record = open_record(context.record)
        self.database: sqlite3.Connection = open_scratch(context.database)
        self.advance: Callable[[int], None] = lambda _: None

    @cached_property
    def checker(self) -> BallotChecker | None:
        """Return the judge of ballots, None where manifest or keys are unknown."""
        keys, manifest = self.context.keys, self.context.manifest
        if keys is None or manifest is None:
            return None
        ballot_keys = BallotKeys(h_e=keys.h_e, b_c=keys.b_c, vote_key=keys.vote_key)
        return BallotChecker(manifest, ballot_keys, self.context.digests, self.context.window)


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceTask:
    """Entries start <= entry < stop."""

    start: int
    stop: int

    def run(self, worker: Worker) -> SliceResult:
        """Judge the slice."""
        return _Slice(worker, self).run()


@dataclass(slots=True)
class _Slice:
    worker: Worker
    task: SliceTask
    ledger: Ledger = field(default_factory=Ledger)
    harvest: Harvest = field(default_factory=Harvest)
    facts: dict[int, BallotFacts] = field(default_factory=dict)
    leaves: dict[int, bytes] = field(default_factory=dict)
    altered: frozenset[int] = frozenset()
    judge: ProofJudge | None = None

    def run(self) -> SliceResult:
        checker, size = self.worker.checker, self.worker.context.size
        recorded = CommitmentCursor(self.worker.record, size)
        if checker is not None:
            checker.ledger, checker.harvest = self.ledger, self.harvest
            reread = partial(self._reread, checker, PayloadCursor(self.worker.record, size), recorded)
            self.judge = ProofJudge(checker, self._expected(), reread)
        cursor = PayloadCursor(self.worker.record, size)
        for start, stop in _parts(self.task.start, self.task.stop):
            self.facts = ballot_facts(self.worker.database, start, stop)
            self.leaves = leaf_hashes(self.worker.database, start, stop)
            self.altered = altered_payloads(self.worker.database, start, stop)
            for entry, data in self._entries(start, stop):
                self._entry(entry, data, cursor, recorded)
                self.worker.advance(1)
            self._check_end(start, stop, cursor)
        if self.judge is not None:
            self.judge.settle()
        return SliceResult(ledger=self.ledger, harvest=self.harvest)

    def _expected(self) -> int:
        """Count the slice's ballots."""
        query = "SELECT count(*) FROM ballot WHERE entry >= ? AND entry < ?"
        (count,) = self.worker.database.execute(query, (self.task.start, self.task.stop)).fetchone()
        return int(count)

    def _entry(self, entry: int, data: bytes, cursor: PayloadCursor, recorded: CommitmentCursor) -> None:
        same = self.leaves.get(entry) == leaf_hash(data)
        try:
            statement = parse_statement(data)
        except Malformed:
            if entry in self.leaves:
                self._changed(entry)
            return  # L.F has counted it
        if not same:
            self._changed(entry)
        self.ledger.check("L.H", statement.is_signed(), f"entry {entry}: signature", entry=entry)
        try:
            payload = cursor.payload(entry)
        except RecordUnreadable as error:
            self.ledger.failed("L.G", f"entry {entry}: {error}", entry=entry)
            self._lost(entry, statement, "its payload can't be read")
            return
        digest = sha256(payload).digest()
        if entry not in self.altered:
            right = digest == statement.payload
            self.ledger.check("L.G", right, f"entry {entry}: payload has another hash", entry=entry)
        if statement.scope == self.worker.context.scope and statement.kind in BALLOTS:
            place = BallotPlace(entry=entry, kind=statement.kind, digest=digest)
            self._ballot(place, statement, payload, recorded)

    def _changed(self, entry: int) -> None:
        """Fail an entry that is not what the tree was rebuilt from."""
        self.ledger.failed("L.C", f"entry {entry} changed while the record was read", entry=entry)

    def _entries(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """Yield entries start <= entry < stop of one bundle."""
        bundle, size = start // WIDTH, self.worker.context.size
        count = min(WIDTH, size - bundle * WIDTH)
        entry = bundle * WIDTH
        try:
            for data in frames(self.worker.record, tile_path("entries", bundle, count), 2, MAX_FRAME, count):
                if entry >= stop:
                    return
                if entry >= start:
                    yield entry, data
                entry += 1
        except RecordUnreadable:
            # L.C names the damage; what was not reached is unevaluated here
            if entry < stop:
                missing = stop - max(entry, start)
                self.ledger.unevaluated("L.G", "entries that can't be read", missing)
                self.ledger.unevaluated("L.H", "entries that can't be read", missing)

    def _check_end(self, start: int, stop: int, cursor: PayloadCursor) -> None:
        """Look whether a payload bundle that was read to its last payload goes on after it."""
        last = min((start // WIDTH + 1) * WIDTH, self.worker.context.size)
        if stop == last and (problem := cursor.end_problem(last - 1)):
            self.ledger.failed("L.G", problem, entry=last)

    def _lost(self, entry: int, statement: Statement, why: str) -> None:
        if statement.scope != self.worker.context.scope or statement.kind not in BALLOTS:
            return
        rows = BALLOT_ROWS if statement.kind == "ballot.cast" else (*BALLOT_ROWS, *OPENING_ROWS)
        self.ledger.unevaluated_rows(rows, f"a ballot: {why}")
        if entry in self.facts and self.facts[entry].counted:
            self.harvest.lost += 1

    def _ballot(self, place: BallotPlace, statement: Statement, payload: bytes, recorded: CommitmentCursor) -> None:
        entry, kind = place.entry, place.kind
        decoded = decode_payload(kind, payload)
        where = f"entry {entry} ({kind}): {', '.join(decoded.problems[:3])}"
        self.ledger.check("S.A", not decoded.problems, where, entry=entry)
        checker, facts = self.worker.checker, self.facts.get(entry)
        if checker is None or self.judge is None or facts is None:
            self._lost(entry, statement, "the manifest or the keys can't be read")
        elif decoded.value is None:
            self._lost(entry, statement, "its payload can't be read")
        else:
            ballot = _ballot_in(kind, decoded.value)
            h_i = checker.check(entry, statement.author, ballot, facts)
            beside = recorded.commitments(entry)
            self.judge.judge(ReadBallot(place=place, ballot=ballot, h_i=h_i, recorded=beside))
            if kind != "ballot.cast":
                check_opening(checker, entry, h_i, decoded.value)

    @staticmethod
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


def _ballot_in(kind: str, value: Any) -> dict[str, Any]:
    ballot: dict[str, Any] = value if kind == "ballot.cast" else value["ballot"]
    return ballot


def _parts(start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield the part of a range in each bundle."""
    while start < stop:
        end = min((start // WIDTH + 1) * WIDTH, stop)
        yield start, end
        start = end


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """One partial decryption with the ciphertext (A, B) of the tally; B as it stands in the record."""

    entry: int
    trustee: int
    place: tuple[int, int, int]
    a: mpz
    b: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialTask:
    """A handful of partial decryptions."""

    partials: tuple[Partial, ...]

    def run(self, worker: Worker) -> Ledger:
        """Evaluate V10.A and V10.B."""
        ledger, keys = Ledger(), worker.context.keys
        for item in self.partials:
            contest, option, unit = item.place
            place = f"entry {item.entry}, trustee {item.trustee}, contest {contest}, unit {unit}, option {option}"
            scalars = all(is_scalar(number(item.fields[name])) for name in ("challenge", "response"))
            if keys is None or len(keys.verification_keys) < item.trustee:
                member = is_element(number(item.fields["partial"]))
                ledger.unevaluated("V10.B", "the trustees' keys can't be read")
            else:
                member, holds = partial_verdict(keys, item.place, item.trustee, item.a, item.b, item.fields)
                ledger.check("V10.B", holds, place, entry=item.entry)
            ledger.check("V10.A", scalars and member, place, entry=item.entry)
        return ledger
