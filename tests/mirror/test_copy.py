"""A copy equals the record and shows only what was verified; a log that lies is told apart from one that grows."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evote.board import files
from evote.board.admission import Posting
from evote.board.publish import record_tiles
from evote.client.source import FolderSource
from evote.ed25519 import SigningKey
from evote.errors import BoardError, ConfigurationError, EncodingError, EquivocationError, EvoteError, VerificationError
from evote.log.checkpoint import Checkpoint, sign_checkpoint
from evote.log.cosignature import Cosigner
from evote.log.evidence import Conflict, decode_evidence, verify_evidence
from evote.log.note import Ed25519Signer, add_signatures, decode_note, encode_note, make_signature
from evote.log.policy import Policy, PolicyGroup, PolicyLog, PolicyWitness
from evote.log.tiles import tile_path
from evote.mirror.copy import Mirror
from evote.mirror.folder import MirrorFolder
from evote.mirror.server import health_object, open_mirror_service
from evote.serve.journal import Journal
from evote.serve.settings import Settings
from tests.board import toy
from tests.mirror.scene import (
    LOG,
    POLICY,
    SIZES,
    copy,
    files_of,
    forked,
    mldsa_key,
    postings_of,
    verify_copy,
    write_log,
)

Read = Callable[[str], bytes]
Records = tuple[Path, ...]


def test_a_copy_equals_the_record_byte_for_byte(records: Records, tmp_path: Path) -> None:
    """Checkpoint, policy and every tile and bundle of the record; the copy has nothing else."""
    update = copy(records[-1], tmp_path / "copy")
    assert (update.size, update.added) == (SIZES[-1], SIZES[-1])
    there = files_of(records[-1])
    needed = {tile_path(tile) for tile in record_tiles(SIZES[-1])} | {"checkpoint", "policy"}
    assert files_of(tmp_path / "copy" / "record") == {path: there[path] for path in needed}


def test_only_what_is_new_is_fetched(records: Records, tmp_path: Path) -> None:
    """After 600 entries, none of the two full bundles is asked for again; the copy of 800 is as if made at once."""
    copy(records[0], tmp_path / "copy")
    copy(records[1], tmp_path / "copy")
    asked = []
    source = FolderSource(records[2])

    def read(path: str) -> bytes:
        asked.append(path)
        return source.read(path)

    with Mirror(MirrorFolder(tmp_path / "copy"), POLICY) as mirror:
        assert mirror.update(read).added == SIZES[2] - SIZES[1]
        assert not {path for path in asked if path.startswith("tile/entries/00") and path[-3:] in ("000", "001")}
        asked.clear()
        assert mirror.update(read).added == 0
        assert not [path for path in asked if "payloads" in path or "entries" in path]
    assert verify_copy(tmp_path / "copy") == SIZES[2]
    assert {path.name for path in (tmp_path / "copy" / "checkpoints").iterdir()} == {str(size) for size in SIZES}


def test_a_copy_can_be_copied_when_the_operator_is_gone(records: Records, tmp_path: Path) -> None:
    """A copy of a copy is the same record."""
    copy(records[-1], tmp_path / "one")
    copy(tmp_path / "one" / "record", tmp_path / "two")
    assert files_of(tmp_path / "two" / "record") == files_of(tmp_path / "one" / "record")


def test_a_crash_at_any_write_leaves_a_valid_record(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Growth from 70 to 600 entries is stopped before and after each write; each time the record is valid, and of one
    of the two sizes, and the next run finishes it."""
    copy(records[0], tmp_path / "start")
    writes = 0
    move = files.move_file

    class Crash(BaseException):
        pass

    def crash_at(number: int, *, before: bool) -> Callable[[Path, Path], None]:
        left = [number]

        def moved(old: Path, new: Path) -> None:
            nonlocal writes
            writes += 1
            left[0] -= 1
            if not left[0] and before:
                raise Crash
            move(old, new)
            if not left[0]:
                raise Crash

        return moved

    monkeypatch.setattr(files, "move_file", crash_at(0, before=True))
    shutil.copytree(tmp_path / "start", tmp_path / "count")
    copy(records[1], tmp_path / "count")
    total = writes
    assert total > 10
    for number in range(1, total + 1):
        folder = tmp_path / f"crash-{number}"
        shutil.copytree(tmp_path / "start", folder)
        monkeypatch.setattr(files, "move_file", crash_at(number, before=bool(number % 2)))
        with pytest.raises(Crash):
            copy(records[1], folder)
        monkeypatch.setattr(files, "move_file", move)
        assert verify_copy(folder) in (SIZES[0], SIZES[1])
        copy(records[1], folder)
        assert verify_copy(folder) == SIZES[1]
        shutil.rmtree(folder)


def test_what_was_copied_before_a_crash_is_not_fetched_again(records: Records, tmp_path: Path) -> None:
    """The source goes away after the second bundle; the next run asks for the third one only."""
    source = FolderSource(records[1])

    def gone(path: str) -> bytes:
        if path.startswith("tile/entries/002"):
            raise BoardError("record.unreadable", "gone")
        return source.read(path)

    with Mirror(MirrorFolder(tmp_path / "copy"), POLICY) as mirror, pytest.raises(BoardError):
        mirror.update(gone)
    assert verify_copy(tmp_path / "copy") == 0
    asked = []

    def read(path: str) -> bytes:
        asked.append(path)
        return source.read(path)

    with Mirror(MirrorFolder(tmp_path / "copy"), POLICY) as mirror:
        mirror.update(read)
    assert [path for path in asked if path.startswith("tile/entries/")] == ["tile/entries/002.p/88"]
    assert verify_copy(tmp_path / "copy") == SIZES[1]


def test_damage_of_the_copy_is_repaired(records: Records, tmp_path: Path) -> None:
    """A lost hash tile makes the next run verify everything; a changed bundle is then fetched again."""
    copy(records[1], tmp_path / "copy")
    record = tmp_path / "copy" / "record"
    (record / "tile/0/001").unlink()
    (record / "tile/payloads/000").chmod(0o644)
    (record / "tile/payloads/000").write_bytes(b"rot")
    copy(records[1], tmp_path / "copy")
    assert verify_copy(tmp_path / "copy") == SIZES[1]


def changed(record: Path, path: str, change: Callable[[bytes], bytes]) -> Read:
    """Return a source that changes one file of a record."""
    source = FolderSource(record)
    return lambda asked: change(source.read(asked)) if asked == path else source.read(asked)


@pytest.mark.parametrize(
    ("path", "change", "code"),
    [
        ("tile/entries/001", lambda data: data[:-1] + b"x", "tiles.wrong_entry"),
        ("tile/entries/001", lambda data: data[:-1], "bundle.truncated"),
        ("tile/entries/002.p/88", lambda data: data + b"\x00\x00", "bundle.trailing_bytes"),
        ("tile/payloads/001", lambda data: data[:-1] + b"x", "statement.payload_mismatch"),
        ("tile/0/001", lambda data: bytes(32) + data[32:], "tiles.wrong_hash"),
        ("tile/0/002.p/88", lambda data: data[32:], "bundle.bad_width"),
        ("tile/0/002.p/88", lambda data: bytes(32) + data[32:], "tiles.wrong_root"),
        ("checkpoint", lambda data: data.replace(b"\n600\n", b"\n601\n"), "signature.invalid"),
        ("checkpoint", lambda data: b"600\n", "note.no_signatures"),
    ],
)
def test_a_false_file_is_refused_and_the_copy_stays(
    records: Records, tmp_path: Path, path: str, change: Callable[[bytes], bytes], code: str
) -> None:
    """Each false or malformed file of the source is named by its check, and the copy still shows 70 entries."""
    copy(records[0], tmp_path / "copy")
    with Mirror(MirrorFolder(tmp_path / "copy"), POLICY) as mirror:
        with pytest.raises(EvoteError) as caught:
            mirror.update(changed(records[1], path, change))
        assert caught.value.code == code
        assert verify_copy(tmp_path / "copy") == SIZES[0]
        # The server is well again, and so is the copy.
        assert mirror.update(FolderSource(records[1]).read).size == SIZES[1]


def test_commitments_are_copied_and_not_believed(records: Records, tmp_path: Path) -> None:
    """Other well-formed commitments are copied as they are; malformed ones are left out, and stop nothing."""
    path = "tile/commitments/002.p/88"
    other = bytes(4) * 88
    with Mirror(MirrorFolder(tmp_path / "one"), POLICY) as mirror:
        mirror.update(changed(records[1], path, lambda _: other))
    assert (tmp_path / "one/record" / path).read_bytes() == other
    with Mirror(MirrorFolder(tmp_path / "two"), POLICY) as mirror:
        mirror.update(changed(records[1], path, lambda data: data[:-1]))
    assert not (tmp_path / "two/record" / path).exists()
    assert verify_copy(tmp_path / "two") == SIZES[1]


def convicted(folder: Path) -> Conflict:
    """Return what the evidence of a copy proves under the log's key."""
    (file,) = (folder / "evidence").iterdir()
    return verify_evidence(decode_evidence(file.read_bytes()), [LOG.key]).conflict


@pytest.mark.parametrize(("count", "conflict"), [(600, Conflict.ROOTS), (700, Conflict.PREFIX), (300, Conflict.PREFIX)])
def test_a_forked_log_leaves_evidence(records: Records, tmp_path: Path, count: int, conflict: Conflict) -> None:
    """Another history of the same size, a larger one and a smaller one: each is proven, and the copy stays."""
    copy(records[1], tmp_path / "copy")
    before = files_of(tmp_path / "copy" / "record")
    with pytest.raises(EquivocationError):
        copy(write_log(tmp_path / "fork", forked(records[2], count)), tmp_path / "copy")
    assert convicted(tmp_path / "copy") is conflict
    assert files_of(tmp_path / "copy" / "record") == before


def test_a_checkpoint_that_was_only_seen_counts_too(records: Records, tmp_path: Path) -> None:
    """The log shows a checkpoint of 700 entries and not its bundles; later another one of that size convicts it."""
    copy(records[1], tmp_path / "copy")
    honest = write_log(tmp_path / "honest", postings_of(records[2])[:700])
    shutil.rmtree(honest / "tile" / "payloads")
    with pytest.raises(BoardError, match="no file"):
        copy(honest, tmp_path / "copy")
    other = write_log(tmp_path / "other", forked(records[2], 700, 650))
    with pytest.raises(EquivocationError):
        copy(other, tmp_path / "copy")
    assert convicted(tmp_path / "copy") is Conflict.ROOTS


def test_a_log_that_shows_less_is_refused_without_a_verdict(records: Records, tmp_path: Path) -> None:
    """An older checkpoint of the same history is no proof of anything."""
    copy(records[1], tmp_path / "copy")
    with pytest.raises(BoardError) as caught:
        copy(records[0], tmp_path / "copy")
    assert caught.value.code == "log.rolled_back"
    assert not (tmp_path / "copy" / "evidence").exists()
    assert verify_copy(tmp_path / "copy") == SIZES[1]


def test_a_log_that_publishes_meanwhile_is_followed(records: Records, tmp_path: Path) -> None:
    """What the first checkpoint needs has been removed; the next one's files are taken."""
    old, new = FolderSource(records[1]), FolderSource(records[2])
    asked = []

    def read(path: str) -> bytes:
        asked.append(path)
        if asked.count("checkpoint") > 1:
            return new.read(path)
        if path == "tile/payloads/002.p/88":
            raise BoardError("record.not_found", "pruned")
        return old.read(path)

    with Mirror(MirrorFolder(tmp_path / "copy"), POLICY) as mirror:
        assert mirror.update(read).size == SIZES[2]
    assert verify_copy(tmp_path / "copy") == SIZES[2]


WITNESS = Cosigner("w1.example", SigningKey(b"w" * 32))
WITNESSED = Policy(
    logs=POLICY.logs,
    witnesses=(PolicyWitness(name="w1", key=WITNESS.key),),
    quorum="w1",
)


def cosigned(note: bytes, time: int) -> bytes:
    """Return a checkpoint with the witness's line."""
    return add_signatures(note, [make_signature(decode_note(note).text, WITNESS.at(time))])


def test_nothing_is_copied_without_the_quorum(records: Records, tmp_path: Path) -> None:
    """Under a policy with a witness, a checkpoint counts only with its line; a newer line replaces an older one."""
    with pytest.raises(VerificationError) as caught:
        copy(records[0], tmp_path / "copy", WITNESSED)
    assert caught.value.code == "policy.no_quorum"
    note = (records[0] / "checkpoint").read_bytes()
    with Mirror(MirrorFolder(tmp_path / "copy"), WITNESSED) as mirror:
        for time, shown in ((1000, 1000), (2000, 2000), (1500, 2000)):
            mirror.update(changed(records[0], "checkpoint", lambda _, time=time: cosigned(note, time)))  # type: ignore[misc]  # 2026-11-22: a default binds the loop's value
            assert (tmp_path / "copy/record/checkpoint").read_bytes() == cosigned(note, shown)


def test_one_liar_does_not_make_a_checkpoint_look_fresh(records: Records, tmp_path: Path) -> None:
    """The newer note is the one whose quorum is newer; a witness that is ahead of all others counts for little."""
    liar = Cosigner("w2.example", SigningKey(b"v" * 32))
    group = PolicyGroup(name="q", threshold=2, members=("w1", "w2", "w3"))
    third = Cosigner("w3.example", SigningKey(b"u" * 32))
    witnesses = {"w1": WITNESS, "w2": liar, "w3": third}
    policy = Policy(
        logs=POLICY.logs,
        witnesses=tuple(PolicyWitness(name=name, key=one.key) for name, one in witnesses.items()),
        groups=(group,),
        quorum="q",
    )
    plain = (records[0] / "checkpoint").read_bytes()

    def note(**times: int) -> bytes:
        text = decode_note(plain).text
        return add_signatures(plain, [make_signature(text, witnesses[name].at(time)) for name, time in times.items()])

    place = MirrorFolder(tmp_path / "copy")
    place.trust(policy)
    honest, lying = note(w1=2000, w3=2000), note(w1=1000, w2=2**40)
    with Mirror(place, policy) as mirror:
        for shown, kept in ((lying, lying), (honest, honest), (lying, honest)):
            mirror.update(changed(records[0], "checkpoint", lambda _, shown=shown: shown))  # type: ignore[misc]  # 2026-11-22: a default binds the loop's value
            assert place.checkpoint() == kept
    place.replace("checkpoint", lying)
    service = open_mirror_service(place.folder, settings=Settings(), journal=Journal(), now=lambda: 5000)
    assert health_object(service)["witnessed_seconds_ago"] == 4000


def test_the_policy_of_the_record_is_copied_only_if_it_fits(records: Records, tmp_path: Path) -> None:
    """A policy under which the record's own checkpoint is nothing is not passed on."""
    other = Ed25519Signer(toy.ORIGIN, SigningKey(b"o" * 32))
    for false in (b"quorum none\n", b"\x00", f"log {other.key.name}+00000000+AA==\nquorum none\n".encode()):
        with Mirror(MirrorFolder(tmp_path / "copy"), POLICY) as mirror:
            mirror.update(changed(records[0], "policy", lambda _, false=false: false))  # type: ignore[misc]  # 2026-11-22: a default binds the loop's value
        assert not (tmp_path / "copy/record/policy").exists()
    copy(records[0], tmp_path / "copy")
    assert (tmp_path / "copy/record/policy").read_bytes() == (records[0] / "policy").read_bytes()


def test_a_copy_is_of_one_log_and_has_one_writer(records: Records, tmp_path: Path) -> None:
    """Another log's policy, a policy of two logs, a second process, and a checkpoint of somebody else."""
    place = MirrorFolder(tmp_path / "copy")
    place.trust(POLICY)
    assert place.trusted_policy() == POLICY
    other = PolicyLog(key=Ed25519Signer("other.example", SigningKey(b"o" * 32)).key)
    with pytest.raises(ConfigurationError, match="another log"):
        place.trust(Policy(logs=(other,)))
    with pytest.raises(ConfigurationError, match="one log"):
        place.trust(Policy(logs=(*POLICY.logs, other)))
    with Mirror(place, POLICY), pytest.raises(BoardError) as caught:
        Mirror(MirrorFolder(tmp_path / "copy"), POLICY)
    assert caught.value.code == "mirror.locked"
    stranger = Ed25519Signer(toy.ORIGIN, SigningKey(b"s" * 32))
    note = sign_checkpoint(Checkpoint(origin=toy.ORIGIN, size=1, root=bytes(32)), [stranger])
    (tmp_path / "copy/record/checkpoint").write_bytes(note)
    with pytest.raises(BoardError) as caught:
        Mirror(place, POLICY)
    assert caught.value.code == "mirror.bad_checkpoint"


def test_an_entry_that_is_no_statement_stops_the_copy(tmp_path: Path) -> None:
    """A log that signs something else than statements is copied up to the checkpoint before it."""
    postings = [toy.ballot(0), Posting(statement=b"no statement", payload=b"")]
    with pytest.raises(EncodingError):
        copy(write_log(tmp_path / "log", postings), tmp_path / "copy")
    assert verify_copy(tmp_path / "copy") == 0


def test_both_keys_of_the_log(records: Records, tmp_path: Path) -> None:
    """A policy with the log's ML-DSA-44 key too: a checkpoint that lacks its line is not copied, whatever it says."""
    policy = replace(POLICY, logs=(*POLICY.logs, PolicyLog(key=mldsa_key(records[0]))))
    assert copy(records[0], tmp_path / "copy", policy).size == SIZES[0]
    forged = tmp_path / "forged"
    shutil.copytree(records[1], forged)
    place = forged / "checkpoint"
    note = decode_note(place.read_bytes())
    kept = tuple(line for line in note.signatures if line.key_id == LOG.key.key_id)
    place.write_bytes(encode_note(replace(note, signatures=kept)))
    with pytest.raises(VerificationError) as caught:
        copy(forged, tmp_path / "copy", policy)
    assert caught.value.code == "log.missing_signature"
    assert verify_copy(tmp_path / "copy") == SIZES[0]
    # Under the Ed25519 key alone it is the log's checkpoint.
    assert copy(forged, tmp_path / "other", POLICY).size == SIZES[1]
