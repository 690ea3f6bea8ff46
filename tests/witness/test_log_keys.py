"""Which key of a log a witness rests on: any of those that are pinned, and none that is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from evote.log.mldsa_cosignature import MldsaCosigner
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


def test_a_witness_with_both_keys_takes_either(scene: Scene) -> None:
    """As tlog-witness says; a wrong line by either of them is refused."""
    pin_log(scene.folder, scene.log.key, ORIGIN, "")
    scene = scene.reopen()
    assert scene.post(scene.log.request(0, 3))[0] == 200
    wrong = MldsaCosigner(ORIGIN, b"x" * 32).at(NOW)
    signed = scene.log.checkpoint(4, signers=[scene.log.signer, wrong])
    assert scene.post(scene.log.request(3, 4, checkpoint=signed))[0] == 200
    text = signed.split(b"\n\n")[0] + b"\n\n"
    false = scene.log.checkpoint(5, signers=[MLDSA.at(NOW)]).split(b"\n\n")[1]
    body = scene.log.request(4, 4, checkpoint=text + signed.split(b"\n\n")[1].splitlines(keepends=True)[0] + false)
    assert scene.post(body)[0] == 403


def test_subtrees_are_not_signed(scene: Scene) -> None:
    """The optional sign-subtree is not there."""
    assert scene.http.post("/sign-subtree", content=b"subtree 0 2\n").status_code == 404
