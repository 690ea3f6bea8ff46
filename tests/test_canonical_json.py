"""Canonical JSON: known spellings, every rule broken alone, and the one-encoding property."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote import canonical_json
from evote.canonical_json import MAXIMUM_DEPTH, MAXIMUM_INTEGER
from evote.errors import EncodingError

KEYS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=6)
LEAVES = st.booleans() | st.integers(-MAXIMUM_INTEGER, MAXIMUM_INTEGER) | st.text(max_size=8)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=5)
ANYTHING = st.recursive(
    LEAVES | st.none() | st.floats() | st.integers() | st.binary(max_size=2) | st.text(st.characters(), max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
)


def refusal(action: Callable[[], object]) -> str:
    """Return the rule that an action breaks, or "" where it passes."""
    try:
        action()
    except EncodingError as error:
        return error.code.removeprefix("encoding.")
    return ""


def decode(data: bytes) -> dict[str, Any]:
    """Decode with a bound that does not matter."""
    return canonical_json.decode(data, maximum_bytes=100_000)


def nested(depth: int) -> bytes:
    """Return an object whose deepest value is `depth` levels below it."""
    return b'{"a":' + b"[" * (depth - 1) + b"1" + b"]" * (depth - 1) + b"}"


@pytest.mark.parametrize(
    ("value", "data"),
    [
        ({}, b"{}"),
        ({"b": 1, "a": True, "": "", "A": False}, b'{"":"","A":false,"a":true,"b":1}'),
        ({"n": [0, -1, MAXIMUM_INTEGER, -MAXIMUM_INTEGER]}, b'{"n":[0,-1,9007199254740991,-9007199254740991]}'),
        # RFC 8785 section 3.2.2.2: two-character escapes, lower-case \u00xx for other controls, all else as it is
        ({"s": '\b\t\n\f\r"\\/\x00\x1f\x7f'}, b'{"s":"\\b\\t\\n\\f\\r\\"\\\\/\\u0000\\u001f\x7f"}'),
        ({"s": "\u20ac\u2028\U0001f600\ud55c"}, '{"s":"\u20ac\u2028\U0001f600\ud55c"}'.encode()),
    ],
)
def test_known_spellings(value: dict[str, Any], data: bytes) -> None:
    """The encoder writes the bytes of RFC 8785, and the decoder reads them back."""
    assert canonical_json.encode(value) == data
    assert decode(data) == value


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b'{"a":"\xff"}', "not_utf8"),
        (b'{"a":"\xed\xa0\x80"}', "not_utf8"),
        (b"", "not_json"),
        (b"{", "not_json"),
        (b'{"a":1}{"a":1}', "not_json"),
        (b'\xef\xbb\xbf{"a":1}', "not_json"),
        (b'{"a":"\n"}', "not_json"),
        (b'{"a":01}', "not_json"),
        (b'{"a":1,}', "not_json"),
        (b"[" * 50_000, "not_json"),
        (b'{"a":1,"a":1}', "duplicate_key"),
        (b'{"a":[{"b":1,"c":2,"b":1}]}', "duplicate_key"),
        (b'{"a":1,"\\u0061":1}', "duplicate_key"),
        (b"[]", "bad_value"),
        (b"1", "bad_value"),
        (b'"a"', "bad_value"),
        (b'{"a":null}', "bad_value"),
        (b'{"a":1.0}', "bad_value"),
        (b'{"a":1e2}', "bad_value"),
        (b'{"a":NaN}', "bad_value"),
        (b'{"a":-Infinity}', "bad_value"),
        (b'{"a":9007199254740992}', "bad_value"),
        (b'{"a":-9007199254740992}', "bad_value"),
        (b'{"a":1' + b"0" * 5000 + b"}", "bad_value"),
        (b'{"a":"\\ud800"}', "bad_value"),
        ('{"\u00e9":1}'.encode(), "bad_value"),
        (b'{"\\n":1}', "bad_value"),
        ('{"a":"e\u0301"}'.encode(), "not_nfc"),
        ('{"a":"\u1112\u1161\u11ab"}'.encode(), "not_nfc"),
        (b'{"b":1,"a":1}', "not_canonical"),
        (b'{"a": 1}', "not_canonical"),
        (b'{"a":1}\n', "not_canonical"),
        (b'{"a":-0}', "not_canonical"),
        (b'{"a":"\\u0041"}', "not_canonical"),
        (b'{"a":"\\/"}', "not_canonical"),
        (b'{"a":"\\u000A"}', "not_canonical"),
        (b'{"a":"\\ud83d\\ude00"}', "not_canonical"),
    ],
)
def test_every_rule_is_refused_alone(data: bytes, rule: str) -> None:
    """Bytes that break one rule are refused with that rule's code."""
    assert refusal(lambda: decode(data)) == rule


def test_the_size_is_checked_before_anything_else() -> None:
    """One byte more than allowed is refused, even where it is no JSON at all."""
    assert decode(b'{"a":1}') == {"a": 1}
    assert refusal(lambda: canonical_json.decode(b'{"a":1}', maximum_bytes=6)) == "too_long"
    assert refusal(lambda: canonical_json.decode(b"\xff" * 7, maximum_bytes=6)) == "too_long"
    assert canonical_json.decode(b'{"a":1}', maximum_bytes=7) == {"a": 1}


def test_nesting_is_bounded_at_its_limit() -> None:
    """The deepest allowed value passes both ways, one level more is refused both ways."""
    assert decode(nested(MAXIMUM_DEPTH))
    assert refusal(lambda: decode(nested(MAXIMUM_DEPTH + 1))) == "too_deep"
    too_deep = json.loads(nested(MAXIMUM_DEPTH + 1))
    assert refusal(lambda: canonical_json.encode(too_deep)) == "too_deep"


@pytest.mark.parametrize(
    "value",
    [{"a": None}, {"a": 1.5}, {"a": b"x"}, {1: 2}, {"a": {"\n": 1}}, {"a": 2**53}, {"a": "\ud800"}, {"a": object()}],
)
def test_the_encoder_refuses_what_the_decoder_would(value: dict[str, Any]) -> None:
    """Values outside the subset can't be written either."""
    assert refusal(lambda: canonical_json.encode(value)) == "bad_value"


def test_the_top_level_is_an_object_both_ways() -> None:
    """A list, which the decoder refuses, can't be written either."""
    value: Any = [1, 2]
    assert refusal(lambda: canonical_json.encode(value)) == "bad_value"


def test_the_encoder_takes_tuples_for_arrays() -> None:
    """A tuple is written like a list."""
    assert canonical_json.encode({"a": (1, 2)}) == b'{"a":[1,2]}'


@given(OBJECTS)
def test_decoding_inverts_encoding(value: dict[str, Any]) -> None:
    """Whatever the encoder accepts the decoder reads back as the same value with the same types."""
    try:
        data = canonical_json.encode(value)
    except EncodingError:
        return
    decoded = decode(data)
    assert decoded == value
    assert json.dumps(decoded, sort_keys=True) == json.dumps(value, sort_keys=True)


@given(st.binary(max_size=64) | st.text('{}[]":,\\u0123456789abctrue-.eE \n', max_size=64).map(str.encode))
def test_only_encoding_errors_come_out_and_encoding_inverts_decoding(data: bytes) -> None:
    """For arbitrary bytes: either an EncodingError, or a value whose encoding is exactly these bytes."""
    try:
        value = decode(data)
    except EncodingError:
        return
    assert canonical_json.encode(value) == data


@given(OBJECTS, st.data())
def test_another_spelling_of_the_same_value_is_refused(value: dict[str, Any], data: st.DataObject) -> None:
    """White space and ASCII escapes spell the same value in other bytes; they are refused."""
    try:
        canonical = canonical_json.encode(value)
    except EncodingError:
        return
    spelling = json.dumps(value, sort_keys=True, ensure_ascii=data.draw(st.booleans())).encode()
    assert spelling == canonical or refusal(lambda: decode(spelling)) == "not_canonical"


@given(ANYTHING, st.sampled_from([0, MAXIMUM_DEPTH - 1, MAXIMUM_DEPTH, MAXIMUM_DEPTH + 1]))
def test_the_quick_look_overrules_nobody(value: object, depth: int) -> None:
    """What the encoder takes for plain without knowing a place, the full check accepts too."""
    if canonical_json._is_plain(value, depth):
        assert refusal(lambda: canonical_json._check(value, "$", depth)) == ""
