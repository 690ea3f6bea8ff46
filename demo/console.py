"""Runs the programs as a person would, showing each command line and what it says."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

BIN = Path(sys.executable).parent
_ENVIRONMENT = {**os.environ, "LC_ALL": os.environ.get("LC_ALL", "C.UTF-8")}


class Console:
    """Shows commands with paths relative to the folder they run in; stops the demo at the first that fails."""

    def __init__(self, folder: Path) -> None:
        """Run everything in `folder`."""
        self.folder = folder
        self.started = time.monotonic()

    def chapter(self, korean: str, english: str) -> None:
        """Print a heading with the seconds since the start."""
        print(f"\n[{time.monotonic() - self.started:5.0f} s] {english} · {korean}", flush=True)

    def say(self, text: str) -> None:
        """Print a line of explanation."""
        print(f"        {text}", flush=True)

    def run(self, *command: str | Path, quiet: bool = False, fails: bool = False) -> str:
        """Run one command and return what it printed; `fails` expects exit code 1."""
        (output,) = self.run_all([command], quiet=quiet, fails=fails)
        return output

    def run_all(
        self, commands: Sequence[Sequence[str | Path]], *, quiet: bool = False, fails: bool = False
    ) -> list[str]:
        """Run commands at the same time, as people on different machines would, and return their outputs."""
        started = []
        for number, command in enumerate(commands):
            words = [str(word) for word in command]
            if number == 0:
                others = f"   (and {len(commands) - 1} more like it)" if len(commands) > 1 else ""
                print(f"      $ {shlex.join(words)}{others}", flush=True)
            started.append(
                subprocess.Popen(
                    [str(BIN / words[0]), *words[1:]],
                    cwd=self.folder,
                    env=_ENVIRONMENT,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
        outputs = []
        for command, process in zip(commands, started, strict=True):
            output, errors = process.communicate()
            if process.returncode != (1 if fails else 0):
                sys.exit(f"{shlex.join(map(str, command))} ended with {process.returncode}\n{output}\n{errors}")
            outputs.append(output)
            if not quiet:
                for line in output.splitlines():
                    self.say(line)
        return outputs
