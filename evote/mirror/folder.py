"""The folder of a copy: the record as others may have it, and beside it what only its keeper needs.

Spec: docs/mirror.md section 1; docs/formats.md section 1.

Idea: `record/` has the record's files and nothing else, so that it can be handed on as it is. Beside it lie the trusted
policy, every checkpoint that was seen, and evidence against the log, if there ever is any.

Invariants: every file is written whole and durably before it has its name; one process at a time writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from evote.board import files
from evote.client.reader import CHECKPOINT_PATH
from evote.errors import BoardError, ConfigurationError
from evote.log.policy import Policy
from evote.log.policy_text import format_policy, parse_policy
from evote.log.tiles import Tile, TileKind, parse_tile_path, tile_path

POLICY_PATH: Final = "policy"

# Bundles of some megabytes each: of these, partial ones stay only while somebody may be reading them.
_LARGE: Final = (TileKind.PAYLOADS, TileKind.COMMITMENTS)


class MirrorFolder:
    """The files of one copy."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; nothing is read yet."""
        self.folder = folder
        self.record = folder / "record"
        self._trusted = folder / "trusted-policy"

    def lock(self) -> BinaryIO:
        """Make the folders, remove what a killed process left behind, and return the lock until it is closed.

        Raise BoardError `mirror.locked` where another process copies into the folder.
        """
        for place in (self.record, self.folder / "checkpoints"):
            files.make_folders(place)
        try:
            lock = files.lock_folder(self.folder)
        except BoardError as error:
            if error.code != "board.locked":
                raise
            raise BoardError(
                "mirror.locked", f"another program copies into {self.folder}; wait or end it", folder=self.folder
            ) from None
        for path in self.folder.rglob(".*"):
            if files.is_temporary(path):
                files.remove_file(path)
        return lock

    def trusted_policy(self) -> Policy | None:
        """Return the policy under which the copy is made, None where there is none yet; EncodingError if malformed."""
        return parse_policy(files.read_file(self._trusted)) if self._trusted.is_file() else None

    def trust(self, policy: Policy) -> Policy:
        """Let a policy, given by whoever keeps the copy, be the trusted one, and return it.

        Raise ConfigurationError `mirror.several_logs` unless its log keys have one name, `mirror.other_log` where the
        copy is of another log.
        """
        origins = {log.key.name for log in policy.logs}
        if len(origins) != 1:
            raise ConfigurationError("mirror.several_logs", f"a copy is of one log; the policy names {len(origins)}")
        known = self.trusted_policy()
        if known is not None and {log.key.name for log in known.logs} != origins:
            raise ConfigurationError("mirror.other_log", f"{self.folder} holds a copy of another log; choose a folder")
        if known != policy:
            files.make_folders(self.folder)
            files.replace_file(self._trusted, format_policy(policy))
        return policy

    def read(self, path: str) -> bytes | None:
        """Return a file of the copied record, None where it is missing."""
        place = self.record / path
        return files.read_file(place) if place.is_file() else None

    def write(self, tile: Tile, data: bytes) -> None:
        """Write a tile or bundle; one that is there with other bytes was damaged, since these have been verified."""
        path = tile_path(tile)
        if self.read(path) != data:
            files.make_folders((self.record / path).parent)
            files.replace_file(self.record / path, data, files.IMMUTABLE_MODE)

    def replace(self, path: str, data: bytes) -> None:
        """Write or replace the checkpoint or the policy of the copy."""
        if self.read(path) != data:
            files.replace_file(self.record / path, data)

    def seen(self, size: int) -> bytes | None:
        """Return the signed checkpoint of a size that was seen, None where none was."""
        place = self._seen(size)
        return files.read_file(place) if place.is_file() else None

    def keep_seen(self, size: int, note: bytes) -> None:
        """Keep a signed checkpoint."""
        if self.seen(size) != note:
            files.replace_file(self._seen(size), note)

    def keep_evidence(self, data: bytes) -> Path:
        """Keep a piece of evidence and return its file."""
        path = self.folder / "evidence" / f"{sha256(data).hexdigest()[:16]}.evidence"
        files.make_folders(path.parent)
        files.replace_file(path, data)
        return path

    def prune(self, needed: Iterable[Tile]) -> None:
        """Remove partial tiles that full ones have replaced, and large ones, unless they are needed."""
        kept = {tile_path(tile) for tile in needed if tile.is_partial}
        for path in self.record.rglob("*.p/*"):
            name = path.relative_to(self.record).as_posix()
            if name in kept:
                continue
            tile = parse_tile_path(name)
            if tile.kind in _LARGE or (self.record / tile_path(tile.full)).is_file():
                files.remove_file(path)
                with suppress(OSError):  # not empty
                    path.parent.rmdir()

    def checkpoint(self) -> bytes | None:
        """Return the checkpoint that the copy shows, None where it shows none yet."""
        return self.read(CHECKPOINT_PATH)

    def _seen(self, size: int) -> Path:
        return self.folder / "checkpoints" / str(size)
