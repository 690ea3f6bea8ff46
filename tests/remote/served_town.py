"""A town whose people talk to one served board over loopback, each with programs and folders of their own.

The board has five witnesses on this machine, and everybody asks for the cosignatures of four.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.integration.programs import BIN, PASSPHRASE, PATIENCE_SECONDS, Ran, Town, finish, succeeded

TRUSTEES = (1, 2, 3)
VOTERS = ("kim", "lee", "park", "choi")
WITNESSES = 5

DEFINITION = """\
label: "served vote"
title: {{ ko: "주소로 하는 투표", en: "A served vote" }}
authority: "{authority}"
registrar: "{registrar}"
trustees:
{trustees}
quorum: 2
opens: 2020-06-03T06:00:00+09:00
closes: 2020-06-03T20:00:00+09:00
minimum_ballots: 2
revoting: never
contests:
  - label: merger
    title: {{ ko: "통합에 찬성하십니까?", en: "Do you agree to merge?" }}
    rule: kr.resident-vote
    options:
      - {{ label: "yes", title: {{ ko: "찬성", en: "Yes" }} }}
      - {{ label: "no", title: {{ ko: "반대", en: "No" }} }}
districts:
  - {{ label: all, title: {{ ko: "전체", en: "All" }} }}
"""


@dataclass
class ServedTown:
    """A folder with a folder for each person, and the board's server, which can be killed."""

    folder: Path
    port: int = 0
    server: subprocess.Popen[str] | None = None
    log_key: str = ""
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The board's address."""
        return f"http://127.0.0.1:{self.port}"

    def serve(self) -> None:
        """Start the server with its witnesses, at the same addresses as before, and wait until there is a quorum."""
        if not self.port:
            self.port = _free_ports(1 + WITNESSES)
        options = ("--port", self.port, "--workers", 1, "--json", "--local-witnesses", WITNESSES)
        command = ("serve", "board", "--origin", "board.example/served", *options)
        said = self.folder / "server.json"
        with (self.folder / "server.log").open("a") as log, said.open("w") as answer:
            self.server = subprocess.Popen(
                [str(BIN / "evote"), *map(str, command)],
                cwd=self.folder,
                env={"PATH": os.defpath, "HOME": str(self.folder), "LANG": "en_US.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=answer,
                stderr=log,
                text=True,
            )
        server = self.server
        wait_for(lambda: said.read_text().endswith("\n") or server.poll() is not None, "the server's start")
        assert server.poll() is None, (self.folder / "server.log").read_text()
        self.log_key = json.loads(said.read_text())["log_key"]
        record = self.folder / "board" / "record" / "policy"
        wait_for(lambda: "quorum local" in record.read_text(), "the first quorum")
        # What the operator hands out; nobody takes it from the board itself.
        self.policy.write_bytes(record.read_bytes())

    @property
    def policy(self) -> Path:
        """The file with the log's key, its witnesses and the quorum."""
        return self.folder / "policy.txt"

    def kill_server(self) -> None:
        """Kill the server with signal 9."""
        assert self.server is not None
        self.server.kill()
        self.server.wait()
        assert self.server.returncode == -signal.SIGKILL

    def person(self, name: str) -> Path:
        """Return a person's own folder."""
        folder = self.folder / name
        if not folder.exists():
            folder.mkdir()
            (folder / "passphrase").touch(0o600)
            (folder / "passphrase").write_text("correct horse battery\n")
        return folder

    def at(self, name: str, program: str, *arguments: object) -> subprocess.Popen[str]:
        """Start a program in a person's folder, which is also their home."""
        folder = self.person(name)
        process = subprocess.Popen(
            [str(BIN / program), *map(str, arguments)],
            cwd=folder,
            env={"PATH": os.defpath, "HOME": str(folder), "LANG": "en_US.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def good_at(self, name: str, program: str, *arguments: object) -> Ran:
        """Run a program in a person's folder that must succeed."""
        return succeeded((name, program, *arguments), finish(self.at(name, program, *arguments)))

    def verify(self, record: object) -> Ran:
        """Run the independent verifier on a place, from the folder of the town."""
        options = ("--policy", self.policy, "--json", "--quiet", "--workers", 1)
        return Town(self.folder).run("evote-verify", record, *options)

    def authority(self, step: str, *more: object) -> Any:
        """Let the authority take a step at the board's URL; return its JSON."""
        options = ("--board", self.url, "--authority-key", "authority.key", *PASSPHRASE, "--json")
        return self.good_at("authority", "evote", "election", step, *more, *options).json

    def registrar(self, step: str, *more: object) -> Any:
        """Let the registrar change the roll at the board's URL; return its JSON."""
        keys = ("--board", self.url, "--registrar-key", "registrar.key", "--links", "links.locked")
        return self.good_at("registrar", "evote", "roll", step, *more, *keys, *PASSPHRASE, "--json").json

    def trustee(self, index: int, step: str, *more: object) -> subprocess.Popen[str]:
        """Start a trustee's step, which waits for its moment."""
        trusted = ("--log-key", self.log_key, "--policy", self.policy)
        options = ("--home", "home", *PASSPHRASE, *trusted, "--wait", "--json", *more)
        return self.at(f"trustee-{index}", "evote-trustee", step, self.url, *options)

    def stop(self) -> None:
        """End everything that was started here."""
        for process in (*self.started, *([self.server] if self.server else [])):
            process.kill()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
            process.wait()


def _free_ports(count: int) -> int:
    """Return the first of so many neighbouring ports that nobody listens at."""
    for _ in range(100):
        with ExitStack() as stack:
            first = 0
            for place in range(count):
                probe = stack.enter_context(socket.socket())
                try:
                    probe.bind(("127.0.0.1", first + place if place else 0))
                except (OSError, OverflowError):
                    break
                first = first or probe.getsockname()[1]
            else:
                return first
    raise AssertionError("this machine has no free ports")


def wait_for(happened: Any, what: str) -> None:
    """Wait until something has happened."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < end, f"{what} did not happen"
        time.sleep(0.02)
