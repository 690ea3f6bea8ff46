"""An election from definition to record, by commands alone."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from evote.cli.inbox import ADMITTED
from evote.client.reader import verify_receipt
from evote.log.policy_text import parse_policy
from tests.cli.scene import Scene, evote, good

Copy = Callable[[Scene], Scene]


def test_an_election_by_commands(stage_open: Scene, copy_of: Copy, tmp_path: Path) -> None:
    """Three cast, one challenges, one is struck: the result counts what it should and the record is exported."""
    scene = copy_of(stage_open)
    receipt = scene.cast("kim", "merger=yes")
    scene.cast("lee", "merger=1")
    scene.cast("park", "merger=no")
    opened = scene.prepare("choi", "merger=no")
    challenge = ("--record", scene.board / "record", "--inbox", scene.inbox, "--code-file", scene.code_of("choi"))
    ran = good("ballot", "challenge", opened, *challenge)
    assert "Do you agree to merge? No" in ran.out
    assert "prepare a fresh one" in ran.out
    assert len(scene.collect()["admitted"]) == 4
    good("roll", "strike", "--id", "choi", "--reason", "voted_on_paper", *scene.as_registrar, "--links", scene.links)
    good("election", "close", *scene.as_authority, "--off-schedule")
    good("election", "tally", *scene.as_authority)
    assert "Waiting for: t1, t2, t3" in good("election", "status", "--board", scene.board).out
    waiting = evote("election", "result", *scene.as_authority)
    assert (waiting.code, "still missing: t1, t2, t3" in waiting.err) == (4, True)
    scene.decrypt(1)
    scene.decrypt(3)
    scene.collect()
    ran = good("election", "result", *scene.as_authority)
    assert "3 of 4 eligible voters voted" in ran.out
    assert "“Yes” 2 (66.67%), “No” 1 (33.33%)" in ran.out
    korean = good("election", "status", "--board", scene.board, "--language", "ko")
    assert "‘찬성’ 2표" in korean.out
    good("election", "finish", *scene.as_authority)
    state = good("election", "status", "--board", scene.board, "--json").json
    assert (state["phase"], state["cast"], state["challenged"], state["outcomes"]) == ("ended", 3, 1, ["decided"])

    proof = tmp_path / "kim.tlog-proof"
    record = tmp_path / "record.zip"
    good("record", "export", scene.board, record)
    found = good("ballot", "receipt", receipt, "--record", record, "--out", proof, "--json").json
    policy = parse_policy((scene.board / "record" / "policy").read_bytes())
    verified = verify_receipt(proof.read_bytes(), policy=policy)
    assert (verified.index, found["kind"]) == (found["index"], "ballot.cast")


def test_repeating_every_step_changes_nothing(stage_open: Scene, copy_of: Copy) -> None:
    """After opening, all earlier commands again succeed and leave the log as it is."""
    scene = copy_of(stage_open)
    before = good("board", "status", scene.board, "--json").json
    created = good("election", "create", scene.folder / "vote.yaml", *scene.as_authority, "--json").json
    assert created == {"created": False, "election": before["elections"][0]["election"]}
    for step in ("keys", "rehearsal", "open"):
        assert good("election", step, *scene.as_authority, "--json").json["published"] is False
    assert good("board", "create", scene.board, "--origin", "board.example/cli", "--json").json["created"] is False
    assert scene.make_credentials("--json").json["published"] is False
    assert scene.collect()["admitted"] == {}
    assert good("board", "status", scene.board, "--json").json == before


def test_advance_does_what_is_due(stage_created: Scene, copy_of: Copy) -> None:
    """`advance` publishes keys and rehearsal when the ceremony is complete, and nothing while trustees are awaited."""
    scene = copy_of(stage_created)
    assert good("election", "advance", *scene.as_authority, "--json").json["done"] == []
    scene.hold_ceremony()
    done = good("election", "advance", *scene.as_authority, "--json").json
    assert done["done"] == ["election.keys", "election.rehearsal"]
    assert done["phase"] == "trustee_rehearsals"


def test_a_second_attempt_is_another_election(stage_created: Scene, copy_of: Copy) -> None:
    """The same definition gives the same election id, another attempt another one; commands then ask which."""
    scene = copy_of(stage_created)
    first = good("election", "create", scene.folder / "vote.yaml", *scene.as_authority, "--json").json["election"]
    again = ("--attempt", 2, "--json")
    second = good("election", "create", scene.folder / "vote.yaml", *scene.as_authority, *again).json["election"]
    assert first != second
    ran = evote("election", "status", "--board", scene.board)
    assert (ran.code, "choose one with --election" in ran.err) == (2, True)
    named = good("election", "status", "--board", scene.board, "--election", second[:8], "--json").json
    assert named["election"] == second


def test_a_changed_definition_is_no_second_election_by_mistake(stage_created: Scene, copy_of: Copy) -> None:
    """Under a label that is taken another definition is refused, with nothing published; --attempt says it is meant."""
    scene = copy_of(stage_created)
    changed = scene.folder / "changed.yaml"
    text = (scene.folder / "vote.yaml").read_text(encoding="utf-8")
    changed.write_text(text.replace("minimum_ballots: 2", "minimum_ballots: 3"), encoding="utf-8")
    before = good("board", "status", scene.board, "--json").json["size"]
    ran = evote("election", "create", changed, *scene.as_authority)
    assert ran.code == 2
    assert "[election.label_taken]" in ran.err
    assert good("board", "status", scene.board, "--json").json["size"] == before
    assert good("election", "create", changed, "--attempt", "2", *scene.as_authority, "--json").json["created"]


def test_outside_the_schedule_only_on_demand(stage_ready: Scene, copy_of: Copy) -> None:
    """Opening outside the schedule is refused, naming it, until it is asked for."""
    scene = copy_of(stage_ready)
    ran = evote("election", "open", *scene.as_authority)
    assert ran.code == 4
    assert "the schedule says from 2020-06-02T21:00:00Z to 2020-06-03T11:00:00Z" in ran.err
    assert "--off-schedule" in ran.err


def test_closing_waits_for_the_inbox(stage_open: Scene, copy_of: Copy) -> None:
    """A file that nobody has collected stops the close, with nothing published, until it is collected or left."""
    scene = copy_of(stage_open)
    late = scene.inbox / "late.submission"
    late.write_bytes(b"a ballot, perhaps")
    ran = evote("election", "close", *scene.as_authority, "--off-schedule")
    assert (ran.code, "election.inbox_not_empty" in ran.err, "evote board collect" in ran.err) == (4, True, True)
    assert good("election", "status", "--board", scene.board, "--json").json["phase"] == "voting"
    other = scene.copy(scene.folder.parent / "other")
    good("election", "close", *other.as_authority, "--off-schedule", "--leave-inbox")
    good("board", "collect", scene.board)
    good("election", "close", *scene.as_authority, "--off-schedule")


def test_a_step_that_is_not_due_is_refused(stage_created: Scene, copy_of: Copy) -> None:
    """Keys before the ceremony, and results before the tally, say what the election awaits."""
    scene = copy_of(stage_created)
    for step in ("keys", "rehearsal", "open", "close", "tally", "result", "finish"):
        ran = evote("election", step, *scene.as_authority, *(["--off-schedule"] if step in ("open", "close") else []))
        assert (ran.code, "the election awaits the trustees' commitments" in ran.err) == (4, True)


def test_another_key_is_refused(stage_created: Scene, copy_of: Copy) -> None:
    """The registrar's key can't act for the authority."""
    scene = copy_of(stage_created)
    options = ("--board", scene.board, "--authority-key", scene.folder / "registrar.key", *scene.passphrase)
    ran = evote("election", "keys", *options)
    assert (ran.code, "the authority of this election is" in ran.err) == (2, True)


def test_the_command_runs_as_a_program(stage_created: Scene) -> None:
    """The entry point works in a process of its own, with its exit code, and locks nothing for good."""
    code = "from evote.cli.main import run; run()"
    arguments = [sys.executable, "-c", code, "board", "status", str(stage_created.board), "--json"]
    ran = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert (ran.returncode, json.loads(ran.stdout)["size"]) == (0, 2)
    missing = subprocess.run([*arguments[:5], "nowhere"], capture_output=True, text=True, check=False)
    assert (missing.returncode, "[board.missing]" in missing.stderr) == (4, True)
    assert (stage_created.inbox / ADMITTED).exists() is False
