"""Every Korean resident vote and recall with published figures, under the law of its day and under today's.

The figures are press reports of official counts. Rows without a roll or without counts can't be judged; which ones
those are is asserted too, so that no row drops out unseen.
"""

import csv
from fractions import Fraction

import pytest

from evote.election.outcome import CountedVotes, Outcome, OutcomeKind, decide, reconcile
from evote.election.outcome_text import describe, format_percent
from evote.election.presets import Preset, find_preset
from evote.election.voting_rules import is_quorum_met, must_stay_sealed, quorum_required
from tests.shared_data import shared_file

Row = dict[str, str]

LAW_2022 = find_preset("kr.resident-vote")
LAW_2004 = find_preset("kr.resident-vote-2004")
NATIONAL_POLICY = find_preset("kr.resident-vote-national-policy")
RECALL = find_preset("kr.recall")
NOTHING_ONLINE = CountedVotes(weight=0, votes=(0, 0))
UNOPENED = CountedVotes(weight=0, votes=None)

# What was announced: which of the two options had the majority. Unofficial votes are judged as if the Act applied.
ANNOUNCED_WINNER = {
    "jeju-2005": 1,
    "gunsan-2005": 1,
    "cheongwon-2012": 1,
    "namhae-2012": 2,
    "wanju-2013": 2,
    "geochang-2019": 1,
    "gunwi-ubo-2020": 1,
    "gunwi-sobo-2020": 2,
    "gijang-2016": 2,
}
# Reports name 17,880 voters for the second paper of Gunwi and print turnout from them; 17,878 papers were counted.
VOTERS_BEHIND_PRINTED_TURNOUT = {"gunwi-sobo-2020": 17_880}


def rows(name: str) -> dict[str, Row]:
    with shared_file(f"referendums/{name}").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def resident_votes() -> dict[str, Row]:
    return rows("kr_resident_votes.csv")


def recall_votes() -> dict[str, Row]:
    return rows("kr_recall_votes.csv")


def counted(row: Row) -> CountedVotes:
    """Return the paper count; Namhae printed no total, so its valid votes stand for the least turnout possible."""
    votes = int(row["a_votes"]), int(row["b_votes"])
    ballots = int(row["votes_counted"] or sum(votes))
    return CountedVotes(weight=ballots, votes=votes, invalid=ballots - sum(votes))


def judge(preset: Preset, row: Row) -> Outcome:
    return decide(
        preset.rule,
        eligible=int(row["eligible"]),
        online=NOTHING_ONLINE,
        paper=counted(row),
        option_limit=1,
        contest_limit=1,
    )


def agrees_with_printed(part: int, whole: int, printed: str) -> bool:
    """Tell whether `printed` percent is part / whole rounded to as many decimals as it has."""
    decimals = len(printed.partition(".")[2])
    return abs(Fraction(100 * part, whole) - Fraction(printed)) <= Fraction(1, 2 * 10**decimals)


def test_turnout_agrees_with_the_press() -> None:
    """The turnout of every row with a roll and a count is the printed percentage."""
    compared = set()
    for name, row in (resident_votes() | recall_votes()).items():
        votes = row.get("votes_counted") or row.get("votes_cast")
        if row["eligible"] and votes and row["turnout_pct"]:
            voters = VOTERS_BEHIND_PRINTED_TURNOUT.get(name, int(votes))
            assert agrees_with_printed(voters, int(row["eligible"]), row["turnout_pct"]), name
            compared.add(name)
    assert len(compared) == 15


def test_counts_add_up() -> None:
    """Votes and invalid papers of every fully printed row are the counted papers."""
    complete = [r for r in resident_votes().values() if r["votes_counted"] and r["a_votes"] and r["invalid"]]
    assert len(complete) == 9
    for row in complete:
        assert counted(row).invalid == int(row["invalid"]), row["id"]


def test_rows_with_votes_and_roll_are_the_judged_ones() -> None:
    """The table of announced winners covers every row that has both a roll and the votes."""
    judged = {name for name, row in resident_votes().items() if row["eligible"] and row["a_votes"]}
    assert judged == set(ANNOUNCED_WINNER)


@pytest.mark.parametrize("name", ANNOUNCED_WINNER)
def test_winner_by_majority_of_valid_votes(name: str) -> None:
    """Without a quorum every vote ends as announced."""
    outcome = judge(NATIONAL_POLICY, resident_votes()[name])
    assert outcome.published.kind is OutcomeKind.DECIDED
    assert outcome.published.winners == (ANNOUNCED_WINNER[name],)


@pytest.mark.parametrize("name", ANNOUNCED_WINNER)
def test_winner_under_the_law_of_2022(name: str) -> None:
    """Every vote passed the quarter, so the announced winner would win today as well."""
    outcome = judge(LAW_2022, resident_votes()[name])
    assert outcome.published.winners == (ANNOUNCED_WINNER[name],)
    assert not LAW_2022.both_rejected(outcome)


@pytest.mark.parametrize("name", sorted(set(ANNOUNCED_WINNER) - {"gijang-2016"}))
def test_winner_under_the_law_of_2004(name: str) -> None:
    """Every official vote that was opened had passed the third, and is decided by the law of its day."""
    row = resident_votes()[name]
    assert row["opened"] == "yes"
    assert judge(LAW_2004, row).published.winners == (ANNOUNCED_WINNER[name],)


def test_expectations_for_2022_written_beside_the_data() -> None:
    """The two official local votes with a split end as the data file says for article 24(1) of 2022."""
    expected = {n: r["result_under_2022_art24_1"] for n, r in resident_votes().items()}
    wins = {name: text for name, text in expected.items() if text.endswith(" wins")}
    assert wins == {"namhae-2012": "B wins", "geochang-2019": "A wins"}
    for name, text in wins.items():
        winner = judge(LAW_2022, resident_votes()[name]).published.winners[0]
        assert "AB"[winner - 1] == text[0]


@pytest.mark.parametrize(
    ("name", "met_2004", "met_2022"),
    [
        ("yeongdeok-2005", True, True),
        ("seoul-2011", False, True),
        ("uiseong-bian-2020", True, True),
        ("yeongdeok-2015", False, True),
    ],
)
def test_quorum_where_only_the_turnout_is_known(name: str, met_2004: bool, met_2022: bool) -> None:
    """Rows without a split still show which law would have opened and decided them."""
    row = resident_votes()[name]
    eligible, turnout = int(row["eligible"]), int(row["votes_counted"])
    assert must_stay_sealed(LAW_2004.rule, eligible, turnout) is not met_2004
    assert is_quorum_met(LAW_2022.rule, eligible, turnout) is met_2022
    assert not must_stay_sealed(LAW_2022.rule, eligible, turnout)


def test_gijang_would_have_stayed_sealed() -> None:
    """Gijang 2016 (26.72 %, unofficial) lies between the quarter and the third: only the old law seals it."""
    row = resident_votes()["gijang-2016"]
    eligible, turnout = int(row["eligible"]), int(row["votes_counted"])
    assert format_percent(turnout, eligible) == "26.72%"
    assert must_stay_sealed(LAW_2004.rule, eligible, turnout)


def test_seoul_2011_sealed_then_and_opened_now() -> None:
    """2,159,095 of 8,387,278: sealed by the third, 62,275 above the quarter; the sentence says both rejected."""
    row = resident_votes()["seoul-2011"]
    eligible, turnout = int(row["eligible"]), int(row["votes_counted"])
    outcome = decide(
        LAW_2004.rule,
        eligible=eligible,
        online=UNOPENED,
        paper=CountedVotes(weight=turnout, votes=None),
        option_limit=1,
        contest_limit=1,
    )
    assert outcome.published.kind is OutcomeKind.SEALED
    assert LAW_2004.both_rejected(outcome)
    assert turnout - quorum_required(LAW_2022.rule, eligible) == 62_275
    assert describe(outcome, (row["option_a"], row["option_b"]), "ko", preset=LAW_2004) == (
        "투표권자 8,387,278명 가운데 2,159,095명이 투표했습니다(투표율 25.74%). "
        "필요한 투표 기준은 2,795,760명(3분의 1 이상)이며, 636,665명이 모자랍니다. "
        "투표 기준을 채우지 못해 개표하지 않았으며, 모든 표는 봉인된 채로 남습니다. "
        "따라서 두 선택지 모두 받아들이지 않은 것으로 확정되었습니다."
    )


def test_recalls_below_a_third_stay_sealed() -> None:
    """Every recall with a roll and a count stayed unopened, and the rule says the same."""
    known = {n: r for n, r in recall_votes().items() if r["eligible"] and r["votes_cast"]}
    assert set(known) == {"hanam-mayor-2007", "hanam-council-na-2007", "yangyang-2025"}
    for row in known.values():
        assert row["opened"] == "no"
        assert must_stay_sealed(RECALL.rule, int(row["eligible"]), int(row["votes_cast"]))


def test_recall_turnout_percentages_lie_on_the_right_side_of_a_third() -> None:
    """Where only a percentage is known, opened recalls lie above a third and unopened ones below."""
    for row in recall_votes().values():
        assert (Fraction(row["turnout_pct"]) / 100 >= Fraction(1, 3)) == (row["opened"] == "yes"), row["id"]


def test_yangyang_2025_missed_by_271() -> None:
    """8,038 of 24,925 are 271 short of 8,309; the recall rule knows no "neither option" and says only sealed."""
    row = recall_votes()["yangyang-2025"]
    eligible, turnout = int(row["eligible"]), int(row["votes_cast"])
    outcome = decide(
        RECALL.rule,
        eligible=eligible,
        online=CountedVotes(weight=turnout, votes=None),
        paper=None,
        option_limit=1,
        contest_limit=1,
    )
    assert outcome.published.kind is OutcomeKind.SEALED
    assert outcome.published.quorum_required - turnout == 271
    assert not RECALL.both_rejected(outcome)


def test_geochang_2019() -> None:
    """The present place won 18,041 to 9,820 with 226 invalid, and one of 28,088 papers was never counted."""
    outcome = judge(LAW_2004, resident_votes()["geochang-2019"])
    assert outcome.published.winners == (1,)
    assert (outcome.valid, outcome.blank_and_invalid) == (27_861, 226)
    assert reconcile(voters_marked=28_088, ballots_counted=outcome.published.turnout).gap == 1


def test_namhae_2012() -> None:
    """The no votes led by 510, whatever the number of invalid papers that was never printed."""
    row = resident_votes()["namhae-2012"]
    lead = int(row["b_votes"]) - int(row["a_votes"])
    assert lead == 510
    assert judge(LAW_2004, row).published.winners == (2,)
    assert judge(LAW_2004, row | {"votes_counted": "22369"}).published.winners == (2,)
    assert agrees_with_printed(22_369, int(row["eligible"]), row["turnout_pct"])


def test_gunwi_2020_papers_per_question() -> None:
    """Two questions, 17,880 voters: one paper is missing on the first question and two on the second."""
    gaps = {
        name: reconcile(voters_marked=17_880, ballots_counted=int(resident_votes()[name]["votes_counted"])).gap
        for name in ("gunwi-ubo-2020", "gunwi-sobo-2020")
    }
    assert gaps == {"gunwi-ubo-2020": 1, "gunwi-sobo-2020": 2}
