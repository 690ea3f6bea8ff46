"""Presets: each fits a contest it is meant for, and each says what its law says at the boundary."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from evote.election.outcome import CountedVotes, OutcomeKind, decide
from evote.election.presets import PRESETS, Preset, find_preset
from evote.election.voting_rules import Method, check_rule, quorum_required, threshold_required
from evote.errors import ConfigurationError


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_presets_are_rules_that_pass(preset: Preset) -> None:
    """Every preset passes the check for a contest of its kind and names its source."""
    contest_limit, option_limit = {Method.APPROVAL: (2, 1), Method.SCORE: (10, 5)}.get(preset.rule.method, (1, 1))
    check_rule(
        preset.rule, option_count=2, contest_limit=contest_limit, option_limit=option_limit, place=f"preset {preset.id}"
    )
    assert find_preset(preset.id) is preset
    assert preset.title_ko
    assert preset.title_en
    assert preset.note.endswith(".")
    assert ("제" in preset.source) == preset.id.startswith("kr.")


def test_ids_are_distinct() -> None:
    """No id stands twice."""
    assert len({preset.id for preset in PRESETS}) == len(PRESETS)


def test_unknown_preset_names_the_known_ones() -> None:
    """A misspelt id is refused with the list of ids."""
    with pytest.raises(ConfigurationError, match=r"kr\.recall") as caught:
        find_preset("kr.recal")
    assert caught.value.code == "voting_rule.unknown_preset"


@pytest.mark.parametrize(
    ("preset_id", "eligible", "quorum", "votes_needed"),
    [
        ("kr.resident-vote", 1_001, 251, 51),
        ("kr.resident-vote-2004", 1_001, 334, 51),
        ("kr.resident-vote-national-policy", 1_001, 0, 51),
        ("kr.recall", 1_001, 334, 51),
        ("kr.apartment-representative", 1_000, 501, 0),
        ("kr.apartment-representative-single", 1_000, 501, 51),
        ("kr.apartment-chair", 1_001, 101, 0),
        ("kr.apartment-chair-single", 1_001, 101, 51),
        ("kr.apartment-management-method", 1_000, 0, 501),
        ("kr.condominium-share", 1_000, 0, 501),
        ("kr.condominium-agreement-share", 1_001, 0, 751),
        ("association", 1_000, 0, 51),
    ],
)
def test_numbers_the_law_asks_for(preset_id: str, eligible: int, quorum: int, votes_needed: int) -> None:
    """Required turnout of the roll, and required votes with 100 ballots, all valid."""
    rule = find_preset(preset_id).rule
    assert quorum_required(rule, eligible) == quorum
    base = {"valid": 100, "ballots": 100, "eligible": eligible}[rule.threshold.of]
    assert threshold_required(rule.threshold, base) == votes_needed


def test_only_the_laws_that_seal_seal() -> None:
    """The old resident vote and the recall keep the box closed below the quorum, no other preset does."""
    sealing = {preset.id for preset in PRESETS if preset.rule.sealed_below_quorum}
    assert sealing == {"kr.resident-vote-2004", "kr.recall"}


def tie(preset: Preset) -> bool:
    counted = CountedVotes(weight=200, votes=(100, 100))
    return both_rejected(preset, counted, OutcomeKind.TIE)


def missed(preset: Preset) -> bool:
    unopened = CountedVotes(weight=20, votes=None)
    opened = CountedVotes(weight=20, votes=(15, 5))
    if preset.rule.sealed_below_quorum:
        return both_rejected(preset, unopened, OutcomeKind.SEALED)
    return both_rejected(preset, opened, OutcomeKind.QUORUM_MISSED)


def won(preset: Preset) -> bool:
    return both_rejected(preset, CountedVotes(weight=200, votes=(101, 99)), OutcomeKind.DECIDED)


def both_rejected(preset: Preset, counted: CountedVotes, kind: OutcomeKind) -> bool:
    outcome = decide(preset.rule, eligible=300, online=counted, paper=None, option_limit=1, contest_limit=1)
    assert outcome.published.kind is kind
    return preset.both_rejected(outcome)


@pytest.mark.parametrize(
    ("preset_id", "case", "expected"),
    [
        ("kr.resident-vote", tie, True),
        ("kr.resident-vote", missed, True),
        ("kr.resident-vote", won, False),
        ("kr.resident-vote-2004", tie, True),
        ("kr.resident-vote-2004", missed, True),
        ("kr.resident-vote-2004", won, False),
        ("kr.recall", tie, False),
        ("kr.recall", missed, False),
        ("kr.resident-vote-national-policy", tie, False),
    ],
)
def test_both_rejected_is_said_by_the_resident_voting_act_alone(
    preset_id: str, case: Callable[[Preset], bool], expected: bool
) -> None:
    """A tie or a missed quorum rejects both options under article 24(1), and under no other law."""
    assert case(find_preset(preset_id)) is expected


def test_auditors_fill_their_seats() -> None:
    """The chair's rule with two seats elects two auditors."""
    rule = replace(find_preset("kr.apartment-chair").rule, seats=2)
    counted = CountedVotes(weight=100, votes=(10, 50, 40))
    outcome = decide(rule, eligible=1_000, online=counted, paper=None, option_limit=1, contest_limit=1)
    assert outcome.published.winners == (2, 3)
