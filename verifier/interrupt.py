"""One orderly stop: Ctrl-C and a request to terminate both end a run in the same way, and only the first one counts.

*Idea*: The first signal raises KeyboardInterrupt, on whose way up processes are ended and working files removed. A
second one would only interrupt that.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def _stop(_number: int, _frame: FrameType | None) -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def orderly_stop() -> Iterator[None]:
    """Let the first signal raise KeyboardInterrupt inside; outside of the main thread, do nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, _stop) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
