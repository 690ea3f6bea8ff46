"""Collecting an inbox again and again, until somebody says that it is enough.

Spec: docs/formats.md section 4.

Idea: the board stays open, so that what comes is answered within a second and nothing is replayed. Files are taken when
no further one has come between two looks, or when there is a whole batch: many ballots together are verified sooner.

Invariants: a signal to stop is obeyed between two passes, never within one; what lies in the inbox then is collected.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from evote.cli.board_local import OpenBoard
from evote.cli.inbox import BATCH, Collected, collect
from evote.client.submission import SUFFIX

LOOK_SECONDS: Final = 0.2


def watch(opened: OpenBoard, inbox: Path, tell: Callable[[Collected], None], stop: threading.Event) -> None:
    """Collect until `stop` is set, and once more; `tell` hears what became of the files of each pass.

    Raise BoardError where the board can't go on.
    """
    seen: set[str] = set()
    waiting: set[str] = set()  # too early at the last pass
    is_last = False
    while not is_last:
        is_last = stop.wait(LOOK_SECONDS)
        names = _names(inbox)
        is_quiet = names == seen or len(names) >= BATCH
        seen = names
        if not names - waiting or not (is_quiet or is_last):
            continue
        collected = collect(opened, inbox, lambda _: None)
        # What is admitted now may be what the others have waited for.
        waiting = set() if collected.admitted else set(collected.waiting)
        tell(collected)


@contextmanager
def stopped_by_signal() -> Iterator[threading.Event]:
    """Yield an event that SIGINT (Ctrl-C) and SIGTERM set during the body."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _names(inbox: Path) -> set[str]:
    return {path.name for path in inbox.glob(f"*{SUFFIX}") if not path.name.startswith(".")}
