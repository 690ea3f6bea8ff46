"""What the report says that receipts prove: of which election, of what kind, and whether a ballot counts."""

import re
from pathlib import Path

import pytest

from tests.verifier.conftest import rows
from tests.verifier.record_files import LOG, Draft, Made, make_entry, signer, write_record
from tests.verifier.test_log_rows import receipt
from verifier.engine import Options, verify
from verifier.findings import ReceiptMeaning, Report, Status
from verifier.labels import LABELS
from verifier.report_html import render_html
from verifier.report_json import render_json
from verifier.report_text import render_text


def handed(made: Made, folder: Path, *indices: int) -> Report:
    """Verify an election with receipts of some of its entries."""
    record = write_record(made, folder / "r")
    paths = []
    for number, index in enumerate(indices):
        path = folder / f"{number}.tlog-proof"
        path.write_text(receipt(made, index, len(made.drafts)))
        paths.append(str(path))
    return verify(Options(record=str(record), receipts=tuple(paths)))


def test_receipts_of_ballots(paper_election: Made, tmp_path: Path) -> None:
    """Show that receipts tell counted, superseded, annulled and challenged ballots from statements that are none."""
    names = paper_election.names
    indices = [names[name] for name in ("second a", "first a", "annulled", "challenged")]
    report = handed(paper_election, tmp_path, *indices, paper_election.find("election.close"))
    assert report.verified
    assert [item.meaning for item in report.receipts] == [
        ReceiptMeaning.COUNTED,
        ReceiptMeaning.LATER,
        ReceiptMeaning.UNCOUNTED,
        ReceiptMeaning.CHALLENGED,
        ReceiptMeaning.NO_BALLOT,
    ]
    assert [item.entry for item in report.receipts][:4] == indices
    assert {item.scope for item in report.receipts} == {paper_election.scope.hex()}
    note = next(finding.note for finding in report.findings if finding.row == "L.L")
    assert "(election.close): a statement of this election that is no ballot" in note
    assert "(ballot.challenged)" in note
    texts = [re.sub(r"\s+", " ", render_text(report, language)) for language in ("ko", "en")]
    assert "4.tlog-proof: not a ballot." in texts[1]
    assert "4.tlog-proof: 투표지가 아닙니다." in texts[0]
    assert f"(ballot.cast, entry {indices[0]}) is in the log and counts" in texts[1]
    assert "not a ballot" in render_html(report)
    assert "투표지가 아닙니다" in render_html(report)
    assert '"meaning": "no_ballot"' in render_json(report)


def test_a_receipt_of_another_election(paper_election: Made, tmp_path: Path) -> None:
    """Show that a ballot of another scope is named as such, whatever its kind says."""
    made = paper_election.copy()
    foreign = Draft(kind="ballot.cast", author=signer("voter a"), value={})
    foreign.entry = make_entry(bytes([9]) * 32, foreign)
    made.drafts.append(foreign)
    report = handed(made, tmp_path, len(made.drafts) - 1)
    assert report.verified
    (item,) = report.receipts
    assert (item.meaning, item.scope, item.kind) == (ReceiptMeaning.ELSEWHERE, "09" * 32, "ballot.cast")
    note = next(finding.note for finding in report.findings if finding.row == "L.L")
    assert "another election or service" in note
    assert "09" * 32 in render_html(report)


def test_a_receipt_of_what_is_no_statement(tiny_election: Made, tmp_path: Path) -> None:
    """Show that an entry which is no statement proves nothing, and that hostile kinds are not repeated."""
    made = tiny_election.copy()
    made.drafts.append(Draft(kind="", author=LOG, value={}, entry=b"{}"))
    made.drafts.append(Draft(kind="\x1b[2J", author=LOG, value={}))
    report = handed(made, tmp_path, len(made.drafts) - 2, len(made.drafts) - 1)
    assert [item.meaning for item in report.receipts] == [ReceiptMeaning.NOTHING, ReceiptMeaning.NO_BALLOT]
    assert report.receipts[1].kind == "unknown kind"
    assert "proves nothing" in render_text(report)


def test_a_receipt_where_nothing_can_be_counted(tiny_election: Made, tmp_path: Path) -> None:
    """Show that without a manifest no ballot is said to count."""
    made = tiny_election.copy()
    made.get("election.manifest").raw = b"{}"
    report = handed(made, tmp_path, made.find("ballot.cast"))
    assert [item.meaning for item in report.receipts] == [ReceiptMeaning.UNKNOWN]


def test_a_receipt_that_fails_proves_nothing(tiny_election: Made, tmp_path: Path) -> None:
    """Show that nothing is said to be proven by a receipt whose statement is not in the log."""
    other = tiny_election.copy()
    other.get("ballot.cast").value["style"] = 2
    (tmp_path / "x").write_text(receipt(other, other.find("ballot.cast"), len(other.drafts)))
    record = write_record(tiny_election, tmp_path / "r")
    report = verify(Options(record=str(record), receipts=(str(tmp_path / "x"),)))
    assert rows(report, Status.FAIL) == {"L.L"}
    assert report.receipts == ()


@pytest.mark.parametrize("meaning", list(ReceiptMeaning))
def test_every_meaning_has_words(meaning: ReceiptMeaning) -> None:
    """Show that both languages have a sentence that names file and entry."""
    assert all("{name}" in text and "{entry}" in text for text in LABELS[f"receipt_{meaning.value}"])
