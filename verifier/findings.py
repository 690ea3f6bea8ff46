"""What a verification says: findings row by row, and the facts of the record that a report shows beside them.

*Spec*: docs/protocol.md, section 12.

*Idea*: Everything the program finds is data. Reports in text, HTML and JSON are drawn from one ``Report`` and
add nothing to it.

*Invariants*: A row of section 12 on which no finding was reported counts as ERROR; so nothing looks verified
because a check was forgotten. An unfinished record is never verified: one whose end was cut off looks the same.
"""

from dataclasses import dataclass
from enum import StrEnum

from verifier.rows import ROWS

NOT_REPORTED = "no finding was reported on this row"
COMPLETENESS = "L.J"
# Statements that begin an election, end it well, and end it without a result.
FIRST, LAST, ENDED = "election.manifest", "election.final", ("trustee.complaint",)


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
class DistrictSummary:
    """One district of a counting unit as the manifest names it."""

    label: str
    title: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSummary:
    """One counting unit: its districts, counted ballots, votes per option (empty until decrypted)."""

    unit: int
    districts: tuple[DistrictSummary, ...]
    ballots: int
    votes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestSummary:
    """One contest as the verifier recomputed it.

    ``votes`` and ``winners`` come from the decrypted sums of the record by the verifier's own arithmetic.
    ``blank`` counts online ballots (weights) and is known only where the option limit equals the selection limit
    equals 1. ``kind`` is empty while
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
    """The election as the record tells it. ``roll``, ``eligible``, ``cast`` and the rest are numbers, not weights.

    ``kinds`` are the kinds of statements of the election that are in the record.
    """

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
    kinds: tuple[str, ...]
    contests: tuple[ContestSummary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSummary:
    """The log as its checkpoint states it. ``key_source`` is "auditor" or "record"; ``root`` is hexadecimal.

    ``policy_source`` is like ``key_source``, empty without a policy. ``witnessed`` is when a quorum of the policy's
    witnesses last cosigned, by their own clocks (UTC; empty if unknown).
    """

    origin: str
    size: int
    root: str
    key_source: str
    policy_source: str
    witnesses: int
    witnessed: str
    other_files: tuple[str, ...]


class ReceiptMeaning(StrEnum):
    """What a receipt that holds proves; the first four are of cast ballots of this election."""

    COUNTED = "counted"
    LATER = "later"
    UNCOUNTED = "uncounted"
    UNKNOWN = "unknown"
    CHALLENGED = "challenged"
    NO_BALLOT = "no_ballot"
    ELSEWHERE = "elsewhere"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptSummary:
    """A receipt that is in the log: file name, entry, and scope and kind of the statement there (empty for none).

    ``log_size`` is the size of the log that its checkpoint states.
    """

    name: str
    entry: int
    scope: str
    kind: str
    meaning: ReceiptMeaning
    log_size: int


class AnchorProblem(StrEnum):
    """Why an anchor's receipt does not hold."""

    OTHER_CHECKPOINT = "other_checkpoint"
    NOT_GRANTED = "not_granted"
    BAD_TOKEN = "bad_token"  # noqa: S105 - 2026-11-22: the name of a problem, not a password
    NO_TRANSACTION = "no_transaction"
    OTHER_DATA = "other_data"
    NOT_CONFIRMED = "not_confirmed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorSummary:
    """An anchor's receipt: file name, kind ("rfc3161" or "evm"), and what it proves if ``problem`` is None.

    ``checkpoint`` is the name of the earlier checkpoint that it is about, empty for the record's own; ``time`` when
    that existed at the latest (UTC); ``chain`` and ``depth`` in blocks are of transactions alone.
    """

    name: str
    kind: str
    checkpoint: str
    log_size: int
    time: str
    chain: str
    depth: int
    problem: AnchorProblem | None


class Verdict(StrEnum):
    """The verdict on a record. UNFINISHED: nothing that is there fails, but the election is not final."""

    VERIFIED = "verified"
    UNFINISHED = "unfinished"
    NOT_VERIFIED = "not_verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything one run of the program found."""

    program_version: str
    record: str
    log: LogSummary | None
    summary: Summary | None
    findings: tuple[Finding, ...]
    seconds: float
    receipts: tuple[ReceiptSummary, ...] = ()
    anchors: tuple[AnchorSummary, ...] = ()

    @property
    def complete_findings(self) -> tuple[Finding, ...]:
        """Return all findings, then an ERROR for every row of section 12 that has none."""
        reported = {finding.row for finding in self.findings}
        missing = tuple(
            Finding(row=row, status=Status.ERROR, checked=0, failures=0, places=(), note=NOT_REPORTED)
            for row in ROWS
            if row not in reported
        )
        return (*self.findings, *missing)

    @property
    def verified(self) -> bool:
        """Return the verdict: no row of section 12 is FAIL, ERROR or missing."""
        return all(finding.status in (Status.PASS, Status.ABSENT) for finding in self.complete_findings)

    @property
    def verdict(self) -> Verdict:
        """Return the verdict with its reason: unfinished only where L.J misses the end and everything else holds."""
        if self.verified:
            return Verdict.VERIFIED
        against = [finding for finding in self.complete_findings if finding.status in (Status.FAIL, Status.ERROR)]
        # the one failure of L.J is then that the election is not final (checks/course.py)
        only_the_end = [(finding.row, finding.failures) for finding in against] == [(COMPLETENESS, 1)]
        kinds = self.summary.kinds if self.summary else ()
        under_way = FIRST in kinds and not {LAST, *ENDED} & set(kinds)
        return Verdict.UNFINISHED if only_the_end and under_way else Verdict.NOT_VERIFIED
