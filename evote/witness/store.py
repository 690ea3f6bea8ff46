"""What a witness must never forget: which logs it follows, and the largest checkpoint of each that it has cosigned.

Spec: C2SP tlog-witness ("The witness MUST persist the new checkpoint before responding", atomically with the check).

Idea: one small SQLite database. The comparison with the latest checkpoint and its replacement happen in one transaction
that excludes every other writer, so of two racing requests one sees the other's result. Triggers in the database make
the unsafe changes impossible, whatever program tries them.

Invariants: a commit is on the disk before it returns (WAL, synchronous FULL); logs and their keys are only ever added;
the size and the time of a log's latest checkpoint never shrink, and one size has one root. A database restored from a
backup breaks the promise; a witness that lost its database is retired, not restored.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from evote.errors import BoardError, ConfigurationError
from evote.log.encoding import MAXIMUM_SIZE
from evote.log.key import VerifierKey, format_verifier_key, parse_verifier_key
from evote.log.witness_protocol import origin_hash

FILE_NAME: Final = "witness.sqlite"
SCHEMA_VERSION: Final = 1
# Per log: signed checkpoints remembered for comparison, and pieces of evidence kept, of each kind.
MAXIMUM_SEEN: Final = 10_000
MAXIMUM_EVIDENCE: Final = 1_000
# Every so many checkpoints, of whatever logs, those beyond each log's bound are removed.
PRUNE_INTERVAL: Final = 256
BUSY_SECONDS: Final = 5.0

_SCHEMA: Final = (
    "CREATE TABLE identity (verifier_key TEXT PRIMARY KEY) STRICT",
    "CREATE TABLE log (origin TEXT, verifier_key TEXT, place TEXT NOT NULL, PRIMARY KEY (origin, verifier_key)) STRICT",
    "CREATE TABLE latest (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, time INTEGER NOT NULL,"
    " note BLOB NOT NULL) STRICT",
    "CREATE TABLE seen (number INTEGER PRIMARY KEY, origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL,"
    " note BLOB NOT NULL, UNIQUE (origin, size, root)) STRICT",
    "CREATE TABLE evidence (number INTEGER PRIMARY KEY, origin TEXT NOT NULL, kind TEXT NOT NULL,"
    " time INTEGER NOT NULL, reason TEXT NOT NULL, data BLOB NOT NULL, digest BLOB NOT NULL,"
    " UNIQUE (origin, kind, digest)) STRICT",
    "CREATE TRIGGER keep_logs BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'a witness never forgets a log'); END",
    "CREATE TRIGGER keep_keys BEFORE UPDATE OF origin, verifier_key ON log"
    " BEGIN SELECT RAISE(ABORT, 'a witness never forgets a key'); END",
    "CREATE TRIGGER keep_latest BEFORE DELETE ON latest"
    " BEGIN SELECT RAISE(ABORT, 'a witness never forgets a checkpoint'); END",
    "CREATE TRIGGER only_forward BEFORE UPDATE ON latest WHEN new.origin != old.origin OR new.size < old.size"
    " OR new.time < old.time OR (new.size = old.size AND new.root != old.root)"
    " BEGIN SELECT RAISE(ABORT, 'a witness never goes back'); END",
    # REPLACE removes the old row without asking the trigger on DELETE, unless a connection has recursive triggers on.
    "CREATE TRIGGER never_replaced BEFORE INSERT ON latest WHEN EXISTS (SELECT 1 FROM latest AS old WHERE"
    " old.origin = new.origin AND (new.size < old.size OR new.time < old.time"
    " OR (new.size = old.size AND new.root != old.root)))"
    " BEGIN SELECT RAISE(ABORT, 'a witness never goes back'); END",
)


class EvidenceKind(StrEnum):
    """Why something was kept about a log."""

    CONTRADICTION = "contradiction"
    """Proof that the log signed two histories: a file for `evote evidence check`."""
    SUSPICIOUS = "suspicious"
    """A request signed by the log whose consistency proof fails; may be somebody else's mistake."""
    REFUSED = "refused"
    """A request whose new entries an auditor refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedLog:
    """A log that the witness follows: its keys, and where its record may be read ("" if not stated)."""

    origin: str
    keys: tuple[VerifierKey, ...]
    place: str

    @property
    def name(self) -> str:
        """The log's name in the paths of the monitoring pages."""
        return origin_hash(self.origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The largest checkpoint cosigned of a log: the note has the log's verified lines and the witness's own."""

    size: int
    root: bytes
    time: int
    note: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvidence:
    """Something kept about a log; `data` is a contradiction's file, otherwise the request's body."""

    number: int
    kind: EvidenceKind
    time: int
    reason: str
    data: bytes


class WitnessStore:
    """The open database of a witness; for several threads."""

    def __init__(self, folder: Path, keys: tuple[VerifierKey, ...]) -> None:
        """Open the database in a folder, which must be the one made with these keys.

        Raise BoardError `witness.no_database`, `.damaged`, `.other_keys` or `.store_failed`.
        """
        path = folder / FILE_NAME
        if not path.is_file():
            raise BoardError(
                "witness.no_database",
                f"{path} is missing; a witness that has lost its memory is retired: make a new one with new keys",
            )
        self._lock = threading.Lock()
        self._database = _connect(path)
        try:
            _check_database(self._database, path, keys)
        except BaseException:
            self._database.close()
            raise

    @classmethod
    def create(cls, folder: Path, keys: tuple[VerifierKey, ...]) -> WitnessStore:
        """Make the database of a new witness; raise ConfigurationError `witness.exists` where there is one."""
        path = folder / FILE_NAME
        if path.exists():
            raise ConfigurationError("witness.exists", f"{path} exists; choose another folder")
        database = _connect(path)
        with _reported():
            database.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA:
                database.execute(statement)
            database.executemany("INSERT INTO identity VALUES (?)", [(format_verifier_key(key),) for key in keys])
            database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            database.execute("COMMIT")
            database.close()
        return cls(folder, keys)

    def pin(self, origin: str, key: VerifierKey, place: str) -> bool:
        """Add a log, or a further key of it; return whether it is new. An empty `place` keeps the one known.

        Raise BoardError `witness.store_failed`.
        """
        with self.transaction() as change:
            return change.pin(origin, format_verifier_key(key), place)

    def logs(self) -> tuple[PinnedLog, ...]:
        """Return every pinned log, by origin."""
        with self._lock, _reported():
            rows = self._database.execute(
                "SELECT origin, verifier_key, place FROM log ORDER BY origin, rowid"
            ).fetchall()
        origins = dict.fromkeys(row[0] for row in rows)
        return tuple(
            PinnedLog(
                origin=origin,
                keys=tuple(parse_verifier_key(row[1]) for row in rows if row[0] == origin),
                place=next((row[2] for row in reversed(rows) if row[0] == origin and row[2]), ""),
            )
            for origin in origins
        )

    def log(self, origin: str) -> PinnedLog | None:
        """Return a pinned log, None where the witness does not follow it."""
        return next((log for log in self.logs() if log.origin == origin), None)

    def latest(self, origin: str) -> Latest | None:
        """Return the largest checkpoint cosigned of a log, None where there is none."""
        with self._lock, _reported():
            return _latest(self._database, origin)

    def evidence(self, origin: str) -> tuple[KeptEvidence, ...]:
        """Return what is kept about a log, oldest first: some 20 MB of it, where a log has done its worst."""
        return self._kept("number, kind, time, reason, data", "origin = ?", origin)

    def listed_evidence(self, origin: str) -> tuple[KeptEvidence, ...]:
        """Return what is kept about a log, oldest first, with empty `data`."""
        return self._kept("number, kind, time, reason, x''", "origin = ?", origin)

    def piece_of_evidence(self, origin: str, number: int) -> KeptEvidence | None:
        """Return one piece of what is kept about a log, None where there is none of that number."""
        if not 0 < number <= MAXIMUM_SIZE:
            return None
        kept = self._kept("number, kind, time, reason, data", "origin = ? AND number = ?", origin, number)
        return kept[0] if kept else None

    def count_contradictions(self) -> int:
        """Return how many proofs are kept that a log has signed two histories."""
        with self._lock, _reported():
            (count,) = self._database.execute(
                "SELECT count(*) FROM evidence WHERE kind = ?", (EvidenceKind.CONTRADICTION.value,)
            ).fetchone()
        return int(count)

    @contextmanager
    def transaction(self) -> Iterator[Change]:
        """Yield the one writer there is; committed and on the disk afterwards, undone where the body raises.

        Raise BoardError `witness.store_failed` where the disk or the database fails.
        """
        with self._lock, _reported():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield Change(self._database)
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _kept(self, columns: str, condition: str, *values: object) -> tuple[KeptEvidence, ...]:
        with self._lock, _reported():
            rows = self._database.execute(
                f"SELECT {columns} FROM evidence WHERE {condition} ORDER BY number", values
            ).fetchall()
        return tuple(
            KeptEvidence(number=row[0], kind=EvidenceKind(row[1]), time=row[2], reason=row[3], data=row[4])
            for row in rows
        )


class Change:
    """The database within one transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Take the connection; use `WitnessStore.transaction`."""
        self._database = database

    def pin(self, origin: str, verifier_key: str, place: str) -> bool:
        """Add a log's key; return whether it is new."""
        is_new = self._insert("INSERT OR IGNORE INTO log VALUES (?, ?, ?)", origin, verifier_key, place)
        if place:
            self._database.execute("UPDATE log SET place = ? WHERE origin = ?", (place, origin))
        return is_new

    def latest(self, origin: str) -> Latest | None:
        """Return the largest checkpoint cosigned of a log."""
        return _latest(self._database, origin)

    def replace_latest(self, origin: str, latest: Latest) -> None:
        """Store the largest checkpoint cosigned of a log; the database refuses one that goes back."""
        self._database.execute(
            "INSERT INTO latest VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET"
            " size = excluded.size, root = excluded.root, time = excluded.time, note = excluded.note",
            (origin, latest.size, latest.root, latest.time, latest.note),
        )

    def see(self, origin: str, size: int, root: bytes, note: bytes) -> bytes | None:
        """Remember a checkpoint that the log has signed; return a signed note of the same size with another root."""
        row = self._database.execute(
            "SELECT note FROM seen WHERE origin = ? AND size = ? AND root != ? ORDER BY number LIMIT 1",
            (origin, size, root),
        ).fetchone()
        added = self._database.execute(
            "INSERT OR IGNORE INTO seen (origin, size, root, note) VALUES (?, ?, ?, ?)", (origin, size, root, note)
        )
        if added.rowcount == 1 and (added.lastrowid or 0) % PRUNE_INTERVAL == 0:
            # Of every log, not of this one alone: where logs take turns, some would never have the right number.
            for (pruned,) in self._database.execute("SELECT DISTINCT origin FROM log").fetchall():
                self._database.execute(
                    "DELETE FROM seen WHERE origin = ? AND number <= (SELECT number FROM seen WHERE origin = ?"
                    " ORDER BY number DESC LIMIT 1 OFFSET ?)",
                    (pruned, pruned, MAXIMUM_SEEN),
                )
        return None if row is None else bytes(row[0])

    def keep(self, origin: str, kind: EvidenceKind, time: int, reason: str, data: bytes, digest: bytes) -> bool:
        """Keep evidence once for each digest and up to a bound, so that nobody fills the disk; return whether kept."""
        (count,) = self._database.execute(
            "SELECT count(*) FROM evidence WHERE origin = ? AND kind = ?", (origin, kind.value)
        ).fetchone()
        return count < MAXIMUM_EVIDENCE and self._insert(
            "INSERT OR IGNORE INTO evidence (origin, kind, time, reason, data, digest) VALUES (?, ?, ?, ?, ?, ?)",
            origin,
            kind.value,
            time,
            reason,
            data,
            digest,
        )

    def _insert(self, statement: str, *values: object) -> bool:
        return self._database.execute(statement, values).rowcount == 1


def _connect(path: Path) -> sqlite3.Connection:
    with _reported():
        database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        return database


def _check_database(database: sqlite3.Connection, path: Path, keys: tuple[VerifierKey, ...]) -> None:
    with _reported():
        (version,) = database.execute("PRAGMA user_version").fetchone()
        (state,) = database.execute("PRAGMA quick_check(1)").fetchone()
        if state != "ok" or version != SCHEMA_VERSION:
            raise BoardError("witness.damaged", f"{path} is damaged or of another version: {state}")
        owners = {row[0] for row in database.execute("SELECT verifier_key FROM identity")}
    if owners != {format_verifier_key(key) for key in keys}:
        raise BoardError("witness.other_keys", f"{path} was made by a witness with other keys")


def _latest(database: sqlite3.Connection, origin: str) -> Latest | None:
    row = database.execute("SELECT size, root, time, note FROM latest WHERE origin = ?", (origin,)).fetchone()
    return None if row is None else Latest(size=row[0], root=bytes(row[1]), time=row[2], note=bytes(row[3]))


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise BoardError("witness.store_failed", f"the witness's database failed: {error}") from error
