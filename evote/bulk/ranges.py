"""Ballots verified range by range, each by a process that reads its part of the record itself.

Spec: docs/protocol.md section 8; docs/batch-verification.md sections 7 and 10.

Idea: a task is the place of a record and the numbers of some bundles. A worker reads them, verifies every ballot of
the election in one stream, and returns the facts, beside the hashes of the entries it has read. Whoever asked compares
those with the log's tree, so that it need not read the ballots again. A range in which anything is not as it should
be is not judged here: whoever asked reads it again and verifies ballot by ballot, which names what is wrong.

Invariants: a range is proved as a whole or not at all; what is proved is said about the bytes whose leaf hashes are
returned. Not checked here: that these are the log's, and everything that needs the state.

Cost: a worker holds buckets of at most 0.9 GB and 3 KB for each ballot of two options of a range.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Final

from evote.bulk.crew import Crew, report_progress, worker_context
from evote.bulk.verification import election_bytes
from evote.client.place import open_record
from evote.codec.payloads import decode_payload
from evote.core.fixed_base import DEFAULT_WINDOW_BITS
from evote.election.ballot_check import BallotFacts
from evote.election.ballot_stream import BallotStream
from evote.election.challenge import verify_opening
from evote.election.context import ElectionKeyContext
from evote.election.kinds import BALLOT_KINDS, parse_kind
from evote.election.records import Ballot, ChallengedBallot
from evote.errors import EvoteError
from evote.log.merkle import leaf_hash
from evote.log.statement import Statement, decode_statement, verify_statement
from evote.log.tile_reader import read_bundle
from evote.log.tiles import TILE_WIDTH, TileKind, bundle_at

# 32,768 ballots: a batch of this size is within a fifth of the cheapest, and their facts are 100 MB.
MAXIMUM_BUNDLES: Final = 128
# A range that can't be read is read again by whoever asked.
_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotRange:
    """Entries [start, end) of the log of `size` entries in the record at a place, and the election they are read for.

    Whole bundles, but for a start in the middle of the first and an end at the end of the log.
    """

    record: str
    size: int
    scope: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedBallot:
    """A ballot of the election whose signature, payload hash, hashes, proofs and opening were verified."""

    statement: Statement
    facts: BallotFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedRange:
    """The leaf hashes of all entries of a range as they were read, and its ballots by index."""

    range: BallotRange
    leaf_hashes: tuple[bytes, ...]
    ballots: dict[int, ProvedBallot]


def split_ranges(record: str, size: int, scope: bytes, start: int, workers: int) -> list[BallotRange]:
    """Return ranges of equal size that cover the entries from `start` to the end of a log of `size` entries.

    There is one for each worker where that makes them no larger than `MAXIMUM_BUNDLES`: a larger batch costs less.
    """
    first, end = start // TILE_WIDTH, -(-size // TILE_WIDTH)
    count = max(workers, -(-(end - first) // MAXIMUM_BUNDLES))
    step = max(1, -(-(end - first) // count))
    return [
        BallotRange(
            record=record,
            size=size,
            scope=scope,
            start=max(start, number * TILE_WIDTH),
            end=min(size, (number + step) * TILE_WIDTH),
        )
        for number in range(first, end, step)
    ]


def prove_ranges(
    context: ElectionKeyContext, ranges: list[BallotRange], workers: int, progress: Callable[[int], None]
) -> Generator[ProvedRange | BallotRange]:
    """Yield, in order, what was proved of each range, or the range itself where something in it has to be looked at.

    `progress` counts the entries that were read so far, in whatever range. With one worker no process is started. Raise
    BoardError `bulk.worker_crashed`.
    """
    if workers == 1 or len(ranges) == 1:
        for task in ranges:
            yield prove_range(context, task, progress)
        return
    # Tables serve the openings of challenged ballots alone.
    with Crew(election_bytes(context), min(workers, len(ranges)), DEFAULT_WINDOW_BITS) as crew:
        yield from crew.map(_prove, ranges, progress)


def prove_range(
    context: ElectionKeyContext, task: BallotRange, progress: Callable[[int], None]
) -> ProvedRange | BallotRange:
    """Verify the ballots of a range together; return the range itself where that does not prove all of them."""
    try:
        return _prove_all(context, task, progress)
    except EvoteError:
        return task


def _prove(task: BallotRange) -> ProvedRange | BallotRange:
    return prove_range(worker_context(), task, report_progress)


def _prove_all(context: ElectionKeyContext, task: BallotRange, progress: Callable[[int], None]) -> ProvedRange:
    stream = BallotStream(context, secrets.token_bytes, task.end - task.start)
    leaf_hashes: list[bytes] = []
    ballots: dict[int, ProvedBallot] = {}
    for index, (entry, payload, commitments) in enumerate(_read(task), task.start):
        leaf_hashes.append(leaf_hash(entry))
        if len(leaf_hashes) % TILE_WIDTH == 0:
            progress(TILE_WIDTH)
        statement = decode_statement(entry)
        if statement.scope == task.scope and statement.kind in BALLOT_KINDS:
            facts = _take_in(context, stream, statement, payload, commitments)
            ballots[index] = ProvedBallot(statement=statement, facts=facts)
    stream.finish()
    return ProvedRange(range=task, leaf_hashes=tuple(leaf_hashes), ballots=ballots)


def _take_in(
    context: ElectionKeyContext, stream: BallotStream, statement: Statement, payload: bytes, commitments: bytes
) -> BallotFacts:
    verify_statement(statement, payload)
    record = decode_payload(parse_kind(statement.kind), payload, context.group)
    if isinstance(record, ChallengedBallot):
        facts = stream.add(record.ballot, statement.author, commitments)
        verify_opening(context, record)
        return facts
    if not isinstance(record, Ballot):
        raise TypeError(f"{statement.kind} is no ballot")
    return stream.add(record, statement.author, commitments)


def _read(task: BallotRange) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield entry, payload and commitments; raise EncodingError and BoardError as the source and `read_bundle`."""
    with open_record(task.record, attempts=_ATTEMPTS) as source:
        for number in range(task.start // TILE_WIDTH, -(-task.end // TILE_WIDTH)):
            bundles = [
                read_bundle(source.read, bundle_at(kind, number, task.size))
                for kind in (TileKind.ENTRIES, TileKind.PAYLOADS, TileKind.COMMITMENTS)
            ]
            items = enumerate(zip(*bundles, strict=True), number * TILE_WIDTH)
            yield from (item for index, item in items if task.start <= index < task.end)
