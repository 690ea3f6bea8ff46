"""The witness gives requests that others wrote the statuses that their witnesses give."""

from evote.log.key import ED25519, VerifierKey, parse_verifier_key
from evote.log.witness_protocol import decode_add_checkpoint, encode_add_checkpoint
from tests.witness import foreign_vectors
from tests.witness.scene import Scene


def test_a_sigsum_log_grows_from_1_to_5(scene: Scene) -> None:
    """Eleven requests in order, every status but 403 and 413 among them."""
    key = VerifierKey(name=foreign_vectors.ORIGIN, algorithm=ED25519, public_key=foreign_vectors.PUBLIC_KEY)
    scene.witness.store.pin(foreign_vectors.ORIGIN, key, "")

    answered = {name: scene.post(body.encode())[0] for name, body, _ in foreign_vectors.REQUESTS}

    assert answered == {name: status for name, _, status in foreign_vectors.REQUESTS}


def test_a_log_with_an_ml_dsa_key_alone(scene: Scene) -> None:
    """A checkpoint that Go's implementation signed with ML-DSA-44, time 0, is verified and cosigned."""
    key = parse_verifier_key(foreign_vectors.MLDSA_VKEY)
    scene.witness.store.pin(foreign_vectors.MLDSA_ORIGIN, key, "")
    body = foreign_vectors.MLDSA_REQUEST.encode()

    assert scene.post(body.replace(b"\n1\n", b"\n2\n"))[0] == 403
    assert scene.post(body)[0] == 200


def test_their_requests_have_our_spelling() -> None:
    """Every well-formed request comes out of our encoder byte for byte."""
    bodies = [body.encode() for _, body, status in foreign_vectors.REQUESTS if status != 400]
    for body in (*bodies, foreign_vectors.MLDSA_REQUEST.encode()):
        assert encode_add_checkpoint(decode_add_checkpoint(body)) == body
