"""A manifest that breaks a rule of section 5 or 11, with an election held by it that is right in everything else.

The manifest is hashed into the election's id and into every proof, so a bad rule stays in force; it must be refused
before there are keys, and seen in every record (S.B).
"""

from dataclasses import replace
from typing import Any

import pytest

from evote.election.manifest import BallotStyle, Manifest
from evote.election.voting_rules import Comparison, Method, Quorum, Threshold, ThresholdBase
from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.forger import forge
from tests.forge.plans import SMALL, YES_NO, person

M = SMALL.manifest
SMALL_ORDER = (1).to_bytes(32, "little")  # the neutral point
NO_POINT = (2).to_bytes(32, "little")  # y = 2 is on no point of the curve


def rule(**fields: Any) -> Manifest:
    """Return the manifest with its contest's rule changed."""
    return contest(rule=replace(YES_NO.rule, **fields))


def contest(**fields: Any) -> Manifest:
    """Return the manifest with its contest changed."""
    return replace(M, contests=(replace(YES_NO, **fields),))


def styled(*contests: int) -> Manifest:
    """Return the manifest with a second ballot style, which no district has."""
    return replace(M, ballot_styles=(*M.ballot_styles, BallotStyle(label="unused", contests=contests)))


def third_of(of: ThresholdBase) -> Threshold:
    """Return a threshold of a third."""
    return Threshold(of=of, comparison=Comparison.AT_LEAST, numerator=1, denominator=3)


BAD: dict[str, tuple[Manifest, str]] = {
    "another profile": (replace(M, profile="evote/2"), "manifest.profile"),
    "another version": (replace(M, version="v2.1.1"), "manifest.version"),
    "an empty label": (replace(M, label=""), "manifest.label"),
    "a label with a tab": (replace(M, label="a\tb"), "manifest.label"),
    "a label with a line break": (replace(M, label="a\nb"), "manifest.label"),
    "a label with a blank at its end": (replace(M, label="small "), "manifest.label"),
    "a label with an invisible mark": (replace(M, label="a\u200bb"), "manifest.label"),
    "a label with a space that does not break": (replace(M, label="a\u00a0b"), "manifest.label"),
    "a label with an ideographic space": (replace(M, label="a\u3000b"), "manifest.label"),
    "a label written from right to left": (replace(M, label="a\u202eb"), "manifest.label"),
    "a style without contests": (styled(), "manifest.count"),
    "a label of 61 characters": (replace(M, label="x" * 61), "manifest.label"),
    "no title": (replace(M, title=()), "manifest.title"),
    "a title in no language": (replace(M, title=(("English", "small"),)), "manifest.title"),
    "an empty title": (replace(M, title=(("en", ""),)), "manifest.title"),
    "a device string of 201 characters": (replace(M, device="x" * 201), "manifest.device"),
    "a closing before the opening": (replace(M, closes=M.opens), "manifest.schedule"),
    "a day that does not exist": (replace(M, opens="2026-02-30T00:00:00Z"), "manifest.time"),
    "a time without seconds": (replace(M, opens="2026-06-03T00:00Z"), "manifest.time"),
    "another rule of re-voting": (replace(M, revoting="first"), "manifest.revoting"),
    "units of single ballots": (replace(M, minimum_ballots=1), "manifest.minimum_ballots"),
    "two trustees of one name": (
        replace(M, trustees=(M.trustees[0], replace(M.trustees[1], label=M.trustees[0].label), M.trustees[2])),
        "manifest.duplicate_label",
    ),
    "a selection limit above what the options hold": (
        contest(selection_limit=3, rule=replace(YES_NO.rule, method=Method.SCORE)),
        "manifest.limit",
    ),
    "a style with a contest that does not exist": (styled(1, 2), "manifest.ballot_style"),
    "a style with a contest twice": (styled(1, 1), "manifest.ballot_style"),
    "a registrar who is the authority": (replace(M, registrar=M.authority), "manifest.key"),
    "a trustee's key of small order": (
        replace(M, trustees=(*M.trustees[:2], replace(M.trustees[2], public_key=SMALL_ORDER))),
        "manifest.key",
    ),
    "a registrar's key that is no point": (replace(M, registrar=NO_POINT), "manifest.key"),
    "a majority of a third": (rule(threshold=third_of(ThresholdBase.VALID)), "voting_rule.threshold"),
    "a majority with two seats": (rule(seats=2), "voting_rule.seats"),
    "a quorum above all": (rule(quorum=Quorum(numerator=3, denominator=2)), "voting_rule.fraction"),
    "a quorum of too fine a share": (
        rule(quorum=Quorum(numerator=1, denominator=10**6 + 1)),
        "voting_rule.fraction",
    ),
    "a seal without a quorum": (
        rule(quorum=Quorum(numerator=0, denominator=1), sealed_below_quorum=True),
        "voting_rule.seal",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_manifest_is_caught(name: str) -> None:
    """The record fails S.B, whatever else its keys may not sign; the board refuses the manifest itself."""
    manifest, code = BAD[name]
    forgery = forge(replace(SMALL, manifest=manifest))

    # Statements signed with keys that are none, or with the honest registrar's where another is named, fail too.
    signs = [one.public_key for one in manifest.trustees] == [one.public_key for one in M.trustees]
    others = "" if signs and manifest.registrar == M.registrar else "L.K"
    assert_fails(forgery, f"S.B {others}")
    assert_refused(forgery, "manifest", code)


def test_the_manifest_is_good_otherwise() -> None:
    """The names used above are those of the honest plan, which passes elsewhere."""
    assert M.registrar == person("registrar").public_key
