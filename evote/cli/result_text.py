"""The result of an election in words.

Spec: docs/protocol.md section 11.

Invariants: figures come from the published result and the log's own counts; nothing is decrypted here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final, Literal

from evote.cli.output import Output
from evote.election.manifest import Title, parse_time
from evote.election.outcome import CountedVotes, Outcome, OutcomeKind, decide
from evote.election.outcome_text import describe
from evote.election.records import ContestResult
from evote.election.state import ElectionState
from evote.election.tally import contest_figures
from evote.texts.language import Language

_KOREA: Final = timedelta(hours=9)


def describe_result(state: ElectionState, out: Output) -> Iterator[str]:
    """Yield the outcome of every contest in the output's language; nothing before the result is published."""
    if state.result is None:
        return
    weighted = any(entry.weight != 1 for entry in state.roll.entries.values())
    for stated, contest in zip(state.result.contests, state.manifest.contests, strict=True):
        labels = tuple(pick_title(option.title, out.language) for option in contest.options)
        language: Literal["ko", "en"] = "ko" if out.language is Language.KOREAN else "en"
        yield f"{pick_title(contest.title, out.language)}: " + describe(
            _outcome(state, stated), labels, language, weighted=weighted
        )


def shown_time(text: str, language: Language) -> str:
    """Return a UTC time of a manifest as its reader's clock shows it: in Korean Korea's, else UTC."""
    time = parse_time(text, "time")
    if language is Language.KOREAN:
        there = time + _KOREA
        return f"{there.year}년 {there.month}월 {there.day}일 {there:%H:%M}(한국 시각)"
    return f"{time:%Y-%m-%d %H:%M} UTC"


def pick_title(title: Title, language: Language) -> str:
    """Return a title in a language, or else in the first that it has."""
    return dict(title).get(language.value, title[0][1])


def _outcome(state: ElectionState, stated: ContestResult) -> Outcome:
    contest = state.manifest.contests[stated.contest - 1]
    figures = contest_figures(state, stated.contest)
    kind = stated.outcome.kind
    sealed, withheld = kind is OutcomeKind.SEALED, kind is OutcomeKind.WITHHELD
    votes = None
    if not sealed and not withheld:
        # V_j = sum of t over the units
        votes = tuple(sum(unit.options[j].votes for unit in stated.units) for j in range(len(contest.options)))
    paper = None
    if state.paper is not None:
        count = state.paper.contests[stated.contest - 1]
        paper = CountedVotes(weight=count.ballots, votes=None if sealed else count.votes, invalid=count.invalid)
    return decide(
        contest.rule,
        eligible=figures.eligible,
        online=CountedVotes(weight=figures.online, votes=votes),
        paper=paper,
        option_limit=contest.option_limit,
        contest_limit=contest.selection_limit,
        withheld=withheld,
    )
