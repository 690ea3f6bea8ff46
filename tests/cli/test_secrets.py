"""Passphrases, keys, and that no output holds a secret."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from evote.cli.locked import Passphrase, load_key
from tests.cli.scene import PASSPHRASE, Ran, Scene, evote, good

Copy = Callable[[Scene], Scene]


def test_no_output_holds_a_secret(stage_open: Scene, copy_of: Copy) -> None:
    """Whatever commands print, with words, JSON or --debug, holds neither seed, passphrase nor code."""
    scene = copy_of(stage_open)
    codes = [line.split(",")[3] for line in scene.codes.read_text().splitlines()[1:]]
    seeds = [
        load_key(scene.folder / f"{role}.key", Passphrase(PASSPHRASE)).expose().hex()
        for role in ("authority", "registrar")
    ]
    ran: list[Ran] = []
    for style in ((), ("--json",), ("--debug",), ("--language", "ko")):
        ran += [
            evote("key", "show", scene.folder / "authority.key", *scene.passphrase, *style),
            evote("key", "create", scene.folder / "authority.key", *scene.passphrase, *style),
            scene.make_credentials(*style),
            evote("election", "status", "--board", scene.board, *style),
            evote("election", "keys", *scene.as_authority, *style),
            evote("election", "tally", *scene.as_authority, *style),
            evote(
                "ballot",
                "prepare",
                scene.folder / f"b{len(ran)}",
                "--record",
                scene.board / "record",
                "--code-file",
                scene.code_of("kim"),
                "--choose",
                "merger=yes",
                *style,
            ),
        ]
    assert {one.code for one in ran} == {0, 2, 4}
    text = "".join(one.out + one.err for one in ran)
    assert len(text) > 1000
    for secret in (*codes, *(code.replace("-", "") for code in codes), *seeds, PASSPHRASE):
        assert secret not in text


def test_secret_files_are_for_their_owner(stage_ready: Scene) -> None:
    """Keys, links and codes have mode 0600; the locked ones hold no code, name or seed in the clear."""
    for path in (stage_ready.links, stage_ready.codes, stage_ready.folder / "authority.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "김하나" not in stage_ready.links.read_text()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param("wrong horse battery\n", "keystore.wrong_passphrase", id="wrong"),
        pytest.param("\n", "keystore.empty_passphrase", id="empty"),
        pytest.param(b"\xff\xfe", "passphrase.not_text", id="not text"),
    ],
)
def test_a_passphrase_that_does_not_open(stage_created: Scene, tmp_path: Path, content: str | bytes, code: str) -> None:
    """A wrong, empty or unreadable passphrase is told apart and exits 2."""
    path = tmp_path / "passphrase"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    ran = evote("key", "show", stage_created.folder / "authority.key", "--passphrase-file", path)
    assert (ran.code, f"[{code}]" in ran.err) == (2, True)


def test_a_new_key_needs_a_real_passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Short passphrases and two that differ are refused before anything is made."""
    (tmp_path / "short").write_text("1234567")
    ran = evote("key", "create", tmp_path / "key", "--passphrase-file", tmp_path / "short")
    assert (ran.code, "passphrase.too_short" in ran.err) == (2, True)
    answers = iter(["first passphrase", "second passphrase"])
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    ran = evote("key", "create", tmp_path / "key")
    assert (ran.code, "passphrase.differs" in ran.err) == (2, True)
    assert not (tmp_path / "key").exists()


def test_a_key_file_is_no_list_of_links(stage_ready: Scene, copy_of: Copy) -> None:
    """Locked files of one kind are not taken for the other."""
    scene = copy_of(stage_ready)
    ran = evote("key", "show", scene.links, *scene.passphrase)
    assert (ran.code, "key.not_a_key" in ran.err) == (2, True)
    options = (*scene.as_registrar, "--links", scene.folder / "registrar.key")
    ran = evote("roll", "strike", "--id", "kim", "--reason", "lost", *options)
    assert (ran.code, "links.malformed" in ran.err) == (2, True)


def test_an_existing_key_is_never_replaced(stage_created: Scene, copy_of: Copy) -> None:
    """Creating a key over a file is refused and leaves the file."""
    scene = copy_of(stage_created)
    before = (scene.folder / "authority.key").read_bytes()
    ran = evote("key", "create", scene.folder / "authority.key", *scene.passphrase)
    assert (ran.code, "keystore.exists" in ran.err) == (2, True)
    assert (scene.folder / "authority.key").read_bytes() == before
    good("key", "show", scene.folder / "authority.key", *scene.passphrase)
