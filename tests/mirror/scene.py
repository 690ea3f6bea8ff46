"""A toy log at several sizes, copies of it, and what a log's operator may do to deceive them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from evote.board.admission import Posting
from evote.client.reader import RecordReader, open_checkpoint
from evote.client.source import FolderSource
from evote.log.bundles import encode_bundle
from evote.log.checkpoint import Checkpoint, sign_checkpoint
from evote.log.key import VerifierKey, parse_verifier_key
from evote.log.merkle import leaf_hash, root
from evote.log.note import Ed25519Signer
from evote.log.policy import Policy, PolicyLog
from evote.log.tiles import TileKind, new_bundles, tile_path
from evote.mirror.copy import Mirror, Update
from evote.mirror.folder import MirrorFolder
from tests.board import toy
from tests.log.known import build_files

LOG = Ed25519Signer(toy.ORIGIN, toy.LOG_KEY)
POLICY = Policy(logs=(PolicyLog(key=LOG.key),))
SIZES = (70, 600, 800)


def make_records(folder: Path) -> tuple[Path, ...]:
    """Let a real board publish at each of `SIZES`; return the records as they stood."""
    records = []
    with toy.create(folder / "board") as board:
        for size in SIZES:
            board.submit_many([toy.ballot(number) for number in range(board.size, size)])
            board.flush()
            records.append(folder / str(size))
            shutil.copytree(board.record_folder, records[-1])
    return tuple(records)


def mldsa_key(record: Path) -> VerifierKey:
    """Return the log's ML-DSA-44 key, which stands in the last line of its policy, a comment."""
    return parse_verifier_key((record / "policy").read_text().split()[-1])


def copy(record: Path, folder: Path, policy: Policy = POLICY) -> Update:
    """Copy a record once."""
    with Mirror(MirrorFolder(folder), policy) as mirror:
        return mirror.update(FolderSource(record).read)


def verify_copy(folder: Path) -> int:
    """Verify a copied record from its files alone: tiles, entries, payloads, signatures; return its size, 0 for none.

    Raise where anything under the checkpoint is missing or wrong.
    """
    source = FolderSource(folder / "record")
    if not (folder / "record" / "checkpoint").exists():
        return 0
    reader = RecordReader(source, open_checkpoint(source, POLICY))
    reader.verify_root()
    assert sum(1 for _ in reader.statements()) == reader.checkpoint.size
    return reader.checkpoint.size


def files_of(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write_log(folder: Path, postings: Sequence[Posting]) -> Path:
    """Write the record of a log that this key has signed, whatever it has signed before."""
    entries = [one.statement for one in postings]
    files = build_files(entries)
    for bundle in new_bundles(TileKind.PAYLOADS, 0, len(entries)):
        start = 256 * bundle.number
        payloads = [one.payload for one in postings[start : start + bundle.width]]
        files[tile_path(bundle)] = encode_bundle(TileKind.PAYLOADS, payloads)
    checkpoint = Checkpoint(origin=toy.ORIGIN, size=len(entries), root=root(map(leaf_hash, entries)))
    files["checkpoint"] = sign_checkpoint(checkpoint, [LOG])
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def postings_of(record: Path) -> list[Posting]:
    """Return what was posted to a log, in its order."""
    source = FolderSource(record)
    statements = RecordReader(source, open_checkpoint(source, POLICY)).statements()
    return [Posting(statement=one.data, payload=one.payload) for one in statements]


def forked(record: Path, count: int, place: int = 17) -> list[Posting]:
    """Return the first postings of a log, one of them another than it was."""
    return [toy.ballot(9999) if index == place else one for index, one in enumerate(postings_of(record)[:count])]
