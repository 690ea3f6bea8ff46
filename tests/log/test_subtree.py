"""Subtrees: which ranges are one, proofs for all of them in all small trees, and every rule broken alone."""

import pytest

from evote.log import merkle
from evote.log.subtree import (
    is_subtree,
    subtree_consistency_proof,
    subtree_inclusion_proof,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)
from tests.log.known import LEAVES, ROOTS, refusal

MANY = [merkle.leaf_hash(number.to_bytes(2, "big")) for number in range(34)]


@pytest.mark.parametrize(
    ("start", "end", "valid"),
    [
        (0, 0, True),
        (5, 5, True),
        (0, 7, True),
        (4, 7, True),
        (4, 8, True),
        (8, 13, True),
        (4, 9, False),
        (6, 9, False),
        (1, 3, False),
        (3, 2, False),
        (-4, 0, False),
    ],
)
def test_which_ranges_are_subtrees(start: int, end: int, valid: bool) -> None:
    """The start is a multiple of the smallest power of two that is at least the width."""
    assert is_subtree(start, end) is valid


def test_every_subtree_of_every_tree_up_to_34_leaves() -> None:
    """Every non-empty subtree is proven, with its own leaves in it; a prefix has the proof of RFC 9162."""
    for size in range(1, len(MANY) + 1):
        leaves = MANY[:size]
        root = merkle.root(leaves)
        for start in range(size):
            for end in (end for end in range(start + 1, size + 1) if is_subtree(start, end)):
                part = merkle.root(leaves[start:end])
                proof = subtree_consistency_proof(leaves, start, end)
                verify_subtree_consistency(start, end, size, proof, part, root)
                if start == 0:
                    assert proof == merkle.consistency_proof(leaves, end)
                inclusion = subtree_inclusion_proof(leaves, start, end, end - 1)
                verify_subtree_inclusion(leaves[end - 1], end - 1, start, end, inclusion, part)


PART = merkle.root(LEAVES[4:6])
PROOF = subtree_consistency_proof(LEAVES, 4, 6)


@pytest.mark.parametrize(
    ("start", "end", "size", "proof", "part", "root", "code"),
    [
        (3, 5, 7, PROOF, PART, ROOTS[7], "merkle.bad_subtree"),
        (4, 6, 5, PROOF, PART, ROOTS[7], "merkle.out_of_range"),
        (4, 6, 2**63, PROOF, PART, ROOTS[7], "merkle.out_of_range"),
        (4, 6, 7, PROOF, PART[:31], ROOTS[7], "merkle.bad_width"),
        (4, 6, 7, (PROOF[0][:31], *PROOF[1:]), PART, ROOTS[7], "merkle.bad_width"),
        (4, 6, 7, (), PART, ROOTS[7], "merkle.proof_length"),
        (4, 6, 7, PROOF[:-1], PART, ROOTS[7], "merkle.proof_length"),
        (4, 6, 7, (*PROOF, PROOF[0]), PART, ROOTS[7], "merkle.proof_length"),
        (4, 6, 7, PROOF, PART, ROOTS[6], "merkle.wrong_root"),
        (4, 6, 7, PROOF, ROOTS[6], ROOTS[7], "merkle.wrong_root"),
        (4, 7, 7, subtree_consistency_proof(LEAVES, 4, 7), PART, ROOTS[7], "merkle.wrong_root"),
        (0, 3, 7, merkle.consistency_proof(LEAVES, 3), ROOTS[2], ROOTS[7], "merkle.wrong_old_root"),
        (5, 5, 7, PROOF, ROOTS[0], ROOTS[7], "merkle.proof_length"),
        (5, 5, 7, (), ROOTS[1], ROOTS[7], "merkle.wrong_old_root"),
    ],
)
def test_each_rule_of_subtree_consistency(
    start: int, end: int, size: int, proof: tuple[bytes, ...], part: bytes, root: bytes, code: str
) -> None:
    """Each way a subtree's proof can be wrong has its code."""
    verify_subtree_consistency(4, 6, 7, PROOF, PART, ROOTS[7])
    verify_subtree_consistency(5, 5, 7, (), ROOTS[0], ROOTS[7])
    assert refusal(verify_subtree_consistency, start, end, size, proof, part, root) == code


def test_inclusion_needs_a_subtree_and_an_index_in_it() -> None:
    """A range that is no subtree, and an index outside of it, are refused."""
    proof = subtree_inclusion_proof(LEAVES, 4, 6, 5)
    verify_subtree_inclusion(LEAVES[5], 5, 4, 6, proof, PART)
    for start, index, code in (
        (3, 5, "merkle.bad_subtree"),
        (4, 3, "merkle.out_of_range"),
        (4, 6, "merkle.out_of_range"),
    ):
        assert refusal(verify_subtree_inclusion, LEAVES[5], index, start, 6, proof, PART) == code


@pytest.mark.parametrize(("start", "end"), [(1, 3), (4, 8), (5, 5)])
def test_no_proof_for_what_is_no_subtree_of_the_tree(start: int, end: int) -> None:
    """Asking for the proof of a crooked, overhanging or empty range is the caller's mistake."""
    with pytest.raises(ValueError, match="subtree"):
        subtree_consistency_proof(LEAVES, start, end)
