"""Rules of contests: exact thresholds at their boundary, and every constraint on a rule."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evote.election.presets import MORE_THAN_HALF_QUORUM, MORE_THAN_HALF_VALID, QUARTER, THIRD
from evote.election.voting_rules import (
    MAXIMUM_DENOMINATOR,
    Comparison,
    ContestRule,
    Method,
    Quorum,
    Threshold,
    ThresholdBase,
    check_rule,
    is_quorum_met,
    is_threshold_met,
    must_stay_sealed,
    quorum_required,
    threshold_required,
)
from evote.errors import ConfigurationError

counts = st.integers(min_value=0, max_value=2**53 - 1)


@st.composite
def fractions(draw: st.DrawFn) -> tuple[int, int]:
    denominator = draw(st.integers(min_value=1, max_value=MAXIMUM_DENOMINATOR))
    return draw(st.integers(min_value=0, max_value=denominator)), denominator


MAJORITY = ContestRule(method=Method.MAJORITY, threshold=MORE_THAN_HALF_VALID)


def quorum_rule(numerator: int, denominator: int, *, sealed: bool = False) -> ContestRule:
    return replace(MAJORITY, quorum=Quorum(numerator=numerator, denominator=denominator), sealed_below_quorum=sealed)


@given(fractions(), counts, counts)
def test_quorum_agrees_with_exact_fractions(fraction: tuple[int, int], eligible: int, turnout: int) -> None:
    """The quorum is met exactly where turnout >= share * eligible holds for fractions without rounding."""
    rule = quorum_rule(*fraction)
    assert is_quorum_met(rule, eligible, turnout) == (turnout >= Fraction(*fraction) * eligible)


@given(fractions(), counts)
def test_required_turnout_is_the_smallest_that_passes(fraction: tuple[int, int], eligible: int) -> None:
    """The required turnout passes, and one vote less does not; never more than everybody is asked for."""
    rule = quorum_rule(*fraction)
    required = quorum_required(rule, eligible)
    assert is_quorum_met(rule, eligible, required)
    assert required == 0 or not is_quorum_met(rule, eligible, required - 1)
    assert required <= eligible


@given(fractions(), counts, counts, st.sampled_from(Comparison))
def test_threshold_agrees_with_exact_fractions(
    fraction: tuple[int, int], base: int, count: int, comparison: Comparison
) -> None:
    """Both comparisons agree with exact fractions, and the required count is the boundary."""
    threshold = Threshold(of=ThresholdBase.VALID, comparison=comparison, numerator=fraction[0], denominator=fraction[1])
    share = Fraction(*fraction) * base
    assert is_threshold_met(threshold, count, base) == (
        count > share if comparison is Comparison.MORE_THAN else count >= share
    )
    required = threshold_required(threshold, base)
    assert is_threshold_met(threshold, required, base)
    assert required == 0 or not is_threshold_met(threshold, required - 1, base)


@given(st.integers(min_value=1, max_value=10**8))
@example(1)
@example(2)
@example(499_999)
@example(500_000)
def test_more_than_half_of_a_roll_as_a_quorum(eligible: int) -> None:
    """A quorum of more than 1/2 asks for floor(E/2) + 1 of every roll."""
    assert quorum_required(replace(MAJORITY, quorum=MORE_THAN_HALF_QUORUM), eligible) == eligible // 2 + 1


def test_known_smallest_turnouts() -> None:
    """A quarter of Seoul 2011 is 2,096,820 voters, a third of Yangyang 2025 is 8,309, a third of Hanam 2007 35,479."""
    assert quorum_required(replace(MAJORITY, quorum=QUARTER), 8_387_278) == 2_096_820
    third = replace(MAJORITY, quorum=THIRD)
    assert quorum_required(third, 24_925) == 8_309
    assert quorum_required(third, 106_435) == 35_479


def test_sealed_only_below_the_quorum_and_only_where_the_rule_says_so() -> None:
    """One vote short of a third is sealed under a sealing rule, the third itself is not, and no other rule seals."""
    sealing = quorum_rule(1, 3, sealed=True)
    assert must_stay_sealed(sealing, 24_925, 8_308)
    assert not must_stay_sealed(sealing, 24_925, 8_309)
    assert not must_stay_sealed(quorum_rule(1, 3), 24_925, 8_308)


def test_no_quorum_is_met_by_nobody() -> None:
    """A rule without a quorum is met by a turnout of zero."""
    assert is_quorum_met(MAJORITY, 100, 0)
    assert quorum_required(MAJORITY, 100) == 0


HALF = Threshold(of=ThresholdBase.VALID, comparison=Comparison.AT_LEAST, numerator=1, denominator=2)
PLURALITY = ContestRule(method=Method.PLURALITY)


@pytest.mark.parametrize(
    ("rule", "options", "contest_limit", "option_limit"),
    [
        (MAJORITY, 2, 1, 1),
        (replace(MAJORITY, threshold=HALF), 2, 1, 1),
        (replace(MAJORITY, quorum=Quorum(numerator=1, denominator=1), sealed_below_quorum=True), 2, 1, 1),
        (PLURALITY, 1, 1, 1),
        (replace(PLURALITY, seats=5), 5, 5, 1),
        (replace(PLURALITY, seats=2), 163, 5, 1),
        (ContestRule(method=Method.APPROVAL), 22, 22, 1),
        (ContestRule(method=Method.SCORE, seats=3), 6, 30, 5),
        (ContestRule(method=Method.SCORE), 6, 10, 10),
    ],
)
def test_sensible_rules_pass(rule: ContestRule, options: int, contest_limit: int, option_limit: int) -> None:
    """Every method is accepted with limits that belong to it, up to the edges."""
    check_rule(rule, option_count=options, contest_limit=contest_limit, option_limit=option_limit, place="contest 1")


@pytest.mark.parametrize(
    ("code", "rule", "options", "contest_limit", "option_limit"),
    [
        ("fraction", quorum_rule(2, 1), 2, 1, 1),
        ("fraction", quorum_rule(-1, 4), 2, 1, 1),
        ("fraction", quorum_rule(0, 0), 2, 1, 1),
        ("fraction", quorum_rule(1, MAXIMUM_DENOMINATOR + 1), 2, 1, 1),
        ("fraction", replace(MAJORITY, threshold=replace(HALF, numerator=5, denominator=4)), 2, 1, 1),
        ("seal", quorum_rule(0, 1, sealed=True), 2, 1, 1),
        ("seats", replace(PLURALITY, seats=0), 3, 1, 1),
        ("seats", replace(PLURALITY, seats=4), 3, 1, 1),
        ("options", MAJORITY, 3, 1, 1),
        ("seats", replace(MAJORITY, seats=2), 2, 1, 1),
        ("limits", MAJORITY, 2, 2, 1),
        ("limits", MAJORITY, 2, 2, 2),
        ("threshold", replace(MAJORITY, threshold=replace(HALF, numerator=499, denominator=1000)), 2, 1, 1),
        ("limits", PLURALITY, 3, 2, 2),
        ("limits", ContestRule(method=Method.APPROVAL), 3, 2, 1),
        ("limits", ContestRule(method=Method.APPROVAL), 3, 3, 2),
    ],
)
def test_contradictory_rules_are_refused(
    code: str, rule: ContestRule, options: int, contest_limit: int, option_limit: int
) -> None:
    """Each constraint of section 11, broken alone, is refused under its own code with the place named."""
    with pytest.raises(ConfigurationError) as caught:
        check_rule(
            rule, option_count=options, contest_limit=contest_limit, option_limit=option_limit, place="contest 7"
        )
    assert caught.value.code == f"voting_rule.{code}"
    assert "contest 7" in caught.value.message
