"""Holding the lease while the thread that took it is busy.

Spec: docs/storage.md section 4.

Idea: building the tree and the state of a long log takes longer than a lease. Without a sign of life another machine
would begin the same work; the epoch keeps the two from forking the log, but the first would have worked for nothing.

Invariants: the body ends with the lease renewed, or with the error that kept it from being renewed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from evote.board.head import Head
from evote.board.store import Store
from evote.errors import BoardError

RENEW_SECONDS: Final = 3.0


@contextmanager
def held_lease(store: Store, head: Head) -> Iterator[None]:
    """Renew the lease that was taken with `head`, from a thread, until the body has ended.

    Raise BoardError `board.lease_lost` where another sequencer has taken it in spite of that, or as every write.
    """
    is_over = threading.Event()
    failures: list[BoardError] = []

    def renew() -> None:
        while not is_over.wait(RENEW_SECONDS):
            try:
                store.renew_lease(head)
            except BoardError as error:
                failures.append(error)
                return

    keeper = threading.Thread(target=renew, name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        is_over.set()
        keeper.join()
    if failures:
        raise failures[0]
    store.renew_lease(head)
