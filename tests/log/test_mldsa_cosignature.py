"""ML-DSA-44 cosignatures: the known message, checkpoints and subtrees, and every rule broken alone."""

import copy
import pickle
from hashlib import sha256
from typing import Any

import pytest
from Crypto.PublicKey import MLDSA
from Crypto.Signature import mldsa
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from evote.log.checkpoint import format_checkpoint, sign_checkpoint
from evote.log.cosignature import timestamp_of
from evote.log.mldsa_cosignature import MldsaCosignatureVerifier, MldsaCosigner, cosigned_message
from evote.log.note import Ed25519Verifier, NoteVerifier, open_note
from tests.log.known import BOARD, CHECKPOINT_7, LOG_SIGNER, MLDSA_COSIGNER, ROOTS, SEED, TIME, WITNESS, refusal

TEXT = format_checkpoint(CHECKPOINT_7)
VERIFIER = MldsaCosignatureVerifier(MLDSA_COSIGNER.key)
SIGNATURE = MLDSA_COSIGNER.at(TIME).sign(TEXT)
FIELDS: dict[str, Any] = {
    "cosigner": WITNESS,
    "timestamp": TIME,
    "origin": BOARD,
    "start": 0,
    "end": 7,
    "subtree_hash": ROOTS[7],
}


def test_the_known_message() -> None:
    """The signed message is byte for byte the one that another implementation made."""
    message = cosigned_message(**FIELDS)
    assert len(message) == 105
    assert sha256(message).hexdigest() == "1c23608572dab71331ec0bbae8afc42df4a3062e7dfebbc13fea2779dfa37178"


def test_a_cosignature_is_a_plain_ml_dsa_signature_of_the_message() -> None:
    """The bytes after the timestamp verify with the library alone, context empty."""
    assert timestamp_of(SIGNATURE) == TIME
    assert len(SIGNATURE) == 8 + 2420
    key = MLDSA44PublicKey.from_public_bytes(MLDSA_COSIGNER.key.public_key)
    key.verify(SIGNATURE[8:], cosigned_message(**FIELDS))


def test_another_implementation_of_ml_dsa_agrees() -> None:
    """PyCryptodome accepts our signature, and its own over the same message is a cosignature to us."""
    foreign = mldsa.new(MLDSA.construct(param_set=MLDSA.ML_DSA_44, seed=SEED))
    message = cosigned_message(**FIELDS)
    foreign.verify(message, SIGNATURE[8:])
    VERIFIER.verify(TEXT, TIME.to_bytes(8, "big") + foreign.sign(message))


def test_a_log_signs_twice() -> None:
    """A checkpoint signed by the log with Ed25519 and with ML-DSA-44 under its own name opens with either key."""
    second = MldsaCosigner(BOARD, SEED)
    data = sign_checkpoint(CHECKPOINT_7, [LOG_SIGNER, second.at(TIME)])
    verifiers: list[NoteVerifier] = [Ed25519Verifier(LOG_SIGNER.key), MldsaCosignatureVerifier(second.key)]
    assert len(open_note(data, verifiers).verified) == 2
    assert len(open_note(data, verifiers[1:]).verified) == 1


def test_subtrees() -> None:
    """A range that does not begin at 0 is cosigned without a time, and verifies for that range alone."""
    signature = MLDSA_COSIGNER.sign_subtree(timestamp=0, origin=BOARD, start=4, end=7, subtree_hash=ROOTS[3])
    VERIFIER.verify_subtree(signature, origin=BOARD, start=4, end=7, subtree_hash=ROOTS[3])
    for origin, start, end, subtree_hash in (
        ("other", 4, 7, ROOTS[3]),
        (BOARD, 0, 7, ROOTS[3]),
        (BOARD, 4, 6, ROOTS[3]),
        (BOARD, 4, 7, ROOTS[4]),
    ):
        code = refusal(
            VERIFIER.verify_subtree, signature, origin=origin, start=start, end=end, subtree_hash=subtree_hash
        )
        assert code == "signature.invalid"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"cosigner": ""}, "cosignature.bad_name"),
        ({"cosigner": "a" * 256}, "cosignature.bad_name"),
        ({"origin": ""}, "cosignature.bad_name"),
        ({"origin": "t" * 256}, "cosignature.bad_name"),
        ({"timestamp": -1}, "cosignature.bad_timestamp"),
        ({"timestamp": 2**63}, "cosignature.bad_timestamp"),
        ({"start": 4}, "cosignature.bad_timestamp"),
        ({"start": 3}, "cosignature.bad_range"),
        ({"end": -1}, "cosignature.bad_range"),
        ({"end": 2**63}, "cosignature.bad_range"),
        ({"subtree_hash": bytes(31)}, "cosignature.bad_hash"),
    ],
)
def test_each_rule_of_the_message(change: dict[str, Any], code: str) -> None:
    """Each field of the message has its range."""
    assert refusal(cosigned_message, **(FIELDS | change)) == code


@pytest.mark.parametrize(
    ("text", "signature", "code"),
    [
        (TEXT, SIGNATURE[:-1], "cosignature.bad_width"),
        (TEXT, SIGNATURE + b"x", "cosignature.bad_width"),
        (TEXT, SIGNATURE[:72], "cosignature.bad_width"),
        (TEXT, b"\x80" + SIGNATURE[1:], "cosignature.bad_timestamp"),
        (TEXT, (TIME + 1).to_bytes(8, "big") + SIGNATURE[8:], "signature.invalid"),
        (TEXT, SIGNATURE[:-1] + bytes([SIGNATURE[-1] ^ 1]), "signature.invalid"),
        (TEXT.replace("\n7\n", "\n8\n"), SIGNATURE, "signature.invalid"),
        (TEXT.replace("board", "other"), SIGNATURE, "signature.invalid"),
        (TEXT + "extension\n", SIGNATURE, "checkpoint.extension_lines"),
    ],
    # Signatures are randomised; names that hold them would differ between the processes of a test run.
    ids=("short", "long", "another kind", "time", "other time", "last bit", "other size", "other origin", "extension"),
)
def test_each_rule_of_verification(text: str, signature: bytes, code: str) -> None:
    """Each way a cosignature can be wrong has its code."""
    VERIFIER.verify(TEXT, SIGNATURE)
    assert refusal(VERIFIER.verify, text, signature) == code


def test_the_name_is_covered() -> None:
    """The same key under another name made another statement."""
    other = MldsaCosigner("witness.example/w2", SEED)
    assert refusal(MldsaCosignatureVerifier(other.key).verify, TEXT, SIGNATURE) == "signature.invalid"


def test_the_secret_stays_inside() -> None:
    """The cosigner prints without its seed, and is neither pickled nor copied; a seed has 32 bytes."""
    assert SEED.hex() not in repr(MLDSA_COSIGNER) + repr(MLDSA_COSIGNER.at(TIME))
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            leak(MLDSA_COSIGNER)
    with pytest.raises(ValueError, match="32 bytes"):
        MldsaCosigner(WITNESS, bytes(31))


def test_only_checkpoints_are_cosigned() -> None:
    """A text that is no checkpoint is not cosigned."""
    assert refusal(MLDSA_COSIGNER.at(TIME).sign, "hello\n") == "checkpoint.too_few_lines"
