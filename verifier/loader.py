"""From statements to an election: read every payload that is no ballot, feed the checks that walk in log order.

*Spec*: docs/protocol.md, sections 3 and 4; docs/formats.md, section 3 (row S.A).

*Idea*: Memory holds the first statement of each kind and trustee; the registrar's statements, of which there
may be as many as voters, are fed on and forgotten.

*Invariants*: Every payload that is read here is compared with the hash in its statement, so none can be another one
than the workers read later.
"""

import sqlite3
from collections.abc import Iterator
from hashlib import sha256

from verifier.checks.course import BALLOTS, REGISTRAR, TRUSTEE, Course, check_ballot_places
from verifier.checks.credentials import CredentialBook
from verifier.checks.manifest_rules import check_manifest
from verifier.election import MAX_TRUSTEES, Election, Item
from verifier.errors import RecordUnreadable
from verifier.hashing import MAX_INDEX
from verifier.ledger import Ledger
from verifier.manifest import manifest_from
from verifier.payloads import PayloadCursor
from verifier.schema import PAYLOADS, decode_payload
from verifier.statement import shown_kind

MANIFEST = "election.manifest"


def elections_in(database: sqlite3.Connection) -> list[bytes]:
    """Return the scopes that hold a manifest (at most 100)."""
    query = (
        "SELECT DISTINCT name FROM statement JOIN scope ON scope.id = statement.scope "
        "WHERE kind = ? ORDER BY name LIMIT 100"
    )
    return [name for (name,) in database.execute(query, (MANIFEST,))]


class Loader:
    """Reads one election out of a record."""

    def __init__(self, database: sqlite3.Connection, cursor: PayloadCursor, scope: bytes, ledger: Ledger) -> None:
        self._database, self._cursor, self._ledger = database, cursor, ledger
        row = database.execute("SELECT id FROM scope WHERE name = ?", (scope,)).fetchone()
        self._scope = row[0] if row else -1
        self.election = Election(scope=scope)
        self.course: Course | None = None
        self.book: CredentialBook | None = None
        self.ballots = 0
        self.unread_changes = 0

    def load(self) -> None:
        """Read everything but ballots; evaluate S.A, S.B for it, L.I to L.K, and the registrar's rows."""
        self._overview()
        first_entry = min(self.election.first.values(), default=-1)
        self._load_manifest()
        self.course = Course(self.election, first_entry, self._ledger)
        if self.election.manifest is not None:
            manifest = self.election.manifest
            self.book = CredentialBook(self._database, self.election, manifest, self._ledger)
        for item in self._items():
            self.course.feed(item)
            self._keep(item)
            if self.book is not None and item.kind in REGISTRAR and item.kind != "registrar.roll":
                self.book.feed(item)
        self.course.finish()
        if not self.election.counts:
            self._ledger.absent("S.A", "no statement of this election in the record")
        check_ballot_places(self._database, self.ballots, self.election, self._ledger)
        if self.book is not None:
            self.book.finish()
            self.book.check_open()

    def _overview(self) -> None:
        query = "SELECT kind, min(entry), count(*) FROM statement WHERE scope = ? GROUP BY kind"
        for kind, first, count in self._database.execute(query, (self._scope,)):
            # unknown kinds count as one, so that hostile names take no memory
            name = kind if kind in PAYLOADS else ""
            self.election.first[name] = min(first, self.election.first.get(name, first))
            self.election.counts[name] = self.election.counts.get(name, 0) + count
        self.ballots = sum(self.election.counts.get(kind, 0) for kind in BALLOTS)
        self._database.execute(
            "INSERT INTO ballot (entry, author, is_cast) SELECT entry, author, kind = 'ballot.cast' FROM statement "
            "WHERE scope = ? AND kind IN ('ballot.cast', 'ballot.challenged')",
            (self._scope,),
        )
        self._database.execute("CREATE INDEX ballot_author ON ballot (author, is_cast, entry)")
        # in the order of the index nothing is sorted, and most ballots are the first of their author
        self._database.execute(
            "UPDATE ballot SET number = later.number FROM (SELECT * FROM (SELECT entry AS place, "
            "row_number() OVER (PARTITION BY author, is_cast ORDER BY entry) AS number FROM ballot) "
            "WHERE number > 1) AS later WHERE entry = later.place"
        )

    def first_ballot(self) -> int | None:
        """Return the entry of the first ballot, None where there is none."""
        (entry,) = self._database.execute("SELECT min(entry) FROM ballot").fetchone()
        return None if entry is None else int(entry)

    def _load_manifest(self) -> None:
        entry = self.election.first.get(MANIFEST)
        if entry is None:
            self._ledger.absent("S.B", "no manifest in the record")
            return
        (stated,) = self._database.execute("SELECT payload FROM statement WHERE entry = ?", (entry,)).fetchone()
        try:
            data, _ = self._read(entry, stated)
        except RecordUnreadable as error:
            self._ledger.unevaluated("S.B", str(error))
            return
        value = decode_payload(MANIFEST, data).value
        if value is None:
            self._ledger.unevaluated("S.B", "the manifest can't be read")
            return
        manifest = manifest_from(value)
        check_manifest(manifest, entry, self._ledger)
        # a quorum that has no encoding leaves no base hash to go on with
        if manifest.quorum <= MAX_INDEX:
            self.election.manifest, self.election.manifest_bytes = manifest, data

    def _read(self, entry: int, stated: bytes) -> tuple[bytes, bytes]:
        """Return a payload and its SHA-256; fail L.G once per entry where the statement names another."""
        data = self._cursor.payload(entry)
        digest = sha256(data).digest()
        if digest != stated:
            added = self._database.execute("INSERT OR IGNORE INTO altered VALUES (?)", (entry,)).rowcount
            if added:
                self._ledger.failed("L.G", f"entry {entry}: payload has another hash", entry=entry)
        return data, digest

    def _items(self) -> Iterator[Item]:
        query = (
            "SELECT entry, kind, author, payload FROM statement WHERE scope = ? "
            "AND kind NOT IN ('ballot.cast', 'ballot.challenged') ORDER BY entry"
        )
        for entry, kind, author, stated in self._database.execute(query, (self._scope,)):
            try:
                data, digest = self._read(entry, stated)
            except RecordUnreadable as error:
                self._ledger.unevaluated("S.A", str(error))
                yield Item(entry=entry, kind=kind, author=author, value=None, digest=b"")
                continue
            value = None
            if kind in PAYLOADS:
                decoded = decode_payload(kind, data)
                value = decoded.value
                place = f"entry {entry} ({shown_kind(kind)}): {', '.join(decoded.problems[:3])}"
                self._ledger.check("S.A", not decoded.problems, place, entry=entry)
            yield Item(entry=entry, kind=kind, author=author, value=value, digest=digest)

    def _keep(self, item: Item) -> None:
        if item.kind in TRUSTEE:
            index = item.trustee
            if index is not None and not 1 <= index <= MAX_TRUSTEES:
                self._ledger.failed("S.D", f"entry {item.entry} ({item.kind}): no such trustee", entry=item.entry)
                return
            if index is None:
                manifest = self.election.manifest
                keys = manifest.trustee_keys if manifest else ()
                index = keys.index(item.author) + 1 if item.author in keys[:MAX_TRUSTEES] else 0
            self.election.by_trustee.setdefault(item.kind, {}).setdefault(index, item)
        elif item.kind in PAYLOADS and (item.kind not in REGISTRAR or item.kind == "registrar.roll"):
            self.election.singles.setdefault(item.kind, item)
