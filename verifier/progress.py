"""A line on the error stream that says how far a long verification is.

*Idea*: On a terminal one line is rewritten several times a second; elsewhere a line is written twice a minute.
"""

import sys
import time


class Progress:
    """Progress of one phase: items done, rate, time left."""

    def __init__(self, phase: str, total: int, *, quiet: bool) -> None:
        self._phase, self._total, self._quiet = phase, total, quiet
        self._done = 0
        self._start = self._shown = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def advance(self, count: int = 1) -> None:
        """Add finished items; write a line when it is time for one."""
        self._done += count
        now = time.monotonic()
        if not self._quiet and now - self._shown >= (0.2 if self._terminal else 30.0):
            self._shown = now
            self._write(now)

    def _write(self, now: float) -> None:
        rate = self._done / max(now - self._start, 1e-6)
        left = (self._total - self._done) / rate if rate else 0.0
        line = f"{self._phase}: {self._done} of {self._total}, {rate:.1f} a second, {_duration(left)} left"
        sys.stderr.write(f"\r\x1b[K{line}" if self._terminal else line + "\n")
        sys.stderr.flush()

    def finish(self) -> None:
        """Take the line off the terminal."""
        if not self._quiet and self._terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {seconds:02d} s"
