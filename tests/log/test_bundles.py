"""Bundles and hash tiles: the framing byte by byte, its bounds, and the one-encoding property."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote.errors import EncodingError
from evote.log.bundles import (
    MAXIMUM_PAYLOAD_BYTES,
    decode_bundle,
    decode_hashes,
    encode_bundle,
    encode_hashes,
)
from evote.log.tiles import BUNDLE_KINDS, TileKind
from tests.log.known import LEAVES, refusal

ENTRIES, PAYLOADS, COMMITMENTS = BUNDLE_KINDS


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (ENTRIES, b"\x00\x01a\x00\x00\x00\x02bc"),
        (PAYLOADS, b"\x00\x00\x00\x01a\x00\x00\x00\x00\x00\x00\x00\x02bc"),
        (COMMITMENTS, b"\x00\x00\x00\x01a\x00\x00\x00\x00\x00\x00\x00\x02bc"),
    ],
)
def test_the_framing(kind: TileKind, data: bytes) -> None:
    """Entries have u16 lengths, payloads and commitments u32, big-endian; length 0 is an empty item."""
    assert encode_bundle(kind, (b"a", b"", b"bc")) == data
    assert decode_bundle(kind, data, 3) == (b"a", b"", b"bc")


@pytest.mark.parametrize(
    ("kind", "data", "count", "code"),
    [
        (ENTRIES, b"", 1, "bundle.truncated"),
        (ENTRIES, b"\x00", 1, "bundle.truncated"),
        (ENTRIES, b"\x00\x02a", 1, "bundle.truncated"),
        (ENTRIES, b"\x00\x01a", 2, "bundle.truncated"),
        (PAYLOADS, b"\x00\x00\x01a", 1, "bundle.truncated"),
        (PAYLOADS, b"\xff\xff\xff\xff", 1, "bundle.truncated"),
        (ENTRIES, b"\x00\x01ab", 1, "bundle.trailing_bytes"),
        (ENTRIES, b"\x00\x01a\x00\x01b", 1, "bundle.trailing_bytes"),
        (ENTRIES, b"", 0, "bundle.bad_count"),
        (ENTRIES, b"\x00\x00" * 257, 257, "bundle.bad_count"),
    ],
)
def test_each_rule_of_bundles(kind: TileKind, data: bytes, count: int, code: str) -> None:
    """Each way a bundle can be malformed has its code."""
    assert refusal(decode_bundle, kind, data, count) == code


def test_the_longest_items() -> None:
    """An entry of 65,535 bytes passes and one byte more does not; a payload may be longer, up to its own bound."""
    entry = b"x" * 65_535
    assert decode_bundle(ENTRIES, encode_bundle(ENTRIES, [entry]), 1) == (entry,)
    assert refusal(encode_bundle, ENTRIES, [entry + b"x"]) == "bundle.too_long"
    assert decode_bundle(PAYLOADS, encode_bundle(PAYLOADS, [entry + b"x"]), 1) == (entry + b"x",)
    too_long = bytes(MAXIMUM_PAYLOAD_BYTES + 1)
    assert refusal(encode_bundle, PAYLOADS, [too_long]) == "bundle.too_long"
    framed = len(too_long).to_bytes(4, "big") + too_long
    assert refusal(decode_bundle, PAYLOADS, framed, 1) == "bundle.too_long"


def test_a_bundle_has_1_to_256_items() -> None:
    """Neither an empty bundle nor one of 257 items is written."""
    for items in ([], [b""] * 257):
        assert refusal(encode_bundle, ENTRIES, items) == "bundle.bad_count"
    assert decode_bundle(ENTRIES, encode_bundle(ENTRIES, [b""] * 256), 256) == (b"",) * 256


def test_hash_tiles() -> None:
    """A tile is its hashes, one after another; other widths are refused both ways."""
    assert encode_hashes(LEAVES) == b"".join(LEAVES)
    assert decode_hashes(b"".join(LEAVES), 7) == LEAVES
    for data, count, code in (
        (b"".join(LEAVES), 6, "bundle.bad_width"),
        (b"".join(LEAVES)[:-1], 7, "bundle.bad_width"),
        (b"", 0, "bundle.bad_count"),
        (bytes(32 * 257), 257, "bundle.bad_count"),
    ):
        assert refusal(decode_hashes, data, count) == code
    assert refusal(encode_hashes, [b"short"]) == "bundle.bad_width"
    assert refusal(encode_hashes, []) == "bundle.bad_count"


@given(st.sampled_from(BUNDLE_KINDS), st.lists(st.binary(max_size=20), min_size=1, max_size=20))
def test_decoding_inverts_encoding(kind: TileKind, items: list[bytes]) -> None:
    """Any items come back as they were."""
    assert decode_bundle(kind, encode_bundle(kind, items), len(items)) == tuple(items)


@given(
    st.sampled_from(BUNDLE_KINDS),
    st.lists(st.integers(0, 3).map(lambda n: bytes([n])) | st.binary(max_size=3), max_size=12).map(b"".join),
    st.integers(-1, 6),
)
def test_only_encoding_errors_come_out_and_encoding_inverts_decoding(kind: TileKind, data: bytes, count: int) -> None:
    """For arbitrary bytes: either an EncodingError, or items whose encoding is exactly these bytes."""
    try:
        items = decode_bundle(kind, data, count)
    except EncodingError:
        return
    assert len(items) == count
    assert encode_bundle(kind, items) == data
