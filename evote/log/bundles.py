"""Bundles: up to 256 entries, payloads or commitments of neighbouring leaves in one file, and tiles of hashes.

Spec: C2SP tlog-tiles v0.1.0 ("Log entries"): u16 length || bytes. Payloads and commitments (ours): u32 length || bytes.

Idea: lengths in front, no separator, no count; the count is the tile's width, known from its path.

Invariants: `encode(decode(b)) == b`; nothing is left over. An entry has at most 65,535 bytes. A commitment of length 0
says that the entry has none. What an item hashes to is checked elsewhere (`tile_reader`, `statement`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NoReturn

from evote.errors import EncodingError
from evote.log.encoding import HASH_BYTES
from evote.log.tiles import TILE_WIDTH, TileKind

MAXIMUM_ENTRY_BYTES: Final = 2**16 - 1
MAXIMUM_PAYLOAD_BYTES: Final = 2**26

_PREFIX_BYTES: Final = {TileKind.ENTRIES: 2, TileKind.PAYLOADS: 4, TileKind.COMMITMENTS: 4}
_MAXIMUM_ITEM_BYTES: Final = {
    TileKind.ENTRIES: MAXIMUM_ENTRY_BYTES,
    TileKind.PAYLOADS: MAXIMUM_PAYLOAD_BYTES,
    TileKind.COMMITMENTS: MAXIMUM_PAYLOAD_BYTES,
}


def encode_bundle(kind: TileKind, items: Sequence[bytes]) -> bytes:
    """Return the bundle of 1..256 items; raise EncodingError `bundle.bad_count` or `.too_long`."""
    prefix, maximum = _PREFIX_BYTES[kind], _MAXIMUM_ITEM_BYTES[kind]
    _check_count(len(items))
    parts: list[bytes] = []
    for item in items:
        if len(item) > maximum:
            _refuse("too_long", f"an item of {len(item)} bytes in a bundle of {kind.value}; at most {maximum}")
        parts += [len(item).to_bytes(prefix, "big"), item]
    return b"".join(parts)


def decode_bundle(kind: TileKind, data: bytes, count: int) -> tuple[bytes, ...]:
    """Return the `count` items of a bundle.

    Raise EncodingError `bundle.bad_count`, `.truncated`, `.too_long` or `.trailing_bytes`.
    """
    prefix, maximum = _PREFIX_BYTES[kind], _MAXIMUM_ITEM_BYTES[kind]
    _check_count(count)
    items: list[bytes] = []
    position = 0
    for _ in range(count):
        start = position + prefix
        length = int.from_bytes(data[position:start], "big")
        position = start + length
        if position > len(data):
            _refuse("truncated", f"the bundle of {kind.value} ends before its item {len(items)} of {count}")
        if length > maximum:
            _refuse("too_long", f"an item of {length} bytes in a bundle of {kind.value}; at most {maximum}")
        items.append(data[start:position])
    if position != len(data):
        _refuse("trailing_bytes", f"{len(data) - position} bytes after the {count} items of the bundle")
    return tuple(items)


def encode_hashes(hashes: Iterable[bytes]) -> bytes:
    """Return the hash tile of 1..256 hashes of 32 bytes; raise EncodingError `bundle.bad_count` or `.bad_width`."""
    items = tuple(hashes)
    _check_count(len(items))
    if any(len(item) != HASH_BYTES for item in items):
        _refuse("bad_width", f"a hash in a tile has {HASH_BYTES} bytes")
    return b"".join(items)


def decode_hashes(data: bytes, count: int) -> tuple[bytes, ...]:
    """Return the `count` hashes of a hash tile; raise EncodingError `bundle.bad_count` or `.bad_width`."""
    _check_count(count)
    if len(data) != count * HASH_BYTES:
        _refuse("bad_width", f"a tile of {count} hashes has {count * HASH_BYTES} bytes, not {len(data)}")
    return tuple(data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES))


def _check_count(count: int) -> None:
    if not 1 <= count <= TILE_WIDTH:
        _refuse("bad_count", f"a tile holds 1 to {TILE_WIDTH} items, not {count}")


def _refuse(rule: str, message: str) -> NoReturn:
    raise EncodingError(f"bundle.{rule}", message)
