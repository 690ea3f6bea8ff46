"""The book in which checks write what they found, row by row; books of several workers add up to one.

*Idea*: A row counts what was evaluated and what failed, keeps the 20 places that come first in the log, and
remembers what could not be evaluated. Only here do counts turn into a verdict, so that one rule decides
everywhere: a failure is FAIL; else anything unevaluated is ERROR; else a reason for absence is ABSENT; else
something must have been evaluated, or the row is ERROR.

*Invariants*: No verdict is PASS with nothing evaluated. Merging is associative and commutative as far as a report can
tell, so that it does not matter how a log was cut into ranges.
"""

from bisect import insort
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from typing import Any

from verifier.findings import Finding, Status
from verifier.rows import ROWS

MAX_PLACES = 20
MAX_NOTES = 6


@dataclass(slots=True)
class _Row:
    checked: int = 0
    failures: int = 0
    places: list[tuple[int, str]] = field(default_factory=list)
    unevaluated: int = 0
    why: list[str] = field(default_factory=list)
    absent: str = ""
    notes: list[str] = field(default_factory=list)


def _keep(texts: list[str], text: str) -> None:
    if text not in texts and len(texts) < MAX_NOTES:
        texts.append(text)


def _keep_first(texts: list[str], text: str) -> None:
    """Keep the texts that come first in the alphabet, in whatever order they arrive."""
    if text not in texts:
        insort(texts, text)
        del texts[MAX_NOTES:]


class Ledger:
    """Counts, places and notes of every row."""

    def __init__(self) -> None:
        self._rows: dict[str, _Row] = {row: _Row() for row in ROWS}

    def passed(self, row: str, count: int = 1) -> None:
        """Add ``count`` items that hold."""
        self._rows[row].checked += count

    def failed(self, row: str, place: str, *, entry: int = 0, count: int = 1) -> None:
        """Add ``count`` items that do not hold, at ``place``; ``entry`` orders places in the report."""
        target = self._rows[row]
        target.checked += count
        target.failures += count
        if len(target.places) < MAX_PLACES or (entry, place) < target.places[-1]:
            insort(target.places, (entry, place))
            del target.places[MAX_PLACES:]

    def check(self, row: str, holds: bool, place: str, *, entry: int = 0) -> bool:
        """Add one item and hand its verdict back."""
        if holds:
            self.passed(row)
        else:
            self.failed(row, place, entry=entry)
        return holds

    def unevaluated(self, row: str, why: str, count: int = 1) -> None:
        """Add ``count`` items that could not be evaluated; the row can no longer pass."""
        target = self._rows[row]
        target.unevaluated += count
        _keep_first(target.why, why)

    def unevaluated_rows(self, rows: Iterable[str], why: str) -> None:
        """Add one item that could not be evaluated to each row."""
        for row in rows:
            self.unevaluated(row, why)

    def absent(self, row: str, why: str) -> None:
        """Say why there is nothing to check; has no effect where something was checked."""
        self._rows[row].absent = self._rows[row].absent or why

    def note(self, row: str, text: str) -> None:
        """Add a remark to a row."""
        _keep(self._rows[row].notes, text)

    def failures(self, row: str) -> int:
        """Return the number of failures so far."""
        return self._rows[row].failures

    def checked(self, row: str) -> int:
        """Return the number of items so far."""
        return self._rows[row].checked

    def items(self, row: str) -> int:
        """Return the number of items so far, evaluated or not."""
        return self._rows[row].checked + self._rows[row].unevaluated

    def merge(self, other: "Ledger") -> None:
        """Add everything that another book holds."""
        for row, theirs in other._rows.items():
            ours = self._rows[row]
            ours.checked += theirs.checked
            ours.failures += theirs.failures
            ours.unevaluated += theirs.unevaluated
            ours.absent = ours.absent or theirs.absent
            ours.places = sorted(ours.places + theirs.places)[:MAX_PLACES]
            for text in theirs.why:
                _keep_first(ours.why, text)
            for text in theirs.notes:
                _keep(ours.notes, text)

    def as_data(self) -> dict[str, Any]:
        """Return everything as plain lists, for a file."""
        return {row: astuple(entry) for row, entry in self._rows.items() if entry != _Row()}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Ledger":
        """Return the book that ``as_data`` described; raise KeyError, TypeError or ValueError for anything else."""
        ledger = cls()
        for row, (checked, failures, places, unevaluated, why, absent, notes) in data.items():
            target = ledger._rows[row]
            target.checked, target.failures, target.unevaluated = int(checked), int(failures), int(unevaluated)
            target.places = [(int(entry), str(place)) for entry, place in places]
            target.why, target.notes, target.absent = list(map(str, why)), list(map(str, notes)), str(absent)
        return ledger

    def findings(self) -> tuple[Finding, ...]:
        """Return the verdict on every row, in the table's order."""
        return tuple(_verdict(row, entry) for row, entry in self._rows.items())


def _verdict(row: str, entry: _Row) -> Finding:
    notes = list(entry.notes)
    if entry.failures:
        status = Status.FAIL
    elif entry.unevaluated:
        status = Status.ERROR
    elif entry.checked:
        status = Status.PASS
    elif entry.absent:
        status = Status.ABSENT
        notes.insert(0, entry.absent)
    else:
        status = Status.ERROR
        notes.insert(0, "nothing was evaluated")
    if entry.unevaluated:
        notes.insert(0, f"{entry.unevaluated} not evaluated: {'; '.join(entry.why)}")
    return Finding(
        row=row,
        status=status,
        checked=entry.checked,
        failures=entry.failures,
        places=tuple(place for _, place in entry.places),
        note="; ".join(notes),
    )
