"""The verification's report for a terminal: plain text that fits on a screen or two.

*Spec*: docs/protocol.md sections 11 to 13.

*Idea*: Verdict first, then the result, then the checks by group, then whatever stands against the record, then what was
not checked. Lines are at most 100 columns wide, Korean characters counted as two.

*Invariants*: Nothing is told by colour. No character of the record reaches the terminal that could steer it.
"""

import unicodedata

from verifier.anchor_words import anchor_heading, anchor_sentence
from verifier.chart import percent, text_bar
from verifier.findings import ContestSummary, Finding, Report, Status, Summary, Verdict
from verifier.labels import RESULT_HEADINGS, label
from verifier.promises import COMMAND, RECEIPT_OPTION, YOURSELF
from verifier.report_words import (
    by_cause,
    cautions,
    complete_findings,
    count_statuses,
    failing,
    is_settled,
    key_sentence,
    largest_votes,
    moment,
    name_of,
    number,
    outcome_sentence,
    quorum_sentence,
    receipt_sentence,
    steps,
    told,
    turnout_sentence,
    uncounted_ballots,
    valid_votes,
    verdict_sentence,
    visible,
    witness_sentence,
)
from verifier.texts import GROUPS, LANGUAGES, Language, absence, row_text

WIDTH = 100
BAR_WIDTH = 28
NAME_WIDTH = 38
# Option lines of all contests together; beyond it a contest shows its first ones by votes.
OPTION_LINES = 24
# Places of one failure: more when few rows fail.
MANY_PLACES, FEW_PLACES, MANY_FAILURES = 5, 2, 6


def display_width(text: str) -> int:
    """Return the columns a text takes in a terminal: 2 for wide characters, 0 for combining marks."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def fit(text: str, width: int) -> str:
    """Return text padded or cut (with "...") to exactly width columns."""
    if display_width(text) > width:
        while display_width(text) > width - 3:
            text = text[:-1]
        text += "..."
    return text + " " * (width - display_width(text))


def cut(text: str, width: int = 2 * WIDTH) -> str:
    """Return text, or its beginning with "..." where it takes more than width columns."""
    return fit(text, width).rstrip() if display_width(text) > width else text


def fold(text: str, *, first: str = "", rest: str = "") -> list[str]:
    """Break text into lines of at most 100 columns at spaces, or inside words where a word alone is too long."""
    lines: list[str] = []
    line = first
    empty = True
    for word in text.split(" "):
        if not empty and display_width(f"{line} {word}") > WIDTH:
            lines.append(line)
            line, empty = rest, True
        line = f"{line}{'' if empty else ' '}{word}"
        empty = False
        while display_width(line) > WIDTH:
            cut = len(line)
            while display_width(line[:cut]) > WIDTH:
                cut -= 1
            lines.append(line[:cut])
            line = rest + line[cut:]
    return [*lines, line]


def _headline(report: Report, language: Language) -> list[str]:
    lines = [label(report.verdict.value, language), *fold(verdict_sentence(report, language))]
    for caution in cautions(report, language):
        lines += fold(caution)
    return lines


def _progress(summary: Summary, language: Language) -> list[str]:
    words = {True: label("there", language), False: label("not_there", language)}
    parts = ", ".join(f"{step}: {words[there]}" for step, there in steps(summary, language))
    return ["", label("progress", language), *fold(parts, first="  ", rest="  ")]


def _election(summary: Summary, language: Language) -> list[str]:
    title = cut(name_of(summary.title, summary.label, language).text)
    period = label("until", language, start=moment(summary.opens, language), end=moment(summary.closes, language))
    counts = (
        ("roll", summary.roll),
        ("cast", summary.cast),
        ("counted", summary.counted),
        ("challenged", summary.challenged),
        ("struck", summary.struck),
        ("replaced", summary.replaced),
        ("annulled", summary.annulled),
    )
    numbers = ", ".join(f"{label(key, language)} {number(value)}" for key, value in counts)
    used = ", ".join(number(trustee) for trustee in summary.used_trustees) or label("nobody", language)
    rule = label("trustees_rule", language, trustees=number(summary.trustees), quorum=number(summary.quorum))
    return [
        *fold(title),
        *fold(f"{label('period', language)}: {period}", first="  ", rest="  "),
        *fold(numbers, first="  ", rest="  "),
        *fold(
            f"{label('trustees', language)}: {rule}; {label('trustees_used', language)}: {used}", first="  ", rest="  "
        ),
    ]


def _contest(contest: ContestSummary, language: Language, lines: int, *, settled: bool) -> list[str]:
    title = cut(name_of(contest.title, contest.label, language).text)
    result = [
        *fold(f"{label('contest', language, number=number(contest.contest))}. {title}"),
        *fold(cut(outcome_sentence(contest, language), 4 * WIDTH), first="  ", rest="  "),
    ]
    valid = valid_votes(contest)
    whole = largest_votes(contest) if valid is None else valid
    published = [(option, option.votes) for option in contest.options]
    order = sorted(range(len(published)), key=lambda place: (-(published[place][1] or 0), place))
    shown = sorted(order[:lines])
    for place in shown:
        option, votes = published[place]
        name = fit(f"{place + 1}. {name_of(option.title, option.label, language).text}", NAME_WIDTH)
        if votes is None:
            result.append(f"  {name}  {label('no_votes', language)}")
            continue
        share = f"{percent(votes, valid):>9}" if valid is not None else ""
        result.append(f"  {name}  {text_bar(votes, whole, width=BAR_WIDTH)}  {number(votes):>13}{share}")
    if len(shown) < len(published):
        result.append(f"  {label('more', language, count=number(len(published) - len(shown)))}")
    for key, count in uncounted_ballots(contest):
        result.append(f"  {label(key, language)}: {number(count)}")
    turnout = f"{label('turnout', language)}: {turnout_sentence(contest, language)}"
    quorum = f"{label('quorum', language)}: {quorum_sentence(contest, language, settled=settled)}"
    result += fold(f"{turnout}; {quorum}", first="  ", rest="  ")
    if contest.paper is not None:
        paper = label(
            "paper_line", language, ballots=number(contest.paper.ballots), invalid=number(contest.paper.invalid)
        )
        result += fold(f"{label('paper', language)}: {paper}", first="  ", rest="  ")
    return result


def _contests(summary: Summary, language: Language, verdict: Verdict) -> list[str]:
    lines = [label(RESULT_HEADINGS[verdict], language)]
    count = len(summary.contests)
    each = max(2, OPTION_LINES // max(1, count))
    for contest in summary.contests:
        lines += _contest(contest, language, each, settled=is_settled(summary))
    return lines


def _checks(findings: tuple[Finding, ...], language: Language) -> list[str]:
    statuses = (Status.PASS, Status.FAIL, Status.ERROR, Status.ABSENT)
    heads = [label(status.value, language) for status in statuses]
    name_width = 46
    lines = [fit(label("all_checks", language), name_width) + "".join(" " * (13 - display_width(h)) + h for h in heads)]
    for group in GROUPS:
        counts = count_statuses(finding for finding in findings if finding.row.startswith(group.letter))
        name = fit(f"  {group.letter}  {group.name.of(language)}", name_width)
        lines.append(name + "".join(f"{number(counts[status]):>13}" for status in statuses))
    return lines


def _failures(findings: tuple[Finding, ...], language: Language) -> list[str]:
    if not findings:
        return []
    lines = ["", label("failures", language)]
    places_each = MANY_PLACES if len(findings) <= MANY_FAILURES else FEW_PLACES
    for cause in by_cause(findings):
        finding = cause[0]
        rows = ", ".join(visible(each.row) for each in cause)
        counts = label("failed_count", language, checked=number(finding.checked), failures=number(finding.failures))
        head = f"{label(finding.status.value, language)} {rows}"
        if len(cause) == 1:
            head += f" {row_text(finding.row).title.of(language)}"
            head += f" ({counts})" if finding.checked else ""
        note = f": {told(finding.note, language)}" if finding.note else ""
        lines += fold(head + note, first="  ", rest="    ")
        for place in finding.places[:places_each]:
            lines += fold(told(place, language), first="    - ", rest="      ")
        hidden = max(finding.failures, len(finding.places)) - min(places_each, len(finding.places))
        if hidden > 0 and finding.places:
            lines.append(f"    - {label('places_more', language, count=number(hidden))}")
    return lines


def _unchecked(report: Report, findings: tuple[Finding, ...], language: Language) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for finding in findings:
        if finding.status is Status.ABSENT:
            reason = visible(absence(finding.note, language) or finding.note)
            reasons.setdefault(reason, []).append(visible(finding.row))
    if not reasons:
        return [] if failing(report) else ["", label("nothing_unchecked", language)]
    lines = ["", label("not_checked", language)]
    for reason, rows in reasons.items():
        lines += fold(f"{', '.join(rows)}: {reason}", first="  ", rest="    ")
    return lines


def _receipts(report: Report, language: Language) -> list[str]:
    if not report.receipts:
        return []
    lines = ["", label("receipts", language)]
    for receipt in report.receipts:
        sentence = receipt_sentence(receipt, language, settled=is_settled(report.summary))
        lines += fold(sentence, first="  ", rest="    ")
    return lines


def _anchors(report: Report, language: Language) -> list[str]:
    if not report.anchors:
        return []
    lines = ["", *fold(anchor_heading(language))]
    for anchor in report.anchors:
        lines += fold(anchor_sentence(anchor, language), first="  ", rest="    ")
    return lines


def _log(report: Report, language: Language) -> list[str]:
    lines = ["", label("log_key", language)]
    log = report.log
    lines += fold(key_sentence(report, language), first="  ", rest="  ")
    if log is None:
        return lines
    lines += fold(witness_sentence(log, language), first="  ", rest="  ")
    lines += fold(f"{label('origin', language)}: {visible(log.origin)}", first="  ", rest="    ")
    lines.append(f"  {label('size', language)}: {number(log.size)}")
    lines += fold(f"{label('root', language)}: {visible(log.root)}", first="  ", rest="    ")
    if log.other_files:
        names = ", ".join(visible(name) for name in log.other_files[:MANY_PLACES])
        more = len(log.other_files) - MANY_PLACES
        rest = f", {label('more', language, count=number(more))}" if more > 0 else ""
        lines += fold(f"{label('other_files', language)}: {names}{rest}", first="  ", rest="    ")
    return lines


def _yourself(language: Language) -> list[str]:
    _, run, compare, receipt, _ = (pair[LANGUAGES.index(language)] for pair in YOURSELF)
    text = " ".join((run.format(command=f"{COMMAND}."), compare, receipt.format(receipt=RECEIPT_OPTION)))
    return ["", label("yourself", language), *fold(text, first="  ", rest="  ")]


def render_text(report: Report, language: Language = "en") -> str:
    """Return the report as text that ends with a line break: at most 100 columns, usually at most 60 lines."""
    findings = complete_findings(report)
    lines = [*_headline(report, language)]
    if report.summary is not None and report.verdict is Verdict.UNFINISHED:
        lines += _progress(report.summary, language)
    lines.append("")
    if report.summary is None:
        lines += fold(label("unreadable", language))
    else:
        lines += _election(report.summary, language)
        lines += ["", *_contests(report.summary, language, report.verdict)]
    lines += ["", *_checks(findings, language)]
    lines += _failures(failing(report), language)
    lines += _unchecked(report, findings, language)
    lines += _receipts(report, language)
    lines += _anchors(report, language)
    lines += _log(report, language)
    if report.summary is not None:
        lines += fold(
            f"{label('election_id', language)}: {visible(report.summary.election_id)}", first="  ", rest="    "
        )
    seconds = label("seconds_value", language, seconds=f"{report.seconds:.1f}")
    program = f"{label('program', language)}: evote-verify {visible(report.program_version)}"
    lines += fold(
        f"{program}; {label('record', language)}: {visible(report.record)}; {label('seconds', language)}: {seconds}",
        first="  ",
        rest="    ",
    )
    lines += _yourself(language)
    return "\n".join(line.rstrip() for line in lines) + "\n"
