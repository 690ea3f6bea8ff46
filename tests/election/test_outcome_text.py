"""The sentences about an outcome: every kind in both languages, exact figures, no misleading percentage."""

from dataclasses import replace
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote.election.outcome import CountedVotes, Outcome, decide
from evote.election.outcome_text import Language, describe, format_percent
from evote.election.presets import find_preset
from evote.election.voting_rules import ContestRule, Method
from evote.errors import ConfigurationError

RESIDENT_VOTE = find_preset("kr.resident-vote")
NATIONAL_POLICY = find_preset("kr.resident-vote-national-policy")
PLURALITY = ContestRule(method=Method.PLURALITY)


def outcome_of(rule: ContestRule, eligible: int, weight: int, *votes: int, withheld: bool = False) -> Outcome:
    counted = CountedVotes(weight=weight, votes=votes or None)
    return decide(
        rule, eligible=eligible, online=counted, paper=None, option_limit=1, contest_limit=1, withheld=withheld
    )


def test_decided_in_korean() -> None:
    """A resident vote that passed reads like this."""
    outcome = outcome_of(RESIDENT_VOTE.rule, 53_186, 28_087, 18_041, 9_820)
    assert describe(outcome, ("현재 장소 추진", "거창 내 이전"), "ko", preset=RESIDENT_VOTE) == (
        "투표권자 53,186명 가운데 28,087명이 투표했습니다(투표율 52.81%). "
        "필요한 투표 기준은 13,297명(4분의 1 이상)이며, 이를 채웠습니다. "
        "‘현재 장소 추진’이 유효표의 과반수에 해당하는 표를 얻어 확정되었습니다. "
        "개표 결과는 ‘현재 장소 추진’ 18,041표(64.75%), ‘거창 내 이전’ 9,820표(35.25%)입니다. "
        "유효표는 27,861표, 기권·무효표는 226표입니다."
    )


def test_decided_in_english() -> None:
    """The same vote in English."""
    outcome = outcome_of(RESIDENT_VOTE.rule, 53_186, 28_087, 18_041, 9_820)
    assert describe(outcome, ("Present place", "Elsewhere"), "en", preset=RESIDENT_VOTE) == (
        "28,087 of 53,186 eligible voters voted (turnout 52.81%). "
        "The required turnout was 13,297 (at least 1/4); it was reached. "
        "“Present place” won with more than half of the valid votes. "
        "Votes: “Present place” 18,041 (64.75%), “Elsewhere” 9,820 (35.25%). "
        "Valid votes: 27,861; blank or invalid: 226."
    )


def test_rounded_percentage_never_hides_the_missing_vote() -> None:
    """2,096,819 of 8,387,278 rounds to 25.00 %: the sentence still says that one vote is missing."""
    outcome = outcome_of(RESIDENT_VOTE.rule, 8_387_278, 2_096_819, 2_000_000, 96_819)
    text = describe(outcome, ("찬성", "반대"), "ko", preset=RESIDENT_VOTE)
    assert "25.00%" in text
    assert "2,096,820명(4분의 1 이상)이며, 1명이 모자랍니다." in text
    assert "따라서 두 선택지 모두 받아들이지 않은 것으로 확정되었습니다." in text
    assert "it was missed by 1." in describe(outcome, ("Yes", "No"), "en")


def test_advisory_votes_decide_nothing() -> None:
    """A vote on a national policy says who had the majority and that it binds nobody."""
    outcome = outcome_of(NATIONAL_POLICY.rule, 1_000, 100, 60, 40)
    korean = describe(outcome, ("찬성", "반대"), "ko", preset=NATIONAL_POLICY)
    assert "확정" not in korean
    assert korean.endswith("결과에 법적 구속력은 없습니다.")
    english = describe(outcome, ("Yes", "No"), "en", preset=NATIONAL_POLICY)
    assert "“Yes” received more than half" in english
    assert "won" not in english


@pytest.mark.parametrize(
    ("rule", "eligible", "weight", "votes", "withheld", "korean", "english"),
    [
        (RESIDENT_VOTE.rule, 300, 100, (50, 50), False, "표 수가 같아", "the same number of votes"),
        (PLURALITY, 300, 100, (0, 50, 50), False, "남은 1자리는 추첨", "Equal votes: “B”, “C”."),
        (
            replace(PLURALITY, seats=2),
            300,
            100,
            (60, 20, 20),
            False,
            "당선: ‘A’. ‘B’, ‘C’의",
            "Elected: “A”. Equal votes",
        ),
        (PLURALITY, 300, 100, (60, 20, 20), False, "당선: ‘A’.", "Elected: “A”."),
        (replace(PLURALITY, seats=2), 300, 60, (60, 0, 0), False, "1자리는 채우지 못", "Seats not filled: 1."),
        (PLURALITY, 300, 60, (0, 0, 0), False, "표를 얻은 선택지가 없", "No option received a vote."),
        (
            find_preset("kr.condominium-agreement-share").rule,
            1_001,
            900,
            (750, 150),
            False,
            "필요한 751표(투표하지 않은 사람을 포함한 전체의 4분의 3 이상)를 얻은 선택지가 없습니다.",
            "the required 751 votes (at least 3/4 of all who may vote, whether they voted or not)",
        ),
        (RESIDENT_VOTE.rule, 300, 10, (9, 1), False, "65명이 모자랍니다", "nothing was decided"),
        (find_preset("kr.recall").rule, 300, 10, (), False, "봉인된 채로", "stay sealed"),
        (RESIDENT_VOTE.rule, 4, 1, (), True, "투표한 사람이 너무 적어", "could show who chose what"),
        (
            find_preset("kr.apartment-representative-single").rule,
            100,
            51,
            (26, 0),
            False,
            "51명(과반수)이며, 이를 채웠습니다. ‘A’이(가) 무효표를 포함한 전체 투표의 과반수",
            "51 (more than half); it was reached. “A” won with more than half of all ballots",
        ),
    ],
)
def test_every_kind_has_its_sentence(
    rule: ContestRule,
    eligible: int,
    weight: int,
    votes: tuple[int, ...],
    withheld: bool,
    korean: str,
    english: str,
) -> None:
    """Each kind of outcome is put into words in both languages."""
    outcome = outcome_of(rule, eligible, weight, *votes, withheld=withheld)
    labels = ("A", "B", "C")[: len(votes)]
    assert korean in describe(outcome, labels, "ko")
    assert english in describe(outcome, labels, "en")


def test_unopened_votes_are_not_mentioned() -> None:
    """A sealed outcome speaks of no option and no valid votes."""
    text = describe(outcome_of(find_preset("kr.recall").rule, 300, 10), ("찬성", "반대"), "ko")
    assert "찬성" not in text
    assert "유효표" not in text


def test_shares_are_not_called_persons() -> None:
    """A weighted vote speaks of shares."""
    outcome = outcome_of(find_preset("kr.condominium-share").rule, 10_000, 7_000, 6_000, 1_000)
    korean = describe(outcome, ("찬성", "반대"), "ko", weighted=True)
    assert korean.startswith("전체 의결권 10,000표 가운데 7,000표가 행사되었습니다(투표율 70.00%).")
    assert "명" not in korean
    assert "7,000 of 10,000 voting shares" in describe(outcome, ("Yes", "No"), "en", weighted=True)


@pytest.mark.parametrize(
    ("label", "expected"),
    [("찬성", "‘찬성’이 "), ("반대", "‘반대’가 "), ("Plan B", "‘Plan B’이(가) "), ("1안", "‘1안’이 ")],
)
def test_korean_particle_follows_the_last_sound(label: str, expected: str) -> None:
    """The subject particle fits a Hangul ending, and both forms stand where the sound is unknown."""
    assert expected in describe(outcome_of(RESIDENT_VOTE.rule, 300, 100, 60, 40), (label, "x"), "ko")


def test_percentages_only_where_a_ballot_is_one_vote() -> None:
    """With several votes a ballot, shares of the votes are no shares of the voters and are left out."""
    counted = CountedVotes(weight=100, votes=(90, 60, 30))
    rule = replace(PLURALITY, seats=2)
    outcome = decide(rule, eligible=300, online=counted, paper=None, option_limit=1, contest_limit=2)
    assert "Votes: “A” 90, “B” 60, “C” 30." in describe(outcome, ("A", "B", "C"), "en")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_labels_must_fit_the_options(language: Language) -> None:
    """Two counted options can't be described with three labels."""
    outcome = outcome_of(RESIDENT_VOTE.rule, 300, 100, 60, 40)
    with pytest.raises(ConfigurationError, match="3 labels for 2"):
        describe(outcome, ("A", "B", "C"), language)


@given(st.integers(min_value=0, max_value=2**53), st.integers(min_value=1, max_value=2**53))
def test_percent_is_rounded_half_up(part: int, whole: int) -> None:
    """The printed percentage is floor(x * 100 + 1/2) / 100 of the exact one."""
    exact = floor(Fraction(100 * part, whole) * 100 + Fraction(1, 2))
    assert format_percent(part, whole).replace(",", "") == f"{exact // 100}.{exact % 100:02d}%"


def test_percent_at_the_half() -> None:
    """1 of 20,000 is 0.005 % and rounds up; nothing of nothing is 0.00 %."""
    assert format_percent(1, 20_000) == "0.01%"
    assert format_percent(1, 20_001) == "0.00%"
    assert format_percent(0, 0) == "0.00%"
