"""The outcome of a contest from its votes, as pure integer arithmetic.

*Spec*: docs/protocol.md, section 11.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from verifier.checks.units import ContestFacts
from verifier.manifest import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Kind, winners and tied options, both ascending."""

    kind: str
    winners: tuple[int, ...] = ()
    tied: tuple[int, ...] = ()


def outcome_of(rule: Rule, facts: ContestFacts, votes: Sequence[int]) -> Outcome:
    """Return the outcome; ``votes`` are V_1..V_m (ignored where the contest is sealed or withheld)."""
    if facts.sealed:
        return Outcome(kind="sealed")
    if facts.withheld:
        return Outcome(kind="withheld")
    if not facts.quorum_met:
        return Outcome(kind="quorum_missed")
    bases = {"valid": sum(votes), "ballots": facts.turnout, "eligible": facts.eligible}
    base = bases.get(rule.threshold_of, facts.eligible)
    if rule.method == "majority" and len(votes) == 2:
        return _majority(rule, base, votes)
    return _seats(rule, base, votes)


def _meets(rule: Rule, votes: int, base: int) -> bool:
    numerator, denominator = rule.threshold
    if rule.comparison == "more_than":
        return votes * denominator > base * numerator
    return votes * denominator >= base * numerator


def _majority(rule: Rule, base: int, votes: Sequence[int]) -> Outcome:
    first, second = votes
    if first == second:
        return Outcome(kind="tie", tied=(1, 2))
    winner = 1 if first > second else 2
    if _meets(rule, votes[winner - 1], base):
        return Outcome(kind="decided", winners=(winner,))
    return Outcome(kind="threshold_missed")


def _seats(rule: Rule, base: int, votes: Sequence[int]) -> Outcome:
    qualified = [j for j, count in enumerate(votes, start=1) if count > 0 and _meets(rule, count, base)]
    if len(qualified) <= rule.seats:
        return Outcome(kind="decided" if qualified else "threshold_missed", winners=tuple(qualified))
    border = sorted((votes[j - 1] for j in qualified), reverse=True)[rule.seats - 1]
    above = [j for j in qualified if votes[j - 1] > border]
    level = [j for j in qualified if votes[j - 1] == border]
    if len(above) + len(level) == rule.seats:
        return Outcome(kind="decided", winners=tuple(sorted(above + level)))
    return Outcome(kind="tie", winners=tuple(above), tied=tuple(level))
