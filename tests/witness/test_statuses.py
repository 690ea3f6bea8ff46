"""Every status of add-checkpoint, each with exactly its own cause (C2SP tlog-witness)."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable

import pytest

from evote.ed25519 import SigningKey
from evote.log.checkpoint import read_checkpoint
from evote.log.cosignature import CosignatureVerifier, timestamp_of
from evote.log.merkle import EMPTY_ROOT
from evote.log.mldsa_cosignature import MldsaCosignatureVerifier
from evote.log.note import Ed25519Signer, add_signatures, decode_note, format_signature_line, make_signature, open_note
from evote.log.policy import verifier_of
from evote.log.witness_protocol import MAXIMUM_REQUEST_BYTES, decode_cosignatures, monitoring_path
from tests.witness.scene import NAME, NOW, ORIGIN, Log, Scene


def test_200_gives_two_cosignatures_that_verify(scene: Scene) -> None:
    """Ed25519 and ML-DSA-44 lines by the witness alone, with its time, good when appended to the checkpoint."""
    status, body = scene.post(scene.log.request(0, 3))

    assert status == 200
    lines = decode_cosignatures(body)
    assert [line.name for line in lines] == [NAME, NAME]
    note = add_signatures(scene.log.checkpoint(3), lines)
    ed25519, ml_dsa_44 = scene.witness.identity.keys
    opened = open_note(note, [CosignatureVerifier(ed25519), MldsaCosignatureVerifier(ml_dsa_44)])
    assert [timestamp_of(item.signature) for item in opened.verified] == [NOW, NOW]


def test_growth_from_size_to_size(scene: Scene) -> None:
    """A log grows step by step, from the empty tree on, also by nothing."""
    for old, new in ((0, 0), (0, 1), (1, 1), (1, 4), (4, 300)):
        assert scene.post(scene.log.request(old, new))[0] == 200
        assert scene.size() == new


def test_the_same_checkpoint_is_cosigned_again_with_a_new_time(scene: Scene) -> None:
    """Equal size and root is a heartbeat: fresh signatures, not an error."""
    scene.post(scene.log.request(0, 5))
    scene.clock.now += 60
    status, body = scene.post(scene.log.request(5, 5))

    assert status == 200
    assert [timestamp_of(line.signature) for line in decode_cosignatures(body)] == [NOW + 60] * 2


def _replaced(old: bytes, new: bytes) -> Callable[[Log], bytes]:
    def change(log: Log) -> bytes:
        body = log.request(2, 3)
        assert old in body
        return body.replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda log: b"", id="empty"),
        pytest.param(lambda log: b"old 0\n", id="no checkpoint"),
        pytest.param(lambda log: log.checkpoint(3), id="no old size"),
        pytest.param(_replaced(b"old 2\n", b"old 02\n"), id="leading zero"),
        pytest.param(_replaced(b"old 2\n", b"old -2\n"), id="sign"),
        pytest.param(_replaced(b"old 2\n", b"old  2\n"), id="two spaces"),
        pytest.param(_replaced(b"old 2\n", b"old 2\r\n"), id="carriage return"),
        pytest.param(_replaced(b"old 2\n", b"old 9223372036854775808\n"), id="beyond 2^63"),
        pytest.param(_replaced(b"old 2\n", b"old 2\nAAAA\n"), id="short hash"),
        pytest.param(_replaced(b"old 2\n", b"old 2\n!\n"), id="no base64"),
        pytest.param(_replaced(b"old 2\n", b"old 2\n" + (b"A" * 43 + b"=\n") * 63), id="64 hashes"),
        pytest.param(_replaced(b"\n3\n", b"\nthree\n"), id="size in words"),
        pytest.param(_replaced(b"\n3\n", b"\n03\n"), id="size with leading zero"),
        pytest.param(lambda log: log.request(0, 3)[:-1], id="no last newline"),
        pytest.param(lambda log: log.request(0, 3).rpartition("— ".encode())[0], id="no signature line"),
        pytest.param(lambda log: log.request(3, 2), id="old size beyond the checkpoint"),
    ],
)
def test_400_for_what_is_malformed(scene: Scene, make: Callable[[Log], bytes]) -> None:
    """A body that breaks a rule of form, and an old size beyond the checkpoint's."""
    assert scene.post(make(scene.log))[0] == 400
    assert (scene.size(), scene.kept()) == (None, [])


def test_400_for_extension_lines(scene: Scene) -> None:
    """A checkpoint with a fourth line, signed by the log: ML-DSA cosignatures would not cover it."""
    text = decode_note(scene.log.checkpoint(3)).text + "extension\n"
    line = format_signature_line(make_signature(text, scene.log.signer))
    assert scene.post(f"old 0\n\n{text}\n{line}\n".encode())[0] == 400


def test_403_where_no_trusted_key_signed(scene: Scene) -> None:
    """A signature by a stranger's key under the log's name is no signature."""
    stranger = Ed25519Signer(ORIGIN, SigningKey(b"S" * 32))
    checkpoint = scene.log.checkpoint(3, signers=[stranger])
    assert scene.post(scene.log.request(0, 3, checkpoint=checkpoint))[0] == 403


def test_403_where_a_trusted_key_s_line_is_wrong(scene: Scene) -> None:
    """A line by the log's key over another text, even beside a good one of another key."""
    wrong = decode_note(scene.log.checkpoint(4)).signatures[0]
    checkpoint = add_signatures(scene.log.checkpoint(3), [wrong])
    assert scene.post(scene.log.request(0, 3, checkpoint=checkpoint))[0] == 403
    assert scene.kept() == []


def test_404_for_a_log_that_is_not_pinned(scene: Scene) -> None:
    """Another origin, signed by the pinned key itself."""
    other = Log(origin="log.example/other", seed=scene.log.seed)
    assert scene.post(other.request(0, 3))[0] == 404


def test_409_says_the_size_cosigned_last(scene: Scene) -> None:
    """Body and content type are those of the specification, before anything was cosigned and after."""
    for wrong, right in ((3, 0), (0, 5)):
        answer = scene.http.post("/add-checkpoint", content=scene.log.request(wrong, 7))
        assert (answer.status_code, answer.content) == (409, b"%d\n" % right)
        assert answer.headers["content-type"] == "text/x.tlog.size"
        scene.post(scene.log.request(0, 5))
    assert scene.kept() == []


def test_409_comes_before_the_proof_is_looked_at(scene: Scene) -> None:
    """A wrong proof from a wrong size is answered with the size."""
    scene.post(scene.log.request(0, 5))
    assert scene.post(scene.log.fork(0).request(3, 7)) == (409, b"5\n")


@pytest.mark.parametrize(
    ("old", "size", "lie"),
    [
        pytest.param(0, 3, "proof from the empty tree", id="proof from 0"),
        pytest.param(3, 7, "no proof", id="no proof"),
        pytest.param(3, 7, "changed proof", id="changed proof"),
        pytest.param(3, 7, "long proof", id="long proof"),
        pytest.param(3, 3, "proof for the same size", id="proof for equal sizes"),
        pytest.param(0, 0, "root of size 0", id="size 0 with a root"),
    ],
)
def test_422_for_every_inconsistent_request(scene: Scene, old: int, size: int, lie: str) -> None:
    """What does not prove growth is refused, kept once as suspicious if it is of a new tree, and changes nothing."""
    if old:
        scene.post(scene.log.request(0, old))
    checkpoint = scene.log.checkpoint(size, root=bytes(32)) if size == 0 else scene.log.checkpoint(size)
    proof = list(scene.log.proof(old, size))
    proof = {
        "proof from the empty tree": [bytes(32)],
        "no proof": [],
        "changed proof": [bytes(32), *proof[1:]],
        "long proof": [*proof, bytes(32)],
        "proof for the same size": [bytes(32)],
        "root of size 0": [],
    }[lie]
    hashes = b"".join(base64.b64encode(item) + b"\n" for item in proof)
    body = b"old %d\n%s\n%s" % (old, hashes, checkpoint)

    for _ in range(2):
        assert scene.post(body)[0] == 422
    assert scene.kept() == ([] if lie == "proof for the same size" else ["suspicious"])
    assert scene.size() == (old or None)


def test_422_for_another_root_of_the_same_size(scene: Scene) -> None:
    """Two signed roots of one size: refused, and kept as proof."""
    scene.post(scene.log.request(0, 5))
    assert scene.post(scene.log.fork(0).request(5, 5))[0] == 422
    assert scene.kept() == ["contradiction"]


def test_503_where_the_clock_went_back(scene: Scene) -> None:
    """No time earlier than one signed before, and none before 1970; the same second again is fine."""
    scene.post(scene.log.request(0, 3))
    for now, status in ((NOW - 1, 503), (NOW, 200), (0, 503)):
        scene.clock.now = now
        old = scene.size() or 0
        answer = scene.http.post("/add-checkpoint", content=scene.log.request(old, old + 1))
        assert answer.status_code == status
        assert ("retry-after" in answer.headers) == (status == 503)
    assert scene.size() == 4


def test_503_where_storing_fails(scene: Scene) -> None:
    """No signature leaves where the database can't be written, and the next request is answered again."""
    scene.witness.store._database.execute("PRAGMA query_only = 1")
    status, body = scene.post(scene.log.request(0, 3))
    assert (status, "—".encode() in body) == (503, False)

    scene.witness.store._database.execute("PRAGMA query_only = 0")
    assert scene.size() is None
    assert scene.post(scene.log.request(0, 3))[0] == 200


def test_413_before_anything_is_parsed(scene: Scene) -> None:
    """A body of 64 MiB is cut off at the limit; one of the limit's size is read."""

    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1024):
            sent += 2**16
            yield b"x" * 2**16

    assert scene.http.post("/add-checkpoint", content=chunks()).status_code == 413
    assert sent == 2 * 2**16
    assert scene.post(b"x" * MAXIMUM_REQUEST_BYTES)[0] == 400


def test_405_for_other_methods(scene: Scene) -> None:
    """add-checkpoint is a POST."""
    assert scene.http.get("/add-checkpoint").status_code == 405


def test_the_monitoring_page_has_the_latest_cosigned_checkpoint(scene: Scene) -> None:
    """404 before the first, then the note with the log's and the witness's signatures."""
    path = f"/{monitoring_path(ORIGIN)}"
    assert scene.http.get(path).status_code == 404
    assert scene.http.get(f"/{'0' * 64}/checkpoint").status_code == 404
    for old, new in ((0, 3), (3, 7)):
        scene.post(scene.log.request(old, new))
        answer = scene.http.get(path)
        assert (answer.status_code, read_checkpoint(answer.content).size) == (200, new)
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        keys = [scene.log.key, *scene.witness.identity.keys]
        assert len(open_note(answer.content, [verifier_of(key) for key in keys]).verified) == 3


def test_a_forged_line_under_the_witness_s_name_is_not_stored(scene: Scene) -> None:
    """A stranger's line that claims to be the witness's own neither spoils the stored note nor stops the log."""
    forged = decode_cosignatures(scene.post(scene.log.request(0, 2))[1])
    checkpoint = add_signatures(scene.log.checkpoint(5), forged)
    assert scene.post(scene.log.request(2, 5, checkpoint=checkpoint))[0] == 200
    stored = scene.http.get(f"/{monitoring_path(ORIGIN)}").content
    open_note(stored, [verifier_of(key) for key in scene.witness.identity.keys])
    assert scene.post(scene.log.request(5, 6))[0] == 200


def test_several_logs_do_not_touch_each_other(scene: Scene) -> None:
    """Each origin has its own latest size, whatever characters its name has."""
    other = Log(origin="log.example/투표/../%2e<>", seed=b"O" * 32)
    scene.witness.store.pin(other.origin, other.key, "")
    assert scene.post(scene.log.request(0, 5))[0] == 200
    assert scene.post(other.request(0, 2))[0] == 200
    assert scene.post(scene.log.request(5, 6))[0] == 200
    assert read_checkpoint(scene.http.get(f"/{monitoring_path(other.origin)}").content).size == 2


def test_a_log_with_both_kinds_of_key(scene: Scene) -> None:
    """Pinned Ed25519 and ML-DSA-44 keys: a line by each is needed, and a wrong one is too much."""
    log = scene.log
    scene.witness.store.pin(log.origin, log.mldsa_signer.key, "")
    post_quantum = log.mldsa_signer.at(0)
    both = log.checkpoint(3, signers=[log.signer, post_quantum])
    alone = log.checkpoint(5, signers=[post_quantum])
    assert scene.post(log.request(0, 3, checkpoint=both))[0] == 200
    assert len(decode_note(scene.witness.latest_note(monitoring_path(ORIGIN)[:64]) or b"").signatures) == 4
    assert scene.post(log.request(3, 5, checkpoint=alone))[0] == 403

    wrong = decode_note(log.checkpoint(8, signers=[post_quantum])).signatures
    mixed = add_signatures(log.checkpoint(7), wrong)
    assert scene.post(log.request(3, 7, checkpoint=mixed))[0] == 403
    assert scene.size() == 3


def test_an_empty_tree_has_the_empty_root(scene: Scene) -> None:
    """The root that the requests of size 0 above carry is the one of RFC 9162."""
    assert scene.log.root(0) == EMPTY_ROOT
