"""Note keys: a name, a signature type and a public key, with their text forms.

Spec: C2SP signed-note v1.0.0 ("Signatures", "Verifier keys"); tlog-cosignature v1.1.0-rc.1 (types 0x04 and 0x06);
golang.org/x/mod/sumdb/note (private-key text, a convention).

Idea: a verifier key's text states its key ID, name and key together, so a slip of the pen is noticed when it is read.

Invariants: names have 1..255 bytes without white space and plus sign; a stated key ID is always compared with the
computed one; a text form has one spelling. That a public key is a good one is left to the signature check.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NoReturn

from evote import ed25519
from evote.ed25519 import SigningKey
from evote.errors import EncodingError
from evote.log.encoding import decode_base64, encode_base64

ED25519: Final = 0x01
COSIGNATURE_ED25519: Final = 0x04
COSIGNATURE_ML_DSA_44: Final = 0x06

PUBLIC_KEY_BYTES: Final = {ED25519: 32, COSIGNATURE_ED25519: 32, COSIGNATURE_ML_DSA_44: 1312}
MAXIMUM_NAME_BYTES: Final = 255
KEY_ID_BYTES: Final = 4

_PRIVATE_KEY_START: Final = "PRIVATE+KEY+"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public key with its name and signature type; `key_id` is a hint for finding it, not a hash to rely on."""

    name: str
    algorithm: int
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name || 0x0A || algorithm || public key)."""
        # key ID = SHA-256(key name || 0x0A || signature type || public key)[:4] (signed-note, "Signatures")
        material = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public_key
        return sha256(material).digest()[:KEY_ID_BYTES]


def parse_verifier_key(text: str) -> VerifierKey:
    """Return the key of a vkey text `name+hex8+base64(type || public key)`.

    Raise EncodingError `key.malformed`, `key.unknown_algorithm`, `key.bad_width`, `key.wrong_id`, `key.bad_name` or
    `encoding.not_base64`.
    """
    fields = text.split("+", 2)
    if len(fields) != 3:
        _refuse("malformed", "a verifier key is a name, a key ID and base64, joined by plus signs")
    name, key_id, encoded = fields
    check_name(name)
    material = decode_base64(encoded, "the verifier key")
    if not material or material[0] not in PUBLIC_KEY_BYTES:
        _refuse("unknown_algorithm", f"key {name} is of a type other than 0x01, 0x04 and 0x06")
    key = VerifierKey(name=name, algorithm=material[0], public_key=material[1:])
    if len(key.public_key) != PUBLIC_KEY_BYTES[key.algorithm]:
        _refuse("bad_width", f"key {name} of type {key.algorithm:#04x} has {len(key.public_key)} bytes")
    if key.key_id.hex() != key_id:
        _refuse("wrong_id", f"key {name} has key ID {key.key_id.hex()}, not the one it states")
    return key


def format_verifier_key(key: VerifierKey) -> str:
    """Return the vkey text of a public key."""
    return f"{key.name}+{key.key_id.hex()}+{encode_base64(bytes([key.algorithm]) + key.public_key)}"


def parse_private_key(text: str) -> tuple[VerifierKey, SigningKey]:
    """Return the key pair of `PRIVATE+KEY+name+hex8+base64(type || seed)`, type 0x01 or 0x04 (Go's convention).

    Raise EncodingError as `parse_verifier_key`; no message holds a part of the secret text.
    """
    fields = text.removeprefix(_PRIVATE_KEY_START).split("+", 2)
    if not text.startswith(_PRIVATE_KEY_START) or len(fields) != 3:
        _refuse("malformed", "a private key is PRIVATE+KEY, a name, a key ID and base64, joined by plus signs")
    name, key_id, encoded = fields
    check_name(name)
    material = decode_base64(encoded, "the private key")
    if not material or material[0] not in (ED25519, COSIGNATURE_ED25519):
        _refuse("unknown_algorithm", "the private key is of a type other than 0x01 and 0x04")
    if len(material) != 1 + ed25519.SEED_BYTES:
        _refuse("bad_width", f"the private key has {len(material) - 1} bytes, not {ed25519.SEED_BYTES}")
    signing_key = SigningKey(material[1:])
    key = VerifierKey(name=name, algorithm=material[0], public_key=signing_key.public_key)
    if key.key_id.hex() != key_id:
        _refuse("wrong_id", f"the private key of {name} has key ID {key.key_id.hex()}, not the one it states")
    return key, signing_key


def format_private_key(key: VerifierKey, signing_key: SigningKey) -> str:
    """Return the secret text form of an Ed25519 key pair; ValueError where the two do not belong together."""
    if key.public_key != signing_key.public_key or key.algorithm not in (ED25519, COSIGNATURE_ED25519):
        raise ValueError("the verifier key is not the Ed25519 public key of the signing key")
    encoded = encode_base64(bytes([key.algorithm]) + signing_key.expose())
    return f"{_PRIVATE_KEY_START}{key.name}+{key.key_id.hex()}+{encoded}"


def check_name(name: str) -> None:
    """Raise EncodingError `key.bad_name` unless `name` may name a key."""
    if not name or "+" in name or any(character.isspace() or character < " " for character in name):
        _refuse("bad_name", "a key name is not empty and has no white space and no plus sign")
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        _refuse("bad_name", "a key name is valid Unicode")
    if length > MAXIMUM_NAME_BYTES:
        _refuse("bad_name", f"a key name of {length} bytes; at most {MAXIMUM_NAME_BYTES}")


def _refuse(rule: str, message: str) -> NoReturn:
    raise EncodingError(f"key.{rule}", message)
