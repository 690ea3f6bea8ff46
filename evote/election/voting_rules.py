"""The rule of a contest: how votes become an outcome, as data that stands in the manifest.

Spec: protocol profile, "Outcome". The articles of law behind the named rules stand in `presets`.

Idea: a rule is a method (majority of two, plurality, approval, score), a quorum on turnout, the majority an
option needs, and what happens when the quorum is missed. All thresholds are exact fractions compared by
cross-multiplication: the reading "2,096,820 of 8,387,278 is a quarter" must not hang on a rounded number.
Votes are always counted by weight, which is the number of persons where everybody has weight 1.

Invariants: integers only, no division except in `smallest`; every function is pure; nothing here needs a tally,
so a trustee can ask `must_stay_sealed` before decrypting anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import gcd
from typing import NoReturn

from evote.errors import ConfigurationError


class Comparison(StrEnum):
    """Which side of the fraction the exact boundary belongs to."""

    AT_LEAST = "at_least"
    MORE_THAN = "more_than"


class Method(StrEnum):
    """How the options of a contest compete."""

    MAJORITY = "majority"
    PLURALITY = "plurality"
    APPROVAL = "approval"
    SCORE = "score"


class MajorityOf(StrEnum):
    """What the majority is a share of: valid votes, all who voted (blank and invalid too), or the whole roll."""

    VALID = "valid"
    BALLOTS = "ballots"
    ELIGIBLE = "eligible"


class QuorumUnit(StrEnum):
    """What the quorum counts: heads, or the weights behind them."""

    PERSONS = "persons"
    WEIGHT = "weight"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """An exact share of a total: `numerator / denominator` in lowest terms, between 0 and 1."""

    numerator: int
    denominator: int
    comparison: Comparison = Comparison.AT_LEAST

    def is_met(self, count: int, total: int) -> bool:
        """Tell whether `count` reaches this share of `total`."""
        if self.comparison is Comparison.MORE_THAN:
            # count / total > n / d
            return self.denominator * count > self.numerator * total
        # count / total >= n / d
        return self.denominator * count >= self.numerator * total

    def smallest(self, total: int) -> int:
        """Return the smallest count that reaches this share of `total`; it may exceed `total` for a share of 1."""
        if self.comparison is Comparison.MORE_THAN:
            # floor(n * total / d) + 1
            return self.numerator * total // self.denominator + 1
        # ceil(n * total / d)
        return -(-self.numerator * total // self.denominator)


NO_QUORUM = Threshold(numerator=0, denominator=1)
MORE_THAN_HALF = Threshold(numerator=1, denominator=2, comparison=Comparison.MORE_THAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestRule:
    """How one contest is decided; `check_rule` says which combinations make sense.

    `majority` and `majority_of` belong to method "majority" alone. `neither_if_undecided`: a missed quorum or a
    tie is itself the decision that neither option is accepted. `advisory`: the result asks for opinion and binds
    nobody; it changes no figure, only what the result says of itself.
    """

    method: Method
    seats: int = 1
    quorum: Threshold = NO_QUORUM
    quorum_unit: QuorumUnit = QuorumUnit.PERSONS
    majority: Threshold | None = None
    majority_of: MajorityOf = MajorityOf.VALID
    sealed_below_quorum: bool = False
    neither_if_undecided: bool = False
    advisory: bool = False


def has_quorum(rule: ContestRule) -> bool:
    """Tell whether the rule asks for any turnout at all."""
    return rule.quorum != NO_QUORUM


def quorum_required(rule: ContestRule, *, eligible: int, eligible_weight: int) -> int:
    """Return the smallest turnout that passes, in the rule's quorum unit."""
    return rule.quorum.smallest(_in_unit(rule, eligible, eligible_weight))


def is_quorum_met(rule: ContestRule, *, eligible: int, eligible_weight: int, turnout: int, turnout_weight: int) -> bool:
    """Tell whether turnout reaches the quorum; `turnout` counts blank and invalid ballots and paper ones too.

    Both persons and weights are asked for, so that no caller has to know which of them the rule counts.
    """
    return rule.quorum.is_met(_in_unit(rule, turnout, turnout_weight), _in_unit(rule, eligible, eligible_weight))


def must_stay_sealed(
    rule: ContestRule, *, eligible: int, eligible_weight: int, turnout: int, turnout_weight: int
) -> bool:
    """Tell whether no vote of this contest may be opened: the rule seals below the quorum, and it was missed.

    For trustees before decrypting; every argument is public after `close` and needs no tally.
    """
    return rule.sealed_below_quorum and not is_quorum_met(
        rule,
        eligible=eligible,
        eligible_weight=eligible_weight,
        turnout=turnout,
        turnout_weight=turnout_weight,
    )


def check_rule(rule: ContestRule, *, option_count: int, contest_limit: int, option_limit: int, place: str) -> None:
    """Raise ConfigurationError where the rule contradicts itself or its contest; `place` names the contest.

    `contest_limit` is L and `option_limit` is R of the manifest (ElectionGuard 2.1). Codes: `voting_rule.fraction`,
    `.quorum`, `.seal`, `.options`, `.seats`, `.limits`, `.majority`, `.undecided`.
    """
    _check_quorum(rule, place)
    if rule.method is Method.MAJORITY:
        _check_majority(rule, option_count, contest_limit, option_limit, place)
    else:
        _check_ranking(rule, option_count, contest_limit, option_limit, place)


def _check_quorum(rule: ContestRule, place: str) -> None:
    _check_fraction(rule.quorum, f"{place}: quorum")
    if rule.quorum.comparison is Comparison.MORE_THAN and rule.quorum.numerator == rule.quorum.denominator:
        _refuse("quorum", f"{place}: a quorum of more than all of the eligible can never be met")
    if rule.sealed_below_quorum and not has_quorum(rule):
        _refuse("seal", f"{place}: sealed below quorum, but there is no quorum")


def _check_majority(rule: ContestRule, option_count: int, contest_limit: int, option_limit: int, place: str) -> None:
    if option_count != 2:
        _refuse("options", f"{place}: method majority decides between 2 options, the contest has {option_count}")
    if rule.seats != 1:
        _refuse("seats", f"{place}: method majority has 1 winner, the rule says {rule.seats} seats")
    if (contest_limit, option_limit) != (1, 1):
        _refuse(
            "limits",
            f"{place}: method majority needs contest and option limit 1, not {contest_limit} and {option_limit}",
        )
    if rule.majority is None:
        _refuse("majority", f"{place}: method majority needs the majority as a fraction")
    _check_fraction(rule.majority, f"{place}: majority")
    n, d = rule.majority.numerator, rule.majority.denominator
    if rule.majority.comparison is Comparison.MORE_THAN and n == d:
        _refuse("majority", f"{place}: a majority of more than all can never be reached")
    # Below "more than half" both options could reach the threshold at once.
    if 2 * n < d or (2 * n == d and rule.majority.comparison is Comparison.AT_LEAST):
        _refuse("majority", f"{place}: a majority of {rule.majority.comparison} {n}/{d} can be reached by both options")


def _check_ranking(rule: ContestRule, option_count: int, contest_limit: int, option_limit: int, place: str) -> None:
    if option_count < 1:
        _refuse("options", f"{place}: the contest has no options")
    if not 1 <= rule.seats <= option_count:
        _refuse("seats", f"{place}: {rule.seats} seats for {option_count} options")
    if rule.majority is not None or rule.majority_of is not MajorityOf.VALID:
        _refuse("majority", f"{place}: a majority belongs to method majority, not to {rule.method}")
    if rule.neither_if_undecided:
        _refuse("undecided", f"{place}: rejecting both options belongs to method majority, not to {rule.method}")
    if rule.method is not Method.SCORE and option_limit != 1:
        _refuse(
            "limits", f"{place}: method {rule.method} gives an option at most 1 vote, option limit is {option_limit}"
        )
    if option_limit < 1:
        _refuse("limits", f"{place}: option limit is {option_limit}")
    highest = {
        Method.PLURALITY: rule.seats,
        Method.APPROVAL: option_count,
        Method.SCORE: option_count * option_limit,
    }[rule.method]
    if not option_limit <= contest_limit <= highest:
        _refuse(
            "limits",
            f"{place}: method {rule.method} needs a contest limit of {option_limit} to {highest}, not {contest_limit}",
        )


def _check_fraction(threshold: Threshold, place: str) -> None:
    n, d = threshold.numerator, threshold.denominator
    if d < 1 or not 0 <= n <= d:
        _refuse("fraction", f"{place}: {n}/{d} is not a fraction from 0 to 1")
    # One value, one encoding: 2/8 and 1/4 must not be two different manifests.
    if gcd(n, d) != 1:
        _refuse("fraction", f"{place}: {n}/{d} is not in lowest terms, write {n // gcd(n, d)}/{d // gcd(n, d)}")


def _in_unit(rule: ContestRule, persons: int, weight: int) -> int:
    return weight if rule.quorum_unit is QuorumUnit.WEIGHT else persons


def _refuse(rule: str, message: str) -> NoReturn:
    raise ConfigurationError(f"voting_rule.{rule}", message)
