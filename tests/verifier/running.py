"""The command as a process of its own, with a server that holds its workers in the middle of their work."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import verifier
from tests.verifier.record_server import Answer
from verifier.checks.ballots import DigestKeys
from verifier.job import Job
from verifier.program import identity

ROOT = Path(verifier.__file__).parents[1]
PATIENCE = 60.0


@dataclass
class Gate:
    """A behaviour of a server: whoever reads entries a second time is a worker, and waits until the gate opens."""

    asked: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    open: threading.Event = field(default_factory=threading.Event)

    def __call__(self, path: str, answer: Answer) -> Answer:
        """Hold workers back."""
        if path.startswith("tile/entries/"):
            self.asked[path] = self.asked.get(path, 0) + 1
            if self.asked[path] > 1 and not self.open.is_set():
                self.waiting += 1
                self.open.wait(PATIENCE)
        return answer


def eventually(holds: Callable[[], bool]) -> bool:
    """Wait until something holds; say whether it came true in time."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def alive(process: int) -> bool:
    """Say whether a process is running (a zombie is not)."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def workers_of(process: int) -> list[int]:
    """Return the worker processes that a process has started."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
                words = (folder / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == process and b"--multiprocessing-fork" in words:
                found.append(int(folder.name))
    return sorted(found)


def job_of(folder: Path) -> Job:
    """Return a job without an election."""
    keys = DigestKeys(ids=b"1", components=b"2", commitments=b"3")
    return Job(
        program=identity(),
        record=str(folder),
        size=42,
        scope=bytes(32),
        manifest=None,
        keys=None,
        digests=keys,
        window=8,
    )


@contextmanager
def started(*words: str, **how: str) -> Iterator[subprocess.Popen[str]]:
    """Start Python with these words in a process group of its own; end the whole group afterwards."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | how
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
