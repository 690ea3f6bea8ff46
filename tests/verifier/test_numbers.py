"""Row E.E: every cast ballot stands where the number on it puts it, and a lie about that fails no other row.

*Idea*: Neither the identifier nor any proof of a ballot covers its number, only its author's signature does. So a
number can be changed before ballots are signed, and two ballots of an annulled credential can change places without
another row having anything to say.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.verifier.conftest import Verify, rows
from tests.verifier.election_ceremony import Plan
from tests.verifier.record_files import Made, notes, write_record
from tests.verifier.record_maker import make_drafts
from verifier.engine import Options, verify
from verifier.findings import Finding, Report, Status
from verifier.korean import in_korean
from verifier.layout import WIDTH

# the cast ballots of the paper election: the first two of credential a, with that of b between them
FIRST_A, B, SECOND_A = range(3)


@pytest.fixture(scope="module")
def annulled_twice() -> Made:
    """Return an election with voting again in which an annulled credential has cast two ballots."""
    return make_drafts(Plan(paper=False, n=1, k=1, used=(1,), twice=True))


@pytest.fixture(scope="module")
def one_ballot_each() -> Made:
    """Return an election in which an annulled credential has cast two ballots where one is allowed."""
    return make_drafts(Plan(paper=False, n=1, k=1, used=(1,), twice=True, revoting="never"))


def numbered(made: Made, *numbers: tuple[int, Any]) -> Made:
    """Return an election whose cast ballots state other numbers."""
    made = made.copy()
    for place, number in numbers:
        made.get("ballot.cast", place).value["number"] = number
    return made


def finding(report: Report) -> Finding:
    """Return what was found on E.E."""
    return next(finding for finding in report.findings if finding.row == "E.E")


def place(made: Made, at: int, found: int, wanted: int) -> str:
    """Return the words for a ballot with a number that is not its own."""
    return f"entry {at}, ballot {made.drafts[at].value['id'][:8]}: number {found} instead of {wanted}"


FALSE_NUMBERS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "a first ballot with number 2": ((B, 2, 1),),
    "the same number twice": ((SECOND_A, 1, 2),),
    "a gap": ((SECOND_A, 3, 2),),
    "an older ballot after a newer one": ((FIRST_A, 2, 1), (SECOND_A, 1, 2)),
    "the largest number": ((B, 2**53 - 1, 1),),
}


@pytest.mark.parametrize("name", FALSE_NUMBERS)
def test_a_number_that_is_not_the_next(paper_election: Made, verify_made: Verify, name: str) -> None:
    """Show that E.E alone fails, and that it names place, number found and number wanted, in Korean as well."""
    false = FALSE_NUMBERS[name]
    made = numbered(paper_election, *((number, found) for number, found, _ in false))
    report = verify_made(made)
    assert rows(report, Status.FAIL) == {"E.E"}
    assert rows(report, Status.ERROR) == set()
    found = finding(report)
    assert found.places == tuple(
        place(made, made.find("ballot.cast", number), found, wanted) for number, found, wanted in false
    )
    assert (found.checked, found.failures) == (len([d for d in made.drafts if d.kind == "ballot.cast"]), len(false))
    assert all(in_korean(text) for text in found.places)


def test_a_ballot_that_was_held_back(annulled_twice: Made, verify_made: Verify) -> None:
    """Show that E.E alone fails where two true ballots of a credential change places in the log."""
    assert verify_made(annulled_twice).verified
    made = annulled_twice.copy()
    older, newer = made.names["annulled"], made.names["annulled again"]
    made.drafts[older], made.drafts[newer] = made.drafts[newer], made.drafts[older]
    report = verify_made(made)
    assert rows(report, Status.FAIL) == {"E.E"}
    assert finding(report).places == (place(made, older, 2, 1), place(made, newer, 1, 2))


def test_a_ballot_that_was_left_out(annulled_twice: Made, verify_made: Verify) -> None:
    """Show that E.E alone fails where the first of two ballots never came into the log."""
    made = annulled_twice.copy()
    left_out = made.names["annulled"]
    del made.drafts[left_out]
    report = verify_made(made)
    assert rows(report, Status.FAIL) == {"E.E"}
    assert finding(report).places == (place(made, left_out, 2, 1),)


def test_a_second_ballot_where_one_is_allowed(one_ballot_each: Made, verify_made: Verify) -> None:
    """Show that a second ballot fails E.E alone, with the right number; with a wrong one for both reasons."""
    second = one_ballot_each.names["annulled again"]
    report = verify_made(one_ballot_each)
    assert rows(report, Status.FAIL) == {"E.E"}
    assert finding(report).places == (f"entry {second}: ballot 2 of its credential",)
    made = one_ballot_each.copy()
    made.drafts[second].value["number"] = 1
    report = verify_made(made)
    assert rows(report, Status.FAIL) == {"E.E"}
    assert finding(report).places == (place(made, second, 1, 2), f"entry {second}: ballot 2 of its credential")


@pytest.mark.parametrize("number", [0, -1, "1", True, 2**53, None])
def test_what_is_no_number(paper_election: Made, verify_made: Verify, number: Any) -> None:
    """Show that a number below 1, of another type or missing (None) fails S.A alone, and leaves E.E unevaluated."""
    made = numbered(paper_election, (B, number))
    ballot = made.get("ballot.cast", B)
    if number is None:
        del ballot.value["number"]
    elif number == 2**53:
        ballot.value["number"] = 1
        ballot.raw = ballot.payload().replace(b'"number":1,', b'"number":%d,' % 2**53)
    report = verify_made(made)
    assert rows(report, Status.FAIL) == {"S.A"}
    assert finding(report).status is Status.ERROR
    assert finding(report).failures == 0
    assert in_korean(finding(report).note)


@pytest.mark.parametrize(("number", "failed"), [(1, set()), (7, set()), (2**53 - 1, set()), (0, {"S.A"})])
def test_a_challenged_ballot(tiny_election: Made, verify_made: Verify, number: int, failed: set[str]) -> None:
    """Show that of the number of a challenged ballot nothing but its form is judged."""
    made = tiny_election.copy()
    made.get("ballot.challenged").value["ballot"]["number"] = number
    report = verify_made(made)
    assert rows(report, Status.FAIL) == failed
    assert rows(report, Status.ERROR) == set()
    assert finding(report).status is Status.PASS


def test_challenges_are_not_counted(paper_election: Made) -> None:
    """Show that the first ballot of a credential which has challenged one before has number 1 in a true record."""
    challenged, first = paper_election.get("ballot.challenged"), paper_election.get("ballot.cast", FIRST_A)
    assert challenged.author.public == first.author.public
    assert paper_election.find("ballot.challenged") < paper_election.find("ballot.cast", FIRST_A)
    assert first.value["number"] == 1


@pytest.fixture
def apart(paper_election: Made) -> Made:
    """Return an election with the two ballots of credential a in two bundles, in the wrong order of their numbers."""
    made = numbered(paper_election, (FIRST_A, 2), (SECOND_A, 1))
    at = made.find("ballot.cast", SECOND_A)
    made.drafts[at:at] = notes(WIDTH + 4 - at)
    return made


def cut_short(_manifest: Any, _size: int, _workers: int, **_how: bool) -> int:
    """Return the length of short ranges."""
    return 2


@pytest.mark.parametrize("workers", [1, 2])
def test_ranges_and_processes_agree(apart: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    """Show the same verdict however the log is cut and whoever does the work."""
    folder = write_record(apart, tmp_path / "record")
    whole = verify(Options(record=str(folder)))
    assert rows(whole, Status.FAIL) == {"E.E"}
    assert len(finding(whole).places) == 2
    monkeypatch.setattr("verifier.election_run.range_length", cut_short)
    assert verify(Options(record=str(folder), workers=workers)).findings == whole.findings


def test_a_resumed_run(apart: Made, tmp_path: Path) -> None:
    """Show the verdict of a full run where the later ballot is on the other side of the border of an earlier run."""
    state, first = tmp_path / "state", apart.copy()
    del first.drafts[WIDTH:]
    old, new = write_record(first, tmp_path / "old"), write_record(apart, tmp_path / "new")
    before = verify(Options(record=str(old), state=str(state)))
    assert len(finding(before).places) == 1
    report = verify(Options(record=str(new), state=str(state)))
    assert report.findings == verify(Options(record=str(new), earlier=(str(old / "checkpoint"),))).findings
    assert rows(report, Status.FAIL) == {"E.E"}
    assert len(finding(report).places) == 2
