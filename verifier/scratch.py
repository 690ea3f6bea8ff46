"""What a verification keeps on disk instead of in memory: statements, credentials, ballots, digests.

*Idea*: One SQLite file holds a row per statement and per credential, so that questions such as "which is this
credential's last ballot" are asked of an index. Values that must be pairwise different are reduced to keyed
16-byte digests and scattered over 256 files by their first byte; two equal values meet in one file, and each
file is small enough to be looked through alone. The key is secret and fresh, so nobody can prepare values that
collide or crowd one file.

*Invariants*: Memory is bounded by the caches fixed here and by ``PASS_BYTES``, whatever the number of ballots.
"""

import secrets
import sqlite3
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

_SCHEMA = """
CREATE TABLE scope (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE);
CREATE TABLE statement (
  entry INTEGER PRIMARY KEY, scope INTEGER NOT NULL, kind TEXT NOT NULL, author BLOB NOT NULL, payload BLOB NOT NULL,
  leaf BLOB NOT NULL);
CREATE TABLE altered (entry INTEGER PRIMARY KEY);
CREATE TABLE credential (
  key BLOB PRIMARY KEY, district INTEGER NOT NULL, weight INTEGER NOT NULL, since INTEGER NOT NULL,
  until INTEGER, reason TEXT, replaced INTEGER NOT NULL DEFAULT 0, annulled INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE ballot (
  entry INTEGER PRIMARY KEY, author BLOB NOT NULL, is_cast INTEGER NOT NULL, counted INTEGER NOT NULL DEFAULT 0,
  district INTEGER, weight INTEGER);
"""


def open_scratch(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """Open the scratch database; without ``create`` for reading only."""
    if create:
        database = sqlite3.connect(path, isolation_level=None)
        database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;" + _SCHEMA)
        return database
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    database.execute("PRAGMA cache_size=-16384")
    return database


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotFacts:
    """What entries alone tell of a ballot: does it count, in which district, with what weight (None: no credential)."""

    counted: bool
    district: int | None
    weight: int | None


def ballot_facts(database: sqlite3.Connection, start: int, stop: int) -> dict[int, BallotFacts]:
    """Return the facts of all ballots with start <= entry < stop."""
    rows = database.execute(
        "SELECT entry, counted, district, weight FROM ballot WHERE entry >= ? AND entry < ?", (start, stop)
    )
    return {
        entry: BallotFacts(counted=bool(counted), district=district, weight=weight)
        for entry, counted, district, weight in rows
    }


def leaf_hashes(database: sqlite3.Connection, start: int, stop: int) -> dict[int, bytes]:
    """Return the leaf hashes of the statements with start <= entry < stop, as the pass over the entries saw them."""
    return dict(database.execute("SELECT entry, leaf FROM statement WHERE entry >= ? AND entry < ?", (start, stop)))


def altered_payloads(database: sqlite3.Connection, start: int, stop: int) -> frozenset[int]:
    """Return the entries start <= entry < stop whose payload was found to have another hash (and failed L.G)."""
    rows = database.execute("SELECT entry FROM altered WHERE entry >= ? AND entry < ?", (start, stop))
    return frozenset(entry for (entry,) in rows)


_RECORD = struct.Struct(">16sQHHH")
PARTITIONS = 256
BUFFER_BYTES = 1 << 15
PASS_BYTES = 32 << 20

Location = tuple[int, int, int, int]


def digest_record(key: bytes, value: bytes, location: Location) -> bytes:
    """Return the record of a value: keyed digest, then entry and three numbers (each clipped to 16 bits)."""
    entry, *numbers = location
    clipped = (min(number, 0xFFFF) for number in numbers)
    return _RECORD.pack(blake2b(value, key=key, digest_size=16).digest(), entry, *clipped)


class Partitions:
    """Digests scattered over files."""

    def __init__(self, folder: Path, name: str) -> None:
        self.key = secrets.token_bytes(32)
        self.count = 0
        self._folder = folder / name
        self._folder.mkdir()
        self._buffers = [bytearray() for _ in range(PARTITIONS)]

    def add(self, records: bytes) -> None:
        """Add records made by ``digest_record`` with this object's key."""
        self.count += len(records) // _RECORD.size
        for start in range(0, len(records), _RECORD.size):
            partition = records[start]
            buffer = self._buffers[partition]
            buffer += records[start : start + _RECORD.size]
            if len(buffer) >= BUFFER_BYTES:
                self._flush(partition)

    def _flush(self, partition: int) -> None:
        with (self._folder / f"{partition:02x}").open("ab") as file:
            file.write(self._buffers[partition])
        self._buffers[partition].clear()

    def repeated(self) -> Iterator[tuple[Location, Location]]:
        """Yield the place of every repeated value with the place of its first occurrence."""
        for partition in range(PARTITIONS):
            path = self._folder / f"{partition:02x}"
            if self._buffers[partition]:
                self._flush(partition)
            elif not path.exists():
                continue
            passes = path.stat().st_size // PASS_BYTES + 1
            for number in range(passes):
                yield from self._repeated_in(path, passes, number)
            path.unlink()

    @staticmethod
    def _repeated_in(path: Path, passes: int, number: int) -> Iterator[tuple[Location, Location]]:
        records: list[bytes] = []
        with path.open("rb") as file:
            while block := file.read(_RECORD.size * 4096):
                for start in range(0, len(block), _RECORD.size):
                    # the second byte of the digest says in which pass a record is looked at
                    if block[start + 1] % passes == number:
                        records.append(block[start : start + _RECORD.size])
        records.sort()
        first: bytes = b""
        for record in records:
            if record[:16] == first[:16]:
                yield _location(record), _location(first)
            else:
                first = record


def _location(record: bytes) -> Location:
    _, entry, one, two, three = _RECORD.unpack(record)
    return entry, one, two, three
