"""What a front end knows of the log: the database that it follows, and the record that the sequencer publishes.

Spec: docs/http.md section 10.

Idea: questions at a front end are answered as at the board itself. An entry is looked up in the database, its receipt
is made from the record.

Invariants: an entry counts as published only where the record's checkpoint covers it. For the front end's thread alone.
"""

from __future__ import annotations

from evote.board.front_end import FrontEnd
from evote.election.state import ElectionState
from evote.errors import BoardError, PolicyError
from evote.serve.shared_record import SharedRecord


class FrontBoard:
    """A front end and its record; see `AskedBoard`."""

    def __init__(self, front_end: FrontEnd, record: SharedRecord) -> None:
        """Take both."""
        self.front_end = front_end
        self.record = record

    @property
    def published_size(self) -> int:
        """The number of entries under the published checkpoint."""
        return self.record.published_size

    @property
    def elections(self) -> tuple[bytes, ...]:
        """The scopes of the elections in the log, oldest first."""
        return self.front_end.elections

    def state(self, scope: bytes) -> ElectionState:
        """Return the state of an election; raise PolicyError where the log has none."""
        return self.front_end.state(scope)

    def index_of(self, leaf_hash: bytes) -> int | None:
        """Return the index of a committed entry, or None."""
        return self._looked_up(self.front_end.index_of(leaf_hash))

    def find_ballot(self, scope: bytes, confirmation_code: bytes) -> int | None:
        """Return the index of the committed ballot with a confirmation code, or None."""
        return self._looked_up(self.front_end.find_ballot(scope, confirmation_code))

    def receipt(self, entry: int) -> bytes:
        """Return the `.tlog-proof` of a published entry; raise PolicyError `board.not_published`, BoardError
        `board.busy` while its tiles are being replaced.
        """
        if not 0 <= entry < self.published_size:
            raise PolicyError("board.not_published", "the published log has no such entry")
        statement = self.front_end.statement(entry)
        made = self.record.receipt(entry, statement)
        if made is None and self.record.refresh():
            made = self.record.receipt(entry, statement)
        if made is None:
            raise BoardError("board.busy", "the record is being written; try again in a moment")
        return made

    def _looked_up(self, index: int | None) -> int | None:
        # Another door may have answered a moment ago with a checkpoint that was not seen here yet.
        if index is not None and index >= self.published_size:
            self.record.refresh()
        return index
