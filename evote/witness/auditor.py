"""The election-aware witness: it reads what a log has added, verifies all of it, and only then lets its key sign.

Spec: C2SP tlog-cosignature v1.1.0-rc.1, "Additional statements"; docs/protocol.md sections 3, 4 and 8; docs/witness.md
says what the signature of such a witness states.

Idea: the log has signed a checkpoint that is not published yet, and its tiles lie at the record's place. The entries
since the last audit are read from there, proven to be under that checkpoint, and replayed election by election; the
states stay in memory, so that the next audit begins where this one ended. After a restart the first request replays the
log from its beginning.

Invariants: a checkpoint passes only if every entry below it is a statement with a valid signature and its payload
beside it, and every statement of an election stands where section 4 allows it, with every proof verified. A refusal is
remembered with its checkpoint: no extension of it passes either, until the process ends; and nothing that leaves it out
ever passes. What can't be read is no refusal. Statements of other services are verified by signature and payload hash
alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from evote.client.evidence import evidence_from_notes
from evote.client.reader import RecordReader
from evote.client.source import RecordSource
from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.election.kinds import Kind
from evote.errors import BoardError, EvoteError
from evote.log.checkpoint import Checkpoint, read_checkpoint
from evote.log.key import VerifierKey
from evote.log.merkle import EMPTY_ROOT
from evote.log.policy import WitnessedCheckpoint
from evote.log.statement import Statement
from evote.replay.replay import LogEntry, Replay
from evote.witness.witness import AuditError

# Fewer new entries are verified sooner than worker processes start.
MINIMUM_SHARED: Final = 512

# Errors that blame the place the record was read from, not the entries that the log has signed.
_READING: Final = ("record.", "tiles.", "tile.", "bundle.", "archive.", "merkle.", "statement.payload_mismatch")
_KINDS: Final = frozenset(kind.value for kind in Kind)

OpenRecord = Callable[[], AbstractContextManager[RecordSource]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refused:
    note: bytes
    reason: str


class Auditor:
    """The audits of one log; not for several threads at once."""

    def __init__(
        self, keys: tuple[VerifierKey, ...], open_record: OpenRecord, workers: int, refused: Iterable[bytes] = ()
    ) -> None:
        """Take the log's keys, a function that opens its record, and the number of processes for many ballots.

        `refused` are the notes that an earlier process refused: the log may not go back behind them.
        """
        self._keys, self._open_record, self._workers = keys, open_record, workers
        self._refused_before = list(refused)
        self._group = Group(STANDARD)
        self._refused: _Refused | None = None
        self._begin()

    def __call__(self, checkpoint: Checkpoint, note: bytes) -> None:
        """Verify every entry under a checkpoint that the log has signed (`note`: with the log's lines alone).

        Raise AuditError for an entry that may not stand where it stands, or where the log has left out what was
        refused before; BoardError where the record can't be read.
        """
        witnessed = WitnessedCheckpoint(checkpoint=checkpoint, note=note, log=self._keys[0], times=())
        try:
            with self._open_record() as source:
                reader = RecordReader(source, witnessed)
                self._check_refused(reader)
                self._audit(reader)
        except (BoardError, AuditError):
            raise
        except EvoteError as error:
            if error.code.startswith(_READING):
                raise BoardError("audit.unreadable", f"the record can't be read: {error.message}") from error
            reason = f"{error.message} [{error.code}]"
            self._refused = _Refused(note=note, reason=reason)
            raise AuditError(reason) from error

    def _begin(self) -> None:
        """Begin before the first entry."""
        self._size, self._root = 0, EMPTY_ROOT
        self._replays: dict[bytes, Replay] = {}
        self._other_scopes: set[bytes] = set()

    def _check_refused(self, reader: RecordReader) -> None:
        """Refuse every tree that extends a refused one, and every tree of which a refused one can't be part."""
        for note in tuple(self._refused_before):
            if self._is_part(note, reader):
                # This process judges the entries for itself: the mistake may have been the auditor's.
                self._refused_before.remove(note)
        refused = self._refused
        if refused is not None and self._is_part(refused.note, reader):
            raise AuditError(refused.reason)

    def _is_part(self, note: bytes, reader: RecordReader) -> bool:
        """Say whether a tree that the log has signed before is a part of this one; a larger one is none.

        Raise AuditError, with the evidence, where the two contradict each other.
        """
        former = read_checkpoint(note)
        if reader.checkpoint.size < former.size:
            return False
        if reader.tree.root_at(former.size) == former.root:
            return True
        evidence = evidence_from_notes(note, reader.witnessed.note, self._keys, reader.tree)
        raise AuditError("the log has signed two histories, one of which was refused", evidence)

    def _audit(self, reader: RecordReader) -> None:
        size = reader.checkpoint.size
        if size < self._size or reader.tree.root_at(self._size) != self._root:
            self._begin()
        start = self._size
        scopes = {item.statement.scope for item in reader.statements(start) if self._is_of_election(item.statement)}
        workers = self._workers if size - start >= MINIMUM_SHARED else 1
        try:
            for scope in scopes:
                replay = self._replays.setdefault(scope, Replay(self._group, scope))
                # Where nothing of this election was added, its replay was not asked. An election that begins in a scope
                # in which others have spoken is replayed with what they said.
                replay.position = 0 if scope in self._other_scopes else start
                replay.feed_all(_entries(reader, replay.position), workers)
        except BaseException:
            # A replay that stopped half-way can't go on.
            self._begin()
            raise
        self._size, self._root = size, reader.checkpoint.root

    def _is_of_election(self, statement: Statement) -> bool:
        if statement.kind in _KINDS or statement.scope in self._replays:
            return True
        self._other_scopes.add(statement.scope)
        return False


def _entries(reader: RecordReader, start: int) -> Iterator[LogEntry]:
    for item in reader.statements(start):
        yield LogEntry(item.data, item.payload, item.commitments)
