"""Attacks by workers: answers to another task, twice, about too much or too little. None of them ends in a pass."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.conftest import rows
from tests.verifier.record_files import Made, notes, write_record
from tests.verifier.running import job_of, started
from verifier import main as command
from verifier.answers import flaw_of
from verifier.crew import Borrowed, Crew
from verifier.engine import Options, verify
from verifier.errors import Unavailable
from verifier.facts import BallotFacts, pack_facts, unpack_facts
from verifier.findings import Report, Status
from verifier.harvest import Harvest
from verifier.job import Job
from verifier.korean import in_korean
from verifier.ledger import Ledger
from verifier.partial_task import PartialTask
from verifier.range_task import Known, RangeResult, RangeTask
from verifier.reader import open_record
from verifier.worker import Answer, Task, Worker, answer_task

Ask = Callable[[Task[Any]], Answer[Any]]
Lie = Callable[[Ask, Task[Any]], Any]


class Liar(Executor):
    """An executor that does every task in this thread and may answer with something else."""

    def __init__(self, lie: Lie) -> None:
        self.lie, self.asked = lie, 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Answer at once."""
        number, digest, job, task = args
        self.asked += 1
        assert self.asked < 100, "the leader asks without end"
        future: Future[Any] = Future()
        try:
            future.set_result(self.lie(lambda other: fn(number, digest, job, other), task))
        except BaseException as error:  # noqa: BLE001 - 2026-11-22: a pool of processes hands on whatever is raised
            future.set_exception(error)
        return future


def found(folder: Path, lie: Lie) -> Report:
    """Verify a record with a worker that lies."""
    return verify(Options(record=str(folder), workers=2), Liar(lie))


def note_of(report: Report, row: str) -> str:
    """Return the note of a row."""
    return next(finding.note for finding in report.findings if finding.row == row)


@pytest.fixture(scope="module")
def folder(paper_election: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a record of two bundles one of whose partial decryptions is false."""
    made = paper_election.copy()
    fields = made.get("trustee.decryption").value["contests"][0]["units"][0]["partials"][0]
    fields["response"] = f"{int(fields['response'], 16) ^ 1:064x}"
    at = made.find("ballot.cast", 3)
    made.drafts[at:at] = notes(250)
    return write_record(made, tmp_path_factory.mktemp("false") / "record")


def about_ranges(change: Callable[[RangeTask, RangeResult], RangeResult | None]) -> Lie:
    """Return a lie about ranges alone."""

    def lie(ask: Ask, task: Task[Any]) -> Any:
        answer = ask(task)
        return replace(answer, result=change(task, answer.result)) if isinstance(task, RangeTask) else answer

    return lie


def ends_at(stop: Callable[[RangeTask], int]) -> Lie:
    """Return the lie of a range that ends elsewhere."""

    def change(task: RangeTask, result: RangeResult) -> RangeResult:
        result.stop = stop(task)
        return result

    return about_ranges(change)


def blank(_: RangeTask, result: RangeResult) -> RangeResult:
    """Find nothing."""
    result.ledger, result.harvest = Ledger(), Harvest()
    return result


def unjudged(_: RangeTask, result: RangeResult) -> RangeResult:
    """Pretend that the range was known."""
    result.judged, result.ledger = False, Ledger()
    return result


def unread(task: RangeTask, result: RangeResult) -> RangeResult:
    """Read nothing, and say so."""
    result.leaves, result.ledger, result.harvest = {}, Ledger(), Harvest()
    result.ledger.unevaluated("L.H", "unread", task.stop - task.start)
    return result


def elsewhere(task: RangeTask, result: RangeResult) -> RangeResult:
    """Tell of an entry that was not asked for."""
    result.leaves[task.stop] = bytes(32)
    return result


RANGES: dict[str, tuple[Lie, str]] = {
    "beyond the end": (ends_at(lambda task: task.stop + 256), "it ends at entry"),
    "where it began": (ends_at(lambda task: task.start), "it ends at entry"),
    "other entries": (about_ranges(elsewhere), "it is about other entries"),
    "blank": (about_ranges(blank), "0 verdicts for"),
    "unjudged": (about_ranges(unjudged), "nothing was judged"),
    "unread": (about_ranges(unread), "can't be read any more"),
    "nothing": (about_ranges(lambda *_: None), "something else than findings"),
}


@pytest.mark.parametrize("kind", RANGES)
def test_a_worker_that_lies_about_a_range(folder: Path, kind: str) -> None:
    """Show that what can't be an answer leaves the rows of ballots unevaluated, by that name, and ends the asking."""
    lie, words = RANGES[kind]
    report = found(folder, lie)
    assert not report.verified
    assert rows(report, Status.FAIL) == {"V10.B"}
    assert {"V5.B", "V6.D", "V9.A", "L.G", "L.H"} <= rows(report, Status.ERROR)
    assert "a worker's answer does not fit its task: " in note_of(report, "V6.D")
    assert words in note_of(report, "V6.D")
    assert in_korean(note_of(report, "V6.D")) is not None


def without_ballots(change: Callable[[RangeTask, RangeResult], RangeResult]) -> Lie:
    """Return a lie about ranges in which there is no ballot."""
    return about_ranges(lambda task, result: result if unpack_facts(task.facts) else change(task, result))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_blank_answer_about_statements_alone(
    paper_election: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    """Show that statements about which a worker finds nothing leave L.G and L.H unevaluated, and nothing else."""
    monkeypatch.setattr("verifier.election_run.range_length", lambda *_, **__: 64)
    made = paper_election.copy()
    at = made.find("ballot.cast", 3)
    made.drafts[at:at] = notes(250)
    folder = write_record(made, tmp_path / "record")
    assert found(folder, lambda ask, task: ask(task)).verified
    report = verify(Options(record=str(folder), workers=workers), Liar(without_ballots(blank)))
    assert rows(report, Status.ERROR) == {"L.G", "L.H"}
    assert not rows(report, Status.FAIL)
    for row in ("L.G", "L.H"):
        assert "statements without a verdict" in note_of(report, row)
        assert in_korean(note_of(report, row))


def gone(_: RangeTask, result: RangeResult) -> RangeResult:
    """Read nothing of what was there before, and find its payloads missing."""
    result.leaves, result.ledger, result.harvest = {}, Ledger(), Harvest()
    result.ledger.failed("L.G", "tile/payloads/000 is missing")
    return result


def test_entries_that_are_gone_for_a_worker(
    paper_election: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Show that a worker which can't read what was read before makes no payload false."""
    monkeypatch.setattr("verifier.election_run.range_length", lambda *_, **__: 64)
    made = paper_election.copy()
    at = made.find("ballot.cast", 3)
    made.drafts[at:at] = notes(250)
    report = found(write_record(made, tmp_path / "record"), without_ballots(gone))
    assert {"L.G", "L.H"} <= rows(report, Status.ERROR)
    assert not rows(report, Status.FAIL)
    assert "was there before and can't be read any more" in note_of(report, "L.G")
    assert in_korean(note_of(report, "L.G"))


def first_again() -> Lie:
    """Return the lie of a worker that answers every task as it did the first."""
    first: list[Answer[Any]] = []

    def lie(ask: Ask, task: Task[Any]) -> Any:
        first.append(ask(task))
        return first[0]

    return lie


def of_another_job(ask: Ask, task: Task[Any]) -> Any:
    """Answer for another record."""
    return replace(ask(task), digest=bytes(32))


@pytest.mark.parametrize("lie", [first_again(), of_another_job, lambda ask, task: ask(task).result])
def test_answers_that_were_mixed_up(folder: Path, lie: Lie) -> None:
    """Show that an answer which comes twice, is of another job, or is none, is not taken for the one asked for."""
    report = found(folder, lie)
    assert {"V6.D", "V9.A", "V10.B"} <= rows(report, Status.ERROR)
    assert "a worker answers another task" in note_of(report, "V6.D") + note_of(report, "V10.B")
    assert not rows(report, Status.FAIL)


@pytest.mark.parametrize("result", [Ledger(), None])
def test_partial_decryptions_that_nobody_judged(folder: Path, result: object) -> None:
    """Show that a false partial decryption does not pass because a worker found nothing about it at all."""
    assert rows(found(folder, lambda ask, task: ask(task)), Status.FAIL) == {"V10.B"}

    def lie(ask: Ask, task: Task[Any]) -> Any:
        answer = ask(task)
        return replace(answer, result=result) if isinstance(task, PartialTask) else answer

    report = found(folder, lie)
    assert rows(report, Status.ERROR) == {"V10.A", "V10.B"}
    assert "does not fit its task" in note_of(report, "V10.B")


def partials(count: int, unevaluated: int = 0) -> Ledger:
    """Return findings about so many partial decryptions."""
    ledger = Ledger()
    ledger.passed("V10.A", count + unevaluated)
    ledger.passed("V10.B", count)
    if unevaluated:
        ledger.unevaluated("V10.B", "no keys", unevaluated)
    return ledger


def test_counts_of_partial_decryptions() -> None:
    """Show that exactly as many verdicts as partial decryptions are asked for, evaluated or not."""
    task = PartialTask(partials=(None, None, None))  # type: ignore[arg-type]  # 2026-11-22: only their number matters
    assert flaw_of(task, partials(3)) == ""
    assert flaw_of(task, partials(1, unevaluated=2)) == ""
    assert flaw_of(task, partials(2)) != ""
    assert flaw_of(task, partials(4)) != ""


KNOWN = Known(transcript=b"t" * 32, sums=True)


def answer(stop: int = 64, transcript: bytes = KNOWN.transcript, ledger: Ledger | None = None) -> RangeResult:
    """Return the answer of a worker that has read a known range again."""
    return RangeResult(
        stop=stop,
        transcript=transcript,
        leaves={0: bytes(32)},
        judged=False,
        ledger=ledger or Ledger(),
        harvest=Harvest(),
    )


def test_a_range_that_is_said_to_be_known() -> None:
    """Show that nothing is taken over from an earlier run unless the same bytes were read, all of them."""
    facts = pack_facts({1: BallotFacts(counted=True, district=1, weight=1, number=1)})
    task = RangeTask(start=0, stop=64, facts=facts, known=KNOWN)
    assert flaw_of(task, answer()) == ""
    assert flaw_of(task, answer(transcript=bytes(32))) == "nothing was judged"
    assert flaw_of(task, answer(stop=63)) == "nothing was judged"
    assert flaw_of(task, answer(ledger=partials(1))) == "nothing was judged"
    assert flaw_of(replace(task, known=None), answer()) == "nothing was judged"


def raises(error: BaseException) -> Lie:
    """Return the behaviour of a worker that stops."""

    def lie(ask: Ask, task: Task[Any]) -> Any:
        raise error

    return lie


@pytest.mark.parametrize("error", [SystemExit(0), SystemExit(None), KeyboardInterrupt(), GeneratorExit()])
def test_a_worker_that_exits(folder: Path, error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show that a worker which exits with 0 does not make the command exit with 0, nor with an interrupt."""
    job, tasks = job_of(folder), [RangeTask(start=0, stop=42, facts=pack_facts({}))]
    crew = Crew(Borrowed(Liar(raises(error)), job, 1), job)
    with pytest.raises(Unavailable, match=type(error).__name__):
        crew.run(iter(tasks), lambda *_: None, lambda _: None)
    monkeypatch.setattr(command, "verify", lambda options: verify(options, Liar(raises(error))))
    assert command.main([str(folder), "--quiet", "--json"]) == 2


def test_a_bug_of_a_worker_stays_one(folder: Path) -> None:
    """Show that an error of the program is raised where it happened elsewhere."""
    with pytest.raises(ZeroDivisionError):
        found(folder, raises(ZeroDivisionError()))


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers find an empty folder where the leader finds the record."""
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr("verifier.worker.open_record", lambda path: open_record(str(tmp_path / "empty")))


@pytest.mark.usefixtures("empty")
def test_a_machine_without_the_record(weighted_election: Made, tmp_path: Path) -> None:
    """Show that sums are not called false because a worker could not read what the leader has read."""
    report = verify(Options(record=str(write_record(weighted_election, tmp_path / "record")), workers=1))
    assert {"V6.D", "V9.A", "V9.B"} <= rows(report, Status.ERROR)
    assert not rows(report, Status.FAIL)
    assert "was there before" in note_of(report, "V6.D")


def test_the_question_is_part_of_the_answer(folder: Path) -> None:
    """Show that number and job travel back with the result."""

    class Hello:
        def run(self, worker: Worker) -> str:
            return worker.job.record

    job: Job = job_of(folder)
    assert answer_task(7, job.digest(), job, Hello()) == Answer(7, job.digest(), str(folder))


def test_the_program_is_what_was_loaded(tmp_path: Path) -> None:
    """Show that a program whose files are exchanged while it runs keeps the name of what it has loaded."""
    words = (
        "import shutil, sys, pathlib; sys.path.insert(0, sys.argv[2]);"
        "shutil.copytree(sys.argv[1], sys.argv[2] + '/verifier', ignore=shutil.ignore_patterns('__pycache__'));"
        "import verifier.engine, verifier.program as program;"
        "path = pathlib.Path(program.__file__); assert str(path).startswith(sys.argv[2]);"
        "found = [program.identity.__wrapped__()];"
        "path.with_name('rows.py').write_text('other');"
        "print(found[0] == program.identity() != program.identity.__wrapped__())"
    )
    with started("-c", words, str(Path(command.__file__).parent), str(tmp_path), PYTHONDONTWRITEBYTECODE="1") as run:
        out, err = run.communicate(timeout=60)
    assert out == "True\n", err
