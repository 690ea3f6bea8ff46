"""The tally before decryption: which ballots count, which districts are added up together, and the encrypted sums.

Spec: docs/protocol.md sections 8 (counted ballots) and 9 (units, sums, seals); EG 3.5 for the weighted product.

Idea: a decrypted sum over few ballots betrays votes, so districts below the manifest's minimum are joined to a unit
that reaches it; where a whole contest stays below, it is withheld. Everybody computes units and sums alone, the
authority's `election.tally` is only compared.

Invariants: every unit holds at least `minimum_ballots` counted ballots; the units of a contest that is not withheld
cover each of its districts exactly once; everything here is a function of the log.

Cost: one multiplication per ciphertext part and counted ballot; one power per option for each weight that occurs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evote.core.elgamal import Ciphertext, multiply, neutral_ciphertext, weigh
from evote.core.group import Group
from evote.election.manifest import Contest
from evote.election.records import ContestTally, DistrictTotal, EncryptedTally, TallyUnit
from evote.election.running_sums import RunningSums, Sums, multiply_sums
from evote.election.state import CastBallot, ElectionState
from evote.election.voting_rules import must_stay_sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictCount:
    """Counted ballots of one district: number and weight."""

    ballots: int
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestFigures:
    """What the quorum of one contest is asked of, by weight: eligible (E), counted ballots online, paper ballots."""

    eligible: int
    online: int
    paper: int

    @property
    def turnout(self) -> int:
        """Return T, all who took part; a paper ballot weighs 1."""
        return self.online + self.paper


def counted_ballots(state: ElectionState) -> Iterator[CastBallot]:
    """Yield the ballots that count: the latest of each credential, without the annulled ones."""
    return iter(state.box.latest.values())


def district_counts(state: ElectionState) -> tuple[DistrictCount, ...]:
    """Return number and weight of the counted ballots, district by district."""
    counted = (state.box.counted.get(district, (0, 0)) for district in range(1, len(state.manifest.districts) + 1))
    return tuple(DistrictCount(ballots=ballots, weight=weight) for ballots, weight in counted)


def form_units(ballots: Mapping[int, int], minimum: int) -> tuple[tuple[int, ...], ...]:
    """Return the units of a contest from the counted ballots n_d of each of its districts D(c).

    Each unit is its districts ascending; units are ordered by their number, the smallest district. Empty where there
    are no ballots, or so few that the contest is withheld.
    """
    # sum n_d < m: nothing to add up, or withheld
    if sum(ballots.values()) < minimum:
        return ()
    # S = districts with n_d < m; while S holds fewer than m ballots, add the one outside with the fewest (ties: first)
    joined = {d for d, n in ballots.items() if n < minimum}
    outside = sorted(ballots.keys() - joined, key=lambda d: (ballots[d], d))
    held = sum(ballots[d] for d in joined)
    while joined and held < minimum:
        district = outside.pop(0)
        joined.add(district)
        held += ballots[district]
    units: list[tuple[int, ...]] = [(d,) for d in outside]
    if joined:
        units.append(tuple(sorted(joined)))
    return tuple(sorted(units))


def contest_units(state: ElectionState, contest: int) -> tuple[tuple[int, ...], ...]:
    """Return the units of a one-based contest; none where it is withheld."""
    counts = district_counts(state)
    return form_units(_ballots_of(state, contest, counts), state.manifest.minimum_ballots)


def district_sums(state: ElectionState) -> dict[int, Sums]:
    """Return (A, B) over the counted ballots of each district, contest by contest of its style, option by option.

    A district without a counted ballot has no entry.
    """
    running = state.box.sums or _added_up(state)
    sums: dict[int, Sums] = {}
    for (district, weight), product in running.products.items():
        if not state.box.counted[district][0]:
            # All that were taken in have been taken out.
            continue
        # A = prod alpha^W, B = prod beta^W
        weighed = tuple(tuple(weigh(ciphertext, weight) for ciphertext in contest) for contest in product)
        sums[district] = multiply_sums(sums[district], weighed) if district in sums else weighed
    return sums


def compute_tally(state: ElectionState) -> EncryptedTally:
    """Return what `election.tally` must say; meaningful once the ballot box is closed."""
    counts = district_counts(state)
    sums = district_sums(state)
    contests = []
    for number, contest in enumerate(state.manifest.contests, 1):
        units = form_units(_ballots_of(state, number, counts), state.manifest.minimum_ballots)
        contests.append(
            ContestTally(
                contest=number,
                units=tuple(_tally_unit(state, number, contest, districts, counts, sums) for districts in units),
            )
        )
    return EncryptedTally(contests=tuple(contests))


def contest_figures(state: ElectionState, contest: int, *, paper: int | None = None) -> ContestFigures:
    """Return eligible and turnout of a one-based contest; meaningful after `election.close`.

    The paper ballots are those of `election.paper`, or `paper` where that statement is only being checked.
    """
    counts = district_counts(state)
    districts = state.manifest.districts_of(contest)
    return ContestFigures(
        eligible=sum(eligible_total(state, d).weight for d in districts),
        online=sum(counts[d - 1].weight for d in districts),
        paper=_paper_ballots(state, contest) if paper is None else paper,
    )


def eligible_total(state: ElectionState, district: int) -> DistrictTotal:
    """Return number and weight of the roll in a one-based district without the credentials struck as not eligible."""
    if state.roll.totals is None:
        return DistrictTotal(count=0, weight=0)
    total = state.roll.totals.districts[district - 1]
    count, weight = state.roll.not_eligible.get(district, (0, 0))
    return DistrictTotal(count=total.count - count, weight=total.weight - weight)


def is_sealed(state: ElectionState, contest: int, *, paper: int | None = None) -> bool:
    """Tell whether the rule of a one-based contest seals it: its quorum is missed and it says sealed below quorum.

    `paper` as in `contest_figures`.
    """
    figures = contest_figures(state, contest, paper=paper)
    return must_stay_sealed(state.manifest.contests[contest - 1].rule, figures.eligible, figures.turnout)


def contests_to_decrypt(state: ElectionState, tally: EncryptedTally) -> tuple[ContestTally, ...]:
    """Return the contests of a tally that are neither withheld nor sealed."""
    return tuple(contest for contest in tally.contests if contest.units and not is_sealed(state, contest.contest))


def _added_up(state: ElectionState) -> RunningSums:
    running = RunningSums()
    for ballot in counted_ballots(state):
        running.take_in(ballot.district, ballot.weight, ballot.contests)
    return running


def _paper_ballots(state: ElectionState, contest: int) -> int:
    return 0 if state.paper is None else state.paper.contests[contest - 1].ballots


def _ballots_of(state: ElectionState, contest: int, counts: Sequence[DistrictCount]) -> dict[int, int]:
    return {d: counts[d - 1].ballots for d in state.manifest.districts_of(contest)}


def _tally_unit(
    state: ElectionState,
    number: int,
    contest: Contest,
    districts: tuple[int, ...],
    counts: Sequence[DistrictCount],
    sums: Mapping[int, Sums],
) -> TallyUnit:
    parts = []
    for district in districts:
        if district in sums:
            # A ballot holds the contests of its style, in the order of the style.
            position = state.manifest.style_of(district).contests.index(number)
            parts.append(sums[district][position])
    return TallyUnit(
        unit=min(districts),
        districts=districts,
        ballots=sum(counts[d - 1].ballots for d in districts),
        weight=sum(counts[d - 1].weight for d in districts),
        ciphertexts=tuple(_product(state.group, [part[j] for part in parts]) for j in range(len(contest.options))),
    )


def _product(group: Group, ciphertexts: Sequence[Ciphertext]) -> Ciphertext:
    return multiply(ciphertexts) if ciphertexts else neutral_ciphertext(group)
