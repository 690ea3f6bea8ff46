"""One verification from beginning to end: which check runs when, and what each hands to the next.

*Spec*: docs/protocol.md, section 12.

*Idea*: Entries first (small, they rebuild the tree and say who wrote what where), then the few payloads that
are no ballots, then all payloads slice by slice on every core, then what follows from the sums. A step that
can't be done leaves its rows unevaluated, which is never a pass, and the rest goes on.
"""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from gmpy2 import mpz

from verifier.batch_proofs import numbers_on_ballot
from verifier.checks.ballots import DigestKeys, SumKey, describe, merge_sums
from verifier.checks.ceremony import check_ceremony
from verifier.checks.checkpoint import (
    Prefixes,
    check_earlier,
    check_quorum,
    check_schedule,
    check_signature,
)
from verifier.checks.credentials import Electorate, check_authors, count_ballots
from verifier.checks.decryption import check_coverage, check_result, partials_of, tally_units
from verifier.checks.entries import EntryPass
from verifier.checks.outcome import check_bounds, check_outcome, check_paper, paper_counts
from verifier.checks.parameters import check_keys, check_parameters
from verifier.checks.receipts import check_receipts, describe_receipts
from verifier.checks.tally import check_sums, check_tally
from verifier.checks.units import ContestFacts, contest_facts
from verifier.crew import Crew
from verifier.election import MAX_TRUSTEES, Election
from verifier.errors import Malformed, RecordUnreadable, Unavailable, UsageError
from verifier.findings import LogSummary, ReceiptSummary, Report, Summary
from verifier.ledger import Ledger
from verifier.loader import Loader, elections_in
from verifier.manifest import Manifest
from verifier.note import MAX_NOTE_BYTES, Checkpoint, parse_checkpoint
from verifier.payloads import WIDTH, PayloadCursor
from verifier.progress import Progress
from verifier.reader import Layout, Record, open_record, read_file, read_layout
from verifier.rows import NOT_IN_PROFILE
from verifier.scratch import Partitions, open_scratch
from verifier.summary import summarize
from verifier.trust import Trust, load_earlier, load_receipts, load_trust
from verifier.worker import BALLOT_ROWS, OPENING_ROWS, PartialTask, SliceTask, WorkerContext

VERSION = "0.1.0"
SLICE = 32
# of one batch: more would need more memory and gain little (docs/batch-verification.md, section 9)
NUMBERS_PER_BATCH = 1 << 20
PARTIALS_PER_TASK = 64
SMALL_WINDOW, LARGE_WINDOW = 8, 10
MANY_BALLOTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the auditor asked for."""

    record: str
    election: bytes | None = None
    log_key: str | None = None
    policy: str | None = None
    earlier: tuple[str, ...] = ()
    receipts: tuple[str, ...] = ()
    workers: int = 1
    scratch: str | None = None
    quiet: bool = True


def verify(options: Options) -> Report:
    """Verify a record.

    Raise UsageError or RecordUnreadable where there is nothing to verify, Unavailable where a disk fails.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="evote-verify-", dir=options.scratch) as folder:
            return _Run(options, Path(folder)).run()
    except (sqlite3.OperationalError, OSError) as error:
        raise Unavailable(f"working files: {error}") from error


@dataclass(slots=True)
class _Yield:
    """What the payload pass hands on."""

    sums: dict[SumKey, tuple[mpz, mpz]] = field(default_factory=dict)
    contests: set[int] = field(default_factory=set)
    lost: int = 0


class _Run:
    def __init__(self, options: Options, folder: Path) -> None:
        self._options, self._folder = options, folder
        self._start = time.monotonic()
        self._ledger = Ledger()
        self._receipts: tuple[ReceiptSummary, ...] = ()
        for row, why in NOT_IN_PROFILE.items():
            self._ledger.absent(row, why)

    def run(self) -> Report:
        """Do everything."""
        record = open_record(self._options.record)
        trust = load_trust(record, self._options.log_key, self._options.policy)
        data = read_file(record, "checkpoint", MAX_NOTE_BYTES)
        try:
            checkpoint = parse_checkpoint(data)
        except Malformed as error:
            # without a size nothing else of a log can be read
            raise RecordUnreadable(f"checkpoint: {error}") from None
        layout = read_layout(record, checkpoint.size)
        check_signature(checkpoint, trust, self._ledger)
        witnesses = check_quorum(checkpoint, trust, self._ledger)
        database = open_scratch(self._folder / "scratch.sqlite", create=True)
        try:
            summary = self._verify_log(record, layout, checkpoint, trust, database)
        finally:
            database.close()
        return Report(
            program_version=VERSION,
            record=Path(self._options.record).resolve().name,
            log=LogSummary(
                origin=checkpoint.origin,
                size=checkpoint.size,
                root=checkpoint.root.hex(),
                key_source=trust.key_source,
                witnesses=witnesses,
                other_files=_other_files(layout),
            ),
            summary=summary,
            findings=self._ledger.findings(),
            seconds=time.monotonic() - self._start,
            receipts=self._receipts,
        )

    def _verify_log(
        self, record: Record, layout: Layout, checkpoint: Checkpoint, trust: Trust, database: sqlite3.Connection
    ) -> Summary | None:
        earlier, receipts = load_earlier(list(self._options.earlier)), load_receipts(list(self._options.receipts))
        others = [item.content for item in earlier if item.content is not None]
        others += [item.content.checkpoint for item in receipts if item.content is not None]
        indices = [item.content.index for item in receipts if item.content is not None]
        progress = Progress("entries", checkpoint.size, quiet=self._options.quiet)
        entry_pass = EntryPass(record, layout, database, self._ledger)
        prefixes = entry_pass.run(checkpoint, [point.size for point in others], indices, progress)
        progress.finish()
        check_earlier(earlier, trust, prefixes, self._ledger)
        proven = check_receipts(receipts, trust, prefixes, self._ledger)
        points = [checkpoint, *(point for point in others if prefixes.roots.get(point.size) == point.root)]
        scope = self._choose(database)
        loader = Loader(database, PayloadCursor(record, checkpoint.size), scope, self._ledger)
        loader.load()
        election_run = _ElectionRun(self._options, self._folder, self._ledger, database, loader)
        summary = election_run.run(layout, prefixes, points, trust)
        known = summary is not None
        self._receipts = describe_receipts(database, proven, scope, counted=known, ledger=self._ledger)
        return summary

    def _choose(self, database: sqlite3.Connection) -> bytes:
        """Return the election id to verify: the one asked for, or the only one in the log."""
        found = elections_in(database)
        if self._options.election is not None:
            if self._options.election not in found:
                self._ledger.failed("L.J", "no election.manifest of this election in the log")
            return self._options.election
        if len(found) > 1:
            names = "\n  ".join(name.hex() for name in found)
            raise UsageError(f"the log holds several elections; choose one with --election:\n  {names}")
        if not found:
            self._ledger.failed("L.J", "no election in the log")
            return bytes(32)
        return found[0]


def _slices(bundles: list[int], size: int, length: int) -> list[SliceTask]:
    """Return tasks of at most ``length`` consecutive entries that cover the bundles; below a bundle, none spans two."""
    tasks: list[SliceTask] = []
    for number in bundles:
        end = min((number + 1) * WIDTH, size)
        for start in range(number * WIDTH, end, min(length, WIDTH)):
            stop = min(start + length, end)
            last = tasks[-1] if tasks and length >= WIDTH else None
            if last is not None and last.stop == start and stop - last.start <= length:
                tasks[-1] = SliceTask(start=last.start, stop=stop)
            else:
                tasks.append(SliceTask(start=start, stop=stop))
    return tasks


def _other_files(layout: Layout) -> tuple[str, ...]:
    more = layout.other_count - len(layout.others)
    return (*layout.others, *((f"and {more} more",) if more else ()))


class _ElectionRun:
    """The part of a verification that knows its election."""

    def __init__(
        self, options: Options, folder: Path, ledger: Ledger, database: sqlite3.Connection, loader: Loader
    ) -> None:
        self._options, self._folder, self._ledger, self._database = options, folder, ledger, database
        self._loader = loader
        self._election: Election = loader.election

    def run(self, layout: Layout, prefixes: Prefixes, points: list[Checkpoint], trust: Trust) -> Summary | None:
        """Check everything that is left."""
        election, manifest, book, ledger = self._election, self._election.manifest, self._loader.book, self._ledger
        check_parameters(election, ledger)
        check_keys(election, ledger)
        check_ceremony(election, ledger)
        electorate = None
        if manifest is not None and book is not None:
            electorate = count_ballots(self._database, election, manifest, book)
            check_authors(self._database, manifest, electorate, book, ledger)
            check_schedule(points, trust, manifest, election.first, ledger)
        partitions = {name: Partitions(self._folder, name) for name in ("ids", "components", "commitments")}
        context = WorkerContext(
            record=self._options.record,
            size=prefixes.size,
            database=self._folder / "scratch.sqlite",
            scope=election.scope,
            manifest=manifest,
            keys=election.keys,
            digests=DigestKeys(**{name: partition.key for name, partition in partitions.items()}),
            window=LARGE_WINDOW if self._loader.ballots >= MANY_BALLOTS else SMALL_WINDOW,
        )
        with Crew(context, self._options.workers) as crew:
            harvest = self._payload_pass(crew, layout, prefixes.size, partitions)
            self._check_repeats(partitions)
            self._say_what_is_absent(prefixes.size, electorate)
            if manifest is None or electorate is None:
                say = ledger.unevaluated if "election.manifest" in election.first else ledger.absent
                for row in NEED_MANIFEST:
                    say(row, election.no_manifest)
                if not self._loader.ballots:
                    for row in (*BALLOT_ROWS, *OPENING_ROWS):
                        ledger.absent(row, "no ballots in the record")
                return None
            facts = self._facts(manifest, electorate)
            self._after_counting(crew, manifest, electorate, facts, harvest)
        return summarize(election, manifest, electorate, facts)

    def _facts(self, manifest: Manifest, electorate: Electorate) -> dict[int, ContestFacts]:
        paper = paper_counts(self._election, manifest)
        return {
            contest.index: contest_facts(manifest, contest, electorate, paper.get(contest.index, {}).get("ballots", 0))
            for contest in manifest.contests
        }

    def _payload_pass(self, crew: Crew, layout: Layout, size: int, partitions: dict[str, Partitions]) -> _Yield:
        result = _Yield()
        tasks = _slices(sorted(layout.tiles.get("entries", {})), size, self._slice_length(layout, size))
        progress = Progress("payloads and ballots", size, quiet=self._options.quiet)
        try:
            for part in crew.map(tasks, len(tasks), progress.advance):
                self._ledger.merge(part.ledger)
                merge_sums(result.sums, part.harvest.sums)
                for name, partition in partitions.items():
                    partition.add(bytes(getattr(part.harvest, name)))
                result.contests |= part.harvest.contests
                result.lost += part.harvest.lost
        except Unavailable as error:
            self._ledger.unevaluated_rows(("L.G", "L.H", "S.A", *BALLOT_ROWS, *OPENING_ROWS), str(error))
            result.lost += 1
        progress.finish()
        return result

    def _slice_length(self, layout: Layout, size: int) -> int:
        """Return how many entries a task has: an equal part for every worker, bounded, where batches are possible."""
        manifest, workers = self._election.manifest, self._options.workers
        if manifest is None or not layout.tiles.get("commitments"):
            return SLICE
        most = max(NUMBERS_PER_BATCH // max(sum(numbers_on_ballot(manifest)), 1), WIDTH)
        rounds = -(-size // (workers * most))
        length = -(-size // (workers * max(rounds, 1)))
        # beyond a bundle: whole bundles
        return -(-length // WIDTH) * WIDTH if length > WIDTH else max(length, SLICE)

    def _check_repeats(self, partitions: dict[str, Partitions]) -> None:
        for row, name in (("V5.A", "ids"), ("E.G", "components"), ("E.H", "commitments")):
            repeats = 0
            for place, first in partitions[name].repeated():
                repeats += 1
                self._ledger.failed(row, f"{describe(place)} repeats {describe(first)}", entry=place[0])
            self._ledger.passed(row, partitions[name].count - repeats)

    def _say_what_is_absent(self, size: int, electorate: Electorate | None) -> None:
        ledger = self._ledger
        if size == 0:
            for row in ("L.F", "L.G", "L.H"):
                ledger.absent(row, "the log is empty")
        if electorate is None:
            return
        if not electorate.cast + electorate.challenged:
            for row in BALLOT_ROWS:
                ledger.absent(row, "no ballots in the record")
        if not electorate.challenged:
            for row in OPENING_ROWS:
                ledger.absent(row, "no ballot was challenged")

    def _after_counting(
        self,
        crew: Crew,
        manifest: Manifest,
        electorate: Electorate,
        facts: dict[int, ContestFacts],
        harvest: _Yield,
    ) -> None:
        election, ledger = self._election, self._ledger
        if self._loader.course is not None:
            self._loader.course.settle_result(anything_decrypted=any(known.decrypted for known in facts.values()))
        units, on_ballots = tally_units(election), frozenset(harvest.contests)
        check_paper(election, manifest, electorate, facts, ledger)
        check_tally(election, manifest, facts, electorate.counted, ledger)
        check_sums(election, manifest, harvest.sums, harvest.lost, ledger)
        check_coverage(election, manifest, facts, units, ledger)
        self._check_partials(crew, manifest)
        check_result(election, manifest, facts, units, on_ballots, ledger)
        check_bounds(election, manifest, units, electorate, ledger)
        check_outcome(election, manifest, facts, ledger)

    def _check_partials(self, crew: Crew, manifest: Manifest) -> None:
        election, ledger, units = self._election, self._ledger, tally_units(self._election)
        items = election.by_trustee.get("trustee.decryption", {})
        if not items:
            for row in ("V10.A", "V10.B"):
                ledger.absent(row, "no trustee.decryption in the record")
            return
        if units is None or any(item.value is None for item in items.values()):
            ledger.unevaluated_rows(("V10.A", "V10.B", "D.F"), "the tally or a trustee.decryption can't be read")
        if units is not None:
            everything = partials_of(election, manifest, units)

            def tasks() -> Iterator[PartialTask]:
                while some := tuple(islice(everything, PARTIALS_PER_TASK)):
                    yield PartialTask(partials=some)

            try:
                # with many units and trustees this is as heavy as thousands of ballots
                for part in crew.map(tasks(), min(len(items), MAX_TRUSTEES)):
                    ledger.merge(part)
            except Unavailable as error:
                ledger.unevaluated_rows(("V10.A", "V10.B"), str(error))
        for row in ("V10.A", "V10.B"):
            ledger.absent(row, "nothing is decrypted")


NEED_MANIFEST = (
    *("V9.A", "V9.B", "V10.A", "V10.B", "V10.C", "V11.A", "V11.B", "V11.C", "V11.D", "S.B", "L.I", "L.K", "L.M"),
    *("E.A", "E.B", "E.C", "E.D", "E.E", "E.J", "D.F", "D.G", "D.H", "D.I", "O.A", "O.B", "O.C", "O.D"),
)
