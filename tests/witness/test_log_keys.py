"""Which keys of a log a witness rests on: one of each type that is pinned, and none that is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from evote.log.mldsa_cosignature import MldsaCosigner
from evote.log.note import NoteSigner
from evote.witness.identity import Meaning
from evote.witness.open_witness import create_witness, pin_log
from tests.witness.scene import NAME, NOW, ORIGIN, Clock, Log, Scene, open_scene

MLDSA = MldsaCosigner(ORIGIN, b"m" * 32)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Return a witness that has pinned the log's ML-DSA-44 key alone."""
    create_witness(tmp_path, NAME, Meaning.CONSISTENCY, lambda count: b"w" * count)
    pin_log(tmp_path, MLDSA.key, ORIGIN, "")
    return open_scene(tmp_path, Log(), Clock())


def test_a_witness_may_rest_on_the_mldsa_key_alone(scene: Scene) -> None:
    """What the Ed25519 key signs is then nothing to it, with or without the other line."""
    plain = scene.log.request(0, 3)
    assert scene.post(plain)[0] == 403
    both = scene.log.checkpoint(3, signers=[scene.log.signer, MLDSA.at(NOW)])
    assert scene.post(scene.log.request(0, 3, checkpoint=both))[0] == 200
    assert scene.size() == 3


def test_a_witness_with_both_keys_asks_for_both(scene: Scene) -> None:
    """Whoever pins both rests on the one when the other is broken; tlog-witness alone would take either."""
    pin_log(scene.folder, scene.log.key, ORIGIN, "")
    scene = scene.reopen()
    stranger = MldsaCosigner(ORIGIN, b"x" * 32)
    refused: list[list[NoteSigner]] = [[scene.log.signer], [MLDSA.at(NOW)], [scene.log.signer, stranger.at(NOW)]]
    for signers in refused:
        status, body = scene.post(scene.log.request(0, 3, checkpoint=scene.log.checkpoint(3, signers=signers)))
        assert (status, scene.size()) == (403, None)
        assert b"log.missing_signature" in body
    both = scene.log.checkpoint(3, signers=[scene.log.signer, MLDSA.at(NOW)])
    assert scene.post(scene.log.request(0, 3, checkpoint=both))[0] == 200


def test_a_wrong_line_by_either_of_two_keys_is_refused(scene: Scene) -> None:
    """The right line of one key beside one that the other key has made for another checkpoint."""
    pin_log(scene.folder, scene.log.key, ORIGIN, "")
    scene = scene.reopen()
    signers: list[NoteSigner] = [scene.log.signer, MLDSA.at(NOW)]
    lines, others = (
        scene.log.checkpoint(size, signers=signers).split(b"\n\n")[1].splitlines(keepends=True) for size in (4, 5)
    )
    text = scene.log.checkpoint(4).split(b"\n\n")[0] + b"\n\n"
    for mixed in ([lines[0], others[1]], [others[0], lines[1]]):
        status, body = scene.post(scene.log.request(0, 4, checkpoint=text + b"".join(mixed)))
        assert status == 403
        assert b"signature.invalid" in body


def test_two_keys_of_one_type_are_alternatives(scene: Scene) -> None:
    """As for a log that has changed its ML-DSA-44 key."""
    pin_log(scene.folder, MldsaCosigner(ORIGIN, b"n" * 32).key, ORIGIN, "")
    scene = scene.reopen()
    note = scene.log.checkpoint(3, signers=[MLDSA.at(NOW)])
    assert scene.post(scene.log.request(0, 3, checkpoint=note))[0] == 200


def test_subtrees_are_not_signed(scene: Scene) -> None:
    """The optional sign-subtree is not there."""
    assert scene.http.post("/sign-subtree", content=b"subtree 0 2\n").status_code == 404
