"""Attacks by a cluster: machines with another program, and a cluster that goes away while the job is handed out."""

import importlib
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.verifier.record_files import Made, write_record
from verifier.engine import Options, verify
from verifier.errors import Unavailable
from verifier.korean import in_korean
from verifier.main import main
from verifier.program import identity

ADDRESS = "tcp://127.0.0.1:8786"


class Machines:
    """What a client of Dask does, with two workers that are threads of this process."""

    status = "running"
    programs: Callable[[], dict[str, str]] = staticmethod(lambda: {"tcp://a": identity(), "tcp://b": identity()})
    sent: Callable[[Any], Any] = staticmethod(lambda job: job)

    def __init__(self, address: str, **_: object) -> None:
        self._threads = ThreadPoolExecutor(2)

    def wait_for_workers(self, count: int, timeout: float) -> None:
        """Say that they are there."""

    def nthreads(self) -> dict[str, int]:
        """Return threads by worker."""
        return {"tcp://a": 1, "tcp://b": 1}

    def run(self, function: Any) -> dict[str, str]:
        """Return what every worker answers."""
        return self.programs()

    def scatter(self, job: Any, broadcast: bool) -> Any:
        """Send the job around."""
        return self.sent(job)

    def get_executor(self, pure: bool) -> ThreadPoolExecutor:
        """Return the threads."""
        return self._threads

    def scheduler_info(self) -> dict[str, Any]:
        """Return who is there."""
        return {"workers": self.nthreads()}

    def close(self, timeout: float) -> None:
        """End the threads."""
        self._threads.shutdown()


@pytest.fixture
def machines(monkeypatch: pytest.MonkeyPatch) -> type[Machines]:
    """Let these machines be what Dask connects to; a test may change them."""

    class Ours(Machines):
        pass

    original = importlib.import_module
    dask = SimpleNamespace(Client=Ours)
    monkeypatch.setattr(importlib, "import_module", lambda name: dask if name == "distributed" else original(name))
    return Ours


@pytest.fixture
def folder(tiny_election: Made, tmp_path: Path) -> Path:
    """Return a true record."""
    return write_record(tiny_election, tmp_path / "record")


def raises(error: BaseException) -> Any:
    """Return a function that raises."""

    def function(*_: object) -> Any:
        raise error

    return staticmethod(function)


def test_machines_that_are_well(machines: type[Machines], folder: Path) -> None:
    """Show that these machines verify a record; the other tests change one thing."""
    assert verify(Options(record=str(folder), cluster=ADDRESS)).verified


def test_a_machine_with_another_program(machines: type[Machines], folder: Path) -> None:
    """Show that one worker whose program differs in a byte is named, and nothing begins."""
    machines.programs = staticmethod(lambda: {"tcp://a": identity(), "tcp://b": identity() + "0"})
    with pytest.raises(Unavailable, match="tcp://b runs the verifier"):
        verify(Options(record=str(folder), cluster=ADDRESS))
    assert main([str(folder), "--cluster", ADDRESS, "--quiet"]) == 4


@pytest.mark.parametrize(
    "error", [AttributeError("no identity"), ImportError("no verifier"), OSError("gone"), TimeoutError("late")]
)
def test_a_machine_that_can_not_say_its_program(machines: type[Machines], folder: Path, error: Exception) -> None:
    """Show that a worker with a program too old to be asked is the cluster's failure and no bug: exit code 4."""
    machines.programs = raises(error)
    with pytest.raises(Unavailable, match=f"cluster {ADDRESS}: {type(error).__name__}"):
        verify(Options(record=str(folder), cluster=ADDRESS))
    assert main([str(folder), "--cluster", ADDRESS, "--quiet"]) == 4


@pytest.mark.parametrize("error", [TimeoutError("late"), OSError("gone"), CancelledError("lost")])
def test_a_cluster_that_goes_before_the_first_task(machines: type[Machines], folder: Path, error: Exception) -> None:
    """Show that a cluster which does not take the job is named as such, and not as a disk of this machine."""
    machines.sent = raises(error)
    with pytest.raises(Unavailable, match=f"^cluster: {type(error).__name__}") as failed:
        verify(Options(record=str(folder), cluster=ADDRESS))
    assert in_korean(str(failed.value)) is not None
    assert main([str(folder), "--cluster", ADDRESS, "--quiet"]) == 4
