"""Ciphertexts of ballots that a replay has admitted, read again from the record.

Spec: docs/protocol.md sections 8 (which ballots count) and 9 (sums).

Idea: a replay multiplies ciphertexts together as ballots come (`evote.election.running_sums`) and keeps of each ballot
where it stands. Only one that stops counting, because its voter votes again or is struck, is needed a second time.

Invariants: what is read again is proven to be the entry of the log that was admitted there, with its payload.

Cost: 0.1 KB of memory for a ballot in place of 2 KB for its ciphertexts; some milliseconds for one that is read again.
"""

from __future__ import annotations

from evote.client.reader import RecordReader
from evote.codec.payloads import decode_payload
from evote.core.group import Group
from evote.election.ballot_facts import encode_ciphertexts, stored_facts
from evote.election.kinds import Kind
from evote.election.records import Ballot
from evote.log.statement import decode_statement, verify_statement
from evote.log.tiles import TILE_WIDTH, TileKind


class RecordedBallots:
    """Where the cast ballots of one replay stand in the log; `reader` is the record as it is open now."""

    def __init__(self, group: Group) -> None:
        """Begin without a ballot; a reader has to be set before one is read again."""
        self.reader: RecordReader | None = None
        self._group = group
        self._places: dict[bytes, int] = {}

    def note(self, confirmation_code: bytes, index: int) -> None:
        """Remember where an admitted ballot stands."""
        self._places[confirmation_code] = index

    def read(self, confirmation_code: bytes) -> bytes:
        """Return alpha_1 || beta_1 || alpha_2 || ... of a ballot that was noted.

        Raise as `RecordReader.entries` and, for a payload that is another one now, `verify_statement`.
        """
        if self.reader is None:
            raise RuntimeError("a ballot is read again while its record is open")
        number, place = divmod(self._places[confirmation_code], TILE_WIDTH)
        payload = self.reader.bundle(TileKind.PAYLOADS, number)[place]
        verify_statement(decode_statement(self.reader.tree.entries(number)[place]), payload)
        ballot = decode_payload(Kind.BALLOT_CAST, payload, self._group)
        if not isinstance(ballot, Ballot):
            raise TypeError("a cast ballot has the form of one")
        return encode_ciphertexts(self._group, stored_facts(ballot, b""))
