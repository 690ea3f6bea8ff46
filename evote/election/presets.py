"""Named voting rules: what Korean laws ask of a vote, and plain rules for everybody else.

Spec: docs/protocol.md section 11; the articles named in each preset (text of the laws: https://www.law.go.kr/법령).

Idea: an official picks a name instead of typing fractions. The rule is copied into the manifest as data, so a later
change here or in the law never changes a vote that was already called. `dataclasses.replace(rule, seats=3)` adapts one.

Invariants: ids are stable; a changed law gets a new id and the old rule keeps its own, because old votes are judged
by the law of their day. A preset is a reading of the law for the count alone: who may vote, how the vote is called
and what follows from it are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from evote.election.outcome import Outcome, OutcomeKind
from evote.election.voting_rules import Comparison, ContestRule, Method, Quorum, Threshold, ThresholdBase
from evote.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A rule with its name in Korean and English, its source (law, article, date) and what an official must know.

    `neither_if_undecided`: a missed quorum or a tie is itself a decision, namely that neither option is accepted.
    `advisory`: the vote asks for opinion and binds nobody. Both change what a result means, not what it is.
    """

    id: str
    title_ko: str
    title_en: str
    source: str
    note: str
    rule: ContestRule
    neither_if_undecided: bool = False
    advisory: bool = False

    def both_rejected(self, outcome: Outcome) -> bool:
        """Tell whether the law reads this outcome as "neither option is accepted" (Resident Voting Act 24(1))."""
        undecided = (OutcomeKind.QUORUM_MISSED, OutcomeKind.SEALED, OutcomeKind.TIE)
        return self.neither_if_undecided and outcome.published.kind in undecided


QUARTER: Final = Quorum(numerator=1, denominator=4)
THIRD: Final = Quorum(numerator=1, denominator=3)
TENTH: Final = Quorum(numerator=1, denominator=10)
MORE_THAN_HALF_QUORUM: Final = Quorum(numerator=1, denominator=2, comparison=Comparison.MORE_THAN)


def _more_than_half(of: ThresholdBase) -> Threshold:
    return Threshold(of=of, comparison=Comparison.MORE_THAN, numerator=1, denominator=2)


MORE_THAN_HALF_VALID: Final = _more_than_half(ThresholdBase.VALID)
MORE_THAN_HALF_BALLOTS: Final = _more_than_half(ThresholdBase.BALLOTS)
MORE_THAN_HALF_ELIGIBLE: Final = _more_than_half(ThresholdBase.ELIGIBLE)
THREE_QUARTERS_ELIGIBLE: Final = Threshold(
    of=ThresholdBase.ELIGIBLE, comparison=Comparison.AT_LEAST, numerator=3, denominator=4
)

_APARTMENT = "공동주택관리법 시행령 (대통령령 제36374호, 2026-06-02)"
_CONDOMINIUM = "집합건물의 소유 및 관리에 관한 법률"
_HOUSEHOLDS = "The roll holds those entitled to vote under the complex's rules, usually one vote a household."
_BLANK_COUNTS_AGAINST = "more than half of those who voted must say yes, so blank and invalid ballots count against"
_HEADS_TOO = (
    "The weight is the share in the building. The law also asks for the same part of the owners by head, a person with "
    "several units counting once: that needs a second election in which every owner has weight 1."
)

PRESETS: Final[tuple[Preset, ...]] = (
    Preset(
        id="kr.resident-vote",
        title_ko="주민투표",
        title_en="Resident vote",
        source="주민투표법 제24조제1항 (법률 제18849호, 2022-04-26 시행)",
        note="Always opened. Below one quarter, or with a tie, neither option is accepted.",
        rule=ContestRule(method=Method.MAJORITY, quorum=QUARTER, threshold=MORE_THAN_HALF_VALID),
        neither_if_undecided=True,
    ),
    Preset(
        id="kr.resident-vote-2004",
        title_ko="주민투표 (2022년 개정 전)",
        title_en="Resident vote before the amendment of 2022",
        source="구 주민투표법 제24조제1항·제2항 (법률 제7124호, 2004-07-30 시행; 2022-04-26 개정)",
        note="For votes held before 26 April 2022: below one third nothing was opened and neither option accepted.",
        rule=ContestRule(
            method=Method.MAJORITY, quorum=THIRD, threshold=MORE_THAN_HALF_VALID, sealed_below_quorum=True
        ),
        neither_if_undecided=True,
    ),
    Preset(
        id="kr.resident-vote-national-policy",
        title_ko="국가정책에 관한 주민투표",
        title_en="Resident vote on a national policy",
        source="주민투표법 제8조제4항 (법률 제18849호, 2022-04-26 시행)",
        note=(
            "Article 24(1) does not apply: no quorum, and the result is an opinion for the ministry. Until 26 April "
            "2022 article 24(2) did apply, so that below one third these votes were not opened either."
        ),
        rule=ContestRule(method=Method.MAJORITY, threshold=MORE_THAN_HALF_VALID),
        advisory=True,
    ),
    Preset(
        id="kr.recall",
        title_ko="주민소환투표",
        title_en="Recall vote",
        source="주민소환에 관한 법률 제22조제1항·제2항 (법률 제17893호, 2022-01-13 시행)",
        note="Below one third nothing is opened. One contest with yes and no for each person to be recalled.",
        rule=ContestRule(
            method=Method.MAJORITY, quorum=THIRD, threshold=MORE_THAN_HALF_VALID, sealed_below_quorum=True
        ),
    ),
    Preset(
        id="kr.apartment-representative",
        title_ko="동별 대표자 선출 (후보자 2명 이상)",
        title_en="Apartment block representative, two or more candidates",
        source=f"{_APARTMENT} 제11조제1항제1호",
        note=f"More than half of the block must vote; the candidate with most votes wins. {_HOUSEHOLDS}",
        rule=ContestRule(method=Method.PLURALITY, quorum=MORE_THAN_HALF_QUORUM),
    ),
    Preset(
        id="kr.apartment-representative-single",
        title_ko="동별 대표자 선출(후보자 1명)·해임",
        title_en="Apartment block representative, one candidate or a dismissal (yes or no)",
        source=f"{_APARTMENT} 제11조제1항제2호, 제13조제4항제1호",
        note=f"More than half of the block must vote, and {_BLANK_COUNTS_AGAINST}. {_HOUSEHOLDS}",
        rule=ContestRule(method=Method.MAJORITY, quorum=MORE_THAN_HALF_QUORUM, threshold=MORE_THAN_HALF_BALLOTS),
    ),
    Preset(
        id="kr.apartment-chair",
        title_ko="입주자대표회의 회장·감사 선출 (후보자가 더 많을 때)",
        title_en="Apartment council chair or auditors, more candidates than seats",
        source=f"{_APARTMENT} 제12조제2항제1호나목·제2호나목",
        note=f"At least one tenth of all residents must vote; most votes win. Auditors: set the seats. {_HOUSEHOLDS}",
        rule=ContestRule(method=Method.PLURALITY, quorum=TENTH),
    ),
    Preset(
        id="kr.apartment-chair-single",
        title_ko="입주자대표회의 회장·감사 선출(찬반)·해임",
        title_en="Apartment council chair or auditor, no more candidates than seats, or a dismissal (yes or no)",
        source=f"{_APARTMENT} 제12조제2항제1호다목·제2호다목, 제13조제4항제2호가목",
        note=(
            f"At least one tenth of all residents must vote, and {_BLANK_COUNTS_AGAINST}. One contest for each "
            f"candidate. {_HOUSEHOLDS}"
        ),
        rule=ContestRule(method=Method.MAJORITY, quorum=TENTH, threshold=MORE_THAN_HALF_BALLOTS),
    ),
    Preset(
        id="kr.apartment-management-method",
        title_ko="공동주택 관리방법의 결정·변경",
        title_en="Apartment management method",
        source=f"{_APARTMENT} 제3조",
        note=f"More than half of all residents must say yes, however many vote. {_HOUSEHOLDS}",
        rule=ContestRule(method=Method.MAJORITY, threshold=MORE_THAN_HALF_ELIGIBLE),
    ),
    Preset(
        id="kr.condominium-share",
        title_ko="관리단집회 결의 (의결권)",
        title_en="Condominium meeting resolution, by share",
        source=f"{_CONDOMINIUM} 제38조제1항",
        note=f"More than half of all shares must agree. {_HEADS_TOO}",
        rule=ContestRule(method=Method.MAJORITY, threshold=MORE_THAN_HALF_ELIGIBLE),
    ),
    Preset(
        id="kr.condominium-agreement-share",
        title_ko="서면·전자적 방법에 의한 합의 (의결권)",
        title_en="Condominium agreement in writing or by electronic means, by share",
        source=f"{_CONDOMINIUM} 제41조제1항 (2023년 개정)",
        note=f"At least three quarters of all shares must agree, without a meeting. {_HEADS_TOO}",
        rule=ContestRule(method=Method.MAJORITY, threshold=THREE_QUARTERS_ELIGIBLE),
    ),
    Preset(
        id="association",
        title_ko="단체의 찬반 투표",
        title_en="Association, yes or no",
        source="The association's own rules",
        note="More than half of the valid votes, no quorum. Set a quorum where statutes or law ask for one.",
        rule=ContestRule(method=Method.MAJORITY, threshold=MORE_THAN_HALF_VALID),
    ),
    Preset(
        id="plurality",
        title_ko="다득표순",
        title_en="Most votes win",
        source="The organiser's own rules",
        note="The options with most votes fill the seats; a tie for the last seat is left to the lot.",
        rule=ContestRule(method=Method.PLURALITY),
    ),
    Preset(
        id="approval",
        title_ko="찬성투표 (여러 개 선택)",
        title_en="Approval voting",
        source="The organiser's own rules",
        note="A voter chooses any number of options; the options with most votes fill the seats.",
        rule=ContestRule(method=Method.APPROVAL),
    ),
    Preset(
        id="score",
        title_ko="점수투표",
        title_en="Score voting",
        source="The organiser's own rules",
        note="A voter gives points; the highest sums fill the seats. Cumulative with a low selection limit.",
        rule=ContestRule(method=Method.SCORE),
    ),
)

_BY_ID: Final = {preset.id: preset for preset in PRESETS}


def find_preset(preset_id: str) -> Preset:
    """Return the preset of that id; raise ConfigurationError `voting_rule.unknown_preset`, naming those there are."""
    if preset_id not in _BY_ID:
        known = ", ".join(_BY_ID)
        raise ConfigurationError(
            "voting_rule.unknown_preset", f"no preset {preset_id!r}; there are: {known}", given=preset_id, known=known
        )
    return _BY_ID[preset_id]
