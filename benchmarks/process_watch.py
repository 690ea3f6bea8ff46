"""Peak memory and processor time of this process and of every process below it, from /proc.

*Idea*: a thread looks once a second. A process gets the role that was current when it was first seen, so that the
workers of a phase are told apart from those of another. What a process used in its last second is not seen.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 1.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Use:
    """What one process has used so far: its role, peak resident memory in MB, and processor time in seconds."""

    role: str
    peak_mb: float = 0.0
    cpu_seconds: float = 0.0


class ProcessWatch:
    """Watches from `start` to `stop`; set `role` when another phase begins."""

    def __init__(self, role: str) -> None:
        """Watch nothing yet."""
        self.role = role
        self._own = os.getpid()
        self._uses: dict[tuple[int, int], Use] = {}  # by process id and start time: ids come again
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look a last time and end."""
        self._end.set()
        self._thread.join()
        self._look()

    def uses(self) -> list[Use]:
        """Return what every process has used so far, this one first."""
        return list(self._uses.values())

    def _run(self) -> None:
        while not self._end.wait(_SECONDS):
            self._look()

    def _look(self) -> None:
        parents = {}
        found: dict[int, tuple[int, float, float]] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                # pid (name) state parent ...: the name may hold spaces and brackets
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                status = (folder / "status").read_text()
            except OSError:
                continue  # it has just ended
            pid = int(folder.name)
            parents[pid] = int(fields[1])
            kilobytes = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)
            found[pid] = (int(fields[19]), kilobytes / 1024, (int(fields[11]) + int(fields[12])) / _TICKS)
        for pid, (started, peak, cpu) in sorted(found.items(), key=lambda item: item[0] != self._own):
            if self._is_below(pid, parents):
                use = self._uses.setdefault((pid, started), Use(role=self.role))
                use.peak_mb, use.cpu_seconds = max(use.peak_mb, peak), max(use.cpu_seconds, cpu)

    def _is_below(self, pid: int, parents: dict[int, int]) -> bool:
        while pid != self._own:
            if pid not in parents:
                return False
            pid = parents[pid]
        return True
