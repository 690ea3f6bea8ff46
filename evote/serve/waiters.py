"""Who waits for an answer, from the moment in which their statements were judged or left to the sequencer.

Idea: a job is answered as a whole, when something can be said about each of its statements.

Invariants: whoever waits is answered once. For one thread alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evote.board.sequencer import Ticket
from evote.serve.mailbox import Job
from evote.serve.outcome import Outcome

Answered = list[tuple[Job, list[Outcome]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiter:
    """A job, what became of its statements so far, and since when it waits (monotonic)."""

    job: Job
    tickets: Sequence[Ticket]
    since: float

    @property
    def indexes(self) -> list[int]:
        """The indexes of those statements that have one."""
        return [ticket.index for ticket in self.tickets if ticket.is_decided and ticket.refusal is None]


class Waiters:
    """The jobs that wait."""

    def __init__(self) -> None:
        """Begin without any."""
        self._waiters: list[Waiter] = []

    @property
    def is_empty(self) -> bool:
        """Whether nobody waits."""
        return not self._waiters

    @property
    def jobs(self) -> list[Job]:
        """The jobs that wait."""
        return [waiter.job for waiter in self._waiters]

    @property
    def tickets(self) -> list[Ticket]:
        """What became of all their statements."""
        return [ticket for waiter in self._waiters for ticket in waiter.tickets]

    def add(self, batch: Sequence[Job], tickets: Sequence[Ticket], now: float) -> None:
        """Let the jobs of a batch wait; `tickets` are those of all their postings, in order."""
        first = 0
        for job in batch:
            last = first + len(job.postings)
            self._waiters.append(Waiter(job=job, tickets=tickets[first:last], since=now))
            first = last

    def take(self, answer_of: Callable[[Waiter], list[Outcome] | None]) -> Answered:
        """Return, and let wait no longer, the jobs that have an answer: an outcome for each of their statements."""
        waiting: list[Waiter] = []
        answered: Answered = []
        for waiter in self._waiters:
            outcomes = answer_of(waiter)
            if outcomes is None:
                waiting.append(waiter)
            else:
                answered.append((waiter.job, outcomes))
        self._waiters = waiting
        return answered
