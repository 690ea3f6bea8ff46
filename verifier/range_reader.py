"""A range of the log as one reads it: entries with their payloads, and a digest of everything that was read.

*Spec*: docs/formats.md, section 1.

*Idea*: The digest covers leaf hashes, hashes of payloads, and the words of every failure to read. What is found about
a range follows from that, from the job and from the facts of its ballots; so if the digest is what it was, so are the
findings.

*Invariants*: Frames of entries and payloads go through memory one at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from verifier.errors import Malformed, RecordUnreadable
from verifier.layout import WIDTH
from verifier.merkle import leaf_hash
from verifier.payloads import PayloadCursor
from verifier.reader import Record, frames, tile_path
from verifier.statement import Statement, parse_statement

MAX_FRAME = 0xFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An entry; ``statement`` is None where it is none, ``payload`` None where ``problem`` says why."""

    entry: int
    statement: Statement | None
    payload: bytes | None
    digest: bytes
    problem: str


class RangeReader:
    """Reads entries start <= entry < stop; lower ``stop`` while reading to end sooner."""

    def __init__(self, record: Record, size: int, start: int, stop: int) -> None:
        self._record, self._size, self._start = record, size, start
        self.stop = stop
        self.unread = 0
        self.ends: list[tuple[int, str]] = []
        self.leaves: dict[int, bytes] = {}
        self._payloads = PayloadCursor(record, size)
        self._hash = sha256()

    def transcript(self) -> bytes:
        """Return the digest of everything that was read."""
        return self._hash.digest()

    def read(self) -> Iterator[Read]:
        """Yield the entries that can be read.

        Then ``unread`` counts the others, ``leaves`` has the leaf hashes, and ``ends`` names payload bundles that go on
        after their last payload.
        """
        start = self._start
        while start < self.stop:
            bundle_end = min((start // WIDTH + 1) * WIDTH, self._size)
            yield from self._in_bundle(start, bundle_end)
            # a bundle that was read to its last payload may go on after it
            if self.stop >= bundle_end and (problem := self._payloads.end_problem(bundle_end - 1)):
                self._note(b"Z", problem.encode())
                self.ends.append((bundle_end, problem))
            start = bundle_end

    def _in_bundle(self, start: int, bundle_end: int) -> Iterator[Read]:
        bundle = start // WIDTH
        entry, count = bundle * WIDTH, bundle_end - bundle * WIDTH
        try:
            for data in frames(self._record, tile_path("entries", bundle, count), 2, MAX_FRAME, count):
                if entry >= start:
                    yield self._one(entry, data)
                entry += 1
                if entry >= self.stop:
                    return
        except RecordUnreadable:
            # L.C has named the damage
            missing = max(min(self.stop, bundle_end) - max(entry, start), 0)
            self._note(b"M", missing.to_bytes(8, "big"))
            self.unread += missing

    def _one(self, entry: int, data: bytes) -> Read:
        leaf = leaf_hash(data)
        self.leaves[entry] = leaf
        self._note(b"E", entry.to_bytes(8, "big") + leaf)
        try:
            statement = parse_statement(data)
        except Malformed:
            return Read(entry=entry, statement=None, payload=None, digest=b"", problem="")
        try:
            payload = self._payloads.payload(entry)
        except RecordUnreadable as error:
            self._note(b"X", str(error).encode())
            return Read(entry=entry, statement=statement, payload=None, digest=b"", problem=str(error))
        digest = sha256(payload).digest()
        self._note(b"P", digest)
        return Read(entry=entry, statement=statement, payload=payload, digest=digest, problem="")

    def _note(self, tag: bytes, data: bytes) -> None:
        self._hash.update(tag + len(data).to_bytes(4, "big") + data)
