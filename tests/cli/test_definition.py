"""Definitions: what is accepted, and for every mistake the place and what to do."""

import json
import re
import unicodedata
from pathlib import Path

import pytest

from evote.cli.definition import parse_definition
from evote.cli.definition_example import EXAMPLE
from evote.election.presets import PRESETS, find_preset
from evote.election.voting_rules import Comparison, Method, Quorum, Threshold, ThresholdBase
from evote.errors import ConfigurationError
from tests.cli.scene import definition_text, evote, good, trustee_key

AUTHORITY, REGISTRAR = trustee_key(8).public_key.hex(), trustee_key(9).public_key.hex()
TEXT = definition_text(AUTHORITY, REGISTRAR)


def changed(old: str, new: str) -> str:
    """Return the definition with one piece exchanged."""
    assert TEXT.count(old) == 1, f"{old!r} stands {TEXT.count(old)} times in the definition"
    return TEXT.replace(old, new)


def line_of(text: str, piece: str) -> int:
    """Return the line that holds a piece of text, from 1."""
    return text[: text.index(piece)].count("\n") + 1


def test_a_definition_becomes_a_manifest() -> None:
    """Times are converted to UTC, defaults are filled in, names become numbers."""
    manifest = parse_definition(TEXT.encode(), "vote.yaml").manifest
    assert (manifest.opens, manifest.closes) == ("2020-06-02T21:00:00Z", "2020-06-03T11:00:00Z")
    assert (manifest.challenge_limit, manifest.device, manifest.quorum) == (5, "evote/1", 2)
    assert [style.contests for style in manifest.ballot_styles] == [(1,)]
    assert manifest.contests[0].rule == find_preset("kr.resident-vote").rule
    assert manifest.title == (("en", "A small vote"), ("ko", "작은 투표"))


def test_yaml_and_json_define_the_same() -> None:
    """The same definition as JSON, with tabs, gives the same manifest."""
    value = {
        "label": "small vote",
        "title": {"ko": "작은 투표", "en": "A small vote"},
        "authority": AUTHORITY,
        "registrar": REGISTRAR,
        "trustees": [{"label": f"t{i}", "public_key": trustee_key(i).public_key.hex()} for i in (1, 2, 3)],
        "quorum": 2,
        "opens": "2020-06-03T06:00:00+09:00",
        "closes": "2020-06-03T20:00:00+09:00",
        "minimum_ballots": 2,
        "paper": False,
        "revoting": "last",
        "contests": [
            {
                "label": "merger",
                "title": {"ko": "통합에 찬성하십니까?", "en": "Do you agree to merge?"},
                "rule": "kr.resident-vote",
                "options": [
                    {"label": "yes", "title": {"ko": "찬성", "en": "Yes"}},
                    {"label": "no", "title": {"ko": "반대", "en": "No"}},
                ],
            }
        ],
        "districts": [
            {"label": "north", "title": {"ko": "북구", "en": "North"}},
            {"label": "south", "title": {"ko": "남구", "en": "South"}},
        ],
    }
    expected = parse_definition(TEXT.encode(), "vote.yaml")
    for text in (json.dumps(value, indent="\t"), json.dumps(value, ensure_ascii=False, indent=1)):
        assert parse_definition(text.encode(), "vote.json") == expected


@pytest.mark.parametrize(
    ("old", "new", "code", "path", "says"),
    [
        pytest.param("quorum: 2", "quorum: 4", "document.range", "quorum", "4 is given, 1 to 3", id="k above n"),
        pytest.param("quorum: 2", "quorum: 0", "document.range", "quorum", "there are 3 trustees", id="k zero"),
        pytest.param("quorum: 2", "quorum: 012", "document.not_integer", "quorum", "'012'", id="octal trap"),
        pytest.param(
            "rule: kr.resident-vote",
            "selection_limit: 0\n    rule: plurality",
            "document.range",
            "contests[1].selection_limit",
            "0 is given",
            id="selection limit zero",
        ),
        pytest.param(
            "rule: kr.resident-vote",
            "option_limit: 0\n    rule: plurality",
            "document.range",
            "contests[1].option_limit",
            "0 would let nobody choose anything",
            id="option limit zero",
        ),
        pytest.param(
            "rule: kr.resident-vote",
            "selection_limit: 3\n    rule: plurality",
            "document.limit",
            "contests[1].selection_limit",
            "must be from 1 (the option_limit) to 2",
            id="limit beyond the options",
        ),
        pytest.param(
            '{ label: "no", ',
            '{ label: "yes", ',
            "document.duplicate_label",
            "contests[1].options[2]",
            "'yes'",
            id="label",
        ),
        pytest.param(
            '"no", title', "no, title", "document.not_text", "contests[1].options[2].label", 'write "no"', id="yes/no"
        ),
        pytest.param(
            "label: north", "label: 1", "document.not_text", "districts[1].label", 'write "1"', id="number label"
        ),
        pytest.param(
            "label: north", "label: south", "document.duplicate_label", "districts[2]", "districts[1]", id="districts"
        ),
        pytest.param(
            '"t2"', '"t1"', "document.duplicate_label", "trustees[2]", "already in trustees[1]", id="trustee labels"
        ),
        pytest.param(
            "revoting: last", "revoting: often", "document.unknown_word", "revoting", "never, last", id="revoting"
        ),
        pytest.param(
            "revoting: last", "write_ins: 3", "document.unknown_field", "write_ins", "not known here", id="unknown"
        ),
        pytest.param(
            "rule: kr.resident-vote",
            "rule: kr.resident-vote\n    ranked: true",
            "document.unknown_field",
            "contests[1].ranked",
            "'ranked' is not known here",
            id="unsupported field",
        ),
        pytest.param(
            "kr.resident-vote", "kr.vote", "document.unknown_preset", "contests[1].rule", "'kr.vote'", id="preset"
        ),
        pytest.param(
            "rule: kr.resident-vote",
            "rule: { preset: plurality, seats: 3 }",
            "voting_rule.seats",
            "contests[1].rule",
            "seats is 3",
            id="seats",
        ),
        pytest.param(
            "rule: kr.resident-vote",
            "rule: { method: majority, threshold: 50% }",
            "document.threshold",
            "contests[1].rule.threshold",
            "more_than 1/2 of valid",
            id="threshold",
        ),
        pytest.param("+09:00\ncloses", "\ncloses", "document.time_zone", "opens", "no time zone", id="no zone"),
        pytest.param("2020-06-03T06", "2020-06-31T06", "document.time", "opens", "not a real date", id="no such day"),
        pytest.param(
            "2020-06-03T20", "2020-06-03T05", "document.schedule", "closes", "before it opens", id="closes first"
        ),
        pytest.param(
            "paper: false", "paper: 0", "document.not_boolean", "paper", "neither true nor false", id="boolean"
        ),
        pytest.param(
            "minimum_ballots: 2", "minimum_ballots: 1", "document.range", "minimum_ballots", "1 is given", id="m"
        ),
        pytest.param('"small vote"', '"small  vote"', "document.label", "label", "surplus spaces", id="spaces"),
        pytest.param(
            'ko: "작은 투표"', 'kor_: "작은 투표"', "document.language", "title.kor_", "language tag", id="language"
        ),
        pytest.param(AUTHORITY, "ab" * 31, "document.key", "authority", "64 lower-case", id="short key"),
        pytest.param(AUTHORITY, "00" * 31 + "80", "document.key", "authority", "not a valid Ed25519", id="bad key"),
        pytest.param(
            '"t1"', '"t1", quorum: 1', "document.unknown_field", "trustees[1].quorum", "'quorum' is not", id="misplaced"
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(old: str, new: str, code: str, path: str, says: str) -> None:
    """Every mistake names file, line, path, value and rule."""
    text = changed(old, new)
    with pytest.raises(ConfigurationError) as caught:
        parse_definition(text.encode(), "vote.yaml")
    message = caught.value.message
    place = re.search(r"vote\.yaml, line (\d+), (\S+?):? ", message)
    assert (caught.value.code, place and place[2].rstrip(":")) == (code, path)
    assert says in message
    last_line = line_of(text, new) + new.count("\n")
    assert place is not None
    assert line_of(text, new) - 1 <= int(place[1]) <= last_line + 1


def test_unnormalised_hangul_is_named() -> None:
    """A title in decomposed Hangul is refused with line, path and what it should read."""
    text = changed("작은 투표", unicodedata.normalize("NFD", "작은 투표"))
    with pytest.raises(ConfigurationError) as caught:
        parse_definition(text.encode(), "vote.yaml")
    assert caught.value.code == "document.not_nfc"
    assert "vote.yaml, line 2, title.ko: '작은 투표' is not in Unicode normal form NFC" in caught.value.message


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        pytest.param(b"", "document.empty", "nothing", id="empty"),
        pytest.param(b"label: [", "document.syntax", "line 1", id="open bracket"),
        pytest.param(
            b"a: 1\nb: 2\na: 3\n", "document.duplicate_key", "line 3: 'a' is given twice, first in line 1", id="key"
        ),
        pytest.param(b"a: &x [1]\nb: *x\n", "document.alias", "line 1: anchors", id="alias bomb"),
        pytest.param(b"a: !!python/object:os.system x", "document.tag", "not allowed", id="python tag"),
        pytest.param(b"--- 1\n--- 2\n", "document.syntax", "line 2", id="two documents"),
        pytest.param(b"[" * 100_000, "document.too_deep", "line 1", id="deep"),
        pytest.param(b"- 1\n", "document.wrong_type", "line 1", id="list"),
        pytest.param("label: 투표".encode("euc-kr"), "document.not_utf8", "line 1", id="EUC-KR"),
        pytest.param(b"a: " + b"x" * 2**20, "document.too_large", "at most", id="large"),
        pytest.param(b"a: \x00", "document.syntax", "not YAML", id="control character"),
        pytest.param(b"<<: {a: 1}", "document.tag", "merge", id="merge key"),
        pytest.param(b"{}: 1", "document.syntax", "single word", id="mapping as a name"),
    ],
)
def test_a_file_that_is_no_definition(data: bytes, code: str, says: str) -> None:
    """Files that can't be read strictly are refused with line and reason, quickly."""
    with pytest.raises(ConfigurationError) as caught:
        parse_definition(data, "vote.yaml")
    assert caught.value.code == code
    assert says in caught.value.message
    assert "vote.yaml" in caught.value.message


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b'{"label": 1,}', "line 1", id="comma"),
        pytest.param(b"label: x", "line 1, column 1", id="yaml"),
        pytest.param(b'{"label": "a",\n"label": "b"}', "line 2: 'label' is given twice", id="duplicate"),
        pytest.param(b'{"label": "\\ud800"}', "vote.json", id="half a character"),
    ],
)
def test_json_is_read_as_json(data: bytes, says: str) -> None:
    """A file that ends with .json has to be JSON; duplicate names are refused there too."""
    with pytest.raises(ConfigurationError) as caught:
        parse_definition(data, "vote.json")
    assert says in caught.value.message


def test_a_rule_can_be_written_out() -> None:
    """Method, seats, quorum and threshold in words become the rule."""
    rule = (
        "rule: { method: plurality, seats: 1, quorum: more_than 1/2, threshold: at_least 1/10 of eligible, "
        "sealed_below_quorum: true }"
    )
    read = parse_definition(changed("rule: kr.resident-vote", rule).encode(), "vote.yaml").manifest.contests[0].rule
    assert (read.method, read.seats, read.sealed_below_quorum) == (Method.PLURALITY, 1, True)
    assert read.quorum == Quorum(comparison=Comparison.MORE_THAN, numerator=1, denominator=2)
    assert read.threshold == Threshold(
        of=ThresholdBase.ELIGIBLE, comparison=Comparison.AT_LEAST, numerator=1, denominator=10
    )


def test_ballot_styles_and_districts_by_label() -> None:
    """Styles name contests, districts name styles; an unknown label is refused with what there is."""
    styles = 'ballot_styles:\n  - { label: "whole", contests: ["merger"] }\ndistricts:\n'
    manifest = parse_definition(changed("districts:\n", styles).encode(), "vote.yaml").manifest
    assert [district.ballot_style for district in manifest.districts] == [1, 1]
    with pytest.raises(ConfigurationError, match=r"ballot_styles\[1\]\.contests\[1\]: there is no contest 'other'"):
        parse_definition(changed("districts:\n", styles.replace('["merger"]', '["other"]')).encode(), "vote.yaml")


def test_the_example_is_a_definition(tmp_path: Path) -> None:
    """The printed example, with keys filled in, is accepted by the check."""
    text = good("definition", "example").out
    assert text.strip() == EXAMPLE.strip()
    keys = iter([AUTHORITY, REGISTRAR, *(trustee_key(i).public_key.hex() for i in (1, 2, 3))])
    path = tmp_path / "example.yaml"
    path.write_text(re.sub(r'"<public key[^>]*>"', lambda _: f'"{next(keys)}"', text))
    ran = good("definition", "check", path)
    assert "Any 2 of 3 trustees" in ran.out
    assert "행복1동, 행복2동" in ran.out


def test_missing_translations_are_reported(tmp_path: Path) -> None:
    """A title without a language of the election's title is a notice, not a refusal."""
    path = tmp_path / "vote.yaml"
    path.write_text(changed('{ ko: "반대", en: "No" }', '{ ko: "반대" }'))
    ran = good("definition", "check", path, "--json")
    assert ran.json["untranslated"] == ["contests: merger, options: no (en)"]
    assert "options: no (en)" in ran.err


def test_presets_are_listed_in_both_languages() -> None:
    """Every preset is listed with its id; Korean and English titles differ."""
    english, korean = good("definition", "presets").out, good("definition", "presets", "--language", "ko").out
    assert all(preset.id in english and preset.title_en in english and preset.title_ko in korean for preset in PRESETS)


def test_a_missing_file_is_a_usage_error() -> None:
    """No such file: exit code 2 and its name."""
    ran = evote("definition", "check", "no-such.yaml")
    assert (ran.code, "no-such.yaml" in ran.err, "file.missing" in ran.err) == (2, True, True)


@pytest.mark.parametrize(("year", "is_past"), [("2020", True), ("2999", False)])
def test_a_period_that_is_over_is_noticed(tmp_path: Path, year: str, is_past: bool) -> None:
    """A schedule in the past is said, not refused; times are shown as the reader's clock has them."""
    file = tmp_path / "vote.yaml"
    file.write_text(TEXT.replace("2020-06-03", f"{year}-06-03"), encoding="utf-8")
    korean, english = (good("definition", "check", file, "--language", language) for language in ("ko", "en"))
    assert ("the voting period is over already" in english.err) is is_past
    assert f"from {year}-06-02 21:00 UTC to {year}-06-03 11:00 UTC" in english.out
    assert f"{year}년 6월 3일 06:00(한국 시각) ~ {year}년 6월 3일 20:00(한국 시각)" in korean.out
