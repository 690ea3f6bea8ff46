"""Canonical JSON: one value, one sequence of bytes.

Spec: RFC 8785 restricted to objects, arrays, strings, booleans and integers of magnitude < 2^53; keys are
printable ASCII, strings are Unicode NFC. No null, no fractions, no exponents.

Idea: parse strictly, encode again, compare. Whatever the encoder would not have written is refused, so
`encode(decode(b)) == b` for every accepted b and nobody re-serialises to check a hash.

Invariants: the size is checked before parsing; duplicate keys never overwrite; nesting is bounded.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Any, Final, NoReturn, cast

from evote.errors import EncodingError

TYPE_NAMES = {dict: "object", list: "array", str: "string", int: "integer", bool: "boolean"}

MAXIMUM_DEPTH = 16
MAXIMUM_INTEGER = 2**53 - 1

# A JSON value of the accepted subset. `Any` inside containers: mypy can't express recursive narrowing cheaply.
JsonObject = dict[str, Any]


def encode(value: JsonObject) -> bytes:
    """Return the canonical bytes of an object; raise EncodingError where a value is outside the subset."""
    _check_top_level(value)
    if not _is_plain(value, 0):
        _check(value, "$", 0)
    return _ENCODER.encode(value).encode()


def decode(data: bytes, *, maximum_bytes: int) -> JsonObject:
    """Return the object that `data` encodes canonically.

    Raise EncodingError `encoding.too_long`, `.not_utf8`, `.not_json`, `.duplicate_key`, `.bad_value`,
    `.not_nfc`, `.too_deep` or `.not_canonical`.
    """
    if len(data) > maximum_bytes:
        _refuse("too_long", f"{len(data)} bytes where at most {maximum_bytes} are allowed")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse("not_utf8", f"byte {error.start} is not UTF-8")
    try:
        value = _DECODER.decode(text)
    except (json.JSONDecodeError, RecursionError) as error:
        _refuse("not_json", f"not JSON: {error}")
    if encode(value) != data:
        _refuse("not_canonical", "valid JSON, but not in canonical form (RFC 8785: sorted keys, no white space)")
    return cast(JsonObject, value)


def _check_top_level(value: object) -> None:
    if not isinstance(value, dict):
        _refuse("bad_value", f"the top level is {_name(value)}, not an object")


def _is_plain(value: object, depth: int) -> bool:
    """Say that a value is of the subset; what is not plainly so, `_check` judges, which knows the place."""
    if depth > MAXIMUM_DEPTH:
        return False
    kind = type(value)
    if kind is str:
        return cast(str, value).isascii()
    if kind is dict:
        for key, item in cast(dict[object, object], value).items():
            if not (type(key) is str and key.isascii() and key.isprintable() and _is_plain(item, depth + 1)):
                return False
        return True
    if kind is list or kind is tuple:
        for item in cast(list[object], value):  # noqa: SIM110  # 2026-11-22: a generator costs a third more
            if not _is_plain(item, depth + 1):
                return False
        return True
    return kind is bool or (kind is int and abs(cast(int, value)) <= MAXIMUM_INTEGER)


def _check(value: object, place: str, depth: int) -> None:
    if depth > MAXIMUM_DEPTH:
        _refuse("too_deep", f"{place} is nested deeper than {MAXIMUM_DEPTH} levels")
    match value:
        case bool():
            return
        case int():
            if abs(value) > MAXIMUM_INTEGER:
                _refuse("bad_value", f"{place} is an integer beyond 2^53 - 1")
        case str():
            _check_text(value, place)
        case dict():
            for key, item in value.items():
                if not isinstance(key, str) or not key.isascii() or not key.isprintable():
                    _refuse("bad_value", f"{place} has a key that is not printable ASCII")
                _check(item, f"{place}.{key}", depth + 1)
        case list() | tuple():
            for index, item in enumerate(value):
                _check(item, f"{place}[{index}]", depth + 1)
        case _:
            _refuse("bad_value", f"{place} is {_name(value)}; only objects, arrays, strings, integers and booleans")


def _check_text(value: str, place: str) -> None:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        _refuse("bad_value", f"{place} holds a lone surrogate")
    if not unicodedata.is_normalized("NFC", value):
        _refuse("not_nfc", f"{place} is not in Unicode normal form NFC (a Hangul name typed on a Mac, perhaps)")


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for index, key in enumerate(keys) if key in keys[:index])
        _refuse("duplicate_key", f"key {twice!r} stands twice in one object")
    return result


def _integer(text: str) -> int:
    if len(text) > 17:
        _refuse("bad_value", "an integer beyond 2^53 - 1")
    return int(text)


def _no_float(text: str) -> NoReturn:
    _refuse("bad_value", f"{text[:32]} is not an integer")


def _name(value: object) -> str:
    return TYPE_NAMES.get(type(value), "null" if value is None else type(value).__name__)


def _refuse(rule: str, message: str) -> NoReturn:
    raise EncodingError(f"encoding.{rule}", message)


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_distinct, parse_float=_no_float, parse_int=_integer, parse_constant=_no_float
)
