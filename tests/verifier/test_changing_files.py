"""Records whose files change while they are read: what one pass believed must be what another pass compared.

*Idea*: A disk or server that answers differently at different times could show true payloads to the checks and the
logged ones to the hashes. The tests swap bundles exactly while one pass runs.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.conftest import rows
from tests.verifier.record_files import AUTHORITY, Draft, Made, signer, write_record
from tests.verifier.test_rows import OUTCOME, result_lie, wrong_signature
from verifier.engine import Options, verify
from verifier.findings import Report, Status
from verifier.loader import Loader
from verifier.range_task import RangeTask

Lie = Callable[[Made], None]


def swapped_while(
    owner: type, method: str, false: Path, true: Path, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let a bundle of the false record be that of the true one while a method runs."""
    (path,) = (false / "tile" / bundle / "000.p").iterdir()
    (other,) = (true / "tile" / bundle / "000.p").iterdir()
    logged, shown = path.read_bytes(), other.read_bytes()
    original = getattr(owner, method)

    def swapping(*arguments: Any) -> Any:
        path.write_bytes(shown)
        try:
            return original(*arguments)
        finally:
            path.write_bytes(logged)

    monkeypatch.setattr(owner, method, swapping)


def check(folder: Path) -> Report:
    """Verify a record in one process."""
    return verify(Options(record=str(folder)))


def false_title(made: Made) -> None:
    """Log another manifest than the one that everything was computed for."""
    made.get("election.manifest").value["label"] = "Another vote"


@pytest.mark.parametrize("lie", [result_lie(*OUTCOME, "winners", to=[2]), false_title], ids=["winner", "manifest"])
def test_payloads_swapped_for_the_loader(
    tiny_election: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: Lie
) -> None:
    """Show that payloads shown to the loader alone fail L.G, once each, and are judged all the same."""
    made = tiny_election.copy()
    lie(made)
    true, false = write_record(tiny_election, tmp_path / "true"), write_record(made, tmp_path / "false")
    assert not check(false).verified
    swapped_while(Loader, "load", false, true, "payloads", monkeypatch)
    report = check(false)
    assert rows(report, Status.FAIL) == {"L.G"}
    changed = [old.payload() != new.payload() for old, new in zip(tiny_election.drafts, made.drafts, strict=True)]
    assert next(finding.failures for finding in report.findings if finding.row == "L.G") == sum(changed)


def no_statement(made: Made) -> None:
    """Log an entry that is no statement."""
    made.get("election.close").entry = b"{}"


def other_author(made: Made) -> None:
    """Log the closing of somebody else."""
    made.get("election.close").author = signer("stranger")


@pytest.mark.parametrize("lie", [wrong_signature, no_statement, other_author])
def test_entries_swapped_for_the_workers(
    tiny_election: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: Lie
) -> None:
    """Show that entries shown to the workers alone fail L.C."""
    made = tiny_election.copy()
    lie(made)
    true, false = write_record(tiny_election, tmp_path / "true"), write_record(made, tmp_path / "false")
    assert "L.C" not in rows(check(false), Status.FAIL)
    swapped_while(RangeTask, "run", false, true, "entries", monkeypatch)
    assert "L.C" in rows(check(false), Status.FAIL)


def test_entries_that_the_workers_cannot_read(
    tiny_election: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Show that an entry which was a statement in the first pass and is none in the second fails L.C."""
    made = tiny_election.copy()
    made.get("election.close").entry = b"{}"
    true, noise = write_record(tiny_election, tmp_path / "true"), write_record(made, tmp_path / "noise")
    swapped_while(RangeTask, "run", true, noise, "entries", monkeypatch)
    assert rows(check(true), Status.FAIL) == {"L.C"}


def test_a_lasting_difference_is_counted_once(tiny_election: Made, tmp_path: Path) -> None:
    """Show that a payload of another hash is one failure although several passes see it."""
    made = tiny_election.copy()
    made.get("election.manifest").claimed = bytes([1]) * 32
    made.drafts.append(Draft(kind="badge.issued", author=AUTHORITY, value={}, claimed=bytes([1]) * 32))
    report = check(write_record(made, tmp_path / "r"))
    found = next(finding for finding in report.findings if finding.row == "L.G")
    assert (found.failures, found.checked) == (2, len(made.drafts))
