"""Runs the programs as a person would, showing each command line and what it says."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
_DOT_SECONDS = 2.0
_ENVIRONMENT = {**os.environ, "LC_ALL": os.environ.get("LC_ALL", "C.UTF-8")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A command that was started."""

    command: str
    process: subprocess.Popen[str]


class Console:
    """Shows commands with paths relative to the folder they run in; stops the demo at the first that fails."""

    def __init__(self, folder: Path) -> None:
        """Run everything in `folder`."""
        self.folder = folder
        self.started = time.monotonic()
        self._running: list[Running] = []

    @property
    def seconds(self) -> float:
        """The time since the start."""
        return time.monotonic() - self.started

    def chapter(self, korean: str, english: str) -> None:
        """Print a heading with the seconds since the start."""
        print(f"\n[{self.seconds:5.0f} s] {english} · {korean}", flush=True)

    def say(self, text: str) -> None:
        """Print a line of explanation."""
        print(f"        {text}", flush=True)

    def run(self, *command: str | Path, quiet: bool = False) -> str:
        """Run one command and return what it printed."""
        return self.finish(self.start(command), quiet=quiet)[0]

    def start(self, *commands: Sequence[str | Path]) -> list[Running]:
        """Start commands; of several that are alike the first is shown."""
        lines = [shlex.join(map(str, command)) for command in commands]
        others = f"   (and {len(lines) - 1} more like it)" if len(lines) > 1 else ""
        print(f"      $ {lines[0]}{others}", flush=True)
        running = [
            Running(
                command=line,
                process=subprocess.Popen(
                    [str(BIN / command[0]), *map(str, command[1:])],
                    cwd=self.folder,
                    env=_ENVIRONMENT,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                ),
            )
            for line, command in zip(lines, commands, strict=True)
        ]
        self._running += running
        return running

    def finish(self, running: Sequence[Running], *, quiet: bool = False, stop: bool = False) -> list[str]:
        """Wait until commands end, `stop` as by Ctrl-C, and return what they printed; `quiet` does not show it."""
        outputs = []
        for each in running:
            if stop:
                each.process.send_signal(signal.SIGINT)
            output = self._output_of(each)
            outputs.append(output)
            if not quiet:
                for line in output.splitlines():
                    self.say(line)
        return outputs

    def _output_of(self, running: Running) -> str:
        """Return what a command printed when it has ended; where any command fails, end them all."""
        dots = ""
        while True:
            try:
                output, errors = running.process.communicate(timeout=_DOT_SECONDS)
            except subprocess.TimeoutExpired:
                dots = "."
                print(dots, end="", flush=True)
                # What one waits for another one may have to do.
                failed = next((each for each in self._running if each.process.poll()), None)
                if failed is None:
                    continue
                running = failed
                output, errors = running.process.communicate()
            if dots:
                print(flush=True)
            self._running.remove(running)
            if running.process.returncode == 0:
                return output
            for each in self._running:
                each.process.kill()
                each.process.communicate()
            sys.exit(f"{running.command} ended with {running.process.returncode}\n{output}\n{errors}")
