"""The pass over all payloads: ranges go out to the crew, results come in, are remembered, and are added up.

*Spec*: docs/protocol.md, section 12.

*Idea*: For every range its facts are looked up, and what an earlier run found out about it. Leaf hashes that a worker
read are compared with those of which the tree was rebuilt.

*Invariants*: Nothing of an earlier run is used but what was computed from the same bytes, facts, election and program.
A range without result leaves its rows unevaluated, and so does a result that says nothing about some statement.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from verifier.checks.ballots import DigestKeys, describe
from verifier.crew import Crew
from verifier.errors import Unavailable
from verifier.facts import fingerprints, pack_facts
from verifier.harvest import LISTS, Harvest
from verifier.job import Job
from verifier.layout import WIDTH
from verifier.ledger import Ledger
from verifier.partitions import Partitions, new_key
from verifier.plan import cut
from verifier.range_task import BALLOT_ROWS, CAST_ROWS, OPENING_ROWS, Known, RangeResult, RangeTask
from verifier.scratch import altered_payloads, ballot_facts, leaf_hashes
from verifier.state import State, Stored
from verifier.worker import Task

REPEATS = (("V5.A", "ids"), ("E.G", "components"), ("E.H", "commitments"))


def fresh_keys() -> DigestKeys:
    """Return keys for the lists of values that must not repeat."""
    return DigestKeys(**{name: new_key() for name in LISTS})


class PayloadPass:
    """Leads the pass; afterwards ``harvest`` has sums, contests and lost ballots."""

    def __init__(
        self, job: Job, folder: Path, database: sqlite3.Connection, ledger: Ledger, state: State | None
    ) -> None:
        self._job, self._database, self._ledger, self._state = job, database, ledger, state
        self._basis = job.basis()
        self._partitions = {name: Partitions(folder, name) for name in LISTS}
        self.harvest = Harvest()

    def run(self, crew: Crew, bundles: Sequence[int], length: int, advance: Callable[[int], None]) -> None:
        """Have every bundle judged, in ranges of at most ``length`` entries."""

        def take(task: Task[RangeResult], result: RangeResult) -> RangeTask | None:
            if not isinstance(task, RangeTask):
                raise TypeError("result of another task")
            if crew.counts_ranges:
                advance(result.stop - task.start)
            return self._take(task, result)

        try:
            crew.run(self._tasks(bundles, length), take, advance)
        except Unavailable as error:
            rows = ("L.G", "L.H", "S.A", *BALLOT_ROWS, *CAST_ROWS, *OPENING_ROWS)
            self._ledger.unevaluated_rows(rows, str(error))
            self.harvest.lost += 1
        else:
            self._count_verdicts()

    def _count_verdicts(self) -> None:
        """Leave what no range has judged unevaluated: every statement of the log adds an item to each of both rows."""
        (statements,) = self._database.execute("SELECT count(*) FROM statement").fetchone()
        for row in ("L.G", "L.H"):
            if (missing := statements - self._ledger.items(row)) > 0:
                self._ledger.unevaluated(row, "statements without a verdict", missing)

    def _tasks(self, bundles: Sequence[int], length: int) -> Iterator[RangeTask]:
        size, resumable = self._job.size, self._state is not None
        done = self._state.usable(self._basis, size) if self._state is not None else []
        # what was finished before costs little, and what follows from it is known early
        there = frozenset(bundles) if not isinstance(bundles, range) else bundles
        known = [item for item in done if all(number in there for number in _bundles_of(item))]
        for item in known:
            yield self._task(item.start, item.stop, item)
        for start, stop in cut(bundles, size, length, [(item.start, item.stop) for item in known], tail=resumable):
            yield self._task(start, stop)

    def _task(self, start: int, stop: int, stored: Stored | None = None) -> RangeTask:
        facts = ballot_facts(self._database, start, stop)
        altered = altered_payloads(self._database, start, stop)
        known = None
        if stored is not None:
            places, everything = fingerprints(facts)
            if (places.hex(), _digest(altered)) == (stored.places, stored.altered):
                known = Known(transcript=bytes.fromhex(stored.transcript), sums=everything.hex() == stored.facts)
        return RangeTask(start=start, stop=stop, facts=pack_facts(facts), altered=altered, known=known)

    def _take(self, task: RangeTask, result: RangeResult) -> RangeTask | None:
        same = self._compare_leaves(task.start, result)
        ledger, harvest = result.ledger, result.harvest
        if not result.judged and self._state is not None and task.known is not None:
            ledger, earlier = self._state.load(self._state.ranges[task.start])
            if not task.known.sums:
                earlier.sums, earlier.lost = harvest.sums, harvest.lost
            harvest = earlier
        if self._state is not None and same and (result.judged or (task.known is not None and not task.known.sums)):
            self._remember(self._state, task.start, result, ledger, harvest)
        self._ledger.merge(ledger)
        for name, partition in self._partitions.items():
            records: bytearray = getattr(harvest, name)
            partition.add(bytes(records))
            records.clear()
        self.harvest.merge(harvest)
        return self._task(result.stop, task.stop) if result.stop < task.stop else None

    def _compare_leaves(self, start: int, result: RangeResult) -> bool:
        """Fail entries that are not those of which the tree was rebuilt; raise Unavailable where they are gone."""
        expected = leaf_hashes(self._database, start, result.stop)
        if gone := expected.keys() - result.leaves.keys():
            words = f"entry {min(gone)} was there before and can't be read any more"
            raise Unavailable(f"a worker's answer does not fit its task: {words}")
        changed = [entry for entry, leaf in result.leaves.items() if expected.get(entry) != leaf]
        for entry in changed:
            self._ledger.failed("L.C", f"entry {entry} changed while the record was read", entry=entry)
        return not changed and len(result.leaves) == result.stop - start

    def _remember(self, state: State, start: int, result: RangeResult, ledger: Ledger, harvest: Harvest) -> None:
        # a bundle that is not full yet will be another file, with other words about what is wrong with it
        if -(-result.stop // WIDTH) * WIDTH > self._job.size:
            return
        places, everything = fingerprints(ballot_facts(self._database, start, result.stop))
        stored = Stored(
            start=start,
            stop=result.stop,
            basis=self._basis.hex(),
            places=places.hex(),
            facts=everything.hex(),
            altered=_digest(altered_payloads(self._database, start, result.stop)),
            transcript=result.transcript.hex(),
        )
        state.store(stored, ledger, harvest)

    def check_repeats(self) -> None:
        """Evaluate V5.A, E.G and E.H."""
        for row, name in REPEATS:
            partition, repeats = self._partitions[name], 0
            for place, first in partition.repeated():
                repeats += 1
                self._ledger.failed(row, f"{describe(place)} repeats {describe(first)}", entry=place[0])
            self._ledger.passed(row, partition.count - repeats)


def _bundles_of(stored: Stored) -> range:
    return range(stored.start // WIDTH, -(-stored.stop // WIDTH))


def _digest(entries: frozenset[int]) -> str:
    return sha256(repr(sorted(entries)).encode()).hexdigest()
