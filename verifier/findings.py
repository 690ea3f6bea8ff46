"""What a verification says: findings row by row, and the facts of the record that a report shows beside them.

*Spec*: docs/protocol.md, section 12.

*Idea*: Everything the program finds is data. Reports in text, HTML and JSON are drawn from one ``Report`` and
add nothing to it.

*Invariants*: A report is verified only if it holds a finding for at least one row and none of its findings is
FAIL or ERROR.
"""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """The four verdicts on a row."""

    PASS = "PASS"  # noqa: S105 - 2026-11-22: the name of a verdict, not a password
    FAIL = "FAIL"
    ABSENT = "ABSENT"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The verdict on one row, with the first places where it does not hold (at most 20)."""

    row: str
    status: Status
    checked: int
    failures: int
    places: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSummary:
    """One option of a contest; ``votes`` is None while nothing is decrypted."""

    label: str
    title: dict[str, str]
    votes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSummary:
    """The paper counts of one contest."""

    ballots: int
    invalid: int
    votes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSummary:
    """One counting unit: labels of its districts, counted ballots, votes per option (empty until decrypted)."""

    unit: int
    districts: tuple[str, ...]
    ballots: int
    votes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestSummary:
    """One contest as the verifier recomputed it.

    ``votes`` and ``winners`` come from the decrypted sums of the record by the verifier's own arithmetic.
    ``blank`` is known only where the option limit equals the selection limit equals 1. ``kind`` is empty while
    there is no outcome.
    """

    contest: int
    label: str
    title: dict[str, str]
    options: tuple[OptionSummary, ...]
    kind: str
    winners: tuple[int, ...]
    tied: tuple[int, ...]
    turnout: int | None
    eligible: int | None
    quorum_required: int | None
    blank: int | None
    paper: PaperSummary | None
    units: tuple[UnitSummary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The election as the record tells it. ``roll``, ``eligible``, ``cast`` and the rest are numbers, not weights."""

    election_id: str
    label: str
    title: dict[str, str]
    opens: str
    closes: str
    trustees: int
    quorum: int
    used_trustees: tuple[int, ...]
    roll: int
    eligible: int
    cast: int
    counted: int
    challenged: int
    struck: int
    replaced: int
    annulled: int
    contests: tuple[ContestSummary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSummary:
    """The log as its checkpoint states it. ``key_source`` is "auditor" or "record"; ``root`` is hexadecimal."""

    origin: str
    size: int
    root: str
    key_source: str
    witnesses: int
    other_files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything one run of the program found."""

    program_version: str
    record: str
    log: LogSummary | None
    summary: Summary | None
    findings: tuple[Finding, ...]
    seconds: float

    @property
    def verified(self) -> bool:
        """Say whether no row is FAIL or ERROR (and there are rows at all)."""
        return bool(self.findings) and all(f.status in (Status.PASS, Status.ABSENT) for f in self.findings)
