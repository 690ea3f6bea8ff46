"""Signed notes, verifier keys and checkpoints: reading, and checking one key's line.

*Spec*: C2SP signed-note, tlog-checkpoint, tlog-cosignature v1.1.0-rc.1 (Ed25519 signatures 0x01; timestamped
cosignatures by Ed25519, 0x04, and by ML-DSA-44, 0x06).

*Idea*: A note is text and signature lines; the checkpoint is the text's three lines. Lines of unknown
keys say nothing. A line that bears a known key's name and id must be valid, or the note is not.

*Invariants*: Base64 is accepted in its one canonical spelling. Ed25519 signatures are judged in the strict reading of
section 2.2.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256

from verifier import ml_dsa
from verifier.ed25519 import is_key, is_signature
from verifier.errors import Malformed
from verifier.merkle import EMPTY_ROOT, HASH_BYTES

MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
MAX_SIZE = (1 << 63) - 1
MAX_NAME_BYTES = 255
SIGNATURE, COSIGNATURE, ML_DSA = 0x01, 0x04, 0x06

_TIME_BYTES = 8
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def decode_base64(text: str) -> bytes:
    """Return the bytes of canonical base64 with padding (RFC 4648, 4); raise Malformed for any other spelling."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise Malformed("not base64") from None
    if base64.b64encode(data).decode() != text:
        raise Malformed("base64 that is not canonical")
    return data


def parse_decimal(text: str) -> int:
    """Return a decimal without leading zeros below 2^63; raise Malformed for anything else."""
    if not _DECIMAL.fullmatch(text) or (value := int(text)) > MAX_SIZE:
        raise Malformed("not a decimal number")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A named public key: ``kind`` is the signature type's byte."""

    name: str
    key_id: bytes
    kind: int
    public_key: bytes


def parse_verifier_key(text: str) -> VerifierKey:
    """Return the key that ``name+id+base64`` states; raise Malformed, also where the id is not that of the key."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not _is_key_name(parts[0]) or not re.fullmatch("[0-9a-f]{8}", parts[1]):
        raise Malformed("not a verifier key")
    data = decode_base64(parts[2])
    if len(data) < 2:
        raise Malformed("verifier key without a key")
    key_id = sha256(parts[0].encode() + b"\n" + data).digest()[:4]
    if key_id.hex() != parts[1]:
        raise Malformed("verifier key whose id is not that of its key")
    if data[0] in (SIGNATURE, COSIGNATURE) and not is_key(data[1:]):
        raise Malformed("verifier key that is not an Ed25519 public key")
    if data[0] == ML_DSA and len(data) != 1 + ml_dsa.KEY_BYTES:
        raise Malformed("verifier key that is not an ML-DSA-44 public key")
    return VerifierKey(name=parts[0], key_id=key_id, kind=data[0], public_key=data[1:])


def _is_key_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureLine:
    """One signature of a note; ``blob`` is what follows the key id."""

    name: str
    key_id: bytes
    blob: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note: text with its final newline, and its signature lines."""

    text: bytes
    signatures: tuple[SignatureLine, ...]


def parse_note(data: bytes) -> Note:
    """Return the note that bytes spell; checks no signature."""
    if len(data) > MAX_NOTE_BYTES:
        raise Malformed("note too long")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("note is not UTF-8") from None
    if any(c < " " and c != "\n" for c in text):
        raise Malformed("note with a control character")
    cut = text.rfind("\n\n")
    if cut < 0 or not text.endswith("\n"):
        raise Malformed("note without signatures")
    lines = text[cut + 2 : -1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise Malformed("note with too many signatures")
    return Note(text=text[: cut + 1].encode(), signatures=tuple(map(_parse_signature, lines)))


def _parse_signature(line: str) -> SignatureLine:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—" or not _is_key_name(parts[1]):
        raise Malformed("malformed signature line")
    data = decode_base64(parts[2])
    if len(data) < 5:
        raise Malformed("signature too short")
    return SignatureLine(name=parts[1], key_id=data[:4], blob=data[4:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a checkpoint says, and the note that says it."""

    origin: str
    size: int
    root: bytes
    note: Note


def parse_checkpoint(data: bytes) -> Checkpoint:
    """Return the checkpoint that bytes spell; checks no signature."""
    return _checkpoint_in(parse_note(data))


def _checkpoint_in(note: Note) -> Checkpoint:
    lines = note.text.decode().split("\n")[:-1]
    if len(lines) < 3 or not all(lines):
        raise Malformed("checkpoint without origin, size and root")
    if len(lines) > 3:
        # docs/formats.md, section 1: one tree has one text to sign, and to anchor
        raise Malformed("checkpoint with extension lines")
    size, root = parse_decimal(lines[1]), decode_base64(lines[2])
    if len(root) != HASH_BYTES:
        raise Malformed("root that is not 32 bytes")
    if size == 0 and root != EMPTY_ROOT:
        raise Malformed("root of the empty tree is not the hash of nothing")
    return Checkpoint(origin=lines[0], size=size, root=root, note=note)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyVerdict:
    """What a note holds by one key: its lines, whether all are valid, the times of its cosignatures if they are.

    A line by ML-DSA-44 with the time 0 is valid and states no time.
    """

    lines: int
    valid: bool
    times: tuple[int, ...]


def verify_key(note: Note, key: VerifierKey) -> KeyVerdict:
    """Check every line of a note that bears the key's name and id; an unknown type is never valid."""
    lines = [line for line in note.signatures if line.name == key.name and line.key_id == key.key_id]
    times: list[int] = []
    valid = bool(lines)
    for line in lines:
        if key.kind == SIGNATURE:
            valid = valid and is_signature(key.public_key, note.text, line.blob)
        elif key.kind in (COSIGNATURE, ML_DSA) and len(line.blob) > _TIME_BYTES:
            time = int.from_bytes(line.blob[:_TIME_BYTES], "big")
            valid = valid and time <= MAX_SIZE and _is_cosignature(note, key, time, line.blob[_TIME_BYTES:])
            if time or key.kind == COSIGNATURE:
                times.append(time)
        else:
            valid = False
    return KeyVerdict(lines=len(lines), valid=valid, times=tuple(times) if valid else ())


def _is_cosignature(note: Note, key: VerifierKey, time: int, signature: bytes) -> bool:
    if key.kind == COSIGNATURE:
        message = b"cosignature/v1\ntime " + str(time).encode() + b"\n" + note.text
        return is_signature(key.public_key, message, signature)
    try:
        message = cosigned_message(_checkpoint_in(note), key.name, time)
    except Malformed:
        return False
    return ml_dsa.is_signature(key.public_key, message, signature)


def cosigned_message(checkpoint: Checkpoint, name: str, time: int) -> bytes:
    """Return what the ML-DSA-44 key of a name signs of a checkpoint at a time (tlog-cosignature, range [0, size)).

    Raise Malformed where name or origin are too long to be encoded.
    """
    cosigner, origin = name.encode(), checkpoint.origin.encode()
    if max(len(cosigner), len(origin)) > MAX_NAME_BYTES:
        raise Malformed(f"name longer than {MAX_NAME_BYTES} bytes")
    # label || b(cosigner,1) || b(time,8) || b(origin,1) || b(start,8) || b(end,8) || root, each name with its length
    parts = (
        *(b"subtree/v1\n\x00", bytes([len(cosigner)]), cosigner, time.to_bytes(8, "big")),
        *(bytes([len(origin)]), origin, bytes(8), checkpoint.size.to_bytes(8, "big"), checkpoint.root),
    )
    return b"".join(parts)
