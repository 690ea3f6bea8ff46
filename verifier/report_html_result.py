"""The result part of the HTML report: outcome, bars, table, turnout against quorum, and units of every contest.

*Spec*: docs/protocol.md sections 9 and 11.

*Idea*: A bar chart reads at a glance, the table beside it holds the exact numbers, the sentence says what they mean.
The bars are one picture for screen readers, with its content as text alternative.

*Invariants*: All options look alike; what is chosen is said by a word and a symbol, not by colour.
"""

from verifier.chart import percent, svg_bar
from verifier.findings import ContestSummary, Summary, UnitSummary, Verdict
from verifier.labels import RESULT_HEADINGS, label
from verifier.markup import icon, name, tag, text
from verifier.report_words import (
    is_settled,
    largest_votes,
    name_of,
    number,
    option_name,
    outcome_sentence,
    quorum_sentence,
    turnout_sentence,
    uncounted_ballots,
    valid_votes,
)
from verifier.texts import Language

OUTCOME_ICONS = {"decided": "pass", "tie": "tie", "sealed": "closed", "withheld": "closed"}
# Options told one by one in the text alternative of a chart; the table has them all.
TOLD_OPTIONS = 6
# Tables of more units are folded away at first.
OPEN_UNITS = 4
# Options whose names head the columns of the units; where there are more, their numbers do.
NAMED_COLUMNS = 4
NUMERIC = ' class="num"'


def _mark(contest: ContestSummary, option: int, language: Language) -> str:
    if option in contest.winners:
        return tag("pass", label("winner", language))
    if option in contest.tied:
        return tag("tie", label("tied", language))
    return ""


def _chart(contest: ContestSummary, language: Language) -> str:
    valid = valid_votes(contest)
    whole = largest_votes(contest) if valid is None else valid
    rows, told = [], []
    for place, option in enumerate(contest.options):
        if option.votes is None:
            continue
        votes = label("votes_of", language, votes=number(option.votes))
        value = votes if valid is None else f"{votes}, {percent(option.votes, valid)}"
        told.append(f"{option_name(contest, place + 1, language)}: {value}")
        title = name(name_of(option.title, option.label, language), language)
        style = "lead" if place + 1 in contest.winners else "rest"
        rows.append(
            f'<div><div class="name"><span>{place + 1}. {title}{_mark(contest, place + 1, language)}</span>'
            f'<span class="value">{value}</span></div>{svg_bar(option.votes, whole, style=style)}</div>'
        )
    if not rows:
        return ""
    if len(told) > TOLD_OPTIONS:
        told = [*told[:TOLD_OPTIONS], label("chart_rest", language, count=number(len(told) - TOLD_OPTIONS))]
    summary = label("chart_summary", language, options="; ".join(told))
    scale = label("largest_scale" if valid is None else "share_scale", language)
    return (
        f'<figure><div class="chart" role="img" aria-label="{text(summary)}">{"".join(rows)}</div>'
        f"<figcaption>{scale}</figcaption></figure>"
    )


def _cell(value: str) -> str:
    return f'<td class="num">{value}</td>'


def _scroll(table: str, title: str) -> str:
    """Return a wide table in a region that scrolls by itself, also by keyboard."""
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{title}">{table}</div>'


def _table(contest: ContestSummary, language: Language) -> str:
    valid = valid_votes(contest)
    paper = contest.paper if contest.paper and len(contest.paper.votes) == len(contest.options) else None
    published = any(option.votes is not None for option in contest.options)
    heads = ["votes", *(("online_votes", "paper_votes") if paper and published else ())]
    heads += ["share"] if valid is not None else []
    columns = "".join(f'<th scope="col" class="num">{label(head, language)}</th>' for head in heads)
    rows = []
    for place, option in enumerate(contest.options):
        title = name(name_of(option.title, option.label, language), language)
        cells = [label("no_votes", language) if option.votes is None else number(option.votes)]
        if paper and published:
            online = "-" if option.votes is None else number(option.votes - paper.votes[place])
            cells += [online, number(paper.votes[place])]
        if valid is not None:
            cells.append(percent(option.votes or 0, valid))
        style = ' class="win"' if place + 1 in contest.winners else ""
        rows.append(
            f'<tr{style}><th scope="row">{place + 1}. {title}{_mark(contest, place + 1, language)}</th>'
            f"{''.join(map(_cell, cells))}</tr>"
        )
    empty = "<td></td>" * (len(heads) - 1)
    rows += [
        f'<tr><th scope="row">{label(key, language)}</th>{_cell(number(count))}{empty}</tr>'
        for key, count in uncounted_ballots(contest)
    ]
    title = label("result_table", language)
    table = (
        f"<table><caption>{title}</caption>"
        f'<thead><tr><th scope="col">{label("option", language)}</th>{columns}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
    return _scroll(table, title) if paper and published else table


def _turnout(contest: ContestSummary, language: Language, *, settled: bool) -> str:
    line, quorum = turnout_sentence(contest, language), quorum_sentence(contest, language, settled=settled)
    lines = (
        f'<div class="name"><span>{label("turnout", language)}</span><span class="value">{line}</span></div>',
        f'<div class="name"><span>{label("quorum", language)}</span><span class="value">{quorum}</span></div>',
    )
    if contest.turnout is None or not contest.eligible:
        return "".join(lines)
    required = contest.quorum_required or None
    bar = svg_bar(contest.turnout, contest.eligible, style="rest", mark=required)
    caption = f"<figcaption>{label('quorum_mark', language)}</figcaption>" if required else ""
    return f"<figure>{lines[0]}{bar}{lines[1]}{caption}</figure>"


def _unit_row(unit: UnitSummary, options: int, language: Language) -> str:
    districts = ", ".join(
        name(name_of(district.title, district.label, language), language) for district in unit.districts
    )
    votes = [number(vote) for vote in unit.votes] if len(unit.votes) == options else ["-"] * options
    cells = "".join(map(_cell, (number(unit.ballots), *votes)))
    return f'<tr><th scope="row">{number(unit.unit)}</th><td>{districts}</td>{cells}</tr>'


def _units(contest: ContestSummary, language: Language) -> str:
    # a single district says nothing that the votes by option don't
    if not contest.units or [len(unit.districts) for unit in contest.units] == [1]:
        return ""
    options = len(contest.options) if any(unit.votes for unit in contest.units) else 0
    heads = [label("unit", language), label("districts", language), label("ballots", language)]
    heads += [
        option_name(contest, option, language, lambda value: name(value, language))
        if options <= NAMED_COLUMNS
        else label("option_column", language, number=number(option))
        for option in range(1, options + 1)
    ]
    columns = "".join(f'<th scope="col"{NUMERIC if place > 1 else ""}>{head}</th>' for place, head in enumerate(heads))
    title = label("units", language)
    rows = "".join(_unit_row(unit, options, language) for unit in contest.units)
    table = _scroll(
        f"<table><caption>{title}</caption><thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table>", title
    )
    about = f'<p class="small">{label("units_about", language)}</p>'
    if len(contest.units) <= OPEN_UNITS:
        return table + about
    return f"<details><summary>{title} ({number(len(contest.units))})</summary>{table}{about}</details>"


def contest_html(contest: ContestSummary, language: Language, verdict: Verdict, *, settled: bool) -> str:
    """Return one contest as a card; the outcome bears a warning sign where the record is not verified."""
    symbol = OUTCOME_ICONS.get(contest.kind, "absent") if verdict is Verdict.VERIFIED else "error"
    anchor = f"{language}-contest-{contest.contest}"
    title = name(name_of(contest.title, contest.label, language), language)
    sentence = outcome_sentence(contest, language, lambda value: name(value, language))
    paper = ""
    if contest.paper is not None:
        line = label(
            "paper_line", language, ballots=number(contest.paper.ballots), invalid=number(contest.paper.invalid)
        )
        paper = f"<p>{label('paper', language)}: {line}</p>"
    return (
        f'<section class="card" aria-labelledby="{anchor}"><p class="small">'
        f"{label('contest', language, number=number(contest.contest))}</p>"
        f'<h3 id="{anchor}">{title}</h3>'
        f'<p class="outcome">{icon(symbol)}<span>{sentence}</span></p>'
        f"{_chart(contest, language)}{_turnout(contest, language, settled=settled)}{_table(contest, language)}{paper}"
        f"{_units(contest, language) if settled else ''}</section>"
    )


def result_html(summary: Summary, language: Language, verdict: Verdict) -> str:
    """Return the section of all contests; its heading says whether the result is verified."""
    heading = label(RESULT_HEADINGS[verdict], language)
    settled = is_settled(summary)
    cards = "".join(contest_html(contest, language, verdict, settled=settled) for contest in summary.contests)
    return f'<section aria-labelledby="{language}-result"><h2 id="{language}-result">{heading}</h2>{cards}</section>'
