"""The Merkle tree of the log: hashes, proofs and their verification.

Spec: RFC 9162 section 2.1 (the same tree as RFC 6962 section 2.1), SHA-256 only.

Idea: a proof is a list of hashes of leaf ranges [start, end). Which ranges is arithmetic (`inclusion_ranges`,
`consistency_ranges`); where their hashes come from - leaf hashes in memory, tiles on disk - is the caller's. A range
that is a complete subtree has one hash; any other is folded from the complete subtrees it consists of, right to left.

Invariants: leaves and nodes are hashed under different prefixes, so a node is never taken for a leaf; the tree is
never padded; every verification fixes the exact length of the proof.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final, NoReturn

from evote.errors import VerificationError
from evote.log.encoding import HASH_BYTES, MAXIMUM_SIZE

EMPTY_ROOT: Final = sha256(b"").digest()
MAXIMUM_PROOF_HASHES: Final = 63

LeafRange = tuple[int, int]  # [start, end)


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one entry."""
    # MTH({d}) = SHA-256(0x00 || d) (RFC 9162 section 2.1.1)
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node over two 32-byte child hashes."""
    # MTH(D_n) = SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n])) (RFC 9162 section 2.1.1)
    return sha256(b"\x01" + left + right).digest()


def split_point(width: int) -> int:
    """Return k, the largest power of two strictly below `width` (at least 2)."""
    return 1 << ((width - 1).bit_length() - 1)


def complete_subtrees(start: int, end: int) -> tuple[LeafRange, ...]:
    """Return the complete subtrees, left to right, that make up a range a proof may name.

    `start` must be a multiple of the smallest power of two that is at least the width; the widths then fall.
    """
    ranges = []
    while start < end:
        width = 1 << ((end - start).bit_length() - 1)
        ranges.append((start, start + width))
        start += width
    return tuple(ranges)


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over the hashes of complete subtrees given left to right (widths falling); EMPTY_ROOT if none."""
    if not hashes:
        return EMPTY_ROOT
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


class RightEdge:
    """The hashes of the complete subtrees of a growing tree: all that is needed to append and to know the root."""

    __slots__ = ("_hashes", "_size")

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        """Start from the complete subtrees of `size` leaves, left to right; ValueError where their number is wrong."""
        self._size = size
        self._hashes = list(hashes)
        if len(self._hashes) != size.bit_count() or any(len(item) != HASH_BYTES for item in self._hashes):
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} complete subtrees with 32-byte hashes")

    @property
    def size(self) -> int:
        """The number of leaves."""
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The complete subtrees' hashes, left to right."""
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> None:
        """Append one leaf hash (32 bytes)."""
        result = leaf
        size = self._size
        while size & 1:
            result = node_hash(self._hashes.pop(), result)
            size >>= 1
        self._hashes.append(result)
        self._size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append leaf hashes in order."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """Return the root of the leaves so far."""
        return fold(self._hashes)

    def copy(self) -> RightEdge:
        """Return an independent copy, to compute a root that may yet be given up."""
        return RightEdge(self._size, self._hashes)


def root(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the Merkle tree hash over leaf hashes; EMPTY_ROOT for none."""
    edge = RightEdge()
    edge.extend(leaf_hashes)
    return edge.root()


def inclusion_ranges(index: int, size: int) -> tuple[LeafRange, ...]:
    """Return the leaf ranges whose hashes form the inclusion proof of leaf `index`, the leaf's sibling first.

    Raise ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size} leaves")
    start, end = 0, size
    ranges: list[LeafRange] = []
    # PATH(m, D_n) = PATH(m, D[0:k]) : MTH(D[k:n]) or PATH(m - k, D[k:n]) : MTH(D[0:k]) (RFC 9162 section 2.1.3.1)
    while end - start > 1:
        middle = start + split_point(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return tuple(reversed(ranges))


def consistency_ranges(old_size: int, size: int) -> tuple[LeafRange, ...]:
    """Return the leaf ranges whose hashes form the consistency proof from `old_size` to `size` leaves.

    Raise ValueError unless 0 < old_size <= size.
    """
    if not 0 < old_size <= size:
        raise ValueError(f"no consistency proof from {old_size} to {size} leaves")
    start, end = 0, size
    known = True  # the flag b: the old tree is the whole of what is left
    ranges: list[LeafRange] = []
    # SUBPROOF(m, D_n, b) (RFC 9162 section 2.1.4.1)
    while end != old_size:
        middle = start + split_point(end - start)
        if old_size <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
            known = False
    if not known:
        ranges.append((start, end))
    return tuple(reversed(ranges))


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the inclusion proof of leaf `index` in the tree over `leaf_hashes`; ValueError where out of range."""
    return hashes_of(inclusion_ranges(index, len(leaf_hashes)), lambda start, end: root(leaf_hashes[start:end]))


def consistency_proof(leaf_hashes: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """Return the consistency proof from the first `old_size` leaves to all; ValueError where out of range."""
    return hashes_of(consistency_ranges(old_size, len(leaf_hashes)), lambda start, end: root(leaf_hashes[start:end]))


def hashes_of(ranges: Iterable[LeafRange], range_hash: Callable[[int, int], bytes]) -> tuple[bytes, ...]:
    """Return the hashes of leaf ranges, asked of `range_hash(start, end)` one by one."""
    return tuple(range_hash(start, end) for start, end in ranges)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], tree_root: bytes) -> None:
    """Verify that the leaf with hash `leaf` is number `index` (from zero) of the `size` leaves under `tree_root`.

    Raise VerificationError `merkle.out_of_range`, `.bad_width`, `.proof_length` or `.wrong_root`.
    """
    if not 0 <= index < size <= MAXIMUM_SIZE:
        _refuse("out_of_range", f"no leaf {index} in a tree of {size} leaves")
    check_widths(leaf, tree_root, *proof)
    # RFC 9162 section 2.1.3.2
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            _refuse("proof_length", "the inclusion proof is too long")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        _refuse("proof_length", "the inclusion proof is too short")
    if not hmac.compare_digest(r, tree_root):
        _refuse("wrong_root", f"the inclusion proof leads to root {r.hex()}, not {tree_root.hex()}")


def verify_consistency(old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Verify that the tree of `old_size` leaves under `old_root` is a prefix of the tree of `size` leaves.

    Strict: `old_size` is at least 1, and equal sizes take an empty proof and equal roots (whose width is then not
    looked at). For a history that may begin with the empty tree see `verify_growth`. Raise VerificationError
    `merkle.out_of_range`, `.bad_width`, `.proof_length`, `.wrong_old_root` or `.wrong_root`.
    """
    if not 0 < old_size <= size <= MAXIMUM_SIZE:
        _refuse("out_of_range", f"no consistency proof from {old_size} to {size} leaves")
    if old_size == size:
        if proof:
            _refuse("proof_length", "a consistency proof between equal sizes is empty")
        if not hmac.compare_digest(old_root, new_root):
            _refuse("wrong_root", f"two roots for {size} leaves: {old_root.hex()} and {new_root.hex()}")
        return
    check_widths(old_root, new_root, *proof)
    # RFC 9162 section 2.1.4.2
    path = list(proof)
    if not path:
        _refuse("proof_length", "the consistency proof is empty")
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    fn, sn = old_size - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            _refuse("proof_length", "the consistency proof is too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        _refuse("proof_length", "the consistency proof is too short")
    if not hmac.compare_digest(fr, old_root):
        _refuse("wrong_old_root", f"the consistency proof leads to old root {fr.hex()}, not {old_root.hex()}")
    if not hmac.compare_digest(sr, new_root):
        _refuse("wrong_root", f"the consistency proof leads to root {sr.hex()}, not {new_root.hex()}")


def verify_growth(old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Verify consistency where the old tree may be empty (the rule of C2SP tlog-witness).

    A tree without leaves has EMPTY_ROOT, and every tree extends it with an empty proof. Raise VerificationError
    `merkle.empty_root` or as `verify_consistency`.
    """
    for tree_size, tree_root in ((old_size, old_root), (size, new_root)):
        if tree_size == 0 and tree_root != EMPTY_ROOT:
            _refuse("empty_root", f"root {tree_root.hex()} for a tree without leaves")
    if old_size != 0:
        verify_consistency(old_size, size, proof, old_root, new_root)
        return
    if not 0 <= size <= MAXIMUM_SIZE:
        _refuse("out_of_range", f"a tree of {size} leaves")
    check_widths(new_root)
    if proof:
        _refuse("proof_length", "a consistency proof from the empty tree is empty")


def check_widths(*hashes: bytes) -> None:
    """Raise VerificationError `merkle.bad_width` unless every hash has 32 bytes."""
    for item in hashes:
        if len(item) != HASH_BYTES:
            _refuse("bad_width", f"a hash has {HASH_BYTES} bytes, not {len(item)}")


def _refuse(rule: str, message: str) -> NoReturn:
    raise VerificationError(f"merkle.{rule}", message)
