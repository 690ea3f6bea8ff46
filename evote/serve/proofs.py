"""Proofs made from the public files alone: consistency for witnesses and readers, receipts for who submitted.

Spec: RFC 9162 section 2.1; C2SP tlog-tiles v0.1.0, tlog-proof.

Idea: the record is enough to prove everything under a checkpoint, and it is authenticated by that checkpoint's root, so
proofs need neither the database nor the thread that owns it. Neighbouring entries share most of their proofs' hashes;
each is computed once.

Invariants: a proof that is handed out leads to the root of the checkpoint it was asked for.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from evote.client.source import FolderSource
from evote.log import merkle
from evote.log.checkpoint import Checkpoint, read_checkpoint
from evote.log.encoding import encode_base64
from evote.log.proof import TlogProof, encode_proof
from evote.log.tile_reader import TileReader
from evote.log.tiles import TILE_WIDTH, tile_at

MAXIMUM_REMEMBERED: Final = 64


class GrowthProofs:
    """Consistency proofs between sizes of one record; for several threads."""

    def __init__(self, record_folder: Path) -> None:
        """Take the record's folder; tiles must be there before a proof of their size is asked for."""
        self._source = FolderSource(record_folder)
        self._lock = threading.Lock()
        self._proofs: dict[tuple[int, bytes, int], tuple[bytes, ...]] = {}

    def __call__(self, old_size: int, checkpoint: Checkpoint) -> tuple[bytes, ...]:
        """Return the proof from `old_size` to a checkpoint, empty from 0 and from its own size.

        Raise ValueError where `old_size` is beyond it; BoardError and VerificationError as `TileReader`.
        """
        if old_size in (0, checkpoint.size):
            return ()
        key = (old_size, checkpoint.root, checkpoint.size)
        with self._lock:
            if key not in self._proofs:
                if len(self._proofs) >= MAXIMUM_REMEMBERED:
                    self._proofs.clear()
                self._proofs[key] = self._reader(checkpoint).consistency_proof(old_size)
            return self._proofs[key]

    def between(self, old_size: int, size: int, checkpoint: Checkpoint) -> tuple[bytes, ...]:
        """Return the proof between two sizes of the log, neither beyond the checkpoint; errors as `__call__`."""
        root = self._reader(checkpoint).root_at(size)
        return self(old_size, Checkpoint(origin=checkpoint.origin, size=size, root=root))

    def _reader(self, checkpoint: Checkpoint) -> TileReader:
        return TileReader(self._source.read, size=checkpoint.size, root=checkpoint.root)


class Receipts:
    """Receipts of many entries under one published checkpoint; for one thread."""

    def __init__(self, record_folder: Path, note: bytes) -> None:
        """Read and authenticate the right edge; raise as `TileReader`."""
        checkpoint = read_checkpoint(note)
        self._size = checkpoint.size
        self._note = note
        self._reader = TileReader(FolderSource(record_folder).read, size=checkpoint.size, root=checkpoint.root)
        self._hashes: dict[tuple[int, int], bytes] = {}
        # The form of a receipt is decided, and checked, where it is defined; here its parts are put in.
        marker = encode_proof(TlogProof(index=0, hashes=(), checkpoint=note, extra=b"\x00"))
        self._head, _, rest = marker.partition(b"extra AA==\nindex 0\n")
        self._tail = rest

    def make(self, index: int, entry: bytes) -> bytes:
        """Return the `.tlog-proof` of an entry with its bytes; ValueError where they are not those of that index."""
        if self._range_hash(index, index + 1) != merkle.leaf_hash(entry):
            raise ValueError(f"these are not the bytes of entry {index}")
        hashes = merkle.hashes_of(merkle.inclusion_ranges(index, self._size), self._range_hash)
        lines = [f"extra {encode_base64(entry)}", f"index {index}", *map(encode_base64, hashes)]
        return self._head + "".join(line + "\n" for line in lines).encode() + self._tail

    def _range_hash(self, start: int, end: int) -> bytes:
        return merkle.fold([self._subtree(low, high) for low, high in merkle.complete_subtrees(start, end)])

    def _subtree(self, start: int, end: int) -> bytes:
        """Return the hash of a complete subtree, from the highest tile that holds it or from its two halves."""
        if (start, end) not in self._hashes:
            level, width = 0, end - start
            while width % TILE_WIDTH == 0:
                level, width = level + 1, width // TILE_WIDTH
            if width == 1:
                number, offset = divmod(start >> (8 * level), TILE_WIDTH)
                found = self._reader.hashes(tile_at(level, number, self._size))[offset]
            else:
                middle = (start + end) // 2
                found = merkle.node_hash(self._subtree(start, middle), self._subtree(middle, end))
            self._hashes[start, end] = found
        return self._hashes[start, end]
