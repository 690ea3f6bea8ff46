"""The verifier's reports: complete in words, exact in numbers, honest in verdicts, safe in a terminal."""

import json
import re
import string
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.verifier import report_samples as samples
from tests.verifier.report_samples import ALL
from verifier.chart import bar_length, percent, svg_bar, text_bar
from verifier.findings import Finding, PaperSummary, Status
from verifier.labels import LABELS
from verifier.main import UNREADABLE, VERIFIED, exit_code
from verifier.promises import LOG_KEY_OPTION, PROVES, PROVES_NOT, YOURSELF
from verifier.report_html import render_html
from verifier.report_json import render_json
from verifier.report_text import WIDTH, display_width, render_text
from verifier.report_words import by_cause, moment, name_of, outcome_sentence, visible
from verifier.rows import NOT_IN_PROFILE
from verifier.rows import ROWS as CHECKED_ROWS
from verifier.texts import GROUPS, LANGUAGES, ROWS, SECTIONS, Language, absence

PROTOCOL = Path(__file__).resolve().parents[2] / "docs" / "protocol.md"


def protocol_rows() -> list[str]:
    """Return the rows of the table in section 12 of the protocol document, ranges written out."""
    section = PROTOCOL.read_text(encoding="utf-8").split("\n## 12.")[1].split("\n## 13.")[0]
    rows = []
    for line in section.splitlines():
        cell = line.split("|")[1].strip() if line.startswith("|") else ""
        for item in cell.split(", "):
            first, dash, last = item.partition("\u2013")
            if dash:
                letters = string.ascii_uppercase
                span = letters[letters.index(first[-1]) : letters.index(last[-1]) + 1]
                rows += [first[:-1] + letter for letter in span]
            elif re.fullmatch(r"[A-Z]\d*(\.[A-Z])?", first):
                rows.append(first)
    return rows


def _fields(template: str) -> set[str]:
    """Return the names of the fields of a label."""
    return {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}


def test_rows_of_the_texts_are_those_of_the_protocol() -> None:
    """Every row of section 12 has words, no row has words that section 12 lacks, and the checks know the same rows."""
    rows = protocol_rows()
    assert len(rows) == len(set(rows)) == 87
    assert set(ROWS) == set(rows) == set(CHECKED_ROWS)
    assert {row[0] for row in rows} == {group.letter for group in GROUPS}
    assert {row.split(".")[0] for row in rows if row.startswith("V")} == set(SECTIONS)


def test_every_text_exists_in_both_languages() -> None:
    """Korean texts are Korean, English ones are not, and both fill in the same fields."""
    pairs = [*LABELS.values(), *PROVES, *PROVES_NOT, *YOURSELF]
    pairs += [(text.of("ko"), text.of("en")) for row in ROWS.values() for text in (row.title, row.meaning)]
    pairs += [(text.of("ko"), text.of("en")) for group in GROUPS for text in (group.name, group.about)]
    for korean, english in pairs:
        assert re.search("[\uac00-\ud7a3]", korean) or korean == "{start} ~ {end}"
        assert english.strip()
        assert not re.search("[\uac00-\ud7a3]", english)
        assert _fields(korean) == _fields(english)
        assert not set("<>&") & set(korean + english)


def test_every_explanation_is_one_sentence_of_english_and_no_two_titles_are_equal() -> None:
    """An explanation says in one sentence what is checked and what a failure means; titles tell rows apart."""
    for language in LANGUAGES:
        titles = Counter(row.title.of(language) for row in ROWS.values())
        assert [title for title, count in titles.items() if count > 1] == []
    for number, row in ROWS.items():
        assert re.findall(r"[.!?](?=\s|$)", row.meaning.en) == ["."], number
        assert row.meaning.en.endswith(".")


def test_reasons_of_the_profile_are_translated() -> None:
    """Reasons for rows that this profile leaves empty have Korean; an unknown reason has none, and none is invented."""
    assert all(re.search("[\uac00-\ud7a3]", absence(note, "ko") or "") for note in NOT_IN_PROFILE.values())
    assert absence("no registrar.roll in the record", "ko") == "기록에 해당 자료가 없습니다 (registrar.roll)"
    assert absence("something else", "ko") is None
    assert absence("something else", "en") == "something else"
    assert absence("", "en")


def test_percent_is_exact() -> None:
    """Shares are rounded half up on integers, also beyond the range of floating point numbers."""
    assert percent(28_087, 53_186) == "52.81%"
    assert percent(18_041, 27_861) == "64.75%"
    assert percent(1, 20_000) == "0.01%"
    assert percent(1, 20_001) == "0.00%"
    assert percent(2, 3) == "66.67%"
    assert percent(10**40, 10**40) == "100.00%"
    assert percent(5, 0) == "-"


def test_bars_are_empty_only_for_nothing_and_full_only_for_all() -> None:
    """One vote of many shows, all but one don't fill the bar, and the quorum's mark stands where it belongs."""
    assert [bar_length(part, 10_000, 10) for part in (0, 1, 5_000, 9_999, 10_000, 20_000)] == [0, 1, 5, 9, 10, 10]
    assert text_bar(1, 2, width=8) == "####...."
    assert text_bar(1, 2, width=8, mark=1) == "####|..."
    assert text_bar(0, 0, width=4, mark=1) == "...."
    assert 'class="rest" width="528"' in svg_bar(28_087, 53_186, style="rest", mark=13_297)
    assert 'class="mark" x="250"' in svg_bar(28_087, 53_186, style="rest", mark=13_297)


def test_text_shows_verdict_result_and_quorum_of_geochang() -> None:
    """The terminal report of a true record begins with the verdict; title, exact counts, turnout and quorum follow."""
    lines = render_text(samples.geochang()).splitlines()
    text = "\n".join(lines)
    assert lines[0] == "VERIFIED"
    assert "Resident vote of Geochang County" in lines
    assert "Decided: 1. Build at the present site" in text
    assert re.search(r"1\. Build at the present site +#+\.+ +18,041 +64\.75%", text)
    assert re.search(r"2\. Move elsewhere in Geochang +#+\.+ +9,820 +35\.25%", text)
    assert "28,087 of 53,186 eligible (52.81%)" in text
    assert "13,297 required, met with 14,790 to spare" in text
    assert "Blank votes: 226" in text
    assert "V8.E, V8.F, V8.G: no chaining" in text
    assert "the log key came from the record" not in text


def test_blank_ballots_and_invalid_papers_stand_apart() -> None:
    """Where there are paper ballots, blank ballots are the online ones and invalid ones those on paper."""
    report = samples.geochang()
    assert report.summary is not None
    contest = replace(report.summary.contests[0], paper=PaperSummary(ballots=90, invalid=7, votes=(50, 33)))
    report = replace(report, summary=replace(report.summary, contests=(contest,)))
    assert "Blank votes, online: 226\n  Invalid, on paper: 7\n" in render_text(report)
    assert "온라인 무기표: 226\n  종이 무효표: 7\n" in render_text(report, "ko")
    html = render_html(report)
    for words, count in (
        ("Blank votes, online", 226),
        ("온라인 무기표", 226),
        ("Invalid, on paper", 7),
        ("종이 무효표", 7),
    ):
        assert re.search(f'<th scope="row">{words}</th><td[^>]*>{count}</td>', html)
    for text in (render_text(report), html):
        assert "Blank votes:" not in text


def test_text_shows_every_failure_with_its_places() -> None:
    """A failing record is NOT VERIFIED in the first line; each failing row and its places are named."""
    text = render_text(samples.failing())
    assert text.splitlines()[0] == "NOT VERIFIED"
    assert "FAIL V6.D" in text
    assert "entry 10442: ballot 9c11" in text
    assert "entry 10977: ballot 03fe" in text
    assert "FAIL V9.A" in text
    assert "and 19 more" in text
    assert "NOT EVALUATED D.E Value of the rehearsal: election.rehearsal can't be read" in text
    assert "Result computed from the record (not verified)" in text


def test_key_of_the_record_is_called_out() -> None:
    """Where the log key came from the record, both reports say so and name the option to hand one in."""
    own = replace(samples.geochang(), log=samples.log(key_source="record"))
    text = " ".join(render_text(own).split())
    assert "the log key came from the record itself" in text
    assert LOG_KEY_OPTION in text
    assert "Caution: the log key came from the record itself" in render_html(own)
    assert "Caution: the log key came from the record itself" not in render_html(samples.geochang())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ALL)
def test_text_fits_a_terminal(name: str, language: Language) -> None:
    """No line takes more than 100 columns, Korean counted double; an ordinary report has some 60 lines."""
    text = render_text(ALL[name], language)
    assert max(map(display_width, text.splitlines())) <= WIDTH
    assert text.endswith("\n")
    if name != "hostile":
        assert len(text.splitlines()) <= 66


def test_display_width_counts_korean_double() -> None:
    """Hangul takes two columns, combining marks none."""
    assert display_width("거창 ab") == 7
    assert display_width("e\u0301") == 1


@pytest.mark.parametrize("name", ALL)
def test_text_never_steers_the_terminal(name: str) -> None:
    """No control, format or invisible character of a record reaches the terminal."""
    for language in LANGUAGES:
        text = render_text(ALL[name], language).replace("\n", "")
        assert text == visible(text)


def test_a_forgotten_check_is_not_verified() -> None:
    """A report that lacks a row is not verified, although each of its findings passed."""
    report = samples.geochang()
    assert report.verified
    assert exit_code(report) == VERIFIED
    short = replace(report, findings=tuple(finding for finding in report.findings if finding.row != "V9.A"))
    assert not short.verified
    assert exit_code(short) == UNREADABLE
    assert not json.loads(render_json(short))["verified"]
    assert {"row": "V9.A", "status": "ERROR"}.items() <= json.loads(render_json(short))["findings"][-1].items()
    assert render_text(short).startswith("NOT VERIFIED")
    assert "no finding was reported on this row" in render_text(short)
    assert "no finding was reported on this row" in render_html(short)


def test_many_errors_of_one_cause_are_told_once() -> None:
    """ERROR rows with the same reason come together with all their numbers; failures are never put together."""
    text = render_text(samples.unreadable())
    assert text.count("the record has no checkpoint") == 1
    assert all(re.search(rf"\b{re.escape(row)}\b", text) for row in ROWS)
    fail = Finding(row="V1.A", status=Status.FAIL, checked=1, failures=1, places=(), note="same")
    assert len(by_cause((fail, replace(fail, row="V1.B")))) == 2


@pytest.mark.parametrize(
    ("kind", "winners", "tied", "words"),
    [
        ("decided", (2,), (), "Decided: 2. Move elsewhere in Geochang"),
        ("decided", (), (), "No option was chosen"),
        ("tie", (), (1, 2), "Tie: 1. Build at the present site, 2. Move elsewhere in Geochang have equally many votes"),
        ("tie", (1,), (2, 7), "Decided beyond doubt: 1. Build at the present site"),
        ("quorum_missed", (), (), "fewer than the required 13,297 took part"),
        ("threshold_missed", (), (), "no option reached the required share"),
        ("sealed", (), (), "the ballots were never opened"),
        ("withheld", (), (), "too few ballots"),
        ("", (), (), "There is no outcome yet"),
        ("won\u202e", (), (), "Unknown outcome: won[U+202E]"),
    ],
)
def test_outcomes_in_words(kind: str, winners: tuple[int, ...], tied: tuple[int, ...], words: str) -> None:
    """Every kind of outcome has its own sentence; missing options and unknown kinds are shown as such."""
    contest = replace(samples.geochang_contest(), kind=kind, winners=winners, tied=tied)
    assert words in outcome_sentence(contest, "en")
    assert outcome_sentence(contest, "ko") != outcome_sentence(contest, "en")


def test_visible_shows_what_has_no_shape() -> None:
    """Ordinary text of any script stays as it is; only what could not be seen is spelled out."""
    plain = "거창군 \u05d0\u05d1 caf\u00e9 \u2713 \U0001f5f3"
    assert visible(plain) == plain
    assert visible("a\tb\n\u2028\u200d\ufeff") == "a[U+0009]b[U+000A][U+2028][U+200D][U+FEFF]"
    assert visible("\ud800") == "[U+D800]"


def test_titles_are_chosen_by_language() -> None:
    """The page's language comes first, then its varieties, English, any other, and the label where all are blank."""
    assert name_of({"ko": "가", "en": "a"}, "x", "ko").text == "가"
    assert name_of({"ko-KR": "가", "en": "a"}, "x", "ko").language == "ko-KR"
    assert name_of({"de": "d", "en": "a"}, "x", "ko").text == "a"
    assert name_of({"de": "d"}, "x", "en").text == "d"
    assert name_of({"en": "  "}, "x", "en").text == "x"
    assert name_of({"not a tag": "d"}, "x", "en").language == ""


def test_times_are_told_in_the_readers_clock() -> None:
    """Korean readers see Korean standard time, others UTC; what is not a time stays visible text."""
    assert moment("2026-12-31T21:00:00Z", "ko") == "2027년 1월 1일 06:00 (한국 시각)"
    assert moment("2026-12-31T21:00:00Z", "en") == "2026-12-31 21:00 UTC"
    assert moment("9999-12-31T23:00:00Z", "ko") == "9999-12-31T23:00:00Z"
    assert moment("soon\u202e", "en") == "soon[U+202E]"
