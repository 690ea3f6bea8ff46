"""Time for a server that must not believe every jump of its machine's clock.

Idea: intervals are measured with the monotonic clock, which nobody can set. Wall time, which goes into promises and is
compared with cosignatures, is read from the machine, never goes back as seen by one process, and a jump is reported.

Invariants: `now()` never decreases.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

JUMP_SECONDS: Final = 30.0


class Clock:
    """Wall time in whole seconds since 1970, and a monotonic time for intervals."""

    def __init__(
        self,
        on_jump: Callable[[float], None] = lambda _: None,
        *,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start; `on_jump(seconds)` is called when wall time has moved otherwise than the monotonic one."""
        self.monotonic = monotonic
        self._wall = wall
        self._on_jump = on_jump
        self._last = wall()
        self._offset = self._last - monotonic()

    def now(self) -> int:
        """Return the time; after a jump back it stands still until the machine has caught up."""
        wall = self._wall()
        jump = wall - self.monotonic() - self._offset
        if abs(jump) > JUMP_SECONDS:
            self._offset += jump
            self._on_jump(jump)
        self._last = max(self._last, wall)
        return int(self._last)
