"""Every error has a Korean sentence that says what the English one says, and no sentence is left over."""

from __future__ import annotations

from string import Formatter

import pytest

from evote.election.admission_roll import REPLACEMENT_REASONS, STRIKE_REASONS
from evote.election.kinds import Kind, Role
from evote.election.state import Phase
from evote.election.voting_rules import Method
from evote.errors import ConfigurationError, PolicyError
from evote.texts.language import Language, default_language, language_of
from evote.texts.names import KINDS, METHODS, PHASES, REASONS, ROLES, name_kind, name_kinds
from evote.texts.sentences import DETAIL, KOREAN, TABLES, Wording, describe
from tests.texts.raised_codes import find_codes

FOUND = find_codes()


def _placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_every_code_can_be_traced() -> None:
    """No error's code is built in a way that this test can't follow to its literals."""
    assert FOUND.untraced == []


def test_the_reader_of_the_source_sees_what_there_is() -> None:
    """Codes of a literal, of a helper with a prefix, of a loop and of a record's field are all found."""
    for code in ("board.missing", "manifest.schedule", "parameters.h_p", "roll_file.encoding", "document.range"):
        assert code in FOUND.sites, code


def test_every_code_has_a_korean_sentence() -> None:
    """Whatever can be raised can be said in Korean."""
    assert sorted(FOUND.sites.keys() - KOREAN.keys()) == []


def test_no_sentence_is_left_over() -> None:
    """A sentence whose code nobody raises is dead, and one code stands in one table."""
    assert sorted(KOREAN.keys() - FOUND.sites.keys()) == []
    assert sum(len(table) for table in TABLES) == len(KOREAN)


def test_values_of_a_sentence_are_given_where_it_is_raised() -> None:
    """Every place that raises a code hands over every value that its sentence names."""
    lacking = {
        f"{code} at {site.place}": sorted(wanted - site.values)
        for code, template in KOREAN.items()
        if (wanted := _placeholders(template) - {"detail"})
        for site in FOUND.sites[code]
        if wanted - site.values
    }
    assert lacking == {}


def test_no_particulars_are_lost() -> None:
    """Where the English message names values, the Korean sentence names some too, has a place, or shows the message."""
    silent = [
        f"{code} at {site.place}"
        for code, template in KOREAN.items()
        if not _placeholders(template)
        for site in FOUND.sites[code]
        if not site.is_fixed and not site.values & {"file", "row", "item"}
    ]
    assert silent == []


@pytest.mark.parametrize("table", TABLES)
def test_sentences_are_korean_and_polite(table: dict[str, str]) -> None:
    """A sentence has Hangul and ends politely or with a value, without a full stop, like the English ones."""
    for code, template in table.items():
        text = template.replace(DETAIL, "")
        assert text.startswith("{") or any("가" <= letter <= "힣" for letter in text), code
        last = text.rpartition(". ")[2]
        assert last.endswith(("니다", "시오", "}", "}번", ")", "'")) or ": {" in last, code


def test_names_cover_the_project() -> None:
    """Every kind, phase, method, role and reason has a name in both languages, and no name is left over."""
    assert list(KINDS) == [kind.value for kind in Kind]
    assert list(PHASES) == [phase.value for phase in Phase]
    assert list(METHODS) == [method.value for method in Method]
    assert list(ROLES) == [role.value for role in Role]
    assert set(REASONS) == {*STRIKE_REASONS, *REPLACEMENT_REASONS}


def test_kinds_in_a_message_get_their_names_once() -> None:
    """A kind in a sentence is shown with its name; one in brackets, and a code that only looks similar, stay."""
    text = "it follows election.open; election.opened and x.election.open stay"
    assert name_kinds(text, Language.ENGLISH) == (
        "it follows opening of the ballot box (election.open); election.opened and x.election.open stay"
    )
    named = name_kind("election.close", Language.KOREAN)
    assert named == "투표 마감 (election.close)"
    assert name_kinds(named, Language.KOREAN) == named


def test_korean_sentence_carries_place_and_values() -> None:
    """File, line and item come first, then the sentence with its values; no English follows."""
    error = ConfigurationError(
        "document.range", "english", file="선거.yaml", line=3, item="quorum", given=9, minimum=1, maximum=5
    )
    wording = describe(error, Language.KOREAN)
    assert wording.sentence == "선거.yaml 3번째 줄 quorum: 9은(는) 쓸 수 없습니다. 1 이상 5 이하여야 합니다"
    assert wording.detail == ""


def test_particulars_stay_english_and_name_kinds_in_korean() -> None:
    """A sentence with particulars has the English message below it, with kinds in words."""
    error = PolicyError("admission.twice", "election.close is already in the log")
    wording = describe(error, Language.KOREAN)
    assert wording.sentence == "이미 공표되어 있어 다시 올릴 수 없습니다"
    assert wording.detail == "투표 마감 (election.close) is already in the log"


def test_an_error_is_never_swallowed() -> None:
    """A code without a sentence, and one whose values are missing, give a general sentence with the message below."""
    for error in (PolicyError("nobody.knows", "some words"), ConfigurationError("file.missing", "some words")):
        wording = describe(error, Language.KOREAN)
        assert wording == Wording("요청한 일을 할 수 없습니다", "some words")
        assert describe(error, Language.ENGLISH) == Wording("some words")


def test_phases_are_said_in_words() -> None:
    """`election.not_due` names no phase by its internal name in Korean."""
    error = PolicyError("election.not_due", "english", phase="voting", due="tally")
    text = describe(error, Language.KOREAN).sentence
    assert "투표와 마감" in text
    assert "암호화된 표의 집계" in text
    assert "tally" not in text


def test_language_option_is_found_anywhere() -> None:
    """`--language` counts wherever it stands and in both spellings; an unknown one leaves the environment's."""
    assert language_of(["board", "status", "--language", "ko", "--bad"]) is Language.KOREAN
    assert language_of(["--language=en", "x"]) is Language.ENGLISH
    assert language_of(["x", "--language"]) is default_language()
    assert language_of(["x", "--language", "fr"]) is default_language()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "ko_KR.UTF-8"}, Language.KOREAN),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, Language.ENGLISH),
        ({"LANG": "en_US", "LC_MESSAGES": "ko_KR"}, Language.KOREAN),
        ({}, Language.ENGLISH),
    ],
)
def test_environment_chooses_in_the_usual_order(environment: dict[str, str], expected: Language) -> None:
    """LC_ALL wins over LC_MESSAGES, which wins over LANG; without any of them it is English."""
    assert default_language(environment) is expected
