"""Help and usage errors in both languages, of every command of both programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import typer
from typer.main import get_command

import evote.cli.main
import trustee_cli.main
from evote.texts.help import KOREAN
from evote.texts.language import without_language

PROGRAMS: dict[str, typer.Typer] = {"evote": evote.cli.main.app, "evote-trustee": trustee_cli.main.app}

Run = Callable[..., tuple[int, str]]


def _spoken(command: Any, name: str) -> Iterator[tuple[str, str]]:
    """Yield the help of a command, its options and everything below it, each with its place."""
    context = command.make_context(name, [], resilient_parsing=True)
    for one in (command, *command.get_params(context)):
        if not getattr(one, "hidden", False):
            yield f"{name} {getattr(one, 'name', '')}", getattr(one, "help", None) or ""
    if hasattr(command, "list_commands"):
        for below in command.list_commands(context):
            yield from _spoken(command.get_command(context, below), f"{name} {below}")


def _all_help() -> list[tuple[str, str]]:
    return [found for name, app in PROGRAMS.items() for found in _spoken(get_command(app), name)]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a program as its user does and return exit code and everything it showed."""
    monkeypatch.setenv("COLUMNS", "100")
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)

    def go(program: str, *arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            PROGRAMS[program](args=list(arguments), prog_name=program)
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out + shown.err

    return go


def test_every_command_and_option_has_help_in_both_languages() -> None:
    """Nothing is without help, and every help has its Korean one."""
    assert [place for place, text in _all_help() if text not in KOREAN] == []


def test_no_help_is_left_over() -> None:
    """A Korean help whose English one no command declares is dead."""
    assert sorted(KOREAN.keys() - {text for _, text in _all_help()}) == []


def test_help_is_short_and_korean() -> None:
    """A Korean help has Hangul, and ends with a full stop exactly where it describes an option."""
    for english, korean in KOREAN.items():
        assert any("가" <= letter <= "힣" for letter in korean), english
        # An example at the end stays as it is typed.
        if "예: " not in korean:
            is_sentence = english.endswith(".")
            assert korean.endswith(".") == is_sentence, english


@pytest.mark.parametrize(
    "arguments",
    [
        ("election", "close", "--help", "--language", "ko"),
        ("election", "close", "--language=ko", "--help"),
        ("--language", "ko", "election", "close", "--help"),
        ("election", "--language", "ko", "close", "--help"),
    ],
)
def test_language_option_chooses_help_wherever_it_stands(run: Run, arguments: tuple[str, ...]) -> None:
    """Help is Korean wherever `--language ko` stands, with frame, usage and `--help` itself."""
    code, shown = run("evote", *arguments)
    assert code == 0
    for words in ("사용법: evote election close", "투표를 완전히 마감합니다", "옵션", "[필수]", "이 도움말을"):
        assert words in shown
    for words in ("Usage", "Options", "required", "Folder of the board"):
        assert words not in shown


def test_environment_chooses_help(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the option, help is in the language of the environment, and the option overrules it."""
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    assert "열쇠 관리인이 본인" in run("evote-trustee", "--help")[1]
    assert "What a trustee runs" in run("evote-trustee", "--help", "--language", "en")[1]


def test_korean_help_leaves_nothing_behind(run: Run) -> None:
    """English help after Korean help is as English as before."""
    before = run("evote", "roll", "--help")
    assert run("evote", "roll", "--help", "--language", "ko") != before
    assert run("evote", "roll", "--help") == before


def test_a_language_alone_shows_the_help(run: Run) -> None:
    """`evote --language ko` shows what `evote` shows, in Korean."""
    code, shown = run("evote", "--language", "ko")
    assert "누구나 검증할 수 있는 투표" in shown
    assert code == run("evote")[0]


def test_wide_letters_are_not_cut_off(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """At any width of a terminal, lines break between words and no letter is replaced by an ellipsis."""
    for width in range(72, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        for command in (("election", "close"), ("ballot", "prepare"), ("roll", "check")):
            assert "…" not in run("evote", *command, "--help", "--language", "ko")[1], (width, command)


@pytest.mark.parametrize(
    ("arguments", "korean", "english"),
    [
        (("election", "close"), "꼭 필요한 것이 빠졌습니다: --board", "Missing option '--board'"),
        (("board", "status", "x", "--nope"), "없는 옵션입니다: --nope", "No such option: --nope"),
        (("board", "statos"), "없는 명령입니다: statos. 비슷한 것: status", "No such command 'statos'"),
        (("board", "status", "x", "--jsom"), "없는 옵션입니다: --jsom. 비슷한 것: --json", "No such option: --jsom"),
        (("board", "status", "x", "y"), "쓰지 않는 인자가 더 있습니다", "unexpected extra argument"),
        (("board", "receipt", "x", "one", "--out", "y"), "INDEX의 값이 올바르지", "Invalid value for 'INDEX'"),
        (("key", "show", "x", "--passphrase-file"), "값이 빠졌거나", "requires an argument"),
    ],
)
def test_usage_errors_are_in_the_language_too(run: Run, arguments: tuple[str, ...], korean: str, english: str) -> None:
    """A wrong command line exits with 2 and says what is wrong in the reader's language, in the right frame."""
    code, shown = run("evote", "--language", "ko", *arguments)
    assert code == 2
    assert korean in shown
    assert "오류" in shown
    assert "Error" not in shown
    code, shown = run("evote", *arguments)
    assert code == 2
    assert english in shown


def test_choices_of_a_language_are_taken_out_of_a_command_line() -> None:
    """Both spellings disappear, with the value that belongs to them."""
    assert without_language(["--language", "ko", "a", "--language=en", "b", "--language"]) == ["a", "b"]
