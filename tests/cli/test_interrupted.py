"""A command that dies at any moment, and a disk that is full: repeating the command ends in the same election."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from evote.cli.files import write_secret
from evote.cli.locked import Passphrase, unlock
from evote.cli.roll_links import Links, links_from_json
from evote.election.credentials import credential_key, parse_code
from evote.errors import BoardError
from tests.cli.killed import run_killed
from tests.cli.scene import PASSPHRASE, PEOPLE, Scene, evote, good

Copy = Callable[[Scene], Scene]


def read_links(scene: Scene) -> Links:
    """Return the unlocked list of links."""
    return links_from_json(unlock(scene.links, Passphrase(PASSPHRASE))[1], "links")


def codes_in(scene: Scene) -> dict[str, str]:
    """Return the public key (hex) of every code of the delivery file, by person."""
    election = bytes.fromhex(read_links(scene).election)
    rows = [line.split(",") for line in scene.codes.read_text().splitlines()[1:]]
    return {row[0]: credential_key(parse_code(row[3]), election).public_key.hex() for row in rows}


def test_creating_an_election_survives_every_kill(stage_begun: Scene, tmp_path: Path) -> None:
    """Killed before each durable operation, `election create` repeated gives the one election that was meant."""
    expected = ""
    steps = 0
    while True:
        scene = stage_begun.copy(tmp_path / f"{steps}")
        command = ("election", "create", scene.folder / "vote.yaml", *scene.as_authority)
        was_killed = run_killed(steps, *command)
        election = good(*command, "--json").json["election"]
        status = good("board", "status", scene.board, "--json").json
        assert (status["size"], [e["election"] for e in status["elections"]]) == (2, [election])
        assert expected in ("", election)
        expected = election
        if not was_killed:
            break
        steps += 1
    assert steps >= 4


def test_making_credentials_survives_every_kill(stage_created: Scene, tmp_path: Path) -> None:
    """Killed before each durable operation, the repeated command ends with codes that fit the published list.

    No code that was written for delivery is ever exchanged for another.
    """
    steps = 0
    while True:
        scene = stage_created.copy(tmp_path / f"{steps}")
        files = ("--links", scene.links, "--codes", scene.codes)
        command = ("roll", "credentials", scene.folder / "roll.csv", *scene.as_registrar, *files)
        was_killed = run_killed(steps, *command)
        delivered = scene.codes.read_bytes() if scene.codes.exists() else None
        good(*command)
        assert delivered in (None, scene.codes.read_bytes())
        links = read_links(scene)
        assert codes_in(scene) == {link.id: link.key for link in links.people}
        assert all(link.code == "" for link in links.people)
        state = scene.read_state()
        assert {key.hex() for key in state.roll.entries} == {link.key for link in links.people}
        assert good("board", "status", scene.board, "--json").json["size"] == 4
        if not was_killed:
            break
        steps += 1
    assert steps >= 8


def test_collecting_survives_every_kill(stage_open: Scene, copy_of: Copy, tmp_path: Path) -> None:
    """Killed before each durable operation, the repeated command admits each ballot once and moves each file once."""
    prepared = copy_of(stage_open)
    prepared.cast("kim", "merger=yes")
    prepared.cast("lee", "merger=no")
    names = sorted(path.name for path in prepared.inbox.glob("*.submission"))
    steps = 0
    while True:
        scene = prepared.copy(tmp_path / f"{steps}")
        was_killed = run_killed(steps, "board", "collect", scene.board)
        scene.collect()
        assert set(names) <= {path.name for path in (scene.inbox / "admitted").iterdir()}
        assert list(scene.inbox.glob("*.submission")) == []
        assert list((scene.inbox / "refused").iterdir()) == []
        assert good("election", "status", "--board", scene.board, "--json").json["cast"] == 2
        if not was_killed:
            break
        steps += 3
    assert steps >= 6


def test_a_replacement_survives_every_kill(stage_with_roll: Scene, tmp_path: Path) -> None:
    """Killed before each durable operation, the repeated command gives one replacement, whose code was delivered."""
    steps = 0
    while True:
        scene = stage_with_roll.copy(tmp_path / f"{steps}")
        target = scene.folder / "new.csv"
        files = ("--links", scene.links, "--codes", target)
        command = ("roll", "replace", "--id", "kim", "--reason", "lost", *scene.as_registrar, *files)
        was_killed = run_killed(steps, *command)
        delivered = target.read_bytes() if target.exists() else None
        good(*command)
        assert delivered in (None, target.read_bytes())
        link = read_links(scene).find("kim")
        state = scene.read_state()
        assert [new.hex() for new in state.roll.replaced_by.values()] == [link.key]
        code = target.read_text().splitlines()[1].split(",")[3]
        assert credential_key(parse_code(code), state.election_id).public_key.hex() == link.key
        assert (link.code, link.replacing) == ("", "")
        if not was_killed:
            break
        steps += 1
    assert steps >= 6


def test_a_full_disk_is_said_and_survived(stage_created: Scene, copy_of: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no space left the command exits 4 and says so; with space again it goes on with the same codes."""
    scene = copy_of(stage_created)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        ran = scene.make_credentials()
    assert (ran.code, "no space left" in ran.err, "run the same command again" in ran.err) == (4, True, True)
    assert not scene.codes.exists()
    drawn = {link.id: link.key for link in read_links(scene).people}
    assert scene.make_credentials().code == 0
    assert codes_in(scene) == drawn


def test_a_full_disk_while_locking_a_file(stage_begun: Scene, copy_of: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key file that can't be written leaves nothing behind and exits 4."""
    scene = copy_of(stage_begun)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        ran = evote("key", "create", scene.folder / "new.key", *scene.passphrase)
    assert (ran.code, "keystore.unwritable" in ran.err) == (4, True)
    assert [path.name for path in scene.folder.iterdir() if "new.key" in path.name] == []


def test_secret_files_are_private_and_never_replaced(tmp_path: Path) -> None:
    """A secret file has mode 0600, may be written again with the same bytes, and with no others."""
    path = tmp_path / "codes"
    write_secret(path, b"one")
    write_secret(path, b"one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(Exception, match="exists and holds something else"):
        write_secret(path, b"two")
    assert path.read_bytes() == b"one"
    with pytest.raises(BoardError):
        write_secret(path / "below", b"x")


def test_another_roll_does_not_take_the_links(stage_created: Scene, copy_of: Copy) -> None:
    """After the codes were drawn, another roll file is refused, and so is a lost list of links."""
    scene = copy_of(stage_created)
    assert scene.make_credentials().code == 0
    (scene.folder / "roll.csv").write_text("id,name,district\n" + "\n".join(PEOPLE[:2]))
    ran = scene.make_credentials()
    assert (ran.code, "made for another roll" in ran.err) == (2, True)
    scene.links.unlink()
    ran = scene.make_credentials()
    assert (ran.code, "have been published already" in ran.err) == (4, True)
