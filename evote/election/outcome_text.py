"""The outcome in sentences that a resident understands, in Korean and English.

Spec: none; the words follow the Korean laws named in `presets`.

Idea: who voted, whether that was enough, what was decided and by how much, one short sentence each. A percentage
never stands without its counts: 2,096,819 of 8,387,278 rounds to 25.00 % and is still one vote short of a quarter.

Invariants: the text follows from the outcome alone; percentages are computed with integers and rounded half up to
two decimals; labels are quoted exactly as the manifest has them.
"""

from __future__ import annotations

from typing import Literal

from evote.election.outcome import Outcome, OutcomeKind
from evote.election.voting_rules import (
    MORE_THAN_HALF,
    Comparison,
    MajorityOf,
    Method,
    QuorumUnit,
    Threshold,
    has_quorum,
)
from evote.errors import ConfigurationError

Language = Literal["ko", "en"]

_BASE_KO = {
    MajorityOf.VALID: "유효표의",
    MajorityOf.BALLOTS: "(무효표를 포함한) 전체 투표의",
    MajorityOf.ELIGIBLE: "(투표하지 않은 사람을 포함한) 전체의",
}
_BASE_EN = {
    MajorityOf.VALID: "the valid votes",
    MajorityOf.BALLOTS: "all votes cast, blank and invalid ones included",
    MajorityOf.ELIGIBLE: "all who are entitled to vote, whether they voted or not",
}


def describe(outcome: Outcome, option_labels: tuple[str, ...], language: Language) -> str:
    """Return the outcome as a few sentences; labels stand in manifest order, written in the same language.

    Raise ConfigurationError `outcome_text.labels` where the number of labels is not that of the counted options.
    """
    if outcome.votes is not None and len(option_labels) != len(outcome.votes):
        raise ConfigurationError(
            "outcome_text.labels", f"{len(option_labels)} labels for {len(outcome.votes)} counted options"
        )
    sentences = _korean(outcome, option_labels) if language == "ko" else _english(outcome, option_labels)
    return " ".join(sentences)


def format_percent(part: int, whole: int) -> str:
    """Return `part / whole` in percent with two decimals, rounded half up; `whole` must be positive."""
    # floor(10000 * part / whole + 1/2), in hundredths of a percent
    hundredths = (20000 * part + whole) // (2 * whole)
    return f"{hundredths // 100:,}.{hundredths % 100:02d}%"


def _turnout(outcome: Outcome) -> tuple[int, int]:
    if outcome.rule.quorum_unit is QuorumUnit.WEIGHT:
        return outcome.turnout_weight, outcome.eligible_weight
    return outcome.turnout, outcome.eligible


def _korean(outcome: Outcome, labels: tuple[str, ...]) -> list[str]:
    turnout, eligible = _turnout(outcome)
    percent = format_percent(turnout, eligible)
    if outcome.rule.quorum_unit is QuorumUnit.WEIGHT:
        unit = "개가"
        text = [f"전체 의결권 {eligible:,}개 가운데 {turnout:,}개가 행사되었습니다(투표율 {percent})."]
    else:
        unit = "명이"
        text = [f"투표권자 {eligible:,}명 가운데 {turnout:,}명이 투표했습니다(투표율 {percent})."]
    if has_quorum(outcome.rule):
        missing = outcome.quorum_required - turnout
        verdict = f"{missing:,}{unit} 모자랍니다" if missing > 0 else "이를 채웠습니다"
        quorum = _fraction_ko(outcome.rule.quorum)
        text.append(f"필요한 투표 기준은 {outcome.quorum_required:,}{unit[0]}({quorum})이며, {verdict}.")
    text += _result_ko(outcome, labels)
    if outcome.both_rejected:
        text.append("따라서 두 선택지 모두 받아들이지 않은 것으로 확정되었습니다.")
    if outcome.votes is not None and any(outcome.votes):
        counts = ", ".join(
            f"‘{label}’ {count:,}표{_share(count, outcome.valid)}"
            for label, count in zip(labels, outcome.votes, strict=True)
        )
        text.append(f"개표 결과는 {counts}입니다.")
    if outcome.valid is not None:
        text.append(f"유효표는 {outcome.valid:,}표, 기권·무효표는 {outcome.blank_and_invalid:,}표입니다.")
    if outcome.rule.advisory:
        text.append("이 투표는 의견을 묻는 투표이며, 결과에 법적 구속력은 없습니다.")
    return text


def _result_ko(outcome: Outcome, labels: tuple[str, ...]) -> list[str]:
    winners = ", ".join(f"‘{labels[i - 1]}’" for i in outcome.winners)
    tied = ", ".join(f"‘{labels[i - 1]}’" for i in outcome.tied)
    elected = "당선" if outcome.rule.method is Method.PLURALITY else "선정"
    majority = outcome.rule.majority
    share = "" if majority is None else f"{_BASE_KO[outcome.rule.majority_of]} {_fraction_ko(majority)}"
    match outcome.kind:
        case OutcomeKind.OPTION_WINS if majority is not None:
            verdict = "표를 얻었습니다" if outcome.rule.advisory else "표를 얻어 확정되었습니다"
            return [f"{winners}{_subject_particle(labels[outcome.winners[0] - 1])} {share}에 해당하는 {verdict}."]
        case OutcomeKind.OPTION_WINS if outcome.seats_unfilled:
            return [
                f"{elected}: {winners}.",
                f"표를 얻은 선택지가 모자라 {outcome.seats_unfilled:,}자리는 비어 있습니다.",
            ]
        case OutcomeKind.OPTION_WINS:
            return [f"{elected}: {winners}."]
        case OutcomeKind.TIE if majority is not None:
            return ["두 선택지의 표 수가 같아 과반수를 얻은 쪽이 없습니다."]
        case OutcomeKind.TIE:
            rest = f"{tied}의 표 수가 같아, 남은 {outcome.seats_unfilled:,}자리는 추첨 등 정해진 절차에 따라 정합니다."
            return [f"{elected}: {winners}.", rest] if winners else [rest]
        case OutcomeKind.NO_VOTES:
            return ["표를 얻은 선택지가 없습니다."]
        case OutcomeKind.THRESHOLD_MISSED:
            return [f"어느 쪽도 필요한 {outcome.majority_required:,}표({share})에 이르지 못했습니다."]
        case OutcomeKind.QUORUM_MISSED:
            return ["투표 기준을 채우지 못해 어느 쪽으로도 결정되지 않았습니다."]
        case OutcomeKind.SEALED:
            return ["투표 기준을 채우지 못해 개표하지 않았으며, 모든 표는 봉인된 채로 남습니다."]
        case OutcomeKind.WITHHELD:
            return ["투표한 사람이 너무 적어 개표하면 누가 무엇을 골랐는지 드러날 수 있으므로 개표하지 않았습니다."]


def _fraction_ko(threshold: Threshold) -> str:
    if threshold == MORE_THAN_HALF:
        return "과반수"
    side = "초과" if threshold.comparison is Comparison.MORE_THAN else "이상"
    return f"{threshold.denominator:,}분의 {threshold.numerator:,} {side}"


def _subject_particle(label: str) -> str:
    """Return the Korean subject particle after a label: by its last sound, both forms where that is not Hangul."""
    if not "가" <= label[-1:] <= "힣":
        return "이(가)"
    # A Hangul syllable is coded as 28 * (lead and vowel) + final; final 0 means that it ends in a vowel.
    return "이" if (ord(label[-1]) - ord("가")) % 28 else "가"


def _english(outcome: Outcome, labels: tuple[str, ...]) -> list[str]:
    turnout, eligible = _turnout(outcome)
    percent = format_percent(turnout, eligible)
    if outcome.rule.quorum_unit is QuorumUnit.WEIGHT:
        text = [f"{turnout:,} of {eligible:,} voting shares were used (turnout {percent})."]
    else:
        text = [f"{turnout:,} of {eligible:,} eligible voters voted (turnout {percent})."]
    if has_quorum(outcome.rule):
        missing = outcome.quorum_required - turnout
        verdict = f"it was missed by {missing:,}" if missing > 0 else "it was reached"
        quorum = _fraction_en(outcome.rule.quorum)
        text.append(f"The required turnout was {outcome.quorum_required:,} ({quorum}); {verdict}.")
    text += _result_en(outcome, labels)
    if outcome.both_rejected:
        text.append("Therefore neither option is accepted.")
    if outcome.votes is not None and any(outcome.votes):
        counts = ", ".join(
            f"“{label}” {count:,}{_share(count, outcome.valid, ' ')}"
            for label, count in zip(labels, outcome.votes, strict=True)
        )
        text.append(f"Votes: {counts}.")
    if outcome.valid is not None:
        text.append(f"Valid votes: {outcome.valid:,}; blank or invalid: {outcome.blank_and_invalid:,}.")
    if outcome.rule.advisory:
        text.append("This vote asked for opinion; its result is not legally binding.")
    return text


def _result_en(outcome: Outcome, labels: tuple[str, ...]) -> list[str]:
    winners = ", ".join(f"“{labels[i - 1]}”" for i in outcome.winners)
    tied = ", ".join(f"“{labels[i - 1]}”" for i in outcome.tied)
    elected = "Elected" if outcome.rule.method is Method.PLURALITY else "Chosen"
    majority = outcome.rule.majority
    share = "" if majority is None else f"{_fraction_en(majority)} of {_BASE_EN[outcome.rule.majority_of]}"
    match outcome.kind:
        case OutcomeKind.OPTION_WINS if majority is not None:
            return [f"{winners} {'received' if outcome.rule.advisory else 'won with'} {share}."]
        case OutcomeKind.OPTION_WINS if outcome.seats_unfilled:
            return [f"{elected}: {winners}.", f"Seats left vacant for want of votes: {outcome.seats_unfilled:,}."]
        case OutcomeKind.OPTION_WINS:
            return [f"{elected}: {winners}."]
        case OutcomeKind.TIE if majority is not None:
            return ["Both options received the same number of votes, so neither has a majority."]
        case OutcomeKind.TIE:
            rest = f"Equal votes: {tied}. Seats to be filled by lot or as the rules say: {outcome.seats_unfilled:,}."
            return [f"{elected}: {winners}.", rest] if winners else [rest]
        case OutcomeKind.NO_VOTES:
            return ["No option received a vote."]
        case OutcomeKind.THRESHOLD_MISSED:
            return [f"Neither option reached the required {outcome.majority_required:,} votes ({share})."]
        case OutcomeKind.QUORUM_MISSED:
            return ["The required turnout was missed, so nothing was decided."]
        case OutcomeKind.SEALED:
            return ["The required turnout was missed: no ballot was opened, and all of them stay sealed."]
        case OutcomeKind.WITHHELD:
            return ["So few people voted that opening the ballots could show who chose what; they were not opened."]


def _fraction_en(threshold: Threshold) -> str:
    if threshold == MORE_THAN_HALF:
        return "more than half"
    side = "more than" if threshold.comparison is Comparison.MORE_THAN else "at least"
    return f"{side} {threshold.numerator:,}/{threshold.denominator:,}"


def _share(count: int, valid: int | None, space: str = "") -> str:
    return f"{space}({format_percent(count, valid)})" if valid else ""
