"""Counting units, seals, and which contests are to be decrypted, as pure arithmetic.

*Spec*: docs/protocol.md, sections 9 and 11.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.checks.credentials import Electorate
from verifier.manifest import Contest, Manifest


def units_of(districts: tuple[int, ...], ballots: Mapping[int, int], minimum: int) -> tuple[tuple[int, ...], ...]:
    """Return a contest's units, each as ascending districts, by number; none below ``minimum`` ballots in all."""
    counts = {district: ballots.get(district, 0) for district in districts}
    if sum(counts.values()) < minimum:
        return ()
    together = {district for district, count in counts.items() if count < minimum}
    if together:
        # while S holds fewer than m ballots, add the district outside with the fewest (ties: smaller index)
        outside = sorted((count, district) for district, count in counts.items() if district not in together)
        total = sum(counts[district] for district in together)
        for count, district in outside:
            if total >= minimum:
                break
            together.add(district)
            total += count
    units: list[tuple[int, ...]] = [(district,) for district in districts if district not in together]
    if together:
        units.append(tuple(sorted(together)))
    return tuple(sorted(units))


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestFacts:
    """What follows for one contest before anything is decrypted; E and T are weights (section 11)."""

    units: tuple[tuple[int, ...], ...]
    eligible: int
    online: int
    paper_ballots: int
    turnout: int
    quorum_required: int
    quorum_met: bool
    sealed: bool
    withheld: bool

    @property
    def published(self) -> bool:
        """Say whether votes are published: neither sealed nor withheld."""
        return not (self.sealed or self.withheld)

    @property
    def decrypted(self) -> bool:
        """Say whether there is anything to decrypt: votes are published and there are units."""
        return self.published and bool(self.units)


def contest_facts(manifest: Manifest, contest: Contest, electorate: Electorate, paper_ballots: int) -> ContestFacts:
    """Return units, turnout and seal of a contest."""
    districts = manifest.districts_of(contest.index)
    units = units_of(districts, electorate.counted.count, manifest.minimum_ballots)
    eligible = sum(electorate.eligible.weight.get(district, 0) for district in districts)
    online = sum(electorate.counted.weight.get(district, 0) for district in districts)
    turnout = online + paper_ballots
    numerator, denominator = contest.rule.quorum
    # smallest T >= 0 with T*denominator >= E*numerator (at_least) or > (more_than)
    if contest.rule.quorum_comparison == "more_than":
        required = eligible * numerator // max(denominator, 1) + 1
    else:
        required = -(-eligible * numerator // max(denominator, 1))
    met = turnout >= required
    online_ballots = sum(electorate.counted.count.get(district, 0) for district in districts)
    return ContestFacts(
        units=units,
        eligible=eligible,
        online=online,
        paper_ballots=paper_ballots,
        turnout=turnout,
        quorum_required=required,
        quorum_met=met,
        sealed=contest.rule.sealed_below_quorum and not met,
        withheld=0 < online_ballots < manifest.minimum_ballots,
    )
