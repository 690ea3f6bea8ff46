"""Rows L.C, L.D, L.F: one pass over all entries rebuilds the tree, compares every hash tile and notes every statement.

*Spec*: docs/protocol.md, section 3; docs/formats.md, section 1; RFC 9162, 2.1; C2SP tlog-tiles.

*Idea*: A bundle of 256 entries is one tile of level 0; a full tile's root is one hash of the level above.
Statements go to the scratch database, of which everything else asks its questions.

*Invariants*: What the record claims about its size costs nothing: only bundles that are there are read, and where that
can't be known beforehand, reading ends after some that are not.
"""

import sqlite3
from collections.abc import Iterable, Sequence

from verifier.checks.checkpoint import Prefixes
from verifier.errors import Malformed, RecordUnreadable
from verifier.layout import WIDTH, Layout
from verifier.ledger import Ledger
from verifier.merkle import Frontier, leaf_hash, root_of
from verifier.note import Checkpoint
from verifier.progress import Progress
from verifier.reader import Record, frames, read_file, tile_path
from verifier.statement import parse_statement

MAX_FRAME = 0xFFFF
# in a row, of a record that can't be listed
MAX_MISSING = 16
_SCOPE_CACHE = 4096


class EntryPass:
    """The pass over the entries of one record."""

    def __init__(self, record: Record, layout: Layout, database: sqlite3.Connection, ledger: Ledger) -> None:
        self._record, self._layout, self._database, self._ledger = record, layout, database, ledger
        self._frontier = Frontier()
        self._levels: dict[int, list[bytes]] = {}
        self._complete = True
        self._scopes: dict[bytes, int] = {}
        self._roots: dict[int, bytes] = {}
        self._leaves: dict[int, bytes] = {}
        self._missing = 0
        self.bundles: Sequence[int] = layout.bundles()
        self.edges: dict[int, Frontier] = {}

    @property
    def complete(self) -> bool:
        """Say whether every entry was read."""
        return self._complete

    def run(self, checkpoint: Checkpoint, sizes: Iterable[int], indices: Iterable[int], progress: Progress) -> Prefixes:
        """Read every entry; return the roots of the wanted sizes and the leaf hashes of the wanted indices.

        ``edges`` has the right edges of the wanted sizes then, ``bundles`` the numbers of the bundles that were tried.
        """
        size = checkpoint.size
        wanted = sorted({s for s in sizes if 0 <= s <= size} | {size})
        leaves = sorted({i for i in indices if 0 <= i < size})
        if 0 in wanted:
            self.edges[0] = Frontier()
            self._roots[0] = self.edges[0].root()
        following = 0
        for number in self.bundles:
            if not self._layout.listed and self._missing == MAX_MISSING:
                self.bundles = range(number)
                break
            if number > following:
                self._gap(following * WIDTH, number * WIDTH)
            following = number + 1
            self._bundle(number, min(WIDTH, size - number * WIDTH), wanted, leaves)
            progress.advance(min(WIDTH, size - number * WIDTH))
        if following * WIDTH < size:
            self._gap(following * WIDTH, size)
        self._finish_tiles()
        if self._complete:
            same = self._roots[size] == checkpoint.root
            if same:
                self._ledger.passed("L.C", max(size, 1))
            else:
                self._ledger.failed("L.C", f"the entries have another root than the checkpoint of size {size}")
        return Prefixes(size=size, roots=self._roots, leaves=self._leaves)

    def _gap(self, start: int, stop: int) -> None:
        self._ledger.failed("L.C", f"entries {start} to {stop - 1} are missing", entry=start)
        self._complete = False

    def _bundle(self, number: int, count: int, wanted: list[int], leaves: list[int]) -> None:
        start = number * WIDTH
        hashes: list[bytes] = []
        rows: list[tuple[int, int, str, bytes, bytes, bytes]] = []
        try:
            for entry in frames(self._record, tile_path("entries", number, count), 2, MAX_FRAME, count):
                leaf = leaf_hash(entry)
                rows.extend(self._statement(start + len(hashes), entry, leaf))
                hashes.append(leaf)
        except RecordUnreadable as error:
            self._ledger.failed("L.C", str(error), entry=start + len(hashes))
            self._complete = self._complete and len(hashes) == count
        self._missing = 0 if hashes else self._missing + 1
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO statement VALUES (?, ?, ?, ?, ?, ?)", rows)
        self._database.execute("COMMIT")
        for index in leaves:
            if start <= index < start + len(hashes):
                self._leaves[index] = hashes[index - start]
        if len(hashes) == count:
            self._compare_tile(0, number, hashes)
        if self._complete:
            self._grow(start, hashes, wanted)

    def _grow(self, start: int, hashes: list[bytes], wanted: list[int]) -> None:
        for size in wanted:
            if start < size <= start + len(hashes):
                edge = self._frontier.copy()
                for item in hashes[: size - start]:
                    edge.append(item)
                self.edges[size], self._roots[size] = edge, edge.root()
        if len(hashes) == WIDTH:
            self._push(1, root_of(hashes))
            self._frontier.append(root_of(hashes), height=8)

    def _push(self, level: int, item: bytes) -> None:
        hashes = self._levels.setdefault(level, [])
        hashes.append(item)
        if len(hashes) == WIDTH:
            number = (self._frontier.size >> 8 * (level + 1)) if level else 0
            self._compare_tile(level, number, hashes)
            self._levels[level] = []
            self._push(level + 1, root_of(hashes))

    def _finish_tiles(self) -> None:
        if not self._complete:
            self._ledger.unevaluated("L.D", "tiles above level 0 can't be rebuilt from incomplete entries")
            return
        for level, hashes in self._levels.items():
            if hashes:
                self._compare_tile(level, self._frontier.size >> 8 * (level + 1), hashes)
        if not self._ledger.checked("L.D"):
            self._ledger.absent("L.D", "the log is empty")

    def _compare_tile(self, level: int, number: int, hashes: list[bytes]) -> None:
        widths = self._layout.widths(str(level), number)
        if len(hashes) not in widths:
            self._ledger.failed("L.D", f"{tile_path(str(level), number, len(hashes))} is missing")
        for width in sorted(widths):
            name = tile_path(str(level), number, width)
            try:
                data = read_file(self._record, name, 32 * width)
            except RecordUnreadable as error:
                self._ledger.failed("L.D", str(error))
            else:
                self._ledger.check("L.D", data == b"".join(hashes[:width]), f"{name} is not what the entries hash to")

    def _statement(self, index: int, entry: bytes, leaf: bytes) -> list[tuple[int, int, str, bytes, bytes, bytes]]:
        try:
            statement = parse_statement(entry)
        except Malformed as error:
            self._ledger.failed("L.F", f"entry {index}: {error}", entry=index)
            self._database.execute("INSERT INTO noise VALUES (?, ?)", (index, leaf))
            return []
        self._ledger.check("L.F", not statement.problem, f"entry {index}: {statement.problem}", entry=index)
        return [(index, self._scope(statement.scope), statement.kind, statement.author, statement.payload, leaf)]

    def _scope(self, name: bytes) -> int:
        if name not in self._scopes:
            if len(self._scopes) >= _SCOPE_CACHE:
                self._scopes.clear()
            self._database.execute("INSERT OR IGNORE INTO scope (name) VALUES (?)", (name,))
            (number,) = self._database.execute("SELECT id FROM scope WHERE name = ?", (name,)).fetchone()
            self._scopes[name] = number
        return self._scopes[name]
