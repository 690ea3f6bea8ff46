"""Canonical JSON: read without trust, write in the one allowed form.

*Spec*: docs/protocol.md, section 3; RFC 8785 restricted to objects, arrays, NFC strings, booleans and integers
of magnitude < 2^53.

*Idea*: Reading and judging are two steps. ``read`` yields a value for anything whose meaning is beyond doubt;
``encode`` writes the canonical form of a value, so that comparing bytes finds every other spelling: white
space, key order, escapes, ``-0``, leading zeros.

*Invariants*: ``read`` ends for every input without recursion beyond the interpreter's limit and without
building huge integers. What ``encode`` writes does not depend on which of its two ways it takes.
"""

import json
import unicodedata
from collections.abc import Sequence
from typing import Any

from verifier.errors import Malformed

LIMIT = 1 << 53
_MAX_DIGITS = 16  # 2^53 has 16 digits


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > _MAX_DIGITS or abs(value := int(text)) >= LIMIT:
        raise Malformed("integer of magnitude 2^53 or more")
    return value


def _refuse(text: str) -> Any:
    raise Malformed(f"number or constant that is not an integer: {text[:20]!r}")


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise Malformed("duplicate key")
    return result


# what the format has in common with the library's writer: see ``encode``
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), sort_keys=True)
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_refuse, parse_constant=_refuse, strict=True
)


def read(data: bytes) -> Any:
    """Return the value that JSON text means; raise Malformed where it has none.

    Accepts spellings that are not canonical: whoever needs canonical bytes compares with ``encode``, which also
    refuses null.
    """
    try:
        text = data.decode("utf-8", errors="strict")
        value = _DECODER.decode(text)
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None
    except RecursionError:
        raise Malformed("nested too deeply") from None
    except ValueError:
        raise Malformed("not JSON") from None
    return value


def is_text(value: Any) -> bool:
    """Say whether a value is a string that has UTF-8 bytes (no lone surrogates)."""
    if not isinstance(value, str):
        return False
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def encode(value: Any) -> bytes:
    """Return the canonical bytes of a value; raise Malformed for a value that the format does not hold."""
    parts: list[str] = []
    try:
        # ASCII is in NFC, and its code points are ordered like its UTF-16 code units
        if _is_plain(value) and (text := _ENCODER.encode(value)).isascii():
            return text.encode("ascii")
        _write(value, parts)
        return "".join(parts).encode("utf-8", errors="strict")
    except UnicodeEncodeError:
        raise Malformed("lone surrogate in a string") from None
    except RecursionError:
        raise Malformed("nested too deeply") from None


def encode_read(value: Any) -> bytes:
    """Return the same for a value that came from ``read`` and is known to hold no null: only the format is left."""
    try:
        text = _ENCODER.encode(value)
    except RecursionError:
        raise Malformed("nested too deeply") from None
    return text.encode("ascii") if text.isascii() else encode(value)


def _is_plain(value: Any) -> bool:
    """Say whether a value holds nothing but the format's types, keys and integers."""
    kind = type(value)
    if kind is str or kind is bool:
        return True
    if kind is int:
        return bool(-LIMIT < value < LIMIT)
    if kind is dict:
        return all(type(key) is str for key in value) and all(map(_is_plain, value.values()))
    return kind is list and all(map(_is_plain, value))


def _sort_key(key: str) -> bytes:
    # RFC 8785, 3.2.3: keys are ordered by their UTF-16 code units.
    return key.encode("utf-16-be", errors="surrogatepass")


def _write(value: Any, parts: list[str]) -> None:
    if isinstance(value, str):
        if not value.isascii() and not unicodedata.is_normalized("NFC", value):
            raise Malformed("string that is not in NFC")
        parts.append(json.dumps(value, ensure_ascii=False))
    elif value is True or value is False:
        parts.append("true" if value else "false")
    elif isinstance(value, int):
        if abs(value) >= LIMIT:
            raise Malformed("integer of magnitude 2^53 or more")
        parts.append(str(value))
    elif isinstance(value, dict):
        separator = "{"
        for key in sorted(value, key=_sort_key):
            parts.append(separator)
            _write(key, parts)
            parts.append(":")
            _write(value[key], parts)
            separator = ","
        parts.append("}" if value else "{}")
    elif isinstance(value, list):
        separator = "["
        for item in value:
            parts.append(separator)
            _write(item, parts)
            separator = ","
        parts.append("]" if value else "[]")
    else:
        raise Malformed(f"value of type {type(value).__name__}")
