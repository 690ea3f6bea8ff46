"""The hashes of the whole tree in memory, arranged as the tiles that are published.

Spec: C2SP tlog-tiles v0.1.0; RFC 9162 section 2.1.

Idea: a level of tiles is one array of 32-byte hashes; a tile is a slice of it. 256 new hashes on a level make one on
the level above. 32.1 bytes a leaf: a million entries are 32 MB.

Invariants: the levels always belong to the leaves appended so far.
"""

from __future__ import annotations

from collections.abc import Iterable

from evote.log.encoding import HASH_BYTES
from evote.log.merkle import RightEdge, root
from evote.log.tile_reader import TileReader
from evote.log.tiles import TILE_WIDTH, Tile, parse_tile_path, tile_path

_TILE_BYTES = TILE_WIDTH * HASH_BYTES


class HashTree:
    """A growing tree that knows all its tiles."""

    def __init__(self) -> None:
        """Start without leaves."""
        self._edge = RightEdge()
        self._levels: list[bytearray] = [bytearray()]

    @property
    def size(self) -> int:
        """The number of leaves."""
        return self._edge.size

    def root(self) -> bytes:
        """Return the root of the leaves so far."""
        return self._edge.root()

    def root_with(self, leaf_hashes: Iterable[bytes]) -> bytes:
        """Return the root that the tree would have with further leaves, without appending them."""
        edge = self._edge.copy()
        edge.extend(leaf_hashes)
        return edge.root()

    def root_at(self, size: int) -> bytes:
        """Return the root of the first `size` leaves; ValueError where there are fewer."""
        return self.reader(self.size).root_at(size)

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Append leaf hashes (32 bytes each) in order."""
        for leaf in leaf_hashes:
            self.append(leaf)

    def append(self, leaf: bytes) -> None:
        """Append one leaf hash (32 bytes)."""
        self._edge.append(leaf)
        self._add(0, leaf)

    def tile(self, tile: Tile) -> bytes:
        """Return the bytes of a hash tile; ValueError where the tree does not have it."""
        start = tile.number * _TILE_BYTES
        end = start + tile.width * HASH_BYTES
        if tile.level >= len(self._levels) or end > len(self._levels[tile.level]):
            raise ValueError(f"no {tile_path(tile)} in a tree of {self.size} leaves")
        return bytes(self._levels[tile.level][start:end])

    def leaf(self, index: int) -> bytes:
        """Return the hash of a leaf; ValueError where there is none."""
        if not 0 <= index < self.size:
            raise ValueError(f"no leaf {index} in a tree of {self.size} leaves")
        return bytes(self._levels[0][index * HASH_BYTES : (index + 1) * HASH_BYTES])

    def reader(self, size: int) -> TileReader:
        """Return a reader that makes proofs in the tree of the first `size` leaves."""
        # MTH of the first `size` leaves: the whole tree's reader knows it; the whole tree's own root is the edge's.
        tree_root = self.root() if size == self.size else self.root_at(size)
        return TileReader(lambda path: self.tile(parse_tile_path(path)), size=size, root=tree_root)

    def _add(self, level: int, item: bytes) -> None:
        if level == len(self._levels):
            self._levels.append(bytearray())
        hashes = self._levels[level]
        hashes += item
        if len(hashes) % _TILE_BYTES == 0:
            # hash i of level L+1 = MTH of the 256 hashes of tile (L, i) (tlog-tiles, "Merkle Tree")
            last = hashes[-_TILE_BYTES:]
            self._add(level + 1, root(bytes(last[i : i + HASH_BYTES]) for i in range(0, _TILE_BYTES, HASH_BYTES)))
