"""Rows E.A to E.E and E.J: the roll, its changes, and whose ballots count.

*Spec*: docs/protocol.md, sections 7 and 8.

*Idea*: Credentials live in the scratch database, each with the entry from which and up to which it may vote.
Parts, strikes and replacements are fed in log order; questions about ballots are then asked of the database in
one statement each.

*Invariants*: A ballot counts by the rule of section 8 alone, whatever other rows say about it; ballots outside
the ballot box and ballots of unknown credentials have no district and never count.
"""

import sqlite3
from dataclasses import dataclass, field

from verifier.ed25519 import is_key
from verifier.election import Election, Item
from verifier.ledger import Ledger
from verifier.manifest import Manifest

MAX_WEIGHT = 10**9
MAX_SUM = 10**12
STRIKE_REASONS = ("voted_on_paper", "lost", "wrong_person", "not_eligible")
REPLACEMENT_REASONS = ("lost", "wrong_person")
NOT_AFTER_CASTING = ("voted_on_paper", "lost")
ANNULLING = ("wrong_person", "not_eligible")
NEVER = 1 << 62


@dataclass(slots=True)
class Totals:
    """Numbers and weights by district, of credentials or of counted ballots."""

    count: dict[int, int] = field(default_factory=dict)
    weight: dict[int, int] = field(default_factory=dict)

    def add(self, district: int, weight: int, count: int = 1) -> None:
        """Add ``count`` items of one weight."""
        self.count[district] = self.count.get(district, 0) + count
        self.weight[district] = self.weight.get(district, 0) + weight * count

    def sum_count(self) -> int:
        """Return the number in all districts."""
        return sum(self.count.values())


class CredentialBook:
    """The registrar's statements, in log order."""

    def __init__(self, database: sqlite3.Connection, election: Election, manifest: Manifest, ledger: Ledger) -> None:
        self._database, self._election, self._manifest, self._ledger = database, election, manifest, ledger
        self._officials = manifest.officials()
        self._closed = election.first.get("election.close", NEVER)
        self._last_key = b""
        self._parts = 0
        self.listed = Totals()
        self.unreadable = 0
        self.struck = self.replaced = 0

    def feed(self, item: Item) -> None:
        """Take in one statement of the registrar (the roll itself is looked at by ``check_roll``)."""
        if item.value is None:
            self.unreadable += 1
            self._ledger.unevaluated(
                "E.D" if item.kind in CHANGES else "E.A", "a payload of the registrar can't be read"
            )
        elif item.kind == "registrar.credentials":
            self._part(item)
        elif item.kind == "registrar.strike":
            self._strike(item)
        elif item.kind == "registrar.replacement":
            self._replacement(item)

    def _part(self, item: Item) -> None:
        self._parts += 1
        part = item.value["part"]
        place = f"entry {item.entry}"
        self._ledger.check("E.A", part == self._parts, f"{place}: part {part} in place {self._parts}", entry=item.entry)
        rows = []
        for number, credential in enumerate(item.value["credentials"], start=1):
            key, district, weight = bytes.fromhex(credential["key"]), credential["district"], credential["weight"]
            where = f"{place}, credential {number} ({credential['key'][:8]})"
            problem = "" if key > self._last_key else "not in strictly ascending order"
            if not problem and key in self._officials:
                problem = "key of the authority, the registrar or a trustee"
            if not problem and not is_key(key):
                problem = "not a valid key"
            self._ledger.check("E.B", not problem, f"{where}: {problem}", entry=item.entry)
            most = 1 if self._manifest.paper else MAX_WEIGHT
            in_range = self._manifest.district_style(district) is not None and 1 <= weight <= most
            self._ledger.check("E.A", in_range, f"{where}: district {district}, weight {weight}", entry=item.entry)
            self._last_key = key
            self.listed.add(district, weight)
            rows.append((key, district, weight, item.entry))
        insert = "INSERT OR IGNORE INTO credential (key, district, weight, since) VALUES (?, ?, ?, ?)"
        self._database.execute("BEGIN")
        self._database.executemany(insert, rows)
        self._database.execute("COMMIT")

    def _end(self, item: Item, key: bytes, reasons: tuple[str, ...]) -> tuple[int, int] | None:
        """Judge the end of a credential (E.D) and note it; return district and weight where it exists."""
        reason = item.value["reason"]
        query = "SELECT district, weight, until FROM credential WHERE key = ?"
        row: tuple[int, int, int | None] | None = self._database.execute(query, (key,)).fetchone()
        problems = []
        if reason not in reasons:
            problems.append("reason that is not allowed")
        if row is None:
            problems.append("credential that is not on the roll")
        elif row[2] is not None:
            problems.append("credential that was struck or replaced before")
        cast = "SELECT 1 FROM ballot WHERE author = ? AND is_cast = 1 AND entry < ? LIMIT 1"
        if reason in NOT_AFTER_CASTING and self._database.execute(cast, (key, item.entry)).fetchone():
            problems.append(f"{reason} although a ballot was cast")
        where = f"entry {item.entry} ({item.kind}, {key.hex()[:8]})"
        self._ledger.check("E.D", not problems, f"{where}: {', '.join(problems)}", entry=item.entry)
        if row is None:
            return None
        annuls = int(reason in ANNULLING and item.entry < self._closed)
        self._database.execute("UPDATE credential SET annulled = max(annulled, ?) WHERE key = ?", (annuls, key))
        if row[2] is None:
            replaced = int(item.kind == "registrar.replacement")
            self._database.execute(
                "UPDATE credential SET until = ?, reason = ?, replaced = ? WHERE key = ?",
                (item.entry, reason, replaced, key),
            )
        return row[0], row[1]

    def _strike(self, item: Item) -> None:
        self.struck += 1
        self._end(item, bytes.fromhex(item.value["credential"]), STRIKE_REASONS)

    def _replacement(self, item: Item) -> None:
        self.replaced += 1
        new = bytes.fromhex(item.value["new"])
        known = self._database.execute("SELECT 1 FROM credential WHERE key = ?", (new,)).fetchone() is not None
        problem = "new key was on the list before" if known else ""
        if not problem and (new in self._officials or not is_key(new)):
            problem = "new key is not a valid key of a voter"
        taken_over = self._end(item, bytes.fromhex(item.value["old"]), REPLACEMENT_REASONS)
        where = f"entry {item.entry} ({item.kind}, {new.hex()[:8]})"
        self._ledger.check("E.D", not problem, f"{where}: {problem}", entry=item.entry)
        if taken_over is not None and not known:
            insert = "INSERT INTO credential (key, district, weight, since) VALUES (?, ?, ?, ?)"
            self._database.execute(insert, (new, *taken_over, item.entry))

    def finish(self) -> None:
        """Evaluate E.A over the whole roll, and say what is absent."""
        self._check_roll()
        if not self.struck and not self.replaced:
            self._ledger.absent("E.D", "no credential was struck or replaced")
        if not self._parts:
            self._ledger.absent("E.B", "no list of credentials in the record")

    def _check_roll(self) -> None:
        roll = self._election.single("registrar.roll")
        if roll is None:
            self._ledger.absent("E.A", "no registrar.roll in the record")
            return
        if roll.value is None:
            self._ledger.unevaluated("E.A", "registrar.roll can't be read")
            return
        value, place = roll.value, f"entry {roll.entry} (registrar.roll)"
        listed, districts = self.listed, range(1, len(self._manifest.district_labels) + 1)
        count, weight = listed.sum_count(), sum(listed.weight.values())
        stated = [(entry["count"], entry["weight"]) for entry in value["districts"]]
        found = [(listed.count.get(d, 0), listed.weight.get(d, 0)) for d in districts]
        largest = max((contest.option_limit for contest in self._manifest.contests), default=0)
        facts = (
            (value["parts"] == self._parts, f"{value['parts']} parts, {self._parts} in the list"),
            (value["count"] == count, f"{value['count']} credentials, {count} in the list"),
            (value["weight"] == weight, f"weight {value['weight']}, {weight} in the list"),
            (stated == found, "numbers or weights of the districts are not those of the list"),
            (count >= 1, "no credentials"),
            (weight * largest <= MAX_SUM, "sum of weights times the largest option limit is above 10^12"),
        )
        for holds, words in facts:
            self._ledger.check("E.A", holds, f"{place}: {words}", entry=roll.entry)

    def check_open(self) -> None:
        """Evaluate the part of E.A that ``election.open`` states."""
        opened, roll, keys = (
            self._election.single("election.open"),
            self._election.single("registrar.roll"),
            self._election.keys,
        )
        if opened is None:
            return
        if opened.value is None or roll is None or not roll.digest or keys is None:
            self._ledger.unevaluated("E.A", "election.open, the roll or the keys can't be read")
            return
        place = f"entry {opened.entry} (election.open)"
        same = opened.value["roll"] == roll.digest.hex()
        self._ledger.check("E.A", same, f"{place}: another roll", entry=opened.entry)
        self._ledger.check("E.A", opened.value["h_e"] == keys.h_e.hex(), f"{place}: another H_E", entry=opened.entry)


CHANGES = ("registrar.strike", "registrar.replacement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Electorate:
    """Numbers that follow from the roll, its changes and the entries of ballots.

    ``eligible`` and ``counted`` are by district; ``on_paper`` counts credentials struck as ``voted_on_paper``.
    """

    roll: int
    eligible: Totals
    counted: Totals
    cast: int
    challenged: int
    annulled: int
    struck: int
    replaced: int
    on_paper: int
    voters_online: int


def count_ballots(
    database: sqlite3.Connection, election: Election, manifest: Manifest, book: CredentialBook
) -> Electorate:
    """Decide which ballots count (section 8) and return the totals."""
    opened = election.first.get("election.open", -1)
    closed = election.first.get("election.close", NEVER)
    database.execute(
        "UPDATE ballot SET district = (SELECT district FROM credential WHERE key = author), "
        "weight = (SELECT weight FROM credential WHERE key = author)"
    )
    last = (
        "AND entry = (SELECT max(entry) FROM ballot AS other "
        "WHERE other.author = ballot.author AND other.is_cast = 1 AND other.entry < :closed)"
        if manifest.revoting == "last"
        else ""
    )
    database.execute(
        "UPDATE ballot SET counted = 1 WHERE is_cast = 1 AND district IS NOT NULL AND entry > :opened "
        "AND entry < :closed AND (SELECT annulled FROM credential WHERE key = author) = 0 " + last,
        {"opened": opened, "closed": closed},
    )
    eligible, counted = Totals(dict(book.listed.count), dict(book.listed.weight)), Totals()
    for district, weight in database.execute("SELECT district, weight FROM credential WHERE reason = 'not_eligible'"):
        eligible.add(district, weight, count=-1)
    groups = "SELECT district, weight, count(*) FROM ballot WHERE counted = 1 GROUP BY district, weight"
    for district, weight, count in database.execute(groups):
        counted.add(district, weight, count)

    def ask(query: str) -> int:
        return int(database.execute(query).fetchone()[0])

    return Electorate(
        roll=book.listed.sum_count(),
        eligible=eligible,
        counted=counted,
        cast=ask("SELECT count(*) FROM ballot WHERE is_cast = 1"),
        challenged=ask("SELECT count(*) FROM ballot WHERE is_cast = 0"),
        annulled=ask("SELECT count(*) FROM ballot JOIN credential ON key = author WHERE is_cast = 1 AND annulled = 1"),
        struck=book.struck,
        replaced=book.replaced,
        on_paper=ask("SELECT count(*) FROM credential WHERE reason = 'voted_on_paper' AND replaced = 0"),
        voters_online=ask("SELECT count(DISTINCT author) FROM ballot WHERE counted = 1"),
    )


def check_authors(
    database: sqlite3.Connection, manifest: Manifest, electorate: Electorate, book: CredentialBook, ledger: Ledger
) -> None:
    """Evaluate E.C, E.J and, where nobody may vote again, E.E over the entries of all ballots."""
    total = electorate.cast + electorate.challenged
    if not total:
        for row in ("E.C", "E.E", "E.J"):
            ledger.absent(row, "no ballots in the record")
        return
    strangers = 0
    query = (
        "SELECT entry, key IS NULL, since, until FROM ballot LEFT JOIN credential ON key = author "
        "WHERE key IS NULL OR since > entry OR until < entry"
    )
    for entry, unknown, since, _ in database.execute(query):
        strangers += 1
        words = "not on the roll" if unknown or since > entry else "struck or replaced before"
        ledger.failed("E.C", f"entry {entry}: author is {words}", entry=entry)
    ledger.passed("E.C", total - strangers)
    if book.unreadable:
        ledger.unevaluated("E.C", "a payload of the registrar can't be read", book.unreadable)
    _check_repeated_votes(database, manifest, electorate, ledger)
    _check_challenges(database, manifest, electorate, ledger)


def _check_repeated_votes(
    database: sqlite3.Connection, manifest: Manifest, electorate: Electorate, ledger: Ledger
) -> None:
    if not electorate.cast:
        ledger.absent("E.E", "no ballot was cast")
        return
    if manifest.revoting == "last":
        return  # numbers are looked at with the ballots they stand on
    query = "SELECT max(entry), count(*) FROM ballot WHERE is_cast = 1 GROUP BY author HAVING count(*) > 1"
    repeated = 0
    for entry, count in database.execute(query):
        repeated += count - 1
        ledger.failed("E.E", f"entry {entry}: ballot {count} of its credential", entry=entry, count=count - 1)
    ledger.passed("E.E", electorate.cast - repeated)


def _check_challenges(database: sqlite3.Connection, manifest: Manifest, electorate: Electorate, ledger: Ledger) -> None:
    if not electorate.challenged:
        ledger.absent("E.J", "no ballot was challenged")
        return
    over = 0
    query = "SELECT max(entry), count(*) FROM ballot WHERE is_cast = 0 GROUP BY author HAVING count(*) > ?"
    for entry, count in database.execute(query, (manifest.challenge_limit,)):
        excess = count - manifest.challenge_limit
        over += excess
        ledger.failed("E.J", f"entry {entry}: {count} challenged ballots of its credential", entry=entry, count=excess)
    ledger.passed("E.J", electorate.challenged - over)
