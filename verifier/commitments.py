"""The commitments recorded beside ballots: what is there is handed out, what is damaged counts as not there.

*Spec*: docs/formats.md, section 1 (`tile/commitments`).

*Idea*: The side file is optional and untrusted, so nothing that is wrong with it is an error. A ballot without
commitments is judged from its proofs alone.
"""

from collections.abc import Iterator

from verifier.errors import RecordUnreadable
from verifier.layout import WIDTH
from verifier.reader import Record, frames, tile_path
from verifier.statement import MAX_PAYLOAD_BYTES

# a branch takes 134 bytes of a payload at least, and 1024 bytes here
MAX_COMMITMENTS_BYTES = 8 * MAX_PAYLOAD_BYTES


class CommitmentCursor:
    """Recorded commitments by entry; going back to an earlier entry reopens its bundle."""

    def __init__(self, record: Record, size: int) -> None:
        self._record, self._size = record, size
        self._bundle = -1
        self._next = 0
        self._frames: Iterator[bytes] = iter(())

    def commitments(self, entry: int) -> bytes:
        """Return the bytes recorded beside an entry, empty where there are none."""
        number, offset = divmod(entry, WIDTH)
        try:
            if number != self._bundle or offset < self._next:
                self._bundle, self._next = number, 0
                count = min(WIDTH, self._size - number * WIDTH)
                path = tile_path("commitments", number, count)
                self._frames = frames(self._record, path, 4, MAX_COMMITMENTS_BYTES, count)
            for data in self._frames:
                self._next += 1
                if self._next > offset:
                    return data
        except RecordUnreadable:
            # the rest of this bundle is not there; a generator that raised yields nothing more
            pass
        return b""
