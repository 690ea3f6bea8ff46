"""Rows O.A to O.D: bounds of the sums, paper, and the outcome recomputed from them.

*Spec*: docs/protocol.md, section 11.
"""

from collections.abc import Mapping
from typing import Any

from verifier.checks.credentials import Electorate
from verifier.checks.decryption import TallyUnits
from verifier.checks.outcome_rules import outcome_of
from verifier.checks.units import ContestFacts
from verifier.election import Election, Item
from verifier.ledger import Ledger
from verifier.manifest import Contest, Manifest

PaperCounts = dict[int, dict[str, Any]]


def paper_counts(election: Election, manifest: Manifest) -> PaperCounts:
    """Return the paper counts by contest; empty where the manifest knows no paper or none is readable."""
    paper = election.value("election.paper") if manifest.paper else None
    return {contest["contest"]: contest for contest in reversed(paper["contests"])} if paper else {}


def check_paper(
    election: Election,
    manifest: Manifest,
    electorate: Electorate,
    known: Mapping[int, ContestFacts],
    ledger: Ledger,
) -> None:
    """Evaluate O.A."""
    item = election.single("election.paper")
    if not manifest.paper:
        ledger.absent("O.A", "the manifest knows no paper ballots")
        return
    if item is None:
        ledger.absent("O.A", "no election.paper in the record")
        return
    if item.value is None:
        ledger.unevaluated("O.A", "election.paper can't be read")
        return
    place, voters = f"entry {item.entry} (election.paper)", item.value["voters"]
    listed = [contest["contest"] for contest in item.value["contests"]]
    facts = [
        (listed == list(range(1, len(manifest.contests) + 1)), "contests are not those of the manifest in order"),
        (electorate.on_paper <= voters, f"{electorate.on_paper} credentials struck as voted_on_paper, {voters} voters"),
        (
            electorate.voters_online + voters <= electorate.eligible.sum_count(),
            f"{electorate.voters_online} voters online and {voters} on paper, "
            f"{electorate.eligible.sum_count()} eligible credentials",
        ),
    ]
    for counts in item.value["contests"]:
        contest = manifest.contest(counts["contest"])
        if contest is not None:
            facts += [
                (holds, f"contest {contest.index}: {words}")
                for holds, words in _paper_facts(contest, counts, voters, known[contest.index])
            ]
            if counts["ballots"] < voters:
                short = voters - counts["ballots"]
                ledger.note("O.A", f"contest {contest.index}: {short} fewer paper ballots than voters on paper")
    for holds, words in facts:
        ledger.check("O.A", holds, f"{place}: {words}", entry=item.entry)


def _paper_facts(contest: Contest, counts: dict[str, Any], voters: int, known: ContestFacts) -> list[tuple[bool, str]]:
    ballots, invalid, votes = counts["ballots"], counts["invalid"], counts["votes"]
    valid = ballots - invalid
    facts = [
        (ballots <= voters, "more ballots than voters"),
        (known.turnout <= known.eligible, "turnout above the weight of the eligible"),
    ]
    if known.sealed:
        return [*facts, (not votes and not invalid, "the papers of a sealed contest were opened")]
    facts += [
        (invalid <= ballots, "more invalid ballots than ballots"),
        (len(votes) == len(contest.option_labels), "number of options"),
        (sum(votes) <= contest.selection_limit * valid, "more votes than the ballots hold"),
        (all(vote <= contest.option_limit * valid for vote in votes), "an option has more votes than the ballots hold"),
    ]
    if contest.option_limit == contest.selection_limit == 1:
        facts.append((sum(votes) + invalid == ballots, "votes and invalid ballots are not the ballots"))
    return facts


def check_bounds(
    election: Election, manifest: Manifest, units: TallyUnits | None, electorate: Electorate, ledger: Ledger
) -> None:
    """Evaluate O.B."""
    item = election.single("election.result")
    if item is None or item.value is None or units is None:
        if item is None:
            ledger.absent("O.B", "no election.result in the record")
        else:
            ledger.unevaluated("O.B", "election.result or election.tally can't be read")
        return
    for entry in item.value["contests"]:
        contest = manifest.contest(entry["contest"])
        if contest is None:
            continue
        for unit in entry["units"]:
            where = f"entry {item.entry}, contest {contest.index}, unit {unit['unit']}"
            districts = units.get(contest.index, {}).get(unit["unit"], {}).get("districts", [])
            weight = sum(electorate.counted.weight.get(district, 0) for district in set(districts))
            votes = [option["votes"] for option in unit["options"]]
            for position, vote in enumerate(votes, start=1):
                within = vote <= contest.option_limit * weight
                ledger.check("O.B", within, f"{where}, option {position}", entry=item.entry)
            ledger.check("O.B", sum(votes) <= contest.selection_limit * weight, where, entry=item.entry)
    ledger.absent("O.B", "nothing is decrypted")


def votes_of(contest: Contest, units: list[dict[str, Any]], paper: PaperCounts) -> tuple[int, ...]:
    """Return V_1..V_m: decrypted votes over all units plus paper votes."""
    votes = [0] * len(contest.option_labels)
    for unit in units:
        for position, option in enumerate(unit["options"][: len(votes)]):
            votes[position] += option["votes"]
    for position, count in enumerate(paper.get(contest.index, {}).get("votes", [])[: len(votes)]):
        votes[position] += count
    return tuple(votes)


def check_outcome(election: Election, manifest: Manifest, facts: Mapping[int, ContestFacts], ledger: Ledger) -> None:
    """Evaluate O.C and O.D."""
    item = election.single("election.result")
    if item is None:
        for row in ("O.C", "O.D"):
            ledger.absent(row, "no election.result in the record")
        return
    _check_final(election, item, ledger)
    if item.value is None:
        ledger.unevaluated_rows(("O.C", "O.D"), "election.result can't be read")
        return
    if manifest.paper and election.value("election.paper") is None:
        ledger.unevaluated_rows(("O.C", "O.D"), "election.paper can't be read")
        return
    paper = paper_counts(election, manifest)
    listed = {entry["contest"] for entry in item.value["contests"]}
    for contest in manifest.contests:
        if contest.index not in listed:
            ledger.failed("O.D", f"entry {item.entry}: contest {contest.index} has no outcome", entry=item.entry)
    for entry in item.value["contests"]:
        contest_or_none = manifest.contest(entry["contest"])
        if contest_or_none is not None:
            _check_contest(item, entry, contest_or_none, facts[entry["contest"]], paper, ledger)


def _check_contest(
    item: Item, entry: dict[str, Any], contest: Contest, facts: ContestFacts, paper: PaperCounts, ledger: Ledger
) -> None:
    where, stated = f"entry {item.entry}, contest {contest.index}", entry["outcome"]
    votes = votes_of(contest, entry["units"], paper)
    numbers = (
        ("votes", stated["votes"], list(votes) if facts.published else []),
        ("turnout", stated["turnout"], facts.turnout),
        ("eligible", stated["eligible"], facts.eligible),
        ("quorum_required", stated["quorum_required"], facts.quorum_required),
    )
    for name, given, right in numbers:
        ledger.check("O.C", given == right, f"{where}: {name}", entry=item.entry)
    outcome = outcome_of(contest.rule, facts, votes)
    ledger.check("O.D", stated["kind"] == outcome.kind, f"{where}: kind is not {outcome.kind}", entry=item.entry)
    ledger.check("O.D", stated["winners"] == list(outcome.winners), f"{where}: winners", entry=item.entry)
    ledger.check("O.D", stated["tied"] == list(outcome.tied), f"{where}: tied", entry=item.entry)


def _check_final(election: Election, result: Item, ledger: Ledger) -> None:
    final = election.single("election.final")
    if final is None:
        return
    if final.value is None or not result.digest:
        ledger.unevaluated("O.D", "election.final can't be read")
        return
    same = final.value["result"] == result.digest.hex()
    ledger.check("O.D", same, f"entry {final.entry} (election.final): another result", entry=final.entry)
