"""The verdict's words: unfinished is not false and not harmless, a key that signed nothing is said to be none."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.verifier import report_samples as samples
from tests.verifier.record_files import LOG, ORIGIN, Made, signer, verifier_key, write_record
from tests.verifier.test_log_rows import receipt
from verifier.engine import Options, verify
from verifier.errors import UsageError
from verifier.findings import Finding, Report, Status, Verdict
from verifier.labels import label
from verifier.main import FALSE, UNREADABLE, exit_code, main
from verifier.report_file import check_report_path, write_report
from verifier.report_html import render_html
from verifier.report_json import render_json
from verifier.report_text import render_text
from verifier.texts import LANGUAGES, Language


def words(report: Report, language: Language = "en") -> str:
    """Return the text report in one line."""
    return re.sub(r"\s+", " ", render_text(report, language))


def cut(made: Made, kind: str, folder: Path) -> str:
    """Write the record of an election that ends with the first statement of a kind, and return its path."""
    part = made.copy()
    part.drafts = part.drafts[: part.find(kind) + 1]
    return str(write_record(part, folder))


def test_every_beginning_of_an_election_is_unfinished(tiny_election: Made, tmp_path: Path) -> None:
    """Wherever a true record stops before election.final it is unfinished: not verified, nothing said to be false."""
    for end in range(1, len(tiny_election.drafts)):
        part = tiny_election.copy()
        part.drafts = part.drafts[:end]
        report = verify(Options(record=str(write_record(part, tmp_path / str(end)))))
        assert report.verdict is Verdict.UNFINISHED, part.drafts[-1].kind
        assert not report.verified
        assert exit_code(report) == UNREADABLE
        assert words(report).startswith("NOT VERIFIED: the record is not finished The statement that ends the election")
        assert "FAIL L.J" not in words(report)
    whole = verify(Options(record=str(write_record(tiny_election, tmp_path / "whole"))))
    assert whole.verdict is Verdict.VERIFIED


def test_the_roll_need_not_wait_for_the_keys(tiny_election: Made, tmp_path: Path) -> None:
    """A list of credentials that comes before the keys leaves the election unfinished and in order."""
    made = tiny_election.copy()
    listed = [draft for draft in made.drafts if draft.kind.startswith("registrar.")]
    made.drafts = [*made.drafts[:3], *listed]
    report = verify(Options(record=str(write_record(made, tmp_path / "record"))))
    assert report.verdict is Verdict.UNFINISHED


def test_a_beginning_with_a_lie_is_not_unfinished(tiny_election: Made, tmp_path: Path) -> None:
    """An unfinished record in which something fails or is missing from the middle is not verified like any other."""
    made = tiny_election.copy()
    made.drafts = made.drafts[: made.find("ballot.cast") + 1]
    made.get("ballot.cast").signature = bytes(64)
    lie = verify(Options(record=str(write_record(made, tmp_path / "lie"))))
    gap = tiny_election.copy()
    gap.drafts = gap.drafts[: gap.find("ballot.cast") + 1]
    del gap.drafts[gap.find("registrar.roll")]
    for report in (lie, verify(Options(record=str(write_record(gap, tmp_path / "gap"))))):
        assert report.verdict is Verdict.NOT_VERIFIED
        assert exit_code(report) == FALSE
        assert words(report).startswith("NOT VERIFIED Something in the published record is false, missing")


@pytest.mark.parametrize("kinds", [("election.manifest", "trustee.complaint"), ("election.final",), ()])
def test_what_ended_is_not_unfinished(kinds: tuple[str, ...]) -> None:
    """An election that ended, with a complaint too, and a record without a manifest are not called unfinished."""
    report = samples.unfinished()
    assert report.summary is not None
    assert report.verdict is Verdict.UNFINISHED
    ended = replace(report, summary=replace(report.summary, kinds=kinds))
    assert ended.verdict is Verdict.NOT_VERIFIED
    assert "FAIL L.J" in words(ended)


def test_two_things_missing_are_more_than_unfinished() -> None:
    """Where L.J fails twice, or another row can't be evaluated, the record is not called unfinished."""
    report = samples.unfinished()
    twice = Finding(row="L.J", status=Status.FAIL, checked=9, failures=2, places=(), note="")
    error = Finding(row="V9.A", status=Status.ERROR, checked=0, failures=0, places=(), note="unreadable")
    assert samples.with_findings(report, twice).verdict is Verdict.NOT_VERIFIED
    assert samples.with_findings(report, error).verdict is Verdict.NOT_VERIFIED


def test_unfinished_report_says_what_is_there_and_how_a_cut_shows() -> None:
    """The report of an unfinished record names the missing statement, the steps so far, and how to notice a cut-off."""
    text, korean = words(samples.unfinished()), words(samples.unfinished(), "ko")
    assert "(election.final) is missing" in text
    assert "Opening of the vote: there, Close of the vote: not yet" in text
    assert "A record whose end was cut off looks exactly like this one" in text
    assert "--earlier FILE" in text
    assert "--receipt FILE" in text
    assert "than the 31,412 of this record" in text
    assert "13,297 required, 4,297 to go" in text
    assert "Numbers so far (not final)" in text
    assert "not the newest" not in text
    assert "검증되지 않음: 아직 끝나지 않은 기록" in korean
    assert "뒤가 잘린 기록도 이와 똑같아 보입니다" in korean
    html = render_html(samples.unfinished())
    assert html.count('class="verdict error"') == len(LANGUAGES)
    assert html.count('class="status pass"') > html.count('class="status fail"') == 0
    assert "not final yet: election.final is missing" in html
    assert "아직 끝나지 않음: election.final이 없고" in html
    assert json.loads(render_json(samples.unfinished()))["verdict"] == "unfinished"


def test_a_cut_shows_by_a_later_checkpoint_or_receipt(tiny_election: Made, tmp_path: Path) -> None:
    """A later checkpoint makes a cut-off record fail; a receipt from a later log makes the report say so."""
    record = cut(tiny_election, "ballot.cast", tmp_path / "cut")
    whole = write_record(tiny_election, tmp_path / "whole")
    later = verify(Options(record=record, earlier=(str(whole / "checkpoint"),)))
    assert later.verdict is Verdict.NOT_VERIFIED
    path = tmp_path / "my.tlog-proof"
    path.write_text(receipt(tiny_election, tiny_election.find("ballot.cast"), len(tiny_election.drafts)))
    report = verify(Options(record=record, receipts=(str(path),)))
    assert report.verdict is Verdict.UNFINISHED
    size, entries = tiny_election.find("ballot.cast") + 1, len(tiny_election.drafts)
    assert f"comes from a log of {entries} entries, and this record has only {size}" in words(report)
    assert "It will count, unless a later ballot takes its place" in words(report)


def test_a_key_that_signed_nothing(tiny_election: Made, tmp_path: Path) -> None:
    """With a foreign key the report says that the checkpoint is not signed by it, and nowhere that it was checked."""
    record = str(write_record(tiny_election, tmp_path / "record"))
    foreign = verify(Options(record=record, log_keys=(verifier_key(ORIGIN, 1, signer("somebody else")),)))
    named = verify(Options(record=record, log_keys=(verifier_key("other.example/log", 1, LOG),)))
    for report in (foreign, named):
        assert {item.row for item in report.findings if item.status is Status.FAIL} == {"L.A"}
        text = words(report)
        assert text.startswith("NOT VERIFIED Nothing shows this record to be the official one")
        assert text.count("is NOT signed by the key that was given") == 2
        assert label("key_auditor", "en") not in text
        assert "제시한 열쇠로 서명되지 않았습니다" in words(report, "ko")
        html = render_html(report)
        assert label("key_auditor", "en") not in html
        assert html.count("is NOT signed by the key that was given") == 2
    right = verify(Options(record=record, log_keys=(verifier_key(ORIGIN, 1, LOG),)))
    assert label("key_auditor", "en") in words(right)
    assert "NOT signed" not in words(right)


def test_a_record_without_a_signature_of_its_own_key() -> None:
    """Where not even the record's own key signed, or there is no key at all, the report says that."""
    report = replace(samples.wrong_key(), log=samples.log(key_source="record"))
    assert label("key_record_unsigned", "en") in words(report)
    error = Finding(row="L.A", status=Status.ERROR, checked=0, failures=0, places=(), note="no key")
    assert "There was no key to check" in words(samples.with_findings(report, error))


@pytest.mark.parametrize("bad", ["nowhere/report.html", "folder", "record/checkpoint", "record/new.html", "policy"])
def test_a_bad_report_path_is_noticed_before_the_work(
    bad: str, tiny_election: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path that can't be written, or that is the record or a file handed in, is refused before anything is read."""
    record = write_record(tiny_election, tmp_path / "record")
    (tmp_path / "folder").mkdir()
    policy = tmp_path / "policy"
    policy.write_bytes((record / "policy").read_bytes())
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    monkeypatch.setattr("verifier.main.verify", lambda _: pytest.fail("the work began"))
    assert main([str(record), "--policy", str(policy), "--report", str(tmp_path / bad), "--quiet"]) == UNREADABLE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: --report: ")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_looking_at_a_report_path_changes_nothing(tmp_path: Path) -> None:
    """A good path is left as it was: absent, or with what it held, until the report is written."""
    old, new = tmp_path / "old.html", tmp_path / "new.html"
    old.write_text("before")
    for path in (old, new):
        check_report_path(str(path), [str(tmp_path / "record")])
    assert old.read_text() == "before"
    assert not new.exists()
    write_report(str(old), "after")
    assert old.read_text() == "after"
    with pytest.raises(UsageError):
        check_report_path("nul\0", [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_begins_with_the_language_asked_for(language: Language, tiny_election: Made, tmp_path: Path) -> None:
    """The language asked for comes first in title, switch and page, and is what html and script start with."""
    page = tmp_path / "report.html"
    record = cut(tiny_election, "election.open", tmp_path / "record")
    assert main([record, "--quiet", "--report", str(page), "--language", language]) == UNREADABLE
    html = page.read_text(encoding="utf-8")
    other = next(one for one in LANGUAGES if one != language)
    assert f'<html lang="{language}" data-language="{language}">' in html
    assert html.index(f'<article id="{language}"') < html.index(f'<article id="{other}"')
    assert html.index(f'<a href="#{language}"') < html.index(f'<a href="#{other}"')
    assert f"<title>{label('unfinished', language)}" in html


def test_page_without_a_language_leaves_it_to_the_reader() -> None:
    """Where no language was asked for, Korean stands first and the script shows the reader's."""
    html = render_html(samples.geochang())
    assert '<html lang="ko">' in html
    assert "data-language" not in html.split("<style>")[0]
    assert html.index('<article id="ko"') < html.index('<article id="en"')


def test_districts_bear_their_titles() -> None:
    """The table of counting units names districts by their titles, by labels only where there is no title."""
    report = samples.many()
    html = render_html(report)
    assert "<bdi>동부</bdi>, <bdi>서부</bdi>" in html
    assert "d-동부" not in html
    assert report.summary is not None
    unit = report.summary.contests[0].units[0]
    assert [district.label for district in unit.districts] == ["d-동부", "d-서부"]
