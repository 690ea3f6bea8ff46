"""Rows V10.C, V11, D.F, D.G, D.I: what was decrypted, by whom, to what; and the items of V10.A and V10.B.

*Spec*: docs/protocol.md, section 10; EG 3.6, verifications 10 and 11.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gmpy2 import mpz, powmod

from verifier.checks.units import ContestFacts
from verifier.election import Election, Item, number
from verifier.group import ONE, P, lagrange_weight
from verifier.hashing import MAX_INDEX
from verifier.ledger import Ledger
from verifier.manifest import Contest, Manifest
from verifier.partial_task import Partial

TallyUnits = dict[int, dict[int, dict[str, Any]]]
RESULT_ROWS = ("V10.C", "V11.A", "V11.B", "V11.C", "V11.D", "D.G")


def tally_units(election: Election) -> TallyUnits | None:
    """Return the published units by contest and number, None where there is no readable tally."""
    tally = election.value("election.tally")
    if tally is None:
        return None
    result: TallyUnits = {}
    for contest in tally["contests"]:
        units = result.setdefault(contest["contest"], {})
        for unit in contest["units"]:
            units.setdefault(unit["unit"], unit)
    return result


def partials_of(election: Election, manifest: Manifest, units: TallyUnits) -> Iterator[Partial]:
    """Yield every partial decryption of a ciphertext of the tally; what has no ciphertext there is D.F's matter."""
    for trustee, item in election.trustees("trustee.decryption").items():
        if not 1 <= trustee <= manifest.n:
            continue
        for contest in item.value["contests"]:
            for unit in contest["units"]:
                published = units.get(contest["contest"], {}).get(unit["unit"])
                if published is None or max(contest["contest"], unit["unit"]) > MAX_INDEX:
                    continue
                pairs = zip(unit["partials"], published["ciphertexts"], strict=False)
                for option, (partial, ciphertext) in enumerate(pairs, start=1):
                    yield Partial(
                        entry=item.entry,
                        trustee=trustee,
                        place=(contest["contest"], option, unit["unit"]),
                        a=number(ciphertext["alpha"]),
                        b=ciphertext["beta"],
                        fields=partial,
                    )


def check_coverage(
    election: Election, manifest: Manifest, facts: Mapping[int, ContestFacts], units: TallyUnits | None, ledger: Ledger
) -> None:
    """Evaluate D.F and D.I."""
    hidden = [index for index, known in facts.items() if not known.published]
    items = election.trustees("trustee.decryption")
    for index, item in items.items():
        place = f"entry {item.entry} (trustee {index})"
        listed = [contest["contest"] for contest in item.value["contests"]]
        for contest in hidden:
            ledger.check("D.I", contest not in listed, f"{place}, contest {contest}", entry=item.entry)
        if units is None:
            ledger.unevaluated("D.F", "election.tally can't be read")
            continue
        wanted = [
            (contest.index, [(unit, len(contest.option_labels)) for unit in units.get(contest.index, {})])
            for contest in manifest.contests
            if facts[contest.index].published and units.get(contest.index)
        ]
        given = [
            (contest["contest"], [(unit["unit"], len(unit["partials"])) for unit in contest["units"]])
            for contest in item.value["contests"]
        ]
        ledger.check("D.F", given == wanted, f"{place}: not exactly what is to be decrypted", entry=item.entry)
    if not items:
        ledger.absent("D.F", "no trustee.decryption in the record")
    ledger.absent("D.I", "nothing is decrypted" if hidden else "no contest is sealed or withheld")


def check_result(
    election: Election,
    manifest: Manifest,
    facts: Mapping[int, ContestFacts],
    units: TallyUnits | None,
    on_ballots: frozenset[int],
    ledger: Ledger,
) -> None:
    """Evaluate V10.C, V11 and D.G."""
    item = election.single("election.result")
    if item is None:
        for row in RESULT_ROWS:
            ledger.absent(row, "no election.result in the record")
        return
    if item.value is None:
        ledger.unevaluated_rows(RESULT_ROWS, "election.result can't be read")
        return
    used = _check_used(election, manifest, facts, item, ledger)
    _check_contents(manifest, facts, item, units, ledger)
    listed = {contest["contest"] for contest in item.value["contests"]}
    for index in sorted(on_ballots):
        there = index in listed and units is not None and index in units
        ledger.check("V11.D", there, f"contest {index} is missing in tally or result", entry=item.entry)
    ledger.absent("V11.D", "no ballots in the record")
    _check_sums(election, item, units, used, ledger)


def _check_used(
    election: Election, manifest: Manifest, facts: Mapping[int, ContestFacts], item: Item, ledger: Ledger
) -> list[int]:
    used: list[int] = item.value["trustees"]
    place = f"entry {item.entry} (election.result)"
    if not any(known.decrypted for known in facts.values()):
        ledger.check("D.G", not used, f"{place}: names trustees although nothing is decrypted", entry=item.entry)
        return used
    published = election.by_trustee.get("trustee.decryption", {})
    ledger.check("D.G", len(used) >= manifest.quorum, f"{place}: {len(used)} trustees", entry=item.entry)
    ledger.check("D.G", used == sorted(set(used)), f"{place}: trustees are not ascending", entry=item.entry)
    for trustee in used:
        known = 1 <= trustee <= manifest.n and trustee in published
        ledger.check("D.G", known, f"{place}: trustee {trustee} published no decryption", entry=item.entry)
    return used


def _check_contents(
    manifest: Manifest, facts: Mapping[int, ContestFacts], item: Item, units: TallyUnits | None, ledger: Ledger
) -> None:
    seen = 0
    for entry in item.value["contests"]:
        index = entry["contest"]
        where = f"entry {item.entry}, contest {index}"
        contest = manifest.contest(index)
        ordered = index > seen
        seen = max(seen, index)
        right = contest is not None and entry["label"] == contest.label and ordered
        ledger.check("V11.A", right, where, entry=item.entry)
        if contest is None:
            continue
        for unit in entry["units"]:
            _check_options(contest, unit, f"{where}, unit {unit['unit']}", item.entry, ledger)
        # units of a sealed or withheld contest have no decryptions, which V10.C says
        if units is not None and facts[index].published and (entry["units"] or units.get(index)):
            same = [unit["unit"] for unit in entry["units"]] == list(units.get(index, {}))
            ledger.check("V11.C", same, f"{where}: units are not those of the tally", entry=item.entry)
    if not item.value["contests"]:
        ledger.absent("V11.A", "the result has no contests")
    for row in ("V11.B", "V11.C"):
        ledger.absent(row, "the result has no decrypted units")


def _check_options(contest: Contest, unit: dict[str, Any], where: str, entry: int, ledger: Ledger) -> None:
    labels = [option["label"] for option in unit["options"]]
    for position, label in enumerate(labels, start=1):
        known = label in contest.option_labels
        ledger.check("V11.B", known, f"{where}, option {position}", entry=entry)
    # an option with a foreign label fails V11.B; here count, order and repetition of the others are judged
    positions = [contest.option_labels.index(label) for label in labels if label in contest.option_labels]
    complete = len(labels) == len(contest.option_labels) and positions == sorted(set(positions))
    ledger.check("V11.C", complete, where, entry=entry)


def _check_sums(election: Election, item: Item, units: TallyUnits | None, used: list[int], ledger: Ledger) -> None:
    keys, published = election.keys, election.by_trustee.get("trustee.decryption", {})
    if not any(contest["units"] for contest in item.value["contests"]):
        ledger.absent("V10.C", "nothing is decrypted")
        return
    if keys is None or units is None:
        ledger.unevaluated("V10.C", "the keys or the tally can't be read")
        return
    if any(trustee in published and published[trustee].value is None for trustee in used):
        ledger.unevaluated("V10.C", "a trustee.decryption can't be read")
        return
    usable = used == sorted(set(used)) and all(1 <= trustee <= MAX_INDEX for trustee in used)
    partials = {trustee: _by_unit(published[trustee]) for trustee in used if trustee in published}
    weights = {trustee: lagrange_weight(trustee, used) for trustee in used} if usable else {}
    for contest in item.value["contests"]:
        for unit in contest["units"]:
            ciphertexts = units.get(contest["contest"], {}).get(unit["unit"], {}).get("ciphertexts", [])
            for position, option in enumerate(unit["options"]):
                where = f"entry {item.entry}, contest {contest['contest']}, unit {unit['unit']}, option {position + 1}"
                mine = [partials.get(i, {}).get((contest["contest"], unit["unit"]), [])[position:] for i in used]
                if not usable or not mine or not all(mine) or position >= len(ciphertexts):
                    ledger.failed("V10.C", f"{where}: without ciphertext or partial decryptions", entry=item.entry)
                    continue
                values = [number(rest[0]["partial"]) for rest in mine]
                holds = _sum_holds(
                    number(option["t"]), option["votes"], number(ciphertexts[position]["beta"]), keys.vote_key
                ) and _combines(number(option["t"]), number(ciphertexts[position]["beta"]), values, used, weights)
                ledger.check("V10.C", holds, where, entry=item.entry)


def _by_unit(item: Item) -> dict[tuple[int, int], list[dict[str, str]]]:
    return {
        (contest["contest"], unit["unit"]): unit["partials"]
        for contest in item.value["contests"]
        for unit in contest["units"]
    }


def _sum_holds(t_element: mpz, votes: int, beta: mpz, vote_key: mpz) -> bool:
    # T = K^t
    return bool(0 < t_element < P and 0 < beta < P and t_element == powmod(vote_key, votes, P))


def _combines(t_element: mpz, beta: mpz, partials: list[mpz], used: list[int], weights: Mapping[int, mpz]) -> bool:
    combined = ONE
    for trustee, partial in zip(used, partials, strict=True):
        combined = combined * powmod(partial, weights[trustee], P) % P
    # T = B / prod M_i^{w_i}
    return bool(combined and t_element * combined % P == beta)
