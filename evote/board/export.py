"""The record as one file: a zip archive that is the same, byte for byte, wherever and whenever it is made.

Spec: docs/formats.md section 1.

Idea: read the checkpoint, then exactly the files that belong to its size, each checked on its way: an archive that
would not verify is not written. Files are stored, not deflated, since compressors differ between machines.

Invariants: names ascending, one fixed time, no attributes of the machine; the archive appears whole or not at all.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from evote.board.files import PUBLIC_MODE, atomic_file, reported
from evote.board.publish import CHECKPOINT_NAME, POLICY_NAME, record_tiles
from evote.client.reader import RecordReader, open_checkpoint
from evote.client.source import FolderSource
from evote.log.checkpoint import Checkpoint
from evote.log.policy_text import parse_policy
from evote.log.tiles import TileKind, tile_path

_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the earliest that zip knows
_UNIX: Final = 3


def export_record(record_folder: Path, target: Path) -> Checkpoint:
    """Write the record in a folder to the zip archive `target`, replacing it; return the checkpoint it is of.

    Signature (under the record's own policy), tree, payload hashes and statements' signatures are verified first. Raise
    BoardError `record.not_found` where a file is missing, `board.disk_full` and the like where the archive can't be
    written; EncodingError or VerificationError where the record is damaged. Not while a board publishes there.
    """
    source = FolderSource(record_folder)
    witnessed = open_checkpoint(source, parse_policy(source.read(POLICY_NAME)))
    reader = RecordReader(source, witnessed)
    for _ in reader.statements():
        pass
    names = [CHECKPOINT_NAME, POLICY_NAME, *_tile_names(record_folder, reader)]
    with (
        atomic_file(target, PUBLIC_MODE) as descriptor,
        reported(target),
        os.fdopen(os.dup(descriptor), "wb") as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive,
    ):
        for name in sorted(names):
            archive.writestr(_member(name), witnessed.note if name == CHECKPOINT_NAME else source.read(name))
    return witnessed.checkpoint


def _tile_names(record_folder: Path, reader: RecordReader) -> Iterator[str]:
    """Yield the paths of the tiles and bundles of the checkpoint's size; a bundle of commitments only if it exists."""
    for tile in record_tiles(reader.checkpoint.size):
        path = tile_path(tile)
        if tile.kind is TileKind.COMMITMENTS:
            if not (record_folder / path).is_file():
                continue
            reader.bundle(TileKind.COMMITMENTS, tile.number)
        yield path


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _TIME)
    member.create_system = _UNIX
    member.external_attr = PUBLIC_MODE << 16
    return member
