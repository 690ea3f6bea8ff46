"""What a log and a witness say to each other: the bodies of `add-checkpoint`, and the names of a witness's pages.

Spec: C2SP tlog-witness (main, 2026-07: monitoring page, status 422 for every inconsistent request).

Idea: a request is the size that the witness cosigned last, a consistency proof from there, and the signed checkpoint;
the answer is signature lines to append to it. Both are text and have one spelling.

Invariants: `encode_add_checkpoint(decode_add_checkpoint(b)) == b` for every accepted b. Nothing is verified here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NoReturn

from evote.errors import EncodingError
from evote.log.checkpoint import read_checkpoint
from evote.log.encoding import MAXIMUM_SIZE, decode_hash, encode_base64, parse_decimal
from evote.log.merkle import MAXIMUM_PROOF_HASHES
from evote.log.note import MAXIMUM_SIGNATURES, NoteSignature, format_signature_line, parse_signature_line

ADD_CHECKPOINT_PATH: Final = "add-checkpoint"
SIZE_CONTENT_TYPE: Final = "text/x.tlog.size"
# Room for a note with a dozen ML-DSA-44 lines of 3.3 kB and 63 hashes of a proof.
MAXIMUM_REQUEST_BYTES: Final = 2**16

_OLD: Final = "old "


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCheckpoint:
    """A request for a cosignature: the size cosigned last (0: none), the proof from there, and the signed note."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: bytes


def encode_add_checkpoint(request: AddCheckpoint) -> bytes:
    """Return the body of a request; raise EncodingError as `decode_add_checkpoint`."""
    if not 0 <= request.old_size <= MAXIMUM_SIZE:
        _refuse("bad_size", f"an old size of {request.old_size}")
    lines = [f"{_OLD}{request.old_size}", *map(encode_base64, request.proof), ""]
    data = "".join(line + "\n" for line in lines).encode() + request.checkpoint
    decode_add_checkpoint(data)
    return data


def decode_add_checkpoint(data: bytes) -> AddCheckpoint:
    """Return the request in a body; its checkpoint is well-formed, and nothing of it is verified.

    Raise EncodingError `witness.too_long`, `.no_old_size`, `.no_checkpoint`, `.too_many_hashes`, `.bad_octet`,
    `encoding.*` for a malformed number or hash, or as `read_checkpoint`.
    """
    if len(data) > MAXIMUM_REQUEST_BYTES:
        _refuse("too_long", f"a request of {len(data)} bytes; at most {MAXIMUM_REQUEST_BYTES} are read")
    head, separator, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        _refuse("bad_octet", "the lines of a request before its checkpoint are ASCII")
    if not lines[0].startswith(_OLD):
        _refuse("no_old_size", "a request begins with the line `old <size>`")
    if not separator:
        _refuse("no_checkpoint", "a request ends with an empty line and a signed checkpoint")
    if len(lines) - 1 > MAXIMUM_PROOF_HASHES:
        _refuse("too_many_hashes", f"{len(lines) - 1} hashes in a proof; at most {MAXIMUM_PROOF_HASHES} occur")
    old_size = parse_decimal(lines[0].removeprefix(_OLD), "the old size")
    proof = tuple(decode_hash(line, "a hash of the consistency proof") for line in lines[1:])
    read_checkpoint(checkpoint)
    return AddCheckpoint(old_size=old_size, proof=proof, checkpoint=checkpoint)


def encode_cosignatures(signatures: Iterable[NoteSignature]) -> bytes:
    """Return the body of the answer 200: signature lines, each with its newline."""
    return "".join(format_signature_line(item) + "\n" for item in signatures).encode()


def decode_cosignatures(data: bytes) -> tuple[NoteSignature, ...]:
    """Return the signature lines of an answer, none of them verified; to be appended with `note.add_signatures`.

    Raise EncodingError `witness.too_long`, `.bad_octet`, `.no_signatures` or as `parse_signature_line`.
    """
    if len(data) > MAXIMUM_REQUEST_BYTES:
        _refuse("too_long", f"an answer of {len(data)} bytes; at most {MAXIMUM_REQUEST_BYTES} are read")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("bad_octet", "the lines of an answer are UTF-8")
    lines = text.removesuffix("\n").split("\n")
    if not text.endswith("\n") or len(lines) > MAXIMUM_SIGNATURES:
        _refuse("no_signatures", f"an answer is 1 to {MAXIMUM_SIGNATURES} signature lines, each with a newline")
    return tuple(parse_signature_line(line) for line in lines)


def encode_size(size: int) -> bytes:
    """Return the body of the answer 409: the size that the witness cosigned last."""
    return f"{size}\n".encode()


def decode_size(data: bytes) -> int:
    """Return the size in the body of an answer 409; raise EncodingError `encoding.*`."""
    return parse_decimal(data.decode("ascii", errors="replace").removesuffix("\n"), "the size in the witness's answer")


def origin_hash(origin: str) -> str:
    """Return the name of a log in the path of a monitoring page: the SHA-256 of its origin in lower-case hex."""
    return sha256(origin.encode()).hexdigest()


def monitoring_path(origin: str) -> str:
    """Return the path, below a witness's monitoring prefix, of the checkpoint that it cosigned last."""
    return f"{origin_hash(origin)}/checkpoint"


def _refuse(rule: str, message: str) -> NoReturn:
    raise EncodingError(f"witness.{rule}", message)
