"""Statements: the leaves of the log. Somebody says something of a kind, within a scope, and signs it.

Spec: RFC 8032 (Ed25519, strictly as in `evote.ed25519`); RFC 8785 (canonical JSON); the format is ours.

Idea: the leaf is small and says who, what kind, where and the payload's hash; the payload lies beside it. One rule of
authenticity serves every author, and a payload may one day be erased without touching the log.

Invariants: `encode_statement(decode_statement(b)) == b` for every accepted b; the signature covers every other field
under a domain tag. What the kinds mean, who may write which and what a payload holds is not known here.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NoReturn

from evote import canonical_json, ed25519
from evote.ed25519 import SigningKey
from evote.errors import EncodingError, VerificationError

MAXIMUM_STATEMENT_BYTES: Final = 1024
MAXIMUM_KIND_LENGTH: Final = 40
SIGNATURE_DOMAIN: Final = b"evote/statement/1\x00"

_KIND: Final = re.compile(r"[a-z]+(\.[a-z][a-z-]*)+")
_HEX: Final = re.compile(r"[0-9a-f]*")
# The canonical JSON of a statement, which is the only one there is.
_LEAF: Final = re.compile(
    rb'\{"author":"([0-9a-f]{64})","kind":"([a-z.-]{1,40})","payload":"([0-9a-f]{64})","scope":"([0-9a-f]{64})",'
    rb'"signature":"([0-9a-f]{128})"\}'
)
_HEX_DIGITS: Final = {"author": 64, "payload": 64, "scope": 64, "signature": 128}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A leaf: author (Ed25519 public key), kind, SHA-256 of the payload, scope (32 bytes), signature (64 bytes)."""

    author: bytes
    kind: str
    payload_hash: bytes
    scope: bytes
    signature: bytes


def sign_statement(key: SigningKey, *, kind: str, scope: bytes, payload: bytes) -> Statement:
    """Return the statement of `kind` that `key` makes about a payload, within a scope of 32 bytes.

    Raise EncodingError `statement.bad_kind` or `.bad_width`.
    """
    unsigned = Statement(
        author=key.public_key, kind=kind, payload_hash=sha256(payload).digest(), scope=scope, signature=bytes(64)
    )
    return Statement(
        author=unsigned.author,
        kind=unsigned.kind,
        payload_hash=unsigned.payload_hash,
        scope=unsigned.scope,
        signature=key.sign(_signed_message(unsigned)),
    )


def encode_statement(statement: Statement) -> bytes:
    """Return the leaf's bytes; raise EncodingError `statement.bad_kind` or `.bad_width`."""
    return canonical_json.encode(_unsigned_object(statement) | {"signature": statement.signature.hex()})


def decode_statement(data: bytes) -> Statement:
    """Return the statement of a leaf; neither signature nor payload is verified.

    Raise EncodingError `encoding.*` (not canonical JSON, or more than 1024 bytes), `statement.bad_fields`,
    `.bad_kind` or `.bad_hex`.
    """
    if match := _LEAF.fullmatch(data):
        author, kind, payload, scope, signature = (part.decode("ascii") for part in match.groups())
        return Statement(
            author=bytes.fromhex(author),
            kind=_check_kind(kind),
            payload_hash=bytes.fromhex(payload),
            scope=bytes.fromhex(scope),
            signature=bytes.fromhex(signature),
        )
    # Not in the one form: say why.
    value = canonical_json.decode(data, maximum_bytes=MAXIMUM_STATEMENT_BYTES)
    if set(value) != {"author", "kind", "payload", "scope", "signature"}:
        _refuse("bad_fields", "a statement has exactly the fields author, kind, payload, scope and signature")
    return Statement(
        author=_decode_hex(value, "author"),
        kind=_check_kind(value["kind"]),
        payload_hash=_decode_hex(value, "payload"),
        scope=_decode_hex(value, "scope"),
        signature=_decode_hex(value, "signature"),
    )


def verify_statement(statement: Statement, payload: bytes) -> None:
    """Verify that the payload is the one stated and that the author signed the statement.

    Raise VerificationError `statement.payload_mismatch` or `signature.*`. Who the author is and whether they may make
    this statement is the caller's to check.
    """
    computed = sha256(payload).digest()
    if not hmac.compare_digest(computed, statement.payload_hash):
        raise VerificationError(
            "statement.payload_mismatch",
            f"the payload hashes to {computed.hex()}, not {statement.payload_hash.hex()} as stated",
        )
    verify_statement_signature(statement)


def verify_statement_signature(statement: Statement) -> None:
    """Verify the author's signature alone, for a payload that is verified elsewhere or erased; errors `signature.*`."""
    ed25519.verify(statement.author, _signed_message(statement), statement.signature)


def _signed_message(statement: Statement) -> bytes:
    # "evote/statement/1" || 0x00 || canonical JSON of the statement without its signature
    return SIGNATURE_DOMAIN + canonical_json.encode(_unsigned_object(statement))


def _unsigned_object(statement: Statement) -> canonical_json.JsonObject:
    widths = (len(statement.author), len(statement.payload_hash), len(statement.scope), len(statement.signature))
    if widths != (32, 32, 32, 64):
        _refuse("bad_width", "author, payload hash, scope and signature have 32, 32, 32 and 64 bytes")
    return {
        "author": statement.author.hex(),
        "kind": _check_kind(statement.kind),
        "payload": statement.payload_hash.hex(),
        "scope": statement.scope.hex(),
    }


def _check_kind(kind: object) -> str:
    if not isinstance(kind, str) or len(kind) > MAXIMUM_KIND_LENGTH or not _KIND.fullmatch(kind):
        _refuse("bad_kind", "a kind is lower-case words joined by dots and hyphens, at most 40 characters")
    return kind


def _decode_hex(value: canonical_json.JsonObject, name: str) -> bytes:
    text, digits = value[name], _HEX_DIGITS[name]
    if not isinstance(text, str) or len(text) != digits or not _HEX.fullmatch(text):
        _refuse("bad_hex", f"the field {name} is {digits} lower-case hexadecimal digits")
    return bytes.fromhex(text)


def _refuse(rule: str, message: str) -> NoReturn:
    raise EncodingError(f"statement.{rule}", message)
