"""A real log written by Tessera: every checkpoint, tile and bundle, and consistency between all checkpoints."""

from pathlib import Path

import pytest

from evote.errors import BoardError
from evote.log import merkle
from evote.log.bundles import encode_bundle, encode_hashes
from evote.log.checkpoint import OpenedCheckpoint, open_checkpoint
from evote.log.key import parse_verifier_key
from evote.log.note import Ed25519Verifier
from evote.log.policy import Policy, PolicyLog
from evote.log.proof import TlogProof, decode_proof, encode_proof, verify_proof
from evote.log.tile_reader import NOT_FOUND, TileReader
from evote.log.tiles import Tile, TileKind, new_bundles, new_tiles, tile_path
from tests.log.known import TESSERA_ENTRIES, TESSERA_KEY, TESSERA_ORIGIN
from tests.shared_data import shared_file

KEY = parse_verifier_key(TESSERA_KEY)
LEAVES = [merkle.leaf_hash(entry) for entry in TESSERA_ENTRIES]


@pytest.fixture(scope="module")
def folder() -> Path:
    """The log's folder."""
    return shared_file("transparency-log/tessera-log")


def read(folder: Path, path: str) -> bytes:
    """Read a file of the log."""
    if not (folder / path).is_file():
        raise BoardError(NOT_FOUND, f"no {path}")
    return (folder / path).read_bytes()


@pytest.fixture(scope="module")
def checkpoints(folder: Path) -> list[OpenedCheckpoint]:
    """The sixteen signed checkpoints, opened with the log's key."""
    return [
        open_checkpoint(read(folder, f"checkpoint.{size}"), origin=TESSERA_ORIGIN, verifiers=[Ed25519Verifier(KEY)])
        for size in range(16)
    ]


def test_every_checkpoint(folder: Path, checkpoints: list[OpenedCheckpoint]) -> None:
    """Each is signed, has its size, and has the root over that many entries; the last is the current one."""
    for size, opened in enumerate(checkpoints):
        assert opened.checkpoint.size == size
        assert opened.checkpoint.root == merkle.root(LEAVES[:size])
    assert read(folder, "checkpoint") == checkpoints[-1].note


def test_every_tile_and_bundle(folder: Path) -> None:
    """The files of the log are exactly those that our arithmetic names, with exactly the bytes that we would write."""
    expected = {}
    for size in range(1, 16):
        for tile in new_tiles(size - 1, size):
            expected[tile_path(tile)] = encode_hashes(LEAVES[: tile.width])
        for tile in new_bundles(TileKind.ENTRIES, size - 1, size):
            expected[tile_path(tile)] = encode_bundle(TileKind.ENTRIES, TESSERA_ENTRIES[: tile.width])
    found = {
        str(path.relative_to(folder)): path.read_bytes() for path in (folder / "tile").rglob("*") if path.is_file()
    }
    assert found == expected
    assert len(found) == 30


def test_consistency_between_all_checkpoints(folder: Path, checkpoints: list[OpenedCheckpoint]) -> None:
    """From tiles, every checkpoint is proven consistent with every earlier one, and holds its roots."""
    for new in checkpoints:
        tree = new.checkpoint
        reader = TileReader(lambda path: read(folder, path), size=tree.size, root=tree.root)
        for old in checkpoints[: tree.size + 1]:
            proof = reader.consistency_proof(old.checkpoint.size)
            merkle.verify_growth(old.checkpoint.size, tree.size, proof, old.checkpoint.root, tree.root)
            assert reader.root_at(old.checkpoint.size) == old.checkpoint.root


def test_a_receipt_for_every_entry(folder: Path, checkpoints: list[OpenedCheckpoint]) -> None:
    """Under every checkpoint every entry has a receipt that verifies."""
    policy = Policy(logs=(PolicyLog(key=KEY),))
    for opened in checkpoints[1:]:
        tree = opened.checkpoint
        reader = TileReader(lambda path: read(folder, path), size=tree.size, root=tree.root)
        assert reader.entries(0) == tuple(TESSERA_ENTRIES[: tree.size])
        for index in range(tree.size):
            proof = TlogProof(index=index, hashes=reader.inclusion_proof(index), checkpoint=opened.note)
            verify_proof(decode_proof(encode_proof(proof)), entry=TESSERA_ENTRIES[index], policy=policy)


def test_the_log_has_no_bundles_of_ours(folder: Path) -> None:
    """Payloads lie beside a log's own files: this log has none, and their place is named all the same."""
    assert tile_path(Tile(kind=TileKind.PAYLOADS, number=0, width=15)) == "tile/payloads/000.p/15"
    assert not (folder / "tile/payloads").exists()
