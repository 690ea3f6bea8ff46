"""The rule of a contest: how votes become an outcome, as data that stands in the manifest.

Spec: docs/protocol.md section 11. The articles of law behind the named rules stand in `presets`.

Idea: a rule is a method (majority of two, plurality, approval, score), a quorum on turnout, the threshold an option
needs, and whether the ballots stay sealed when the quorum is missed. Shares are exact fractions compared by
multiplying out: whether 2,096,820 of 8,387,278 is a quarter must not hang on a rounded number. Everything is counted
by weight, which is the number of persons where everybody has weight 1.

Invariants: integers only; every function is pure; the quorum needs no tally, so a trustee can ask `must_stay_sealed`
before decrypting anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NoReturn

from evote.errors import ConfigurationError

MAXIMUM_DENOMINATOR: Final = 10**6


class Method(StrEnum):
    """How the options of a contest compete."""

    MAJORITY = "majority"
    PLURALITY = "plurality"
    APPROVAL = "approval"
    SCORE = "score"


class ThresholdBase(StrEnum):
    """What a threshold is a share of: valid votes, turnout (blank and invalid ballots too), or everybody eligible."""

    VALID = "valid"
    BALLOTS = "ballots"
    ELIGIBLE = "eligible"


class Comparison(StrEnum):
    """Whether the exact boundary itself is enough."""

    AT_LEAST = "at_least"
    MORE_THAN = "more_than"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quorum:
    """The share of the eligible that must take part; at least 0/1 asks for nobody."""

    numerator: int
    denominator: int
    comparison: Comparison = Comparison.AT_LEAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """The share of the base `of` that an option needs; at least 0/1 asks for nothing."""

    of: ThresholdBase
    comparison: Comparison
    numerator: int
    denominator: int


NO_QUORUM: Final = Quorum(numerator=0, denominator=1)
NO_THRESHOLD: Final = Threshold(of=ThresholdBase.VALID, comparison=Comparison.AT_LEAST, numerator=0, denominator=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestRule:
    """How one contest is decided; `check_rule` says which rules make sense for which contest."""

    method: Method
    seats: int = 1
    quorum: Quorum = NO_QUORUM
    threshold: Threshold = NO_THRESHOLD
    sealed_below_quorum: bool = False


def is_quorum_met(rule: ContestRule, eligible: int, turnout: int) -> bool:
    """Tell whether turnout T reaches the quorum of the eligible E; T holds blank, invalid and paper ballots too."""
    return _reaches(rule.quorum, turnout, eligible)


def quorum_required(rule: ContestRule, eligible: int) -> int:
    """Return the smallest turnout that meets the quorum."""
    return _smallest(rule.quorum, eligible)


def must_stay_sealed(rule: ContestRule, eligible: int, turnout: int) -> bool:
    """Tell whether no vote of the contest may be opened: the rule seals below the quorum, and it was missed.

    For trustees before decrypting: both figures are public once the ballot box and the paper count are closed.
    """
    return rule.sealed_below_quorum and not is_quorum_met(rule, eligible, turnout)


def is_threshold_met(threshold: Threshold, count: int, base: int) -> bool:
    """Tell whether `count` votes reach the threshold of `base` (the caller takes the figure that `of` names)."""
    return _reaches(threshold, count, base)


def threshold_required(threshold: Threshold, base: int) -> int:
    """Return the smallest count that meets the threshold of `base`."""
    return _smallest(threshold, base)


def check_rule(rule: ContestRule, *, option_count: int, contest_limit: int, option_limit: int, place: str) -> None:
    """Raise ConfigurationError where the rule breaks section 11 for its contest; `place` names the contest.

    `contest_limit` is L and `option_limit` is R, already checked against each other by the manifest. Codes:
    `voting_rule.fraction`, `.seal`, `.seats`, `.options`, `.limits`, `.threshold`.
    """
    _check_fraction(rule.quorum.numerator, rule.quorum.denominator, f"{place}: quorum")
    _check_fraction(rule.threshold.numerator, rule.threshold.denominator, f"{place}: threshold")
    if rule.sealed_below_quorum and rule.quorum.numerator == 0:
        _refuse("seal", f"{place}: sealed_below_quorum without a quorum above 0")
    if not 1 <= rule.seats <= option_count:
        _refuse("seats", f"{place}: seats is {rule.seats}, the contest has {option_count} options")
    limits = f"option limit {option_limit} and selection limit {contest_limit}"
    match rule.method:
        case Method.MAJORITY:
            if option_count != 2:
                _refuse("options", f"{place}: method majority has exactly 2 options, not {option_count}")
            if rule.seats != 1:
                _refuse("seats", f"{place}: method majority has 1 seat, not {rule.seats}")
            if (option_limit, contest_limit) != (1, 1):
                _refuse("limits", f"{place}: method majority gives one vote, not {limits}")
            if 2 * rule.threshold.numerator < rule.threshold.denominator:
                fraction = f"{rule.threshold.numerator}/{rule.threshold.denominator}"
                _refuse("threshold", f"{place}: method majority needs a threshold of at least one half, not {fraction}")
        case Method.PLURALITY:
            if option_limit != 1:
                _refuse("limits", f"{place}: method plurality gives an option one vote at most, not {limits}")
        case Method.APPROVAL:
            if (option_limit, contest_limit) != (1, option_count):
                _refuse("limits", f"{place}: method approval needs limits 1 and {option_count}, not {limits}")
        case Method.SCORE:
            pass


def _reaches(share: Quorum | Threshold, count: int, total: int) -> bool:
    if share.comparison is Comparison.MORE_THAN:
        # count * denominator > total * numerator
        return count * share.denominator > total * share.numerator
    # count * denominator >= total * numerator
    return count * share.denominator >= total * share.numerator


def _smallest(share: Quorum | Threshold, total: int) -> int:
    if share.comparison is Comparison.MORE_THAN:
        # floor(total * numerator / denominator) + 1
        return total * share.numerator // share.denominator + 1
    # ceil(total * numerator / denominator)
    return -(-total * share.numerator // share.denominator)


def _check_fraction(numerator: int, denominator: int, place: str) -> None:
    if not 1 <= denominator <= MAXIMUM_DENOMINATOR:
        _refuse("fraction", f"{place}: denominator is {denominator}, allowed are 1 to {MAXIMUM_DENOMINATOR}")
    if not 0 <= numerator <= denominator:
        _refuse("fraction", f"{place}: {numerator}/{denominator} is not between 0 and 1")


def _refuse(rule: str, message: str) -> NoReturn:
    raise ConfigurationError(f"voting_rule.{rule}", message)
