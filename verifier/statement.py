"""Entries of the log: the form of a statement, and what its signature covers.

*Spec*: docs/protocol.md, section 3; docs/formats.md, section 2.
"""

import re
from dataclasses import dataclass

from verifier.canonical_json import encode, is_text, read
from verifier.ed25519 import is_signature
from verifier.errors import Malformed

MAX_ENTRY_BYTES = 1024
MAX_PAYLOAD_BYTES = 4 << 20
_WIDTHS = {"author": 64, "payload": 64, "scope": 64, "signature": 128}
_HEX = re.compile("[0-9a-f]*", re.ASCII)
_PLAIN_KIND = re.compile(r"[a-z]+(\.[a-z]+)*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One entry's content; ``problem`` says what is wrong with its form although its meaning is clear."""

    author: bytes
    kind: str
    payload: bytes
    scope: bytes
    signature: bytes
    problem: str

    def is_signed(self) -> bool:
        """Say whether the author signed the statement (section 2.2)."""
        signed = {
            "author": self.author.hex(),
            "kind": self.kind,
            "payload": self.payload.hex(),
            "scope": self.scope.hex(),
        }
        try:
            message = b"evote/statement/1" + b"\x00" + encode(signed)
        except Malformed:
            return False
        return is_signature(self.author, message, self.signature)


def parse_statement(entry: bytes) -> Statement:
    """Return the statement that an entry means; raise Malformed where it means none."""
    value = read(entry)
    if not isinstance(value, dict) or value.keys() != {*_WIDTHS, "kind"} or not is_text(value["kind"]):
        raise Malformed("entry without exactly author, kind, payload, scope and signature")
    for name, width in _WIDTHS.items():
        if not isinstance(value[name], str) or len(value[name]) != width or not _HEX.fullmatch(value[name]):
            raise Malformed(f"{name} is not {width} lower-case hexadecimal digits")
    return Statement(
        author=bytes.fromhex(value["author"]),
        kind=value["kind"],
        payload=bytes.fromhex(value["payload"]),
        scope=bytes.fromhex(value["scope"]),
        signature=bytes.fromhex(value["signature"]),
        problem=_form_problem(entry, value),
    )


def _form_problem(entry: bytes, value: object) -> str:
    if len(entry) > MAX_ENTRY_BYTES:
        return f"longer than {MAX_ENTRY_BYTES} bytes"
    try:
        return "" if encode(value) == entry else "not canonical JSON"
    except Malformed as error:
        return str(error)


def shown_kind(kind: str) -> str:
    """Return a kind for a report; what is no plain word of ours is not repeated."""
    return kind if len(kind) <= 40 and _PLAIN_KIND.fullmatch(kind) else "unknown kind"
