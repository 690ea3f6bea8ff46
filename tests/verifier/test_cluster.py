"""A real cluster on loopback: a scheduler and two workers, one of which is killed in the middle of its work."""

import importlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.verifier.record_files import Made, notes, write_record
from tests.verifier.record_server import serve
from tests.verifier.running import Gate, eventually, started
from tests.verifier.test_state import false_proof
from verifier.cluster import PATIENCE_SECONDS, Cluster
from verifier.engine import Options, verify
from verifier.errors import Unavailable, UsageError
from verifier.main import main
from verifier.report_json import render_json


@dataclass
class Machines:
    """Scheduler and workers as processes."""

    address: str
    scheduler: "subprocess.Popen[str]"
    workers: list["subprocess.Popen[str]"]


@contextmanager
def machines(folder: Path, workers: int = 2) -> Iterator[Machines]:
    """Start a scheduler and workers of one thread each, which nobody starts again when they die."""
    known = folder / "scheduler.json"
    scheduler = ["-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    worker = ["-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    quiet = {"DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "critical"}
    with ExitStack() as stack:
        first = stack.enter_context(started(*scheduler, "--scheduler-file", str(known), **quiet))
        assert eventually(lambda: known.exists() and known.read_text().endswith("}"))
        others = [
            stack.enter_context(
                started(*worker, "--scheduler-file", str(known), "--local-directory", str(folder / f"{i}"), **quiet)
            )
            for i in range(workers)
        ]
        yield Machines(address=json.loads(known.read_text())["address"], scheduler=first, workers=others)


@pytest.fixture(scope="module")
def false_election(paper_election: Made) -> Made:
    """Return an election with a false ballot, of five bundles with ballots in the first and the last."""
    made = paper_election.copy()
    false_proof(4)(made)
    at = made.find("ballot.cast", 3)
    made.drafts[at:at] = notes(1100)
    return made


def command(record: str, machines: Machines, *more: str) -> Any:
    """Run the command on a cluster in a process of its own."""
    soon = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s"}
    return started("-m", "verifier", record, "--cluster", machines.address, "--json", "--quiet", *more, **soon)


def findings(out: str) -> list[dict[str, Any]]:
    """Return the findings of a report."""
    found: list[dict[str, Any]] = json.loads(out)["findings"]
    return found


def test_a_worker_that_is_killed_in_the_middle(false_election: Made, tmp_path: Path) -> None:
    """Show that the report is complete and the same although one of two workers died in the middle of a range."""
    folder, gate = write_record(false_election, tmp_path / "record"), Gate()
    expected = json.loads(render_json(verify(Options(record=str(folder)))))["findings"]
    with machines(tmp_path) as cluster, serve(folder, gate) as server, command(server.url, cluster) as process:
        assert eventually(lambda: gate.waiting >= 2)
        cluster.workers[0].send_signal(signal.SIGKILL)
        gate.open.set()
        out, err = process.communicate(timeout=120)
    assert process.returncode == 1, err
    assert findings(out) == expected
    assert "Traceback" not in err


def test_a_folder_that_all_can_read(false_election: Made, tmp_path: Path) -> None:
    """Show that workers read a shared folder by themselves, and that an interrupt ends the run and not the cluster."""
    folder = write_record(false_election, tmp_path / "record")
    expected = json.loads(render_json(verify(Options(record=str(folder)))))["findings"]
    gate = Gate()
    with machines(tmp_path) as cluster, serve(folder, gate) as server:
        with command(os.path.relpath(folder, Path(__file__).parents[2]), cluster) as process:
            out, err = process.communicate(timeout=120)
            assert process.returncode == 1, err
            assert findings(out) == expected
        with command(server.url, cluster) as process:
            assert eventually(lambda: gate.waiting >= 1)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
            assert (process.returncode, out) == (130, "")
            assert "Traceback" not in err
        gate.open.set()
        assert all(worker.poll() is None for worker in cluster.workers)
        with command(server.url, cluster, "--state", str(tmp_path / "state")) as process:
            out, err = process.communicate(timeout=120)
            assert findings(out) == expected, err


def test_all_workers_are_killed(false_election: Made, tmp_path: Path) -> None:
    """Show that a cluster without workers ends in rows that are ERROR and name it, and not in waiting."""
    folder, gate = write_record(false_election, tmp_path / "record"), Gate()
    with machines(tmp_path) as cluster, serve(folder, gate) as server, command(server.url, cluster) as process:
        assert eventually(lambda: gate.waiting >= 2)
        for worker in cluster.workers:
            worker.send_signal(signal.SIGKILL)
        gate.open.set()
        out, err = process.communicate(timeout=120)
    assert process.returncode == 2, err
    found = {finding["row"]: finding for finding in findings(out)}
    for row in ("L.G", "V6.D", "V9.A", "V10.B", "E.H"):
        assert found[row]["status"] == "ERROR"
    assert "workers" in found["V6.D"]["note"]


def test_a_scheduler_that_is_killed(false_election: Made, tmp_path: Path) -> None:
    """Show that a run whose scheduler dies ends with a name and never with a pass."""
    folder, gate = write_record(false_election, tmp_path / "record"), Gate()
    with machines(tmp_path) as cluster, serve(folder, gate) as server, command(server.url, cluster) as process:
        assert eventually(lambda: gate.waiting >= 2)
        cluster.scheduler.send_signal(signal.SIGKILL)
        out, err = process.communicate(timeout=120)
        gate.open.set()
    assert process.returncode in (2, 4), err
    if out:
        found = {finding["row"]: finding for finding in findings(out)}
        assert found["V6.D"]["status"] == "ERROR"
        assert "cluster" in found["V6.D"]["note"]
    else:
        assert "cluster" in err


def test_a_cluster_that_is_not_there(tmp_path: Path, tiny_election: Made, capsys: pytest.CaptureFixture[str]) -> None:
    """Show exit code 4 and the address where no scheduler answers."""
    folder = write_record(tiny_election, tmp_path / "record")
    program = (
        "import sys, verifier.cluster, verifier.main; verifier.cluster.CONNECT_SECONDS = 1;"
        "sys.exit(verifier.main.main(sys.argv[1:]))"
    )
    with started("-c", program, str(folder), "--cluster", "tcp://127.0.0.1:9") as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (4, "")
    assert "tcp://127.0.0.1:9" in err


def test_without_dask(
    tmp_path: Path, tiny_election: Made, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Show a usage error that names the extra where Dask is not installed."""

    def missing(name: str) -> Any:
        raise ModuleNotFoundError(name)

    folder = write_record(tiny_election, tmp_path / "record")
    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(UsageError, match="extra 'cluster'"):
        verify(Options(record=str(folder), cluster="tcp://127.0.0.1:9"))
    assert main([str(folder), "--cluster", "tcp://127.0.0.1:9", "--quiet"]) == 2
    assert "extra 'cluster'" in capsys.readouterr().err


class Fading:
    """A client whose cluster comes and goes."""

    status = "running"
    workers: tuple[str, ...] = ("one",)

    def scheduler_info(self) -> dict[str, Any]:
        """Return what is known of the scheduler."""
        return {"workers": self.workers}


def test_a_cluster_that_fades(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show that nobody waits for workers that do not come, nor for a scheduler that is gone."""
    hands, client, now = Cluster.__new__(Cluster), Fading(), [0.0]
    monkeypatch.setattr("verifier.cluster.time.monotonic", lambda: now[0])
    hands._client, hands._well = client, 0.0
    client.workers, now[0] = (), PATIENCE_SECONDS - 1
    hands.look()
    client.workers = ("two",)
    hands.look()
    client.workers, now[0] = (), 2 * PATIENCE_SECONDS
    with pytest.raises(Unavailable, match="no worker"):
        hands.look()
    client.status = "closed"
    with pytest.raises(Unavailable, match="scheduler is gone"):
        hands.look()


def test_reasons_of_a_cluster() -> None:
    """Show that what Dask raises is a reason, and that an error of the program stays one."""
    distributed = importlib.import_module("distributed")
    hands = Cluster.__new__(Cluster)
    killed = distributed.scheduler.KilledWorker("range", SimpleNamespace(address="tcp://x"), 3)
    assert "KilledWorker" in hands.reason(killed)
    assert "has not this program" in hands.reason(ModuleNotFoundError("No module named 'verifier'"))
    assert hands.reason(Unavailable("gone")) == "gone"
    assert hands.reason(ZeroDivisionError()) == ""
