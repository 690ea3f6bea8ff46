"""Evidence of two histories: it convicts a log that lied, and can't be made against one that did not."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote.errors import EvoteError
from evote.log import merkle
from evote.log.evidence import (
    MAXIMUM_EVIDENCE_BYTES,
    Conflict,
    Evidence,
    ProvenLeaf,
    conflicting_leaves,
    conflicting_prefix,
    conflicting_roots,
    decode_evidence,
    encode_evidence,
    find_conflict,
    verify_evidence,
)
from tests.log.known import refusal
from tests.witness.scene import Log

LOG = Log()
FORK = LOG.fork(2)
OTHER_LOG = Log(origin="log.example/other", seed=LOG.seed)
KEYS = (LOG.key, LOG.mldsa_signer.key)


def leaf_of(log: Log, index: int, size: int) -> ProvenLeaf:
    """Return a proven leaf of a log."""
    proof = merkle.inclusion_proof(log.leaves[:size], index)
    return ProvenLeaf(note=log.checkpoint(size), leaf=log.leaves[index], proof=proof)


def prefix_of(old: Log, size: int, new: Log, new_size: int) -> Evidence:
    """Return the evidence that the new log's tree gives against the old checkpoint."""
    return conflicting_prefix(old.checkpoint(size), new.checkpoint(new_size), new.root(size), new.proof(size, new_size))


EVIDENCE = {
    Conflict.ROOTS: conflicting_roots(LOG.checkpoint(7), FORK.checkpoint(7)),
    Conflict.PREFIX: prefix_of(LOG, 5, FORK, 9),
    Conflict.LEAVES: conflicting_leaves(2, leaf_of(LOG, 2, 9), leaf_of(FORK, 2, 6)),
}


@pytest.mark.parametrize("conflict", Conflict)
def test_a_lie_is_proven(conflict: Conflict) -> None:
    """Each kind verifies from its file alone, and names sizes and values."""
    evidence = decode_evidence(encode_evidence(EVIDENCE[conflict]))
    assert evidence == EVIDENCE[conflict]
    proven = verify_evidence(evidence, KEYS[:1])
    assert proven.conflict is conflict
    assert proven.first.size <= proven.second.size
    assert {"roots": "two roots for 7", "prefix": "the first 5", "leaves": "entry 2"}[conflict] in proven.sentence


def test_every_prefix_of_a_fork_is_proven() -> None:
    """All sizes to 17, powers of two among them: the larger tree convicts every smaller checkpoint that differs."""
    for size, new_size in itertools.combinations(range(1, 18), 2):
        evidence = prefix_of(LOG, size, FORK, new_size)
        if size > 2:
            assert verify_evidence(evidence, KEYS).first.size == size
        else:
            assert refusal(verify_evidence, evidence, KEYS) == "evidence.no_conflict"


def test_both_orders_make_the_same_file() -> None:
    """One contradiction has one spelling."""
    assert conflicting_roots(FORK.checkpoint(7), LOG.checkpoint(7)) == EVIDENCE[Conflict.ROOTS]
    assert conflicting_leaves(2, leaf_of(FORK, 2, 6), leaf_of(LOG, 2, 9)) == EVIDENCE[Conflict.LEAVES]


def test_keys_of_both_kinds_convict_together() -> None:
    """One checkpoint signed with Ed25519 and the other with ML-DSA-44: with both keys known it is a contradiction."""
    post_quantum = FORK.checkpoint(7, signers=[FORK.mldsa_signer.at(0)])
    evidence = conflicting_roots(LOG.checkpoint(7), post_quantum)
    assert verify_evidence(evidence, KEYS).conflict is Conflict.ROOTS
    assert refusal(verify_evidence, evidence, KEYS[:1]) == "note.not_signed"


@pytest.mark.parametrize(
    ("evidence", "code"),
    [
        pytest.param(conflicting_roots(LOG.checkpoint(7), LOG.checkpoint(7)), "evidence.no_conflict", id="same root"),
        pytest.param(conflicting_roots(LOG.checkpoint(7), FORK.checkpoint(8)), "evidence.no_conflict", id="two sizes"),
        pytest.param(prefix_of(LOG, 5, LOG, 9), "evidence.no_conflict", id="honest growth"),
        pytest.param(
            replace(EVIDENCE[Conflict.PREFIX], root=b"\x01" * 32), "merkle.wrong_old_root", id="invented root"
        ),
        pytest.param(
            replace(prefix_of(LOG, 8, FORK, 9), root=b"\x01" * 32), "merkle.wrong_root", id="invented root of 8"
        ),
        pytest.param(
            replace(EVIDENCE[Conflict.PREFIX], proofs=((), ())), "merkle.proof_length", id="no consistency proof"
        ),
        pytest.param(
            conflicting_leaves(3, leaf_of(LOG, 3, 9), leaf_of(FORK, 3, 6)), "evidence.no_conflict", id="same leaf"
        ),
        pytest.param(replace(EVIDENCE[Conflict.LEAVES], index=3), "merkle.wrong_root", id="other index"),
        pytest.param(replace(EVIDENCE[Conflict.LEAVES], index=7), "merkle.out_of_range", id="no such index"),
        pytest.param(
            replace(EVIDENCE[Conflict.LEAVES], leaves=(LOG.leaves[3], FORK.leaves[2])), "merkle.wrong_root", id="leaf"
        ),
        pytest.param(
            conflicting_roots(LOG.checkpoint(7), OTHER_LOG.checkpoint(7)), "note.not_signed", id="other log's note"
        ),
        pytest.param(
            conflicting_roots(LOG.checkpoint(7), OTHER_LOG.checkpoint(7, root=bytes(32), signers=[LOG.signer])),
            "evidence.other_log",
            id="two origins",
        ),
        pytest.param(
            replace(
                EVIDENCE[Conflict.LEAVES],
                first=EVIDENCE[Conflict.LEAVES].second,
                second=EVIDENCE[Conflict.LEAVES].first,
            ),
            "evidence.wrong_order",
            id="order",
        ),
    ],
)
def test_nothing_else_is_proven(evidence: Evidence, code: str) -> None:
    """Every condition of a proof by itself."""
    assert refusal(verify_evidence, evidence, KEYS) == code


def test_a_changed_note_is_not_the_log_s(tmp_path: object) -> None:
    """A signature over another text spoils the evidence; nobody can convict a log by editing its checkpoint."""
    data = encode_evidence(EVIDENCE[Conflict.ROOTS])
    assert refusal(verify_evidence, decode_evidence(data.replace(b"\n7\n", b"\n6\n")), KEYS) == "signature.invalid"


@given(st.data())
def test_an_honest_log_can_t_be_convicted(data: st.DataObject) -> None:
    """Whatever hashes an accuser puts beside honest checkpoints, nothing is proven."""
    size = data.draw(st.integers(1, 20))
    new_size = data.draw(st.integers(size, 20))
    hashes = st.sampled_from([*LOG.leaves[:20], *(LOG.root(n) for n in range(21)), bytes(32)])
    proof = tuple(data.draw(st.lists(hashes, max_size=6)))
    leaf = ProvenLeaf(note=LOG.checkpoint(size), leaf=data.draw(hashes), proof=proof)
    index = data.draw(st.integers(0, size))
    accusations = [
        conflicting_roots(LOG.checkpoint(size), LOG.checkpoint(new_size)),
        conflicting_prefix(LOG.checkpoint(size), LOG.checkpoint(new_size), data.draw(hashes), proof),
        conflicting_leaves(index, leaf, leaf_of(LOG, min(index, new_size - 1), new_size)),
    ]
    for evidence in accusations:
        with pytest.raises(EvoteError):
            verify_evidence(evidence, KEYS)


def test_a_failed_proof_may_hold_the_evidence() -> None:
    """The proof of a fork convicts it, except from a power of two, where it does not hold the fork's root."""
    for size, new_size in itertools.combinations(range(1, 18), 2):
        found = find_conflict(LOG.checkpoint(size), FORK.checkpoint(new_size), FORK.proof(size, new_size))
        is_power = size & (size - 1) == 0
        assert (found is not None) == (size > 2 and not is_power), (size, new_size)
        assert found is None or verify_evidence(found, KEYS).conflict is Conflict.PREFIX
    assert find_conflict(LOG.checkpoint(5), LOG.checkpoint(9), LOG.proof(5, 9)) is None
    assert find_conflict(LOG.checkpoint(5), FORK.checkpoint(9), LOG.proof(5, 9)) is None
    assert find_conflict(LOG.checkpoint(5), FORK.checkpoint(9), ()) is None
    assert find_conflict(LOG.checkpoint(5), OTHER_LOG.checkpoint(5)) is None
    assert find_conflict(FORK.checkpoint(7), LOG.checkpoint(7)) == EVIDENCE[Conflict.ROOTS]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"evote/log-contradiction/1", b"evote/log-contradiction/2", "evidence.bad_header"),
        (b"conflict prefix", b"conflict suffix", "evidence.bad_line"),
        (b"conflict prefix\nroot ", b"conflict prefix\nleaf ", "evidence.bad_line"),
        (b"hash ", b"hush ", "evidence.bad_line"),
        (b"hash ", b"hash  ", "encoding.not_base64"),
        (b"conflict", "conflict é".encode(), "evidence.bad_header"),
        (b"\n\n", b"\n", "evidence.no_checkpoints"),
        (b"\n\n", b"\n\n\n\n", "evidence.no_checkpoints"),
        (b"\nhash ", b"\nhash " + b"A" * 43 + b"=\nhash ", "evidence.too_many_hashes"),
    ],
)
def test_malformed_files(old: bytes, new: bytes, code: str) -> None:
    """Each rule of form by itself."""
    count = 64 if code == "evidence.too_many_hashes" else 1
    data = encode_evidence(EVIDENCE[Conflict.PREFIX])
    assert old in data
    for _ in range(count):
        data = data.replace(old, new, 1)
    assert refusal(decode_evidence, data) == code


def test_files_with_too_few_or_too_many_lines() -> None:
    """Kinds do not borrow each other's fields, and nothing is too long to be refused."""
    leaves = encode_evidence(EVIDENCE[Conflict.LEAVES])
    assert refusal(decode_evidence, leaves.replace(b"\nleaf ", b"\nhash ", 1)) == "evidence.bad_line"
    head, first, rest = leaves.partition(b"\nleaf ")
    assert refusal(decode_evidence, leaves.replace(b"\n\n", first + rest[:44] + b"\n\n", 1)) == "evidence.bad_line"
    one_leaf = head + first + rest[:44] + b"\n\n" + leaves.partition(b"\n\n")[2]
    assert refusal(decode_evidence, one_leaf) == "evidence.bad_line"
    assert refusal(decode_evidence, leaves.replace(b"index 2", b"index 02")) == "encoding.not_decimal"
    assert refusal(decode_evidence, b"x" * (MAXIMUM_EVIDENCE_BYTES + 1)) == "evidence.too_long"
    with_root = replace(EVIDENCE[Conflict.ROOTS], root=bytes(32))
    assert refusal(encode_evidence, with_root) == "evidence.bad_line"
