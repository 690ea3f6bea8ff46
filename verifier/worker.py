"""What one worker process does: judge a slice of the log with its payloads, or a handful of partial decryptions.

*Spec*: docs/protocol.md, sections 3, 8, 10, 12 (rows L.G, L.H, S.A of ballots; V5 to V8, V13, V14; V10).

*Idea*: A slice is read from the record by the worker itself, frame by frame.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from gmpy2 import mpz

from verifier.checks.ballots import BallotChecker, BallotKeys, DigestKeys, Harvest
from verifier.checks.ceremony import partial_verdict
from verifier.checks.challenged import check_opening
from verifier.checks.course import BALLOTS
from verifier.election import Keys, number
from verifier.errors import Malformed, RecordUnreadable
from verifier.group import is_element, is_scalar
from verifier.ledger import Ledger
from verifier.manifest import Manifest
from verifier.payloads import WIDTH, PayloadCursor
from verifier.reader import frames, open_record, tile_path
from verifier.schema import decode_payload
from verifier.scratch import BallotFacts, ballot_facts, open_scratch
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
    """What a slice yields; ``entries`` counts how many it covered."""

    ledger: Ledger
    harvest: Harvest
    entries: int


class Worker:
    """One process's record, database and tables."""

    def __init__(self, context: WorkerContext) -> None:
        self.context = context
        self.record = open_record(context.record)
        self.database: sqlite3.Connection = open_scratch(context.database)

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
    """Entries start <= entry < stop, all of one bundle."""

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

    def run(self) -> SliceResult:
        context = self.worker.context
        self.facts = ballot_facts(self.worker.database, self.task.start, self.task.stop)
        cursor = PayloadCursor(self.worker.record, context.size)
        for entry, data in self._entries():
            try:
                statement = parse_statement(data)
            except Malformed:
                continue  # L.F has counted it
            self.ledger.check("L.H", statement.is_signed(), f"entry {entry}: signature", entry=entry)
            try:
                payload = cursor.payload(entry)
            except RecordUnreadable as error:
                self.ledger.failed("L.G", f"entry {entry}: {error}", entry=entry)
                self._lost(entry, statement, "its payload can't be read")
                continue
            same = sha256(payload).digest() == statement.payload
            self.ledger.check("L.G", same, f"entry {entry}: payload has another hash", entry=entry)
            if statement.scope == context.scope and statement.kind in BALLOTS:
                self._ballot(entry, statement, payload)
        self._check_end(cursor)
        return SliceResult(ledger=self.ledger, harvest=self.harvest, entries=self.task.stop - self.task.start)

    def _entries(self) -> Iterator[tuple[int, bytes]]:
        bundle, size = self.task.start // WIDTH, self.worker.context.size
        count = min(WIDTH, size - bundle * WIDTH)
        entry = bundle * WIDTH
        try:
            for data in frames(self.worker.record, tile_path("entries", bundle, count), 2, MAX_FRAME, count):
                if entry >= self.task.stop:
                    return
                if entry >= self.task.start:
                    yield entry, data
                entry += 1
        except RecordUnreadable:
            # L.C names the damage; what was not reached is unevaluated here
            if entry < self.task.stop:
                missing = self.task.stop - max(entry, self.task.start)
                self.ledger.unevaluated("L.G", "entries that can't be read", missing)
                self.ledger.unevaluated("L.H", "entries that can't be read", missing)

    def _check_end(self, cursor: PayloadCursor) -> None:
        """Let the bundle's last slice look whether the payload bundle goes on after its last payload."""
        last = min((self.task.start // WIDTH + 1) * WIDTH, self.worker.context.size)
        if self.task.stop == last and (problem := cursor.end_problem()):
            self.ledger.failed("L.G", problem, entry=last)

    def _lost(self, entry: int, statement: Statement, why: str) -> None:
        if statement.scope != self.worker.context.scope or statement.kind not in BALLOTS:
            return
        rows = BALLOT_ROWS if statement.kind == "ballot.cast" else (*BALLOT_ROWS, *OPENING_ROWS)
        self.ledger.unevaluated_rows(rows, f"a ballot: {why}")
        if entry in self.facts and self.facts[entry].counted:
            self.harvest.lost += 1

    def _ballot(self, entry: int, statement: Statement, payload: bytes) -> None:
        decoded = decode_payload(statement.kind, payload)
        place = f"entry {entry} ({statement.kind}): {', '.join(decoded.problems[:3])}"
        self.ledger.check("S.A", not decoded.problems, place, entry=entry)
        checker, facts = self.worker.checker, self.facts.get(entry)
        if checker is None or facts is None:
            self._lost(entry, statement, "the manifest or the keys can't be read")
        elif decoded.value is None:
            self._lost(entry, statement, "its payload can't be read")
        elif statement.kind == "ballot.cast":
            checker.ledger, checker.harvest = self.ledger, self.harvest
            checker.check(entry, statement.author, decoded.value, facts)
        else:
            checker.ledger, checker.harvest = self.ledger, self.harvest
            h_i = checker.check(entry, statement.author, decoded.value["ballot"], facts)
            check_opening(checker, entry, h_i, decoded.value)


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
