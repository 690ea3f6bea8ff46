"""Failing system calls of the path from a submission to its publication, injected from outside by strace.

A child takes statements and tells what it acknowledged; meanwhile one system call fails, or the child is killed there.
Afterwards the record is readable and proven, the board opens, and every acknowledged index has the same bytes.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evote.errors import BoardError
from tests.board import toy
from tests.board.test_failures import check_record

# How often the path below makes each call is counted by the sweep itself; `stride` keeps the number of runs small.
CALLS = {
    "openat": (r"/^openat$", 7),
    "write": (r"/^write$", 5),
    "pwrite64": (r"/^pwrite64$", 19),
    "fsync": (r"/^f(data)?sync$", 9),
    "rename": (r"/^rename(at2?)?$", 4),
    "close": (r"/^close$", 9),
}
MINIMUM_STRUCK = 2
SENT = [toy.note("first"), *(toy.ballot(number) for number in range(4)), toy.note("last")]

_PR_SET_PTRACER = 0x59616D61
_PR_SET_PTRACER_ANY = -1


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a closed board with 253 entries: what follows crosses the border of a tile."""
    folder = tmp_path_factory.mktemp("template")
    with toy.create(folder) as board:
        board.submit_many([toy.note(f"old {number}") for number in range(253)])
        board.flush()
    return folder


def require_strace() -> str:
    """Return the program; fail in CI where there is none, skip elsewhere."""
    program = shutil.which("strace")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("CI should have strace")
        # 2026-11-22: a plain machine need not have strace.
        pytest.skip("there is no strace on this machine")
    return program


def work(folder: Path, channel: socket.socket) -> None:
    """Take statements one by one and publish; acknowledge over a socket, whose calls are none of those that fail."""
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _PR_SET_PTRACER_ANY, 0, 0, 0)
    board = toy.open_toy(folder)
    channel.send(b"ready")
    channel.recv(1)
    try:
        for one in SENT:
            tickets = board.submit_many([one])
            board.sequence()
            channel.send(b"".join(b"%d %s\n" % (each.index, each.leaf_hash.hex().encode()) for each in tickets))
            board.flush()
        channel.send(b"done\n")
    except BoardError as error:
        channel.send(f"{error.code}\n".encode())
    finally:
        os._exit(0)


@contextmanager
def forked(folder: Path) -> Iterator[tuple[int, socket.socket]]:
    """Run `work` in a child; yield its process id and the channel to it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    child = os.fork()
    if child == 0:
        ours.close()
        work(folder, theirs)
    theirs.close()
    try:
        assert ours.recv(16) == b"ready"
        yield child, ours
    finally:
        ours.close()
        os.waitpid(child, 0)


def run_injected(folder: Path, call: str, what: str, number: int) -> tuple[list[bytes], bool]:
    """Let call `number` (from 1) fail or kill; return the acknowledged lines, and whether it came to that."""
    trace = folder.with_name(f"{folder.name}.trace")
    with forked(folder) as (child, channel):
        strace = subprocess.Popen(
            [
                *(require_strace(), "-p", str(child), "-o", str(trace)),
                *("-e", f"trace={call}", "-e", f"inject={call}:{what}:when={number}"),
            ],
            stderr=subprocess.PIPE,
        )
        assert strace.stderr is not None
        attached = strace.stderr.readline()
        assert b"attached" in attached, attached
        channel.send(b"x")
        received = b""
        while data := channel.recv(65536):
            received += data
        strace.wait()
        strace.stderr.close()
    text = trace.read_text()
    return received.split(b"\n")[:-1], "(INJECTED)" in text or "killed by SIGKILL" in text


def check(folder: Path, lines: list[bytes]) -> None:
    """Open the board as it was left, and find everything that was acknowledged; then it goes on."""
    assert check_record(folder) >= 253
    with toy.open_toy(folder) as board:
        stored = {entry.index: entry.leaf_hash for entry in board._store.scan(0, board.size)}
        for line in lines:
            if b" " in line:
                index, leaf = line.split()
                assert stored[int(index)].hex() == leaf.decode()
        tickets = board.submit_many(SENT)
        assert board.flush().size == 253 + len(SENT)
        assert {ticket.index for ticket in tickets} == set(range(253, 253 + len(SENT)))
        assert not any(step.findings for step in board.scrub())
    assert check_record(folder) == 253 + len(SENT)


@pytest.mark.parametrize("what", ["error=EIO", "signal=KILL"])
@pytest.mark.parametrize("call", CALLS)
def test_a_failing_system_call(template: Path, tmp_path: Path, call: str, what: str) -> None:
    """Every so-many-th of these calls fails with EIO, or the process is killed there: nothing acknowledged is lost."""
    pattern, stride = CALLS[call]
    struck_runs = 0
    for number in range(1, 1000, stride):
        folder = tmp_path / str(number)
        shutil.copytree(template, folder)
        lines, struck = run_injected(folder, pattern, what, number)
        if struck:
            struck_runs += 1
            if what == "signal=KILL":
                assert b"done" not in lines
        else:
            assert lines[-1] == b"done"
        check(folder, lines)
        shutil.rmtree(folder)
        if not struck:
            break
    assert struck_runs >= MINIMUM_STRUCK
