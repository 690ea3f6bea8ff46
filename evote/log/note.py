"""Signed notes: a text, an empty line, and signature lines by named keys.

Spec: C2SP signed-note v1.0.0; limits as golang.org/x/mod/sumdb/note (at most 100 signature lines).

Idea: a reader configures the keys it knows. Lines by unknown keys are ignored, a wrong line by a known key spoils the
whole note, and a note without a line by a known key is worth nothing. What a signature covers depends on its type
byte, so verifiers and signers are small objects behind two protocols; this file has the plain Ed25519 ones (0x01).

Invariants: `encode_note(decode_note(b)) == b` for every accepted b; base64 is canonical; the text before the last empty
line is what is signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn, Protocol

from evote import ed25519
from evote.ed25519 import SigningKey
from evote.errors import EncodingError, VerificationError
from evote.log.encoding import decode_base64, encode_base64
from evote.log.key import ED25519, KEY_ID_BYTES, VerifierKey, check_name

MAXIMUM_NOTE_BYTES: Final = 1_000_000
MAXIMUM_SIGNATURES: Final = 100

_LINE_START: Final = "\N{EM DASH} "
_CONTROL_CHARACTER: Final = re.compile("[\\x00-\\x09\\x0b-\\x1f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line: key name, 4-byte key ID, and the algorithm's own bytes (at least one)."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text ending in a newline, and the signature lines under it; nothing of it verified."""

    text: str
    signatures: tuple[NoteSignature, ...]


class NoteVerifier(Protocol):
    """A known key: says whether a signature line's bytes are its signature of a note's text."""

    @property
    def key(self) -> VerifierKey:
        """The public key, with its name and key ID."""

    def verify(self, text: str, signature: bytes) -> None:
        """Return if `signature` (without the key ID) is right; raise VerificationError otherwise."""


class NoteSigner(Protocol):
    """A private key that signs a note's text."""

    @property
    def key(self) -> VerifierKey:
        """The public key, with its name and key ID."""

    def sign(self, text: str) -> bytes:
        """Return the signature line's bytes, without the key ID."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedSignature:
    """A signature line that verified, and the known key under which it did."""

    key: VerifierKey
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedNote:
    """A note that at least one known key signed; `verified` has the lines by known keys, in the note's order."""

    note: Note
    verified: tuple[VerifiedSignature, ...]


@dataclass(frozen=True, slots=True)
class Ed25519Verifier:
    """A key of type 0x01: Ed25519 over the note's text."""

    key: VerifierKey

    def verify(self, text: str, signature: bytes) -> None:
        """Verify with the strict rule of `evote.ed25519`; raise VerificationError `signature.*`."""
        ed25519.verify(self.key.public_key, text.encode(), signature)


@dataclass(frozen=True, slots=True)
class Ed25519Signer:
    """A private key of type 0x01."""

    name: str
    signing_key: SigningKey

    @property
    def key(self) -> VerifierKey:
        """The public key, with its name and key ID."""
        return VerifierKey(name=self.name, algorithm=ED25519, public_key=self.signing_key.public_key)

    def sign(self, text: str) -> bytes:
        """Return the 64-byte Ed25519 signature of the text."""
        return self.signing_key.sign(text.encode())


def decode_note(data: bytes) -> Note:
    """Return the note that `data` encodes; nothing is verified.

    Raise EncodingError `note.too_long`, `.not_utf8`, `.control_character`, `.no_signatures`, `.too_many_signatures`,
    `.bad_line`, `.bad_signature`, `key.bad_name` or `encoding.not_base64`.
    """
    if len(data) > MAXIMUM_NOTE_BYTES:
        _refuse("too_long", f"a note of {len(data)} bytes; at most {MAXIMUM_NOTE_BYTES} are read")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse("not_utf8", f"byte {error.start} of the note is not UTF-8")
    if found := _CONTROL_CHARACTER.search(whole):
        _refuse("control_character", f"the note holds the control character {found.group()!r}")
    # The text may hold empty lines; the last one ends it.
    boundary = whole.rfind("\n\n")
    if boundary < 0 or not whole.endswith("\n") or boundary + 2 == len(whole):
        _refuse("no_signatures", "a note is a text, an empty line and at least one signature line")
    lines = whole[boundary + 2 : -1].split("\n")
    if len(lines) > MAXIMUM_SIGNATURES:
        _refuse("too_many_signatures", f"{len(lines)} signature lines; at most {MAXIMUM_SIGNATURES} are read")
    return Note(text=whole[: boundary + 1], signatures=tuple(parse_signature_line(line) for line in lines))


def encode_note(note: Note) -> bytes:
    """Return the bytes of a note; raise EncodingError where it breaks a rule of `decode_note`."""
    lines = "".join(format_signature_line(item) + "\n" for item in note.signatures)
    try:
        data = f"{note.text}\n{lines}".encode()
    except UnicodeEncodeError:
        _refuse("not_utf8", "the note's text holds a lone surrogate")
    if decode_note(data) != note:
        _refuse("bad_line", "the note's text does not end in a newline")
    return data


def parse_signature_line(line: str) -> NoteSignature:
    """Return the signature of one line (without its newline); EncodingError as `decode_note`."""
    fields = line.removeprefix(_LINE_START).split(" ")
    if not line.startswith(_LINE_START) or len(fields) != 2:
        _refuse("bad_line", "a signature line is an em dash, a key name and a signature in base64, one space between")
    name, text = fields
    check_name(name)
    blob = decode_base64(text, "the signature line")
    if len(blob) <= KEY_ID_BYTES:
        _refuse("bad_signature", "a signature line holds a 4-byte key ID and at least one byte of signature")
    return NoteSignature(name=name, key_id=blob[:KEY_ID_BYTES], signature=blob[KEY_ID_BYTES:])


def format_signature_line(item: NoteSignature) -> str:
    """Return the line of a signature, without a newline; nothing is checked."""
    return f"{_LINE_START}{item.name} {encode_base64(item.key_id + item.signature)}"


def open_note(data: bytes, verifiers: Sequence[NoteVerifier]) -> OpenedNote:
    """Return the note with the lines that verified; unknown keys (by name and key ID) are ignored.

    Raise EncodingError as `decode_note`; VerificationError `note.ambiguous_key` (two of `verifiers` share name and key
    ID with a line), `signature.*` (a known key's line is wrong) or `note.not_signed` (no line by a known key).
    """
    note = decode_note(data)
    verified = []
    for item in note.signatures:
        known = [one for one in verifiers if (one.key.name, one.key.key_id) == (item.name, item.key_id)]
        if len(known) > 1:
            raise VerificationError("note.ambiguous_key", f"two known keys are named {item.name}+{item.key_id.hex()}")
        for verifier in known:
            verifier.verify(note.text, item.signature)
            verified.append(VerifiedSignature(key=verifier.key, signature=item.signature))
    if not verified:
        raise VerificationError("note.not_signed", "no signature by a known key")
    return OpenedNote(note=note, verified=tuple(verified))


def make_signature(text: str, signer: NoteSigner) -> NoteSignature:
    """Return a signer's signature line for a text."""
    return NoteSignature(name=signer.key.name, key_id=signer.key.key_id, signature=signer.sign(text))


def sign_note(text: str, signers: Iterable[NoteSigner]) -> bytes:
    """Return the note over `text` (ending in a newline) with one line by each signer; EncodingError if malformed."""
    return encode_note(Note(text=text, signatures=tuple(make_signature(text, signer) for signer in signers)))


def add_signatures(data: bytes, signatures: Iterable[NoteSignature]) -> bytes:
    """Return the note with further lines at its end; a line of the same name and key ID is replaced, not repeated."""
    note = decode_note(data)
    added = tuple(signatures)
    names = {(item.name, item.key_id) for item in added}
    kept = tuple(item for item in note.signatures if (item.name, item.key_id) not in names)
    return encode_note(Note(text=note.text, signatures=kept + added))


def _refuse(rule: str, message: str) -> NoReturn:
    raise EncodingError(f"note.{rule}", message)
