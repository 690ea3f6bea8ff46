"""A board at a URL: whose key is trusted, what is believed of it, and for how long."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from evote.board.board import Board
from evote.ed25519 import SigningKey
from evote.log.cosignature import Cosigner
from evote.log.key import format_verifier_key, parse_verifier_key
from evote.log.note import Ed25519Signer, add_signatures, decode_note, make_signature
from evote.log.policy import Policy, PolicyLog, PolicyWitness
from evote.log.policy_text import format_policy
from tests.cli.scene import Scene, evote, good
from tests.remote.file_server import served

Copy = Callable[[Scene], Scene]
OTHER_KEY = format_verifier_key(Ed25519Signer("board.example/cli", SigningKey(bytes(32))).key)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVOTE_HOME", str(tmp_path / "home"))


def log_key(scene: Scene) -> str:
    """Return the key of a scene's log."""
    key: str = good("board", "status", scene.board, "--json").json["log_key"]
    return key


def test_a_url_is_believed_under_its_trusted_key_alone(stage_created: Scene) -> None:
    """Nothing before `board trust`; a wrong key is not pinned; the pinned key is never replaced by another."""
    key = log_key(stage_created)
    with served(stage_created.board / "record") as (url, asked):
        ran = evote("board", "status", url)
        assert (ran.code, "[board.not_trusted]" in ran.err, asked) == (2, True, [])
        ran = evote("board", "trust", url, "--log-key", OTHER_KEY)
        assert (ran.code, "[policy.unknown_log]" in ran.err or "[note." in ran.err) == (1, True)
        assert good("board", "trust", url, "--log-key", key, "--json").json["changed"] is True
        assert good("board", "trust", url, "--log-key", key, "--json").json["changed"] is False
        remote = good("board", "status", url, "--json").json
        local = good("board", "status", stage_created.board, "--json").json
        assert remote == local | {"inbox": None}


def test_another_key_at_a_trusted_url(stage_created: Scene, copy_of: Copy, tmp_path: Path) -> None:
    """A new log behind a known address: it is not believed, and not pinned in the place of the old one."""
    scene = copy_of(stage_created)
    with served(scene.board / "record") as (url, _):
        good("board", "trust", url, "--log-key", log_key(scene))
        with Board.create(tmp_path / "other", "board.example/cli", SigningKey(bytes(32))) as other:
            shutil.rmtree(scene.board / "record")
            shutil.copytree(other.record_folder, scene.board / "record")
        assert evote("election", "status", "--board", url).code == 1
        ran = evote("board", "trust", url, "--log-key", OTHER_KEY)
        assert (ran.code, "[board.key_changed]" in ran.err) == (1, True)


def test_a_record_that_has_become_shorter(stage_created: Scene, copy_of: Copy) -> None:
    """What was seen once has to be there for ever; the memory is shared by all commands."""
    scene = copy_of(stage_created)
    old = scene.folder / "old"
    shutil.copytree(scene.board / "record", old)
    key = log_key(scene)
    assert scene.make_credentials().code == 0
    with served(scene.board / "record") as (url, _):
        good("board", "trust", url, "--log-key", key)
        good("election", "status", "--board", url)
    with served(old) as (url, _):
        good("board", "trust", url, "--log-key", key)
        ran = evote("election", "status", "--board", url)
        assert (ran.code, "[log.rolled_back]" in ran.err) == (4, True)


def test_a_server_of_files_is_no_board(stage_created: Scene, copy_of: Copy) -> None:
    """It can be read, but not written to: the command says so and nothing is said to be published."""
    scene = copy_of(stage_created)
    registrar = ("--registrar-key", scene.folder / "registrar.key", *scene.passphrase)
    with served(scene.board / "record") as (url, asked):
        good("board", "trust", url, "--log-key", log_key(scene))
        links = scene.folder / "links.remote"
        files = ("--links", links, "--codes", scene.folder / "codes.remote")
        ran = evote("roll", "credentials", scene.folder / "roll.csv", "--board", url, *registrar, *files)
        assert (ran.code, "[submit.no_board]" in ran.err) == (4, True)
        assert "/api/statements" in asked


def test_unencrypted_elsewhere(stage_created: Scene) -> None:
    """http to another machine is refused before anything is sent."""
    for command in (("board", "trust"), ("board", "status")):
        ran = evote(*command, "http://board.example")
        assert (ran.code, "[board.insecure_url]" in ran.err) == (2, True)


def test_a_ballot_needs_one_way_out(stage_created: Scene, tmp_path: Path) -> None:
    """Neither inbox nor board, or both: refused before the ballot is looked at."""
    receipt = ("--receipt", tmp_path / "receipt")
    for more in ((), ("--inbox", tmp_path, "--board", "http://127.0.0.1:1")):
        ran = evote("ballot", "cast", tmp_path / "none", *receipt, *more)
        assert (ran.code, "[ballot.one_way]" in ran.err) == (2, True)
    ran = evote("ballot", "prepare", tmp_path / "none")
    assert (ran.code, "[ballot.no_record]" in ran.err) == (2, True)


@pytest.mark.parametrize(("moment", "is_told"), [(86_400, True), (None, False)])
def test_a_board_that_its_witnesses_left_long_ago(
    stage_created: Scene, copy_of: Copy, moment: int | None, is_told: bool
) -> None:
    """Whoever shows an old record for ever can't hide its age: officials and voters are told."""
    scene = copy_of(stage_created)
    key = parse_verifier_key(log_key(scene))
    witness = Cosigner("witness.example", SigningKey(bytes([7]) * 32))
    checkpoint = scene.board / "record" / "checkpoint"
    note = checkpoint.read_bytes()
    line = make_signature(decode_note(note).text, witness.at(int(time.time()) if moment is None else moment))
    checkpoint.write_bytes(add_signatures(note, [line]))
    policy = scene.folder / "witnessed.policy"
    witnessed = Policy(
        logs=(PolicyLog(key=key),),
        witnesses=(PolicyWitness(name=witness.name, key=witness.key),),
        quorum=witness.name,
    )
    policy.write_bytes(format_policy(witnessed))
    with served(scene.board / "record") as (url, _):
        good("board", "trust", url, "--policy", policy)
        official = good("election", "status", "--board", url)
        voter = evote("ballot", "prepare", scene.folder / "prepared", "--board", url)
    assert ("1970-01-02T00:00:00Z" in official.err, "1970-01-02T00:00:00Z" in voter.err) == (is_told, is_told)
    assert ("witnesses last confirmed" in official.err) == is_told
