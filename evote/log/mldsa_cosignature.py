"""Cosignatures by ML-DSA-44, which also cover the cosigner's name and can sign a part of the tree.

Spec: C2SP tlog-cosignature v1.1.0-rc.1, signature type 0x06; FIPS 204 (pure ML-DSA-44, empty context).

Idea: the message names the cosigner, the origin, a leaf range and its hash; for a checkpoint the range is [0, size). A
log may sign its own checkpoints this way under its own name.

Invariants: names and origins have 1..255 bytes; a range that does not begin at 0 carries timestamp 0. Timestamp 0 makes
no statement that the tree is the largest seen, only that it is consistent with all others seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from evote.errors import VerificationError
from evote.log.checkpoint import parse_checkpoint
from evote.log.cosignature import TIMESTAMP_BYTES, check_timestamp, timestamp_of
from evote.log.encoding import HASH_BYTES, MAXIMUM_SIZE
from evote.log.key import COSIGNATURE_ML_DSA_44, VerifierKey
from evote.log.subtree import is_subtree

SEED_BYTES: Final = 32
SIGNATURE_BYTES: Final = 2420


def cosigned_message(*, cosigner: str, timestamp: int, origin: str, start: int, end: int, subtree_hash: bytes) -> bytes:
    """Return the `cosigned_message` structure that a 0x06 cosignature signs.

    Raise VerificationError `cosignature.bad_name`, `.bad_timestamp`, `.bad_range` or `.bad_hash`.
    """
    check_timestamp(timestamp)
    if not is_subtree(start, end) or end > MAXIMUM_SIZE:
        _refuse("bad_range", f"[{start}, {end}) is not a subtree")
    if start != 0 and timestamp != 0:
        _refuse("bad_timestamp", "a cosignature of a range that does not begin at 0 carries timestamp 0")
    if len(subtree_hash) != HASH_BYTES:
        _refuse("bad_hash", f"a cosigned hash has {len(subtree_hash)} bytes, not {HASH_BYTES}")
    # label[12] || cosigner_name<1..255> || u64 timestamp || log_origin<1..255> || u64 start || u64 end || hash[32]
    # (tlog-cosignature, "ML-DSA-44 signed message")
    return b"".join(
        (
            b"subtree/v1\n\x00",
            _with_length(cosigner),
            timestamp.to_bytes(8, "big"),
            _with_length(origin),
            start.to_bytes(8, "big"),
            end.to_bytes(8, "big"),
            subtree_hash,
        )
    )


@dataclass(frozen=True, slots=True)
class MldsaCosignatureVerifier:
    """A public key of type 0x06."""

    key: VerifierKey

    def verify(self, text: str, signature: bytes) -> None:
        """Verify a cosignature of a checkpoint's note text.

        Raise EncodingError where the text is no checkpoint; VerificationError `cosignature.*` or `signature.invalid`.
        """
        checkpoint = parse_checkpoint(text)
        self.verify_subtree(
            signature, origin=checkpoint.origin, start=0, end=checkpoint.size, subtree_hash=checkpoint.root
        )

    def verify_subtree(self, signature: bytes, *, origin: str, start: int, end: int, subtree_hash: bytes) -> None:
        """Verify timestamp || signature over a leaf range of the log `origin`; errors as `verify`."""
        if len(signature) != TIMESTAMP_BYTES + SIGNATURE_BYTES:
            _refuse("bad_width", f"an ML-DSA-44 cosignature of {len(signature)} bytes")
        message = cosigned_message(
            cosigner=self.key.name,
            timestamp=timestamp_of(signature),
            origin=origin,
            start=start,
            end=end,
            subtree_hash=subtree_hash,
        )
        try:
            MLDSA44PublicKey.from_public_bytes(self.key.public_key).verify(signature[TIMESTAMP_BYTES:], message)
        except InvalidSignature:
            raise VerificationError(
                "signature.invalid", f"the ML-DSA-44 cosignature by {self.key.name} does not verify"
            ) from None


class MldsaCosigner:
    """A private key of type 0x06; the seed is secret, never printed, and neither pickled nor copied."""

    __slots__ = ("_private_key", "key")

    key: VerifierKey

    def __init__(self, name: str, seed: bytes) -> None:
        """Derive the key pair from a secret seed of 32 bytes; ValueError for any other width."""
        if len(seed) != SEED_BYTES:
            raise ValueError(f"an ML-DSA-44 seed has {SEED_BYTES} bytes, not {len(seed)}")
        self._private_key = MLDSA44PrivateKey.from_seed_bytes(seed)
        public_key = self._private_key.public_key().public_bytes_raw()
        self.key = VerifierKey(name=name, algorithm=COSIGNATURE_ML_DSA_44, public_key=public_key)

    def at(self, timestamp: int) -> MldsaCosignerAt:
        """Return the signer that states this time, in seconds since 1970 (0: no statement of time)."""
        check_timestamp(timestamp)
        return MldsaCosignerAt(cosigner=self, timestamp=timestamp)

    def sign_subtree(self, *, timestamp: int, origin: str, start: int, end: int, subtree_hash: bytes) -> bytes:
        """Return timestamp || signature over a leaf range (randomised, as FIPS 204 advises)."""
        message = cosigned_message(
            cosigner=self.key.name,
            timestamp=timestamp,
            origin=origin,
            start=start,
            end=end,
            subtree_hash=subtree_hash,
        )
        return timestamp.to_bytes(TIMESTAMP_BYTES, "big") + self._private_key.sign(message)

    def __repr__(self) -> str:
        return f"MldsaCosigner(name={self.key.name!r}, seed=<redacted>)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a signing key can't be pickled or copied")


@dataclass(frozen=True, slots=True, kw_only=True)
class MldsaCosignerAt:
    """A cosigner at one time: a note signer for checkpoints."""

    cosigner: MldsaCosigner
    timestamp: int

    @property
    def key(self) -> VerifierKey:
        """The public key, with its name and key ID."""
        return self.cosigner.key

    def sign(self, text: str) -> bytes:
        """Return timestamp || signature over a checkpoint's note text; EncodingError where it is no checkpoint."""
        checkpoint = parse_checkpoint(text)
        return self.cosigner.sign_subtree(
            timestamp=self.timestamp,
            origin=checkpoint.origin,
            start=0,
            end=checkpoint.size,
            subtree_hash=checkpoint.root,
        )


def _with_length(text: str) -> bytes:
    data = text.encode()
    if not 1 <= len(data) <= 255:
        _refuse("bad_name", f"a cosigner's name and an origin have 1..255 bytes, not {len(data)}")
    return bytes([len(data)]) + data


def _refuse(rule: str, message: str) -> NoReturn:
    raise VerificationError(f"cosignature.{rule}", message)
