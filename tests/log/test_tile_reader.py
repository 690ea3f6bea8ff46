"""Reading a tree from tiles: every hash and proof of trees with several levels, and every kind of tampering."""

import hashlib
from collections.abc import Callable

import pytest

from evote.errors import BoardError
from evote.log import merkle
from evote.log.tile_reader import NOT_FOUND, ReadFile, TileReader, read_bundle
from evote.log.tiles import Tile, TileKind, tile_at
from tests.log.known import build_files, refusal

COUNT = 66_000
ENTRIES = [number.to_bytes(3, "big") for number in range(COUNT)]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]


def reading(files: dict[str, bytes], asked: list[str] | None = None) -> ReadFile:
    """Return a source over files in memory that keeps a list of what was asked for."""

    def read(path: str) -> bytes:
        if asked is not None:
            asked.append(path)
        if path not in files:
            raise BoardError(NOT_FOUND, f"no {path}")
        return files[path]

    return read


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """The files of a log of 66,000 entries: tiles on three levels."""
    return build_files(ENTRIES)


@pytest.fixture(scope="module")
def root() -> bytes:
    """The root over the 66,000 entries."""
    return merkle.root(LEAVES)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 255, 256, 257, 511, 512, 513, 600, 1000])
def test_everything_in_a_tree(size: int) -> None:
    """Leaves, earlier roots, inclusion and consistency proofs from tiles are those computed from all leaves."""
    leaves = LEAVES[:size]
    root = merkle.root(leaves)
    reader = TileReader(reading(build_files(ENTRIES[:size])), size=size, root=root)
    edge = merkle.RightEdge()
    step = max(1, size // 40)
    for index in range(size):
        assert reader.root_at(index) == edge.root()
        edge.append(leaves[index])
        assert reader.leaf_hash(index) == leaves[index]
        if index % step == 0:
            assert reader.inclusion_proof(index) == merkle.inclusion_proof(leaves, index)
            assert reader.consistency_proof(index + 1) == merkle.consistency_proof(leaves, index + 1)
    assert reader.root_at(size) == root
    assert reader.consistency_proof(0) == ()


def test_a_tree_of_three_levels(files: dict[str, bytes], root: bytes) -> None:
    """Proofs across three levels of tiles verify, and take few tiles."""
    asked: list[str] = []
    reader = TileReader(reading(files, asked), size=COUNT, root=root)
    assert sorted(asked) == ["tile/0/257.p/208", "tile/1/001.p/1", "tile/2/000.p/1"]
    for index in (0, 255, 256, 43_210, 65_535, 65_536, COUNT - 1):
        merkle.verify_inclusion(LEAVES[index], index, COUNT, reader.inclusion_proof(index), root)
    for old in (1, 256, 65_535, 65_536, 65_537, COUNT):
        old_root = merkle.root(LEAVES[:old])
        merkle.verify_consistency(old, COUNT, reader.consistency_proof(old), old_root, root)
        assert reader.root_at(old) == old_root
    assert len(asked) < 20


def test_entries_are_checked_against_their_leaf_hashes(files: dict[str, bytes], root: bytes) -> None:
    """A bundle's entries come out as they went in."""
    reader = TileReader(reading(files), size=COUNT, root=root)
    assert reader.entries(100) == tuple(ENTRIES[25_600:25_856])
    assert reader.entries(257) == tuple(ENTRIES[65_792:])


def flip(data: bytes, place: int) -> bytes:
    """Return bytes with one bit flipped."""
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize(
    ("path", "place", "use", "code"),
    [
        ("tile/2/000.p/1", 0, lambda reader: reader.leaf_hash(0), "tiles.wrong_root"),
        ("tile/1/001.p/1", 5, lambda reader: reader.leaf_hash(0), "tiles.wrong_root"),
        ("tile/0/257.p/208", 100, lambda reader: reader.leaf_hash(0), "tiles.wrong_root"),
        ("tile/1/000", 8191, lambda reader: reader.leaf_hash(0), "tiles.wrong_hash"),
        ("tile/0/007", 31, lambda reader: reader.leaf_hash(7 * 256 + 9), "tiles.wrong_hash"),
        ("tile/0/007", 31, lambda reader: reader.inclusion_proof(7 * 256), "tiles.wrong_hash"),
        ("tile/0/007", 31, lambda reader: reader.consistency_proof(7 * 256 + 9), "tiles.wrong_hash"),
        ("tile/entries/007", 4, lambda reader: reader.entries(7), "tiles.wrong_entry"),
        ("tile/entries/257.p/208", 4, lambda reader: reader.entries(257), "tiles.wrong_entry"),
    ],
)
def test_one_flipped_bit_is_found(
    files: dict[str, bytes], root: bytes, path: str, place: int, use: Callable[[TileReader], object], code: str
) -> None:
    """A bit flipped in any tile or bundle is found when the file is used."""
    tampered = files | {path: flip(files[path], place)}
    assert refusal(lambda: use(TileReader(reading(tampered), size=COUNT, root=root))) == code


def test_another_root_is_refused(files: dict[str, bytes]) -> None:
    """Tiles of another tree do not open under this root."""
    assert refusal(TileReader, reading(files), size=COUNT, root=bytes(32)) == "tiles.wrong_root"
    assert refusal(TileReader, reading({}), size=0, root=bytes(32)) == "tiles.wrong_root"
    assert TileReader(reading({}), size=0, root=merkle.EMPTY_ROOT).root_at(0) == merkle.EMPTY_ROOT


def test_a_missing_partial_tile_is_taken_from_the_full_one() -> None:
    """A log that has grown and dropped its partial tiles still serves the old checkpoint."""
    files = build_files(ENTRIES[:600], sizes=[300, 600])
    for partial in ("tile/0/001.p/44", "tile/entries/001.p/44"):
        del files[partial]
    asked: list[str] = []
    reader = TileReader(reading(files, asked), size=300, root=merkle.root(LEAVES[:300]))
    assert asked[:2] == ["tile/0/001.p/44", "tile/0/001"]
    assert reader.entries(1) == tuple(ENTRIES[256:300])
    assert reader.leaf_hash(299) == LEAVES[299]


def test_a_missing_file_is_the_sources_error(files: dict[str, bytes], root: bytes) -> None:
    """Where neither the partial nor the full file is there, and for any other failure, the source's error comes out."""
    partial = "tile/0/257.p/208"
    without = {path: data for path, data in files.items() if path not in (partial, "tile/0/000")}
    assert refusal(TileReader, reading(without), size=COUNT, root=root) == NOT_FOUND
    reader = TileReader(reading(without | {partial: files[partial]}), size=COUNT, root=root)
    assert refusal(reader.leaf_hash, 0) == NOT_FOUND

    def broken(path: str) -> bytes:
        raise BoardError("record.unreadable", path)

    assert refusal(TileReader, broken, size=COUNT, root=root) == "record.unreadable"


def test_a_tile_of_the_wrong_width_is_refused(files: dict[str, bytes], root: bytes) -> None:
    """A file that is shorter or longer than its name says is malformed."""
    path = "tile/0/257.p/208"
    for data in (files[path][:-32], files[path] + bytes(32), b""):
        code = refusal(TileReader, reading(files | {path: data}), size=COUNT, root=root)
        assert code == "bundle.bad_width"


@pytest.mark.parametrize("index", [-1, COUNT])
def test_nothing_outside_the_tree(files: dict[str, bytes], root: bytes, index: int) -> None:
    """Leaves, proofs and tiles outside of the tree are the caller's mistake."""
    reader = TileReader(reading(files), size=COUNT, root=root)
    with pytest.raises(ValueError, match="no leaf"):
        reader.leaf_hash(index)
    with pytest.raises(ValueError, match="no leaf"):
        reader.inclusion_proof(index)
    with pytest.raises(ValueError, match="no earlier size"):
        reader.root_at(-1 if index < 0 else COUNT + 1)
    with pytest.raises(ValueError, match="not a tile"):
        reader.hashes(Tile(number=257, width=207))


def test_tiles_are_read_once(files: dict[str, bytes], root: bytes) -> None:
    """A tile that was read is kept; asking again costs nothing."""
    asked: list[str] = []
    reader = TileReader(reading(files, asked), size=COUNT, root=root)
    for _ in range(3):
        reader.leaf_hash(12_345)
    assert len(asked) == len(set(asked))


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes], root: bytes) -> None:
    """With room for two tiles every answer is still right."""
    monkeypatch.setattr("evote.log.tile_reader.MAXIMUM_CACHED_TILES", 2)
    reader = TileReader(reading(files), size=COUNT, root=root)
    digest = hashlib.sha256()
    for index in range(0, COUNT, 997):
        assert reader.leaf_hash(index) == LEAVES[index]
        digest.update(reader.leaf_hash(index))
    assert len(reader._cache) <= 2


def test_unauthenticated_bundles_are_read_for_their_tile() -> None:
    """A payload bundle is read by its own framing; the right number of items comes out of a full one."""
    files = build_files(ENTRIES[:300], payloads=[b"p" * 70_000] * 300)
    tile = Tile(kind=TileKind.PAYLOADS, number=0, width=2)
    assert read_bundle(reading(files), tile) == (b"p" * 70_000,) * 2
    assert tile_at(0, 1, 300).width == 44
