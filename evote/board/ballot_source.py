"""Ciphertexts of stored ballots, read as a tally wants them: nearly in the order of the log.

Idea: who asks for one ballot will ask for its neighbours, so a stretch of the log is read at once and remembered.

Invariants: a ballot that is asked for and not there is an error, never left out.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from evote.board.store import Store
from evote.errors import BoardError

_STRETCH: Final = 256  # entries
_STRETCHES: Final = 8


class StoredBallots:
    """The ballots in a database, by election and confirmation code."""

    def __init__(self, store: Store) -> None:
        """Take an open store."""
        self._store = store
        self._read: OrderedDict[tuple[bytes, int], dict[bytes, tuple[bytes, bytes]]] = OrderedDict()

    def ciphertexts(self, scope: bytes, code: bytes) -> tuple[bytes, bytes]:
        """Return facts and ciphertexts of a ballot; raise BoardError `board.entry_missing`."""
        for (known, _), stretch in reversed(self._read.items()):
            if known == scope and code in stretch:
                return stretch[code]
        index = self._store.find_ballot(scope, code)
        if index is None:
            raise BoardError("board.entry_missing", f"the database has no ballot with code {code.hex()}")
        start = index - index % _STRETCH
        rows = self._store.ballots(scope, start, start + _STRETCH)
        stretch = {code: (facts, ciphertexts) for code, facts, ciphertexts in rows}
        # A stretch at the right edge grows; what was read of it before is replaced.
        self._read.pop((scope, start), None)
        self._read[scope, start] = stretch
        if len(self._read) > _STRETCHES:
            self._read.popitem(last=False)
        if code not in stretch:
            raise BoardError("board.entry_missing", f"the database has no entry {index}")
        return stretch[code]
