"""Witnesses of a toy log as processes on this machine, each of which can be killed and started again."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from evote.log.key import VerifierKey
from evote.log.policy import Policy, PolicyGroup, PolicyLog, PolicyWitness
from evote.witness.identity import Meaning
from evote.witness.open_witness import create_witness, pin_log

PROGRAM = "from evote.cli.main import run; run()"


class LocalTown:
    """Five witnesses of a log, of which four are needed; each keeps its folder and its port."""

    def __init__(self, folder: Path, log_key: VerifierKey, count: int = 5, threshold: int = 4) -> None:
        """Make the witnesses and start them."""
        self._folder = folder
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self._urls: dict[str, str] = {}
        names = [f"w{number}" for number in range(1, count + 1)]
        identities = {}
        for name in names:
            identities[name] = create_witness(
                folder / name, f"{name}.example", Meaning.CONSISTENCY, secrets.token_bytes
            )
            pin_log(folder / name, log_key, log_key.name, "")
        self.start(*names)
        self.policy = Policy(
            logs=(PolicyLog(key=log_key),),
            witnesses=tuple(
                PolicyWitness(name=name, key=identities[name].keys[0], url=self._urls[name]) for name in names
            ),
            groups=(PolicyGroup(name="town", threshold=threshold, members=tuple(names)),),
            quorum="town",
        )

    def start(self, *names: str) -> None:
        """Start witnesses, each at its port, and wait until they listen."""
        for name in names:
            port = urlsplit(self._urls[name]).port if name in self._urls else 0
            command = [sys.executable, "-c", PROGRAM, "witness", "serve", str(self._folder / name)]
            with (self._folder / f"{name}.log").open("a") as log:
                self._processes[name] = subprocess.Popen(
                    [*command, "--port", str(port), "--json"], stdout=subprocess.PIPE, stderr=log, text=True
                )
        for name in names:
            output = self._processes[name].stdout
            assert output is not None
            self._urls[name] = json.loads(output.readline())["url"]

    def kill(self, *names: str) -> None:
        """Kill witnesses with signal 9."""
        for name in names:
            process = self._processes.pop(name)
            process.kill()
            process.communicate()

    def __enter__(self) -> LocalTown:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill(*self._processes)
