"""Tile names and arithmetic: known paths, known layouts, and growth against a model of what a log publishes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote.log.tiles import (
    TILE_WIDTH,
    Tile,
    TileKind,
    bundle_at,
    level_count,
    new_bundles,
    new_tiles,
    parse_tile_path,
    tile_at,
    tile_path,
)
from tests.log.known import refusal


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(number=0), "tile/0/000"),
        (Tile(number=999), "tile/0/999"),
        (Tile(number=1000), "tile/0/x001/000"),
        (Tile(number=1234067), "tile/0/x001/x234/067"),
        (Tile(number=10**9), "tile/0/x001/x000/x000/000"),
        (Tile(number=2**63 - 1), "tile/0/x009/x223/x372/x036/x854/x775/807"),
        (Tile(level=5, number=123456078, width=2), "tile/5/x123/x456/078.p/2"),
        (Tile(level=63, number=1, width=255), "tile/63/001.p/255"),
        (Tile(kind=TileKind.ENTRIES, number=3057500), "tile/entries/x003/x057/500"),
        (Tile(kind=TileKind.PAYLOADS, number=7, width=1), "tile/payloads/007.p/1"),
        (Tile(kind=TileKind.COMMITMENTS, number=7), "tile/commitments/007"),
    ],
)
def test_known_paths(tile: Tile, path: str) -> None:
    """Paths of the specification and of golang.org/x/mod (without its tile height) are written and read."""
    assert tile_path(tile) == path
    assert parse_tile_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/123/456/078",  # golang.org/x/mod tilePaths
        "tile/-1/123/456/078",
        "tile/00/000",
        "tile/64/000",
        "tile/100/000",
        "tile/8/0/001",  # with a tile height
        "tile/0/x000/000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/001/000",
        "tile/0/X001/000",
        "tile/0/x001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/-1",
        "tile/0/000.p/5/",
        "tile/0/000\n",
        " tile/0/000",
        "/tile/0/000",
        "tile/entries/x",
        "tile/data/000",
        "tile/hashes/000",
        "tile/0/\u0660\u0660\u0660",
        "tile/0/x009/x223/x372/x036/x854/x775/808",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
        "tile/../000",
    ],
)
def test_other_spellings_are_refused(path: str) -> None:
    """A path has one spelling; what is out of range or out of shape is no tile."""
    assert refusal(parse_tile_path, path) == "tile.bad_path"


@pytest.mark.parametrize(
    "tile",
    [
        Tile(level=-1, number=0),
        Tile(level=64, number=0),
        Tile(number=-1),
        Tile(number=2**63),
        Tile(number=0, width=0),
        Tile(number=0, width=257),
        Tile(kind=TileKind.ENTRIES, level=1, number=0),
    ],
)
def test_no_path_out_of_range(tile: Tile) -> None:
    """Levels, numbers and widths have their ranges; bundles have one level."""
    assert refusal(tile_path, tile) == "tile.out_of_range"


@given(st.sampled_from(TileKind), st.integers(0, 63), st.integers(0, 2**63 - 1), st.integers(1, TILE_WIDTH))
def test_every_tile_has_one_path(kind: TileKind, level: int, number: int, width: int) -> None:
    """Reading inverts writing for every tile."""
    tile = Tile(kind=kind, level=level if kind is TileKind.HASHES else 0, number=number, width=width)
    assert parse_tile_path(tile_path(tile)) == tile


@given(st.text("tile/entrispayodx0123456789.p-", max_size=30).map("tile/".__add__))
def test_reading_a_path_gives_it_back_or_refuses(path: str) -> None:
    """For arbitrary text: either an EncodingError, or a tile with exactly this path."""
    if refusal(parse_tile_path, path) == "":
        assert tile_path(parse_tile_path(path)) == path


# C2SP tlog-tiles, "Partial Tiles", and transparency-dev/tessera api/layout: level -> (full tiles, partial width)
LAYOUTS = {
    1: {0: (0, 1)},
    255: {0: (0, 255)},
    256: {0: (1, 0), 1: (0, 1)},
    257: {0: (1, 1), 1: (0, 1)},
    65_535: {0: (255, 255), 1: (0, 255)},
    65_536: {0: (256, 0), 1: (1, 0), 2: (0, 1)},
    65_537: {0: (256, 1), 1: (1, 0), 2: (0, 1)},
    70_000: {0: (273, 112), 1: (1, 17), 2: (0, 1)},
    1_234_067: {0: (4820, 147), 1: (18, 212), 2: (0, 18)},
}


@pytest.mark.parametrize("size", LAYOUTS)
def test_known_layouts(size: int) -> None:
    """A tree has the full and partial tiles that the specification counts."""
    layout: dict[int, tuple[int, int]] = {}
    for tile in new_tiles(0, size):
        full, partial = layout.get(tile.level, (0, 0))
        layout[tile.level] = (full, tile.width) if tile.is_partial else (full + 1, partial)
    assert layout == LAYOUTS[size]
    assert level_count(size) == len(layout)


def published(size: int) -> set[Tile]:
    """Return all tiles of a tree by the formulas of the specification, level by level."""
    tiles = set()
    for level in range(8):
        count = size // 256**level
        tiles |= {Tile(level=level, number=number) for number in range(count // 256)}
        if count % 256:
            tiles.add(Tile(level=level, number=count // 256, width=count % 256))
    return tiles


SIZES = st.integers(0, 3) | st.integers(250, 520) | st.integers(65_000, 66_500)


@given(SIZES, SIZES)
def test_growth_adds_exactly_the_missing_tiles(first: int, second: int) -> None:
    """The new tiles between two sizes are those of the larger tree that the smaller did not have, each once."""
    old, new = sorted((first, second))
    tiles = list(new_tiles(old, new))
    assert len(tiles) == len(set(tiles))
    assert set(tiles) == published(new) - published(old)
    bundles = [Tile(number=tile.number, width=tile.width) for tile in new_bundles(TileKind.ENTRIES, old, new)]
    assert bundles == [tile for tile in tiles if tile.level == 0]


def test_the_empty_tree_has_no_tiles() -> None:
    """There is nothing to publish at size 0, and nothing new without growth."""
    assert list(new_tiles(0, 0)) == list(new_tiles(7, 7)) == list(new_bundles(TileKind.PAYLOADS, 0, 0)) == []
    assert level_count(0) == 0


@pytest.mark.parametrize(
    ("level", "number", "size"), [(0, 0, 0), (0, 1, 256), (1, 0, 255), (0, -1, 300), (3, 0, 70_000)]
)
def test_no_tile_beyond_the_tree(level: int, number: int, size: int) -> None:
    """Asking for a tile that the tree does not have is the caller's mistake."""
    if number < 0:
        assert refusal(tile_path, Tile(level=level, number=number)) == "tile.out_of_range"
    else:
        with pytest.raises(ValueError, match="no tile"):
            tile_at(level, number, size)


def test_bundles_run_parallel_to_level_0() -> None:
    """Every kind of bundle has the number and width of its leaf hashes' tile."""
    for kind in (TileKind.ENTRIES, TileKind.PAYLOADS, TileKind.COMMITMENTS):
        assert bundle_at(kind, 1, 300) == Tile(kind=kind, number=1, width=44)
        assert bundle_at(kind, 0, 300).full == Tile(kind=kind, number=0)


@pytest.mark.parametrize(("old", "new"), [(2, 1), (-1, 1), (0, 2**63)])
def test_a_log_only_grows(old: int, new: int) -> None:
    """Asking for the new tiles of a shrunken tree is the caller's mistake."""
    with pytest.raises(ValueError, match="no growth"):
        list(new_bundles(TileKind.ENTRIES, old, new))
