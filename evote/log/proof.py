"""Receipts: a file that proves offline that an entry is in the log and that the witnesses saw it.

Spec: C2SP tlog-proof (main, 2025-12), file name ending `.tlog-proof`.

Idea: index, inclusion proof and cosigned checkpoint in one text. Nothing is fetched; the reader brings the entry's
bytes and the policy.

Invariants: `encode_proof(decode_proof(b)) == b` for every accepted b. `extra` is authenticated by nothing here: our
receipts carry the entry in it, and a reader who takes the entry from there has it authenticated by the inclusion proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NoReturn

from evote.errors import EncodingError
from evote.log.encoding import MAXIMUM_SIZE, decode_base64, decode_hash, encode_base64, parse_decimal
from evote.log.merkle import MAXIMUM_PROOF_HASHES, leaf_hash, verify_inclusion
from evote.log.note import MAXIMUM_NOTE_BYTES, decode_note
from evote.log.policy import Policy, WitnessedCheckpoint, open_witnessed

MAXIMUM_EXTRA_BYTES: Final = 2**16
MAXIMUM_PROOF_BYTES: Final = MAXIMUM_NOTE_BYTES + 2**17

_HEADER: Final = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlogProof:
    """A receipt: the entry's index, its inclusion proof, the signed note of a checkpoint, and unauthenticated extra."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""


def encode_proof(proof: TlogProof) -> bytes:
    """Return the bytes of a `.tlog-proof` file; raise EncodingError as `decode_proof`."""
    if not 0 <= proof.index <= MAXIMUM_SIZE:
        _refuse("bad_index", f"a proof of entry {proof.index}")
    lines = [_HEADER]
    if proof.extra:
        lines.append(f"extra {encode_base64(proof.extra)}")
    lines.append(f"index {proof.index}")
    lines += [encode_base64(item) for item in proof.hashes]
    data = "".join(line + "\n" for line in (*lines, "")).encode() + proof.checkpoint
    decode_proof(data)
    return data


def decode_proof(data: bytes) -> TlogProof:
    """Return the receipt that `data` encodes; nothing is verified.

    Raise EncodingError `proof.too_long`, `.bad_header`, `.bad_extra`, `.no_index`, `.no_checkpoint`,
    `.too_many_hashes`, `encoding.*` for a malformed number or hash, or as `decode_note` for the checkpoint.
    """
    if len(data) > MAXIMUM_PROOF_BYTES:
        _refuse("too_long", f"a proof of {len(data)} bytes; at most {MAXIMUM_PROOF_BYTES} are read")
    head, separator, checkpoint = data.partition(b"\n\n")
    if not separator:
        _refuse("no_checkpoint", "a proof ends with an empty line and a checkpoint")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        _refuse("bad_header", "the lines of a proof before its checkpoint are ASCII")
    if lines[0] != _HEADER:
        _refuse("bad_header", f"a proof begins with the line {_HEADER}")
    rest = lines[1:]
    extra = b""
    if rest and rest[0].startswith("extra "):
        extra = decode_base64(rest[0].removeprefix("extra "), "the proof's extra data")
        if not 1 <= len(extra) <= MAXIMUM_EXTRA_BYTES:
            _refuse("bad_extra", f"extra data of {len(extra)} bytes; 1 to {MAXIMUM_EXTRA_BYTES} are read")
        rest = rest[1:]
    if not rest or not rest[0].startswith("index "):
        _refuse("no_index", "a proof has a line with the index after its header")
    if len(rest) - 1 > MAXIMUM_PROOF_HASHES:
        _refuse("too_many_hashes", f"{len(rest) - 1} hashes in a proof; at most {MAXIMUM_PROOF_HASHES} occur")
    decode_note(checkpoint)
    return TlogProof(
        index=parse_decimal(rest[0].removeprefix("index "), "the proof's index"),
        hashes=tuple(decode_hash(line, "a hash of the proof") for line in rest[1:]),
        checkpoint=checkpoint,
        extra=extra,
    )


def open_proof(proof: TlogProof, *, entry: bytes, policy: Policy) -> WitnessedCheckpoint:
    """Return the checkpoint of a receipt that verifies for the bytes of a log entry, under a policy.

    Raise EncodingError where the checkpoint is malformed; VerificationError as `open_witnessed` (log signatures,
    cosignatures, quorum) and `verify_inclusion` (`merkle.*`).
    """
    witnessed = open_witnessed(proof.checkpoint, policy)
    checkpoint = witnessed.checkpoint
    verify_inclusion(leaf_hash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return witnessed


def verify_proof(proof: TlogProof, *, entry: bytes, policy: Policy) -> None:
    """Verify a receipt for the bytes of a log entry, under a policy; errors as `open_proof`."""
    open_proof(proof, entry=entry, policy=policy)


def _refuse(rule: str, message: str) -> NoReturn:
    raise EncodingError(f"proof.{rule}", message)
