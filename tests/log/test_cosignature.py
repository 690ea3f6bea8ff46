"""Ed25519 cosignatures: the known line, the timestamp, and every rule broken alone."""

import base64

import pytest

from evote.log.checkpoint import format_checkpoint, sign_checkpoint
from evote.log.cosignature import CosignatureVerifier, Cosigner, cosignature_message, timestamp_of
from evote.log.key import parse_verifier_key
from evote.log.note import Ed25519Verifier, add_signatures, format_signature_line, make_signature, open_note
from tests.log.known import (
    CHECKPOINT_7,
    COSIGNER,
    LOG_SIGNER,
    SIGNING_KEY,
    TIME,
    WITNESS_KEY,
    WITNESS_LINE,
    refusal,
)

TEXT = format_checkpoint(CHECKPOINT_7)
VERIFIER = CosignatureVerifier(parse_verifier_key(WITNESS_KEY))
SIGNATURE = COSIGNER.at(TIME).sign(TEXT)


def test_the_known_line() -> None:
    """The cosignature line is the one that another implementation made with the same key and time."""
    assert format_signature_line(make_signature(TEXT, COSIGNER.at(TIME))) == WITNESS_LINE
    assert COSIGNER.key == VERIFIER.key
    VERIFIER.verify(TEXT, SIGNATURE)
    assert timestamp_of(SIGNATURE) == TIME


def test_the_message() -> None:
    """The message is a header line, the time in decimal and the whole note text (the specification's example)."""
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    assert cosignature_message(text, 1679315147).decode() == f"cosignature/v1\ntime 1679315147\n{text}"


def test_a_published_timestamp() -> None:
    """The time of a line that another project publishes (transparency-dev/formats, TestCoSigV1Timestamp)."""
    blob = base64.b64decode(
        "ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA=="
    )
    assert timestamp_of(blob[4:]) == 1727964367


def test_a_cosigned_checkpoint_opens_with_both_keys() -> None:
    """The log's and the witness's line stand under one note, and each is found by its own key."""
    data = add_signatures(sign_checkpoint(CHECKPOINT_7, [LOG_SIGNER]), [make_signature(TEXT, COSIGNER.at(TIME))])
    assert len(open_note(data, [Ed25519Verifier(LOG_SIGNER.key), VERIFIER]).verified) == 2


def test_one_key_as_log_and_as_witness_is_two_keys() -> None:
    """The same Ed25519 key under both types has two key IDs, and neither signature passes for the other."""
    log_signature = SIGNING_KEY.sign(TEXT.encode())
    assert LOG_SIGNER.key.public_key == COSIGNER.key.public_key
    assert Cosigner(LOG_SIGNER.name, SIGNING_KEY).key.key_id != LOG_SIGNER.key.key_id
    with_time = TIME.to_bytes(8, "big") + log_signature
    assert refusal(VERIFIER.verify, TEXT, with_time) == "signature.invalid"
    assert refusal(Ed25519Verifier(LOG_SIGNER.key).verify, TEXT, SIGNATURE[8:]) == "signature.invalid"


@pytest.mark.parametrize(
    ("text", "signature", "code"),
    [
        (TEXT, SIGNATURE[:-1], "cosignature.bad_width"),
        (TEXT, SIGNATURE + b"x", "cosignature.bad_width"),
        (TEXT, SIGNATURE[8:], "cosignature.bad_width"),
        (TEXT, b"\x80" + bytes(71), "cosignature.bad_timestamp"),
        (TEXT, (TIME + 1).to_bytes(8, "big") + SIGNATURE[8:], "signature.invalid"),
        (TEXT.replace("\n7\n", "\n8\n"), SIGNATURE, "signature.invalid"),
        (TEXT + "extension\n", SIGNATURE, "checkpoint.extension_lines"),
    ],
)
def test_each_rule(text: str, signature: bytes, code: str) -> None:
    """Each way a cosignature can be wrong has its code; time and text are both covered."""
    assert refusal(VERIFIER.verify, text, signature) == code


def test_times_at_the_bounds() -> None:
    """Times 0 and 2^63-1 are signed; times beyond are not."""
    for time in (0, 2**63 - 1):
        VERIFIER.verify(TEXT, COSIGNER.at(time).sign(TEXT))
    for time in (-1, 2**63):
        assert refusal(COSIGNER.at, time) == "cosignature.bad_timestamp"


def test_no_timestamp_in_too_few_bytes() -> None:
    """Eight bytes are a timestamp without a signature."""
    assert refusal(timestamp_of, bytes(8)) == "cosignature.bad_width"


def test_a_cosigner_signs_nothing_but_checkpoints() -> None:
    """A text that is no checkpoint is not cosigned."""
    assert refusal(COSIGNER.at(TIME).sign, "hello\n") == "checkpoint.too_few_lines"


def test_a_cosigner_prints_without_its_secret() -> None:
    """The seed is in no representation of a cosigner."""
    assert SIGNING_KEY.expose().hex() not in repr(COSIGNER) + repr(COSIGNER.at(TIME))
    assert repr(SIGNING_KEY.expose()) not in repr(COSIGNER)
