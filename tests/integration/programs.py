"""The installed programs as processes of their own, in a folder that holds everything of one election."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
PASSPHRASE = ("--passphrase-file", "passphrase")
AUTHORITY = ("--board", "board", "--authority-key", "authority.key", *PASSPHRASE)
REGISTRAR = ("--board", "board", "--registrar-key", "registrar.key", "--links", "links.locked", *PASSPHRASE)
RECORD, INBOX = "board/record", "board/inbox"
TRUSTEES = (1, 2, 3)
PATIENCE_SECONDS = 60.0

Command = Sequence[object]


@dataclass(frozen=True)
class Ran:
    """What a program left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return the JSON object on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Town:
    """A folder in which people of one election run their programs; the names of files are relative to it."""

    folder: Path

    def start(self, program: object, *arguments: object) -> subprocess.Popen[str]:
        """Start a program; its input is empty."""
        return subprocess.Popen(
            [str(BIN / str(program)), *map(str, arguments)],
            cwd=self.folder,
            env={"PATH": os.defpath, "HOME": str(self.folder), "LANG": "en_US.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, program: object, *arguments: object) -> Ran:
        """Run a program to its end."""
        return finish(self.start(program, *arguments))

    def good(self, program: object, *arguments: object) -> Ran:
        """Run a program that must succeed."""
        return succeeded(arguments, self.run(program, *arguments))

    def together(self, *commands: Command) -> list[Ran]:
        """Run several programs at the same time; all must succeed."""
        started = [(command, self.start(*command)) for command in commands]
        return [succeeded(command, finish(process)) for command, process in started]

    def copy(self, folder: Path) -> "Town":
        """Return a copy that goes its own way."""
        shutil.copytree(self.folder, folder)
        return Town(folder)

    def election(self, step: str, *more: object) -> Any:
        """Let the authority take a step; return its JSON."""
        return self.good("evote", "election", step, *more, *AUTHORITY, "--json").json

    def collect(self) -> Any:
        """Collect the inbox; return the JSON report."""
        return self.good("evote", "board", "collect", "board", "--json").json

    def trustee_command(self, index: int, step: str, *more: object) -> Command:
        """Return a step of a trustee as a command."""
        home = ("--home", f"trustee-{index}", *PASSPHRASE)
        return ("evote-trustee", step, RECORD, *home, "--outbox", INBOX, *more)

    def keystore(self, index: int) -> Path:
        """Return a trustee's keystore file."""
        return self.folder / f"trustee-{index}" / "keystore"

    def voter(self, person: str, step: str, *more: object, codes: str = "codes.csv") -> Ran:
        """Let a voter do something with the code from the registrar's letter."""
        lines = (self.folder / codes).read_text(encoding="utf-8-sig").splitlines()
        (line,) = [line for line in lines if line.startswith(f"{person},")]
        code = self.folder / f"{person}.code"
        code.write_text(line.split(",")[3] + "\n")
        return self.good("evote", "ballot", step, f"{person}.ballot", "--code-file", code.name, "--json", *more)

    def prepare(self, person: str, *choices: str, codes: str = "codes.csv") -> Any:
        """Prepare a ballot; return the JSON."""
        chosen = [item for choice in choices for item in ("--choose", choice)]
        return self.voter(person, "prepare", "--record", RECORD, *chosen, codes=codes).json

    def cast(self, person: str, codes: str = "codes.csv") -> Any:
        """Cast the prepared ballot; return the JSON."""
        return self.voter(person, "cast", "--inbox", INBOX, "--receipt", f"{person}.receipt", codes=codes).json


def finish(process: subprocess.Popen[str]) -> Ran:
    """Wait for a program's end."""
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    return Ran(process.returncode, out, err)


def succeeded(command: Command, ran: Ran) -> Ran:
    """Return what a program left behind, having seen that it succeeded."""
    assert ran.code == 0, f"{command}: {ran.code}\n{ran.out}\n{ran.err}"
    return ran


def kill_when(process: subprocess.Popen[str], happened: Callable[[], bool]) -> bool:
    """Kill a program (SIGKILL) as soon as something has happened; return False where it ended by itself before."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not happened() and process.poll() is None:
        assert time.monotonic() < end, "what was awaited did not happen"
        time.sleep(0.001)
    process.kill()
    process.communicate()
    return process.returncode == -signal.SIGKILL


def changed(path: Path) -> Callable[[], bool]:
    """Return a function that tells whether a file has been replaced since now."""
    before = path.stat()
    return lambda: (path.stat().st_ino, path.stat().st_mtime_ns) != (before.st_ino, before.st_mtime_ns)
