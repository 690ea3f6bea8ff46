"""Entries of the log: the form of a statement, and what its signature covers.

*Spec*: docs/protocol.md, section 3; docs/formats.md, section 2.
"""

import re
from dataclasses import dataclass
from typing import Any

from verifier.canonical_json import encode, is_text, read
from verifier.ed25519 import is_signature
from verifier.errors import Malformed

MAX_ENTRY_BYTES = 1024
MAX_PAYLOAD_BYTES = 4 << 20
_WIDTHS = {"author": 64, "payload": 64, "scope": 64, "signature": 128}
_MEMBERS = sorted((*_WIDTHS, "kind"))
MAX_KIND = 40
_KIND = re.compile(r"[a-z]+(\.[a-z][a-z-]*)+", re.ASCII)


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
            message = b"evote/statement/1" + b"\x00" + (_plain(signed) if _is_kind(self.kind) else encode(signed))
        except Malformed:
            return False
        return is_signature(self.author, message, self.signature)


def is_lower_hex(text: str) -> bool:
    """Say whether a text is lower-case hexadecimal digits, two for each byte."""
    # faster than a regular expression; decoding passes over white space and upper case, encoding again does not
    try:
        return bytes.fromhex(text).hex() == text
    except ValueError:
        return False


def parse_statement(entry: bytes) -> Statement:
    """Return the statement that an entry means; raise Malformed where it means none."""
    value = read(entry)
    if not isinstance(value, dict) or value.keys() != {*_WIDTHS, "kind"} or not is_text(value["kind"]):
        raise Malformed("entry without exactly author, kind, payload, scope and signature")
    for name, width in _WIDTHS.items():
        if not isinstance(value[name], str) or len(value[name]) != width or not is_lower_hex(value[name]):
            raise Malformed(f"{name} is not {width} lower-case hexadecimal digits")
    return Statement(
        author=bytes.fromhex(value["author"]),
        kind=value["kind"],
        payload=bytes.fromhex(value["payload"]),
        scope=bytes.fromhex(value["scope"]),
        signature=bytes.fromhex(value["signature"]),
        problem=_form_problem(entry, value),
    )


def _form_problem(entry: bytes, value: dict[str, Any]) -> str:
    if len(entry) > MAX_ENTRY_BYTES:
        return f"longer than {MAX_ENTRY_BYTES} bytes"
    if not _is_kind(value["kind"]):
        return "its kind is not of the form of section 3"
    return "" if _plain({name: value[name] for name in _MEMBERS}) == entry else "not canonical JSON"


def _plain(texts: dict[str, str]) -> bytes:
    """Return the canonical form of texts in the order of their names, all hexadecimal or kinds: nothing to escape."""
    return ("{" + ",".join([f'"{name}":"{text}"' for name, text in texts.items()]) + "}").encode("ascii")


def _is_kind(kind: str) -> bool:
    return len(kind) <= MAX_KIND and bool(_KIND.fullmatch(kind))


def shown_kind(kind: str) -> str:
    """Return a kind for a report; what is not of the form of section 3 is not repeated."""
    return kind if _is_kind(kind) else "unknown kind"
