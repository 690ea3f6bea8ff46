"""What a verification keeps on disk instead of in memory: statements, credentials, ballots.

*Idea*: One SQLite file holds a row per statement and per credential, so that questions such as "which is this
credential's last ballot" are asked of an index. Only the process that leads a verification opens it: what a worker
needs to know of its range travels with the task.

*Invariants*: Memory is bounded by the cache fixed here, whatever the number of ballots.
"""

import sqlite3
from pathlib import Path

from verifier.facts import BallotFacts

_SCHEMA = """
CREATE TABLE scope (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE);
CREATE TABLE statement (
  entry INTEGER PRIMARY KEY, scope INTEGER NOT NULL, kind TEXT NOT NULL, author BLOB NOT NULL, payload BLOB NOT NULL,
  leaf BLOB NOT NULL);
CREATE TABLE noise (entry INTEGER PRIMARY KEY, leaf BLOB NOT NULL);
CREATE TABLE altered (entry INTEGER PRIMARY KEY);
CREATE TABLE credential (
  key BLOB PRIMARY KEY, district INTEGER NOT NULL, weight INTEGER NOT NULL, since INTEGER NOT NULL,
  until INTEGER, reason TEXT, replaced INTEGER NOT NULL DEFAULT 0, annulled INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE ballot (
  entry INTEGER PRIMARY KEY, author BLOB NOT NULL, is_cast INTEGER NOT NULL, counted INTEGER NOT NULL DEFAULT 0,
  district INTEGER, weight INTEGER, number INTEGER NOT NULL DEFAULT 1);
"""


def open_scratch(path: Path) -> sqlite3.Connection:
    """Create the scratch database."""
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;" + _SCHEMA)
    return database


def ballot_facts(database: sqlite3.Connection, start: int, stop: int) -> dict[int, BallotFacts]:
    """Return the facts of all ballots with start <= entry < stop."""
    rows = database.execute(
        "SELECT entry, counted, district, weight, CASE WHEN is_cast THEN number END FROM ballot "
        "WHERE entry >= ? AND entry < ?",
        (start, stop),
    )
    return {
        entry: BallotFacts(counted=bool(counted), district=district, weight=weight, number=number)
        for entry, counted, district, weight, number in rows
    }


def leaf_hashes(database: sqlite3.Connection, start: int, stop: int) -> dict[int, bytes]:
    """Return the leaf hashes of the entries start <= entry < stop, as the pass over the entries saw them."""
    query = "SELECT entry, leaf FROM {} WHERE entry >= ? AND entry < ?"
    return {
        entry: leaf
        for table in ("statement", "noise")
        for entry, leaf in database.execute(query.format(table), (start, stop))
    }


def altered_payloads(database: sqlite3.Connection, start: int, stop: int) -> frozenset[int]:
    """Return the entries start <= entry < stop whose payload was found to have another hash (and failed L.G)."""
    rows = database.execute("SELECT entry FROM altered WHERE entry >= ? AND entry < ?", (start, stop))
    return frozenset(entry for (entry,) in rows)
