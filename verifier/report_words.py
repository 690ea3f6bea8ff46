"""Sentences and safe strings that both reports form from a verification's findings.

*Spec*: docs/protocol.md sections 11 and 12.

*Idea*: Everything a record says is untrusted text: it may hold control characters, bidirectional overrides or nothing
visible at all. `visible` turns whatever a reader could not see into its code point, before any other escaping.

*Invariants*: Nothing here decides anything: the verdict is the report's own.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from verifier.chart import percent
from verifier.findings import (
    COMPLETENESS,
    ContestSummary,
    Finding,
    LogSummary,
    OptionSummary,
    ReceiptMeaning,
    ReceiptSummary,
    Report,
    Status,
    Summary,
    Verdict,
)
from verifier.korean import in_korean
from verifier.labels import label
from verifier.promises import EARLIER_OPTION, LOG_KEY_OPTION, RECEIPT_OPTION
from verifier.texts import GROUPS, ROWS, Language

# Letters that fonts show as nothing, beside the categories of control, format, surrogate and line-breaking characters.
BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
KOREAN_TIME = timedelta(hours=9)
SIGNATURE_ROW = "L.A"
# The course of an election as readers know it: label and the statement that ends the step.
STEPS = (
    ("step_manifest", "election.manifest"),
    ("step_keys", "election.keys"),
    ("step_roll", "registrar.roll"),
    ("step_open", "election.open"),
    ("step_close", "election.close"),
    ("step_tally", "election.tally"),
    ("step_result", "election.result"),
    ("step_final", "election.final"),
)
# Winners or tied options named one by one in a sentence.
NAMED_OPTIONS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """Hold a title of the record, made visible, and the tag of its language ("" if unknown)."""

    text: str
    language: str


Show = Callable[[Name], str]


def plain(name: Name) -> str:
    """Show a name as its text alone."""
    return name.text


def visible(text: str) -> str:
    """Return text with every character that has no shape of its own written as its code point, like [U+202E]."""
    return "".join(
        f"[U+{ord(character):04X}]"
        if unicodedata.category(character) in HIDDEN_CATEGORIES or character in BLANK_LETTERS
        else character
        for character in text
    )


def number(value: int) -> str:
    """Return an integer with commas between thousands."""
    return f"{value:,}"


def name_of(titles: Mapping[str, str], fallback: str, language: Language) -> Name:
    """Return the title in a language, else in a variety of it, in English, in any language, else the label."""
    candidates = [language, *sorted(tag for tag in titles if tag.startswith(f"{language}-")), "en", *sorted(titles)]
    for tag in candidates:
        if titles.get(tag, "").strip():
            return Name(text=visible(titles[tag]), language=tag if LANGUAGE_TAG.fullmatch(tag) else "")
    return Name(text=visible(fallback), language="")


def moment(time: str, language: Language) -> str:
    """Return a time of the record: Korean standard time in Korean, UTC in English; unreadable ones as they are."""
    try:
        utc = datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ")
        local = utc + KOREAN_TIME
    except (ValueError, OverflowError):
        return visible(time)
    if language == "ko":
        return f"{local.year}년 {local.month}월 {local.day}일 {local:%H:%M} (한국 시각)"
    return f"{utc:%Y-%m-%d %H:%M} UTC"


def complete_findings(report: Report) -> tuple[Finding, ...]:
    """Return all findings in the order of the groups, with an ERROR for every row of section 12 that has none.

    Whether an unfinished election will be complete is not known yet: completeness is shown as not evaluated.
    """
    letters = [group.letter for group in GROUPS]
    rows = list(ROWS)
    unfinished = report.verdict is Verdict.UNFINISHED

    def position(finding: Finding) -> tuple[int, int, str]:
        letter = letters.index(finding.row[0]) if finding.row[:1] in letters else len(letters)
        return letter, rows.index(finding.row) if finding.row in ROWS else len(rows), finding.row

    shown = (
        replace(finding, status=Status.ERROR) if unfinished and finding.row == COMPLETENESS else finding
        for finding in report.complete_findings
    )
    return tuple(sorted(shown, key=position))


def failing(report: Report) -> tuple[Finding, ...]:
    """Return the findings that stand against the record: FAIL and ERROR; none where it is only unfinished."""
    if report.verdict is Verdict.UNFINISHED:
        return ()
    return tuple(finding for finding in complete_findings(report) if finding.status in (Status.FAIL, Status.ERROR))


def _signature(report: Report) -> Status:
    return next((finding.status for finding in report.findings if finding.row == SIGNATURE_ROW), Status.ERROR)


def key_sentence(report: Report, language: Language) -> str:
    """Return with whose key the checkpoint's signature was checked, and whether it holds."""
    if report.log is None:
        return label("key_none", language)
    source, signature = report.log.key_source, _signature(report)
    if signature is Status.ERROR:
        return label("key_missing", language, option=LOG_KEY_OPTION)
    if source == "auditor":
        return label("key_auditor" if signature is Status.PASS else "key_auditor_unsigned", language)
    return label("key_record_short" if signature is Status.PASS else "key_record_unsigned", language)


def witness_sentence(log: LogSummary, language: Language) -> str:
    """Return how many witnesses cosigned, and when a quorum of them last did where that is known."""
    count = label("witnesses_some" if log.witnesses else "witnesses_none", language, count=number(log.witnesses))
    if not log.witnessed:
        return count
    # whoever names the witnesses can make them say any time
    whose = "witnessed_auditor" if log.policy_source == "auditor" else "witnessed_record"
    return f"{count} {label(whose, language, time=moment(log.witnessed, language))}"


def verdict_sentence(report: Report, language: Language) -> str:
    """Return what the verdict means."""
    if report.verdict is not Verdict.NOT_VERIFIED:
        return label(f"{report.verdict.value}_means", language)
    rows = {finding.row for finding in failing(report)}
    if rows == {SIGNATURE_ROW} and report.log is not None and report.log.key_source == "auditor":
        return label("unsigned_means", language)
    failed = any(finding.status is Status.FAIL for finding in report.findings)
    return label("failed_means" if failed else "error_means", language)


def cautions(report: Report, language: Language) -> tuple[str, ...]:
    """Return what must be read together with the verdict: whose key, and that an end may have been cut off."""
    sentences = []
    if report.log is not None and _signature(report) is not Status.PASS:
        sentences.append(key_sentence(report, language))
    elif report.log is not None and report.log.key_source != "auditor":
        sentences.append(label("key_record", language, option=LOG_KEY_OPTION))
    if report.verdict is Verdict.UNFINISHED and report.log is not None and report.summary is not None:
        newest = max((receipt.log_size for receipt in report.receipts), default=0)
        size = number(report.log.size)
        if newest > report.log.size:
            sentences.append(label("not_newest", language, entries=number(newest), size=size))
        closes = moment(report.summary.closes, language)
        options = {"earlier": EARLIER_OPTION, "receipt": RECEIPT_OPTION}
        sentences.append(label("unfinished_caution", language, closes=closes, size=size, **options))
    return tuple(sentences)


def steps(summary: Summary, language: Language) -> tuple[tuple[str, bool], ...]:
    """Return the steps of the election in their order, and whether the record holds the end of each."""
    return tuple((label(name, language), kind in summary.kinds) for name, kind in STEPS)


def is_settled(summary: Summary | None) -> bool:
    """Say whether ballots and papers can't become more: the record holds the tally."""
    return summary is not None and "election.tally" in summary.kinds


def by_cause(findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], ...]:
    """Put together the ERROR findings that name no places and have the same note; every other finding stands alone."""
    causes: dict[tuple[int, str], list[Finding]] = {}
    for place, finding in enumerate(findings):
        alone = finding.status is not Status.ERROR or finding.places
        causes.setdefault((place if alone else -1, finding.note), []).append(finding)
    return tuple(tuple(cause) for cause in causes.values())


def told(text: str, language: Language) -> str:
    """Return a place or note of the checks in a language, in English where there is no Korean for it, made visible."""
    return visible((in_korean(text) if language == "ko" else None) or text)


def count_statuses(findings: Iterable[Finding]) -> Counter[Status]:
    """Count findings by status."""
    return Counter(finding.status for finding in findings)


def option_name(contest: ContestSummary, option: int, language: Language, show: Show = plain) -> str:
    """Return the visible title of a one-based option, or its bare number where the contest has no such option."""
    if not 1 <= option <= len(contest.options):
        return f"{option}."
    summary: OptionSummary = contest.options[option - 1]
    return f"{option}. {show(name_of(summary.title, summary.label, language))}"


def option_names(contest: ContestSummary, options: tuple[int, ...], language: Language, show: Show = plain) -> str:
    """Return the visible titles of several options, at most six by name."""
    names = [option_name(contest, option, language, show) for option in options[:NAMED_OPTIONS]]
    if len(options) > NAMED_OPTIONS:
        names.append(label("more", language, count=number(len(options) - NAMED_OPTIONS)))
    return ", ".join(names)


def outcome_sentence(contest: ContestSummary, language: Language, show: Show = plain) -> str:
    """Return the outcome of a contest in words, names of the record as `show` writes them."""
    required = label("unknown", language) if contest.quorum_required is None else number(contest.quorum_required)
    match contest.kind:
        case "decided":
            if not contest.winners:
                return label("decided_nobody", language)
            return label("decided", language, winners=option_names(contest, contest.winners, language, show))
        case "tie":
            sentence = label("tie", language, tied=option_names(contest, contest.tied, language, show))
            if contest.winners:
                winners = label("tie_winners", language, winners=option_names(contest, contest.winners, language, show))
                return f"{sentence}. {winners}"
            return sentence
        case "quorum_missed" | "sealed":
            return label(contest.kind, language, required=required)
        case "threshold_missed" | "withheld":
            return label(contest.kind, language)
        case "":
            return label("no_outcome", language)
        case kind:
            return label("outcome_unknown", language, kind=show(Name(text=visible(kind), language="")))


def turnout_sentence(contest: ContestSummary, language: Language) -> str:
    """Return turnout against the eligible in words, or "unknown"."""
    if contest.turnout is None or contest.eligible is None:
        return label("unknown", language)
    return label(
        "turnout_line",
        language,
        turnout=number(contest.turnout),
        eligible=number(contest.eligible),
        percent=percent(contest.turnout, contest.eligible),
    )


def quorum_sentence(contest: ContestSummary, language: Language, *, settled: bool) -> str:
    """Return whether the quorum was met, by how many votes, or "unknown"; settled says that no more votes can come."""
    if contest.quorum_required is None or contest.turnout is None:
        return label("unknown", language)
    if contest.quorum_required == 0:
        return label("no_quorum", language)
    difference = contest.turnout - contest.quorum_required
    key = "quorum_met" if difference >= 0 else "quorum_not_met" if settled else "quorum_so_far"
    return label(key, language, required=number(contest.quorum_required), difference=number(abs(difference)))


def uncounted_ballots(contest: ContestSummary) -> tuple[tuple[str, int], ...]:
    """Return labels and numbers of ballots that chose nothing: of both kinds apart where there are paper ballots."""
    if contest.blank is None:
        return ()
    if contest.paper is None:
        return (("blank", contest.blank),)
    return (("blank_online", contest.blank), ("invalid_paper", contest.paper.invalid))


def receipt_sentence(receipt: ReceiptSummary, language: Language, *, settled: bool) -> str:
    """Return what a receipt proves, names of the record and of files made visible."""
    so_far = "_so_far" if receipt.meaning is ReceiptMeaning.COUNTED and not settled else ""
    return label(
        f"receipt_{receipt.meaning.value}{so_far}",
        language,
        name=visible(receipt.name),
        entry=number(receipt.entry),
        kind=visible(receipt.kind),
        scope=receipt.scope,
    )


def valid_votes(contest: ContestSummary) -> int | None:
    """Return the number of valid votes where shares of it mean something: one vote a person, votes published."""
    votes = [option.votes for option in contest.options]
    if contest.blank is None or not votes or None in votes:
        return None
    return sum(vote for vote in votes if vote is not None)


def largest_votes(contest: ContestSummary) -> int:
    """Return the largest number of votes of an option, 0 where none are published."""
    return max((option.votes or 0 for option in contest.options), default=0)
