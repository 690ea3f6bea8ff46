"""Arbitrary bytes into the decoders of notes, checkpoints, keys and receipts: no other error, no second encoding."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from evote.errors import EncodingError, VerificationError
from evote.log.checkpoint import format_checkpoint, parse_checkpoint
from evote.log.cosignature import CosignatureVerifier, timestamp_of
from evote.log.key import format_private_key, format_verifier_key, parse_private_key, parse_verifier_key
from evote.log.mldsa_cosignature import MldsaCosignatureVerifier
from evote.log.note import decode_note, encode_note, open_note
from evote.log.policy import open_witnessed
from evote.log.proof import decode_proof, encode_proof, verify_proof
from tests.log.known import (
    BOARD_KEY,
    COSIGNER,
    MLDSA_COSIGNER,
    PETER_LINE,
    PETER_PRIVATE_KEY,
    PETER_TEXT,
    POLICY,
    SUMDB_CHECKPOINTS,
    WITNESS_LINE,
)
from tests.log.test_proof import ENCODED as RECEIPT

SEEDS = [
    f"{PETER_TEXT}\n{PETER_LINE}".encode(),
    *(text.encode() for text in SUMDB_CHECKPOINTS.values()),
    f"a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n{WITNESS_LINE}\n".encode(),
    RECEIPT,
    BOARD_KEY.encode(),
    PETER_PRIVATE_KEY.encode(),
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Draw a valid text with up to three pieces replaced, removed, repeated or moved."""
    data = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 8)))
        piece = draw(
            st.binary(max_size=3) | st.sampled_from([b"\n", b"\n\n", b" ", b"0", b"=", b"+", data[start:end] * 2])
        )
        data = data[:start] + piece + data[end:]
    return data


DATA = damaged() | st.binary(max_size=40)


@settings(max_examples=400, deadline=None)
@given(DATA)
def test_notes(data: bytes) -> None:
    """Either an EncodingError, or a note whose encoding is exactly these bytes; opening it adds VerificationError."""
    with suppress(EncodingError, VerificationError):
        assert encode_note(decode_note(data)) == data
        assert open_note(data, [CosignatureVerifier(COSIGNER.key)]).note == decode_note(data)


@settings(max_examples=400, deadline=None)
@given(DATA.map(lambda data: data.decode("utf-8", errors="replace").split("\n\n")[0] + "\n"))
def test_checkpoints(text: str) -> None:
    """Either an EncodingError, or a checkpoint whose text is exactly this one."""
    try:
        checkpoint = parse_checkpoint(text)
    except EncodingError:
        return
    assert format_checkpoint(checkpoint) == text


@settings(max_examples=400, deadline=None)
@given(DATA)
def test_receipts(data: bytes) -> None:
    """Either an EncodingError, or a receipt whose encoding is exactly these bytes; verifying adds VerificationError."""
    with suppress(EncodingError, VerificationError):
        proof = decode_proof(data)
        assert encode_proof(proof) == data
        verify_proof(proof, entry=b"ballot 3", policy=POLICY)
        assert proof.hashes


@settings(max_examples=400, deadline=None)
@given(DATA)
def test_keys(data: bytes) -> None:
    """Either an EncodingError, or a key whose text is exactly this one."""
    text = data.decode("utf-8", errors="surrogateescape")
    with suppress(EncodingError):
        assert format_verifier_key(parse_verifier_key(text)) == text
    with suppress(EncodingError):
        assert format_private_key(*parse_private_key(text)) == text


@settings(max_examples=200, deadline=None)
@given(DATA, st.binary(max_size=80) | st.binary(min_size=2428, max_size=2428))
def test_witnessed_checkpoints_and_cosignatures(data: bytes, signature: bytes) -> None:
    """Only our errors come out of opening arbitrary notes and verifying arbitrary cosignatures."""
    text = "a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    for call in (
        lambda: open_witnessed(data, POLICY),
        lambda: timestamp_of(signature),
        lambda: CosignatureVerifier(COSIGNER.key).verify(text, signature),
        lambda: MldsaCosignatureVerifier(MLDSA_COSIGNER.key).verify(text, signature),
    ):
        with suppress(EncodingError, VerificationError):
            call()
