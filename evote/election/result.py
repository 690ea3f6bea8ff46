"""From partial decryptions to the published result: decrypted sums, votes, and the outcome of every contest.

Spec: docs/protocol.md sections 10 (T = B / prod M_i^{w_i} = K^t) and 11; rows V10.C, V11, D.G, O.B to O.D.

Idea: whoever combines has to find t, a discrete logarithm; whoever checks only raises K to the t that is stated.

Invariants: 0 <= t <= R * weight of the unit, and all t of a unit together at most L * weight; the outcome is
`outcome.decide` over the roll, the counted ballots and the paper count of the state.
"""

from __future__ import annotations

from collections.abc import Sequence

from evote.core.decryption_proof import combine
from evote.core.discrete_log import DiscreteLog
from evote.core.group import Element
from evote.election.admission_common import require_equal
from evote.election.manifest import Contest
from evote.election.outcome import CountedVotes, PublishedOutcome, decide
from evote.election.records import ContestResult, ContestTally, OptionResult, Result, TallyUnit, UnitResult
from evote.election.state import ElectionState
from evote.election.tally import contest_figures, contests_to_decrypt, is_sealed
from evote.errors import PolicyError, VerificationError


def combine_result(state: ElectionState, trustees: Sequence[int]) -> Result:
    """Return the result decrypted with the published partial decryptions of `trustees` (one-based, ascending).

    Raise PolicyError `result.no_tally`, VerificationError `result.trustees` or `.too_few_trustees`,
    `verification.no_discrete_log`, and what `outcome.decide` raises.
    """
    open_contests = _open_contests(state)
    _check_trustees(state, tuple(trustees), open_contests)
    contests = []
    logarithm = _logarithm(state, open_contests)
    for number, contest in enumerate(state.manifest.contests, 1):
        tally = open_contests.get(number)
        units = tuple(
            _combine_unit(state, contest, number, unit, trustees, logarithm) for unit in (tally.units if tally else ())
        )
        contests.append(
            ContestResult(
                contest=number, label=contest.label, units=units, outcome=_outcome(state, number, units, tally)
            )
        )
    return Result(trustees=tuple(trustees) if open_contests else (), contests=tuple(contests))


def verify_result(state: ElectionState, result: Result) -> None:
    """Check a stated result against the published partial decryptions.

    Raise PolicyError `result.no_tally`; VerificationError `result.trustees`, `.too_few_trustees`, `.contests`,
    `.label`, `.units`, `.options`, `.option_label`, `.t`, `.votes`, `.votes_bound`, `.sum_bound`,
    `.outcome_<field>`, and what `outcome.decide` raises.
    """
    open_contests = _open_contests(state)
    _check_trustees(state, result.trustees, open_contests)
    require_equal(
        tuple(contest.contest for contest in result.contests),
        tuple(range(1, len(state.manifest.contests) + 1)),
        "result.contests",
        "list of contests of election.result",
    )
    for stated, contest in zip(result.contests, state.manifest.contests, strict=True):
        place = f"contest {stated.contest} of election.result"
        require_equal(stated.label, contest.label, "result.label", f"label of {place}")
        tally = open_contests.get(stated.contest)
        units = tally.units if tally else ()
        require_equal(
            tuple(unit.unit for unit in stated.units),
            tuple(unit.unit for unit in units),
            "result.units",
            f"list of units in {place}",
        )
        for unit_result, unit in zip(stated.units, units, strict=True):
            _verify_unit(state, contest, stated.contest, unit, unit_result, result.trustees)
        expected = _outcome(state, stated.contest, stated.units, tally)
        _compare_outcome(stated.outcome, expected, place)


def _open_contests(state: ElectionState) -> dict[int, ContestTally]:
    if state.tally is None:
        raise PolicyError("result.no_tally", "there is no result before election.tally")
    return {contest.contest: contest for contest in contests_to_decrypt(state, state.tally)}


def _check_trustees(state: ElectionState, trustees: tuple[int, ...], open_contests: dict[int, ContestTally]) -> None:
    if not open_contests:
        require_equal(trustees, (), "result.trustees", "list of trustees of election.result (nothing was decrypted)")
        return
    if list(trustees) != sorted(set(trustees)):
        raise VerificationError("result.trustees", f"the trustees {trustees} are not ascending without repetition")
    published = [i for i, facts in enumerate(state.trustees, 1) if facts.decryption is not None]
    missing = [i for i in trustees if i not in published]
    if missing:
        raise VerificationError("result.trustees", f"the trustees {missing} have published no decryption")
    if len(trustees) < state.manifest.quorum:
        raise VerificationError(
            "result.too_few_trustees",
            f"the result names {len(trustees)} trustees, decryption takes {state.manifest.quorum}",
        )


def _logarithm(state: ElectionState, open_contests: dict[int, ContestTally]) -> DiscreteLog | None:
    bounds = [
        _bound(state.manifest.contests[number - 1], unit) for number, c in open_contests.items() for unit in c.units
    ]
    if state.keys is None or not bounds:
        return None
    return DiscreteLog(state.group, state.keys.vote_key, max(bounds))


def _bound(contest: Contest, unit: TallyUnit) -> int:
    # t <= R * weight of the unit
    return contest.option_limit * unit.weight


def _combined(state: ElectionState, number: int, unit: TallyUnit, option: int, trustees: Sequence[int]) -> Element:
    """Return T of one option (from 1) of a unit."""
    partials: dict[int, Element] = {}
    for trustee in trustees:
        published = state.trustees[trustee - 1].decryption
        if published is None:
            raise VerificationError("result.trustees", f"trustee {trustee} has published no decryption")
        partials[trustee] = published[number, unit.unit][option - 1]
    # T = B / prod M_i^{w_i}
    return combine(state.group, unit.ciphertexts[option - 1], partials)


def _combine_unit(
    state: ElectionState,
    contest: Contest,
    number: int,
    unit: TallyUnit,
    trustees: Sequence[int],
    logarithm: DiscreteLog | None,
) -> UnitResult:
    options = []
    for index, option in enumerate(contest.options, 1):
        t_element = _combined(state, number, unit, index, trustees)
        # T = K^t
        votes = 0 if logarithm is None else logarithm.solve(t_element)
        untested = state.group.decode_untested(t_element.to_bytes())
        options.append(OptionResult(label=option.label, t=untested, votes=votes))
    result = UnitResult(unit=unit.unit, options=tuple(options))
    _check_bounds(contest, number, unit, result)
    return result


def _verify_unit(
    state: ElectionState,
    contest: Contest,
    number: int,
    unit: TallyUnit,
    stated: UnitResult,
    trustees: Sequence[int],
) -> None:
    place = f"unit {unit.unit} of contest {number} of election.result"
    require_equal(len(stated.options), len(contest.options), "result.options", f"number of options in {place}")
    for index, (option_result, option) in enumerate(zip(stated.options, contest.options, strict=True), 1):
        where = f"option {index} in {place}"
        require_equal(option_result.label, option.label, "result.option_label", f"label of {where}")
        t_element = _combined(state, number, unit, index, trustees)
        require_equal(option_result.t.hex(), t_element.hex(), "result.t", f"T of {where}")
        # T = K^t
        if state.keys is None or state.keys.vote_key**option_result.votes != t_element:
            raise VerificationError("result.votes", f"{where}: T is not K to the stated {option_result.votes} votes")
    _check_bounds(contest, number, unit, stated)


def _check_bounds(contest: Contest, number: int, unit: TallyUnit, result: UnitResult) -> None:
    place = f"unit {unit.unit} of contest {number}"
    for index, option in enumerate(result.options, 1):
        if option.votes > _bound(contest, unit):
            raise VerificationError(
                "result.votes_bound",
                f"option {index} in {place} has {option.votes} votes, at most {_bound(contest, unit)} were cast",
            )
    # sum of t_j <= L * weight
    total, limit = sum(option.votes for option in result.options), contest.selection_limit * unit.weight
    if total > limit:
        raise VerificationError("result.sum_bound", f"{place} has {total} votes in all, at most {limit} were cast")


def _outcome(
    state: ElectionState, number: int, units: Sequence[UnitResult], tally: ContestTally | None
) -> PublishedOutcome:
    contest = state.manifest.contests[number - 1]
    figures = contest_figures(state, number)
    sealed = is_sealed(state, number)
    votes = None
    if figures.online == 0 and not sealed:
        # Nobody voted online, so there is nothing to decrypt: paper alone decides.
        votes = (0,) * len(contest.options)
    if tally is not None:
        # V_j = sum of t over the units
        votes = tuple(sum(unit.options[j].votes for unit in units) for j in range(len(contest.options)))
    paper = None
    if state.paper is not None:
        count = state.paper.contests[number - 1]
        paper = CountedVotes(weight=count.ballots, votes=None if sealed else count.votes, invalid=count.invalid)
    outcome = decide(
        contest.rule,
        eligible=figures.eligible,
        online=CountedVotes(weight=figures.online, votes=votes),
        paper=paper,
        option_limit=contest.option_limit,
        contest_limit=contest.selection_limit,
        withheld=tally is None and not sealed and figures.online > 0,
    )
    return outcome.published


def _compare_outcome(stated: PublishedOutcome, expected: PublishedOutcome, place: str) -> None:
    for field in ("kind", "winners", "tied", "votes", "turnout", "eligible", "quorum_required"):
        require_equal(
            getattr(stated, field),
            getattr(expected, field),
            f"result.outcome_{field}",
            f"{field} of outcome of {place}",
        )
