"""The Merkle tree of the log: roots of any prefix, and inclusion proofs.

*Spec*: RFC 9162, 2.1 (SHA-256).

*Idea*: ``Frontier`` holds the complete subtrees on the right edge, one per set bit of the size; appending
merges equal heights, and the root of the current prefix folds them from the right.

*Invariants*: Proofs are accepted only with exactly the hashes they need; sizes and indices may be hostile.
"""

from collections.abc import Sequence
from hashlib import sha256

from verifier.errors import Malformed

EMPTY_ROOT = sha256(b"").digest()
HASH_BYTES = 32


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the tree hash over leaf or subtree hashes of equal height (RFC 9162, 2.1.1); not recursive."""
    frontier = Frontier()
    for item in hashes:
        frontier.append(item)
    return frontier.root()


class Frontier:
    """The right edge of a growing tree."""

    def __init__(self) -> None:
        self._edge: list[tuple[int, bytes]] = []
        self.size = 0

    def append(self, item: bytes, height: int = 0) -> None:
        """Add one complete subtree of 2^height leaves; the size so far must be a multiple of that."""
        if self.size % (1 << height):
            raise ValueError("subtree does not fit at this place")
        self.size += 1 << height
        while self._edge and self._edge[-1][0] == height:
            item = node_hash(self._edge.pop()[1], item)
            height += 1
        self._edge.append((height, item))

    def copy(self) -> "Frontier":
        """Return an independent copy."""
        twin = Frontier()
        twin._edge, twin.size = list(self._edge), self.size
        return twin

    def parts(self) -> tuple[tuple[int, bytes], ...]:
        """Return the complete subtrees, largest first, as (height, hash)."""
        return tuple(self._edge)

    def root(self) -> bytes:
        """Return the tree hash of everything appended."""
        return root_of_parts(self._edge)


def root_of_parts(parts: Sequence[tuple[int, bytes]]) -> bytes:
    """Return the tree hash over the complete subtrees of a tree, largest first."""
    if not parts:
        return EMPTY_ROOT
    result = parts[-1][1]
    for _, left in reversed(parts[:-1]):
        result = node_hash(left, result)
    return result


def root_from_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to (RFC 9162, 2.1.3.2); raise Malformed for a wrong length."""
    if not 0 <= index < size:
        raise Malformed("index outside the tree")
    if len(leaf) != HASH_BYTES or any(len(item) != HASH_BYTES for item in proof):
        raise Malformed("hash of wrong length")
    fn, sn, result = index, size - 1, leaf
    for item in proof:
        if sn == 0:
            raise Malformed("inclusion proof too long")
        if fn & 1 or fn == sn:
            result = node_hash(item, result)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            result = node_hash(result, item)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Malformed("inclusion proof too short")
    return result


def is_included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether ``leaf`` stands at ``index`` of the tree of ``size`` leaves with ``root``."""
    try:
        return root_from_inclusion(index, size, leaf, proof) == root
    except Malformed:
        return False
