"""The public client's reading side: a checkpoint, everything under it, and proofs about it.

Spec: C2SP tlog-tiles v0.1.0, tlog-proof; statements and payload bundles as in `evote.log`.

Idea: open the checkpoint under a policy, then read bundle by bundle; every entry is checked against its leaf hash and
every leaf hash against the checkpoint's root before it is handed out. Memory holds one bundle at a time.

Invariants: an entry that was handed out is proven to be in the log; a statement that was handed out has its payload
and its signature right. Whether a statement is admissible is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from evote.client.source import RecordSource
from evote.errors import BoardError, EncodingError, VerificationError
from evote.log import merkle
from evote.log.policy import Policy, WitnessedCheckpoint, open_witnessed
from evote.log.proof import TlogProof, decode_proof, open_proof
from evote.log.statement import Statement, decode_statement, verify_statement
from evote.log.tile_reader import TileReader, read_bundle
from evote.log.tiles import TILE_WIDTH, TileKind, bundle_at

CHECKPOINT_PATH: Final = "checkpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A log entry: its index from zero and its bytes."""

    index: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedItem:
    """A log entry with the payload and the side file's commitments as they lie beside it, which may be anything."""

    index: int
    entry: bytes
    payload: bytes
    commitments: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedStatement:
    """A statement in the log with its index and payload; `data` is the entry's bytes.

    `commitments` are what lies beside it in the untrusted side file, empty where there is nothing.
    """

    index: int
    data: bytes
    statement: Statement
    payload: bytes
    commitments: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedReceipt:
    """What a receipt proved: these bytes are entry `index` of the log at a checkpoint that satisfies the policy."""

    index: int
    entry: bytes
    witnessed: WitnessedCheckpoint


def open_checkpoint(source: RecordSource, policy: Policy, *, path: str = CHECKPOINT_PATH) -> WitnessedCheckpoint:
    """Return the record's checkpoint, opened under the policy; errors as `source.read` and `open_witnessed`."""
    return open_witnessed(source.read(path), policy)


def verify_receipt(data: bytes, *, policy: Policy, entry: bytes | None = None) -> VerifiedReceipt:
    """Return what a receipt file proves under a policy; needs no record.

    The entry's bytes are `entry`, or else the receipt's own extra data, which its inclusion proof then authenticates;
    that it is the entry somebody meant is the caller's to check. Raise EncodingError where the file is malformed or
    `receipt.no_entry`, VerificationError as `open_proof`.
    """
    proof = decode_proof(data)
    proven = proof.extra if entry is None else entry
    if not proven:
        raise EncodingError("receipt.no_entry", "the receipt does not hold its entry, and none was given")
    return VerifiedReceipt(index=proof.index, entry=proven, witnessed=open_proof(proof, entry=proven, policy=policy))


class RecordReader:
    """A log at one checkpoint, read from a source that need not be trusted."""

    def __init__(self, source: RecordSource, witnessed: WitnessedCheckpoint) -> None:
        """Authenticate the tree's right edge.

        Raise VerificationError `merkle.empty_root` or `tiles.wrong_root`, EncodingError for malformed tiles, BoardError
        for missing ones.
        """
        self.witnessed = witnessed
        self.checkpoint = witnessed.checkpoint
        self._source = source
        merkle.verify_growth(0, self.checkpoint.size, (), merkle.EMPTY_ROOT, self.checkpoint.root)
        self.tree = TileReader(source.read, size=self.checkpoint.size, root=self.checkpoint.root)

    def entries(self, start: int = 0) -> Iterator[Entry]:
        """Yield the entries from index `start` on, each proven to be in the log.

        Raise VerificationError `tiles.*`, EncodingError for malformed tiles or bundles, BoardError for missing ones.
        """
        for number in range(start // TILE_WIDTH, self._bundle_count()):
            first = number * TILE_WIDTH
            for index, data in enumerate(self.tree.entries(number), first):
                if index >= start:
                    yield Entry(index=index, data=data)

    def statements(self, start: int = 0) -> Iterator[RecordedStatement]:
        """Yield the statements from index `start` on with their payloads, proven, matched and with valid signatures.

        Raise as `entries`; EncodingError `statement.*` for an entry that is no statement; VerificationError
        `statement.payload_mismatch` or `signature.*`.
        """
        for item in self.items(start, self.checkpoint.size):
            statement = decode_statement(item.entry)
            verify_statement(statement, item.payload)
            yield RecordedStatement(
                index=item.index,
                data=item.entry,
                statement=statement,
                payload=item.payload,
                commitments=item.commitments,
            )

    def items(self, start: int, end: int) -> Iterator[RecordedItem]:
        """Yield the entries of indices [start, end), each proven to be in the log, with what lies beside it.

        Not checked: that payload or commitments belong to the entry, and anything about the entry's content. Raise as
        `entries`.
        """
        for number in range(start // TILE_WIDTH, -(-end // TILE_WIDTH)):
            first = number * TILE_WIDTH
            entries = self.tree.entries(number)
            payloads = self.bundle(TileKind.PAYLOADS, number)
            beside = self._commitments(number, len(payloads))
            for index, (entry, payload, commitments) in enumerate(zip(entries, payloads, beside, strict=True), first):
                if start <= index < end:
                    yield RecordedItem(index=index, entry=entry, payload=payload, commitments=commitments)

    def bundle(self, kind: TileKind, number: int) -> tuple[bytes, ...]:
        """Return the items of a bundle as they lie there: nothing of it is verified."""
        return read_bundle(self._source.read, bundle_at(kind, number, self.checkpoint.size))

    def verify_root(self) -> None:
        """Verify that the entries alone, without any tile, rebuild the checkpoint's root.

        Raise VerificationError `record.wrong_root`; EncodingError and BoardError as `entries`.
        """
        edge = merkle.RightEdge()
        for number in range(self._bundle_count()):
            edge.extend(merkle.leaf_hash(entry) for entry in self.bundle(TileKind.ENTRIES, number))
        if edge.root() != self.checkpoint.root:
            raise VerificationError(
                "record.wrong_root",
                f"the {edge.size} entries have root {edge.root().hex()}, not {self.checkpoint.root.hex()}",
            )

    def inclusion_proof(self, index: int) -> tuple[bytes, ...]:
        """Return the inclusion proof of entry `index`; ValueError where there is no such entry."""
        return self.tree.inclusion_proof(index)

    def consistency_proof(self, old_size: int) -> tuple[bytes, ...]:
        """Return the consistency proof from an earlier size, empty from 0; ValueError where it is not earlier."""
        return self.tree.consistency_proof(old_size)

    def receipt(self, index: int) -> TlogProof:
        """Return the receipt of entry `index` under this checkpoint, with the entry as its extra data.

        Raise ValueError where there is no such entry; otherwise as `entries`.
        """
        return TlogProof(
            index=index,
            hashes=self.inclusion_proof(index),
            checkpoint=self.witnessed.note,
            extra=self.tree.entries(index // TILE_WIDTH)[index % TILE_WIDTH],
        )

    def _commitments(self, number: int, count: int) -> tuple[bytes, ...]:
        """Return a bundle of the side file; one that is missing or malformed says nothing, and is nobody's fault."""
        try:
            return self.bundle(TileKind.COMMITMENTS, number)
        except (BoardError, EncodingError):
            return (b"",) * count

    def _bundle_count(self) -> int:
        return -(-self.checkpoint.size // TILE_WIDTH)
