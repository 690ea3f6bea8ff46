"""The resident vote of Geochang (거창군), 16 October 2019, on where the county's detention centre is to stand.

Source: counts of the local election commission as printed by the press (gnopennews.com, article 65616): 53,186
eligible, 28,087 papers counted, 18,041 for the present place, 9,820 for another place within Geochang, 226 invalid.
28,088 papers were reported cast: a gap of one that nobody explained.

The totals are real. Korea publishes no ballots, so the ballots of this demo are made from the totals, and an invalid
paper becomes a blank ballot: online nothing else can be cast that counts for nobody.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnout:
    """How many people there are and how they vote."""

    eligible: int
    present_place: int
    another_place: int
    blank: int

    @property
    def ballots(self) -> int:
        """The number of ballots cast."""
        return self.present_place + self.another_place + self.blank


WHOLE = Turnout(eligible=53_186, present_place=18_041, another_place=9_820, blank=226)
# A tenth of every figure, rounded to the nearest person.
TENTH = Turnout(eligible=5_319, present_place=1_804, another_place=982, blank=23)
SIZES = {"all": WHOLE, "tenth": TENTH}

DEFINITION = """\
label: "geochang-2019"
title:
  ko: "거창구치소 신축사업 관련 요구서 제출에 관한 주민투표 (2019년 시연)"
  en: "Resident vote of Geochang 2019 on the detention centre (demonstration)"
authority: "{authority}"
registrar: "{registrar}"
trustees:
{trustees}
quorum: 3
opens: 2019-10-16T06:00:00+09:00
closes: 2019-10-16T20:00:00+09:00
contests:
  - label: "place"
    title:
      ko: "거창구치소를 어디에 짓는 것이 좋습니까?"
      en: "Where should the detention centre be built?"
    rule: kr.resident-vote
    options:
      - label: "present-place"
        title: {{ ko: "현재 장소에 추진", en: "Go on at the present place" }}
      - label: "another-place"
        title: {{ ko: "거창 내 다른 곳으로 이전", en: "Move within Geochang" }}
minimum_ballots: 10
challenge_limit: 5
revoting: never
"""
TRUSTEES = ("군의회", "선거관리위원회", "찬성 측", "반대 측", "시민 참관단")
