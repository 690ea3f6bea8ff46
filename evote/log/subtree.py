"""Proofs about a part of the tree: an aligned range of leaves, for cosigners and mirrors that work piece by piece.

Spec: draft-ietf-plants-merkle-tree-certs, sections on subtrees; C2SP tlog-cosignature v1.1.0-rc.1 (`start`, `end`).

Idea: a range whose start is a multiple of the smallest power of two at least as wide is a tree of its own: inclusion
in it is ordinary inclusion, and the consistency proof of RFC 9162 generalises from the prefix [0, m) to [start, end).
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import NoReturn

from evote.errors import VerificationError
from evote.log import merkle
from evote.log.encoding import MAXIMUM_SIZE
from evote.log.merkle import EMPTY_ROOT, LeafRange, check_widths, node_hash, split_point


def is_subtree(start: int, end: int) -> bool:
    """Say whether [start, end) is a valid subtree: start a multiple of the smallest power of two >= its width."""
    if not 0 <= start <= end:
        return False
    width = end - start
    bit_ceil = 1 if width <= 1 else 1 << (width - 1).bit_length()
    return start % bit_ceil == 0


def subtree_inclusion_proof(leaf_hashes: Sequence[bytes], start: int, end: int, index: int) -> tuple[bytes, ...]:
    """Return the proof that leaf `index` of the tree lies in the subtree; ValueError where it does not."""
    _check_subtree(start, end, len(leaf_hashes))
    return merkle.inclusion_proof(leaf_hashes[start:end], index - start)


def subtree_consistency_ranges(start: int, end: int, size: int) -> tuple[LeafRange, ...]:
    """Return the leaf ranges whose hashes form the consistency proof of a non-empty subtree in a tree of `size` leaves.

    Raise ValueError where [start, end) is no valid subtree, empty, or not within the tree.
    """
    _check_subtree(start, end, size)
    low, high = 0, size
    known = True  # the subtree's hash is the verifier's; otherwise the proof must give the part that is left
    ranges: list[LeafRange] = []
    while (start, end) != (low, high):
        middle = low + split_point(high - low)
        if end <= middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            if start < middle:  # the subtree straddles the split; then it begins at this node's left edge
                known = False
            start = max(start, middle)
            low = middle
    if not known:
        ranges.append((low, high))
    return tuple(reversed(ranges))


def subtree_consistency_proof(leaf_hashes: Sequence[bytes], start: int, end: int) -> tuple[bytes, ...]:
    """Return the proof that a non-empty subtree belongs to the tree over `leaf_hashes`; ValueError if it can't."""
    return merkle.hashes_of(
        subtree_consistency_ranges(start, end, len(leaf_hashes)), lambda low, high: merkle.root(leaf_hashes[low:high])
    )


def verify_subtree_inclusion(
    leaf: bytes, index: int, start: int, end: int, proof: Sequence[bytes], subtree_hash: bytes
) -> None:
    """Verify that the leaf with hash `leaf` is number `index` of the tree and lies in the subtree [start, end).

    Raise VerificationError `merkle.bad_subtree` or as `verify_inclusion`.
    """
    if not is_subtree(start, end):
        _refuse("bad_subtree", f"[{start}, {end}) is not a subtree")
    merkle.verify_inclusion(leaf, index - start, end - start, proof, subtree_hash)


def verify_subtree_consistency(
    start: int, end: int, size: int, proof: Sequence[bytes], subtree_hash: bytes, tree_root: bytes
) -> None:
    """Verify that the subtree [start, end) with hash `subtree_hash` is part of the tree of `size` leaves.

    The empty subtree belongs to every tree: its hash is EMPTY_ROOT, its proof is empty, and `tree_root` is not looked
    at. Raise VerificationError `merkle.bad_subtree`, `.out_of_range`, `.bad_width`, `.proof_length`, `.wrong_old_root`
    (the subtree's hash) or `.wrong_root`.
    """
    if not is_subtree(start, end):
        _refuse("bad_subtree", f"[{start}, {end}) is not a subtree")
    if not end <= size <= MAXIMUM_SIZE:
        _refuse("out_of_range", f"no subtree [{start}, {end}) in a tree of {size} leaves")
    if start == end:
        if proof:
            _refuse("proof_length", "the consistency proof of the empty subtree is empty")
        if subtree_hash != EMPTY_ROOT:
            _refuse("wrong_old_root", f"{subtree_hash.hex()} is not the hash of the empty subtree")
        return
    if proof:
        check_widths(subtree_hash, tree_root, *proof)
    fn, sn, tn = start, end - 1, size - 1
    while fn != sn and (sn == tn or sn & 1):
        fn, sn, tn = fn >> 1, sn >> 1, tn >> 1
    path = list(proof)
    if fn == sn:
        path.insert(0, subtree_hash)
    if not path:
        _refuse("proof_length", "the subtree consistency proof is too short")
    fr = sr = path[0]
    for c in path[1:]:
        if tn == 0:
            _refuse("proof_length", "the subtree consistency proof is too long")
        if sn & 1 or sn == tn:
            if fn < sn:
                fr = node_hash(c, fr)
            sr = node_hash(c, sr)
            while not sn & 1 and sn != 0:
                fn, sn, tn = fn >> 1, sn >> 1, tn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn, tn = fn >> 1, sn >> 1, tn >> 1
    if tn != 0:
        _refuse("proof_length", "the subtree consistency proof is too short")
    if not hmac.compare_digest(fr, subtree_hash):
        _refuse("wrong_old_root", f"the proof leads to subtree hash {fr.hex()}, not {subtree_hash.hex()}")
    if not hmac.compare_digest(sr, tree_root):
        _refuse("wrong_root", f"the proof leads to root {sr.hex()}, not {tree_root.hex()}")


def _check_subtree(start: int, end: int, size: int) -> None:
    if not is_subtree(start, end) or not start < end <= size:
        raise ValueError(f"[{start}, {end}) is not a non-empty subtree of a tree of {size} leaves")


def _refuse(rule: str, message: str) -> NoReturn:
    raise VerificationError(f"merkle.{rule}", message)
