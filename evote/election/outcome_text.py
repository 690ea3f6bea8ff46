"""The outcome in sentences that a resident understands, in Korean and English.

Spec: docs/protocol.md section 11 for the figures; the words follow the Korean laws named in `presets`.

Idea: who voted, whether that was enough, what was decided and by how much, one short sentence each. A percentage
never stands without its counts: 2,096,819 of 8,387,278 rounds to 25.00 % and is still one vote short of a quarter.

Invariants: the text follows from its arguments alone; percentages are computed with integers and rounded half up to
two decimals; labels are quoted exactly as they are handed in.
"""

from __future__ import annotations

from typing import Literal

from evote.election.outcome import Outcome, OutcomeKind
from evote.election.presets import MORE_THAN_HALF_QUORUM, Preset
from evote.election.voting_rules import Comparison, Method, Quorum, Threshold, ThresholdBase
from evote.errors import ConfigurationError

Language = Literal["ko", "en"]

_BASE_KO = {
    ThresholdBase.VALID: "유효표",
    ThresholdBase.BALLOTS: "무효표를 포함한 전체 투표",
    ThresholdBase.ELIGIBLE: "투표하지 않은 사람을 포함한 전체",
}
_BASE_EN = {
    ThresholdBase.VALID: "the valid votes",
    ThresholdBase.BALLOTS: "all ballots, blank and invalid ones included",
    ThresholdBase.ELIGIBLE: "all who may vote, whether they voted or not",
}


def describe(
    outcome: Outcome,
    option_labels: tuple[str, ...],
    language: Language,
    *,
    preset: Preset | None = None,
    weighted: bool = False,
) -> str:
    """Return the outcome as a few sentences; labels stand in manifest order, written in the same language.

    `preset` is the one the rule was taken from, if any: with it the text says what the law makes of the outcome.
    `weighted` tells that figures are shares and not persons. Neither is checked against the outcome. Raise
    ConfigurationError `outcome_text.labels` where labels and counted options differ in number.
    """
    votes = outcome.published.votes
    if votes and len(option_labels) != len(votes):
        raise ConfigurationError("outcome_text.labels", f"{len(option_labels)} labels for {len(votes)} counted options")
    write = _korean if language == "ko" else _english
    return " ".join(write(outcome, option_labels, preset, weighted))


def format_percent(part: int, whole: int) -> str:
    """Return `part / whole` in percent with two decimals, rounded half up; 0.00% of nothing."""
    if whole == 0:
        return "0.00%"
    # floor(10000 * part / whole + 1/2), in hundredths of a percent
    hundredths = (20000 * part + whole) // (2 * whole)
    return f"{hundredths // 100:,}.{hundredths % 100:02d}%"


def _korean(outcome: Outcome, labels: tuple[str, ...], preset: Preset | None, weighted: bool) -> list[str]:
    figures = outcome.published
    percent = format_percent(figures.turnout, figures.eligible)
    if weighted:
        unit, particle = "표", "가"
        text = [f"전체 의결권 {figures.eligible:,}표 가운데 {figures.turnout:,}표가 행사되었습니다(투표율 {percent})."]
    else:
        unit, particle = "명", "이"
        text = [f"투표권자 {figures.eligible:,}명 가운데 {figures.turnout:,}명이 투표했습니다(투표율 {percent})."]
    if outcome.rule.quorum.numerator:
        missing = figures.quorum_required - figures.turnout
        verdict = f"{missing:,}{unit}{particle} 모자랍니다" if missing > 0 else "이를 채웠습니다"
        share = _quorum_ko(outcome.rule.quorum)
        text.append(f"필요한 투표 기준은 {figures.quorum_required:,}{unit}({share})이며, {verdict}.")
    text += _result_ko(outcome, labels, binding=preset is None or not preset.advisory)
    if preset is not None and preset.both_rejected(outcome):
        text.append("따라서 두 선택지 모두 받아들이지 않은 것으로 확정되었습니다.")
    if figures.votes:
        parts = [f"‘{a}’ {n:,}표{_share(outcome, n, '')}" for a, n in zip(labels, figures.votes, strict=True)]
        text.append(f"개표 결과는 {', '.join(parts)}입니다.")
    if outcome.blank_and_invalid is not None:
        text.append(f"유효표는 {outcome.valid:,}표, 기권·무효표는 {outcome.blank_and_invalid:,}표입니다.")
    if preset is not None and preset.advisory:
        text.append("이 투표는 의견을 묻는 투표이며, 결과에 법적 구속력은 없습니다.")
    return text


def _result_ko(outcome: Outcome, labels: tuple[str, ...], *, binding: bool) -> list[str]:
    figures, rule = outcome.published, outcome.rule
    winners = ", ".join(f"‘{labels[i - 1]}’" for i in figures.winners)
    tied = ", ".join(f"‘{labels[i - 1]}’" for i in figures.tied)
    elected = "당선" if rule.method is Method.PLURALITY else "선정"
    share = f"{_BASE_KO[rule.threshold.of]}의 {_threshold_ko(rule.threshold)}"
    match figures.kind:
        case OutcomeKind.DECIDED if rule.method is Method.MAJORITY:
            verdict = "표를 얻어 확정되었습니다" if binding else "표를 얻었습니다"
            return [f"{winners}{_subject_particle(labels[figures.winners[0] - 1])} {share}에 해당하는 {verdict}."]
        case OutcomeKind.DECIDED if outcome.seats_unfilled:
            return [f"{elected}: {winners}.", f"{outcome.seats_unfilled:,}자리는 채우지 못했습니다."]
        case OutcomeKind.DECIDED:
            return [f"{elected}: {winners}."]
        case OutcomeKind.TIE if rule.method is Method.MAJORITY:
            return ["두 선택지의 표 수가 같아 더 많은 표를 얻은 쪽이 없습니다."]
        case OutcomeKind.TIE:
            rest = f"{tied}의 표 수가 같아, 남은 {outcome.seats_unfilled:,}자리는 추첨 등 정해진 절차에 따라 정합니다."
            return [f"{elected}: {winners}.", rest] if winners else [rest]
        case OutcomeKind.THRESHOLD_MISSED if rule.threshold.numerator:
            return [f"필요한 {outcome.threshold_required:,}표({share})를 얻은 선택지가 없습니다."]
        case OutcomeKind.THRESHOLD_MISSED:
            return ["표를 얻은 선택지가 없습니다."]
        case OutcomeKind.QUORUM_MISSED:
            return ["투표 기준을 채우지 못해 어느 쪽으로도 결정되지 않았습니다."]
        case OutcomeKind.SEALED:
            return ["투표 기준을 채우지 못해 개표하지 않았으며, 모든 표는 봉인된 채로 남습니다."]
        case OutcomeKind.WITHHELD:
            return ["투표한 사람이 너무 적어 개표하면 누가 무엇을 골랐는지 드러날 수 있으므로 개표하지 않았습니다."]


def _quorum_ko(quorum: Quorum) -> str:
    return "과반수" if quorum == MORE_THAN_HALF_QUORUM else f"{quorum.denominator:,}분의 {quorum.numerator:,} 이상"


def _threshold_ko(threshold: Threshold) -> str:
    more_than = threshold.comparison is Comparison.MORE_THAN
    if more_than and 2 * threshold.numerator == threshold.denominator:
        return "과반수"
    return f"{threshold.denominator:,}분의 {threshold.numerator:,} {'초과' if more_than else '이상'}"


def _subject_particle(label: str) -> str:
    """Return the Korean subject particle after a label: by its last sound, both forms where that is not Hangul."""
    if not "가" <= label[-1:] <= "힣":
        return "이(가)"
    # A Hangul syllable is coded as 28 * (lead and vowel) + final; final 0 means that it ends in a vowel.
    return "이" if (ord(label[-1]) - ord("가")) % 28 else "가"


def _english(outcome: Outcome, labels: tuple[str, ...], preset: Preset | None, weighted: bool) -> list[str]:
    figures = outcome.published
    percent = format_percent(figures.turnout, figures.eligible)
    if weighted:
        text = [f"{figures.turnout:,} of {figures.eligible:,} voting shares were used (turnout {percent})."]
    else:
        text = [f"{figures.turnout:,} of {figures.eligible:,} eligible voters voted (turnout {percent})."]
    if outcome.rule.quorum.numerator:
        missing = figures.quorum_required - figures.turnout
        verdict = f"it was missed by {missing:,}" if missing > 0 else "it was reached"
        share = _quorum_en(outcome.rule.quorum)
        text.append(f"The required turnout was {figures.quorum_required:,} ({share}); {verdict}.")
    text += _result_en(outcome, labels, binding=preset is None or not preset.advisory)
    if preset is not None and preset.both_rejected(outcome):
        text.append("Therefore neither option is accepted.")
    if figures.votes:
        parts = [f"“{a}” {n:,}{_share(outcome, n, ' ')}" for a, n in zip(labels, figures.votes, strict=True)]
        text.append(f"Votes: {', '.join(parts)}.")
    if outcome.blank_and_invalid is not None:
        text.append(f"Valid votes: {outcome.valid:,}; blank or invalid: {outcome.blank_and_invalid:,}.")
    if preset is not None and preset.advisory:
        text.append("This vote asked for opinion; its result is not legally binding.")
    return text


def _result_en(outcome: Outcome, labels: tuple[str, ...], *, binding: bool) -> list[str]:
    figures, rule = outcome.published, outcome.rule
    winners = ", ".join(f"“{labels[i - 1]}”" for i in figures.winners)
    tied = ", ".join(f"“{labels[i - 1]}”" for i in figures.tied)
    elected = "Elected" if rule.method is Method.PLURALITY else "Chosen"
    share = f"{_threshold_en(rule.threshold)} of {_BASE_EN[rule.threshold.of]}"
    match figures.kind:
        case OutcomeKind.DECIDED if rule.method is Method.MAJORITY:
            return [f"{winners} {'won with' if binding else 'received'} {share}."]
        case OutcomeKind.DECIDED if outcome.seats_unfilled:
            return [f"{elected}: {winners}.", f"Seats not filled: {outcome.seats_unfilled:,}."]
        case OutcomeKind.DECIDED:
            return [f"{elected}: {winners}."]
        case OutcomeKind.TIE if rule.method is Method.MAJORITY:
            return ["Both options received the same number of votes."]
        case OutcomeKind.TIE:
            rest = f"Equal votes: {tied}. Seats to be filled by lot or as the rules say: {outcome.seats_unfilled:,}."
            return [f"{elected}: {winners}.", rest] if winners else [rest]
        case OutcomeKind.THRESHOLD_MISSED if rule.threshold.numerator:
            return [f"No option received the required {outcome.threshold_required:,} votes ({share})."]
        case OutcomeKind.THRESHOLD_MISSED:
            return ["No option received a vote."]
        case OutcomeKind.QUORUM_MISSED:
            return ["The required turnout was missed, so nothing was decided."]
        case OutcomeKind.SEALED:
            return ["The required turnout was missed: no ballot was opened, and all of them stay sealed."]
        case OutcomeKind.WITHHELD:
            return ["So few people voted that opening the ballots could show who chose what; they were not opened."]


def _quorum_en(quorum: Quorum) -> str:
    return (
        "more than half" if quorum == MORE_THAN_HALF_QUORUM else f"at least {quorum.numerator:,}/{quorum.denominator:,}"
    )


def _threshold_en(threshold: Threshold) -> str:
    more_than = threshold.comparison is Comparison.MORE_THAN
    if more_than and 2 * threshold.numerator == threshold.denominator:
        return "more than half"
    return f"{'more than' if more_than else 'at least'} {threshold.numerator:,}/{threshold.denominator:,}"


def _share(outcome: Outcome, count: int, space: str) -> str:
    """Return the percentage of the valid votes, only where each ballot has one vote and the sum counts ballots."""
    return (
        f"{space}({format_percent(count, outcome.valid)})"
        if outcome.valid and outcome.blank_and_invalid is not None
        else ""
    )
