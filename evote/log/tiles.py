"""Tiles: the names and the arithmetic of the files in which the tree is published.

Spec: C2SP tlog-tiles v0.1.0; our additions `tile/payloads/` and `tile/commitments/` run parallel to `tile/entries/`.

Idea: hash i of tile (level L, number N) is the Merkle tree hash of the 256^L leaves from number (256 N + i) 256^L on. A
full tile has 256 hashes and never changes; the last tile of a level may be partial and has its width in its name.

Invariants: `parse_tile_path(tile_path(t)) == t`; a path has one spelling; widths are 1..256, tiles of width 0 do not
exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NoReturn

from evote.errors import EncodingError
from evote.log.encoding import MAXIMUM_SIZE

TILE_WIDTH: Final = 256
TILE_HEIGHT: Final = 8  # 256 = 2^8
MAXIMUM_LEVEL: Final = 63

_PATH: Final = re.compile(
    r"tile/(?P<place>0|[1-9][0-9]?|entries|payloads|commitments)"
    r"/(?P<number>(?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


class TileKind(StrEnum):
    """What a tile holds; all but `HASHES` are bundles, one item for each leaf of a level-0 tile."""

    HASHES = "hashes"
    ENTRIES = "entries"
    PAYLOADS = "payloads"
    COMMITMENTS = "commitments"


BUNDLE_KINDS: Final = (TileKind.ENTRIES, TileKind.PAYLOADS, TileKind.COMMITMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """The coordinates of a tile: level 0..63 (0 for bundles), number from zero, width 1..256 (256: full)."""

    kind: TileKind = TileKind.HASHES
    level: int = 0
    number: int
    width: int = TILE_WIDTH

    @property
    def is_partial(self) -> bool:
        """Whether the tile has fewer than 256 items."""
        return self.width < TILE_WIDTH

    @property
    def full(self) -> Tile:
        """The full tile at the same place."""
        return Tile(kind=self.kind, level=self.level, number=self.number)


def tile_path(tile: Tile) -> str:
    """Return the tile's path below the log's prefix, e.g. `tile/0/x001/x234/067.p/8`; EncodingError if out of range."""
    _check_tile(tile)
    place = str(tile.level) if tile.kind is TileKind.HASHES else tile.kind.value
    digits = str(tile.number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    number = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
    suffix = f".p/{tile.width}" if tile.is_partial else ""
    return f"tile/{place}/{number}{suffix}"


def parse_tile_path(path: str) -> Tile:
    """Return the tile that a path names; EncodingError `tile.bad_path` for any other spelling."""
    match = _PATH.fullmatch(path)
    if match is None:
        _refuse("bad_path", f"{path[:80]!r} is not the path of a tile")
    place = match["place"]
    is_hashes = place.isdigit()
    tile = Tile(
        kind=TileKind.HASHES if is_hashes else TileKind(place),
        level=int(place) if is_hashes else 0,
        number=int(match["number"].replace("x", "").replace("/", "")),
        width=int(match["width"] or TILE_WIDTH),
    )
    # Leading groups of zeros, a width of 256 or more and a level above 63 are other spellings or no tiles.
    if tile.level > MAXIMUM_LEVEL or tile.width > TILE_WIDTH or tile.number > MAXIMUM_SIZE or tile_path(tile) != path:
        _refuse("bad_path", f"{path[:80]!r} is not the path of a tile")
    return tile


def hash_count(level: int, size: int) -> int:
    """Return how many hashes level `level` has in a tree of `size` leaves: floor(size / 256^level)."""
    return size >> (TILE_HEIGHT * level)


def level_count(size: int) -> int:
    """Return how many levels of tiles a tree of `size` leaves has; 0 for the empty tree."""
    return -(-size.bit_length() // TILE_HEIGHT)


def tile_at(level: int, number: int, size: int) -> Tile:
    """Return the hash tile `number` of a level as it stands in a tree of `size` leaves; ValueError if there is none."""
    width = min(hash_count(level, size) - number * TILE_WIDTH, TILE_WIDTH)
    if width < 1:
        raise ValueError(f"no tile {number} on level {level} in a tree of {size} leaves")
    return Tile(level=level, number=number, width=width)


def bundle_at(kind: TileKind, number: int, size: int) -> Tile:
    """Return the bundle `number` of a kind as it stands in a tree of `size` leaves; ValueError if there is none."""
    tile = tile_at(0, number, size)
    return Tile(kind=kind, number=number, width=tile.width)


def new_tiles(old_size: int, size: int) -> Iterator[Tile]:
    """Yield the hash tiles of the tree of `size` leaves that the tree of `old_size` leaves did not have."""
    for level in range(level_count(size)):
        yield from (tile_at(level, number, size) for number in _new_numbers(level, old_size, size))


def new_bundles(kind: TileKind, old_size: int, size: int) -> Iterator[Tile]:
    """Yield the bundles of a kind of the tree of `size` leaves that the tree of `old_size` leaves did not have."""
    return (bundle_at(kind, number, size) for number in _new_numbers(0, old_size, size))


def _new_numbers(level: int, old_size: int, size: int) -> range:
    if not 0 <= old_size <= size <= MAXIMUM_SIZE:
        raise ValueError(f"no growth from {old_size} to {size} leaves")
    old_count, count = hash_count(level, old_size), hash_count(level, size)
    if old_count == count:
        return range(0)
    return range(old_count // TILE_WIDTH, -(-count // TILE_WIDTH))


def _check_tile(tile: Tile) -> None:
    if not 0 <= tile.level <= MAXIMUM_LEVEL or (tile.kind is not TileKind.HASHES and tile.level != 0):
        _refuse("out_of_range", f"a tile on level {tile.level}")
    if not 0 <= tile.number <= MAXIMUM_SIZE or not 1 <= tile.width <= TILE_WIDTH:
        _refuse("out_of_range", f"a tile with number {tile.number} and width {tile.width}")


def _refuse(rule: str, message: str) -> NoReturn:
    raise EncodingError(f"tile.{rule}", message)
