"""Looking again until something can be done: what `--wait` and `--wait-seconds` mean.

Idea: one attempt after the other, with a pause that grows while nothing happens, so that a board is asked often during
a ceremony and seldom during a vote. What may be different next time is no error for who waits.

Invariants: without waiting there is one attempt; nothing is awaited that can't come any more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from evote.errors import BoardError, EquivocationError, PolicyError
from trustee_cli.command import Session

FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 10.0
GROWTH: Final = 1.5

# What may be different at the next look at the record, or the next time that the board is asked.
PASSING: Final = frozenset(
    {"record.not_found", "record.unreadable", "trustee.no_election", "submit.unavailable", "submit.promised"}
)


class Waiting:
    """How long one command looks again; `seconds` None: for ever."""

    def __init__(self, session: Session, *, wait: bool, seconds: float | None) -> None:
        """Begin to count the time; `told` is what was said to be awaited, "" before."""
        self.is_wanted = wait or seconds is not None
        self.seconds = seconds
        self._out, self._settings = session.out, session.settings
        self._start = session.settings.clock()
        self.told = ""

    def until(
        self, attempt: Callable[[], bool], describe: Callable[[], str], passing: frozenset[str] = frozenset()
    ) -> bool:
        """Attempt until it is done, and return True; False where it is not done and there is no waiting (any more).

        `describe` says what is awaited, which is told once until it changes. BoardError and PolicyError of `passing`
        codes, beside those that always may pass, are waited for; without waiting they are raised.
        """
        pause = FIRST_PAUSE
        while True:
            reason = ""
            try:
                if attempt():
                    return True
            except (BoardError, PolicyError) as error:
                is_passing = error.code in PASSING | passing and not isinstance(error, EquivocationError)
                if not (self.is_wanted and is_passing):
                    raise
                reason = str(self._out.describe(error).sentence)
            left = self._left()
            reason = reason or describe()
            if left is not None and left <= 0:
                self.told = reason
                return False
            if reason != self.told:
                self.told, pause = reason, FIRST_PAUSE
                self._out.notice("waiting_now", waiting=reason)
            self._settings.sleep(pause if left is None else min(pause, left))
            pause = min(GROWTH * pause, LONGEST_PAUSE)

    def _left(self) -> float | None:
        """Return the seconds that are left, None for no end."""
        if not self.is_wanted:
            return 0.0
        return None if self.seconds is None else self.seconds - (self._settings.clock() - self._start)
