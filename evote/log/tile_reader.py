"""Authenticated reading of a tree from its tiles: every hash handed out is proven to lie under the given root.

Spec: C2SP tlog-tiles v0.1.0; RFC 9162 section 2.1.

Idea: the partial tiles on the right edge hold the complete subtrees that the root is folded from, so one comparison
with the root authenticates all of them. A full tile is authenticated by the hash it has in the tile above it. The
files may come from anybody.

Invariants: no method returns a hash that was not checked against `root`. Missing files are the source's error, passed
on; a partial tile that is gone is replaced by the front of the full one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from evote.errors import BoardError, VerificationError
from evote.log import merkle
from evote.log.bundles import decode_bundle, decode_hashes
from evote.log.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    TileKind,
    bundle_at,
    hash_count,
    level_count,
    tile_at,
    tile_path,
)

# A source of the record: returns a file's bytes, or raises BoardError with this code where there is no such file.
ReadFile = Callable[[str], bytes]
NOT_FOUND: Final = "record.not_found"

MAXIMUM_CACHED_TILES: Final = 1024  # 8 MiB


def read_hashes(read: ReadFile, tile: Tile) -> tuple[bytes, ...]:
    """Return the hashes of a tile, unauthenticated, from the full tile where the partial one is gone."""
    data, width = _read_or_full(read, tile)
    return decode_hashes(data, width)[: tile.width]


def read_bundle(read: ReadFile, tile: Tile) -> tuple[bytes, ...]:
    """Return the items of a bundle, unauthenticated, from the full bundle where the partial one is gone."""
    data, width = _read_or_full(read, tile)
    return decode_bundle(tile.kind, data, width)[: tile.width]


def _read_or_full(read: ReadFile, tile: Tile) -> tuple[bytes, int]:
    try:
        return read(tile_path(tile)), tile.width
    except BoardError as error:
        if error.code != NOT_FOUND or not tile.is_partial:
            raise
    return read(tile_path(tile.full)), TILE_WIDTH


class TileReader:
    """The tree of `size` leaves under `root`, read from tiles on demand."""

    def __init__(self, read: ReadFile, *, size: int, root: bytes) -> None:
        """Read and authenticate the right edge.

        Raise VerificationError `tiles.wrong_root` where the tiles are not those of this tree, EncodingError for a tile
        of the wrong width, and whatever `read` raises.
        """
        self.size = size
        self.root = root
        self._read = read
        self._cache: OrderedDict[Tile, tuple[bytes, ...]] = OrderedDict()
        # The tiles of the right edge by level; kept apart from the cache because all else hangs on them.
        self._edge: dict[Tile, tuple[bytes, ...]] = {}
        for level in range(level_count(size)):
            if hash_count(level, size) % TILE_WIDTH:
                tile = tile_at(level, hash_count(level, size) // TILE_WIDTH, size)
                self._edge[tile] = read_hashes(read, tile)
        computed = merkle.fold([self._subtree(start, end) for start, end in merkle.complete_subtrees(0, size)])
        if computed != root:
            raise VerificationError("tiles.wrong_root", f"the tiles lead to root {computed.hex()}, not {root.hex()}")

    def hashes(self, tile: Tile) -> tuple[bytes, ...]:
        """Return the hashes of one of this tree's tiles.

        Raise VerificationError `tiles.wrong_hash` where they do not lead to the root; ValueError where the tree has no
        such tile.
        """
        if tile_at(tile.level, tile.number, self.size) != tile:
            raise ValueError(f"{tile} is not a tile of a tree of {self.size} leaves")
        if tile in self._edge:
            return self._edge[tile]
        if tile in self._cache:
            self._cache.move_to_end(tile)
            return self._cache[tile]
        hashes = read_hashes(self._read, tile)
        expected = self._hash_at(tile.level + 1, tile.number)
        computed = merkle.root(hashes)
        if computed != expected:
            raise VerificationError(
                "tiles.wrong_hash", f"{tile_path(tile)} hashes to {computed.hex()}, not {expected.hex()}"
            )
        self._cache[tile] = hashes
        if len(self._cache) > MAXIMUM_CACHED_TILES:
            self._cache.popitem(last=False)
        return hashes

    def leaf_hash(self, index: int) -> bytes:
        """Return the hash of leaf `index`; ValueError where the tree has no such leaf."""
        if not 0 <= index < self.size:
            raise ValueError(f"no leaf {index} in a tree of {self.size} leaves")
        return self._hash_at(0, index)

    def entries(self, number: int) -> tuple[bytes, ...]:
        """Return the entries of bundle `number`, each checked against its leaf hash.

        Raise VerificationError `tiles.wrong_entry`; otherwise as `hashes`.
        """
        entries = read_bundle(self._read, bundle_at(TileKind.ENTRIES, number, self.size))
        hashes = self.hashes(tile_at(0, number, self.size))
        for offset, (entry, expected) in enumerate(zip(entries, hashes, strict=True)):
            if merkle.leaf_hash(entry) != expected:
                raise VerificationError(
                    "tiles.wrong_entry", f"entry {number * TILE_WIDTH + offset} does not have its leaf hash"
                )
        return entries

    def root_at(self, size: int) -> bytes:
        """Return the root that this tree had at an earlier size; ValueError where `size` is beyond it."""
        if not 0 <= size <= self.size:
            raise ValueError(f"no earlier size {size} of a tree of {self.size} leaves")
        return self._range_hash(0, size)

    def inclusion_proof(self, index: int) -> tuple[bytes, ...]:
        """Return the inclusion proof of leaf `index`; ValueError where the tree has no such leaf."""
        return merkle.hashes_of(merkle.inclusion_ranges(index, self.size), self._range_hash)

    def consistency_proof(self, old_size: int) -> tuple[bytes, ...]:
        """Return the consistency proof from `old_size` leaves to this tree, empty from 0; ValueError if beyond it."""
        if old_size == 0:
            return ()
        return merkle.hashes_of(merkle.consistency_ranges(old_size, self.size), self._range_hash)

    def _range_hash(self, start: int, end: int) -> bytes:
        return merkle.fold([self._subtree(low, high) for low, high in merkle.complete_subtrees(start, end)])

    def _subtree(self, start: int, end: int) -> bytes:
        """Return the hash of a complete subtree: 2^h leaves are 2^(h mod 8) neighbouring hashes of one tile."""
        level = ((end - start).bit_length() - 1) // TILE_HEIGHT
        shift = TILE_HEIGHT * level
        first, count = start >> shift, (end - start) >> shift
        hashes = self.hashes(tile_at(level, first // TILE_WIDTH, self.size))
        offset = first % TILE_WIDTH
        return merkle.root(hashes[offset : offset + count])

    def _hash_at(self, level: int, number: int) -> bytes:
        return self.hashes(tile_at(level, number // TILE_WIDTH, self.size))[number % TILE_WIDTH]
