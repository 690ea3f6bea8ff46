"""Making evidence: whatever comes out verifies, and where nothing is proven nothing comes out."""

from __future__ import annotations

import itertools

import pytest

from evote.client.evidence import evidence_from_notes, evidence_from_receipts
from evote.log import merkle
from evote.log.evidence import Conflict, verify_evidence
from evote.log.proof import TlogProof, encode_proof
from evote.log.tile_reader import TileReader
from tests.log.known import build_files, refusal
from tests.witness.scene import Log

LOG = Log()
FORK = LOG.fork(2)
KEYS = (LOG.key,)
ENTRIES = [b"%d" % number if number != 2 else b"other" for number in range(17)]


def tree_of_fork(size: int) -> TileReader:
    """Return the fork's tree as its own files show it."""
    files = build_files(ENTRIES[:size])
    return TileReader(files.__getitem__, size=size, root=FORK.root(size))


def receipt(log: Log, index: int, size: int, entry: bytes) -> bytes:
    """Return a receipt."""
    hashes = merkle.inclusion_proof(log.leaves[:size], index)
    return encode_proof(TlogProof(index=index, hashes=hashes, checkpoint=log.checkpoint(size), extra=entry))


def test_notes_with_the_larger_tree() -> None:
    """For every pair of sizes: proven where the histories differ before the smaller size, else nothing."""
    for size, new_size in itertools.combinations(range(1, 18), 2):
        evidence = evidence_from_notes(LOG.checkpoint(size), FORK.checkpoint(new_size), KEYS, tree_of_fork(new_size))
        assert (evidence is not None) == (size > 2)
        assert evidence is None or verify_evidence(evidence, KEYS).conflict is Conflict.PREFIX


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(LOG.checkpoint(5), FORK.checkpoint(9), id="no tree"),
        pytest.param(LOG.checkpoint(9), FORK.checkpoint(5), id="tree of the smaller"),
        pytest.param(LOG.checkpoint(0), FORK.checkpoint(9), id="empty tree"),
        pytest.param(LOG.checkpoint(5), LOG.checkpoint(5), id="the same"),
        pytest.param(LOG.checkpoint(5), Log(seed=b"S" * 32).fork(1).checkpoint(5), id="other key"),
    ],
)
def test_notes_that_prove_nothing(first: bytes, second: bytes) -> None:
    """Without the larger tree, of the empty one, of one history, or not signed by this log."""
    assert evidence_from_notes(first, second, KEYS, tree_of_fork(5)) is None


def test_receipts() -> None:
    """One index and two entries; or two indexes under two roots of one size; one history proves nothing."""
    honest, forked = receipt(LOG, 2, 5, b"2"), receipt(FORK, 2, 9, b"other")
    evidence = evidence_from_receipts(forked, honest, KEYS)
    assert evidence is not None
    assert evidence.conflict is Conflict.LEAVES
    same_size = evidence_from_receipts(receipt(LOG, 0, 9, b"0"), forked, KEYS)
    assert same_size is not None
    assert same_size.conflict is Conflict.ROOTS
    assert evidence_from_receipts(honest, receipt(LOG, 2, 9, b"2"), KEYS) is None
    assert evidence_from_receipts(honest, receipt(FORK, 2, 9, b"invented"), KEYS) is None
    without = encode_proof(TlogProof(index=0, hashes=(), checkpoint=LOG.checkpoint(1)))
    assert refusal(evidence_from_receipts, honest, without, KEYS) == "receipt.no_entry"
