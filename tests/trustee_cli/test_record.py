"""What the trustee's program believes of a record: one log key, one history, every byte of it."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from evote.ed25519 import SigningKey
from evote.election.kinds import Kind
from evote.log.bundles import decode_bundle, encode_bundle
from evote.log.key import format_verifier_key
from evote.log.note import Ed25519Signer
from evote.log.statement import decode_statement
from evote.log.tiles import TileKind, bundle_at, tile_path
from tests.election.built_election import NO, YES, Story, manifest_of
from tests.trustee_cli.stage import LOG_KEY, ORIGIN, PASSPHRASE, Stage, write_record

OTHER_LOG = Ed25519Signer(ORIGIN, SigningKey(b"\x22" * 32))


def test_status_in_words(begun: Stage) -> None:
    """Without any passphrase: what is awaited, who is missing, and whose turn it is."""
    begun.work(2, "ceremony")
    begun.collect()
    result = begun.run(1, "status", str(begun.record), "--log-key", LOG_KEY, "--passphrase-file", "/nowhere")
    assert result.exit_code == 0, result.stderr
    assert "round 0: waiting for the commitment of 1 (t1), 3 (t3)" in result.stdout
    assert "You are trustee 1 (t1)" in result.stdout
    assert "Your turn: evote-trustee ceremony" in result.stdout


def test_status_at_every_stage(ready: Stage, voted: Stage, closed: Stage) -> None:
    """Phases, missing trustees and the command that is due, as JSON; what is not due is null."""
    for stage, phase, missing, due in (
        (ready, "voting", [], None),
        (voted, "voting", [], None),
        (closed, "decryption", [1, 2, 3], "decrypt"),
    ):
        value = stage.run_json(1, "status", str(stage.record), "--log-key", LOG_KEY)
        assert (value["phase"], value["waiting_for"], value["your_command"]) == (phase, missing, due)
    for trustee in (1, 2):
        closed.work(trustee, "decrypt")
    closed.collect()
    value = closed.run_json(3, "status", str(closed.record))
    assert (value["phase"], value["your_command"]) == ("decryption", None)
    closed.story.finish(1, 2)
    closed.publish()
    assert closed.run_json(3, "status", str(closed.record))["phase"] == "ended"


def test_status_of_a_stranger(begun: Stage, tmp_path: Path) -> None:
    """Without a home the record's own key is believed, with a notice, and nothing is written anywhere."""
    result = begun.run(9, "status", str(begun.record))
    assert result.exit_code == 0, result.stderr
    assert f"notice: no log key is pinned; the one in the record itself is used: {LOG_KEY}" in result.stderr
    assert not begun.home(9).exists()


def test_korean(begun: Stage) -> None:
    """With --language ko the same is said in Korean; errors keep their code and gain a Korean hint."""
    result = begun.run(1, "status", str(begun.record), "--log-key", LOG_KEY, "--language", "ko")
    assert "키 생성 의식 0단계: 1번(t1), 2번(t2), 3번(t3)의 약속값을 기다립니다" in result.stdout
    missing = begun.run(8, "ceremony", str(begun.record), "--language", "ko")
    assert missing.exit_code == 2
    assert "도움말: 만들기: evote-trustee identity" in missing.stderr


def test_a_record_as_one_file(begun: Stage) -> None:
    """A zip archive is as good as the folder."""
    archive = begun.folder / "record.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in begun.record.rglob("*"):
            file.write(path, path.relative_to(begun.record).as_posix())
    shutil.rmtree(begun.record)
    result = begun.run(1, "ceremony", str(archive), "--outbox", str(begun.outbox(1)), "--log-key", LOG_KEY, "--yes")
    assert result.exit_code == 0, result.stderr
    assert len(begun.written(1)) == 1


def test_the_log_key_is_pinned(begun: Stage) -> None:
    """A key once used is remembered: another one, given or in the record, is refused with exit code 1."""
    begun.work(1, "ceremony")
    assert begun.run(1, "status", str(begun.record)).exit_code == 0
    write_record(begun.record, begun.story.entries(), OTHER_LOG)
    files = begun.written(1)
    command = ["ceremony", str(begun.record), "--outbox", str(begun.outbox(1)), "--yes"]
    changed = begun.run(1, *command)
    assert changed.exit_code == 1
    assert "note.not_signed" in changed.stderr
    given = begun.run(1, *command, "--log-key", format_verifier_key(OTHER_LOG.key))
    assert given.exit_code == 1
    assert "A log's key never changes" in given.stderr
    assert begun.written(1) == files


def test_a_pin_that_was_changed_behind_the_keystore(begun: Stage) -> None:
    """Whoever edits the pinned key in the public file still meets the key that the keystore remembers."""
    begun.work(1, "ceremony")
    begun.collect()
    public = begun.home(1) / "public.json"
    public.write_text(public.read_text().replace(LOG_KEY, format_verifier_key(OTHER_LOG.key)))
    (begun.home(1) / "checkpoints.json").unlink()
    write_record(begun.record, begun.story.entries(), OTHER_LOG)
    result = begun.run(1, "ceremony", str(begun.record), "--outbox", str(begun.outbox(1)), "--yes")
    assert result.exit_code == 1
    assert "trustee.log_key_changed" in result.stderr


def test_without_a_key_the_trustee_is_asked(begun: Stage) -> None:
    """The key in the record is taken only after a yes; --yes does not answer that question."""
    command = ["ceremony", str(begun.record), "--outbox", str(begun.outbox(1)), "--yes"]
    unanswered = begun.run(1, *command)
    assert unanswered.exit_code == 2
    assert LOG_KEY in unanswered.stderr
    assert begun.written(1) == {}
    assert begun.run(1, *command, answers="n\n").exit_code == 2
    assert begun.run(1, *command, answers="y\n").exit_code == 0
    assert begun.run(1, "status", str(begun.record)).stderr == ""


@pytest.mark.parametrize("kind", [TileKind.ENTRIES, TileKind.PAYLOADS])
def test_a_changed_entry_is_refused(closed: Stage, kind: TileKind) -> None:
    """One byte of an entry or a payload changed in the record: exit code 1 and nothing decrypted."""
    size = len(closed.story.steps)
    path = closed.record / tile_path(bundle_at(kind, 0, size))
    items = list(decode_bundle(kind, path.read_bytes(), size))
    index = next(i for i, step in enumerate(closed.story.steps) if step.submission.kind is Kind.BALLOT_CAST)
    items[index] = items[index].replace(b'"', b"'", 1)
    path.write_bytes(encode_bundle(kind, items))
    files = closed.written(1)
    result = closed.work(1, "decrypt")
    assert result.exit_code == 1
    assert any(code in result.stderr for code in ("tiles.", "statement.payload_mismatch", "record.wrong_root"))
    assert closed.written(1) == files


def test_a_statement_out_of_place_is_refused(begun: Stage) -> None:
    """A record signed by the log in which a statement stands where it may not is refused, naming the entry."""
    begun.work(1, "ceremony")
    begun.collect()
    entries = begun.story.entries()
    write_record(begun.record, [*entries, entries[-1]])
    result = begun.work(2, "ceremony")
    assert result.exit_code == 1
    assert f"log entry {len(entries)} (trustee.commitment)" in result.stderr
    assert begun.written(2) == {}


def test_a_record_that_goes_back(begun: Stage) -> None:
    """A record shorter than one seen before is refused with exit code 4."""
    entries = begun.story.entries()
    begun.work(1, "ceremony")
    write_record(begun.record, entries[:1])
    result = begun.work(1, "ceremony")
    assert result.exit_code == 4
    assert "log.rolled_back" in result.stderr


def test_two_histories(closed: Stage, voted_once: Stage, tmp_path: Path) -> None:
    """A longer record that does not extend the one seen ends everything with exit code 5 and leaves evidence."""
    assert closed.run(1, "status", str(closed.record), "--log-key", LOG_KEY).exit_code == 0
    other = voted_once.copy_to(tmp_path / "other")
    other.story.cast("Cem", NO, (1, 1))
    other.close()
    first = (closed.record / "checkpoint").read_bytes()
    write_record(closed.record, other.story.entries())
    result = closed.work(1, "decrypt")
    assert result.exit_code == 5
    assert "sign nothing more" in result.stderr
    notes = [(closed.home(1) / f"equivocation-{number}.note").read_bytes() for number in (1, 2)]
    assert notes == [first, (closed.record / "checkpoint").read_bytes()]


def test_two_elections_in_one_log(begun: Stage) -> None:
    """With two elections of the same trustees the one that is meant must be named."""
    first = begun.story
    second = Story(first.group, manifest_of(), first.voters)
    second = Story(
        first.group,
        type(first.manifest)(
            **{name: getattr(second.manifest, name) for name in type(second.manifest).__slots__ if name != "trustees"},
            trustees=first.manifest.trustees,
        ),
        first.voters,
    )
    second.say("authority", Kind.MANIFEST, second.manifest)
    write_record(begun.record, [*first.entries(), *second.entries()])
    unnamed = begun.work(1, "ceremony")
    assert unnamed.exit_code == 2
    assert "trustee.several_elections" in unnamed.stderr
    named = begun.work(1, "ceremony", "--election", first.state.election_id.hex()[:10])
    assert named.exit_code == 0, named.stderr
    (path,) = begun.outbox(1).iterdir()
    assert decode_statement(path.read_bytes()[2 : 2 + int.from_bytes(path.read_bytes()[:2], "big")]).scope == (
        first.state.election_id
    )


def test_json_alone_on_stdout(begun: Stage) -> None:
    """With --json stdout is one JSON object, whatever else is said on stderr."""
    result = begun.work(1, "ceremony", "--json")
    assert set(json.loads(result.stdout)) == {"election", "phase", "written", "waiting_for", "done", "accused"}
    assert "Election: Built election" in result.stderr
    assert PASSPHRASE not in result.output


def test_a_vote_for_yes_is_nobody_elses_business(voted: Stage) -> None:
    """The status of an open election tells numbers of entries, and nothing of any ballot."""
    result = voted.run(1, "status", str(voted.record), "--log-key", LOG_KEY)
    assert "Voting is under way" in result.stdout
    assert str(YES) not in result.output
