"""Records with a side file: the same findings as without, whatever is in it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.conftest import rows
from tests.verifier.record_files import Draft, Made, notes, write_record
from verifier.checks.ballots import BallotChecker
from verifier.engine import Options, verify
from verifier.findings import Report, Status
from verifier.group import P
from verifier.plan import cut


def check(made: Made, folder: Path, workers: int = 1) -> Report:
    """Write and verify."""
    return verify(Options(record=str(write_record(made, folder)), workers=workers))


def stripped(made: Made) -> Made:
    """Return the election without side file."""
    made = made.copy()
    for draft in made.drafts:
        draft.commitments = b""
    return made


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the entries of ballots that are judged proof by proof from now on."""
    entries: list[int] = []
    original = BallotChecker.check_proofs

    def listed(self: BallotChecker, entry: int, ballot: dict[str, Any], h_i: bytes) -> None:
        entries.append(entry)
        original(self, entry, ballot, h_i)

    monkeypatch.setattr(BallotChecker, "check_proofs", listed)
    return entries


def test_a_true_side_file(paper_election: Made, tmp_path: Path, alone: list[int]) -> None:
    """Show that no ballot, cast or challenged, is judged alone, and that the findings are those without side file."""
    with_side_file = check(paper_election, tmp_path / "with")
    assert with_side_file.verified
    assert alone == []
    without = check(stripped(paper_election), tmp_path / "without")
    assert len(alone) == 9
    assert with_side_file.findings == without.findings


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "cut in the middle": lambda data: data[: len(data) // 2],
    "cut by a byte": lambda data: data[:-1],
    "a byte more": lambda data: data + b"\0",
    "a byte in front": lambda data: b"\0" + data,
    "a frame of 4 GB": lambda data: b"\xff" * 8 + data,
    "a frame less": lambda data: data[4:],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_side_files(tiny_election: Made, tmp_path: Path, damage: str) -> None:
    """Show that a bundle of commitments that can't be read changes nothing in the report."""
    folder = write_record(tiny_election, tmp_path / "record")
    (path,) = folder.glob("tile/commitments/000.p/*")
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    report = verify(Options(record=str(folder)))
    assert report.verified, rows(report, Status.FAIL)
    assert report.findings == verify(Options(record=str(_without(folder)))).findings


def _without(folder: Path) -> Path:
    for path in folder.glob("tile/commitments/000.p/*"):
        path.unlink()
    return folder


def test_a_side_file_that_is_a_link(tiny_election: Made, tmp_path: Path, alone: list[int]) -> None:
    """Show that a link in place of the side file counts as no side file."""
    folder = write_record(tiny_election, tmp_path / "record")
    (path,) = folder.glob("tile/commitments/000.p/*")
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert verify(Options(record=str(folder))).verified
    assert len(alone) == 3


def _false_response(draft: Draft) -> None:
    ballot = draft.value.get("ballot", draft.value)
    responses = ballot["contests"][0]["limit_proof"]["responses"]
    responses[1] = f"{int(responses[1], 16) - 1:064x}"


@pytest.mark.parametrize("which", [0, 4, 7, None], ids=["first", "middle", "last", "challenged"])
def test_false_ballots(paper_election: Made, tmp_path: Path, which: int | None) -> None:
    """Show that a false proof behind a true hash is named with letter and place, also by two processes."""
    made = paper_election.copy()
    draft = made.get("ballot.challenged") if which is None else made.get("ballot.cast", which)
    _false_response(draft)
    report = check(made, tmp_path / "with")
    assert rows(report, Status.FAIL) == {"V7.D"}
    assert report.findings == check(stripped(made), tmp_path / "without").findings
    if which == 7:
        assert report.findings == check(made, tmp_path / "with", workers=2).findings


def test_repeated_ballots(tiny_election: Made, tmp_path: Path, alone: list[int]) -> None:
    """Show that repeated commitments are found where all come from the side file."""
    made = tiny_election.copy()
    made.drafts.insert(made.find("ballot.cast") + 1, made.get("ballot.cast"))
    report = check(made, tmp_path / "with")
    assert alone == []
    assert {"V5.A", "E.G", "E.H"} <= rows(report, Status.FAIL)
    assert report.findings == check(stripped(made), tmp_path / "without").findings


def test_a_key_that_is_no_element(tiny_election: Made, tmp_path: Path, alone: list[int]) -> None:
    """Show that with a negative K every ballot is judged alone, with the findings of a record without side file."""
    made = tiny_election.copy()
    commitments = made.get("trustee.keys").value["vote"]["commitments"]
    commitments[0] = f"{int(P) - int(commitments[0], 16):01024x}"
    report = check(made, tmp_path / "with")
    assert {"V2.A", "V6.D"} <= rows(report, Status.FAIL)
    assert len(alone) == 3
    assert report.findings == check(stripped(made), tmp_path / "without").findings


def test_ballots_in_two_bundles(paper_election: Made, tmp_path: Path, alone: list[int]) -> None:
    """Show that a batch spans bundles, that a false ballot in the second is found, and that two processes agree."""
    made = paper_election.copy()
    at = made.find("ballot.cast", 3)
    made.drafts[at:at] = notes(250)
    assert check(made, tmp_path / "true").verified
    assert alone == []
    _false_response(made.get("ballot.cast", 6))
    one, two = (check(made, tmp_path / "false", workers=workers) for workers in (1, 2))
    assert rows(one, Status.FAIL) == {"V7.D"}
    assert one.findings == two.findings


@pytest.mark.parametrize("length", [32, 100, 256, 512, 1 << 20])
@pytest.mark.parametrize("size", [1, 255, 256, 257, 2000])
def test_ranges(size: int, length: int) -> None:
    """Show that ranges cover every entry once and are no longer than asked, also where a bundle is missing."""
    bundles = [number for number in range(-(-size // 256)) if number != 3]
    ranges = list(cut(bundles, size, length))
    covered = [entry for start, stop in ranges for entry in range(start, stop)]
    assert covered == [entry for entry in range(size) if entry // 256 in bundles]
    assert all(stop - start <= length for start, stop in ranges)
