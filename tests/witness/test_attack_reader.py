"""Attacks of a lying log on whoever reads it: what a client remembers, keeps as proof, and takes for a receipt."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from evote.cli.trusted_boards import TrustedBoard
from evote.client.http_board import HttpBoard
from evote.client.http_source import HttpSource
from evote.client.memory import CheckpointMemory
from evote.client.reader import RecordReader
from evote.client.source import FolderSource
from evote.client.submission import Submission
from evote.errors import BoardError, EquivocationError
from evote.log.evidence import Conflict, decode_evidence, verify_evidence
from evote.log.merkle import inclusion_proof, leaf_hash
from evote.log.note import add_signatures, decode_note
from evote.log.policy import Policy, PolicyGroup, PolicyLog, PolicyWitness, open_witnessed
from evote.log.promise import promise_object, sign_promise
from evote.log.proof import TlogProof, decode_proof, encode_proof, open_proof
from tests.log.known import COSIGNERS, build_files, refusal
from tests.witness.scene import Log

NOW = 1_780_000_000
SUBMISSION = Submission(entry=b"entry", payload=b"payload", commitments=b"")
ENTRIES = [b"%d" % number for number in range(300)]
LOG = Log()
FORK = LOG.fork(3)
ONE_KEY = Policy(logs=(PolicyLog(key=LOG.key),))
ALONE = Policy(logs=(PolicyLog(key=LOG.key), PolicyLog(key=LOG.mldsa_signer.key)))


def entries_of(log: Log, size: int) -> list[bytes]:
    """Return the entries of a log or its fork."""
    return [b"other" if log is FORK and number == 3 else ENTRIES[number] for number in range(size)]


def shown(folder: Path, log: Log, size: int) -> RecordReader:
    """Return the record that a log shows, in a folder."""
    for path, data in build_files(entries_of(log, size)).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return RecordReader(FolderSource(folder), open_witnessed(log.checkpoint(size), ONE_KEY))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a person's home folder."""
    monkeypatch.setenv("EVOTE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.mark.parametrize(("known", "size"), [(4, 9), (5, 9), (8, 300), (256, 300), (7, 7)])
def test_a_person_who_is_shown_a_fork_has_the_proof(home: Path, tmp_path: Path, known: int, size: int) -> None:
    """Also between two sizes, and where the smaller is a power of two: the file is made while the tiles are shown."""
    board = TrustedBoard(url="http://localhost", policy=ALONE)
    board.remember(shown(tmp_path / "one", LOG, known))
    with pytest.raises(EquivocationError):
        board.remember(shown(tmp_path / "two", FORK, size))
    evidence = decode_evidence((home / "equivocation.evidence").read_bytes())
    proven = verify_evidence(evidence, [LOG.key])
    assert proven.conflict is (Conflict.ROOTS if known == size else Conflict.PREFIX)
    assert (home / "equivocation-1.note").read_bytes() == LOG.checkpoint(known)
    # The first history stays the one that is believed.
    board.remember(shown(tmp_path / "one", LOG, known))


def test_a_log_that_shows_no_more_tiles_is_caught_all_the_same(home: Path, tmp_path: Path) -> None:
    """The tiles are gone when the proof is made: both notes are kept, and the contradiction is what is reported."""
    board = TrustedBoard(url="http://localhost", policy=ALONE)
    board.remember(shown(tmp_path / "one", LOG, 260))
    reader = shown(tmp_path / "two", FORK, 300)
    proof = reader.tree.consistency_proof

    def last_time(size: int) -> tuple[bytes, ...]:
        hashes = proof(size)
        reader.tree._cache.clear()
        reader.tree._edge.clear()
        for path in (tmp_path / "two").rglob("*"):
            if path.is_file():
                path.unlink()
        return hashes

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RecordReader, "consistency_proof", lambda _, size: last_time(size))
        with pytest.raises(EquivocationError):
            board.remember(reader)
    assert (home / "equivocation-2.note").read_bytes() == FORK.checkpoint(300)


@pytest.mark.parametrize("size", [0, 1, 6])
def test_a_rollback_is_refused_and_changes_nothing(home: Path, tmp_path: Path, size: int) -> None:
    """A smaller tree of the same history, or of another, is no news; what is remembered stays."""
    board = TrustedBoard(url="http://localhost", policy=ALONE)
    board.remember(shown(tmp_path / "one", LOG, 7))
    with pytest.raises(BoardError) as caught:
        board.remember(shown(tmp_path / "two", FORK, size))
    assert caught.value.code == "log.rolled_back"
    assert CheckpointMemory(home / "checkpoints.json").last(LOG.origin) == LOG.checkpoint(7)


def test_a_log_s_second_key_is_no_second_memory(home: Path, tmp_path: Path) -> None:
    """A fork that only the ML-DSA key signed is compared with what the Ed25519 key signed, and convicted with both."""
    board = TrustedBoard(url="http://localhost", policy=ALONE)
    board.remember(shown(tmp_path / "one", LOG, 5))
    reader = shown(tmp_path / "two", FORK, 9)
    note = FORK.checkpoint(9, signers=[FORK.mldsa_signer.at(0)])
    reader.witnessed = open_witnessed(note, Policy(logs=(PolicyLog(key=LOG.mldsa_signer.key),)))
    with pytest.raises(EquivocationError):
        board.remember(reader)
    evidence = decode_evidence((home / "equivocation.evidence").read_bytes())
    assert verify_evidence(evidence, [log.key for log in ALONE.logs]).conflict is Conflict.PREFIX


def receipt(index: int, size: int) -> TlogProof:
    """Return the receipt of an entry."""
    proof = inclusion_proof(LOG.leaves[:size], index)
    return TlogProof(index=index, hashes=proof, checkpoint=LOG.checkpoint(size), extra=ENTRIES[index])


def judge(proof: TlogProof, entry: bytes, policy: Policy = ONE_KEY) -> str:
    """Return why a receipt does not prove an entry, after it was written down and read again."""
    return refusal(open_proof, decode_proof(encode_proof(proof)), entry=entry, policy=policy)


def test_no_receipt_proves_another_index() -> None:
    """Every index of every tree up to eleven entries: the proof of one place is the proof of no other, nor longer."""
    for size in range(1, 12):
        for index in range(size):
            true = receipt(index, size)
            assert judge(true, ENTRIES[index]) == ""
            for other in range(size + 2):
                if other != index:
                    assert judge(replace(true, index=other), ENTRIES[index]).startswith("merkle.")
            assert judge(replace(true, hashes=(*true.hashes, LOG.leaves[0])), ENTRIES[index]) == "merkle.proof_length"
            assert judge(true, ENTRIES[(index + 1) % 300]) == "merkle.wrong_root"


def test_no_receipt_is_for_other_bytes() -> None:
    """A node's two children, an entry with a byte more or less, and the leaf hash itself are other leaves."""
    true = receipt(6, 11)
    children = LOG.leaves[6] + LOG.leaves[7]
    above = replace(true, index=3, hashes=true.hashes[1:], checkpoint=LOG.checkpoint(11))
    for entry in (b"", ENTRIES[6] + b"\x00", b"\x00" + ENTRIES[6], leaf_hash(ENTRIES[6]), children):
        assert judge(true, entry) == "merkle.wrong_root"
        assert judge(above, entry).startswith("merkle.")


WITNESSED = Policy(
    logs=(PolicyLog(key=LOG.key),),
    witnesses=tuple(PolicyWitness(name=name, key=one.key) for name, one in zip("abc", COSIGNERS, strict=True)),
    groups=(PolicyGroup(name="q", threshold=2, members=("a", "b", "c")),),
    quorum="q",
)


def test_a_receipt_under_a_checkpoint_nobody_saw() -> None:
    """The log's word alone, one witness, or cosignatures of another checkpoint pasted below: no quorum."""
    a, b = COSIGNERS[0].at(5), COSIGNERS[1].at(5)
    for signers in ([LOG.signer], [LOG.signer, a]):
        alone = replace(receipt(6, 11), checkpoint=LOG.checkpoint(11, signers=signers))
        assert judge(alone, ENTRIES[6], WITNESSED) == "policy.no_quorum"
    pasted = decode_note(LOG.checkpoint(12, signers=[LOG.signer, a, b])).signatures[1:]
    forged = replace(receipt(6, 11), checkpoint=add_signatures(LOG.checkpoint(11), pasted))
    assert judge(forged, ENTRIES[6], WITNESSED) == "signature.invalid"
    true = replace(receipt(6, 11), checkpoint=LOG.checkpoint(11, signers=[LOG.signer, a, b]))
    assert judge(true, ENTRIES[6], WITNESSED) == ""


def test_a_board_recognises_nobody_by_cookies() -> None:
    """What a board sets on one request is not sent with the next, by readers and by those who submit."""
    seen: list[bool] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append("cookie" in request.headers)
        return httpx.Response(404, headers={"set-cookie": "voter=17; Max-Age=99999999"}, stream=httpx.ByteStream(b"{}"))

    with HttpSource("http://localhost:1", transport=httpx.MockTransport(answer)) as source:
        for _ in range(3):
            assert refusal(source.read, "checkpoint") == "record.not_found"
    with HttpBoard("http://localhost:1", ONE_KEY, transport=httpx.MockTransport(answer)) as board:
        for _ in range(3):
            assert refusal(board.publish, SUBMISSION) == "submit.no_board"
    assert seen == [False] * 6


def promise(
    deadline: int = NOW + 60, *, origin: str = LOG.origin, entry: bytes = SUBMISSION.entry
) -> dict[str, object]:
    """Return a promise that the log has signed, as JSON."""
    key, leaf = LOG.signer.signing_key, leaf_hash(entry)
    return dict(promise_object(sign_promise(key, origin=origin, index=7, leaf_hash=leaf, deadline=deadline)))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        pytest.param(promise(), "submit.promised", id="a promise"),
        pytest.param(promise(deadline=1), "submit.promised", id="one that is broken already"),
        pytest.param(promise(deadline=NOW + 86_400), "submit.promised", id="within a day"),
        pytest.param(promise(deadline=NOW + 86_402), "submit.bad_promise", id="later than in a day"),
        pytest.param(promise(deadline=2**53 - 1), "submit.bad_promise", id="never"),
        pytest.param(promise(entry=b"other"), "submit.bad_promise", id="for another entry"),
        pytest.param(promise(origin="log.example/other"), "submit.bad_promise", id="of another log"),
        pytest.param({**promise(), "index": 8}, "submit.bad_promise", id="with another index"),
        pytest.param({**promise(), "deadline": NOW + 61}, "submit.bad_promise", id="with another deadline"),
        pytest.param({**promise(), "signature": "00" * 64}, "submit.bad_promise", id="unsigned"),
        pytest.param({"index": 7}, "submit.bad_promise", id="of nothing"),
        pytest.param({**promise(), "origin": json.loads("[" * 900 + "]" * 900)}, "submit.bad_promise", id="too deep"),
    ],
)
def test_what_a_board_may_promise(said: dict[str, object], code: str) -> None:
    """Only the log's own word about this entry, with a deadline that a person can wait for, is taken for a promise."""

    def answer(_: httpx.Request) -> httpx.Response:
        result = {"results": [{"promise": said}], "promise": said}
        return httpx.Response(202, stream=httpx.ByteStream(json.dumps(result).encode()))

    time = iter(range(0, 10_000, 30))
    board = HttpBoard(
        "http://localhost:1",
        ONE_KEY,
        transport=httpx.MockTransport(answer),
        sleep=lambda _: None,
        clock=lambda: float(next(time)),
        wall=lambda: float(NOW),
    )
    with board:
        assert refusal(board.publish, SUBMISSION) == code
