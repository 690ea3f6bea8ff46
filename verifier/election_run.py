"""The part of a verification that knows its election: documents, ballots, counting, result.

*Spec*: docs/protocol.md, section 12.

*Idea*: The few payloads that are no ballots come first, then all payloads range by range, then what follows from the
sums. A step that can't be done leaves its rows unevaluated, which is never a pass, and the rest goes on.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from verifier.checks.ceremony import check_ceremony
from verifier.checks.checkpoint import check_schedule
from verifier.checks.credentials import Electorate, check_authors, count_ballots
from verifier.checks.decryption import check_coverage, check_result, partials_of, tally_units
from verifier.checks.outcome import check_bounds, check_outcome, check_paper, paper_counts
from verifier.checks.parameters import check_keys, check_parameters
from verifier.checks.tally import check_sums, check_tally
from verifier.checks.units import ContestFacts, contest_facts
from verifier.commitments import has_commitments
from verifier.crew import Crew, Hands
from verifier.election import Election
from verifier.errors import Unavailable
from verifier.findings import Summary
from verifier.harvest import Harvest
from verifier.job import Job
from verifier.layout import WIDTH, Layout
from verifier.ledger import Ledger
from verifier.loader import Loader
from verifier.manifest import Manifest
from verifier.note import Checkpoint
from verifier.partial_task import PartialTask
from verifier.payload_pass import PayloadPass, fresh_keys
from verifier.plan import range_length
from verifier.program import identity
from verifier.progress import Progress
from verifier.range_task import BALLOT_ROWS, OPENING_ROWS
from verifier.reader import Record, is_url
from verifier.state import State
from verifier.summary import summarize
from verifier.trust import Trust
from verifier.worker import Task

PARTIALS_PER_TASK = 64
SMALL_WINDOW, LARGE_WINDOW = 8, 10
MANY_BALLOTS = 200

# Opens the hands of a crew for a job; the number says how many tasks there are about.
OpenHands = Callable[[Job, int], AbstractContextManager[Hands]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What is known of the log by now; ``points`` are checkpoints that agree with its entries."""

    record: Record
    size: int
    layout: Layout
    bundles: Sequence[int]
    points: tuple[Checkpoint, ...]
    trust: Trust


class ElectionRun:
    """Verifies one election of a log whose entries were read."""

    def __init__(
        self, log: Log, loader: Loader, database: sqlite3.Connection, folder: Path, ledger: Ledger, state: State | None
    ) -> None:
        self._log, self._loader, self._database, self._folder = log, loader, database, folder
        self._ledger, self._state = ledger, state
        self._election: Election = loader.election

    def run(self, open_hands: OpenHands, workers: int, *, quiet: bool) -> Summary | None:
        """Check everything that is left."""
        election, manifest, book, ledger = self._election, self._election.manifest, self._loader.book, self._ledger
        check_parameters(election, ledger)
        check_keys(election, ledger)
        check_ceremony(election, ledger)
        electorate = None
        if manifest is not None and book is not None:
            electorate = count_ballots(self._database, election, manifest, book)
            check_authors(self._database, manifest, electorate, book, ledger)
            check_schedule(self._log.points, self._log.trust, manifest, election.first, ledger)
        job = self._job()
        length = range_length(
            manifest, job.size, workers, batches=self._has_commitments(), resumable=self._state is not None
        )
        if is_url(job.record):
            # whoever reads a part of a bundle fetches all of it
            length = max(length, WIDTH)
        tasks = max(-(-job.size // length), len(election.by_trustee.get("trustee.decryption", {})))
        with open_hands(job, tasks) as hands:
            crew = Crew(hands, job)
            payloads = PayloadPass(job, self._folder, self._database, ledger, self._state)
            progress = Progress("payloads and ballots", job.size, quiet=quiet)
            payloads.run(crew, self._log.bundles, length, progress.advance)
            progress.finish()
            payloads.check_repeats()
            self._say_what_is_absent(electorate)
            if manifest is None or electorate is None:
                self._without_manifest()
                return None
            facts = self._facts(manifest, electorate)
            self._after_counting(crew, manifest, electorate, facts, payloads.harvest)
        return summarize(election, manifest, electorate, facts)

    def _job(self) -> Job:
        election = self._election
        return Job(
            program=identity(),
            record=self._log.record.path,
            size=self._log.size,
            scope=election.scope,
            manifest=election.manifest,
            keys=election.keys,
            digests=self._state.keys if self._state is not None else fresh_keys(),
            window=LARGE_WINDOW if self._loader.ballots >= MANY_BALLOTS else SMALL_WINDOW,
        )

    def _has_commitments(self) -> bool:
        """Say whether there is a side file, at least where the first ballot is."""
        if self._log.layout.listed:
            return bool(self._log.layout.tiles.get("commitments"))
        first = self._loader.first_ballot()
        return first is not None and has_commitments(self._log.record, self._log.size, first, self._election.manifest)

    def _without_manifest(self) -> None:
        ledger, election = self._ledger, self._election
        say = ledger.unevaluated if "election.manifest" in election.first else ledger.absent
        for row in NEED_MANIFEST:
            say(row, election.no_manifest)
        if not self._loader.ballots:
            for row in (*BALLOT_ROWS, *OPENING_ROWS):
                ledger.absent(row, "no ballots in the record")

    def _facts(self, manifest: Manifest, electorate: Electorate) -> dict[int, ContestFacts]:
        paper = paper_counts(self._election, manifest)
        return {
            contest.index: contest_facts(manifest, contest, electorate, paper.get(contest.index, {}).get("ballots", 0))
            for contest in manifest.contests
        }

    def _say_what_is_absent(self, electorate: Electorate | None) -> None:
        ledger = self._ledger
        if self._log.size == 0:
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
        harvest: Harvest,
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

            def take(_: Task[Ledger], part: Ledger) -> None:
                ledger.merge(part)

            try:
                # with many units and trustees this is as heavy as thousands of ballots
                crew.run(tasks(), take, lambda _: None)
            except Unavailable as error:
                ledger.unevaluated_rows(("V10.A", "V10.B"), str(error))
        for row in ("V10.A", "V10.B"):
            ledger.absent(row, "nothing is decrypted")


NEED_MANIFEST = (
    *("V9.A", "V9.B", "V10.A", "V10.B", "V10.C", "V11.A", "V11.B", "V11.C", "V11.D", "S.B", "L.I", "L.K", "L.M"),
    *("E.A", "E.B", "E.C", "E.D", "E.E", "E.J", "D.F", "D.G", "D.H", "D.I", "O.A", "O.B", "O.C", "O.D"),
)
