"""The election in figures, for reports: the record's own words, and the verifier's own arithmetic."""

from collections.abc import Mapping
from typing import Any

from verifier.checks.credentials import Electorate
from verifier.checks.outcome import PaperCounts, paper_counts, votes_of
from verifier.checks.outcome_rules import Outcome, outcome_of
from verifier.checks.units import ContestFacts
from verifier.election import Election
from verifier.findings import ContestSummary, DistrictSummary, OptionSummary, PaperSummary, Summary, UnitSummary
from verifier.manifest import Contest, Manifest


def summarize(
    election: Election, manifest: Manifest, electorate: Electorate, facts: Mapping[int, ContestFacts]
) -> Summary:
    """Return the summary of an election whose manifest could be read."""
    result = election.value("election.result")
    entries: dict[int, dict[str, Any]] = {}
    for entry in result["contests"] if result else ():
        entries.setdefault(entry["contest"], entry)
    paper = paper_counts(election, manifest)
    return Summary(
        election_id=election.scope.hex(),
        label=manifest.label,
        title=manifest.title,
        opens=manifest.opens,
        closes=manifest.closes,
        trustees=manifest.n,
        quorum=manifest.quorum,
        used_trustees=tuple(result["trustees"]) if result else (),
        roll=electorate.roll,
        eligible=electorate.eligible.sum_count(),
        cast=electorate.cast,
        counted=electorate.counted.sum_count(),
        challenged=electorate.challenged,
        struck=electorate.struck,
        replaced=electorate.replaced,
        annulled=electorate.annulled,
        kinds=tuple(sorted(kind for kind in election.first if kind)),
        contests=tuple(
            _contest(manifest, contest, electorate, facts[contest.index], entries.get(contest.index), paper)
            for contest in manifest.contests
        ),
    )


def _contest(
    manifest: Manifest,
    contest: Contest,
    electorate: Electorate,
    facts: ContestFacts,
    entry: dict[str, Any] | None,
    paper: PaperCounts,
) -> ContestSummary:
    shown = entry is not None and facts.published and bool(entry["units"]) == facts.decrypted
    units = entry["units"] if entry is not None and shown else []
    votes = votes_of(contest, units, paper)
    online = sum(votes_of(contest, units, {}))
    single = contest.option_limit == contest.selection_limit == 1
    decided = entry is not None and (shown or not facts.published)
    outcome = outcome_of(contest.rule, facts, votes) if decided else Outcome(kind="")
    counts = paper.get(contest.index)
    by_unit = {unit["unit"]: unit for unit in reversed(units)}
    return ContestSummary(
        contest=contest.index,
        label=contest.label,
        title=contest.title,
        options=tuple(
            OptionSummary(label=label, title=title, votes=count if shown else None)
            for label, title, count in zip(contest.option_labels, contest.option_titles, votes, strict=True)
        ),
        kind=outcome.kind,
        winners=outcome.winners,
        tied=outcome.tied,
        turnout=facts.turnout,
        eligible=facts.eligible,
        quorum_required=facts.quorum_required,
        blank=facts.online - online if single and shown else None,
        paper=PaperSummary(ballots=counts["ballots"], invalid=counts["invalid"], votes=tuple(counts["votes"]))
        if counts
        else None,
        units=tuple(
            UnitSummary(
                unit=districts[0],
                districts=tuple(
                    DistrictSummary(
                        label=manifest.district_labels[district - 1], title=manifest.district_titles[district - 1]
                    )
                    for district in districts
                ),
                ballots=sum(electorate.counted.count.get(district, 0) for district in districts),
                votes=tuple(option["votes"] for option in by_unit.get(districts[0], {}).get("options", [])),
            )
            for districts in facts.units
        ),
    )
