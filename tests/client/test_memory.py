"""The client's memory: growth is accepted, a second history is refused with both notes as evidence."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from evote import canonical_json
from evote.client.memory import CheckpointMemory, write_atomically
from evote.client.reader import RecordReader, open_checkpoint
from evote.client.source import FolderSource
from evote.errors import BoardError, EquivocationError
from evote.log import merkle
from evote.log.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from evote.log.encoding import decode_base64
from evote.log.policy import WitnessedCheckpoint
from tests.client.records import LEAVES, record_files, witnessed, write_folder
from tests.log.known import BOARD, LOG_SIGNER, POLICY, refusal


class ProofTo:
    """Consistency proofs from earlier sizes to one size."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.asked: list[int] = []

    def __call__(self, old_size: int) -> Sequence[bytes]:
        self.asked.append(old_size)
        return merkle.consistency_proof(LEAVES[: self.size], old_size) if old_size else ()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the memory lies."""
    return tmp_path / "memory.json"


def remembered(place: Path) -> int | None:
    """Return the size that a memory read afresh holds."""
    note = CheckpointMemory(place).last(BOARD)
    return None if note is None else read_checkpoint(note).size


def test_growth_is_remembered(place: Path) -> None:
    """Each larger consistent checkpoint replaces the one before, across restarts, byte for byte."""
    assert remembered(place) is None
    for size in (0, 1, 5, 5, 256, 300):
        memory = CheckpointMemory(place)
        opened = witnessed(size)
        memory.remember(opened, ProofTo(size))
        assert remembered(place) == size
        assert CheckpointMemory(place).last(BOARD) == memory.last(BOARD)
    assert CheckpointMemory(place).last("example.com/other") is None


def test_the_proof_is_asked_from_the_remembered_size(place: Path) -> None:
    """Only growth needs a proof, and it is the one from what was seen."""
    memory = CheckpointMemory(place)
    source = ProofTo(7)
    memory.remember(witnessed(7), source)
    memory.remember(witnessed(7), source)
    assert source.asked == []
    larger = ProofTo(9)
    memory.remember(witnessed(9), larger)
    assert larger.asked == [7]


@pytest.mark.parametrize("size", [5, 9])
def test_a_second_history_is_equivocation(place: Path, size: int) -> None:
    """Another root at the same size, or a larger tree that is no extension: both notes are the evidence."""
    memory = CheckpointMemory(place)
    first = witnessed(5)
    memory.remember(first, ProofTo(5))
    forged = witnessed(size, root=merkle.root(LEAVES[100 : 100 + size]))
    with pytest.raises(EquivocationError) as caught:
        memory.remember(forged, lambda old: merkle.consistency_proof(LEAVES[100 : 100 + size], old))
    assert caught.value.code == "log.equivocation"
    assert (caught.value.first, caught.value.second) == (first.note, forged.note)
    assert CheckpointMemory(place).last(BOARD) == first.note


@pytest.mark.parametrize("proof", [(), (bytes(32),), (b"short",)])
def test_growth_without_a_valid_proof_is_refused(place: Path, proof: tuple[bytes, ...]) -> None:
    """A log that can't prove its growth is treated as one with two histories."""
    memory = CheckpointMemory(place)
    memory.remember(witnessed(5), ProofTo(5))
    with pytest.raises(EquivocationError):
        memory.remember(witnessed(9), lambda _: proof)
    assert remembered(place) == 5


def test_an_older_checkpoint_is_refused_and_not_remembered(place: Path) -> None:
    """A log that shows less than before may be restored from a backup; nothing is forgotten."""
    memory = CheckpointMemory(place)
    memory.remember(witnessed(9), ProofTo(9))
    assert refusal(memory.remember, witnessed(5), ProofTo(5)) == "log.rolled_back"
    assert remembered(place) == 9


def test_an_empty_tree_with_another_root_is_refused(place: Path) -> None:
    """Size 0 has the empty root, at first sight too."""
    assert refusal(CheckpointMemory(place).remember, witnessed(0, root=LEAVES[0]), ProofTo(0)) == "merkle.empty_root"
    assert remembered(place) is None


def test_a_failing_source_of_proofs_changes_nothing(place: Path) -> None:
    """An unavailable proof is no equivocation; its error comes out and the memory stays."""
    memory = CheckpointMemory(place)
    memory.remember(witnessed(5), ProofTo(5))

    def unavailable(old_size: int) -> Sequence[bytes]:
        raise BoardError("record.not_found", str(old_size))

    assert refusal(memory.remember, witnessed(9), unavailable) == "record.not_found"
    assert remembered(place) == 5


def test_with_a_record_from_tiles(tmp_path: Path, place: Path) -> None:
    """The reader's own proofs, made from authenticated tiles, satisfy the memory."""
    for size in (3, 200, 300):
        source = FolderSource(write_folder(tmp_path / str(size), record_files(size)))
        reader = RecordReader(source, open_checkpoint(source, POLICY))
        CheckpointMemory(place).remember(reader.witnessed, reader.consistency_proof)
    assert remembered(place) == 300


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "encoding.not_json"),
        (b"{}", "memory.malformed"),
        (canonical_json.encode({"format": "other", "notes": []}), "memory.malformed"),
        (canonical_json.encode({"format": "evote/checkpoint-memory/1", "notes": {}}), "memory.malformed"),
        (canonical_json.encode({"format": "evote/checkpoint-memory/1", "notes": [1]}), "memory.malformed"),
        (canonical_json.encode({"format": "evote/checkpoint-memory/1", "notes": ["!"]}), "encoding.not_base64"),
        (canonical_json.encode({"format": "evote/checkpoint-memory/1", "notes": ["aGk="]}), "note.no_signatures"),
    ],
)
def test_a_damaged_memory_is_not_an_empty_one(place: Path, data: bytes, code: str) -> None:
    """A file that is not ours, or damaged, is refused rather than forgotten."""
    place.write_bytes(data)
    assert refusal(CheckpointMemory, place) == code


def test_a_memory_that_cant_be_read_or_written(tmp_path: Path) -> None:
    """A folder in its place, and a missing folder around it, are our errors."""
    assert refusal(CheckpointMemory, tmp_path) == "memory.unreadable"
    memory = CheckpointMemory(tmp_path / "missing" / "memory.json")
    assert refusal(memory.remember, witnessed(5), ProofTo(5)) == "memory.unwritable"


def test_a_failed_write_leaves_the_old_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk fails before the new file is in place, the old one stays and nothing lies around."""
    write_atomically(place, b"old")

    def failing(descriptor: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", failing)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(place, b"new")
    assert place.read_bytes() == b"old"
    assert list(place.parent.iterdir()) == [place]


def test_two_logs_do_not_disturb_each_other(place: Path) -> None:
    """Each origin has its own last checkpoint, kept sorted by origin in one file."""
    other = Checkpoint(origin="another.example", size=2, root=merkle.root(LEAVES[7:9]))
    note = sign_checkpoint(other, [LOG_SIGNER])
    memory = CheckpointMemory(place)
    memory.remember(witnessed(5), ProofTo(5))
    memory.remember(WitnessedCheckpoint(checkpoint=other, note=note, log=LOG_SIGNER.key, times=()), ProofTo(2))
    afresh = CheckpointMemory(place)
    assert (afresh.last(BOARD), afresh.last("another.example")) == (memory.last(BOARD), note)
    value = canonical_json.decode(place.read_bytes(), maximum_bytes=10_000)
    assert [read_checkpoint(decode_base64(text, "note")).size for text in value["notes"]] == [2, 5]
