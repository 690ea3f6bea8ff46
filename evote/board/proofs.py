"""Proofs out of the tree in memory: receipts under the published checkpoint, and consistency between two sizes.

Spec: C2SP tlog-proof (main, 2025-12); RFC 9162 section 2.1.

Idea: the whole tree is in memory as tiles, so a proof costs some hashes and no file is read.

Invariants: no receipt leaves that would not verify.
"""

from __future__ import annotations

from evote.board.store import Store
from evote.board.tree import HashTree
from evote.errors import PolicyError
from evote.log.checkpoint import read_checkpoint
from evote.log.policy import Policy
from evote.log.proof import TlogProof, encode_proof, verify_proof
from evote.log.tile_reader import TileReader


class Proofs:
    """Makes proofs for one log."""

    def __init__(self, tree: HashTree, store: Store) -> None:
        """Take the log's growing tree and its database."""
        self._tree = tree
        self._store = store
        self._reader: TileReader | None = None  # of the size that was asked for last

    def receipt(self, index: int, note: bytes, policy: Policy) -> bytes:
        """Return the receipt of an entry under a published checkpoint; it carries the entry's bytes."""
        (stored,) = self._store.postings(index, index + 1)
        proof = TlogProof(
            index=index,
            hashes=self._reader_of(read_checkpoint(note).size).inclusion_proof(index),
            checkpoint=note,
            extra=stored.statement,
        )
        verify_proof(proof, entry=stored.statement, policy=policy)
        return encode_proof(proof)

    def consistency(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """Return the proof that a tree is a prefix of a larger one, empty from 0.

        Raise PolicyError `board.no_such_size` unless 0 <= old_size <= new_size <= size.
        """
        if not 0 <= old_size <= new_size <= self._tree.size:
            raise PolicyError(
                "board.no_such_size", f"no proof from {old_size} to {new_size}: {self._tree.size} entries"
            )
        return self._reader_of(new_size).consistency_proof(old_size)

    def _reader_of(self, size: int) -> TileReader:
        if self._reader is None or self._reader.size != size:
            self._reader = self._tree.reader(size)
        return self._reader
