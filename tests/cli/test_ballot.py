"""The voter on the command line: code before choice, one way only, and mistakes in choices."""

from collections.abc import Callable

import pytest

from evote.cli.ballot_prepared import parse_choices
from evote.cli.definition import parse_definition
from evote.errors import ConfigurationError
from tests.cli.scene import Scene, definition_text, evote, good, trustee_key

Copy = Callable[[Scene], Scene]
MANIFEST = parse_definition(
    definition_text(trustee_key(8).public_key.hex(), trustee_key(9).public_key.hex()).encode(), "vote.yaml"
).manifest


def test_the_code_is_shown_before_the_choice(stage_open: Scene, copy_of: Copy) -> None:
    """Preparing shows selections and confirmation code; what is cast and challenged later has that code."""
    scene = copy_of(stage_open)
    record = ("--record", scene.board / "record", "--code-file", scene.code_of("kim"))
    shown = good("ballot", "prepare", scene.folder / "b", *record, "--choose", "merger=yes")
    assert "Do you agree to merge? Yes" in shown.out
    assert "cast this ballot" in shown.out
    sending = ("--inbox", scene.inbox, "--receipt", scene.folder / "r", "--code-file", scene.code_of("kim"))
    code = good("ballot", "cast", scene.folder / "b", *sending, "--json").json["confirmation_code"]
    assert code in shown.out.replace(" ", "")
    assert not (scene.folder / "b").exists()


def test_a_chosen_way_is_the_only_one(stage_open: Scene, copy_of: Copy) -> None:
    """After the choice to cast (with a wrong code, so that nothing was sent), the ballot can't be challenged."""
    scene = copy_of(stage_open)
    prepared = scene.prepare("kim", "merger=yes")
    wrong = ("--inbox", scene.inbox, "--receipt", scene.folder / "r", "--code-file", scene.code_of("lee"))
    ran = evote("ballot", "cast", prepared, *wrong)
    assert (ran.code, "prepared with another code" in ran.err) == (2, True)
    challenge = ("--record", scene.board / "record", "--inbox", scene.inbox, "--code-file", scene.code_of("kim"))
    ran = evote("ballot", "challenge", prepared, *challenge)
    assert (ran.code, "ballot.chosen" in ran.err) == (4, True)
    assert list(scene.inbox.glob("*.submission")) == []


def test_an_overvote_is_told_before_it_is_cast(stage_open: Scene, copy_of: Copy) -> None:
    """Choosing both options of a one-vote question is shown as blank, with a notice."""
    scene = copy_of(stage_open)
    record = ("--record", scene.board / "record", "--code-file", scene.code_of("kim"))
    both = ("--choose", "merger=yes", "--choose", "merger=no")
    ran = good("ballot", "prepare", scene.folder / "b", *record, *both)
    assert "counts as blank" in ran.err
    assert "(blank)" in ran.out


def test_a_stranger_and_a_typing_mistake(stage_open: Scene, copy_of: Copy) -> None:
    """A code that is on no roll and a mistyped code are told apart; neither is repeated."""
    scene = copy_of(stage_open)
    record = ("--record", scene.board / "record", "--code-file", scene.folder / "code")
    (scene.folder / "code").write_text("0000-0000-0000-0000-0000")
    ran = evote("ballot", "prepare", scene.folder / "b", *record)
    assert (ran.code, "belongs to no credential" in ran.err) == (4, True)
    code = scene.code_of("kim").read_text().strip()
    mistyped = ("1" if code[0] == "0" else "0") + code[1:]
    (scene.folder / "code").write_text(mistyped)
    ran = evote("ballot", "prepare", scene.folder / "b", *record)
    assert (ran.code, "mistyped" in ran.err, mistyped in ran.err + ran.out) == (2, True, False)


def test_a_damaged_or_open_prepared_file(stage_open: Scene, copy_of: Copy) -> None:
    """A prepared ballot that others may read, or that is something else, is refused."""
    scene = copy_of(stage_open)
    prepared = scene.prepare("kim", "merger=yes")
    sending = ("--inbox", scene.inbox, "--receipt", scene.folder / "r", "--code-file", scene.code_of("kim"))
    prepared.chmod(0o644)
    ran = evote("ballot", "cast", prepared, *sending)
    assert (ran.code, f"chmod 600 {prepared}" in ran.err) == (2, True)
    prepared.chmod(0o600)
    prepared.write_text("{}")
    ran = evote("ballot", "cast", prepared, *sending)
    assert (ran.code, "ballot.not_prepared" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("choices", "marks"),
    [
        ([], (0, 0)),
        (["merger=yes"], (1, 0)),
        (["1=2"], (0, 1)),
        (["merger=no:3"], (0, 3)),
        (["merger=yes", "merger=no"], (1, 1)),
    ],
)
def test_choices_by_label_and_number(choices: list[str], marks: tuple[int, ...]) -> None:
    """Contests and options are named by label or number; what is not chosen is blank."""
    assert parse_choices(MANIFEST, 1, choices) == {1: marks}


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        (["merger"], "choice.malformed"),
        (["other=yes"], "choice.unknown_contest"),
        (["2=yes"], "choice.unknown_contest"),
        (["merger=maybe"], "choice.unknown_option"),
        (["merger=yes:"], "choice.value"),
        (["merger=yes:-1"], "choice.value"),
        (["merger=yes", "merger=1"], "choice.twice"),
    ],
)
def test_mistakes_in_choices(choices: list[str], code: str) -> None:
    """A choice that does not belong to the ballot is refused."""
    with pytest.raises(ConfigurationError) as caught:
        parse_choices(MANIFEST, 1, choices)
    assert caught.value.code == code
