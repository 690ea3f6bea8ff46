"""Canonical JSON: what is read, what is refused, what is written."""

import pytest

from verifier.canonical_json import encode, is_text, read
from verifier.errors import Malformed
from verifier.schema import PAYLOADS, decode_payload
from verifier.statement import is_lower_hex


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"1.0",
        b"1e2",
        b"NaN",
        b"Infinity",
        b'{"a":1,"a":2}',
        b"9007199254740992",
        b"-9007199254740992",
        b"9" * 10_000,
        b"[" * 100_000,
        b"\xef\xbb\xbf{}",
        b'"\xff"',
        b'"\x01"',
        b"{} {}",
    ],
)
def test_not_json_of_ours(data: bytes) -> None:
    """Show that none of these has a meaning."""
    with pytest.raises(Malformed):
        read(data)


@pytest.mark.parametrize(
    "data", [b" {}", b'{"b":1,"a":2}', b'{"a": 1}', b'"\\u0041"', b'"\\/"', b"-0", b'"\\u00E9"', b"{}\n"]
)
def test_spellings_that_are_not_canonical(data: bytes) -> None:
    """Show that each of these can be read and is not its own canonical form."""
    assert encode(read(data)) != data


@pytest.mark.parametrize("data", ['"e\u0301"'.encode(), b'"\\ud800"', b"null", '{"e\u0301":1}'.encode()])
def test_values_without_a_canonical_form(data: bytes) -> None:
    """Show that strings outside NFC, lone surrogates and null can be read and never written."""
    value = read(data)
    with pytest.raises(Malformed):
        encode(value)


def test_canonical_form() -> None:
    """Show key order by UTF-16 code units (RFC 8785, 3.2.3), minimal escapes, and that encode inverts read."""
    data = '{"a":[1,-2,{}],"b":"\\b\\t\\n\\f\\r\\u0001\\"\\\\/","c":"한국"}'.encode()
    assert encode(read(data)) == data
    # the code point of the second key is smaller than that of the first, its UTF-16 code unit larger
    assert encode({"\uff5e": 1, "😀": 2, "ö": 3, "1": 4}) == '{"1":4,"ö":3,"😀":2,"\uff5e":1}'.encode()


def test_text_has_utf_8() -> None:
    """Show that lone surrogates are no text."""
    assert is_text("한국")
    assert not is_text("\ud800")
    assert not is_text(5)


@pytest.mark.parametrize("kind", sorted(PAYLOADS))
def test_every_kind_refuses_what_is_no_object_of_its_fields(kind: str) -> None:
    """Show that no kind accepts nothing, a list, or an object without its fields."""
    for data in (b"{}", b"[]", b"1", b'{"x":1}'):
        decoded = decode_payload(kind, data)
        assert decoded.value is None
        assert decoded.problems


def test_problems_of_spelling_leave_a_value() -> None:
    """Show which problems of form leave fields that other rows can judge, and which do not."""
    right = b'{"h_e":"' + b"ab" * 32 + b'"}'
    assert decode_payload("election.close", right).problems == ()
    for data in (right + b" ", right.replace(b"ab", b"AB"), right[:-1] + b',"x":1}'):
        decoded = decode_payload("election.close", data)
        assert decoded.problems
        assert decoded.value == {"h_e": "ab" * 32}
    for data in (right.replace(b"ab", b"g0"), right.replace(b'ab"', b'"'), right.replace(b"h_e", b"h_f")):
        assert decode_payload("election.close", data).value is None
    # null has no canonical form, wherever it stands
    unknown = decode_payload("election.close", right[:-1] + b',"x":[null]}')
    assert unknown.problems == ("payload has an unknown key", "value of type NoneType")
    huge = b'{"h_e":"' + b"a" * (4 << 20) + b'"}'
    assert decode_payload("election.close", huge).problems == ("longer than 4 MiB",)


@pytest.mark.parametrize(
    "digits", ["ab" * 31 + " a", "ab" * 31 + " \t", " " + "ab" * 31 + "a", "ab" * 31 + "\uff11a", "0x" * 32]
)
def test_what_is_no_hexadecimal_number(digits: str) -> None:
    """Show that white space, digits of other scripts and prefixes are refused at the right length."""
    assert len(digits) == 64
    assert not is_lower_hex(digits)
    assert decode_payload("election.close", encode({"h_e": digits})).value is None


def test_lower_case_only() -> None:
    """Show that upper case is no lower-case hexadecimal number, and in a payload a problem that leaves a value."""
    assert is_lower_hex("ab09" * 16)
    assert not is_lower_hex("ab09" * 15 + "aB09")
    assert decode_payload("election.close", encode({"h_e": "ab09" * 15 + "aB09"})).problems == (
        "h_e has upper-case digits",
    )
