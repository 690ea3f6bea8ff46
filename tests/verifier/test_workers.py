"""Worker processes: what they find, how they die, and that nothing of them is left."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.verifier.record_files import Made, notes, write_record
from tests.verifier.record_server import serve
from tests.verifier.running import ROOT, Gate, alive, eventually, job_of, started, workers_of
from verifier.crew import Crew
from verifier.errors import Unavailable
from verifier.processes import processes
from verifier.worker import Task, Worker


@pytest.fixture(scope="module")
def folder(paper_election: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a true record of two bundles, which is work for two workers."""
    made = paper_election.copy()
    at = made.find("ballot.cast", 3)
    made.drafts[at:at] = notes(250)
    return write_record(made, tmp_path_factory.mktemp("true") / "record")


@dataclass(frozen=True, slots=True)
class Crash:
    """A task whose worker dies."""

    def run(self, worker: Worker) -> int:
        """Die."""
        os._exit(9)


@dataclass(frozen=True, slots=True)
class WhoAmI:
    """A task that tells which process does it."""

    def run(self, worker: Worker) -> int:
        """Return the number of the process."""
        worker.advance(10)
        return os.getpid()


def test_processes_do_the_work_and_end(folder: Path) -> None:
    """Show that tasks are done elsewhere, that progress is counted, and that no process is left."""
    job, found, done = job_of(folder), set[int](), [0]

    def take(_: object, process: int) -> None:
        found.add(process)

    def advance(count: int) -> None:
        done[0] += count

    with processes(job, 2) as hands:
        Crew(hands, job).run(iter([WhoAmI() for _ in range(20)]), take, advance)
        assert os.getpid() not in found
        assert 1 <= len(found) <= 2
        assert done[0] == 200
    assert not any(map(alive, found))


def test_a_worker_that_dies(folder: Path) -> None:
    """Show that a dead worker is an error and not an end of work, and that the others are not left behind."""
    job = job_of(folder)
    with processes(job, 2) as hands:
        crew = Crew(hands, job)
        tasks: list[Task[int]] = [Crash(), WhoAmI()]
        with pytest.raises(Unavailable, match="died"):
            crew.run(iter(tasks), lambda *_: None, lambda _: None)
        with pytest.raises(Unavailable, match="died"):
            crew.run(iter([WhoAmI()]), lambda *_: None, lambda _: None)
    assert workers_of(os.getpid()) == []


def test_a_worker_that_is_killed(folder: Path) -> None:
    """Show that a run one of whose workers is killed ends with rows that are ERROR for this reason, and code 2."""
    gate = Gate()
    with (
        serve(folder, gate) as server,
        started("-m", "verifier", server.url, "--workers", "2", "--json", "--quiet") as process,
    ):
        assert eventually(lambda: gate.waiting >= 2)
        os.kill(workers_of(process.pid)[0], signal.SIGKILL)
        gate.open.set()
        out, _ = process.communicate(timeout=60)
    report = json.loads(out)
    assert process.returncode == 2
    assert report["verified"] is False
    found = {finding["row"]: finding for finding in report["findings"]}
    for row in ("L.G", "L.H", "S.A", "V5.A", "V6.D", "V9.A", "V14.E", "E.H"):
        assert found[row]["status"] == "ERROR"
    assert "a worker process died" in found["V6.D"]["note"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("group", [False, True], ids=["the program", "everybody"])
def test_an_interrupt(folder: Path, tmp_path: Path, number: signal.Signals, group: bool) -> None:
    """Show that a run is ended with 130 and a line: no traceback, no process, no working file is left."""
    gate = Gate()
    words = ["-m", "verifier", "RECORD", "--workers", "2", "--quiet", "--scratch", str(tmp_path)]
    with serve(folder, gate) as server:
        words[2] = server.url
        with started(*words) as process:
            assert eventually(lambda: gate.waiting >= 2)
            workers = workers_of(process.pid)
            assert len(workers) == 2
            if group:
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)
            out, err = process.communicate(timeout=60)
            assert process.returncode == 130
            assert not any(map(alive, workers))
        gate.open.set()
    assert out == ""
    assert err == "error: interrupted; nothing is verified\n"
    assert list(tmp_path.iterdir()) == []


def test_workers_of_a_run_that_is_killed(folder: Path) -> None:
    """Show that workers end by themselves where nobody was left to end them."""
    gate = Gate()
    with serve(folder, gate) as server, started("-m", "verifier", server.url, "--workers", "2", "--quiet") as process:
        assert eventually(lambda: gate.waiting >= 2)
        workers = workers_of(process.pid)
        process.kill()
        assert eventually(lambda: not any(map(alive, workers)))
        gate.open.set()


@pytest.mark.parametrize("kilobytes", [20, 60], ids=["at once", "among the entries"])
def test_a_disk_that_is_full(folder: Path, tmp_path: Path, kilobytes: int) -> None:
    """Show that working files which can't grow end the run with code 4 and a name, without a report."""
    command = f'ulimit -f {kilobytes}; exec "$0" -m verifier "$1" --workers 1 --json --quiet --scratch "$2"'
    words = ["bash", "-c", command, sys.executable, str(folder), str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert done.stdout == ""
    assert done.stderr.startswith("error: working files: ")
    assert list(tmp_path.iterdir()) == []
