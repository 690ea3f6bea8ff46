"""The Merkle tree: known hashes, the definition, exhaustive proofs for all small trees, and every rule broken alone."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evote.log import merkle
from tests.log.known import BALLOTS, CONSISTENCY_3_TO_7, INCLUSION_3_OF_7, LEAVES, ROOTS, refusal

MANY = [merkle.leaf_hash(number.to_bytes(2, "big")) for number in range(130)]


def defined_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root by the recursive definition of RFC 9162 section 2.1.1."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else merkle.EMPTY_ROOT
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return merkle.node_hash(defined_root(leaves[:k]), defined_root(leaves[k:]))


def test_the_hashes_of_rfc_6962_implementations() -> None:
    """Empty tree, leaf and node hashes are those in the test suites of transparency-dev/merkle (rfc6962)."""
    assert merkle.EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert (
        merkle.node_hash(b"N123", b"N456").hex() == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"
    )


def test_the_known_roots_and_proofs() -> None:
    """Roots at sizes 0..7 and three proofs are the ones other implementations computed."""
    assert tuple(merkle.root(LEAVES[:size]) for size in range(8)) == ROOTS
    assert merkle.inclusion_proof(LEAVES, 3) == INCLUSION_3_OF_7
    assert merkle.consistency_proof(LEAVES, 3) == CONSISTENCY_3_TO_7
    assert merkle.consistency_proof(LEAVES, 4) == (INCLUSION_3_OF_7[2],)


def test_a_leaf_is_not_a_node() -> None:
    """An entry whose bytes are two hashes does not hash like their parent."""
    left, right = LEAVES[0], LEAVES[1]
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)


def test_the_right_edge_gives_the_defined_root_at_every_size() -> None:
    """Appending leaf by leaf gives the recursive definition's root, with one hash for each bit set in the size."""
    edge = merkle.RightEdge()
    for size in range(len(MANY) + 1):
        assert edge.size == size
        assert edge.root() == defined_root(MANY[:size]) == merkle.root(MANY[:size])
        assert len(edge.hashes) == size.bit_count()
        if size < len(MANY):
            edge.append(MANY[size])


def test_a_right_edge_continues_from_its_hashes() -> None:
    """An edge rebuilt from size and hashes, and a copy, go on to the same root; the original stays as it was."""
    edge = merkle.RightEdge()
    edge.extend(MANY[:77])
    rebuilt, copy = merkle.RightEdge(edge.size, edge.hashes), edge.copy()
    rebuilt.extend(MANY[77:])
    copy.extend(MANY[77:])
    assert rebuilt.root() == copy.root() == defined_root(MANY)
    assert edge.root() == defined_root(MANY[:77])


@pytest.mark.parametrize(("size", "hashes"), [(1, []), (3, [b"x" * 32]), (1, [b"x" * 31]), (0, [b"x" * 32])])
def test_a_right_edge_of_the_wrong_shape_is_refused(size: int, hashes: list[bytes]) -> None:
    """The number of hashes is the number of bits set in the size, each 32 bytes wide."""
    with pytest.raises(ValueError, match="complete subtrees"):
        merkle.RightEdge(size, hashes)


def test_every_inclusion_proof_up_to_130_leaves() -> None:
    """Every leaf of every tree is proven, at no other index, and by a proof of logarithmic length."""
    for size in range(1, len(MANY) + 1):
        root = defined_root(MANY[:size])
        for index in range(size):
            proof = merkle.inclusion_proof(MANY[:size], index)
            assert len(proof) <= (size - 1).bit_length()
            merkle.verify_inclusion(MANY[index], index, size, proof, root)
            other = (index + 1) % size
            if other != index:
                assert refusal(merkle.verify_inclusion, MANY[index], other, size, proof, root)


def test_every_consistency_proof_up_to_130_leaves() -> None:
    """Every earlier size of every tree is proven consistent, and not with another old root."""
    roots = [defined_root(MANY[:size]) for size in range(len(MANY) + 1)]
    for size in range(1, len(MANY) + 1):
        for old in range(1, size + 1):
            proof = merkle.consistency_proof(MANY[:size], old)
            merkle.verify_consistency(old, size, proof, roots[old], roots[size])
            assert refusal(merkle.verify_consistency, old, size, proof, roots[old - 1], roots[size])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_changed_inclusion_proof_is_refused(data: st.DataObject) -> None:
    """Flipping, dropping, adding or swapping hashes, and another index or size, all spoil a proof."""
    size = data.draw(st.integers(1, 130))
    index = data.draw(st.integers(0, size - 1))
    root = merkle.root(MANY[:size])
    proof = list(merkle.inclusion_proof(MANY[:size], index))
    forged, forged_index = list(proof), index
    match data.draw(st.sampled_from(["flip", "drop", "add", "index"])):
        case "flip" if proof:
            place = data.draw(st.integers(0, len(proof) - 1))
            forged[place] = bytes(32) if forged[place] != bytes(32) else b"x" * 32
        case "drop" if proof:
            del forged[data.draw(st.integers(0, len(proof) - 1))]
        case "index" if size > 1:
            forged_index = data.draw(st.integers(0, size - 1).filter(lambda other: other != index))
        case _:
            forged.insert(data.draw(st.integers(0, len(proof))), root)
    assert refusal(merkle.verify_inclusion, MANY[index], forged_index, size, forged, root).startswith("merkle.")


@pytest.mark.parametrize(
    ("index", "size", "proof", "leaf", "root", "code"),
    [
        (7, 7, INCLUSION_3_OF_7, LEAVES[3], ROOTS[7], "merkle.out_of_range"),
        (-1, 7, INCLUSION_3_OF_7, LEAVES[3], ROOTS[7], "merkle.out_of_range"),
        (0, 0, (), LEAVES[0], ROOTS[0], "merkle.out_of_range"),
        (3, 2**63, INCLUSION_3_OF_7, LEAVES[3], ROOTS[7], "merkle.out_of_range"),
        (3, 7, INCLUSION_3_OF_7, LEAVES[3][:31], ROOTS[7], "merkle.bad_width"),
        (3, 7, INCLUSION_3_OF_7, LEAVES[3], ROOTS[7] + b"x", "merkle.bad_width"),
        (3, 7, (b"", *INCLUSION_3_OF_7[1:]), LEAVES[3], ROOTS[7], "merkle.bad_width"),
        (3, 7, INCLUSION_3_OF_7[:2], LEAVES[3], ROOTS[7], "merkle.proof_length"),
        (3, 7, (*INCLUSION_3_OF_7, ROOTS[7]), LEAVES[3], ROOTS[7], "merkle.proof_length"),
        (3, 7, INCLUSION_3_OF_7, LEAVES[2], ROOTS[7], "merkle.wrong_root"),
        (2, 7, INCLUSION_3_OF_7, LEAVES[3], ROOTS[7], "merkle.wrong_root"),
        (3, 7, INCLUSION_3_OF_7, LEAVES[3], ROOTS[6], "merkle.wrong_root"),
        (0, 1, (), LEAVES[0], ROOTS[2], "merkle.wrong_root"),
    ],
)
def test_each_rule_of_inclusion(
    index: int, size: int, proof: tuple[bytes, ...], leaf: bytes, root: bytes, code: str
) -> None:
    """Each way an inclusion proof can be wrong has its code."""
    merkle.verify_inclusion(LEAVES[3], 3, 7, INCLUSION_3_OF_7, ROOTS[7])
    assert refusal(merkle.verify_inclusion, leaf, index, size, proof, root) == code


@pytest.mark.parametrize(
    ("old", "size", "proof", "old_root", "root", "code"),
    [
        (0, 7, (), ROOTS[0], ROOTS[7], "merkle.out_of_range"),
        (8, 7, CONSISTENCY_3_TO_7, ROOTS[3], ROOTS[7], "merkle.out_of_range"),
        (3, 2**63, CONSISTENCY_3_TO_7, ROOTS[3], ROOTS[7], "merkle.out_of_range"),
        (3, 7, CONSISTENCY_3_TO_7, ROOTS[3][:31], ROOTS[7], "merkle.bad_width"),
        (3, 7, CONSISTENCY_3_TO_7, ROOTS[3], ROOTS[7][:31], "merkle.bad_width"),
        (3, 7, (*CONSISTENCY_3_TO_7[:3], b""), ROOTS[3], ROOTS[7], "merkle.bad_width"),
        (3, 7, (), ROOTS[3], ROOTS[7], "merkle.proof_length"),
        (3, 7, CONSISTENCY_3_TO_7[:3], ROOTS[3], ROOTS[7], "merkle.proof_length"),
        (3, 7, (*CONSISTENCY_3_TO_7, ROOTS[7]), ROOTS[3], ROOTS[7], "merkle.proof_length"),
        (7, 7, (ROOTS[7],), ROOTS[7], ROOTS[7], "merkle.proof_length"),
        (7, 7, (), ROOTS[7], ROOTS[6], "merkle.wrong_root"),
        (3, 7, CONSISTENCY_3_TO_7, ROOTS[2], ROOTS[7], "merkle.wrong_old_root"),
        (3, 7, CONSISTENCY_3_TO_7, ROOTS[3], ROOTS[6], "merkle.wrong_root"),
    ],
)
def test_each_rule_of_consistency(
    old: int, size: int, proof: tuple[bytes, ...], old_root: bytes, root: bytes, code: str
) -> None:
    """Each way a consistency proof can be wrong has its code."""
    merkle.verify_consistency(3, 7, CONSISTENCY_3_TO_7, ROOTS[3], ROOTS[7])
    assert refusal(merkle.verify_consistency, old, size, proof, old_root, root) == code


def test_growth_from_the_empty_tree() -> None:
    """Size 0 takes the empty root and an empty proof, and grows into anything; all else is as strict as before."""
    merkle.verify_growth(0, 7, (), ROOTS[0], ROOTS[7])
    merkle.verify_growth(0, 0, (), ROOTS[0], ROOTS[0])
    merkle.verify_growth(3, 7, CONSISTENCY_3_TO_7, ROOTS[3], ROOTS[7])
    for arguments, code in (
        ((0, 7, (), ROOTS[1], ROOTS[7]), "merkle.empty_root"),
        ((0, 0, (), ROOTS[0], ROOTS[1]), "merkle.empty_root"),
        ((0, 7, (ROOTS[1],), ROOTS[0], ROOTS[7]), "merkle.proof_length"),
        ((0, 7, (), ROOTS[0], b"short"), "merkle.bad_width"),
        ((0, 2**63, (), ROOTS[0], ROOTS[7]), "merkle.out_of_range"),
        ((7, 3, CONSISTENCY_3_TO_7, ROOTS[7], ROOTS[3]), "merkle.out_of_range"),
        ((7, 7, (), ROOTS[7], ROOTS[6]), "merkle.wrong_root"),
    ):
        assert refusal(merkle.verify_growth, *arguments) == code


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_no_inclusion_proof_outside_the_tree(index: int, size: int) -> None:
    """Asking for the proof of a leaf that is not there is the caller's mistake."""
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion_proof(LEAVES[:size], index)


@pytest.mark.parametrize("old", [0, 8, -1])
def test_no_consistency_proof_outside_the_tree(old: int) -> None:
    """Asking for a proof from no tree or from a larger one is the caller's mistake."""
    with pytest.raises(ValueError, match="no consistency proof"):
        merkle.consistency_proof(LEAVES, old)


def test_a_repeated_last_leaf_changes_the_root() -> None:
    """The tree is not padded by doubling its last leaf, so no two lists of entries share a root."""
    assert merkle.root(LEAVES) != merkle.root([*LEAVES, LEAVES[-1]])
    assert len(set(ROOTS)) == len(ROOTS) == len(BALLOTS) + 1
