"""The verification's report as one HTML file for everybody: verdict, result, and every check in plain words.

*Spec*: docs/protocol.md sections 11 to 13; WCAG 2.2 AA; Content Security Policy Level 3 (meta element).

*Idea*: One file without any outside resource, that can be printed, mailed and archived. It holds the whole report in
Korean and in English; a script of a few lines shows one of them, without it they stand one after the other.

*Invariants*: Texts of the record enter only through `markup.text` and `markup.name`. The security policy allows exactly
one style sheet and one script, by their SHA-256, and no request of any kind.
"""

import base64
import hashlib

from verifier.anchor_words import anchor_heading, anchor_sentence
from verifier.findings import COMPLETENESS, Finding, LogSummary, Report, Status, Summary, Verdict
from verifier.labels import label
from verifier.markup import bullets, definitions, icon, name, place, status, text
from verifier.promises import COMMAND, PROVES, PROVES_NOT, RECEIPT_OPTION, YOURSELF
from verifier.report_html_result import OUTCOME_ICONS, result_html
from verifier.report_style import SCRIPT, STYLE, SYMBOLS
from verifier.report_words import (
    by_cause,
    cautions,
    complete_findings,
    count_statuses,
    failing,
    is_settled,
    key_sentence,
    moment,
    name_of,
    number,
    outcome_sentence,
    quorum_sentence,
    receipt_sentence,
    steps,
    turnout_sentence,
    verdict_sentence,
    visible,
    witness_sentence,
)
from verifier.texts import GROUPS, LANGUAGES, SECTIONS, UNLISTED, Group, Language, absence, row_text

STATUSES = (Status.PASS, Status.FAIL, Status.ERROR, Status.ABSENT)
LANGUAGE_NAMES: dict[Language, str] = {"ko": "한국어", "en": "English"}
VERDICT_STYLES = {Verdict.VERIFIED: "pass", Verdict.UNFINISHED: "error", Verdict.NOT_VERIFIED: "fail"}
# Lists of places that are longer are folded away at first.
OPEN_PLACES = 6
# Outcomes told beside the verdict; where there are more, the result says them.
TOLD_OUTCOMES = 3


def _source(content: str) -> str:
    """Return the policy's name of an inline style or script: its SHA-256."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def content_security_policy() -> str:
    """Return the policy of the page: nothing but the one style sheet and the one script it carries."""
    return (
        f"default-src 'none'; style-src {_source(STYLE)}; script-src {_source(SCRIPT)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _section(anchor: str, heading: str, content: str) -> str:
    return f'<section aria-labelledby="{anchor}"><h2 id="{anchor}">{heading}</h2>{content}</section>'


def _outcomes(summary: Summary, language: Language) -> str:
    """Return the outcomes of a verified election beside the verdict: what was decided, turnout and quorum."""
    if len(summary.contests) > TOLD_OUTCOMES:
        return ""
    items = []
    for contest in summary.contests:
        symbol = icon(OUTCOME_ICONS.get(contest.kind, "absent"))
        sentence = outcome_sentence(contest, language, lambda value: name(value, language))
        numbers = (
            f"{label('turnout', language)}: {turnout_sentence(contest, language)}; "
            f"{label('quorum', language)}: {quorum_sentence(contest, language, settled=is_settled(summary))}"
        )
        items.append(f'<li>{symbol}<span><b>{sentence}</b><br><span class="small">{numbers}</span></span></li>')
    return f'<ul class="outcomes">{"".join(items)}</ul>'


def _verdict(report: Report, findings: tuple[Finding, ...], language: Language) -> str:
    kind = VERDICT_STYLES[report.verdict]
    counts = count_statuses(findings)
    words = {
        Status.PASS: "checks_passed",
        Status.FAIL: "checks_failed",
        Status.ERROR: "checks_error",
        Status.ABSENT: "checks_absent",
    }
    tally = "".join(f"<li><b>{number(counts[value])}</b> {label(words[value], language)}</li>" for value in STATUSES)
    outcomes = _outcomes(report.summary, language) if report.verified and report.summary else ""
    notices = "".join(
        f'<div class="notice">{icon("error")}<p>{text(caution)}</p></div>' for caution in cautions(report, language)
    )
    return (
        f'<section class="verdict {kind}" aria-labelledby="{language}-verdict">{icon(kind)}<div>'
        f'<h2 id="{language}-verdict">{label(report.verdict.value, language)}</h2>'
        f"<p>{verdict_sentence(report, language)}</p>{outcomes}"
        f'<ul class="tally">{tally}</ul></div></section>{notices}'
    )


def _progress(report: Report, language: Language) -> str:
    if report.verdict is not Verdict.UNFINISHED or report.summary is None:
        return ""
    symbols = {
        True: f'<span class="status pass">{icon("pass")}{label("there", language)}</span>',
        False: f'<span class="status absent">{icon("absent")}{label("not_there", language)}</span>',
    }
    items = "".join(f"<li>{step} {symbols[there]}</li>" for step, there in steps(report.summary, language))
    content = f'<div class="card"><ol class="steps">{items}</ol></div>'
    return _section(f"{language}-progress", label("progress", language), content)


def _election(summary: Summary, language: Language) -> str:
    keys = ("roll", "cast", "counted", "challenged", "struck", "replaced", "annulled")
    values = (
        summary.roll,
        summary.cast,
        summary.counted,
        summary.challenged,
        summary.struck,
        summary.replaced,
        summary.annulled,
    )
    facts = [(label(key, language), number(value)) for key, value in zip(keys, values, strict=True)]
    used = ", ".join(number(trustee) for trustee in summary.used_trustees) or label("nobody", language)
    rule = label("trustees_rule", language, trustees=number(summary.trustees), quorum=number(summary.quorum))
    start, end = text(moment(summary.opens, language)), text(moment(summary.closes, language))
    lines = (
        (label("period", language), label("until", language, start=f"<bdi>{start}</bdi>", end=f"<bdi>{end}</bdi>")),
        (label("trustees", language), rule),
        (label("trustees_used", language), used),
    )
    content = f'<div class="card">{definitions("ids", lines)}{definitions("facts", facts)}</div>'
    return _section(f"{language}-election", label("election", language), content)


def _places(finding: Finding, language: Language) -> str:
    if not finding.places:
        return ""
    hidden = finding.failures - len(finding.places)
    items = [place(found, language) for found in finding.places]
    if hidden > 0:
        items.append(label("places_more", language, count=number(hidden)))
    summary = label("places", language, count=number(max(finding.failures, len(finding.places))))
    state = " open" if len(finding.places) <= OPEN_PLACES else ""
    return f"<details{state}><summary>{summary}</summary>{bullets(items)}</details>"


def _note(finding: Finding, language: Language) -> str:
    if not finding.note:
        return ""
    return f"<p>{label('note_of_program', language)}: {place(finding.note, language)}</p>"


def _cause(findings: tuple[Finding, ...], language: Language) -> str:
    """Return one card for several checks that could not be evaluated for the same reason."""
    count = number(len(findings))
    rows = bullets(f"<bdi>{text(finding.row)}</bdi> {row_text(finding.row).title.of(language)}" for finding in findings)
    state = " open" if len(findings) <= OPEN_PLACES else ""
    return (
        f'<div class="card broken"><h3>{status(findings[0].status, language)}'
        f"{label('several_checks', language, count=count)}</h3>{_note(findings[0], language)}"
        f"<details{state}><summary>{label('which_checks', language)}</summary>{rows}</details></div>"
    )


def _failures(findings: tuple[Finding, ...], language: Language) -> str:
    if not findings:
        return ""
    cards = []
    for cause in by_cause(findings):
        finding = cause[0]
        if len(cause) > 1:
            cards.append(_cause(cause, language))
            continue
        texts = row_text(finding.row)
        counts = label("failed_count", language, checked=number(finding.checked), failures=number(finding.failures))
        counts = f' <span class="small">({counts})</span>' if finding.checked else ""
        meaning = label("what_is_checked", language, meaning=texts.meaning.of(language))
        cards.append(
            f'<div class="card broken"><h3>{status(finding.status, language)}<bdi>{text(finding.row)}</bdi> '
            f"{texts.title.of(language)}{counts}</h3>{_note(finding, language)}<p>{meaning}</p>"
            f"{_places(finding, language)}</div>"
        )
    return _section(f"{language}-failures", label("failures", language), "".join(cards))


def _unchecked(report: Report, findings: tuple[Finding, ...], language: Language) -> str:
    reasons: dict[str, list[str]] = {}
    for finding in findings:
        if finding.status is Status.ABSENT:
            row = f"<bdi>{text(finding.row)}</bdi> {row_text(finding.row).title.of(language)}"
            known = absence(finding.note, language)
            reason = text(known) if known is not None else place(finding.note, language)
            reasons.setdefault(reason, []).append(row)
    if not reasons and failing(report):
        return ""
    items = [f'{reason}<br><span class="small">{"; ".join(rows)}</span>' for reason, rows in reasons.items()]
    content = bullets(items) if items else f"<p>{label('nothing_unchecked', language)}</p>"
    heading = label("not_checked", language)
    return _section(f"{language}-unchecked", heading, f'<div class="card">{content}</div>')


def _handed_in(report: Report, language: Language) -> str:
    settled = is_settled(report.summary)
    receipts = [receipt_sentence(receipt, language, settled=settled) for receipt in report.receipts]
    anchors = [anchor_sentence(anchor, language) for anchor in report.anchors]
    lists = (("receipts", label("receipts", language), receipts), ("anchors", anchor_heading(language), anchors))
    return "".join(
        _section(f"{language}-{key}", heading, f'<div class="card">{bullets(map(text, sentences))}</div>')
        for key, heading, sentences in lists
        if sentences
    )


def _proofs(report: Report, language: Language) -> str:
    if report.summary is None:
        return ""
    quorum = number(report.summary.quorum)
    position = LANGUAGES.index(language)
    cards = []
    for key, lines in (("proves", PROVES), ("proves_not", PROVES_NOT)):
        if key == "proves" and not report.verified:
            continue
        items = bullets(line[position].format(quorum=quorum) for line in lines)
        anchor = f"{language}-{key}"
        heading = f'<h2 id="{anchor}">{label(key, language)}</h2>'
        cards.append(f'<section class="card" aria-labelledby="{anchor}">{heading}{items}</section>')
    return f'<div class="two">{"".join(cards)}</div>'


def _yourself(language: Language) -> str:
    position = LANGUAGES.index(language)
    fields = {"command": f"<code>{COMMAND}</code>", "receipt": f"<code>{RECEIPT_OPTION}</code>"}
    items = "".join(f"<li>{line[position].format(**fields)}</li>" for line in YOURSELF)
    content = f'<div class="card"><ol>{items}</ol></div>'
    return _section(f"{language}-yourself", label("yourself", language), content)


def _remark(finding: Finding, language: Language) -> str:
    """Return what else a check says in the table: notes of passed ones, and why an unfinished record is incomplete."""
    remarks = [finding.note] if finding.status is Status.PASS and finding.note else []
    if finding.status is Status.ERROR and finding.row == COMPLETENESS:
        remarks += finding.places
    return "".join(f'<span class="small remark">{place(remark, language)}</span>' for remark in remarks)


def _check_rows(findings: tuple[Finding, ...], language: Language) -> str:
    rows, last = [], ""
    for finding in findings:
        section = finding.row.split(".")[0]
        if section in SECTIONS and section != last:
            last = section
            title = f"{section} {SECTIONS[section].of(language)}"
            rows.append(f'<tr class="part"><th colspan="2" scope="rowgroup">{title}</th></tr>')
        texts = row_text(finding.row)
        counts = label("checked_count", language, checked=number(finding.checked)) if finding.checked else ""
        counts = f'<span class="small">{counts}</span>' if counts else ""
        code = f'<span class="code"><bdi>{text(finding.row)}</bdi></span>'
        rows.append(
            f'<tr><th scope="row">{code} <b>{texts.title.of(language)}</b>'
            f'<span class="small">{texts.meaning.of(language)}</span>{_remark(finding, language)}</th>'
            f'<td class="s">{status(finding.status, language)}{counts}</td></tr>'
        )
    return "".join(rows)


def _group(group: Group, findings: tuple[Finding, ...], language: Language) -> str:
    heading = f"{group.letter}. {group.name.of(language)}"
    heads = f'<th scope="col">{label("check", language)}</th><th scope="col" class="s">{label("status", language)}</th>'
    anchor = f"{language}-group-{group.letter}"
    return (
        f'<section class="card" aria-labelledby="{anchor}"><h3 id="{anchor}">{heading}</h3>'
        f'<p class="small">{group.about.of(language)}</p>'
        f'<table class="checks" aria-labelledby="{anchor}"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{_check_rows(findings, language)}</tbody></table></section>"
    )


def _checks(findings: tuple[Finding, ...], language: Language) -> str:
    parts = [
        (group, tuple(finding for finding in findings if finding.row.startswith(group.letter))) for group in GROUPS
    ]
    listed = sum(len(rows) for _, rows in parts)
    if listed < len(findings):
        unlisted = Group(letter="-", name=UNLISTED.title, about=UNLISTED.meaning)
        letters = tuple(group.letter for group in GROUPS)
        parts.append((unlisted, tuple(finding for finding in findings if not finding.row.startswith(letters))))
    heads = "".join(f'<th scope="col" class="num">{label(value.value, language)}</th>' for value in STATUSES)
    lines = []
    for group, rows in parts:
        counts = count_statuses(rows)
        cells = "".join(f'<td class="num">{number(counts[value])}</td>' for value in STATUSES)
        link = f'<a href="#{language}-group-{group.letter}">{group.name.of(language)}</a>'
        lines.append(f'<tr><th scope="row">{group.letter}. {link}</th>{cells}</tr>')
    overview = (
        f'<div class="card"><p>{label("all_checks_about", language)}</p>'
        f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{language}-checks"><table>'
        f'<thead><tr><th scope="col">{label("group", language)}</th>{heads}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div></div>"
    )
    tables = "".join(_group(group, rows, language) for group, rows in parts)
    return _section(f"{language}-checks", label("all_checks", language), overview + tables)


def _log_lines(log: LogSummary | None, sentence: str, language: Language) -> list[tuple[str, str]]:
    key = label("log_key", language)
    if log is None:
        return [(key, sentence)]
    lines = [
        (label("origin", language), f"<bdi>{text(log.origin)}</bdi>"),
        (label("size", language), number(log.size)),
        (label("root", language), f'<bdi class="mono">{text(log.root)}</bdi>'),
        (key, f"{sentence} {text(witness_sentence(log, language))}"),
    ]
    if log.other_files:
        names = bullets(f"<bdi>{text(file)}</bdi>" for file in log.other_files)
        lines.append((label("other_files", language), names))
    return lines


def _identification(report: Report, language: Language) -> str:
    lines: list[tuple[str, str]] = []
    if report.summary is not None:
        election_id = f'<bdi class="mono">{text(report.summary.election_id)}</bdi>'
        lines.append((label("election_id", language), election_id))
    lines += _log_lines(report.log, key_sentence(report, language), language)
    lines += [
        (label("record", language), f"<bdi>{text(report.record)}</bdi>"),
        (label("program", language), f"evote-verify <bdi>{text(report.program_version)}</bdi>"),
        (label("seconds", language), label("seconds_value", language, seconds=f"{report.seconds:,.1f}")),
    ]
    content = f'<div class="card">{definitions("ids", lines)}</div>'
    return _section(f"{language}-identification", label("identification", language), content)


def _article(report: Report, findings: tuple[Finding, ...], language: Language) -> str:
    if report.summary is None:
        title = label("page_title", language)
        body = f'<div class="card"><p>{label("unreadable", language)}</p></div>'
    else:
        title = name(name_of(report.summary.title, report.summary.label, language), language)
        body = result_html(report.summary, language, report.verdict) + _election(report.summary, language)
    kicker = label("page_title", language) if report.summary is not None else visible(report.record)
    return (
        f'<article id="{language}" lang="{language}" tabindex="-1" aria-labelledby="{language}-title">'
        f'<p class="sub"><bdi>{text(kicker)}</bdi></p><h1 id="{language}-title">{title}</h1>'
        f"{_verdict(report, findings, language)}{_progress(report, language)}"
        f"{_failures(failing(report), language)}{body}"
        f"{_handed_in(report, language)}{_proofs(report, language)}{_yourself(language)}"
        f"{_checks(findings, language)}{_unchecked(report, findings, language)}"
        f"{_identification(report, language)}</article>"
    )


def _page_title(report: Report, languages: tuple[Language, ...]) -> str:
    words = " / ".join(label(report.verdict.value, language) for language in languages)
    if report.summary is None:
        return f"{words} - evote-verify"
    return f"{words} - {name_of(report.summary.title, report.summary.label, languages[0]).text}"


def _both(key: str, languages: tuple[Language, ...]) -> str:
    return "".join(f'<span lang="{language}">{label(key, language)}</span>' for language in languages)


def render_html(report: Report, language: Language | None = None) -> str:
    """Return the report as one self-contained HTML5 file in Korean and English.

    The language, if one is given, stands first and is shown first; else Korean stands first and the reader's is shown.
    """
    first: Language = language or LANGUAGES[0]
    languages = (first, *(other for other in LANGUAGES if other != first))
    chosen = f' data-language="{language}"' if language else ""
    findings = complete_findings(report)
    articles = "".join(_article(report, findings, one) for one in languages)
    choice = " / ".join(label("language_choice", one) for one in languages)
    links = "".join(f'<a href="#{one}" lang="{one}" hreflang="{one}">{LANGUAGE_NAMES[one]}</a>' for one in languages)
    return (
        f'<!DOCTYPE html>\n<html lang="{first}"{chosen}>\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{content_security_policy()}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{text(_page_title(report, languages))}</title>\n<style>{STYLE}</style>\n<script>{SCRIPT}</script>\n"
        f'</head>\n<body>\n{SYMBOLS}\n<a class="skip either" href="#content">{_both("skip", languages)}</a>\n'
        f'<header class="top"><div><p class="either">{_both("page_title", languages)}</p>'
        f'<nav aria-label="{choice}">{links}</nav></div></header>\n'
        f'<main id="content" tabindex="-1">\n{articles}\n</main>\n'
        f'<footer class="legal"><p class="small">evote-verify <bdi>{text(report.program_version)}</bdi></p></footer>\n'
        "</body>\n</html>\n"
    )
