"""Values that must be pairwise different, by the million, without holding them in memory.

*Idea*: Values are reduced to keyed 16-byte digests and scattered over 256 files by their first byte; two equal values
meet in one file, and each file is small enough to be looked through alone. The key is secret and fresh, so nobody can
prepare values that collide or crowd one file. What fits into the buffers never becomes a file.

*Invariants*: Memory is bounded by the buffers and by ``PASS_BYTES``, whatever the number of values.
"""

import secrets
import struct
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

_RECORD = struct.Struct(">16sQHHH")
PARTITIONS = 256
BUFFER_BYTES = 1 << 15
PASS_BYTES = 16 << 20

Location = tuple[int, int, int, int]


def digest_record(key: bytes, value: bytes, location: Location) -> bytes:
    """Return the record of a value: keyed digest, then entry and three numbers (each clipped to 16 bits)."""
    entry, one, two, three = location
    return digest_records(key, (value,), (entry, one, two), three)


def digest_records(key: bytes, values: Iterable[bytes], place: tuple[int, int, int], first: int = 0) -> bytes:
    """Return the records of values at one place, an entry and two numbers; they count from ``first`` there."""
    entry, one, two = place
    one, two = min(one, 0xFFFF), min(two, 0xFFFF)
    return b"".join(
        [
            _RECORD.pack(blake2b(value, key=key, digest_size=16).digest(), entry, one, two, min(part, 0xFFFF))
            for part, value in enumerate(values, first)
        ]
    )


def new_key() -> bytes:
    """Return a fresh secret key for one list of values."""
    return secrets.token_bytes(32)


class Partitions:
    """Digests scattered over files, which come into being when a buffer is full."""

    def __init__(self, folder: Path, name: str) -> None:
        self.count = 0
        self._folder = folder / name
        self._buffers = [bytearray() for _ in range(PARTITIONS)]

    def add(self, records: bytes) -> None:
        """Add records made by ``digest_record``, all with one key."""
        self.count += len(records) // _RECORD.size
        for start in range(0, len(records), _RECORD.size):
            partition = records[start]
            buffer = self._buffers[partition]
            buffer += records[start : start + _RECORD.size]
            if len(buffer) >= BUFFER_BYTES:
                self._flush(partition)

    def _flush(self, partition: int) -> None:
        self._folder.mkdir(exist_ok=True)
        with (self._folder / f"{partition:02x}").open("ab") as file:
            file.write(self._buffers[partition])
        self._buffers[partition].clear()

    def repeated(self) -> Iterator[tuple[Location, Location]]:
        """Yield the place of every repeated value with the place of its first occurrence."""
        for partition in range(PARTITIONS):
            path, buffer = self._folder / f"{partition:02x}", self._buffers[partition]
            if not path.exists():
                yield from _repeated_in(_records(bytes(buffer)))
                buffer.clear()
                continue
            self._flush(partition)
            passes = path.stat().st_size // PASS_BYTES + 1
            for number in range(passes):
                yield from _repeated_in(_records_of_pass(path, passes, number))
            path.unlink()


def _records(block: bytes) -> Iterator[bytes]:
    return (block[start : start + _RECORD.size] for start in range(0, len(block), _RECORD.size))


def _records_of_pass(path: Path, passes: int, number: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_RECORD.size * 4096):
            # the second byte of the digest says in which pass a record is looked at
            yield from (record for record in _records(block) if record[1] % passes == number)


def _repeated_in(records: Iterator[bytes]) -> Iterator[tuple[Location, Location]]:
    found = list(records)
    # in nearly every file all values differ, and a set says so sooner than sorting would
    if len({record[:16] for record in found}) == len(found):
        return
    found.sort()
    first: bytes = b""
    for record in found:
        if record[:16] == first[:16]:
            yield _location(record), _location(first)
        else:
            first = record


def _location(record: bytes) -> Location:
    _, entry, one, two, three = _RECORD.unpack(record)
    return entry, one, two, three
