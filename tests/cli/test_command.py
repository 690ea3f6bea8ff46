"""What all commands have in common: languages, exit codes, errors."""

import getpass
import re
import string
from pathlib import Path

import pytest

from evote.cli.command import command, new_app
from evote.cli.failure import exit_code
from evote.cli.output import Output
from evote.cli.texts import TEXTS
from evote.cli.texts_hints import HINTS
from evote.election.state import Phase
from evote.errors import (
    BoardError,
    ConfigurationError,
    EncodingError,
    EquivocationError,
    EvoteError,
    KeystoreError,
    PolicyError,
    ProtocolError,
    VerificationError,
)
from evote.texts.language import Language
from tests.cli.scene import evote


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (VerificationError("a.b", ""), 1),
        (ProtocolError("a.b", ""), 1),
        (EncodingError("a.b", ""), 2),
        (ConfigurationError("a.b", ""), 2),
        (KeystoreError("keystore.wrong_passphrase", ""), 2),
        (KeystoreError("keystore.unwritable", ""), 4),
        (PolicyError("a.b", ""), 4),
        (BoardError("a.b", ""), 4),
        (EquivocationError("a.b", "", b"", b""), 5),
    ],
)
def test_exit_codes(error: EvoteError, code: int) -> None:
    """Every class of error has its exit code."""
    assert exit_code(error) == code


def test_both_languages_take_the_same_values() -> None:
    """Korean and English texts have the same fields, and there is a text for every phase."""
    for key, texts in {**TEXTS, **HINTS}.items():
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts]
        assert fields[0] == fields[1], key
        assert re.search("[가-힣{]", texts[0]), key
    assert {f"phase_{phase.value}" for phase in Phase} <= set(TEXTS)


def test_a_bug_is_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    """An exception that is nobody's mistake exits 3 with one line; --debug shows where it arose, without values."""
    app = new_app("test")

    @command(app, "break", "Break.")
    def breaking(out: Output) -> None:
        secret = f"5ecret{len(out.language)}"
        raise LookupError(len(secret))

    @command(app, "other", "Other.")
    def other(out: Output) -> None:
        out.say("blank")

    for arguments in (["break"], ["break", "--debug"]):
        with pytest.raises(SystemExit) as end:
            app(arguments)
        assert end.value.code == 3
        shown = capsys.readouterr().err
        assert ("Traceback" in shown) is ("--debug" in arguments)
        assert "5ecret2" not in shown


def test_usage_errors_exit_2() -> None:
    """A missing or unknown option exits 2; help exits 0 and lists the common options."""
    assert evote("board", "create", "x").code == 2
    assert evote("board", "status", "x", "--nonsense").code == 2
    shown = evote("election", "open", "--help")
    assert shown.code == 0


def test_nobody_to_ask_is_no_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of the input at a passphrase exits 2 and says how to give one; Ctrl-C exits 130; neither makes a file."""

    def end_of_input(_prompt: str) -> str:
        raise EOFError

    def control_c(_prompt: str) -> str:
        raise KeyboardInterrupt

    for asked, code, says in ((end_of_input, 2, "--passphrase-file"), (control_c, 130, "run the same command again")):
        monkeypatch.setattr(getpass, "getpass", asked)
        ran = evote("key", "create", tmp_path / "some.key")
        assert (ran.code, ran.out) == (code, "")
        assert says in ran.err
        assert "bug" not in ran.err
        assert not list(tmp_path.iterdir())


def test_control_characters_never_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """What a foreign file's name smuggles in is shown as replacement characters, on stdout and stderr."""
    out = Output(language=Language.ENGLISH, json=False)
    out.say("file_waiting", name="\x1b[2J\u202e.submission", message="first\nsecond")
    out.notice("file_ignored", name="\r\x1b]0;title\x07")
    out.error("\x9b31m", "a.b")
    shown = capsys.readouterr()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown.out + shown.err)
    assert "first\nsecond" in shown.out
