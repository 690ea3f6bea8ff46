"""Rows L.I, L.J, L.K: every statement at its place, as often as it may be, by the author whom the course names.

*Spec*: docs/protocol.md, section 4.

*Idea*: One walk through the statements of the scope in log order. "Before X" asks for the first X of the whole
scope, "after X" for what the walk has passed, "after all n" for the trustees it has passed. A repeated
statement is a matter of L.J, not of L.I.
"""

import sqlite3
from collections.abc import Callable

from verifier.election import MAX_TRUSTEES, Election, Item
from verifier.ledger import Ledger
from verifier.statement import shown_kind

AUTHORITY = (
    "election.manifest",
    "election.parameters",
    "election.keys",
    "election.rehearsal",
    "election.open",
    "election.close",
    "election.paper",
    "election.tally",
    "election.result",
    "election.final",
)
REGISTRAR = ("registrar.credentials", "registrar.roll", "registrar.strike", "registrar.replacement")
TRUSTEE = (
    "trustee.commitment",
    "trustee.keys",
    "trustee.shares",
    "trustee.confirmation",
    "trustee.rehearsal",
    "trustee.decryption",
    "trustee.complaint",
)
BALLOTS = ("ballot.cast", "ballot.challenged")
KINDS = frozenset((*AUTHORITY, *REGISTRAR, *TRUSTEE, *BALLOTS))
ONCE = frozenset((*AUTHORITY, "registrar.roll"))
ONCE_EACH = ("trustee.commitment", "trustee.keys", "trustee.shares", "trustee.confirmation", "trustee.rehearsal")

PHASES = (
    "election.manifest",
    "election.parameters",
    *ONCE_EACH[:4],
    "election.keys",
    "election.rehearsal",
    "trustee.rehearsal",
    "registrar.credentials",
    "registrar.roll",
    "election.open",
    "election.close",
    "election.paper",
    "election.tally",
    "election.result",
    "election.final",
)

# Before the opening the trustees make the keys while the registrar lists the credentials; neither waits for the other.
LIST, OPENING = PHASES.index("registrar.credentials"), PHASES.index("election.open")
SIDE_BY_SIDE = (PHASES[:LIST], (PHASES[0], *PHASES[LIST:OPENING]))

_Rule = Callable[["Course", Item], bool]


def _after(*kinds: str) -> _Rule:
    return lambda course, _: all(course.passed(kind) for kind in kinds)


def _after_all(kind: str) -> _Rule:
    return lambda course, _: course.trustees_passed(kind) >= course.n


def _before(*kinds: str) -> _Rule:
    return lambda course, item: all(course.not_yet(kind, item.entry) for kind in kinds)


# What must hold at the place of a statement, with the words for a report.
RULES: dict[str, tuple[tuple[str, _Rule], ...]] = {
    "election.manifest": (("not the first statement of the election", lambda course, item: course.is_first(item)),),
    "election.parameters": (
        ("before the manifest", _after("election.manifest")),
        ("after a statement of a trustee", _before(*TRUSTEE)),
    ),
    "trustee.commitment": (("before election.parameters", _after("election.parameters")),),
    "trustee.keys": (("before all commitments", _after_all("trustee.commitment")),),
    "trustee.shares": (("before all keys", _after_all("trustee.keys")),),
    "trustee.confirmation": (("before all shares", _after_all("trustee.shares")),),
    "trustee.complaint": (
        ("before all shares", _after_all("trustee.shares")),
        ("after the trustee's confirmation", lambda course, item: not course.has_confirmed(item)),
    ),
    "election.keys": (("before all confirmations", _after_all("trustee.confirmation")),),
    "election.rehearsal": (
        ("before election.keys", _after("election.keys")),
        ("after the opening", _before("election.open")),
    ),
    "trustee.rehearsal": (
        ("before election.rehearsal", _after("election.rehearsal")),
        ("after the opening", _before("election.open")),
    ),
    "registrar.credentials": (
        ("before the manifest", _after("election.manifest")),
        ("after the roll", _before("registrar.roll")),
    ),
    "registrar.roll": (
        ("before the list of credentials", _after("registrar.credentials")),
        ("after the opening", _before("election.open")),
    ),
    "registrar.strike": (
        ("before the roll", _after("registrar.roll")),
        ("after the closing", _before("election.close")),
    ),
    "registrar.replacement": (
        ("before the roll", _after("registrar.roll")),
        ("after the closing", _before("election.close")),
    ),
    "election.open": (
        ("before the roll", _after("registrar.roll")),
        ("before all rehearsals", _after_all("trustee.rehearsal")),
    ),
    "election.close": (("before the opening", _after("election.open")),),
    "election.paper": (
        ("before the closing", _after("election.close")),
        ("after the tally", _before("election.tally")),
    ),
    "election.tally": (
        ("before the closing", _after("election.close")),
        ("before the paper counts", lambda course, _: not course.paper or course.passed("election.paper")),
    ),
    "trustee.decryption": (
        ("before the tally", _after("election.tally")),
        ("after the result", _before("election.result")),
    ),
    "election.result": (
        ("before the tally", _after("election.tally")),
        ("before enough decryptions", lambda course, _: course.may_have_result()),
    ),
    "election.final": (("before the result", _after("election.result")),),
}


class Course:
    """The walk through one scope; ``feed`` gets every statement that is no ballot, in log order."""

    def __init__(self, election: Election, first_entry: int, ledger: Ledger) -> None:
        self._election, self._ledger, self._first_entry = election, ledger, first_entry
        manifest = election.manifest
        self.n: int = manifest.n if manifest else 0
        self.paper: bool = manifest.paper if manifest else False
        self._passed: set[str] = set()
        self._trustees: dict[str, set[int | None]] = {}
        self._ended = ""
        self._result_too_early: int | None = None

    def passed(self, kind: str) -> bool:
        """Say whether a statement of this kind was passed."""
        return kind in self._passed

    def trustees_passed(self, kind: str) -> int:
        """Count the trustees whose statement of this kind was passed."""
        indices = self._trustees.get(kind, set())
        return sum(1 for index in indices if index is not None and 1 <= index <= self.n)

    def not_yet(self, kind: str, entry: int) -> bool:
        """Say whether the first statement of a kind, if there is any, comes after an entry."""
        return self._election.first.get(kind, entry + 1) > entry

    def is_first(self, item: Item) -> bool:
        """Say whether a statement is the first of its scope."""
        return item.entry == self._first_entry

    def has_confirmed(self, item: Item) -> bool:
        """Say whether the trustee of a statement has confirmed."""
        return self._trustee(item) in self._trustees.get("trustee.confirmation", set())

    def may_have_result(self) -> bool:
        """Say whether a result may stand here as far as it is known now; ``settle_result`` decides the rest."""
        manifest = self._election.manifest
        if manifest and self.trustees_passed("trustee.decryption") < manifest.quorum:
            self._result_too_early = self._election.first.get("election.result")
        return True

    def _trustee(self, item: Item) -> int | None:
        if item.trustee is not None:
            return item.trustee
        manifest = self._election.manifest
        if manifest and item.author in manifest.trustee_keys:
            return manifest.trustee_keys.index(item.author) + 1
        return None

    def feed(self, item: Item) -> None:
        """Judge one statement."""
        known = item.kind in KINDS
        name = f"entry {item.entry} ({shown_kind(item.kind)})"
        if not known:
            self._ledger.failed("L.J", f"{name}: no kind of an election", entry=item.entry)
        trustee = self._trustee(item) if item.kind in TRUSTEE else None
        among = self._trustees.setdefault(item.kind, set()) if item.kind in TRUSTEE else set()
        repeated = (item.kind in ONCE and item.kind in self._passed) or (trustee is not None and trustee in among)
        if known:
            self._judge_number(item, name, repeated=repeated)
            self._judge_place(item, name, repeated=repeated)
            self._judge_author(item, name)
        self._passed.add(item.kind)
        among.add(trustee)
        if item.kind in ("election.final", "trustee.complaint") and not self._ended:
            self._ended = item.kind

    def _judge_number(self, item: Item, name: str, *, repeated: bool) -> None:
        unasked = item.kind == "election.paper" and self._election.manifest is not None and not self.paper
        if unasked:
            self._ledger.failed("L.J", f"{name}: the manifest knows no paper ballots", entry=item.entry)
        else:
            self._ledger.check("L.J", not repeated, f"{name}: repeated", entry=item.entry)

    def _judge_place(self, item: Item, name: str, *, repeated: bool) -> None:
        if "election.manifest" not in self._election.first:
            self._ledger.failed("L.I", f"{name}: without a manifest", entry=item.entry)
            return
        if self._election.manifest is None:
            self._ledger.unevaluated("L.I", "the manifest can't be read")
            return
        reasons = [words for words, rule in RULES[item.kind] if not repeated and not rule(self, item)]
        if self._ended:
            reasons.append(f"after {self._ended}")
        self._ledger.check("L.I", not reasons, f"{name}: {', '.join(reasons)}", entry=item.entry)

    def _judge_author(self, item: Item, name: str) -> None:
        manifest = self._election.manifest
        if manifest is None:
            self._ledger.unevaluated("L.K", "the manifest can't be read")
            return
        if item.kind in AUTHORITY:
            right = item.author == manifest.authority
        elif item.kind in REGISTRAR:
            right = item.author == manifest.registrar
        else:
            trustee = self._trustee(item)
            right = (
                trustee is not None and 1 <= trustee <= manifest.n and item.author == manifest.trustee_keys[trustee - 1]
            )
        self._ledger.check("L.K", right, f"{name}: another author", entry=item.entry)

    def settle_result(self, *, anything_decrypted: bool) -> None:
        """Judge a result that came before k decryptions, once it is known whether there was anything to decrypt."""
        entry = self._result_too_early
        if entry is not None and anything_decrypted:
            self._ledger.failed("L.I", f"entry {entry} (election.result): before enough decryptions", entry=entry)

    def finish(self) -> None:
        """Judge what is missing (L.J): all of an election that is final, else what should precede its last phase."""
        if "trustee.complaint" in self._passed:
            self._ledger.failed("L.J", "the ceremony ended with a trustee's complaint; there is no result")
            return
        courses = (PHASES,) if self._passed & set(PHASES[OPENING:]) else SIDE_BY_SIDE
        needed = [kind for course in courses for kind in course[: self._reached(course)]]
        for kind in dict.fromkeys(needed):
            for name in self._missing(kind):
                self._ledger.failed("L.J", f"{name} is missing")
        if "election.final" in self._passed:
            self._ledger.passed("L.J")
        else:
            last = next((kind for kind in reversed(PHASES) if kind in self._passed), "none")
            words = f"not final yet: election.final is missing, the last phase in the record is {last}"
            self._ledger.failed("L.J", words)

    def _reached(self, course: tuple[str, ...]) -> int:
        return max((place for place, kind in enumerate(course) if kind in self._passed), default=0)

    def _missing(self, kind: str) -> list[str]:
        if kind in ONCE_EACH:
            there = self._trustees.get(kind, set())
            return [f"{kind} of trustee {i}" for i in range(1, min(self.n, MAX_TRUSTEES) + 1) if i not in there]
        return [kind] if kind not in self._passed and (self.paper or kind != "election.paper") else []


def check_ballot_places(database: sqlite3.Connection, total: int, election: Election, ledger: Ledger) -> None:
    """Evaluate L.I and L.J for ballots: after the opening, before the closing, nowhere else."""
    never = 1 << 62
    opened = election.first.get("election.open", never)
    ends = [
        election.first[kind]
        for kind in ("election.close", "election.final", "trustee.complaint")
        if kind in election.first
    ]
    closed = min(ends, default=never)
    misplaced = 0
    for (entry,) in database.execute("SELECT entry FROM ballot WHERE entry < ? OR entry > ?", (opened, closed)):
        misplaced += 1
        where = "before the opening" if entry < opened else "after the closing"
        ledger.failed("L.I", f"entry {entry} (ballot): {where}", entry=entry)
    ledger.passed("L.I", total - misplaced)
    ledger.passed("L.J", total)
