"""Checkpoints: the log's signed statement of its size and root.

Spec: C2SP tlog-checkpoint v1.0.0.

Idea: a checkpoint is a signed note of exactly three lines: origin, size, root. The specification allows extension lines
and advises against them; they are refused here, because ML-DSA cosignatures do not cover them and no monitor can
audit them.

Invariants: a checkpoint text has one spelling. Whether the size is 0 with another root than the empty one is not
checked here but where trees are compared (`merkle.verify_growth`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from evote.errors import EncodingError, VerificationError
from evote.log.encoding import HASH_BYTES, MAXIMUM_SIZE, decode_hash, encode_base64, parse_decimal
from evote.log.note import NoteSigner, NoteVerifier, VerifiedSignature, decode_note, open_note, sign_note

MAXIMUM_ORIGIN_BYTES: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A tree head: origin (which log), size (number of leaves) and 32-byte root."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCheckpoint:
    """A checkpoint with the note it stands in, byte for byte, and the lines by known keys that verified."""

    checkpoint: Checkpoint
    note: bytes
    verified: tuple[VerifiedSignature, ...]


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """Return the note text of a checkpoint; EncodingError where a field is out of its range."""
    _check_origin(checkpoint.origin)
    if not 0 <= checkpoint.size <= MAXIMUM_SIZE:
        _refuse("bad_size", f"a checkpoint of size {checkpoint.size}")
    if len(checkpoint.root) != HASH_BYTES:
        _refuse("bad_root", f"a checkpoint root of {len(checkpoint.root)} bytes, not {HASH_BYTES}")
    return f"{checkpoint.origin}\n{checkpoint.size}\n{encode_base64(checkpoint.root)}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint of a note text; no signature is looked at.

    Raise EncodingError `checkpoint.too_few_lines`, `.extension_lines`, `.bad_origin`, `encoding.not_decimal`,
    `.out_of_range`, `.not_base64` or `.bad_width`.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] != "":
        _refuse("too_few_lines", "a checkpoint has three lines: origin, size, root")
    if len(lines) > 4:
        _refuse("extension_lines", "a checkpoint with extension lines; they are covered by no ML-DSA cosignature")
    _check_origin(lines[0])
    return Checkpoint(
        origin=lines[0],
        size=parse_decimal(lines[1], "the checkpoint's size"),
        root=decode_hash(lines[2], "the checkpoint's root"),
    )


def sign_checkpoint(checkpoint: Checkpoint, signers: Iterable[NoteSigner]) -> bytes:
    """Return the signed note of a checkpoint.

    That it is consistent with everything these keys signed before is the caller's duty, and the log's whole promise.
    """
    return sign_note(format_checkpoint(checkpoint), signers)


def open_checkpoint(data: bytes, *, origin: str, verifiers: Sequence[NoteVerifier]) -> OpenedCheckpoint:
    """Return the checkpoint of the log `origin`, signed by at least one of `verifiers` (the log's keys).

    Origin and key name are separate because they may differ. Cosignatures are not counted: see `policy`. Raise
    EncodingError as `decode_note` and `parse_checkpoint`; VerificationError as `open_note`, or
    `checkpoint.other_origin`.
    """
    opened = open_note(data, verifiers)
    checkpoint = parse_checkpoint(opened.note.text)
    if checkpoint.origin != origin:
        raise VerificationError("checkpoint.other_origin", f"a checkpoint of {checkpoint.origin!r}, not of {origin!r}")
    return OpenedCheckpoint(checkpoint=checkpoint, note=data, verified=opened.verified)


def read_checkpoint(data: bytes) -> Checkpoint:
    """Return the checkpoint of a signed note whose signatures the caller has verified already or does not need."""
    return parse_checkpoint(decode_note(data).text)


def _check_origin(origin: str) -> None:
    if not origin or any(character < " " for character in origin):
        _refuse("bad_origin", "a checkpoint's origin is not empty and has no control character")
    try:
        length = len(origin.encode())
    except UnicodeEncodeError:
        _refuse("bad_origin", "a checkpoint's origin is valid Unicode")
    if length > MAXIMUM_ORIGIN_BYTES:
        _refuse("bad_origin", f"a checkpoint's origin of {length} bytes; at most {MAXIMUM_ORIGIN_BYTES}")


def _refuse(rule: str, message: str) -> NoReturn:
    raise EncodingError(f"checkpoint.{rule}", message)
