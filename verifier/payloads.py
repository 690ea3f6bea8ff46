"""Fetching single payloads of the log in ascending order.

*Spec*: docs/formats.md, section 1.

*Invariants*: Where a bundle breaks, every payload behind the break is reported in the words of the break, whichever of
them is asked for first. So findings do not depend on how a log was cut into ranges.
"""

from collections.abc import Iterator

from verifier.errors import RecordUnreadable
from verifier.layout import WIDTH
from verifier.reader import Record, frames, tile_path
from verifier.statement import MAX_PAYLOAD_BYTES


class PayloadCursor:
    """Payloads by entry; going back to an earlier entry reopens its bundle."""

    def __init__(self, record: Record, size: int) -> None:
        self._record, self._size = record, size
        self._bundle = -1
        self._next = 0
        self._problem = ""
        self._frames: Iterator[bytes] = iter(())

    def payload(self, entry: int) -> bytes:
        """Return the payload beside an entry; raise RecordUnreadable where its bundle does not hold it."""
        number, offset = divmod(entry, WIDTH)
        if number != self._bundle or offset < self._next:
            count = min(WIDTH, self._size - number * WIDTH)
            self._frames = frames(self._record, tile_path("payloads", number, count), 4, MAX_PAYLOAD_BYTES, count)
            self._bundle, self._next, self._problem = number, 0, ""
        try:
            for payload in self._frames:
                self._next += 1
                if self._next > offset:
                    return payload
        except RecordUnreadable as error:
            self._problem = str(error)
        raise RecordUnreadable(self._problem or f"the payload of entry {entry} can't be read")

    def end_problem(self, entry: int) -> str:
        """Read an entry's bundle to its end; return what is wrong there, empty where it ends after its last payload."""
        try:
            if entry // WIDTH != self._bundle:
                self.payload(entry)
            for _ in self._frames:
                pass
        except RecordUnreadable as error:
            return str(error)
        return ""
