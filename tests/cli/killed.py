"""Commands that are killed: in a forked process that ends without any clean-up at a chosen durable operation."""

import os

import pytest

from evote.board.store import Store
from tests.cli.scene import evote

KILLED, FINISHED = 77, 0


class _Countdown:
    def __init__(self, steps: int) -> None:
        self.left = steps

    def tick(self) -> None:
        """End the process as a power cut does when the count is over."""
        if self.left == 0:
            os._exit(KILLED)
        self.left -= 1


def run_killed(steps: int, *arguments: object) -> bool:
    """Run a command that dies before its durable operation number `steps` (from 0); return whether it died.

    Durable operations are fsync, rename, link, unlink and the database's commit. A command that lives must succeed.
    """
    child = os.fork()
    if child == 0:
        # Nothing of the test runner may run in the child, whatever happens.
        code = 99
        try:
            code = _run_in_child(steps, arguments)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (KILLED, FINISHED), f"{arguments} ended with {code}"
    return code == KILLED


def _run_in_child(steps: int, arguments: tuple[object, ...]) -> int:
    countdown = _Countdown(steps)
    patch = pytest.MonkeyPatch()
    for owner, name in (
        (os, "fsync"),
        (os, "rename"),
        (os, "replace"),
        (os, "link"),
        (os, "unlink"),
        (Store, "append"),
    ):
        original = getattr(owner, name)

        def counted(*values: object, _original: object = original, **named: object) -> object:
            countdown.tick()
            assert callable(_original)
            return _original(*values, **named)

        patch.setattr(owner, name, counted)
    return evote(*arguments).code
