"""The outcome of a contest: a pure function of its rule, the roll, and what was counted online and on paper.

Spec: protocol profile, "Outcome" and "What a trustee refuses".

Idea: add the two channels, ask the quorum, then ask the method. Missed quorum, tie, missed majority and unopened
votes are outcomes of their own, never an error or an empty winner. Blank and invalid ballots count for turnout and
not for the majority of valid votes. What the law leaves to a lot stays open: the tied options are named.

Invariants: counts that can't be true (more ballots than voters, votes that don't add up) and votes opened against
the rule raise; the outcome carries its rule and every figure that led to it, so anybody can repeat the sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from evote.election.voting_rules import (
    ContestRule,
    MajorityOf,
    Method,
    is_quorum_met,
    must_stay_sealed,
    quorum_required,
)
from evote.errors import PolicyError, VerificationError


class OutcomeKind(StrEnum):
    """What the counting led to."""

    OPTION_WINS = "option_wins"
    TIE = "tie"
    NO_VOTES = "no_votes"
    THRESHOLD_MISSED = "threshold_missed"
    QUORUM_MISSED = "quorum_missed"
    SEALED = "sealed"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedVotes:
    """What one channel counted in one contest.

    `ballots` are all counted ballots in heads, blank and invalid ones too; `weight` is the sum of their weights
    (the same number where nobody is weighted). `votes` are the weighted votes of each option in manifest order, or
    None while nothing is opened. `invalid` is the weight of paper ballots counted as blank or invalid; online it is
    0, because an invalid ballot is never admitted and a blank one is not told apart before the count.
    """

    ballots: int
    weight: int
    votes: tuple[int, ...] | None
    invalid: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result with its figures; options are one-based, votes and `valid` are weights.

    `winners` stand by votes, most first. `tied` share the last place that is to be filled; `seats_unfilled` is how
    many seats wait for the lot between them (or stay vacant where too few options got a vote). `majority_required` is
    the smallest winning count, `quorum_required` the smallest passing turnout in the rule's unit. `votes` are None
    where nothing was opened; `valid` and `blank_and_invalid` also where the ballot form hides them (see `count_blank`).
    """

    rule: ContestRule
    kind: OutcomeKind
    winners: tuple[int, ...]
    tied: tuple[int, ...]
    seats_unfilled: int
    eligible: int
    eligible_weight: int
    turnout: int
    turnout_weight: int
    quorum_required: int
    majority_required: int | None
    votes: tuple[int, ...] | None
    valid: int | None
    blank_and_invalid: int | None

    @property
    def both_rejected(self) -> bool:
        """Tell whether the rule reads this outcome as "neither option is accepted" (Resident Voting Act 24(1))."""
        undecided = (OutcomeKind.QUORUM_MISSED, OutcomeKind.SEALED, OutcomeKind.TIE)
        return self.rule.neither_if_undecided and self.kind in undecided


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperReconciliation:
    """Paper ballots in the box against voters marked on the roll as having voted on paper."""

    voters_marked: int
    ballots_counted: int

    @property
    def gap(self) -> int:
        """Return voters without a ballot; negative where there are ballots without a voter."""
        return self.voters_marked - self.ballots_counted

    @property
    def too_many(self) -> bool:
        """Tell whether the box held more ballots than voters were marked: an error or a crime, never a rounding."""
        return self.ballots_counted > self.voters_marked


def reconcile(*, voters_marked: int, ballots_counted: int) -> PaperReconciliation:
    """Compare paper ballots with the roll; raise VerificationError `outcome.negative` on negative numbers."""
    if voters_marked < 0 or ballots_counted < 0:
        _false("negative", f"{voters_marked} voters marked, {ballots_counted} ballots counted")
    return PaperReconciliation(voters_marked=voters_marked, ballots_counted=ballots_counted)


def count_blank(counted: CountedVotes, *, option_limit: int, contest_limit: int) -> int | None:
    """Return the weight of blank and invalid ballots, or None where it is unknown.

    Only a ballot with one vote (L = R = 1) tells: each valid ballot adds exactly its weight, so what is missing from
    the sum is blank. With more votes a half-used ballot and a blank one are summed into the same total, by design.
    """
    if counted.votes is None or (option_limit, contest_limit) != (1, 1):
        return None
    # blank = weight * L - sum of votes, with L = 1
    return counted.weight - sum(counted.votes)


def decide(
    rule: ContestRule,
    *,
    eligible: int,
    eligible_weight: int,
    online: CountedVotes,
    paper: CountedVotes | None,
    option_limit: int,
    contest_limit: int,
    withheld: bool = False,
) -> Outcome:
    """Return the outcome of one contest over all its districts.

    `eligible` are the persons entitled to vote in it (those who voted on paper included) and `eligible_weight` their
    weight. `withheld` says that trustees refused to decrypt because some district had fewer ballots than the
    manifest's minimum. The rule must have passed `check_rule`. Not checked here: whether the votes are what the tally
    proofs prove.

    Raise VerificationError `outcome.empty_roll`, `.negative`, `.weight`, `.more_ballots_than_eligible`,
    `.option_count`, `.votes_exceed_ballots`, `.counts_do_not_add_up`, `.invalid_online`, `.invalid_unopened` for counts
    that can't be true; PolicyError `outcome.opened_while_sealed`, `.opened_while_withheld`, `.not_counted` where votes
    are known that may not be, or missing.
    """
    if paper is None:
        nothing = None if online.votes is None else (0,) * len(online.votes)
        paper = CountedVotes(ballots=0, weight=0, votes=nothing)
    if online.invalid:
        _false("invalid_online", f"{online.invalid} invalid ballots online, where none can be admitted")
    for channel, counted in (("online", online), ("paper", paper)):
        _check_counted(channel, counted, option_limit, contest_limit)
    if option_limit == contest_limit == 1 and paper.votes is not None:
        _check_sum(paper.votes, paper)
    turnout, turnout_weight = online.ballots + paper.ballots, online.weight + paper.weight
    _check_roll(eligible, eligible_weight, turnout, turnout_weight)

    people = {
        "eligible": eligible,
        "eligible_weight": eligible_weight,
        "turnout": turnout,
        "turnout_weight": turnout_weight,
    }
    sealed = must_stay_sealed(rule, **people)
    votes = _open(online, paper, sealed=sealed, withheld=withheld)
    blank = _add(
        *(count_blank(each, option_limit=option_limit, contest_limit=contest_limit) for each in (online, paper))
    )
    if votes is None:
        blank = None
    valid = None if blank is None else turnout_weight - blank

    majority_required = _majority_required(rule, valid=valid, ballots=turnout_weight, eligible=eligible_weight)
    winners: tuple[int, ...] = ()
    tied: tuple[int, ...] = ()
    if sealed:
        kind = OutcomeKind.SEALED
    elif not is_quorum_met(rule, **people):
        kind = OutcomeKind.QUORUM_MISSED
    elif votes is None:
        kind = OutcomeKind.WITHHELD
    elif rule.method is Method.MAJORITY:
        kind, winners, tied = _by_majority(rule, votes, majority_required)
    else:
        kind, winners, tied = _by_rank(votes, rule.seats)
    return Outcome(
        rule=rule,
        kind=kind,
        winners=winners,
        tied=tied,
        seats_unfilled=rule.seats - len(winners),
        quorum_required=quorum_required(rule, eligible=eligible, eligible_weight=eligible_weight),
        majority_required=majority_required,
        votes=votes,
        valid=valid,
        blank_and_invalid=blank,
        **people,
    )


def _by_majority(
    rule: ContestRule, votes: tuple[int, ...], required: int | None
) -> tuple[OutcomeKind, tuple[int, ...], tuple[int, ...]]:
    # A share of nothing is 0, and no option wins with 0 votes.
    winners = tuple(i for i, count in enumerate(votes, 1) if required is not None and count >= max(required, 1))
    if winners:
        return OutcomeKind.OPTION_WINS, winners, ()
    if rule.majority_of is MajorityOf.VALID and len(set(votes)) == 1:
        return OutcomeKind.TIE, (), tuple(range(1, len(votes) + 1))
    return OutcomeKind.THRESHOLD_MISSED, (), ()


def _by_rank(votes: tuple[int, ...], seats: int) -> tuple[OutcomeKind, tuple[int, ...], tuple[int, ...]]:
    # An option without a single vote is elected by nobody, even where seats stay vacant.
    ranked = sorted((i for i, count in enumerate(votes, 1) if count > 0), key=lambda i: (-votes[i - 1], i))
    if not ranked:
        return OutcomeKind.NO_VOTES, (), ()
    if len(ranked) <= seats or votes[ranked[seats - 1] - 1] > votes[ranked[seats] - 1]:
        return OutcomeKind.OPTION_WINS, tuple(ranked[:seats]), ()
    # The last seat and the first place without one have equal votes: everybody above is elected, these are not yet.
    border = votes[ranked[seats] - 1]
    winners = tuple(i for i in ranked if votes[i - 1] > border)
    return OutcomeKind.TIE, winners, tuple(i for i in ranked if votes[i - 1] == border)


def _majority_required(rule: ContestRule, *, valid: int | None, ballots: int, eligible: int) -> int | None:
    base = {MajorityOf.VALID: valid, MajorityOf.BALLOTS: ballots, MajorityOf.ELIGIBLE: eligible}[rule.majority_of]
    return None if rule.majority is None or base is None else rule.majority.smallest(base)


def _open(online: CountedVotes, paper: CountedVotes, *, sealed: bool, withheld: bool) -> tuple[int, ...] | None:
    if sealed and not (online.votes is None and paper.votes is None):
        raise PolicyError(
            "outcome.opened_while_sealed", "the quorum was missed and the rule seals it: votes were opened"
        )
    if withheld and online.votes is not None:
        raise PolicyError("outcome.opened_while_withheld", "too few ballots to decrypt, yet online votes were opened")
    if sealed or withheld:
        return None
    if online.votes is None or paper.votes is None:
        raise PolicyError("outcome.not_counted", "the votes of a channel are not counted yet")
    if len(online.votes) != len(paper.votes):
        _false("option_count", f"{len(online.votes)} options counted online, {len(paper.votes)} on paper")
    return tuple(a + b for a, b in zip(online.votes, paper.votes, strict=True))


def _check_counted(channel: str, counted: CountedVotes, option_limit: int, contest_limit: int) -> None:
    votes = counted.votes or ()
    if min(counted.ballots, counted.weight, counted.invalid, *votes) < 0:
        _false("negative", f"{channel}: a count is negative")
    if counted.weight < counted.ballots or (counted.ballots == 0 and counted.weight != 0):
        _false("weight", f"{channel}: {counted.ballots} ballots can't weigh {counted.weight}")
    if counted.votes is None:
        if counted.invalid:
            _false("invalid_unopened", f"{channel}: {counted.invalid} invalid ballots known before opening")
        return
    room = counted.weight - counted.invalid
    # each option <= R * weight, all of them <= L * weight
    if max(votes, default=0) > option_limit * room or sum(votes) > contest_limit * room:
        _false(
            "votes_exceed_ballots",
            f"{channel}: {sum(votes)} votes from ballots of weight {room} with {contest_limit} votes each",
        )


def _check_sum(votes: tuple[int, ...], paper: CountedVotes) -> None:
    if sum(votes) + paper.invalid != paper.weight:
        _false(
            "counts_do_not_add_up",
            f"paper: {sum(votes)} votes and {paper.invalid} blank or invalid are not {paper.weight} ballots",
        )


def _check_roll(eligible: int, eligible_weight: int, turnout: int, turnout_weight: int) -> None:
    if eligible < 1 or eligible_weight < eligible:
        _false("empty_roll", f"a roll of {eligible} persons with weight {eligible_weight}")
    if turnout > eligible or turnout_weight > eligible_weight:
        _false(
            "more_ballots_than_eligible",
            f"{turnout} ballots (weight {turnout_weight}) from {eligible} persons (weight {eligible_weight})",
        )


def _add(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second


def _false(rule: str, message: str) -> NoReturn:
    raise VerificationError(f"outcome.{rule}", message)
