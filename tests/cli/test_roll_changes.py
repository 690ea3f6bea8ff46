"""Strikes, replacements and the destruction of the links."""

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from evote.log.key import ED25519, VerifierKey
from evote.log.note import Ed25519Verifier, open_note
from tests.cli.killed import run_killed
from tests.cli.scene import Scene, evote, good

Copy = Callable[[Scene], Scene]


def test_a_strike_is_published_once(stage_ready: Scene, copy_of: Copy) -> None:
    """The same strike again changes nothing; another reason, another person and an unknown reason are refused."""
    scene = copy_of(stage_ready)
    common = (*scene.as_registrar, "--links", scene.links)
    first = good("roll", "strike", "--id", "lee", "--reason", "lost", *common, "--json").json
    again = good("roll", "strike", "--id", "lee", "--reason", "lost", *common, "--json").json
    assert (first["published"], again["published"]) == (True, False)
    other = evote("roll", "strike", "--id", "lee", "--reason", "not_eligible", *common)
    assert (other.code, "struck or replaced before" in other.err) == (4, True)
    nobody = evote("roll", "strike", "--id", "nobody", "--reason", "lost", *common)
    assert (nobody.code, "no person has the id 'nobody'" in nobody.err) == (2, True)
    wrong = evote("roll", "strike", "--id", "lee", "--reason", "dead", *common)
    assert (wrong.code, "voted_on_paper, lost" in wrong.err) == (2, True)


def test_a_replacement_is_one_per_codes_file(stage_open: Scene, copy_of: Copy) -> None:
    """The command again with its codes file changes nothing; the new code votes, the old one does not."""
    scene = copy_of(stage_open)
    old_code = scene.code_of("kim").read_text()
    target = scene.folder / "new.csv"
    common = (*scene.as_registrar, "--links", scene.links, "--codes", target)
    assert good("roll", "replace", "--id", "kim", "--reason", "lost", *common, "--json").json["published"] is True
    assert good("roll", "replace", "--id", "kim", "--reason", "lost", *common, "--json").json["published"] is False
    record = ("--record", scene.board / "record", "--choose", "merger=no")
    (scene.folder / "old").write_text(old_code)
    ran = evote("ballot", "prepare", scene.folder / "b", *record, "--code-file", scene.folder / "old")
    assert (ran.code, "struck or replaced" in ran.err) == (4, True)
    (scene.folder / "new").write_text(target.read_text().splitlines()[1].split(",")[3])
    good("ballot", "prepare", scene.folder / "b", *record, "--code-file", scene.folder / "new")


def test_a_replacement_never_starts_with_a_file_that_exists(stage_open: Scene, copy_of: Copy) -> None:
    """A codes file of somebody else stops the replacement before anything is drawn; a new name then works."""
    scene = copy_of(stage_open)
    options = ("roll", "replace", "--id", "kim", "--reason", "lost", "--links", scene.links)
    taken = scene.folder / "taken.csv"
    taken.write_text("of somebody else")
    taken.chmod(0o600)
    before = scene.links.read_bytes()
    ran = evote(*options, "--codes", taken, *scene.as_registrar)
    assert ran.code == 2
    assert "[file.exists]" in ran.err
    assert scene.links.read_bytes() == before
    good(*options, "--codes", scene.folder / "new.csv", *scene.as_registrar)
    assert taken.read_text() == "of somebody else"


def test_a_refused_replacement_leaves_the_old_credential(stage_open: Scene, copy_of: Copy) -> None:
    """A credential that has voted can't be replaced as lost; the person keeps it and no code is left behind."""
    scene = copy_of(stage_open)
    scene.cast("kim", "merger=yes")
    scene.collect()
    target = scene.folder / "new.csv"
    common = (*scene.as_registrar, "--links", scene.links, "--codes", target)
    ran = evote("roll", "replace", "--id", "kim", "--reason", "lost", *common)
    assert (ran.code, "has cast a ballot" in ran.err, target.exists()) == (4, True, False)
    assert good("roll", "replace", "--id", "kim", "--reason", "wrong_person", *common, "--json").json["published"]


def test_links_are_destroyed_with_a_signed_note(stage_ready: Scene, copy_of: Copy, tmp_path: Path) -> None:
    """Before the end nothing is destroyed; after it a signed note names the file's digest, and the file is gone."""
    scene = copy_of(stage_ready)
    note = tmp_path / "destroyed.note"
    common = (*scene.as_registrar, "--links", scene.links, "--note", note, "--yes")
    today = datetime.now(UTC).date().isoformat()
    ran = evote("roll", "destroy-links", *common, "--objections-ended", today)
    assert (ran.code, f"objections are possible until {today}" in ran.err) == (4, True)
    ran = evote("roll", "destroy-links", *common, "--objections-ended", "2020-07-01")
    assert (ran.code, "has not ended" in ran.err, note.exists(), scene.links.exists()) == (4, True, False, True)

    good("election", "open", *scene.as_authority, "--off-schedule")
    good("election", "close", *scene.as_authority)
    good("election", "tally", *scene.as_authority)
    assert "0 of 4 eligible voters voted" in good("election", "result", *scene.as_authority).out
    good("election", "finish", *scene.as_authority)
    taken = scene.folder / "taken"
    taken.write_text("a letter")
    other = (*scene.as_registrar, "--links", scene.links, "--note", taken, "--yes", "--objections-ended", "2020-07-01")
    assert (evote("roll", "destroy-links", *other).code, taken.read_text()) == (2, "a letter")
    _kill_at_every_step(scene, tmp_path)
    digest = sha256(scene.links.read_bytes()).hexdigest()
    assert (
        good("roll", "destroy-links", *common, "--objections-ended", "2020-07-01", "--json").json["destroyed"] is True
    )
    assert not scene.links.exists()
    shown = good("key", "show", scene.folder / "registrar.key", *scene.passphrase, "--json").json["public_key"]
    key = VerifierKey(name="evote-registrar", algorithm=ED25519, public_key=bytes.fromhex(shown))
    opened = open_note(note.read_bytes(), [Ed25519Verifier(key)])
    assert f"file {digest}" in opened.note.text
    assert (
        good("roll", "destroy-links", *common, "--objections-ended", "2020-07-01", "--json").json["destroyed"] is False
    )


def _kill_at_every_step(ended: Scene, folder: Path) -> None:
    steps = 0
    while True:
        scene = ended.copy(folder / f"killed {steps}")
        note = scene.folder / "note"
        options = (*scene.as_registrar, "--links", scene.links, "--note", note, "--yes")
        destroy = ("roll", "destroy-links", *options, "--objections-ended", "2020-07-01")
        was_killed = run_killed(steps, *destroy)
        assert note.exists() or scene.links.exists()
        good(*destroy)
        assert note.read_text().startswith("evote/links-destroyed/1")
        assert [path.name for path in scene.folder.iterdir() if "links" in path.name] == []
        if not was_killed:
            break
        steps += 1
    assert steps >= 5
