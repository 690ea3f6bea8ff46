"""Witnesses in processes of their own on this machine, to try out what a witnessed log is like.

Idea: each has a folder, keys and a memory of its own and speaks the real protocol, so nothing but the trust is missing:
who has this machine has all of them. They end when the process that started them ends, however it ends, because their
standard input ends with it.

Invariants: keys and memories stay in the board's folder and are used again at the next start, so these witnesses too
refuse a log that has gone back.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from evote.errors import BoardError, ConfigurationError
from evote.log.key import VerifierKey
from evote.log.policy import Policy, PolicyGroup, PolicyWitness
from evote.log.policy_tolerance import advised_threshold
from evote.witness.identity import Identity, Meaning, load_identity
from evote.witness.open_witness import create_witness, pin_log

FOLDER_NAME: Final = "witnesses"
QUORUM_NAME: Final = "local"
MAXIMUM_WITNESSES: Final = 16
_STOP_SECONDS: Final = 10.0

# The end of standard input is the end of whoever started this.
_PROGRAM: Final = """
import os, sys, threading
def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)
threading.Thread(target=end_with_parent, daemon=True).start()
from evote.cli.main import run
run(sys.argv[1:])
"""


@contextmanager
def local_witnesses(folder: Path, count: int, log_keys: tuple[VerifierKey, ...], first_port: int) -> Iterator[Policy]:
    """Start `count` witnesses below a board's folder and yield the policy that needs more than two thirds of them.

    They listen on `first_port` and the ports after it, or on any free ones where it is 0; at the end of the body they
    are stopped. Raise ConfigurationError `serve.bad_count`; BoardError `serve.witness_failed` where one does not start.
    """
    if not 1 <= count <= MAXIMUM_WITNESSES:
        raise ConfigurationError(
            "serve.bad_count", f"{count} local witnesses; 1 to {MAXIMUM_WITNESSES} can be started", count=count
        )
    identities = [_prepare(folder / FOLDER_NAME / str(number), number, log_keys) for number in range(1, count + 1)]
    processes: list[subprocess.Popen[str]] = []
    try:
        for number in range(1, count + 1):
            port = first_port + number - 1 if first_port else 0
            processes.append(_start(folder / FOLDER_NAME / str(number), port))
        urls = [_url_of(process, number) for number, process in enumerate(processes, 1)]
        yield Policy(
            witnesses=tuple(
                PolicyWitness(name=identity.name, key=identity.keys[0], url=url)
                for identity, url in zip(identities, urls, strict=True)
            ),
            groups=(
                PolicyGroup(
                    name=QUORUM_NAME,
                    threshold=advised_threshold(count),
                    members=tuple(identity.name for identity in identities),
                ),
            ),
            quorum=QUORUM_NAME,
        )
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            _end(process)


def _prepare(place: Path, number: int, log_keys: tuple[VerifierKey, ...]) -> Identity:
    """Return the identity of a witness, made where there is none, that follows the log."""
    if not place.is_dir():
        create_witness(place, f"witness{number}.localhost", Meaning.CONSISTENCY, secrets.token_bytes)
    for key in log_keys:
        pin_log(place, key, key.name, "")
    return load_identity(place)


def _start(place: Path, port: int) -> subprocess.Popen[str]:
    arguments = ["witness", "serve", str(place), "--port", str(port), "--json"]
    with (place / "log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603 2026-11-22: this program itself, without a shell
            [sys.executable, "-c", _PROGRAM, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            # A Ctrl-C is for the board, which still needs its witnesses for the last batch.
            start_new_session=True,
        )


def _url_of(process: subprocess.Popen[str], number: int) -> str:
    line = process.stdout.readline() if process.stdout is not None else ""
    try:
        url = json.loads(line)["url"]
    except (ValueError, KeyError):
        raise BoardError(
            "serve.witness_failed", f"local witness {number} did not start; its file `log` says why", number=number
        ) from None
    return str(url)


def _end(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
