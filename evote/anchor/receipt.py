"""An anchor: somebody outside who saw the hash of a checkpoint, and a receipt that anyone can check.

Spec: docs/anchors.md.

Idea: witnesses keep a log from showing two histories; an anchor adds when at the latest a history existed, in the books
of an institution that knows nothing of voting. Only the SHA-256 of the checkpoint's text leaves the house, after
publication, and validity never depends on it. The text is origin, size and root, so every signed copy of the checkpoint
has the same hash.

Invariants: a receipt has one encoding; what it claims is checked against the anchor's own evidence, never believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

from evote import canonical_json
from evote.errors import EncodingError, VerificationError
from evote.log.checkpoint import parse_checkpoint
from evote.log.note import decode_note

FORMAT: Final = "evote/anchor/1"
MAXIMUM_RECEIPT_BYTES: Final = 2**20
DIGEST_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorReceipt:
    """What an anchor gave back for the digest of a checkpoint: its kind, and evidence in fields of text."""

    kind: str
    digest: bytes
    evidence: Mapping[str, str]


class Anchor(Protocol):
    """A place that keeps a digest for everybody to see, or signs it with the time."""

    def submit(self, note: bytes) -> AnchorReceipt:
        """Hand in the digest of a signed checkpoint and return the receipt, already verified.

        Raise BoardError `anchor.unavailable`, EncodingError, VerificationError as `verify`.
        """

    def verify(self, receipt: AnchorReceipt) -> int:
        """Return the time (POSIX seconds) at which the digest existed at the latest, by the anchor's own evidence.

        Raise VerificationError `anchor.<reason>`, EncodingError `anchor.malformed`, BoardError `anchor.unavailable`.
        """


def checkpoint_text(note: bytes) -> bytes:
    """Return the text of a signed checkpoint, which is what is anchored; raise EncodingError where it is none."""
    text = decode_note(note).text
    parse_checkpoint(text)
    return text.encode()


def checkpoint_digest(note: bytes) -> bytes:
    """Return the SHA-256 of the text of a signed checkpoint; raise EncodingError where it is none."""
    return sha256(checkpoint_text(note)).digest()


def require_digest(receipt: AnchorReceipt, note: bytes) -> None:
    """Raise VerificationError `anchor.other_checkpoint` unless the receipt is for this checkpoint."""
    if receipt.digest != checkpoint_digest(note):
        raise VerificationError("anchor.other_checkpoint", "the receipt is for another checkpoint than the one given")


def encode_receipt(receipt: AnchorReceipt) -> bytes:
    """Return the bytes of the receipt's file."""
    return canonical_json.encode(
        {
            "format": FORMAT,
            "kind": receipt.kind,
            "digest": receipt.digest.hex(),
            "evidence": dict(receipt.evidence),
        }
    )


def decode_receipt(data: bytes) -> AnchorReceipt:
    """Return the receipt in a file; raise EncodingError `anchor.malformed` or as `canonical_json.decode`."""
    value = canonical_json.decode(data, maximum_bytes=MAXIMUM_RECEIPT_BYTES)
    evidence, digest = value.get("evidence"), value.get("digest")
    if (
        set(value) != {"format", "kind", "digest", "evidence"}
        or value["format"] != FORMAT
        or not isinstance(value["kind"], str)
        or not isinstance(evidence, dict)
        or not all(isinstance(item, str) for item in evidence.values())
    ):
        raise EncodingError("anchor.malformed", "this is not an anchor receipt of format evote/anchor/1")
    return AnchorReceipt(kind=value["kind"], digest=parse_hex(digest, "digest", DIGEST_BYTES), evidence=evidence)


def parse_hex(value: object, what: str, size: int | None = None) -> bytes:
    """Return the bytes of a lower-case hex text, of `size` bytes if given; raise EncodingError `anchor.malformed`."""
    try:
        data = bytes.fromhex(value) if isinstance(value, str) else None
    except ValueError:
        data = None
    if data is None or data.hex() != value or (size is not None and len(data) != size):
        raise EncodingError("anchor.malformed", f"{what} of the anchor receipt is not the hex text it should be")
    return data
