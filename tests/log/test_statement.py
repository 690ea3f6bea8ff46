"""Statements: the one encoding, the signature over every field, and every rule broken alone."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote import canonical_json, ed25519
from evote.ed25519 import SigningKey
from evote.errors import EncodingError
from evote.log.statement import (
    MAXIMUM_STATEMENT_BYTES,
    Statement,
    decode_statement,
    encode_statement,
    sign_statement,
    verify_statement,
    verify_statement_signature,
)
from tests.log.known import SEED, SIGNING_KEY, refusal

SCOPE = sha256(b"an election").digest()
PAYLOAD = b'{"a":1}'
STATEMENT = sign_statement(SIGNING_KEY, kind="ballot.cast", scope=SCOPE, payload=PAYLOAD)
ENCODED = encode_statement(STATEMENT)


def test_the_bytes_of_a_statement() -> None:
    """A statement is this JSON, byte for byte, and its signature is over this message."""
    unsigned = (
        f'"author":"03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8","kind":"ballot.cast",'
        f'"payload":"{sha256(PAYLOAD).hexdigest()}","scope":"{SCOPE.hex()}"'
    )
    signature = ed25519.sign(SEED, b"evote/statement/1\x00{" + unsigned.encode() + b"}")
    assert f'{{{unsigned},"signature":"{signature.hex()}"}}'.encode() == ENCODED
    assert len(ENCODED) <= MAXIMUM_STATEMENT_BYTES
    assert decode_statement(ENCODED) == STATEMENT
    verify_statement(STATEMENT, PAYLOAD)


def test_another_payload_is_refused() -> None:
    """The payload's hash is checked before the signature, with its own code."""
    assert refusal(verify_statement, STATEMENT, PAYLOAD + b" ") == "statement.payload_mismatch"
    assert refusal(verify_statement, STATEMENT, b"") == "statement.payload_mismatch"
    assert refusal(verify_statement, replace(STATEMENT, signature=bytes(64)), b"") == "statement.payload_mismatch"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "ballot.challenged"}, "signature.invalid"),
        ({"scope": bytes(32)}, "signature.invalid"),
        ({"author": SigningKey(bytes(32)).public_key}, "signature.invalid"),
        ({"signature": bytes(31) + b"\x02" + bytes(32)}, "signature.invalid"),
        ({"signature": STATEMENT.signature[:32] + b"\xff" * 32}, "signature.non_canonical"),
        ({"signature": b"\xff" * 32 + STATEMENT.signature[32:]}, "signature.non_canonical"),
        ({"author": b"\xff" * 32}, "signature.non_canonical_key"),
        ({"author": bytes(32)}, "signature.small_order"),
    ],
)
def test_every_field_is_signed(changes: dict[str, Any], code: str) -> None:
    """Any changed field spoils the signature, strictly verified."""
    assert refusal(verify_statement, replace(STATEMENT, **changes), PAYLOAD) == code
    assert refusal(verify_statement_signature, replace(STATEMENT, **changes)) == code


def test_the_payload_hash_is_signed() -> None:
    """A statement over another payload needs another signature."""
    other = replace(STATEMENT, payload_hash=sha256(b"other").digest())
    assert refusal(verify_statement, other, b"other") == "signature.invalid"


def test_the_domain_tag_is_signed() -> None:
    """A signature of the same JSON without the tag is no statement's."""
    message = canonical_json.encode(
        {k: v for k, v in canonical_json.decode(ENCODED, maximum_bytes=1024).items() if k != "signature"}
    )
    untagged = replace(STATEMENT, signature=SIGNING_KEY.sign(message))
    assert refusal(verify_statement_signature, untagged) == "signature.invalid"


@pytest.mark.parametrize("kind", ["ballot.cast", "trustee.key-share", "a.b", "a.b.c-d.e", "a.b-", "a." + "b" * 38])
def test_kinds(kind: str) -> None:
    """Words of lower-case letters joined by dots, with hyphens after the first, up to 40 characters."""
    statement = sign_statement(SIGNING_KEY, kind=kind, scope=SCOPE, payload=PAYLOAD)
    assert decode_statement(encode_statement(statement)).kind == kind


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "ballot",
        ".cast",
        "ballot.",
        "ballot..cast",
        "Ballot.cast",
        "ballot.cast1",
        "a-b.c",
        "a.-b",
        "a.b_c",
        "a.b\n",
        "a b.c",
        "a." + "b" * 39,
        "\u00e4.b",
    ],
)
def test_what_is_no_kind(kind: str) -> None:
    """Other spellings are refused when signing, writing and reading."""
    assert refusal(sign_statement, SIGNING_KEY, kind=kind, scope=SCOPE, payload=PAYLOAD) == "statement.bad_kind"
    assert refusal(encode_statement, replace(STATEMENT, kind=kind)) == "statement.bad_kind"
    assert refusal(decode_statement, changed(kind=kind)) == "statement.bad_kind"


def changed(**fields: object) -> bytes:
    """Return the statement's JSON with fields changed; None removes one."""
    value = canonical_json.decode(ENCODED, maximum_bytes=1024) | fields
    return canonical_json.encode({name: item for name, item in value.items() if item is not None})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "encoding.not_json"),
        (b"[]", "encoding.bad_value"),
        (b" " + ENCODED, "encoding.not_canonical"),
        (ENCODED + b"\n", "encoding.not_canonical"),
        (ENCODED.replace(b'"kind":', b'"kind": '), "encoding.not_canonical"),
        (ENCODED.replace(b'{"author"', b'{"author":"","author"'), "encoding.duplicate_key"),
        (changed(extra=1), "statement.bad_fields"),
        (changed(kind=None), "statement.bad_fields"),
        (changed(signature=None), "statement.bad_fields"),
        (changed(kind=1), "statement.bad_kind"),
        (changed(author=STATEMENT.author.hex().upper()), "statement.bad_hex"),
        (changed(author=STATEMENT.author.hex()[:-1]), "statement.bad_hex"),
        (changed(author=STATEMENT.author.hex() + "0"), "statement.bad_hex"),
        (changed(author="\u0660" * 64), "statement.bad_hex"),
        (changed(author=" " + STATEMENT.author.hex()[1:]), "statement.bad_hex"),
        (changed(author=[]), "statement.bad_hex"),
        (changed(payload="g" * 64), "statement.bad_hex"),
        (changed(payload=""), "statement.bad_hex"),
        (changed(scope=False), "statement.bad_hex"),
        (changed(signature=STATEMENT.signature.hex()[:64]), "statement.bad_hex"),
        (changed(extra="x" * 1024), "encoding.too_long"),
    ],
)
def test_each_rule_of_reading(data: bytes, code: str) -> None:
    """Each way a leaf can be malformed has its code."""
    assert refusal(decode_statement, data) == code


@pytest.mark.parametrize(
    "changes", [{"author": bytes(31)}, {"payload_hash": bytes(33)}, {"scope": b""}, {"signature": bytes(63)}]
)
def test_each_width(changes: dict[str, Any]) -> None:
    """Fields of another width are neither written nor verified."""
    assert refusal(encode_statement, replace(STATEMENT, **changes)) == "statement.bad_width"
    assert refusal(verify_statement_signature, replace(STATEMENT, **changes)) == "statement.bad_width"


def test_a_scope_has_32_bytes() -> None:
    """Nothing is signed within a scope of another width."""
    assert refusal(sign_statement, SIGNING_KEY, kind="a.b", scope=b"", payload=b"") == "statement.bad_width"


HEX = st.text("0123456789abcdef", min_size=64, max_size=64)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.binary(max_size=50))
def test_signed_statements_verify(seed: bytes, scope: bytes, payload: bytes) -> None:
    """Whatever is signed is written, read and verified."""
    statement = sign_statement(SigningKey(seed), kind="a.b", scope=scope, payload=payload)
    assert decode_statement(encode_statement(statement)) == statement
    verify_statement(statement, payload)


@given(
    st.binary(max_size=80)
    | st.fixed_dictionaries(
        {"author": HEX, "kind": st.text("abz.-", max_size=6), "payload": HEX, "scope": HEX},
        optional={"signature": st.text("09af", min_size=128, max_size=128), "x": st.booleans()},
    ).map(canonical_json.encode)
)
def test_only_encoding_errors_come_out_and_encoding_inverts_decoding(data: bytes) -> None:
    """For arbitrary bytes: either an EncodingError, or a statement whose encoding is exactly these bytes."""
    try:
        statement = decode_statement(data)
    except EncodingError:
        return
    assert isinstance(statement, Statement)
    assert encode_statement(statement) == data
