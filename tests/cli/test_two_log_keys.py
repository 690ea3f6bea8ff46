"""`evote board trust` with both keys of a log: what is pinned, what may be added, and what is refused then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evote.log.key import format_verifier_key
from evote.log.mldsa_cosignature import MldsaCosigner
from evote.log.note import Note, decode_note, encode_note
from tests.cli.scene import Scene, evote, good
from tests.remote.file_server import served

Copy = Callable[[Scene], Scene]


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVOTE_HOME", str(tmp_path / "home"))


def keys_of(scene: Scene) -> tuple[str, str]:
    """Return the log's two keys as its record has them: the policy's `log` line, and the comment below it."""
    words = (scene.board / "record" / "policy").read_text().split()
    return words[1], words[-1]


def without_mldsa(scene: Scene) -> None:
    """Take the ML-DSA-44 line off the published checkpoint."""
    place = scene.board / "record" / "checkpoint"
    note = decode_note(place.read_bytes())
    place.chmod(0o644)
    place.write_bytes(encode_note(Note(text=note.text, signatures=note.signatures[:1])))


def test_both_keys_are_pinned_and_asked_for(stage_created: Scene, copy_of: Copy) -> None:
    """The second key is added to a pinned first one; from then on a checkpoint without its line is not believed."""
    scene = copy_of(stage_created)
    first, second = keys_of(scene)
    with served(scene.board / "record") as (url, _):
        one = good("board", "trust", url, "--log-key", first, "--json")
        assert one.json["log_keys"] == [first]
        assert "Ed25519 key alone" in one.err
        both = good("board", "trust", url, "--log-key", second, "--log-key", first, "--json")
        assert (both.json["log_key"], both.json["log_keys"], both.json["changed"]) == (first, [first, second], True)
        assert both.err == ""
        good("election", "status", "--board", url)
        without_mldsa(scene)
        ran = evote("election", "status", "--board", url)
        assert (ran.code, "[log.missing_signature]" in ran.err) == (1, True)


def test_a_pinned_second_key_is_not_given_up(stage_created: Scene) -> None:
    """Neither by naming the first one alone, nor for another one."""
    first, second = keys_of(stage_created)
    with served(stage_created.board / "record") as (url, _):
        good("board", "trust", url, "--log-key", first, "--log-key", second)
        ran = evote("board", "trust", url, "--log-key", first)
        assert (ran.code, "[board.key_changed]" in ran.err) == (1, True)
        assert good("board", "trust", url, "--log-key", first, "--log-key", second, "--json").json["changed"] is False


def test_a_second_key_of_somebody_else_is_not_pinned(stage_created: Scene) -> None:
    """The board's checkpoint has no line by it; and without an Ed25519 key nothing is pinned at all."""
    first, second = keys_of(stage_created)
    other = format_verifier_key(MldsaCosigner(first.partition("+")[0], bytes(32)).key)
    with served(stage_created.board / "record") as (url, _):
        ran = evote("board", "trust", url, "--log-key", first, "--log-key", other)
        assert (ran.code, "[log.missing_signature]" in ran.err) == (1, True)
        ran = evote("board", "trust", url, "--log-key", second)
        assert (ran.code, "[board.no_key]" in ran.err) == (2, True)
        assert evote("board", "status", url).code == 2


def test_the_second_key_from_a_policy_file(stage_created: Scene, tmp_path: Path) -> None:
    """Both `log` lines in one file; the option's key comes before the file's of its type."""
    first, second = keys_of(stage_created)
    file = tmp_path / "policy"
    file.write_text(f"log {first}\nlog {second}\nquorum none\n")
    with served(stage_created.board / "record") as (url, _):
        trusted = good("board", "trust", url, "--policy", file, "--json").json
        assert trusted["log_keys"] == [first, second]
        assert good("board", "trust", url, "--policy", file, "--log-key", first, "--json").json["changed"] is False
