"""What a witness never forgets, and what it keeps against a log."""

from __future__ import annotations

import logging
import sqlite3
import threading
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from evote.errors import BoardError, ConfigurationError, KeystoreError
from evote.log.evidence import Conflict, decode_evidence, verify_evidence
from evote.log.key import parse_verifier_key
from evote.witness import store as store_module
from evote.witness.identity import FILE_NAME as KEY_NAME
from evote.witness.identity import Meaning, load_identity
from evote.witness.open_witness import create_witness, open_witness, pin_log
from evote.witness.store import FILE_NAME, WitnessStore
from tests.log.known import WITNESS_KEY, refusal
from tests.witness.scene import NAME, NOW, ORIGIN, Clock, Log, Scene, make_scene


def test_a_restart_forgets_nothing(scene: Scene) -> None:
    """Sizes, logs and the last time are those of the process before."""
    scene.post(scene.log.request(0, 5))
    again = scene.reopen()
    assert again.post(again.log.request(0, 7)) == (409, b"5\n")
    assert again.post(again.log.request(5, 7))[0] == 200
    again.clock.now = NOW - 1
    assert again.post(again.log.request(7, 8))[0] == 503
    again.witness.store.close()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM log",
        "UPDATE log SET origin = 'x'",
        "UPDATE log SET verifier_key = 'x'",
        "DELETE FROM latest",
        "UPDATE latest SET size = size - 1",
        "UPDATE latest SET time = time - 1",
        "UPDATE latest SET root = zeroblob(32)",
        "UPDATE latest SET origin = 'x'",
        "REPLACE INTO latest SELECT origin, size - 1, root, time, note FROM latest",
    ],
)
def test_the_database_refuses_to_forget(scene: Scene, change: str) -> None:
    """Whatever program tries it: logs, keys and checkpoints are not removed, and nothing goes back."""
    scene.post(scene.log.request(0, 5))
    with sqlite3.connect(scene.folder / FILE_NAME) as database:
        database.execute("PRAGMA recursive_triggers = ON")
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            database.execute(change)
    database.close()


def test_of_racing_requests_one_wins(scene: Scene) -> None:
    """Eight threads grow the log from the same size to different ones: one is cosigned, seven are told its size."""
    scene.post(scene.log.request(0, 5))
    bodies = [scene.log.request(5, size) for size in range(6, 14)]
    answers: list[int] = []
    barrier = threading.Barrier(len(bodies))

    def send(body: bytes) -> None:
        barrier.wait()
        answers.append(scene.witness.add_checkpoint(body).status)

    threads = [threading.Thread(target=send, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200] + [409] * 7
    assert scene.size() in range(6, 14)


def test_two_processes_on_one_folder_share_one_memory(scene: Scene) -> None:
    """A second witness that was opened before sees what the first has cosigned since."""
    second = open_witness(scene.folder, Meaning.CONSISTENCY, scene.clock)
    scene.post(scene.log.request(0, 5))
    assert second.add_checkpoint(scene.log.request(0, 7)).body == b"5\n"
    assert second.add_checkpoint(scene.log.request(5, 7)).status == 200
    assert scene.post(scene.log.request(5, 9)) == (409, b"7\n")
    second.store.close()


def test_another_writer_that_does_not_end_is_a_503(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database locked by somebody else is an answer, not a signature."""
    scene.witness.store._database.execute("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(scene.folder / FILE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert scene.post(scene.log.request(0, 5))[0] == 503
    other.execute("ROLLBACK")
    other.close()
    assert scene.post(scene.log.request(0, 5))[0] == 200


def kept_evidence(scene: Scene) -> list[Conflict]:
    """Return what the kept contradictions prove against the log, each verified from its file alone."""
    return [
        verify_evidence(decode_evidence(item.data), [scene.log.key]).conflict
        for item in scene.witness.store.evidence(ORIGIN)
        if item.kind is store_module.EvidenceKind.CONTRADICTION
    ]


def test_a_second_history_of_any_size_seen_before_is_evidence(scene: Scene) -> None:
    """Also where the request is refused for its old size, and for a size cosigned long ago."""
    for old, new in ((0, 3), (3, 5), (5, 9)):
        scene.post(scene.log.request(old, new))
    assert scene.post(scene.log.fork(0).request(0, 5)) == (409, b"9\n")
    assert kept_evidence(scene) == [Conflict.ROOTS]


def test_a_second_history_that_comes_first_is_evidence_later(scene: Scene) -> None:
    """A fork that was refused as suspicious convicts the log when the honest checkpoint of its size comes."""
    scene.post(scene.log.request(0, 4))
    assert scene.post(scene.log.fork(0).request(4, 7))[0] == 422
    assert scene.kept() == ["suspicious"]
    assert scene.post(scene.log.request(4, 7))[0] == 200
    assert kept_evidence(scene) == [Conflict.ROOTS]


def test_a_fork_s_own_proof_convicts_it(scene: Scene) -> None:
    """From a size that is no power of two, the proof of the fork holds the fork's old root."""
    scene.post(scene.log.request(0, 5))
    assert scene.post(scene.log.fork(1).request(5, 9))[0] == 422
    assert kept_evidence(scene) == [Conflict.PREFIX]
    assert scene.size() == 5


def test_two_roots_of_the_empty_tree(scene: Scene) -> None:
    """A root for no leaves is refused, and is evidence beside the right one."""
    bogus = scene.log.checkpoint(0, root=bytes(32))
    assert scene.post(scene.log.request(0, 0, checkpoint=bogus))[0] == 422
    assert scene.post(scene.log.request(0, 0))[0] == 200
    assert kept_evidence(scene) == [Conflict.ROOTS]


def test_evidence_is_shown_to_everybody(scene: Scene) -> None:
    """The list, the file and the count in the health page."""
    scene.post(scene.log.request(0, 5))
    scene.post(scene.log.fork(1).request(5, 9))
    name = sha256(ORIGIN.encode()).hexdigest()
    (listed,) = scene.http.get(f"/{name}/evidence").json()["evidence"]
    assert (listed["kind"], listed["time"]) == ("contradiction", NOW)
    file = scene.http.get(f"/{name}/evidence/{listed['number']}").content
    assert verify_evidence(decode_evidence(file), [scene.log.key]).second.size == 9
    assert "contradictions kept: 1" in scene.http.get("/health").text
    assert scene.http.get(f"/{name}/evidence/99").status_code == 404


def test_nobody_fills_the_disk(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Suspicious requests, contradictions and remembered checkpoints are bounded for each log."""
    monkeypatch.setattr(store_module, "MAXIMUM_EVIDENCE", 3)
    monkeypatch.setattr(store_module, "MAXIMUM_SEEN", 4)
    monkeypatch.setattr(store_module, "PRUNE_INTERVAL", 1)
    scene.post(scene.log.request(0, 4))
    fork = scene.log.fork(0)
    for size in range(5, 12):
        assert scene.post(fork.request(4, size))[0] == 422
        assert scene.post(scene.log.request(4, 4))[0] == 200
    for number in range(6):
        root = bytes([number]) * 32
        scene.post(scene.log.request(4, 11, checkpoint=scene.log.checkpoint(11, root=root)))
    assert (scene.kept().count("suspicious"), scene.kept().count("contradiction")) == (3, 3)
    (count,) = scene.witness.store._database.execute("SELECT count(*) FROM seen").fetchone()
    assert count == 4


def test_the_operator_s_log_says_what_was_decided(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """Origin, status and code, in ASCII on one line each; no key, no body and no root in full."""
    caplog.set_level(logging.INFO)
    scene.post(scene.log.request(0, 5))
    scene.post(scene.log.fork(1).request(5, 9))
    scene.post(Log(origin="log.example/\u202e투표", seed=b"X" * 32).request(0, 1))
    lines = [record.getMessage() for record in caplog.records if record.name == "evote.witness"]
    assert [line.split(": ", 1)[1][:12] for line in lines] == [
        "cosigned siz",
        "the log has ",
        "answered 422",
        "answered 404",
    ]
    content = (scene.folder / KEY_NAME).read_text()
    for line in lines:
        assert line.isascii()
        assert line.isprintable()
        assert scene.log.root(5).hex() not in line
        assert not [word for word in content.split('"') if len(word) == 64 and word in line]


def test_an_identity_is_made_once(tmp_path: Path) -> None:
    """A folder that holds a witness is not given new keys, and a database without keys is not taken over."""
    create_witness(tmp_path, NAME, Meaning.CONSISTENCY, lambda count: b"1" * count)
    before = (tmp_path / KEY_NAME).read_bytes()
    make = partial(create_witness, tmp_path, NAME, Meaning.CONSISTENCY, lambda count: b"2" * count)
    assert refusal(make) == "witness.exists"
    assert (tmp_path / KEY_NAME).read_bytes() == before
    (tmp_path / KEY_NAME).unlink()
    assert refusal(make) == "witness.exists"


def test_keys_without_their_memory_do_not_sign(scene: Scene) -> None:
    """A lost database, another witness's and a damaged one are refused."""
    scene.witness.store.close()
    place = scene.folder / FILE_NAME
    good = place.read_bytes()
    other = make_scene(scene.folder / "other")
    other.witness.store.close()
    for name in (f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"):
        (scene.folder / name).unlink(missing_ok=True)
    identity = load_identity(scene.folder)
    place.unlink()
    assert refusal(WitnessStore, scene.folder, identity.keys) == "witness.no_database"
    place.write_bytes(b"")
    assert refusal(WitnessStore, scene.folder, identity.keys) == "witness.damaged"
    place.write_bytes(good[:100] + bytes(len(good) - 100))
    assert refusal(WitnessStore, scene.folder, identity.keys) in ("witness.damaged", "witness.store_failed")
    place.write_bytes(good)
    keys = create_witness(scene.folder / "third", NAME, Meaning.CONSISTENCY, lambda count: b"3" * count).keys
    assert refusal(WitnessStore, scene.folder, keys) == "witness.other_keys"
    WitnessStore(scene.folder, identity.keys).close()


def test_a_key_file_is_private_and_says_nothing(scene: Scene) -> None:
    """One that others may read is refused; one that is damaged is not quoted."""
    place = scene.folder / KEY_NAME
    text = place.read_text()
    place.chmod(0o644)
    assert refusal(load_identity, scene.folder) == "witness.permissions"
    place.chmod(0o600)
    for bad in ("{}", text.replace("ed25519", "ed25518"), text[:-1], text.replace("77", "zz", 1)):
        place.write_text(bad)
        with pytest.raises(KeystoreError) as caught:
            load_identity(scene.folder)
        assert caught.value.code == "witness.bad_keys"
        assert "7777" not in caught.value.message
    place.unlink()
    assert refusal(load_identity, scene.folder) == "witness.no_keys"


def test_what_keys_state_is_decided_when_they_are_made(scene: Scene, tmp_path: Path) -> None:
    """Keys for consistency do not serve an auditor, nor the other way round."""
    assert refusal(open_witness, scene.folder, Meaning.AUDIT, Clock()) == "witness.other_statement"
    auditor = tmp_path / "auditor"
    create_witness(auditor, NAME, Meaning.AUDIT, lambda count: b"a" * count)
    assert refusal(open_witness, auditor, Meaning.CONSISTENCY, Clock()) == "witness.other_statement"
    assert refusal(pin_log, auditor, scene.log.key, ORIGIN, "") == "witness.no_record"


def test_only_keys_of_logs_are_pinned(scene: Scene) -> None:
    """No witness's key, not the witness's own, and no point of small order; twice is once."""
    cosigner_key = parse_verifier_key(WITNESS_KEY)
    own = replace(scene.witness.identity.keys[1], name=ORIGIN)
    weak = replace(scene.log.key, public_key=b"\x01" + bytes(31))
    assert refusal(pin_log, scene.folder, cosigner_key, ORIGIN, "") == "witness.not_a_log_key"
    assert refusal(pin_log, scene.folder, own, ORIGIN, "") == "witness.own_key"
    assert refusal(pin_log, scene.folder, weak, ORIGIN, "") == "signature.small_order"
    assert pin_log(scene.folder, scene.log.key, ORIGIN, "") is False
    assert pin_log(scene.folder, scene.log.mldsa_signer.key, ORIGIN, "https://log.example") is True
    log = scene.witness.store.log(ORIGIN)
    assert log is not None
    assert (len(log.keys), log.place) == (2, "https://log.example")


def test_errors_of_opening_are_the_operator_s(tmp_path: Path) -> None:
    """A folder that can't be written is named."""
    place = tmp_path / "file"
    place.write_bytes(b"")
    with pytest.raises((BoardError, ConfigurationError)) as caught:
        create_witness(place / "below", NAME, Meaning.CONSISTENCY, lambda count: b"1" * count)
    assert caught.value.code == "witness.unwritable"
