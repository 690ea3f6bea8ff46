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
from dataclasses import dataclass
from datetime import datetime, timedelta

from verifier.chart import percent
from verifier.findings import ContestSummary, Finding, OptionSummary, ReceiptSummary, Report, Status
from verifier.labels import label
from verifier.texts import GROUPS, ROWS, Language

# Letters that fonts show as nothing, beside the categories of control, format, surrogate and line-breaking characters.
BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
KOREAN_TIME = timedelta(hours=9)
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
    """Return all findings in the order of the groups, with an ERROR for every row of section 12 that has none."""
    letters = [group.letter for group in GROUPS]
    rows = list(ROWS)

    def position(finding: Finding) -> tuple[int, int, str]:
        letter = letters.index(finding.row[0]) if finding.row[:1] in letters else len(letters)
        return letter, rows.index(finding.row) if finding.row in ROWS else len(rows), finding.row

    return tuple(sorted(report.complete_findings, key=position))


def failing(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that stand against the record: FAIL and ERROR."""
    return tuple(finding for finding in findings if finding.status in (Status.FAIL, Status.ERROR))


def by_cause(findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], ...]:
    """Put together the ERROR findings that name no places and have the same note; every other finding stands alone."""
    causes: dict[tuple[int, str], list[Finding]] = {}
    for place, finding in enumerate(findings):
        alone = finding.status is not Status.ERROR or finding.places
        causes.setdefault((place if alone else -1, finding.note), []).append(finding)
    return tuple(tuple(cause) for cause in causes.values())


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


def quorum_sentence(contest: ContestSummary, language: Language) -> str:
    """Return whether the quorum was met, by how many votes, or "unknown"."""
    if contest.quorum_required is None or contest.turnout is None:
        return label("unknown", language)
    if contest.quorum_required == 0:
        return label("no_quorum", language)
    difference = contest.turnout - contest.quorum_required
    key = "quorum_met" if difference >= 0 else "quorum_not_met"
    return label(key, language, required=number(contest.quorum_required), difference=number(abs(difference)))


def uncounted_ballots(contest: ContestSummary) -> tuple[tuple[str, int], ...]:
    """Return labels and numbers of ballots that chose nothing: of both kinds apart where there are paper ballots."""
    if contest.blank is None:
        return ()
    if contest.paper is None:
        return (("blank", contest.blank),)
    return (("blank_online", contest.blank), ("invalid_paper", contest.paper.invalid))


def receipt_sentence(receipt: ReceiptSummary, language: Language) -> str:
    """Return what a receipt proves, names of the record and of files made visible."""
    return label(
        f"receipt_{receipt.meaning.value}",
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
