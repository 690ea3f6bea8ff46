"""Promises: one encoding, one signer, one meaning."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evote import canonical_json
from evote.ed25519 import SigningKey
from evote.errors import EncodingError, VerificationError
from evote.log.key import COSIGNATURE_ED25519, ED25519, VerifierKey
from evote.log.promise import Promise, decode_promise, encode_promise, promise_object, sign_promise, verify_promise

KEY = SigningKey(b"\x05" * 32)
ORIGIN = "log.example/promises"
VERIFIER = VerifierKey(name=ORIGIN, algorithm=ED25519, public_key=KEY.public_key)
PROMISE = sign_promise(KEY, origin=ORIGIN, index=7, leaf_hash=b"\x01" * 32, deadline=1_780_000_000)


def test_a_promise_verifies_and_comes_back() -> None:
    """What the log signed verifies under its key, and its bytes are the one encoding."""
    verify_promise(PROMISE, VERIFIER)
    assert decode_promise(encode_promise(PROMISE)) == PROMISE


@pytest.mark.parametrize(
    "changed",
    [
        replace(PROMISE, index=8),
        replace(PROMISE, leaf_hash=b"\x02" * 32),
        replace(PROMISE, deadline=1_780_000_001),
        replace(PROMISE, signature=SigningKey(b"\x06" * 32).sign(b"")),
    ],
)
def test_every_part_is_signed(changed: Promise) -> None:
    """Index, leaf hash and deadline can't be changed, and another key can't sign."""
    with pytest.raises(VerificationError) as caught:
        verify_promise(changed, VERIFIER)
    assert caught.value.code == "signature.invalid"


@pytest.mark.parametrize("key", [replace(VERIFIER, name="other"), replace(VERIFIER, algorithm=COSIGNATURE_ED25519)])
def test_a_promise_of_another_log(key: VerifierKey) -> None:
    """A key of another name or type gave no promise of this log."""
    with pytest.raises(VerificationError) as caught:
        verify_promise(PROMISE, key)
    assert caught.value.code == "promise.other_log"


def test_a_statement_signature_is_no_promise() -> None:
    """The signature is over the promise's own domain: the bare JSON signed by the same key does not verify."""
    unsigned = {name: value for name, value in promise_object(PROMISE).items() if name != "signature"}
    forged = replace(PROMISE, signature=KEY.sign(canonical_json.encode(unsigned)))
    with pytest.raises(VerificationError):
        verify_promise(forged, VERIFIER)


@pytest.mark.parametrize(
    "change",
    [
        {"index": -1},
        {"index": True},
        {"deadline": "1"},
        {"leaf_hash": "00"},
        {"leaf_hash": "AA" * 32},
        {"origin": 1},
        {"more": 1},
    ],
)
def test_malformed_promises(change: dict[str, object]) -> None:
    """A field of another type, width or case, or one too many, is malformed."""
    data = canonical_json.encode({**promise_object(PROMISE), **change})
    with pytest.raises(EncodingError) as caught:
        decode_promise(data)
    assert caught.value.code == "promise.malformed"
