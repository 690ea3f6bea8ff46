"""The commitments recorded beside ballots: what is there is handed out, what can't be had counts as not there.

*Spec*: docs/formats.md, section 1 (`tile/commitments`).

*Idea*: The side file is optional and untrusted, so nothing that is wrong with it is an error, nor is a server that
fails to send it. A ballot without commitments is judged from its proofs alone.

*Invariants*: Of a bundle no more is fetched than the ballots of the manifest can have commitments.
"""

from collections.abc import Iterator

from verifier.batch_proofs import numbers_on_ballot
from verifier.errors import RecordUnreadable, Unavailable
from verifier.group import ELEMENT_BYTES
from verifier.layout import WIDTH
from verifier.manifest import Manifest
from verifier.reader import Record, frames, most_in_frames, tile_path
from verifier.statement import MAX_PAYLOAD_BYTES

# a branch takes 134 bytes of a payload at least, and 1024 bytes here
MAX_COMMITMENTS_BYTES = 8 * MAX_PAYLOAD_BYTES


def most_beside_a_ballot(manifest: Manifest | None) -> int:
    """Return how many bytes of commitments the largest ballot of an election has; 0 where it is not known."""
    if manifest is None:
        return 0
    _, commitments = numbers_on_ballot(manifest)
    return min(commitments * ELEMENT_BYTES, MAX_COMMITMENTS_BYTES)


def has_commitments(record: Record, size: int, entry: int, manifest: Manifest | None) -> bool:
    """Say whether there may be commitments in an entry's bundle, as far as one attempt to open it tells."""
    number = entry // WIDTH
    count = min(WIDTH, size - number * WIDTH)
    try:
        record.open(
            tile_path("commitments", number, count), most_in_frames(4, most_beside_a_ballot(manifest), count)
        ).close()
    except RecordUnreadable:
        return False
    except Unavailable:
        # nobody knows; whoever needs them will ask again
        return True
    return True


class CommitmentCursor:
    """Recorded commitments by entry, of at most ``limit`` bytes; going back to an earlier entry reopens its bundle.

    ``unavailable`` says whether disk or server has failed; nothing is asked of it any more then.
    """

    def __init__(self, record: Record, size: int, limit: int) -> None:
        self._record, self._size, self._limit = record, size, limit
        self.unavailable = False
        self._bundle = -1
        self._next = 0
        self._frames: Iterator[bytes] = iter(())

    def commitments(self, entry: int) -> bytes:
        """Return the bytes recorded beside an entry, empty where there are none."""
        if self.unavailable:
            return b""
        number, offset = divmod(entry, WIDTH)
        try:
            if number != self._bundle or offset < self._next:
                self._bundle, self._next = number, 0
                count = min(WIDTH, self._size - number * WIDTH)
                path = tile_path("commitments", number, count)
                self._frames = frames(self._record, path, 4, self._limit, count)
            for data in self._frames:
                self._next += 1
                if self._next > offset:
                    return data
        except RecordUnreadable:
            # the rest of this bundle is not there; a generator that raised yields nothing more
            pass
        except Unavailable:
            # another attempt for every ballot would take longer than their proofs
            self.unavailable = True
        return b""
