"""Named voting rules: what Korean laws ask of a vote, and plain rules for everybody else.

Spec: the articles named in each preset, as published at https://www.law.go.kr/법령/<name of the law>.

Idea: an official picks a name instead of typing fractions. A preset is copied into the manifest as data, so a later
change here or in the law never changes a vote that was already called. `dataclasses.replace(rule, seats=3)` adapts one.

Invariants: ids are stable; a changed law gets a new id and the old rule keeps its own, because old votes are checked
by the rule of their day. A preset is a reading of the law for the count alone: who may vote, how to call the
vote and what follows from it are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from evote.election.voting_rules import (
    MORE_THAN_HALF,
    ContestRule,
    MajorityOf,
    Method,
    QuorumUnit,
    Threshold,
)
from evote.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A rule with its name in both languages, its source (law, article, date), and what an official must know."""

    id: str
    title_ko: str
    title_en: str
    source: str
    note: str
    rule: ContestRule


QUARTER = Threshold(numerator=1, denominator=4)
THIRD = Threshold(numerator=1, denominator=3)
TENTH = Threshold(numerator=1, denominator=10)
THREE_QUARTERS = Threshold(numerator=3, denominator=4)

_HOUSEHOLDS = "The roll is the residents entitled to vote under the complex's rules (usually one vote per household)."
_APARTMENT = "공동주택관리법 시행령 (대통령령 제36374호, 2026-06-02)"
_CONDOMINIUM = "집합건물의 소유 및 관리에 관한 법률"
_HEADS_TOO = (
    "The law also asks for the same share of the owners by head, one person with several units counting once. This "
    "rule counts shares only; the count by head needs a second contest or a second election in which every owner has "
    "weight 1."
)

PRESETS: tuple[Preset, ...] = (
    Preset(
        id="kr.resident-vote",
        title_ko="주민투표",
        title_en="Resident vote",
        source="주민투표법 제24조제1항 (법률 제18849호, 2022-04-26 시행)",
        note="Always opened. Below one quarter, or with a tie, neither option is accepted.",
        rule=ContestRule(method=Method.MAJORITY, quorum=QUARTER, majority=MORE_THAN_HALF, neither_if_undecided=True),
    ),
    Preset(
        id="kr.resident-vote-2004",
        title_ko="주민투표 (2022년 개정 전)",
        title_en="Resident vote before the 2022 amendment",
        source="구 주민투표법 제24조제1항·제2항 (법률 제7124호, 2004-07-30 시행; 2022-04-26 개정)",
        note="For votes held before 26 April 2022. Below one third nothing was opened.",
        rule=ContestRule(
            method=Method.MAJORITY,
            quorum=THIRD,
            majority=MORE_THAN_HALF,
            sealed_below_quorum=True,
            neither_if_undecided=True,
        ),
    ),
    Preset(
        id="kr.resident-vote-national-policy",
        title_ko="국가정책에 관한 주민투표",
        title_en="Resident vote on a national policy",
        source="주민투표법 제8조제4항 (법률 제18849호, 2022-04-26 시행)",
        note=(
            "Article 24(1) does not apply: no quorum, and the result is an opinion for the ministry. Before 26 April "
            "2022 article 24(2) did apply, so below one third these votes stayed sealed as well."
        ),
        rule=ContestRule(method=Method.MAJORITY, majority=MORE_THAN_HALF, advisory=True),
    ),
    Preset(
        id="kr.recall",
        title_ko="주민소환투표",
        title_en="Recall vote",
        source="주민소환에 관한 법률 제22조제1항·제2항 (법률 제17893호, 2022-01-13 시행)",
        note="Below one third nothing is opened. One contest with yes and no for each person to be recalled.",
        rule=ContestRule(method=Method.MAJORITY, quorum=THIRD, majority=MORE_THAN_HALF, sealed_below_quorum=True),
    ),
    Preset(
        id="kr.apartment-representative",
        title_ko="동별 대표자 선출 (후보자 2명 이상)",
        title_en="Apartment block representative, two or more candidates",
        source=f"{_APARTMENT} 제11조제1항제1호",
        note=f"More than half of the block's residents must vote; most votes win. {_HOUSEHOLDS}",
        rule=ContestRule(method=Method.PLURALITY, quorum=MORE_THAN_HALF),
    ),
    Preset(
        id="kr.apartment-representative-single",
        title_ko="동별 대표자 선출·해임 (찬반)",
        title_en="Apartment block representative, one candidate or dismissal (yes or no)",
        source=f"{_APARTMENT} 제11조제1항제2호, 제13조제4항제1호",
        note=(
            "More than half of the block's residents must vote and more than half of those who voted must say yes: "
            f"blank and invalid ballots count against. {_HOUSEHOLDS}"
        ),
        rule=ContestRule(
            method=Method.MAJORITY,
            quorum=MORE_THAN_HALF,
            majority=MORE_THAN_HALF,
            majority_of=MajorityOf.BALLOTS,
        ),
    ),
    Preset(
        id="kr.apartment-chair",
        title_ko="입주자대표회의 회장 선출 (후보자 2명 이상)",
        title_en="Apartment council chair, two or more candidates",
        source=f"{_APARTMENT} 제12조제2항제1호나목",
        note=(
            "At least one tenth of all residents must vote; most votes win. Auditors with more candidates than seats: "
            f"the same rule (제2호나목) with their number of seats. {_HOUSEHOLDS}"
        ),
        rule=ContestRule(method=Method.PLURALITY, quorum=TENTH),
    ),
    Preset(
        id="kr.apartment-chair-single",
        title_ko="입주자대표회의 회장·감사 선출·해임 (찬반)",
        title_en="Apartment council chair or auditor, one candidate or dismissal (yes or no)",
        source=f"{_APARTMENT} 제12조제2항제1호다목·제2호다목, 제13조제4항제2호가목",
        note=(
            "At least one tenth of all residents must vote and more than half of those who voted must say yes: blank "
            f"and invalid ballots count against. Auditors: one contest for each candidate. {_HOUSEHOLDS}"
        ),
        rule=ContestRule(method=Method.MAJORITY, quorum=TENTH, majority=MORE_THAN_HALF, majority_of=MajorityOf.BALLOTS),
    ),
    Preset(
        id="kr.apartment-management-method",
        title_ko="공동주택 관리방법의 결정·변경",
        title_en="Apartment management method",
        source=f"{_APARTMENT} 제3조",
        note=f"More than half of all residents must say yes, whoever voted. {_HOUSEHOLDS}",
        rule=ContestRule(method=Method.MAJORITY, majority=MORE_THAN_HALF, majority_of=MajorityOf.ELIGIBLE),
    ),
    Preset(
        id="kr.condominium-share",
        title_ko="관리단집회 결의 (의결권)",
        title_en="Condominium meeting resolution, by share",
        source=f"{_CONDOMINIUM} 제38조제1항",
        note=f"More than half of all shares must agree. {_HEADS_TOO}",
        rule=ContestRule(
            method=Method.MAJORITY,
            quorum_unit=QuorumUnit.WEIGHT,
            majority=MORE_THAN_HALF,
            majority_of=MajorityOf.ELIGIBLE,
        ),
    ),
    Preset(
        id="kr.condominium-agreement-share",
        title_ko="서면·전자적 방법에 의한 합의 (의결권)",
        title_en="Condominium agreement in writing or by electronic means, by share",
        source=f"{_CONDOMINIUM} 제41조제1항 (2023년 개정: 5분의 4에서 4분의 3으로)",
        note=f"At least three quarters of all shares must agree; no meeting is held. {_HEADS_TOO}",
        rule=ContestRule(
            method=Method.MAJORITY,
            quorum_unit=QuorumUnit.WEIGHT,
            majority=THREE_QUARTERS,
            majority_of=MajorityOf.ELIGIBLE,
        ),
    ),
    Preset(
        id="association",
        title_ko="일반 단체의 찬반 투표",
        title_en="Association, yes or no",
        source="The association's own rules",
        note="More than half of the valid votes, no quorum. Set a quorum where the statutes or the law ask for one.",
        rule=ContestRule(method=Method.MAJORITY, majority=MORE_THAN_HALF),
    ),
    Preset(
        id="plurality",
        title_ko="최다득표",
        title_en="Most votes win",
        source="The organiser's own rules",
        note="As many votes as seats at most; ties for the last seat are left to the lot.",
        rule=ContestRule(method=Method.PLURALITY),
    ),
    Preset(
        id="approval",
        title_ko="찬성투표 (복수 선택)",
        title_en="Approval voting",
        source="The organiser's own rules",
        note="A voter may choose any number of options; the options with most votes win.",
        rule=ContestRule(method=Method.APPROVAL),
    ),
    Preset(
        id="score",
        title_ko="점수투표",
        title_en="Score voting",
        source="The organiser's own rules",
        note="A voter gives points to options; the highest sums win. With a lower contest limit: cumulative vote.",
        rule=ContestRule(method=Method.SCORE),
    ),
)

_BY_ID = {preset.id: preset for preset in PRESETS}


def find_preset(preset_id: str) -> Preset:
    """Return the preset of that id; raise ConfigurationError `voting_rule.unknown_preset` with the ids there are."""
    if preset_id not in _BY_ID:
        known = ", ".join(_BY_ID)
        raise ConfigurationError("voting_rule.unknown_preset", f"no preset {preset_id!r}; there are: {known}")
    return _BY_ID[preset_id]
