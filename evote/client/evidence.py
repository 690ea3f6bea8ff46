"""Making evidence of a log's two histories from what a client holds: signed notes, receipts, somebody's record.

Spec: docs/witness.md, "Evidence".

Idea: two notes of one size speak for themselves. Where the sizes differ, the larger tree's own tiles say what root it
had at the smaller size, and whoever fetches them can show it; two receipts for one index need nothing else.

Invariants: what is returned verifies under the log's keys, or nothing is returned.
"""

from __future__ import annotations

from collections.abc import Sequence

from evote.errors import EncodingError, VerificationError
from evote.log.checkpoint import read_checkpoint
from evote.log.evidence import (
    Evidence,
    ProvenLeaf,
    conflicting_leaves,
    conflicting_prefix,
    find_conflict,
    verify_evidence,
)
from evote.log.key import VerifierKey
from evote.log.merkle import leaf_hash
from evote.log.proof import TlogProof, decode_proof
from evote.log.tile_reader import TileReader


def evidence_from_notes(
    first: bytes, second: bytes, log_keys: Sequence[VerifierKey], tree: TileReader | None = None
) -> Evidence | None:
    """Return the evidence that two signed notes hold, with the tree of the larger one where sizes differ.

    None where nothing is proven by these, or the notes are not signed by the log.
    """
    evidence = find_conflict(first, second)
    if evidence is None and tree is not None:
        smaller, larger = sorted((first, second), key=lambda note: read_checkpoint(note).size)
        size = read_checkpoint(smaller).size
        if 0 < size < tree.size == read_checkpoint(larger).size:
            evidence = conflicting_prefix(smaller, larger, tree.root_at(size), tree.consistency_proof(size))
    return evidence if evidence is not None and _holds(evidence, log_keys) else None


def evidence_from_receipts(first: bytes, second: bytes, log_keys: Sequence[VerifierKey]) -> Evidence | None:
    """Return the evidence in two receipts with their entries: of one index, or with checkpoints of one size.

    None where they prove nothing together. Raise EncodingError where one is no receipt or holds no entry.
    """
    one, other = (_proven_leaf(decode_proof(data)) for data in (first, second))
    if one[0] == other[0]:
        evidence = conflicting_leaves(one[0], one[1], other[1])
        if _holds(evidence, log_keys):
            return evidence
    return evidence_from_notes(one[1].note, other[1].note, log_keys)


def _proven_leaf(proof: TlogProof) -> tuple[int, ProvenLeaf]:
    if not proof.extra:
        raise EncodingError("receipt.no_entry", "the receipt does not hold its entry")
    return proof.index, ProvenLeaf(note=proof.checkpoint, leaf=leaf_hash(proof.extra), proof=proof.hashes)


def _holds(evidence: Evidence, log_keys: Sequence[VerifierKey]) -> bool:
    try:
        verify_evidence(evidence, log_keys)
    except VerificationError:
        return False
    return True
