"""The record as an archive."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from evote.board.export import export_record
from evote.client.reader import RecordReader, open_checkpoint
from evote.client.source import ArchiveSource
from evote.errors import BoardError, EvoteError
from evote.log.policy import Policy
from evote.log.tiles import TileKind, new_bundles, new_tiles, tile_path
from tests.board import toy

SIZE = 300


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the record of a board with 300 ballots, published in two steps."""
    with toy.create(tmp_path / "board") as board:
        for size in (100, SIZE):
            board.submit_many([toy.ballot(number) for number in range(size)])
            assert board.flush().size == size
        return board.record_folder


def test_an_archive_reads_like_the_folder(folder: Path, tmp_path: Path) -> None:
    """An auditor verifies checkpoint, tree and statements from the archive alone."""
    checkpoint = export_record(folder, tmp_path / "record.zip")
    source = ArchiveSource(tmp_path / "record.zip")
    key = toy_policy(folder)
    reader = RecordReader(source, open_checkpoint(source, key))
    reader.verify_root()
    assert reader.checkpoint == checkpoint
    assert len(list(reader.statements())) == SIZE
    source.close()


def test_an_archive_holds_exactly_the_files_of_its_checkpoint(folder: Path, tmp_path: Path) -> None:
    """Left-over partial tiles and foreign files of the folder are not in the archive."""
    (folder / "tile/0/000.p").mkdir(exist_ok=True)
    (folder / "tile/0/000.p/7").write_bytes(b"stale")
    (folder / "notes.txt").write_bytes(b"foreign")
    export_record(folder, tmp_path / "record.zip")
    expected = {"checkpoint", "policy", *map(tile_path, new_tiles(0, SIZE))}
    for kind in (TileKind.ENTRIES, TileKind.PAYLOADS, TileKind.COMMITMENTS):
        expected |= set(map(tile_path, new_bundles(kind, 0, SIZE)))
    with zipfile.ZipFile(tmp_path / "record.zip") as archive:
        assert archive.namelist() == sorted(expected)


def test_the_same_record_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Two exports are equal byte for byte, and say nothing about time or machine."""
    for name in ("a.zip", "b.zip"):
        export_record(folder, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert {(info.date_time, info.create_system, info.external_attr) for info in archive.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), 3, 0o644 << 16)
        }


@pytest.mark.parametrize(
    "name", ["checkpoint", "tile/0/000", "tile/1/000.p/1", "tile/entries/000", "tile/payloads/001.p/44"]
)
def test_a_damaged_record_is_not_exported(folder: Path, tmp_path: Path, name: str) -> None:
    """One changed byte, or a missing file, and there is no archive."""
    path = folder / name
    data = bytearray(path.read_bytes())
    # Not in the middle of the checkpoint, where the line by the key stands that the policy does not name.
    data[len(data) // 200] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)
    with pytest.raises(EvoteError):
        export_record(folder, tmp_path / "record.zip")
    path.unlink()
    with pytest.raises(BoardError) as caught:
        export_record(folder, tmp_path / "record.zip")
    assert caught.value.code == "record.not_found"
    assert not (tmp_path / "record.zip").exists()


def toy_policy(folder: Path) -> Policy:
    """Return the policy of the toy log as its board states it."""
    with toy.open_toy(folder.parent) as board:
        return board.policy
