"""Rows V9, D.H: units as the rule says, and sums over exactly the counted ballots.

*Spec*: docs/protocol.md, section 9; EG 3.5, verification 9.

*Idea*: The ballot pass leaves one product per district, contest and option; a unit's sum is the product over
the districts that the tally names for it, so that wrong districts fail D.H and wrong sums V9.
"""

from collections.abc import Mapping
from typing import Any

from gmpy2 import mpz

from verifier.checks.credentials import Totals
from verifier.checks.units import ContestFacts
from verifier.election import Election, number
from verifier.group import ONE, P
from verifier.harvest import SumKey
from verifier.ledger import Ledger
from verifier.manifest import Manifest

ROWS = ("V9.A", "V9.B", "D.H")


def check_tally(
    election: Election,
    manifest: Manifest,
    facts: Mapping[int, ContestFacts],
    counted: Totals,
    ledger: Ledger,
) -> None:
    """Evaluate D.H."""
    item = election.single("election.tally")
    if item is None:
        ledger.absent("D.H", "no election.tally in the record")
        return
    if item.value is None:
        ledger.unevaluated("D.H", "election.tally can't be read")
        return
    place = f"entry {item.entry} (election.tally)"
    listed = [contest["contest"] for contest in item.value["contests"]]
    everything = listed == list(range(1, len(manifest.contests) + 1))
    ledger.check("D.H", everything, f"{place}: contests are not those of the manifest in order", entry=item.entry)
    for contest in item.value["contests"]:
        known = facts.get(contest["contest"])
        if known is None:
            continue
        where = f"{place}, contest {contest['contest']}"
        stated = [(u["unit"], tuple(u["districts"]), u["ballots"], u["weight"]) for u in contest["units"]]
        expected = [
            (
                districts[0],
                districts,
                sum(counted.count.get(district, 0) for district in districts),
                sum(counted.weight.get(district, 0) for district in districts),
            )
            for districts in known.units
        ]
        ledger.check("D.H", len(stated) == len(expected), f"{where}: {len(stated)} units", entry=item.entry)
        for unit, right in zip(stated, expected, strict=False):
            ledger.check("D.H", unit == right, f"{where}, unit {unit[0]}", entry=item.entry)
        for unit in stated:
            enough = unit[2] >= manifest.minimum_ballots
            ledger.check("D.H", enough, f"{where}, unit {unit[0]}: {unit[2]} ballots", entry=item.entry)


def check_sums(
    election: Election, manifest: Manifest, sums: Mapping[SumKey, tuple[mpz, mpz]], lost: int, ledger: Ledger
) -> None:
    """Evaluate V9.A and V9.B; ``lost`` counts ballots that count and could not be read."""
    item = election.single("election.tally")
    if item is None:
        for row in ("V9.A", "V9.B"):
            ledger.absent(row, "no election.tally in the record")
        return
    if item.value is None or lost:
        why = f"{lost} counted ballots can't be read" if lost else "election.tally can't be read"
        ledger.unevaluated_rows(("V9.A", "V9.B"), why)
        return
    for contest in item.value["contests"]:
        stated = manifest.contest(contest["contest"])
        if stated is not None:
            for unit in contest["units"]:
                place = f"entry {item.entry}, contest {stated.index}, unit {unit['unit']}"
                _check_unit(item.entry, place, stated.index, len(stated.option_labels), unit, sums, ledger)
    for row in ("V9.A", "V9.B"):
        ledger.absent(row, "no contest has units: nothing is added up")


def _check_unit(
    entry: int,
    place: str,
    contest: int,
    options: int,
    unit: dict[str, Any],
    sums: Mapping[SumKey, tuple[mpz, mpz]],
    ledger: Ledger,
) -> None:
    ciphertexts = unit["ciphertexts"]
    if len(ciphertexts) != options:
        for row in ("V9.A", "V9.B"):
            ledger.failed(row, f"{place}: {len(ciphertexts)} ciphertexts for {options} options", entry=entry)
    for option, ciphertext in enumerate(ciphertexts[:options], start=1):
        a, b = ONE, ONE
        # A = prod alpha^W, B = prod beta^W over the counted ballots of the unit's districts
        for district in unit["districts"]:
            a_d, b_d = sums.get((district, contest, option), (ONE, ONE))
            a, b = a * a_d % P, b * b_d % P
        ledger.check("V9.A", number(ciphertext["alpha"]) == a, f"{place}, option {option}", entry=entry)
        ledger.check("V9.B", number(ciphertext["beta"]) == b, f"{place}, option {option}", entry=entry)
