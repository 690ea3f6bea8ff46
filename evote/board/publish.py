"""The public files of the log: tiles, bundles, policy, and last of all the signed checkpoint.

Spec: docs/formats.md section 1; C2SP tlog-tiles v0.1.0, tlog-checkpoint v1.0.0, tlog-policy.

Idea: every file is a function of the database, so nothing is staged: publishing writes what is missing between the
published size and the database's, whether the process has just committed or has just been started after a crash.

Invariants: the checkpoint is signed and written when everything under it is durable; files under `tile/` never change;
partial tiles are removed only when the checkpoint that needs them is no longer the published one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from evote.board import files
from evote.board.store import Store
from evote.board.tree import HashTree
from evote.errors import BoardError, EncodingError, VerificationError
from evote.log.bundles import encode_bundle
from evote.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from evote.log.note import Ed25519Signer, Ed25519Verifier
from evote.log.policy import Policy, PolicyLog
from evote.log.policy_text import format_policy
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


class Publisher:
    """Writes the record of one log into a folder."""

    def __init__(self, folder: Path, signer: Ed25519Signer) -> None:
        """Take the record's folder and the log's key, which is named like the log."""
        self._folder = folder
        self._signer = signer

    @property
    def policy(self) -> Policy:
        """The policy of a log without witnesses: its own key."""
        return Policy(logs=(PolicyLog(key=self._signer.key),))

    def published(self) -> bytes | None:
        """Return the signed checkpoint in the record, None where there is none.

        Raise BoardError `board.bad_checkpoint` where it is not a checkpoint that this log's key signed.
        """
        path = self._folder / CHECKPOINT_NAME
        if not path.is_file():
            return None
        note = files.read_file(path)
        try:
            open_checkpoint(note, origin=self._signer.name, verifiers=[Ed25519Verifier(self._signer.key)])
        except (EncodingError, VerificationError) as error:
            raise BoardError(
                "board.bad_checkpoint",
                f"{path} is not signed by this log's key ({error.message}); find out who wrote it",
            ) from error
        return note

    def publish(self, old_size: int, tree: HashTree, store: Store) -> bytes:
        """Write what the record of `old_size` entries lacks to that of the whole tree; return the signed checkpoint.

        Everything in the tree must be committed: a signature is a promise.
        """
        for tile in new_tiles(old_size, tree.size):
            self._write(tile, tree.tile(tile))
        for bundle in new_bundles(TileKind.ENTRIES, old_size, tree.size):
            self._write_bundles(bundle, store)
        checkpoint = Checkpoint(origin=self._signer.name, size=tree.size, root=tree.root())
        note = sign_checkpoint(checkpoint, [self._signer])
        files.replace_file(self._folder / CHECKPOINT_NAME, note)
        for tile in _superseded(old_size, tree.size):
            files.remove_file(self._place(tile))
        return note

    def repair(self, size: int, tree: HashTree, store: Store) -> None:
        """Remove what a killed process left behind, compare the right edge, and write what is missing of `size`.

        Full tiles that exist are not read. Raise BoardError `board.file_changed` where a file of the right edge
        differs.
        """
        files.make_folders(self._folder)
        policy, path = format_policy(self.policy), self._folder / POLICY_NAME
        if not path.is_file() or files.read_file(path) != policy:
            files.replace_file(path, policy)
        needed = {tile_path(tile) for tile in record_tiles(size)}
        for path in self._folder.rglob("*"):
            is_stale = path.parent.suffix == ".p" and path.relative_to(self._folder).as_posix() not in needed
            if path.is_file() and (is_stale or files.is_temporary(path)):
                files.remove_file(path)
        for tile in new_tiles(0, size):
            if tile.is_partial or not self._place(tile).is_file():
                self._write(tile, tree.tile(tile))
        for bundle in new_bundles(TileKind.ENTRIES, 0, size):
            parallel = (bundle, bundle_at(TileKind.PAYLOADS, bundle.number, size))
            if bundle.is_partial or not all(self._place(tile).is_file() for tile in parallel):
                self._write_bundles(bundle, store)

    def _write_bundles(self, bundle: Tile, store: Store) -> None:
        """Write the bundle of entries and the two that run parallel; commitments only where there are any."""
        start = bundle.number * TILE_WIDTH
        postings = [entry.posting for entry in store.entries(start, start + bundle.width)]
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


def record_tiles(size: int) -> Iterator[Tile]:
    """Yield every hash tile and every bundle of the record of `size` entries; those of commitments are optional."""
    yield from new_tiles(0, size)
    for kind in BUNDLE_KINDS:
        yield from new_bundles(kind, 0, size)


def _superseded(old_size: int, size: int) -> Iterator[Tile]:
    """Yield the partial tiles and bundles of an earlier size that are not those of `size`."""
    for level in range(level_count(old_size)):
        number, width = divmod(hash_count(level, old_size), TILE_WIDTH)
        if width and tile_at(level, number, size).width != width:
            yield Tile(level=level, number=number, width=width)
            if level == 0:
                yield from (Tile(kind=kind, number=number, width=width) for kind in BUNDLE_KINDS)
