"""A commented example of a definition: a resident vote by Korean law with paper voting beside it.

Spec: Resident Voting Act of Korea, articles 15 (yes or no), 18-2 (paper polling stations beside electronic voting) and
24 (quorum of a quarter).
"""

from __future__ import annotations

from typing import Final

EXAMPLE: Final = """\
# 주민투표 정의서 예시 - definition of a resident vote
# Check it with: evote definition check FILE
# Words that YAML would read as something else (yes, no, 1, 2026-06-03) stand in quotes.

label: "haengbok-2026-1"                # short name, shown in lists
title:
  ko: "행복동 통합에 관한 주민투표"
  en: "Resident vote on the merger of Haengbok-dong"

# Public keys (64 hexadecimal digits): 'evote key create FILE' for authority and registrar,
# 'evote-trustee identity' for each trustee.
authority: "<public key of the election authority>"
registrar: "<public key of the registrar>"
trustees:
  - label: "선거관리위원회"
    public_key: "<public key>"
  - label: "찬성 측 대표"
    public_key: "<public key>"
  - label: "반대 측 대표"
    public_key: "<public key>"
quorum: 2                               # how many trustees together can decrypt

opens: 2026-06-03T06:00:00+09:00        # times with their zone; +09:00 is Korea
closes: 2026-06-03T20:00:00+09:00

contests:
  - label: "merger"
    title:
      ko: "행복동을 이웃 동과 통합하는 데 찬성하십니까?"
      en: "Do you agree to merge Haengbok-dong with its neighbour?"
    rule: kr.resident-vote              # 'evote definition presets' lists the rules
    # A rule can be changed or written out:
    # rule:
    #   preset: plurality               # or method: majority, plurality, approval, score
    #   seats: 3
    #   quorum: "more_than 1/2"         # of the eligible; or at_least 1/4, none
    #   threshold: "more_than 1/2 of valid"   # of valid, ballots or eligible; or none
    #   sealed_below_quorum: true
    # option_limit: 1                   # largest value of one option
    # selection_limit: 1                # largest sum of all options
    options:
      - label: "yes"
        title: { ko: "찬성", en: "Yes" }
      - label: "no"
        title: { ko: "반대", en: "No" }

# What follows may be left out; the values shown for numbers and words are the defaults.
districts:                              # default: one district called "all"
  - label: "행복1동"
    title: { ko: "행복1동", en: "Haengbok 1-dong" }
  - label: "행복2동"
    title: { ko: "행복2동", en: "Haengbok 2-dong" }
# ballot_styles:                        # default: one style with all contests
#   - label: "whole"
#     contests: ["merger"]              # and 'ballot_style: "whole"' in the districts

minimum_ballots: 10                     # fewer ballots than this are never decrypted alone
challenge_limit: 5                      # test ballots a voter may open
revoting: never                         # or last: the last ballot of a voter counts
paper: true                             # are paper ballots counted too? default: false
"""
