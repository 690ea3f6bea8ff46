"""The tree in memory against the Merkle tree computed from its leaves."""

from __future__ import annotations

from hashlib import sha256

import pytest

from evote.board.tree import HashTree
from evote.log import merkle
from evote.log.tiles import Tile, new_tiles

SIZE = 70_000
LEAVES = [sha256(number.to_bytes(4, "big")).digest() for number in range(SIZE)]


@pytest.fixture(scope="module")
def tree() -> HashTree:
    """Return a tree of three levels of tiles."""
    result = HashTree()
    result.extend(LEAVES)
    return result


def test_the_root_is_that_of_the_leaves(tree: HashTree) -> None:
    """Root and roots of earlier sizes are the Merkle tree hashes of the leaves."""
    assert (tree.size, tree.root()) == (SIZE, merkle.root(LEAVES))
    for size in (0, 1, 255, 256, 257, 65_535, 65_536, 65_537, SIZE):
        assert tree.root_at(size) == merkle.root(LEAVES[:size])


def test_a_root_with_more_leaves_changes_nothing(tree: HashTree) -> None:
    """The root of a batch that may yet be given up is computed without appending it."""
    more = [b"\x01" * 32, b"\x02" * 32]
    assert tree.root_with(more) == merkle.root(LEAVES + more)
    assert tree.root_with([]) == tree.root() == merkle.root(LEAVES)


def test_every_tile_holds_the_hashes_of_its_leaves(tree: HashTree) -> None:
    """Hash i of tile (L, N) is the tree hash of 256^L leaves; all tiles of the upper levels, samples of the lowest."""
    tiles = [tile for tile in new_tiles(0, SIZE) if tile.level > 0 or tile.number in (0, 100, 273)]
    assert {tile.level for tile in tiles} == {0, 1, 2}
    for tile in tiles:
        data = tree.tile(tile)
        width = 256**tile.level
        for i in range(tile.width):
            start = (tile.number * 256 + i) * width
            assert data[32 * i : 32 * i + 32] == merkle.root(LEAVES[start : start + width])
        assert len(data) == 32 * tile.width


def test_a_tile_beyond_the_tree_does_not_exist(tree: HashTree) -> None:
    """A number, width or level that the tree has not reached is an error, not an empty tile."""
    for tile in (Tile(number=274), Tile(number=273, width=113), Tile(level=3, number=0, width=1)):
        with pytest.raises(ValueError, match="in a tree of 70000 leaves"):
            tree.tile(tile)


def test_proofs_come_from_the_tiles(tree: HashTree) -> None:
    """Inclusion in the whole tree and in an earlier one verifies."""
    for size in (1000, 65_537, SIZE):
        reader = tree.reader(size)
        for index in (0, size // 2, size - 1):
            proof = reader.inclusion_proof(index)
            merkle.verify_inclusion(LEAVES[index], index, size, proof, merkle.root(LEAVES[:size]))
