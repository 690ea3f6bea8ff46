"""Attacks on a witness: by a lying log, by strangers on the network, and by other programs on its machine."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from random import Random

import pytest

from evote.ed25519 import SigningKey
from evote.log import merkle
from evote.log.checkpoint import Checkpoint, format_checkpoint, read_checkpoint
from evote.log.evidence import decode_evidence, verify_evidence
from evote.log.merkle import MAXIMUM_PROOF_HASHES
from evote.log.note import (
    Ed25519Signer,
    Note,
    NoteSignature,
    add_signatures,
    decode_note,
    encode_note,
    format_signature_line,
    make_signature,
)
from evote.log.witness_protocol import (
    MAXIMUM_REQUEST_BYTES,
    AddCheckpoint,
    decode_cosignatures,
    encode_add_checkpoint,
    monitoring_path,
)
from evote.witness import store as store_module
from evote.witness.identity import Meaning
from evote.witness.open_witness import open_witness
from evote.witness.store import FILE_NAME, EvidenceKind
from evote.witness.witness import Answer
from tests.witness.scene import NAME, NOW, ORIGIN, Log, Scene

PAGE = sha256(ORIGIN.encode()).hexdigest()


def convictions(scene: Scene) -> int:
    """Return how many kept proofs verify, each from its file alone."""
    kept = [one for one in scene.witness.store.evidence(ORIGIN) if one.kind is EvidenceKind.CONTRADICTION]
    for one in kept:
        verify_evidence(decode_evidence(one.data), [scene.log.key])
    return len(kept)


# A lying log.


def test_two_histories_at_once_find_one_signature(scene: Scene) -> None:
    """Sixteen threads, half with a fork, through two openings of the folder: all signatures are of one history."""
    scene.post(scene.log.request(0, 5))
    other = open_witness(scene.folder, Meaning.CONSISTENCY, scene.clock)
    fork = scene.log.fork(6)
    bodies = [(scene.log if number % 2 else fork).request(5, 8 + number // 4) for number in range(16)]
    barrier = threading.Barrier(16)

    def send(number: int) -> Answer:
        barrier.wait()
        return (scene.witness, other)[number // 8].add_checkpoint(bodies[number])

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, range(16)))
    signed = {bodies[number] for number, answer in enumerate(answers) if answer.status == 200}
    other.store.close()
    assert len({read_checkpoint(body.partition(b"\n\n")[2]).root for body in signed}) == 1
    assert {answer.status for answer in answers} <= {200, 409, 422}
    latest = scene.witness.store.latest(ORIGIN)
    assert latest is not None
    assert latest.root in (scene.log.root(latest.size), fork.root(latest.size))


def test_the_answer_that_got_lost(scene: Scene) -> None:
    """Stored and not answered: the log asks again from the old size, is told the new one, and only that is cosigned."""
    body = scene.log.request(0, 5)
    scene.witness.add_checkpoint(body)
    again = scene.reopen()
    assert again.post(body) == (409, b"5\n")
    assert again.post(again.log.fork(4).request(5, 5))[0] == 422
    assert again.post(again.log.request(5, 5))[0] == 200
    assert convictions(again) == 1
    again.witness.store.close()


def test_first_contact_takes_no_proof_and_no_other_size(scene: Scene) -> None:
    """A witness that has seen nothing begins at 0: an old size is a 409, a proof a 422, and nothing is remembered."""
    assert scene.post(scene.log.request(4, 9)) == (409, b"0\n")
    checkpoint = scene.log.checkpoint(9)
    for proof in (scene.log.proof(4, 9), (merkle.EMPTY_ROOT,), (scene.log.root(9),)):
        request = AddCheckpoint(old_size=0, proof=proof, checkpoint=checkpoint)
        assert scene.post(encode_add_checkpoint(request))[0] == 422
    assert scene.size() is None


@pytest.mark.parametrize("seed", range(4))
def test_no_proof_leads_to_another_history(scene: Scene, seed: int) -> None:
    """Three hundred lies: true proofs with hashes added, dropped, reversed or of a fork. What is cosigned extends."""
    random, followed, signed = Random(seed), scene.log, 0
    for _ in range(300):
        old = scene.size() or 0
        logs = [scene.log, scene.log.fork(random.randrange(40)), followed]
        log, size = random.choice(logs), random.randint(old, old + 3)
        proof = list(random.choice(logs).proof(old, size))
        match random.randrange(6):
            case 0:
                proof.insert(random.randint(0, len(proof)), random.choice([log.root(size), followed.root(old)]))
            case 1:
                proof = proof[1:] if random.random() < 0.5 else proof[:-1]
            case 2:
                proof.reverse()
        request = AddCheckpoint(old_size=old, proof=tuple(proof), checkpoint=log.checkpoint(size))
        if scene.witness.add_checkpoint(encode_add_checkpoint(request)).status == 200:
            assert log.leaves[:old] == followed.leaves[:old]
            followed, signed = log, signed + 1
        latest = scene.witness.store.latest(ORIGIN)
        assert latest is None or latest.root == followed.root(latest.size)
    assert signed > 10


@pytest.mark.parametrize(
    "origin",
    [
        f"{ORIGIN} ",
        f" {ORIGIN}",
        f"{ORIGIN}\u200b",
        f"{ORIGIN}\u0085",
        f"{ORIGIN}\u2028",
        f"\ufeff{ORIGIN}",
        ORIGIN.upper(),
        ORIGIN.replace("o", "\u043e"),
        ORIGIN.replace("/", "//"),
        f"{ORIGIN}/",
    ],
)
def test_an_origin_that_looks_alike_is_unknown(scene: Scene, origin: str) -> None:
    """Signed by the pinned key, under the pinned key's name: still a log that nobody follows."""
    text = format_checkpoint(Checkpoint(origin=origin, size=3, root=scene.log.root(3)))
    note = encode_note(Note(text=text, signatures=(make_signature(text, scene.log.signer),)))
    assert scene.post(b"old 0\n\n" + note)[0] == 404
    assert scene.http.get(f"/{monitoring_path(origin)}").status_code == 404


@pytest.mark.parametrize("separator", ["\r", "\x0b", "\x00", "\x1f", "\t"])
def test_an_origin_with_a_control_character_is_malformed(scene: Scene, separator: str) -> None:
    """It might be read as two lines by somebody else."""
    body = scene.log.request(0, 3).replace(ORIGIN.encode(), f"{ORIGIN}{separator}x".encode(), 1)
    assert scene.post(body)[0] == 400


def test_several_lines_of_the_pinned_key(scene: Scene) -> None:
    """The same right line twice is one; a wrong one before or after it, or under a guessed key ID, is judged alone."""
    log = scene.log
    note = decode_note(log.checkpoint(3))
    right = note.signatures[0]
    wrong = decode_note(log.checkpoint(4)).signatures[0]
    unknown = NoteSignature(name=ORIGIN, key_id=b"\x00\x00\x00\x00", signature=wrong.signature)
    for lines, status in (((right, wrong), 403), ((wrong, right), 403), ((right, right), 200), ((unknown, right), 200)):
        old = scene.size() or 0
        body = log.request(old, 3, checkpoint=encode_note(Note(text=note.text, signatures=lines)))
        assert scene.post(body)[0] == status
    latest = scene.witness.store.latest(ORIGIN)
    assert latest is not None
    assert [line.name for line in decode_note(latest.note).signatures] == [ORIGIN, NAME, NAME]


def test_a_key_id_that_collides_is_no_key(scene: Scene) -> None:
    """A stranger's key that was ground for the log's name and key ID signs nothing: key IDs find keys, no more."""
    stranger = Ed25519Signer(ORIGIN, SigningKey(b"S" * 32))
    text = decode_note(scene.log.checkpoint(3)).text
    line = NoteSignature(name=ORIGIN, key_id=scene.log.key.key_id, signature=stranger.sign(text))
    note = encode_note(Note(text=text, signatures=(line,)))
    assert scene.post(b"old 0\n\n" + note)[0] == 403


def test_what_was_cosigned_last_convicts_when_all_else_is_forgotten(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log signs so many other checkpoints that the witness forgets one, then forks from there under a 409."""
    monkeypatch.setattr(store_module, "MAXIMUM_SEEN", 5)
    monkeypatch.setattr(store_module, "PRUNE_INTERVAL", 1)
    scene.post(scene.log.request(0, 10))
    for size in range(20, 40):
        assert scene.post(scene.log.request(1, size)) == (409, b"10\n")
    assert scene.post(scene.log.fork(0).request(1, 10)) == (409, b"10\n")
    assert convictions(scene) == 1


def test_logs_that_take_turns_are_all_forgotten_in_time(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two logs whose checkpoints alternate: neither escapes the bound because the other always has the right number."""
    monkeypatch.setattr(store_module, "MAXIMUM_SEEN", 3)
    monkeypatch.setattr(store_module, "PRUNE_INTERVAL", 2)
    other = Log(origin="log.example/other", seed=b"O" * 32)
    scene.witness.store.pin(other.origin, other.key, "")
    for size in range(1, 30):
        for log in (scene.log, other):
            scene.post(log.request(0 if size == 1 else size - 1, size))
    rows = scene.witness.store._database.execute("SELECT count(*) FROM seen GROUP BY origin").fetchall()
    assert [count for (count,) in rows] == [3, 3]


# Strangers on the network.


def padded(scene: Scene, old: int, size: int, proof: tuple[bytes, ...]) -> bytes:
    """Return a request with a published checkpoint, a false proof, and as much of a stranger's own as fits."""
    note = scene.log.checkpoint(size)
    number = 0
    while len(note) < MAXIMUM_REQUEST_BYTES - 4000:
        blob = NoteSignature(name="stranger", key_id=number.to_bytes(4, "big"), signature=b"!" * 600)
        note = add_signatures(note, [blob])
        number += 1
    return encode_add_checkpoint(AddCheckpoint(old_size=old, proof=proof, checkpoint=note))


def test_a_stranger_stores_nothing_of_their_own(scene: Scene) -> None:
    """Of a published checkpoint with sixty kilobytes of other lines and a false proof, only the hashes are kept."""
    scene.post(scene.log.request(0, 3))
    body = padded(scene, 3, 7, (bytes(32),) * MAXIMUM_PROOF_HASHES)
    assert len(body) > 60_000
    assert scene.post(body)[0] == 422
    (kept,) = scene.witness.store.evidence(ORIGIN)
    assert kept.kind is EvidenceKind.SUSPICIOUS
    assert len(kept.data) < 4_000
    assert b"stranger" not in kept.data
    assert scene.http.get(f"/{PAGE}/evidence/{kept.number}").content == kept.data


def test_a_stranger_does_not_fill_the_place_for_suspicion(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """False proofs beside what was cosigned are not kept, so there is room when the log itself is suspicious."""
    monkeypatch.setattr(store_module, "MAXIMUM_EVIDENCE", 3)
    for size in range(1, 10):
        assert scene.post(scene.log.request(size - 1, size))[0] == 200
        published = encode_add_checkpoint(
            AddCheckpoint(old_size=size, proof=(bytes(32),), checkpoint=scene.log.checkpoint(size))
        )
        assert scene.post(published)[0] == 422
    assert scene.kept() == []
    assert scene.post(scene.log.fork(0).request(9, 12))[0] == 422
    assert scene.kept() != []


def test_a_thousand_replays_cost_one_signature(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A published checkpoint sent again within a second has the same answer; in the next second, a new one."""
    first = scene.post(scene.log.request(0, 5))
    signed: list[int] = []
    cosign = type(scene.witness.identity).cosign

    def counted(identity: object, text: str, timestamp: int) -> object:
        signed.append(timestamp)
        return cosign(scene.witness.identity, text, timestamp)

    monkeypatch.setattr(type(scene.witness.identity), "cosign", counted)
    answers = [scene.post(scene.log.request(5, 5)) for _ in range(50)]
    assert (set(answers), signed) == ({first}, [])
    scene.clock.now += 1
    later = scene.post(scene.log.request(5, 5))
    assert (later[0], signed) == (200, [NOW + 1])
    assert [line.name for line in decode_cosignatures(later[1])] == [NAME, NAME]


def test_strangers_leave_nothing_behind(scene: Scene) -> None:
    """Unknown logs, unsigned and malformed requests, of all kinds, change not one page of the database."""
    scene.post(scene.log.request(0, 5))
    database = scene.witness.store._database
    before = database.execute("SELECT (SELECT count(*) FROM seen), (SELECT count(*) FROM evidence)").fetchone()
    pages = database.execute("PRAGMA page_count").fetchone()
    for number in range(50):
        stranger = Log(origin=f"log.example/{number}", seed=b"X" * 32)
        forged = scene.log.checkpoint(9, signers=[Ed25519Signer(ORIGIN, SigningKey(b"X" * 32))])
        assert scene.post(stranger.request(0, 9))[0] == 404
        assert scene.post(scene.log.request(5, 9, checkpoint=forged))[0] == 403
        assert scene.post(b"old 5\n" + b"A" * number)[0] == 400
    assert database.execute("SELECT (SELECT count(*) FROM seen), (SELECT count(*) FROM evidence)").fetchone() == before
    assert database.execute("PRAGMA page_count").fetchone() == pages


def test_watching_a_convicted_log_costs_no_memory(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Health, list and one file are answered without reading all that is kept into memory."""
    scene.post(scene.log.request(0, 5))
    for number in range(4):
        root = bytes([number]) * 32
        scene.post(scene.log.request(5, 7, checkpoint=scene.log.checkpoint(7, root=root)))

    def everything(_store: object, _origin: str) -> None:
        raise AssertionError("all evidence is read")

    monkeypatch.setattr(store_module.WitnessStore, "evidence", everything)
    assert "contradictions kept: 3" in scene.http.get("/health").text
    listed = scene.http.get(f"/{PAGE}/evidence").json()["evidence"]
    assert [item["kind"] for item in listed].count("contradiction") == 3
    file = scene.http.get(f"/{PAGE}/evidence/{listed[-1]['number']}").content
    assert verify_evidence(decode_evidence(file), [scene.log.key])
    for missing in (0, -1, 2**63, 10**30, 999):
        assert scene.http.get(f"/{PAGE}/evidence/{missing}").status_code == 404


@pytest.mark.parametrize("part", ["lines", "name", "text"])
def test_bombs_in_a_note(scene: Scene, part: str) -> None:
    """A thousand signature lines, a name and a text of sixty kilobytes: malformed, before any signature is verified."""
    note = scene.log.checkpoint(3)
    line = format_signature_line(decode_note(note).signatures[0])
    bomb = {
        "lines": note + (line + "\n").encode() * 300,
        "name": note + f"— {'n' * 60_000} AAAAAAAA\n".encode(),
        "text": note.replace(b"\n3\n", b"\n3\n" + b"A" * 60_000 + b"\n", 1),
    }[part]
    assert scene.post(b"old 0\n\n" + bomb)[0] == 400


# Other programs on its machine, and its clock.


@pytest.mark.parametrize(
    "change",
    [
        "REPLACE INTO latest SELECT origin, size - 1, root, time, note FROM latest",
        "REPLACE INTO latest SELECT origin, size, root, time - 1, note FROM latest",
        "REPLACE INTO latest SELECT origin, size, zeroblob(32), time, note FROM latest",
        "INSERT OR REPLACE INTO latest VALUES ('log.example/votes', 0, zeroblob(32), 0, x'')",
        "UPDATE OR REPLACE latest SET size = 1",
    ],
)
def test_the_database_is_not_talked_into_forgetting(scene: Scene, change: str) -> None:
    """REPLACE removes a row without asking the trigger on DELETE, in a connection as every program opens it."""
    scene.post(scene.log.request(0, 5))
    database = sqlite3.connect(scene.folder / FILE_NAME)
    with pytest.raises(sqlite3.IntegrityError, match="never goes back"):
        database.execute(change)
    database.rollback()
    database.close()
    assert scene.size() == 5


def test_a_clock_that_jumps(scene: Scene) -> None:
    """Ahead, back, and ahead again: times never go back, and a refused request leaves size and time as they were."""
    stated = []
    for now, size, status in ((NOW, 3, 200), (NOW + 10**6, 4, 200), (NOW + 5, 5, 503), (NOW + 10**6, 6, 200)):
        scene.clock.now = now
        code, body = scene.post(scene.log.request(scene.size() or 0, size))
        assert code == status
        if code == 200:
            stated.append(int.from_bytes(decode_cosignatures(body)[0].signature[:8], "big"))
    assert stated == sorted(stated)
    assert scene.size() == 6


def test_a_clock_that_was_never_set(scene: Scene) -> None:
    """The time 0 would say that no time is stated: nothing is cosigned until the clock is right."""
    for now in (0, -5):
        scene.clock.now = now
        assert scene.post(scene.log.request(0, 3))[0] == 503
    scene.clock.now = NOW
    assert scene.post(scene.log.request(0, 3))[0] == 200
