"""The outcome of a contest: a pure function of its rule, the roll, and what was counted online and on paper.

Spec: docs/protocol.md section 11 (letters E, T, V_j as there).

Idea: add the two channels, ask the quorum, then the method. Missed quorum, tie, missed threshold and unopened votes
are outcomes of their own, never an error or an empty winner. Blank and invalid ballots count for turnout and not for
the valid votes. What a law leaves to the lot stays open: the tied options are named, and how many seats wait.

Invariants: everything is counted by weight (the number of people where everybody has weight 1); counts that can't be
true and votes opened against the rule raise; whoever has the same counts computes the same outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from evote.election.voting_rules import (
    ContestRule,
    Method,
    ThresholdBase,
    is_quorum_met,
    is_threshold_met,
    must_stay_sealed,
    quorum_required,
    threshold_required,
)
from evote.errors import PolicyError, VerificationError


class OutcomeKind(StrEnum):
    """What the counting led to."""

    DECIDED = "decided"
    TIE = "tie"
    THRESHOLD_MISSED = "threshold_missed"
    QUORUM_MISSED = "quorum_missed"
    SEALED = "sealed"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedVotes:
    """What one channel counted in one contest, over all its districts.

    `weight` are all counted ballots by weight, blank and invalid ones included; on paper everybody has weight 1.
    `votes` are V_j in manifest order, or None while nothing is opened. `invalid` are the papers counted as blank or
    invalid; online it is 0, because nothing invalid is admitted and a blank ballot looks like any other.
    """

    weight: int
    votes: tuple[int, ...] | None
    invalid: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedOutcome:
    """The outcome as `election.result` carries it: one-based options ascending; no `votes` where none were opened."""

    kind: OutcomeKind
    winners: tuple[int, ...]
    tied: tuple[int, ...]
    votes: tuple[int, ...]
    turnout: int
    eligible: int
    quorum_required: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The published outcome with its rule and the figures that explain it.

    `threshold_required` is the smallest sufficient number of votes, `valid` the sum of all votes; both are None where
    they depend on unopened votes. `blank_and_invalid` is None where the ballot form hides it (see `count_blank`).
    """

    rule: ContestRule
    published: PublishedOutcome
    threshold_required: int | None
    valid: int | None
    blank_and_invalid: int | None

    @property
    def seats_unfilled(self) -> int:
        """Return how many seats wait for a decision between the tied, or stay vacant."""
        return self.rule.seats - len(self.published.winners)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperReconciliation:
    """Papers in the box of one contest against voters marked on the roll as having voted on paper."""

    voters_marked: int
    ballots_counted: int

    @property
    def gap(self) -> int:
        """Return the voters without a paper; negative where there are papers without a voter."""
        return self.voters_marked - self.ballots_counted

    @property
    def too_many(self) -> bool:
        """Tell whether there are papers without a voter: such a count is false, where a shortfall is only reported."""
        return self.gap < 0


def reconcile(*, voters_marked: int, ballots_counted: int) -> PaperReconciliation:
    """Compare the papers of one contest with the roll; raise VerificationError `outcome.negative`."""
    if voters_marked < 0 or ballots_counted < 0:
        _refuse("negative", f"{voters_marked} voters marked, {ballots_counted} ballots counted")
    return PaperReconciliation(voters_marked=voters_marked, ballots_counted=ballots_counted)


def count_blank(counted: CountedVotes, *, option_limit: int, contest_limit: int) -> int | None:
    """Return the weight of blank and invalid ballots, or None where it is unknown.

    Only a ballot with one vote tells (R = L = 1): each valid ballot adds exactly its weight, so what the sum lacks is
    blank. With more votes, half-used and blank ballots melt into the same total, by design.
    """
    if counted.votes is None or (option_limit, contest_limit) != (1, 1):
        return None
    # blank = weight * L - sum of V_j, with L = 1
    return counted.weight - sum(counted.votes)


def decide(
    rule: ContestRule,
    *,
    eligible: int,
    online: CountedVotes,
    paper: CountedVotes | None,
    option_limit: int,
    contest_limit: int,
    withheld: bool = False,
) -> Outcome:
    """Return the outcome of one contest.

    `eligible` is E, the weight of the eligible credentials of the contest's districts, paper voters included; `paper`
    is None where the election has none; `withheld` says that section 9 withholds the contest. Votes are to be None
    where nothing was opened: online in a sealed or withheld contest, on paper in a sealed one.

    Not checked: the rule itself (`check_rule`), and whether the votes are what the decryption proofs prove.
    Raise VerificationError `outcome.negative`, `.invalid_online`, `.option_count`, `.too_many_votes`, `.paper_sum`,
    `.too_many_ballots` for counts that can't be true; PolicyError `outcome.opened_while_sealed`,
    `.opened_while_withheld`, `.not_counted` where votes are known that may not be, or missing.
    """
    if paper is None:
        nothing = None if online.votes is None else (0,) * len(online.votes)
        paper = CountedVotes(weight=0, votes=nothing)
    if online.invalid:
        _refuse("invalid_online", f"{online.invalid} invalid ballots online, where none can be admitted")
    for channel, counted in (("online", online), ("paper", paper)):
        _check_counted(channel, counted, option_limit, contest_limit)
    _check_paper_sum(paper, option_limit, contest_limit)
    turnout = online.weight + paper.weight
    if turnout > eligible:
        _refuse("too_many_ballots", f"{turnout} ballots from {eligible} eligible voters (by weight)")

    sealed = must_stay_sealed(rule, eligible, turnout)
    votes = _open(online, paper, sealed=sealed, withheld=withheld)
    valid = None if votes is None else sum(votes)
    base = {ThresholdBase.VALID: valid, ThresholdBase.BALLOTS: turnout, ThresholdBase.ELIGIBLE: eligible}[
        rule.threshold.of
    ]
    winners: tuple[int, ...] = ()
    tied: tuple[int, ...] = ()
    if sealed:
        kind = OutcomeKind.SEALED
    elif votes is None or base is None:
        kind = OutcomeKind.WITHHELD
    elif not is_quorum_met(rule, eligible, turnout):
        kind = OutcomeKind.QUORUM_MISSED
    else:
        qualified = [
            i for i, count in enumerate(votes, 1) if count > 0 and is_threshold_met(rule.threshold, count, base)
        ]
        if rule.method is Method.MAJORITY:
            kind, winners, tied = _by_majority(votes, qualified)
        else:
            kind, winners, tied = _by_rank(votes, qualified, rule.seats)
    return Outcome(
        rule=rule,
        published=PublishedOutcome(
            kind=kind,
            winners=winners,
            tied=tied,
            votes=votes or (),
            turnout=turnout,
            eligible=eligible,
            quorum_required=quorum_required(rule, eligible),
        ),
        threshold_required=None if base is None else threshold_required(rule.threshold, base),
        valid=valid,
        blank_and_invalid=None if valid is None or (option_limit, contest_limit) != (1, 1) else turnout - valid,
    )


_Judgement = tuple[OutcomeKind, tuple[int, ...], tuple[int, ...]]


def _by_majority(votes: tuple[int, ...], qualified: list[int]) -> _Judgement:
    if votes[0] == votes[1]:
        return OutcomeKind.TIE, (), (1, 2)
    larger = 1 if votes[0] > votes[1] else 2
    if larger in qualified:
        return OutcomeKind.DECIDED, (larger,), ()
    return OutcomeKind.THRESHOLD_MISSED, (), ()


def _by_rank(votes: tuple[int, ...], qualified: list[int], seats: int) -> _Judgement:
    if not qualified:
        return OutcomeKind.THRESHOLD_MISSED, (), ()
    if len(qualified) <= seats:
        return OutcomeKind.DECIDED, tuple(qualified), ()
    # The count in the last place that has a seat: whoever has more is elected beyond doubt.
    last = sorted((votes[i - 1] for i in qualified), reverse=True)[seats - 1]
    above = tuple(i for i in qualified if votes[i - 1] > last)
    level = tuple(i for i in qualified if votes[i - 1] == last)
    if len(above) + len(level) == seats:
        return OutcomeKind.DECIDED, tuple(sorted(above + level)), ()
    return OutcomeKind.TIE, above, level


def _open(online: CountedVotes, paper: CountedVotes, *, sealed: bool, withheld: bool) -> tuple[int, ...] | None:
    if sealed and not (online.votes is None and paper.votes is None):
        raise PolicyError("outcome.opened_while_sealed", "votes were opened although the rule seals a missed quorum")
    if withheld and online.votes is not None:
        raise PolicyError("outcome.opened_while_withheld", "online votes were opened although the contest is withheld")
    if sealed or withheld:
        return None
    if online.votes is None or paper.votes is None:
        raise PolicyError("outcome.not_counted", "the votes of a channel are not counted yet")
    if len(online.votes) != len(paper.votes):
        _refuse("option_count", f"{len(online.votes)} options counted online, {len(paper.votes)} on paper")
    # V_j = decrypted sums + paper votes
    return tuple(a + b for a, b in zip(online.votes, paper.votes, strict=True))


def _check_counted(channel: str, counted: CountedVotes, option_limit: int, contest_limit: int) -> None:
    votes = counted.votes or ()
    if min(counted.weight, counted.invalid, *votes) < 0:
        _refuse("negative", f"{channel}: a count is negative")
    room = counted.weight - counted.invalid
    # V_j <= R * (weight - invalid), sum of V_j <= L * (weight - invalid)
    if room < 0 or max(votes, default=0) > option_limit * room or sum(votes) > contest_limit * room:
        _refuse("too_many_votes", f"{channel}: votes {votes} are more than {room} valid ballots can hold")


def _check_paper_sum(paper: CountedVotes, option_limit: int, contest_limit: int) -> None:
    blank = count_blank(paper, option_limit=option_limit, contest_limit=contest_limit)
    if blank is not None and blank != paper.invalid:
        _refuse("paper_sum", f"paper: {blank} ballots without a vote, {paper.invalid} counted as blank or invalid")


def _refuse(rule: str, message: str) -> NoReturn:
    raise VerificationError(f"outcome.{rule}", message)
