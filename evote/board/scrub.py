"""Looking for silent damage: every public file against the tree, and every row of the database against its bytes.

Spec: docs/formats.md section 1; docs/storage.md section 5.

Idea: a flipped bit is found by whoever reads next, which had better be the board itself: bundle by bundle, all that
belongs to 256 entries is read again and hashed, with the hash tiles above it. One step takes about a second for 256
ballots and may be taken at any pace, in the thread that uses the board.

Invariants: nothing is changed. What is derived is derived anew from payload and commitments; proofs are not verified
(the verifier does that).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from evote.board.admission import Admission, Posting
from evote.board.store import Store
from evote.board.tree import HashTree
from evote.errors import BoardError, EncodingError, EvoteError
from evote.log import merkle
from evote.log.bundles import decode_bundle, decode_hashes
from evote.log.statement import decode_statement
from evote.log.tiles import TILE_WIDTH, Tile, TileKind, bundle_at, hash_count, level_count, tile_at, tile_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it must be: `place` is a path of the record, or an entry of the database."""

    code: str
    place: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrubbed:
    """A step of the scrubber: the entries from `start` to before `end`, and what is wrong with them."""

    start: int
    end: int
    findings: tuple[Finding, ...]


class Scrubber:
    """Scrubs one board."""

    def __init__(
        self, folder: Path, store: Store, tree: HashTree, admission: Admission, published: Callable[[], int]
    ) -> None:
        """Take the record's folder, the database, the tree in memory, and the size that is published now."""
        self._folder = folder
        self._store = store
        self._tree = tree
        self._admission = admission
        self._published = published

    def scrub(self) -> Iterator[Scrubbed]:
        """Yield a step for every 256 entries, up to the size that the log has when it comes there."""
        start = 0
        while start < self._tree.size:
            end = min(start + TILE_WIDTH, self._tree.size)
            yield Scrubbed(start=start, end=end, findings=tuple(self._step(start, end)))
            start += TILE_WIDTH

    def _step(self, start: int, end: int) -> Iterator[Finding]:
        try:
            postings = list(self._store.postings(start, end))
        except BoardError as error:
            yield Finding(code=error.code, place=f"entry {start} to {end - 1}", message=error.message)
            return
        yield from self._rows(start, postings)
        size = self._published()
        if start < size:
            yield from self._bundles(start // TILE_WIDTH, size, postings)
            yield from self._tiles(start // TILE_WIDTH, size)

    def _rows(self, start: int, postings: list[Posting]) -> Iterator[Finding]:
        """Compare the rows of the database with the tree, and what is derived with the ballots."""
        scanned = self._store.scan(start, start + len(postings))
        stored = dict(self._store.derived(start, start + len(postings)))
        for entry, posting in zip(scanned, postings, strict=True):
            place = f"entry {entry.index}"
            expected = self._tree.leaf(entry.index)
            if not merkle.leaf_hash(posting.statement) == entry.leaf_hash == expected:
                yield Finding(code="scrub.statement", place=place, message="the statement is not the one in the tree")
                continue
            if sha256(posting.payload).digest() != decode_statement(posting.statement).payload_hash:
                yield Finding(code="scrub.payload", place=place, message="the payload is not the one that is stated")
                continue
            try:
                derived = self._admission.derive(posting)
            except EvoteError as error:
                yield Finding(code="scrub.derived", place=place, message=error.message)
                continue
            if stored.get(entry.index) != derived or (derived is None and entry.facts != b""):
                yield Finding(
                    code="scrub.derived", place=place, message="what is stored beside the ballot is not derived from it"
                )

    def _bundles(self, number: int, size: int, postings: list[Posting]) -> Iterator[Finding]:
        """Compare the three bundles with the database, whose statements were compared with the tree."""
        parts: dict[TileKind, list[bytes]] = {
            TileKind.ENTRIES: [posting.statement for posting in postings],
            TileKind.PAYLOADS: [posting.payload for posting in postings],
            TileKind.COMMITMENTS: [posting.commitments for posting in postings],
        }
        for kind, expected in parts.items():
            tile = bundle_at(kind, number, size)
            items = expected[: tile.width]
            if kind is TileKind.COMMITMENTS and not any(items):
                continue
            data = self._read(tile)
            if isinstance(data, Finding):
                yield data
                continue
            try:
                is_same = list(decode_bundle(kind, data, tile.width)) == items
            except EncodingError:
                is_same = False
            if not is_same:
                yield _changed(tile, "the bundle is not what the database holds")

    def _tiles(self, number: int, size: int) -> Iterator[Finding]:
        """Compare the hash tile over a bundle with the tree, and each tile that it completes with the ones below."""
        for level in range(level_count(size)):
            if hash_count(level, size) <= number * TILE_WIDTH:
                return
            tile = tile_at(level, number, size)
            data = self._read(tile)
            if isinstance(data, Finding):
                yield data
            elif data != self._tree.tile(tile):
                yield _changed(tile, "the tile has other hashes than the tree")
            elif level > 0:
                yield from self._below(tile, data, size)
            # The tile above is looked at with the last of its 256 tiles, or the last of all.
            if not (number % TILE_WIDTH == TILE_WIDTH - 1 or hash_count(level, size) <= (number + 1) * TILE_WIDTH):
                return
            number //= TILE_WIDTH

    def _below(self, tile: Tile, data: bytes, size: int) -> Iterator[Finding]:
        """Hash the 256 tiles below again, as files, and compare with the tile above them."""
        for offset, expected in enumerate(decode_hashes(data, tile.width)):
            below = tile_at(tile.level - 1, tile.number * TILE_WIDTH + offset, size)
            found = self._read(below)
            if isinstance(found, Finding):
                yield found
                continue
            try:
                is_same = merkle.root(decode_hashes(found, TILE_WIDTH)) == expected
            except EncodingError:
                is_same = False
            if not is_same:
                yield _changed(below, f"the tile does not hash to what {tile_path(tile)} says")

    def _read(self, tile: Tile) -> bytes | Finding:
        path = tile_path(tile)
        try:
            return (self._folder / path).read_bytes()
        except OSError as error:
            return Finding(code="scrub.unreadable", place=path, message=error.strerror or "the file can't be read")


def _changed(tile: Tile, message: str) -> Finding:
    return Finding(code="scrub.file", place=tile_path(tile), message=message)
