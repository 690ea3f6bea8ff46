"""Whole records with a side file and a lie: the findings are those without side file, and a row names the lie."""

from collections.abc import Callable
from pathlib import Path

import pytest
from gmpy2 import mpz

from tests.verifier.batch_support import MIXED, OF_ORDER_R, STRANGERS
from tests.verifier.conftest import rows
from tests.verifier.record_files import Draft, Made, write_record
from tests.verifier.test_batch_records import stripped
from tests.verifier.test_batch_search import SIDE_FILES
from verifier.engine import Options, verify
from verifier.findings import Report, Status
from verifier.group import ELEMENT_BYTES, P

# "first a" is replaced by a later ballot of the same voter, so no sum holds it
FIRST, MIDDLE, LAST = 0, 4, 7


def check(made: Made, folder: Path) -> Report:
    """Write and verify."""
    return verify(Options(record=str(write_record(made, folder))))


def both(made: Made, folder: Path) -> Report:
    """Require that the findings with side file are those without; return the report."""
    report = check(made, folder / "with")
    assert report.findings == check(stripped(made), folder / "without").findings
    return report


def cast(made: Made, number: int) -> Draft:
    """Return a cast ballot."""
    return made.get("ballot.cast", number)


def altered(text: str, by: int) -> str:
    """Return a number in hexadecimal plus something."""
    return f"{int(text, 16) + by:0{len(text)}x}"


def add_to(made: Made, number: int, proof: str, field: str, by: int) -> None:
    """Add to the first number of a proof, "selections" or "limit_proof"."""
    contest = cast(made, number).value["contests"][0]
    target = contest["selections"][0] if proof == "selections" else contest["limit_proof"]
    target[field][0] = altered(target[field][0], by)


@pytest.mark.parametrize("number", [FIRST, MIDDLE, LAST])
@pytest.mark.parametrize("field", ["challenges", "responses"])
@pytest.mark.parametrize(("proof", "row"), [("selections", "V6.D"), ("limit_proof", "V7.D")])
def test_a_false_number_in_a_proof(
    paper_election: Made, tmp_path: Path, number: int, proof: str, field: str, row: str
) -> None:
    """Show that bad sums of challenges and bad responses fail their letter alone, in one ballot alone."""
    made = paper_election.copy()
    add_to(made, number, proof, field, 1)
    report = both(made, tmp_path)
    assert rows(report, Status.FAIL) == {row}
    (found,) = [finding for finding in report.findings if finding.row == row]
    assert found.failures == 1
    assert found.places[0].startswith(f"entry {made.find('ballot.cast', number)},")


def test_a_ballot_whose_challenges_are_all_zero(paper_election: Made, tmp_path: Path) -> None:
    """Show that every proof of it fails its letter, and that no other ballot does."""
    made = paper_election.copy()
    proofs = [
        proof
        for contest in cast(made, MIDDLE).value["contests"]
        for proof in (*contest["selections"], contest["limit_proof"])
    ]
    for proof in proofs:
        proof["challenges"] = ["0" * 64] * len(proof["challenges"])
    report = both(made, tmp_path)
    assert rows(report, Status.FAIL) == {"V6.D", "V7.D"}
    failures = {finding.row: finding.failures for finding in report.findings}
    assert failures["V6.D"] + failures["V7.D"] == len(proofs)


def test_two_ballots_made_to_cancel_each_other(paper_election: Made, tmp_path: Path) -> None:
    """Show that errors g and 1/g in two ballots are both named."""
    made = paper_election.copy()
    add_to(made, FIRST, "selections", "responses", 1)
    add_to(made, LAST, "selections", "responses", -1)
    report = both(made, tmp_path)
    assert rows(report, Status.FAIL) == {"V6.D"}
    assert next(finding.failures for finding in report.findings if finding.row == "V6.D") == 2


@pytest.mark.parametrize("part", ["alpha", "beta"])
@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_component_that_is_no_element(paper_election: Made, tmp_path: Path, stranger: str, part: str) -> None:
    """Show that components of order 2, of order (p-1)/2q and of both fail membership."""
    made = paper_election.copy()
    selection = cast(made, FIRST).value["contests"][0]["selections"][0]
    selection[part] = f"{int(mpz(selection[part], 16) * STRANGERS[stranger] % P):01024x}"
    report = both(made, tmp_path)
    assert {"V6.A", "V7.A", "V6.D", "V7.D"} <= rows(report, Status.FAIL)
    assert next(finding.failures for finding in report.findings if finding.row == "V6.A") == 1


def test_two_components_that_cancel_each_other(paper_election: Made, tmp_path: Path) -> None:
    """Show that alpha*w and alpha'/w of order (p-1)/2q, and two signs, are named in both ballots."""
    made = paper_election.copy()
    for number, factor in ((FIRST, OF_ORDER_R), (LAST, pow(OF_ORDER_R, -1, P)), (2, P - 1), (3, P - 1)):
        selection = cast(made, number).value["contests"][0]["selections"][0]
        selection["alpha"] = f"{int(mpz(selection['alpha'], 16) * factor % P):01024x}"
    report = both(made, tmp_path)
    assert next(finding.failures for finding in report.findings if finding.row == "V6.A") == 4


def multiplied(data: bytes, place: int, factor: mpz) -> bytes:
    """Return commitments with one of them multiplied."""
    start = place * ELEMENT_BYTES
    x = mpz.from_bytes(data[start : start + ELEMENT_BYTES], "big") * factor % P
    return data[:start] + int(x).to_bytes(ELEMENT_BYTES, "big") + data[start + ELEMENT_BYTES :]


FOREIGN: dict[str, Callable[[bytes], bytes]] = {
    "order (p-1)/2q": lambda data: multiplied(data, 1, OF_ORDER_R),
    "mixed order": lambda data: multiplied(data, 2, MIXED),
    "another element": lambda data: multiplied(data, 3, mpz(4)),
}


@pytest.mark.parametrize("kind", SIDE_FILES | FOREIGN)
def test_a_side_file_that_does_not_fit(paper_election: Made, tmp_path: Path, kind: str) -> None:
    """Show that whatever stands beside three ballots changes nothing in the report of a true record."""
    made = paper_election.copy()
    for number in (FIRST, MIDDLE, LAST):
        draft = cast(made, number)
        draft.commitments = (SIDE_FILES | FOREIGN)[kind](draft.commitments)
    assert both(made, tmp_path).verified


@pytest.mark.parametrize("by", [1, -1])
def test_side_files_of_other_ballots(paper_election: Made, tmp_path: Path, by: int) -> None:
    """Show that commitments shifted by a ballot pass no false ballot and fail no true one."""
    made = paper_election.copy()
    places = [at for at, draft in enumerate(made.drafts) if draft.commitments]
    shifted = [made.drafts[at].commitments for at in places]
    for at, commitments in zip(places, shifted[by:] + shifted[:by], strict=True):
        made.drafts[at].commitments = commitments
    assert both(made, tmp_path / "true").verified
    add_to(made, MIDDLE, "selections", "responses", 1)
    assert rows(both(made, tmp_path / "false"), Status.FAIL) == {"V6.D"}
