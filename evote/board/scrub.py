"""Looking for silent damage: every public file against the tree, and every row of the database against its bytes.

Spec: docs/formats.md section 1; docs/storage.md section 5.

Idea: a flipped bit is found by whoever reads next, which had better be the board itself: bundle by bundle, all that
belongs to 256 entries is read again and hashed, with the hash tiles above it. One step takes about a second for 256
ballots and may be taken at any pace, in the thread that uses the board. What is public is compared with the tree and
with the hashes that statements name, so a damaged row of the database does not accuse a sound file, nor the other way
round; only commitments, which no hash covers, are compared with each other.

Invariants: nothing is changed. What is derived is derived anew from payload and commitments; proofs are not verified
where commitments are stored (the verifier does that).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from evote.board.admission import Admission, Derived, Posting
from evote.board.store import Store
from evote.board.tree import HashTree
from evote.errors import BoardError, EncodingError, EvoteError
from evote.log import merkle
from evote.log.bundles import decode_bundle, decode_hashes
from evote.log.statement import decode_statement
from evote.log.tiles import TILE_WIDTH, Tile, TileKind, bundle_at, hash_count, level_count, tile_at, tile_path

# After these no other row can be read either.
_HOPELESS: Final = frozenset({"board.database_gone", "board.locked"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it must be: `place` is a path of the record, or a row or stretch of the database."""

    code: str
    place: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrubbed:
    """A step of the scrubber: the entries from `start` to before `end`, and what is wrong with them."""

    start: int
    end: int
    findings: tuple[Finding, ...]


@dataclass(slots=True, kw_only=True)
class _Stretch:
    """Up to 256 entries: the postings whose statement and payload are right, and those with doubtful commitments."""

    start: int
    end: int
    postings: dict[int, Posting]
    statements: dict[int, bytes] = field(default_factory=dict)  # of all entries, as far as a right one was found
    doubtful: set[int] = field(default_factory=set)


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
        """Yield a step for every 256 entries, up to the size that the log has when it comes there.

        Raise BoardError where the database does not answer.
        """
        end = 0
        # A stretch that is not full is the last one.
        while end < self._tree.size and end % TILE_WIDTH == 0:
            start, end = end, min(end + TILE_WIDTH, self._tree.size)
            yield Scrubbed(start=start, end=end, findings=tuple(self._step(start, end)))

    def _step(self, start: int, end: int) -> Iterator[Finding]:
        postings: dict[int, Posting] = {}
        yield from self._read(start, end, postings)
        stretch = _Stretch(start=start, end=end, postings=postings)
        yield from self._rows(stretch)
        size = self._published()
        while start < size:
            findings = [*self._bundles(stretch, size), *self._tiles(start // TILE_WIDTH, size)]
            # A board that works meanwhile may have removed partial tiles of an earlier size.
            newer = self._published()
            if not findings or newer == size:
                yield from findings
                return
            size = newer

    def _read(self, start: int, end: int, postings: dict[int, Posting]) -> Iterator[Finding]:
        """Read the postings of a stretch; where that fails, one by one, so that the lost one is named."""
        try:
            postings.update(enumerate(self._store.postings(start, end), start))
        except BoardError as error:
            if error.code in _HOPELESS:
                raise
            if end - start == 1:
                yield Finding(code=error.code, place=f"entry {start}", message=error.message)
                return
            for index in range(start, end):
                yield from self._read(index, index + 1, postings)

    def _rows(self, stretch: _Stretch) -> Iterator[Finding]:
        """Compare the rows of the database with the tree, and what is derived with the ballots."""
        stored = self._stored(stretch.start, stretch.end)
        if isinstance(stored, Finding):
            yield stored
            return
        leaves, facts, derived = stored
        for index, posting in list(stretch.postings.items()):
            place = f"entry {index}"
            if merkle.leaf_hash(posting.statement) != self._tree.leaf(index):
                del stretch.postings[index]
                yield Finding(code="scrub.statement", place=place, message="the statement is not the one in the tree")
                continue
            stretch.statements[index] = posting.statement
            if leaves.get(index) != self._tree.leaf(index):
                yield Finding(code="scrub.statement", place=place, message="its leaf hash is not the one in the tree")
            if sha256(posting.payload).digest() != decode_statement(posting.statement).payload_hash:
                del stretch.postings[index]
                yield Finding(code="scrub.payload", place=place, message="the payload is not the one that is stated")
                continue
            message = self._compare_derived(posting, facts.get(index), derived.get(index))
            if message:
                stretch.doubtful.add(index)
                yield Finding(code="scrub.derived", place=place, message=message)

    def _stored(
        self, start: int, end: int
    ) -> tuple[dict[int, bytes], dict[int, bytes | None], dict[int, Derived]] | Finding:
        """Return leaf hash, facts, and what is stored beside the ballots, by index."""
        try:
            scanned = list(self._store.scan(start, end))
            derived = dict(self._store.derived(start, end))
        except BoardError as error:
            if error.code in _HOPELESS:
                raise
            return Finding(code=error.code, place=f"entry {start} to {end - 1}", message=error.message)
        return {one.index: one.leaf_hash for one in scanned}, {one.index: one.facts for one in scanned}, derived

    def _compare_derived(self, posting: Posting, facts: bytes | None, stored: Derived | None) -> str:
        """Return what is wrong with what is stored beside an entry, "" for nothing."""
        try:
            derived = self._admission.derive(posting)
        except EvoteError as error:
            return error.message
        if stored != derived or (derived is None and facts != b""):
            return "what is stored beside the ballot is not derived from it"
        return ""

    def _bundles(self, stretch: _Stretch, size: int) -> Iterator[Finding]:
        """Compare the items of the three bundles with the tree, with the statements, and with the database."""

        def is_entry(index: int, item: bytes) -> bool:
            if merkle.leaf_hash(item) != self._tree.leaf(index):
                return False
            stretch.statements.setdefault(index, item)
            return True

        def is_payload(index: int, item: bytes) -> bool:
            # Where the statement is lost, its payload is no less right.
            statement = stretch.statements.get(index)
            return statement is None or sha256(item).digest() == decode_statement(statement).payload_hash

        def is_commitments(index: int, item: bytes) -> bool:
            posting = stretch.postings.get(index)
            return posting is None or index in stretch.doubtful or item == posting.commitments

        number = stretch.start // TILE_WIDTH
        yield from self._items(bundle_at(TileKind.ENTRIES, number, size), is_entry)
        yield from self._items(bundle_at(TileKind.PAYLOADS, number, size), is_payload)
        beside = bundle_at(TileKind.COMMITMENTS, number, size)
        if any(
            posting.commitments for index, posting in stretch.postings.items() if index - stretch.start < beside.width
        ):
            yield from self._items(beside, is_commitments)

    def _items(self, bundle: Tile, is_right: Callable[[int, bytes], bool]) -> Iterator[Finding]:
        data = self._file(bundle)
        if isinstance(data, Finding):
            yield data
            return
        try:
            items = decode_bundle(bundle.kind, data, bundle.width)
        except EncodingError as error:
            yield _changed(bundle, error.message)
            return
        first = bundle.number * TILE_WIDTH
        wrong = [index for index, item in enumerate(items, first) if not is_right(index, item)]
        if wrong:
            more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
            yield _changed(bundle, f"it holds something else for entry {wrong[0]}{more}")

    def _tiles(self, number: int, size: int) -> Iterator[Finding]:
        """Compare the hash tile over a bundle with the tree, and each tile that it completes with the ones below."""
        for level in range(level_count(size)):
            if hash_count(level, size) <= number * TILE_WIDTH:
                return
            tile = tile_at(level, number, size)
            data = self._file(tile)
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
            found = self._file(below)
            if isinstance(found, Finding):
                yield found
                continue
            try:
                is_same = merkle.root(decode_hashes(found, TILE_WIDTH)) == expected
            except EncodingError:
                is_same = False
            if not is_same:
                yield _changed(below, f"the tile does not hash to what {tile_path(tile)} says")

    def _file(self, tile: Tile) -> bytes | Finding:
        return read_public(self._folder, tile_path(tile))


def read_public(folder: Path, path: str) -> bytes | Finding:
    """Return a file of the record, or the finding that it can't be read."""
    try:
        return (folder / path).read_bytes()
    except FileNotFoundError:
        return Finding(code="scrub.missing", place=path, message="the file is missing")
    except OSError as error:
        return Finding(code="scrub.unreadable", place=path, message=error.strerror or "the file can't be read")


def _changed(tile: Tile, message: str) -> Finding:
    return Finding(code="scrub.file", place=tile_path(tile), message=message)
