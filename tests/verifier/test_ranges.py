"""Ranges: pure functions of job and range, whose results add up however the log was cut and whoever did the work."""

import random
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gmpy2 import mpz

from tests.verifier.conftest import rows
from tests.verifier.record_files import Made, notes, write_record
from tests.verifier.running import job_of
from tests.verifier.test_state import false_proof
from verifier import range_task
from verifier.batch import COEFFICIENT_BITS, SCALAR_BITS
from verifier.batch_buckets import window_widths
from verifier.crew import Crew, InProcess
from verifier.engine import Options, verify
from verifier.errors import Unavailable
from verifier.facts import BallotFacts, fingerprints, pack_facts, unpack_facts
from verifier.findings import Report, Status
from verifier.harvest import Harvest
from verifier.ledger import MAX_NOTES, Ledger
from verifier.plan import NUMBERS_PER_BATCH, cut, range_length
from verifier.worker import Worker, run_task


def check(folder: Path, executor: Executor | None = None, **how: Any) -> Report:
    """Verify a record."""
    return verify(Options(record=str(folder), **how), executor)


@pytest.fixture(scope="module")
def folder(paper_election: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a record with one false ballot, two bundles, and statements of others."""
    made = paper_election.copy()
    false_proof(4)(made)
    at = made.find("ballot.cast", 3)
    made.drafts[at:at] = notes(250)
    return write_record(made, tmp_path_factory.mktemp("false") / "record")


def test_any_executor(folder: Path) -> None:
    """Show that threads find what this process finds, each with a worker of its own."""
    with ThreadPoolExecutor(3) as threads:
        report = check(folder, threads, workers=3)
    assert rows(report, Status.FAIL) == {"V6.D"}
    assert report.findings == check(folder).findings


class Backwards(Executor):
    """An executor that does the last task first."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Put a task on the pile; do all once there are four."""
        future: Future[Any] = Future()
        self.waiting.append((future, lambda: fn(*args, **kwargs)))
        if len(self.waiting) == 4:
            self.do_all()
        return future

    def do_all(self) -> None:
        """Do everything on the pile."""
        while self.waiting:
            future, work = self.waiting.pop()
            future.set_result(work())


def test_any_order(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show that results may come in any order."""
    executor = Backwards()
    look = "verifier.crew.Borrowed.look"
    monkeypatch.setattr(look, lambda _: executor.do_all())
    monkeypatch.setattr("verifier.crew.LOOK_SECONDS", 0.01)
    assert check(folder, executor, workers=2).findings == check(folder).findings


@pytest.mark.parametrize("length", [32, 100, 512])
@pytest.mark.parametrize("broken", [False, True])
def test_any_cut(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int, broken: bool) -> None:
    """Show that findings do not depend on how the log is cut, also where a payload bundle breaks off."""
    if broken:
        folder = shutil.copytree(folder, tmp_path / "broken")
        bundle = folder / "tile/payloads/001.p/36"
        bundle.write_bytes(bundle.read_bytes()[:90_000])
    whole = check(folder).findings
    monkeypatch.setattr("verifier.election_run.range_length", lambda *_, **__: length)
    assert check(folder).findings == whole


def test_results_that_grow_too_large(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show that a range ends early where its result takes too much, and that the rest is done all the same."""
    whole = check(folder)
    stops: list[int] = []
    original = range_task._Judge.run

    def listed(self: Any) -> Any:
        result = original(self)
        stops.append(result.stop)
        return result

    monkeypatch.setattr(range_task, "RESULT_BYTES", 1000)
    monkeypatch.setattr(range_task._Judge, "run", listed)
    report = check(folder)
    assert report.findings == whole.findings
    assert len(stops) > 9
    assert len(set(stops)) == len(stops)


def _merged(parts: Sequence[Any], make: Callable[[], Any], tree: random.Random) -> Any:
    """Merge results in random groups."""
    items = list(parts)
    while len(items) > 1:
        at = tree.randrange(len(items) - 1)
        total = make()
        total.merge(items[at])
        total.merge(items[at + 1])
        items[at : at + 2] = [total]
    return items[0]


@pytest.mark.parametrize("seed", range(5))
def test_results_merge_in_any_groups(seed: int) -> None:
    """Show that ledgers and harvests add up to the same in whatever groups and order they are merged."""
    rng = random.Random(seed)
    ledgers, harvests = [], []
    for part in range(6):
        ledger, harvest = Ledger(), Harvest()
        for entry in range(part * 10, part * 10 + 10):
            ledger.check("V6.D", bool(rng.randrange(3)), f"entry {entry}", entry=entry)
            if rng.randrange(2):
                ledger.unevaluated("V7.D", f"reason {rng.randrange(2 * MAX_NOTES)}")
            harvest.add((rng.randrange(3), 1, 1), mpz(rng.randrange(2, 99)), mpz(rng.randrange(2, 99)))
            harvest.ids += bytes([entry])
        harvest.contests, harvest.lost = {rng.randrange(9)}, part
        ledgers.append(ledger)
        harvests.append(harvest)
    one, two = (_merged(ledgers, Ledger, random.Random(number)) for number in (seed, 99))
    backwards = _merged(ledgers[::-1], Ledger, random.Random(7))
    assert one.findings() == two.findings() == backwards.findings()
    first, second = (_merged(harvests, Harvest, random.Random(number)) for number in (seed, 99))
    assert first == second
    other = _merged(harvests[::-1], Harvest, random.Random(7))
    assert (other.sums, other.contests, other.lost) == (first.sums, first.contests, first.lost)
    assert sorted(other.ids) == sorted(first.ids)


def test_facts_travel_in_little_space() -> None:
    """Show that facts come back as they were, in less than a byte for each, and what their fingerprints tell apart."""
    facts = {entry: BallotFacts(counted=entry % 3 > 0, district=7, weight=1, number=1) for entry in range(5000, 65000)}
    facts[4] = BallotFacts(counted=False, district=None, weight=None, number=None)
    facts[5] = BallotFacts(counted=False, district=0, weight=0, number=2**40)
    assert unpack_facts(pack_facts(facts)) == dict(sorted(facts.items()))
    assert len(pack_facts(facts)) < 60_000
    places, everything = fingerprints(facts)
    changes = (({"counted": True}, True), ({"weight": 2}, True), ({"district": 8}, False), ({"number": 2}, False))
    for change, same_place in changes:
        other = facts | {5001: replace(facts[5001], **change)}
        other_places, other_everything = fingerprints(other)
        assert other_everything != everything
        assert (other_places == places) == same_place


@pytest.mark.parametrize("done", [[], [(0, 256)], [(0, 32), (64, 96)], [(100, 600)], [(0, 2000)], [(1900, 2000)]])
@pytest.mark.parametrize("length", [32, 100, 256, 1000])
def test_what_is_done_is_left_out(done: list[tuple[int, int]], length: int) -> None:
    """Show that ranges cover everything once but what is done, and that an unfinished bundle stands alone."""
    size, bundles = 2000, [number for number in range(8) if number != 3]
    ranges = list(cut(bundles, size, length, done, tail=True))
    covered = [entry for start, stop in ranges for entry in range(start, stop)]
    finished = {entry for start, stop in done for entry in range(start, stop)}
    assert covered == [entry for entry in range(size) if entry // 256 in bundles and entry not in finished]
    assert all(stop - start <= length for start, stop in ranges)
    assert all(start // 256 == 7 for start, stop in ranges if stop > 7 * 256)


class _Contest:
    def __init__(self, options: int, limit: int) -> None:
        self.option_labels, self.option_limit, self.selection_limit = ("x",) * options, limit, limit


class _Manifest:
    """A manifest as far as the length of ranges depends on it."""

    def __init__(self, contests: int, options: int, limit: int) -> None:
        self.contests = [_Contest(options, limit) for _ in range(contests)]
        self.styles = (tuple(range(1, contests + 1)),)

    def contest(self, index: int) -> _Contest:
        """Return a contest."""
        return self.contests[index - 1]


@pytest.mark.parametrize("shape", [(1, 2, 1), (3, 20, 1), (300, 300, 1), (1, 300, 1000)])
@pytest.mark.parametrize("batches", [False, True])
def test_no_range_has_more_numbers_than_a_batch_may(shape: tuple[int, int, int], batches: bool) -> None:
    """Show that the length of ranges bounds the numbers of a batch, whatever the ballots and however many there are."""
    manifest: Any = _Manifest(*shape)
    contests, options, limit = shape
    numbers = contests * (2 * options + 2 * options * (limit + 1) + 2 * (limit + 1))
    for size in (1, 300, 10_000, 10**7, 10**12):
        for workers in (1, 2, 64):
            length = range_length(manifest, size, workers, batches=batches, resumable=False)
            assert length >= 1
            assert length == 1 or length * numbers <= NUMBERS_PER_BATCH
            assert length <= 256 or length % 256 == 0


def test_memory_of_a_worker_is_bounded() -> None:
    """Show that buckets, tables and results of a full batch stay below 1.2 GB together, by arithmetic."""
    number, record = 568, 30
    # the two products of a batch: powers of components and of commitments
    products = (SCALAR_BITS, COEFFICIENT_BITS)
    buckets = sum(number << width for bits in products for width in window_widths(NUMBERS_PER_BATCH, bits))
    tables = 2 * 26 * (number << 10)
    # a result is held as it is made, once more while its batch is undecided, and once as it is sent
    results = 3 * (range_task.RESULT_BYTES + record * 62_000)
    assert buckets + tables + results < 1_200_000_000


def test_a_job_has_one_digest(folder: Path) -> None:
    """Show that a job's digest tells every part of it apart, and that a worker refuses what does not fit."""
    job = job_of(folder)
    changes: list[dict[str, Any]] = [
        {"program": "other"},
        {"record": "other"},
        {"size": 1},
        {"scope": bytes([1]) * 32},
        {"digests": replace(job.digests, ids=b"4")},
        {"window": 9},
    ]
    others = [replace(job, **change) for change in changes]
    assert len({job.digest(), *(other.digest() for other in others)}) == len(changes) + 1
    assert [other.basis() == job.basis() for other in others] == [False, True, True, False, False, True]
    task: Any = Nothing()
    for digest, sent, words in (
        (job.digest(), None, "not sent"),
        (job.digest(), others[1], "not sent"),
        (others[0].digest(), others[0], "runs the verifier"),
        (others[1].digest(), others[1], "can't open the record"),
    ):
        with pytest.raises(Unavailable, match=words):
            run_task(digest, sent, task)
    assert run_task(job.digest(), job, task) == "done"
    assert run_task(job.digest(), None, task) == "done"


class Nothing:
    """A task of nothing."""

    def run(self, worker: Worker) -> str:
        """Do nothing."""
        return "done"


class Failing:
    """A task that fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def run(self, worker: Worker) -> str:
        """Fail."""
        raise self.error


@pytest.mark.parametrize(
    ("error", "becomes"),
    [
        (Unavailable("the network is gone"), "the network is gone"),
        (MemoryError(), "out of memory"),
        (OSError(28, "No space left on device"), "No space left"),
    ],
)
def test_what_happens_to_machines_is_named(folder: Path, error: Exception, becomes: str) -> None:
    """Show that a task without result is Unavailable with a reason, and that a bug of the program stays one."""
    job = job_of(folder)
    crew = Crew(InProcess(job), job)
    with pytest.raises(Unavailable, match=becomes):
        crew.run(iter([Failing(error)]), lambda *_: None, lambda _: None)
    with pytest.raises(ZeroDivisionError):
        crew.run(iter([Failing(ZeroDivisionError())]), lambda *_: None, lambda _: None)
