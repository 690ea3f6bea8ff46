"""Witness cosignatures by Ed25519: "at this time, this is the largest consistent tree I have seen of this log".

Spec: C2SP tlog-cosignature v1.1.0-rc.1, signature type 0x04; ML-DSA-44 (0x06) is in `mldsa_cosignature`.

Idea: the signature line carries the time, and the message is a header line, the time and the whole note text. The
cosigner's name is not part of the message, so every cosigner needs a key of its own.

Invariants: a timestamp is in 0..2^63-1 seconds since 1970; whether it is recent is the caller's policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from evote import ed25519
from evote.ed25519 import SigningKey
from evote.errors import VerificationError
from evote.log.checkpoint import parse_checkpoint
from evote.log.encoding import MAXIMUM_SIZE
from evote.log.key import COSIGNATURE_ED25519, VerifierKey

TIMESTAMP_BYTES: Final = 8


def cosignature_message(text: str, timestamp: int) -> bytes:
    """Return the message of a 0x04 cosignature over a checkpoint's note text at a time in seconds since 1970."""
    # "cosignature/v1" LF "time " timestamp LF note text (tlog-cosignature, "Ed25519 signed message")
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def timestamp_of(signature: bytes) -> int:
    """Return the time of a timestamped signature (u64 big-endian in front); nothing is verified.

    Raise VerificationError `cosignature.bad_width` or `.bad_timestamp`.
    """
    if len(signature) <= TIMESTAMP_BYTES:
        raise VerificationError("cosignature.bad_width", "a cosignature begins with a timestamp of 8 bytes")
    timestamp = int.from_bytes(signature[:TIMESTAMP_BYTES], "big")
    check_timestamp(timestamp)
    return timestamp


def check_timestamp(timestamp: int) -> None:
    """Raise VerificationError `cosignature.bad_timestamp` outside 0..2^63-1."""
    if not 0 <= timestamp <= MAXIMUM_SIZE:
        raise VerificationError("cosignature.bad_timestamp", "a cosignature's timestamp is in 0..2^63-1")


@dataclass(frozen=True, slots=True)
class CosignatureVerifier:
    """A witness's public key of type 0x04."""

    key: VerifierKey

    def verify(self, text: str, signature: bytes) -> None:
        """Verify a cosignature of a checkpoint's note text.

        Raise EncodingError where the text is no checkpoint; VerificationError `cosignature.bad_width`,
        `.bad_timestamp` or `signature.*`.
        """
        parse_checkpoint(text)
        if len(signature) != TIMESTAMP_BYTES + ed25519.SIGNATURE_BYTES:
            raise VerificationError("cosignature.bad_width", f"an Ed25519 cosignature of {len(signature)} bytes")
        message = cosignature_message(text, timestamp_of(signature))
        ed25519.verify(self.key.public_key, message, signature[TIMESTAMP_BYTES:])


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness's private key of type 0x04; `at(timestamp)` is the signer of one moment."""

    name: str
    signing_key: SigningKey

    @property
    def key(self) -> VerifierKey:
        """The public key, with its name and key ID."""
        return VerifierKey(name=self.name, algorithm=COSIGNATURE_ED25519, public_key=self.signing_key.public_key)

    def at(self, timestamp: int) -> CosignerAt:
        """Return the signer that states this time, in seconds since 1970."""
        check_timestamp(timestamp)
        return CosignerAt(cosigner=self, timestamp=timestamp)


@dataclass(frozen=True, slots=True, kw_only=True)
class CosignerAt:
    """A cosigner at one time: a note signer for checkpoints."""

    cosigner: Cosigner
    timestamp: int

    @property
    def key(self) -> VerifierKey:
        """The public key, with its name and key ID."""
        return self.cosigner.key

    def sign(self, text: str) -> bytes:
        """Return timestamp || signature over a checkpoint's note text; EncodingError where it is no checkpoint."""
        parse_checkpoint(text)
        signature = self.cosigner.signing_key.sign(cosignature_message(text, self.timestamp))
        return self.timestamp.to_bytes(TIMESTAMP_BYTES, "big") + signature
