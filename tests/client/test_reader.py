"""The public client's reader: a whole record from folder and archive, receipts, and every kind of tampering."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evote.client.reader import RecordReader, open_checkpoint, verify_receipt
from evote.client.source import ArchiveSource, FolderSource, RecordSource
from evote.errors import BoardError
from evote.log import merkle
from evote.log.bundles import encode_bundle
from evote.log.proof import encode_proof
from evote.log.tile_reader import NOT_FOUND
from evote.log.tiles import TileKind
from tests.client.records import (
    COUNT,
    ENTRIES,
    LEAVES,
    PAYLOADS,
    record_files,
    signed_checkpoint,
    witnessed,
    write_archive,
    write_folder,
)
from tests.log.known import POLICY, TIME, refusal

FILES = record_files()


class MemorySource:
    """Files in memory, and how often each was asked for."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.asked: list[str] = []

    def read(self, path: str) -> bytes:
        """Return a file's bytes."""
        self.asked.append(path)
        if path not in self.files:
            raise BoardError(NOT_FOUND, f"no {path}")
        return self.files[path]


def reader_of(files: dict[str, bytes]) -> RecordReader:
    """Return a reader of files in memory under their own checkpoint."""
    source = MemorySource(files)
    return RecordReader(source, open_checkpoint(source, POLICY))


@pytest.fixture(params=["folder", "archive"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> RecordSource:
    """The record as a folder and as an archive."""
    if request.param == "folder":
        return FolderSource(write_folder(tmp_path, FILES))
    return ArchiveSource(write_archive(tmp_path / "record.zip", FILES))


def test_a_whole_record(source: RecordSource) -> None:
    """Checkpoint, entries, statements with payloads, root and proofs come out of both kinds of source."""
    opened = open_checkpoint(source, POLICY)
    assert (opened.checkpoint.size, opened.times) == (COUNT, (("a", TIME), ("b", TIME)))
    reader = RecordReader(source, opened)
    reader.verify_root()
    assert tuple(entry.data for entry in reader.entries()) == ENTRIES
    statements = list(reader.statements())
    assert [item.index for item in statements] == list(range(COUNT))
    assert tuple(item.data for item in statements) == ENTRIES
    assert tuple(item.payload for item in statements) == PAYLOADS
    merkle.verify_inclusion(LEAVES[299], 299, COUNT, reader.inclusion_proof(299), opened.checkpoint.root)
    old_root = merkle.root(LEAVES[:100])
    merkle.verify_consistency(100, COUNT, reader.consistency_proof(100), old_root, opened.checkpoint.root)


@pytest.mark.parametrize("start", [0, 1, 255, 256, 299, 300, 1000])
def test_reading_from_the_middle(start: int) -> None:
    """A client that has read a part goes on from there, and reads no bundle before it."""
    reader = reader_of(FILES)
    assert [entry.index for entry in reader.entries(start)] == list(range(start, COUNT))
    assert [item.index for item in reader.statements(start)] == list(range(start, COUNT))


def test_reading_streams() -> None:
    """The second bundle is not asked for before the first is used up."""
    source = MemorySource(FILES)
    statements = RecordReader(source, open_checkpoint(source, POLICY)).statements()
    next(statements)
    assert "tile/payloads/000" in source.asked
    assert "tile/payloads/001.p/44" not in source.asked


def test_an_empty_record() -> None:
    """A log without entries has a checkpoint and nothing else."""
    reader = reader_of(record_files(0))
    reader.verify_root()
    assert list(reader.entries()) == []
    assert list(reader.statements()) == []
    assert reader.consistency_proof(0) == ()


def test_an_old_checkpoint_in_a_grown_record() -> None:
    """Where the partial files of an old size are gone, the front of the full ones serves."""
    files = record_files() | {"checkpoint": signed_checkpoint(200)}
    reader = reader_of(files)
    reader.verify_root()
    assert tuple(item.payload for item in reader.statements()) == PAYLOADS[:200]


def test_an_empty_tree_with_another_root_is_refused() -> None:
    """Size 0 has the empty root."""
    assert refusal(RecordReader, MemorySource({}), witnessed(0, root=LEAVES[0])) == "merkle.empty_root"


def test_a_checkpoint_below_the_policy_is_refused() -> None:
    """The reader opens nothing that the quorum has not cosigned."""
    note = signed_checkpoint(COUNT).split(b"\xe2\x80\x94 witness.example/b")[0]
    assert refusal(open_checkpoint, MemorySource({"checkpoint": note}), POLICY) == "policy.no_quorum"


def swap(kind: TileKind, items: tuple[bytes, ...], place: int, item: bytes) -> dict[str, bytes]:
    """Return the record with one item of the first bundle of a kind replaced."""
    changed = [*items[:place], item, *items[place + 1 : 256]]
    return FILES | {f"tile/{kind.value}/000": encode_bundle(kind, changed)}


def read_all(reader: RecordReader) -> Any:
    """Read all statements."""
    return list(reader.statements())


@pytest.mark.parametrize(
    ("files", "use", "code"),
    [
        (swap(TileKind.ENTRIES, ENTRIES, 9, b"other"), read_all, "tiles.wrong_entry"),
        (swap(TileKind.ENTRIES, ENTRIES, 9, ENTRIES[8]), lambda r: list(r.entries()), "tiles.wrong_entry"),
        (swap(TileKind.ENTRIES, ENTRIES, 9, b"other"), RecordReader.verify_root, "record.wrong_root"),
        (swap(TileKind.PAYLOADS, PAYLOADS, 9, b"other"), read_all, "statement.payload_mismatch"),
        (swap(TileKind.PAYLOADS, PAYLOADS, 9, b""), read_all, "statement.payload_mismatch"),
        (FILES | {"tile/0/000": bytes(8192)}, read_all, "tiles.wrong_hash"),
        (FILES | {"tile/0/001.p/44": bytes(44 * 32)}, read_all, "tiles.wrong_root"),
        (FILES | {"tile/payloads/000": FILES["tile/payloads/000"][:-1]}, read_all, "bundle.truncated"),
        (FILES | {"tile/payloads/000": FILES["tile/payloads/000"] + b"x"}, read_all, "bundle.trailing_bytes"),
        (FILES | {"tile/entries/000": b""}, read_all, "bundle.truncated"),
    ],
)
def test_each_tampering_is_found(files: dict[str, bytes], use: Callable[[RecordReader], object], code: str) -> None:
    """A changed entry, payload, tile or bundle is found while reading, each for its reason."""
    assert refusal(lambda: use(reader_of(files))) == code


@pytest.mark.parametrize(
    "path",
    ["checkpoint", "tile/1/000.p/1", "tile/0/000", "tile/0/001.p/44", "tile/entries/000", "tile/payloads/001.p/44"],
)
def test_each_missing_file_is_named(path: str) -> None:
    """A record that lacks a file does not read as if the file were empty."""
    files = {name: data for name, data in FILES.items() if name != path}
    assert refusal(lambda: read_all(reader_of(files))) == NOT_FOUND


def test_an_entry_that_is_no_statement() -> None:
    """An entry in the log that is no statement is refused as such."""
    entries = [b"no statement"]
    root = merkle.root([merkle.leaf_hash(b"no statement")])
    files = {
        "checkpoint": signed_checkpoint(1, root),
        "tile/0/000.p/1": root,
        "tile/entries/000.p/1": encode_bundle(TileKind.ENTRIES, entries),
        "tile/payloads/000.p/1": encode_bundle(TileKind.PAYLOADS, [b""]),
    }
    assert [entry.data for entry in reader_of(files).entries()] == entries
    assert refusal(lambda: read_all(reader_of(files))) == "encoding.not_json"


def test_an_entry_with_a_wrong_signature() -> None:
    """A statement in the log whose signature is wrong is refused as such."""
    entry = ENTRIES[0].replace(b'"test.entry"', b'"test.other"')
    root = merkle.leaf_hash(entry)
    files = {
        "checkpoint": signed_checkpoint(1, root),
        "tile/0/000.p/1": root,
        "tile/entries/000.p/1": encode_bundle(TileKind.ENTRIES, [entry]),
        "tile/payloads/000.p/1": encode_bundle(TileKind.PAYLOADS, [PAYLOADS[0]]),
    }
    assert refusal(lambda: read_all(reader_of(files))) == "signature.invalid"


def test_commitments_are_read_where_they_lie() -> None:
    """The optional side files come out as they are, and are missing where they are."""
    commitments = encode_bundle(TileKind.COMMITMENTS, [b""] * 255 + [b"c" * 512])
    reader = reader_of(FILES | {"tile/commitments/000": commitments})
    assert reader.bundle(TileKind.COMMITMENTS, 0)[254:] == (b"", b"c" * 512)
    assert refusal(reader.bundle, TileKind.COMMITMENTS, 1) == NOT_FOUND


@pytest.mark.parametrize("index", [0, 255, 256, 299])
def test_receipts(index: int) -> None:
    """A receipt made from tiles verifies without the record, with its own copy of the entry or the reader's."""
    data = encode_proof(reader_of(FILES).receipt(index))
    for entry in (None, ENTRIES[index]):
        verified = verify_receipt(data, policy=POLICY, entry=entry)
        assert (verified.index, verified.entry) == (index, ENTRIES[index])
        assert verified.witnessed.checkpoint == witnessed(COUNT).checkpoint
    assert refusal(verify_receipt, data, policy=POLICY, entry=ENTRIES[1]) == "merkle.wrong_root"


def test_a_receipt_without_its_entry() -> None:
    """Without the entry in it a receipt needs it from the reader; another entry in it is refused."""
    proof = reader_of(FILES).receipt(7)
    bare = encode_proof(type(proof)(index=7, hashes=proof.hashes, checkpoint=proof.checkpoint))
    assert verify_receipt(bare, policy=POLICY, entry=ENTRIES[7]).index == 7
    assert refusal(verify_receipt, bare, policy=POLICY) == "receipt.no_entry"
    lying = encode_proof(type(proof)(index=7, hashes=proof.hashes, checkpoint=proof.checkpoint, extra=ENTRIES[8]))
    assert refusal(verify_receipt, lying, policy=POLICY) == "merkle.wrong_root"


def test_no_receipt_outside_of_the_log() -> None:
    """Asking for the receipt of an entry that is not there is the caller's mistake."""
    with pytest.raises(ValueError, match="no leaf"):
        reader_of(FILES).receipt(COUNT)
