"""Replaying a record in a folder, an archive or at a URL: its ballots are read and verified by many processes at once.

Spec: docs/protocol.md sections 3, 4 and 8.

Idea: until the ballot box opens, entries are fed one by one. From there on workers read and verify ranges of the
record (`evote.bulk.ranges`); here the hashes of what they have read are compared with the log's tree, and the facts
admitted in the order of the log. A range that was not proved as a whole is fed from the log in the plain way, which
says what is wrong, or that only the side file was. Whole bundles never change, but the partial one at the right edge is
taken away when the log grows, so it is read before all others, and fed after them.

Invariants: the state and the first error are those of `Replay.feed_all` over the same entries, for any number of
workers. Nothing is admitted that was not read from the log under its checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from evote.bulk.ranges import ProvedRange, prove_ranges, split_ranges
from evote.client.reader import RecordedItem, RecordReader
from evote.errors import EncodingError
from evote.log.statement import Statement, decode_statement, verify_statement
from evote.log.tiles import TILE_WIDTH, tile_at
from evote.replay.replay import LogEntry, Replay

# Fewer entries are fed sooner than ranges are made.
MINIMUM_ENTRIES: Final = 512


class RecordReplay:
    """Feeds a replay from a record; `reader` has it open, workers open it themselves at the same `place`."""

    def __init__(
        self,
        replay: Replay,
        reader: RecordReader,
        place: Path | str,
        workers: int,
        *,
        seen: Callable[[Statement], None],
        progress: Callable[[int], None],
    ) -> None:
        """Prepare; `seen` is called for every statement of the election.

        `progress` counts entries, each of them once: those that a worker has read, and those that were fed.
        """
        self._replay, self._reader, self._place, self._workers = replay, reader, str(place), workers
        self._seen, self._progress = seen, progress
        self._size = reader.checkpoint.size
        self._told = replay.position
        if replay.ballots is not None:
            replay.ballots.reader = reader

    def run(self) -> None:
        """Take everything from the replay's position to the reader's checkpoint.

        Statements of other scopes have their payload hash and signature verified. Raise as `Replay.feed_all`,
        `RecordReader.items` and, for another scope, `verify_statement`.
        """
        replay = self._replay
        if self._size - replay.position >= MINIMUM_ENTRIES:
            self._feed_until_ballots()
        start = replay.position
        if self._size - start < MINIMUM_ENTRIES:
            if start < self._size:
                self._feed(start, self._size)
            return
        edge = self._size - self._size % TILE_WIDTH
        if edge <= start:
            self._feed(start, self._size)
            return
        last = list(self._reader.items(edge, self._size))
        ranges = split_ranges(self._place, edge, replay.state.election_id, start, self._workers)
        # Closed here, whatever happens: an interrupt must not wait for what workers are at.
        with closing(prove_ranges(replay.state.key_context, ranges, self._workers, self._tell)) as results:
            for result in results:
                if isinstance(result, ProvedRange) and self._is_of_the_log(result):
                    self._admit(result)
                else:
                    task = result.range if isinstance(result, ProvedRange) else result
                    self._feed(task.start, task.end)
        replay.feed_all(self._noted(last))
        self._reach(self._size)

    def _feed_until_ballots(self) -> None:
        """Feed entries one by one until the ballot box opens, or to the end of a log in which it does not."""
        replay = self._replay
        entries = self._entries(replay.position, self._size)
        while replay.position < self._size and not (replay.state.opened and not replay.state.closed):
            entry = next(entries)
            replay.feed(entry.statement, entry.payload)
            self._reach(replay.position)

    def _feed(self, start: int, end: int) -> None:
        """Feed entries [start, end) in the plain way."""
        self._replay.feed_all(self._entries(start, end), self._workers if end - start >= MINIMUM_ENTRIES else 1)
        self._reach(end)

    def _entries(self, start: int, end: int) -> Iterator[LogEntry]:
        return self._noted(self._reader.items(start, end))

    def _noted(self, items: Iterable[RecordedItem]) -> Iterator[LogEntry]:
        for item in items:
            self._note(item.entry, item.payload)
            yield LogEntry(item.entry, item.payload, item.commitments)

    def _note(self, entry: bytes, payload: bytes) -> None:
        try:
            statement = decode_statement(entry)
        except EncodingError:
            # The replay refuses it when its turn comes.
            return
        if statement.scope == self._replay.state.election_id:
            self._seen(statement)
        else:
            verify_statement(statement, payload)

    def _is_of_the_log(self, proved: ProvedRange) -> bool:
        """Say whether the entries that a worker has read are those of the tree."""
        start, end = proved.range.start, proved.range.end
        hashes: list[bytes] = []
        for number in range(start // TILE_WIDTH, -(-end // TILE_WIDTH)):
            hashes += self._reader.tree.hashes(tile_at(0, number, self._size))
        offset = start % TILE_WIDTH
        return list(proved.leaf_hashes) == hashes[offset : offset + end - start]

    def _admit(self, proved: ProvedRange) -> None:
        """Admit the ballots of a proved range, and feed what stands between them."""
        for index in range(proved.range.start, proved.range.end):
            ballot = proved.ballots.get(index)
            if ballot is None:
                for entry in self._entries(index, index + 1):
                    self._replay.feed(entry.statement, entry.payload)
            else:
                self._seen(ballot.statement)
                self._replay.feed_verified(ballot.statement, ballot.facts)
        self._reach(proved.range.end)

    def _reach(self, index: int) -> None:
        """Tell of the entries below an index that were not told of yet."""
        self._tell(index - self._told)

    def _tell(self, count: int) -> None:
        # A range that has to be fed has been read by a worker before: nothing is told twice.
        count = min(count, self._size - self._told)
        if count > 0:
            self._told += count
            self._progress(count)
