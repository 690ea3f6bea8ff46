"""The public files of the log: tiles, bundles, policy, and last of all the signed checkpoint.

Spec: docs/formats.md section 1; C2SP tlog-tiles v0.1.0, tlog-checkpoint v1.0.0, tlog-policy.

Idea: every file but the checkpoint is a function of the database, so nothing is staged: publishing writes what is
missing between the size that was written and the database's, whether the process has just committed or has just been
started after a crash.

Invariants: a checkpoint is signed when everything under it is durable, and published when it satisfies the policy;
files under `tile/` never change. A partial tile stays until the full one exists, as tlog-tiles asks, but a start
removes those that the published checkpoint does not need; of the large bundles only the newest partial ones stay.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from evote.board import files
from evote.board.admission import Posting
from evote.board.keys import LogKeys
from evote.board.store import Store
from evote.board.tree import HashTree
from evote.errors import BoardError, EncodingError, VerificationError
from evote.log.bundles import encode_bundle
from evote.log.checkpoint import Checkpoint, open_checkpoint, read_checkpoint, sign_checkpoint
from evote.log.key import format_verifier_key
from evote.log.policy import Policy, verifier_of
from evote.log.policy_text import format_policy
from evote.log.statement import decode_statement
from evote.log.tiles import (
    BUNDLE_KINDS,
    TILE_WIDTH,
    Tile,
    TileKind,
    bundle_at,
    hash_count,
    level_count,
    new_bundles,
    new_tiles,
    tile_at,
    tile_path,
)

CHECKPOINT_NAME: Final = "checkpoint"
POLICY_NAME: Final = "policy"

# Partial bundles of payloads and commitments that stay beside the newest: some megabytes each.
KEPT_SIZES: Final = 4
_LARGE: Final = (TileKind.PAYLOADS, TileKind.COMMITMENTS)


class Publisher:
    """Writes the record of one log into a folder."""

    def __init__(self, folder: Path, keys: LogKeys) -> None:
        """Take the record's folder and the log's keys, which are named like the log."""
        self._folder = folder
        self._keys = keys
        self._size = 0  # of the tree whose tiles are written
        self._published: deque[int] = deque(maxlen=KEPT_SIZES)
        self._partial: dict[Tile, int] = {}  # partial tiles that are there, and the newest size that has them

    def published(self) -> bytes | None:
        """Return the checkpoint in the record, None where there is none; nothing is verified."""
        path = self._folder / CHECKPOINT_NAME
        return files.read_file(path) if path.is_file() else None

    def check_signed(self, note: bytes) -> None:
        """Raise BoardError `board.bad_checkpoint` where a note is not a checkpoint that this log's keys signed."""
        verifiers = [verifier_of(key) for key in self._keys.public]
        try:
            open_checkpoint(note, origin=self._keys.origin, verifiers=verifiers)
        except (EncodingError, VerificationError) as error:
            raise BoardError(
                "board.bad_checkpoint",
                f"the checkpoint in {self._folder} is not signed by this log's key ({error.message}); find out who "
                "wrote it",
            ) from error

    def write_tiles(self, tree: HashTree, store: Store) -> None:
        """Write the tiles and bundles that the record lacks of the whole tree, which must be committed; durable."""
        for tile in new_tiles(self._size, tree.size):
            self._write(tile, tree.tile(tile))
        for bundle in new_bundles(TileKind.ENTRIES, self._size, tree.size):
            self._write_bundles(bundle, store, self._size)
        self._note_size(tree.size)

    def sign(self, tree: HashTree, timestamp: int) -> bytes:
        """Return the checkpoint of the tree, whose tiles are written, signed by both keys at a time since 1970."""
        checkpoint = Checkpoint(origin=self._keys.origin, size=tree.size, root=tree.root())
        return sign_checkpoint(checkpoint, self._keys.signers(timestamp))

    def publish(self, note: bytes, policy: Policy, size: int) -> None:
        """Make a note of a written size the published checkpoint, and the policy that it satisfies the published one.

        Partial tiles that nobody needs any more are removed.
        """
        self._show(note, policy, size)
        self._prune(size)

    def write_policy(self, policy: Policy) -> None:
        """Write the policy file where it is another one; a comment names the key that is not part of it."""
        mldsa = format_verifier_key(self._keys.mldsa.key)
        data = format_policy(policy) + f"# The log also signs with ML-DSA-44: {mldsa}\n".encode()
        path = self._folder / POLICY_NAME
        if not path.is_file() or files.read_file(path) != data:
            files.replace_file(path, data)

    def repair(self, note: bytes | None, tree: HashTree, store: Store, policy: Policy) -> None:
        """Bring the record to what was published last, and remove what a killed process left behind.

        The right edge is compared; full tiles that exist are not read. Raise BoardError `board.file_changed` where a
        file of the right edge differs.
        """
        size = read_checkpoint(note).size if note is not None else 0
        files.make_folders(self._folder)
        if not (self._folder / POLICY_NAME).is_file():
            self.write_policy(policy)
        for path in self._folder.rglob("*"):
            if path.is_file() and files.is_temporary(path):
                files.remove_file(path)
        for tile in new_tiles(0, size):
            if tile.is_partial or not self._place(tile).is_file():
                self._write(tile, tree.tile(tile))
        for bundle in new_bundles(TileKind.ENTRIES, 0, size):
            parallel = (bundle, bundle_at(TileKind.PAYLOADS, bundle.number, size))
            if bundle.is_partial or not all(self._place(tile).is_file() for tile in parallel):
                self._write_bundles(bundle, store, 0)
        self._note_size(size)
        if note is not None:
            self._show(note, policy, size)
        needed = {tile_path(tile) for tile in record_tiles(size)}
        for path in self._folder.rglob("*.p/*"):
            if path.relative_to(self._folder).as_posix() not in needed:
                files.remove_file(path)

    def _write_bundles(self, bundle: Tile, store: Store, known_size: int) -> None:
        """Write the bundle of entries and the two that run parallel; commitments only where there are any.

        Payloads of entries from `known_size` on are compared with their statements: what is published is immutable.
        """
        start = bundle.number * TILE_WIDTH
        postings = list(store.postings(start, start + bundle.width))
        for index, posting in enumerate(postings[max(0, known_size - start) :], max(known_size, start)):
            check_payload(index, posting)
        items = {
            TileKind.ENTRIES: [posting.statement for posting in postings],
            TileKind.PAYLOADS: [posting.payload for posting in postings],
            TileKind.COMMITMENTS: [posting.commitments for posting in postings],
        }
        for kind, parts in items.items():
            if kind is not TileKind.COMMITMENTS or any(parts):
                tile = Tile(kind=kind, number=bundle.number, width=bundle.width)
                self._write(tile, encode_bundle(kind, parts))

    def _write(self, tile: Tile, data: bytes) -> None:
        files.write_immutable(self._place(tile), data)

    def _place(self, tile: Tile) -> Path:
        return self._folder / tile_path(tile)

    def _show(self, note: bytes, policy: Policy, size: int) -> None:
        path = self._folder / CHECKPOINT_NAME
        if not path.is_file() or files.read_file(path) != note:
            files.replace_file(path, note)
        self.write_policy(policy)
        if size not in self._published:
            self._published.append(size)

    def _note_size(self, size: int) -> None:
        self._size = size
        self._partial |= dict.fromkeys(_partial_tiles(size), size)

    def _prune(self, size: int) -> None:
        """Remove partial tiles of earlier sizes that a full one has replaced, and large ones that are not new."""
        for tile, last in list(self._partial.items()):
            is_old = tile.kind in _LARGE and last < self._published[0]
            if last < size and (is_old or not tile_at(tile.level, tile.number, size).is_partial):
                files.remove_file(self._place(tile))
                del self._partial[tile]


def check_payload(index: int, posting: Posting) -> None:
    """Raise BoardError `board.entry_changed` where a stored payload is not the one that its statement names."""
    if sha256(posting.payload).digest() != decode_statement(posting.statement).payload_hash:
        raise BoardError("board.entry_changed", f"the payload of entry {index} was changed; restore a backup")


def record_tiles(size: int) -> Iterator[Tile]:
    """Yield every hash tile and every bundle of the record of `size` entries; those of commitments are optional."""
    yield from new_tiles(0, size)
    for kind in BUNDLE_KINDS:
        yield from new_bundles(kind, 0, size)


def _partial_tiles(size: int) -> Iterator[Tile]:
    """Yield the partial tiles and bundles of a size."""
    for level in range(level_count(size)):
        number, width = divmod(hash_count(level, size), TILE_WIDTH)
        if width:
            yield Tile(level=level, number=number, width=width)
            if level == 0:
                yield from (Tile(kind=kind, number=number, width=width) for kind in BUNDLE_KINDS)
