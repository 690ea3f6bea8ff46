"""A front end of a board: it examines what comes in and leaves the rest to the sequencer; there may be many.

Spec: docs/storage.md section 4.

Idea: signatures and proofs depend on the election's keys alone, so they can be verified anywhere. A front end follows
the statements of the log that are no ballots (keys, roll, strikes, close), verifies postings against them, and puts
what holds into the database. Whether it still may stand in the log decides the sequencer; the answer is the entry, or a
refusal.

Invariants: a front end keeps nothing that matters and may end at any time: what waits in the database is decided
whether or not anybody asks. It holds no key and appends nothing; a promise that
it hands on is the sequencer's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from evote.board.admission import Admission, Candidate, Derived, Posting, StoredEntry
from evote.board.ballot_source import StoredBallots
from evote.board.database import open_database
from evote.board.election_admission import ElectionAdmission
from evote.board.sequencer import MAXIMUM_POOL, Ticket, form_of
from evote.board.store import Store
from evote.election.state import ElectionState
from evote.errors import BoardError, EvoteError
from evote.log.merkle import leaf_hash
from evote.log.promise import Promise


class FrontEnd:
    """An open front end; close it, or use it in a `with` statement. Not for several threads at once."""

    def __init__(self, store: Store, admission: Admission, *, follows_ballots: bool = False) -> None:
        """Take an open database and an admission that follows the log from here; use `open`."""
        self._store = store
        self._admission = admission
        self._follows_ballots = follows_ballots
        self._position = 0  # of the next entry to follow
        head = store.head()
        self.origin = head.origin
        self.verifier_key = head.verifier_key
        admission.replay((), StoredBallots(store))

    @classmethod
    def open(cls, folder: Path, *, admission: Admission | None = None, follows_ballots: bool = False) -> FrontEnd:
        """Open a front end of the board whose database a folder holds or names; raise BoardError as `Board.open`.

        With `follows_ballots` its state counts ballots, for some 45 µs and 1 KB a ballot.
        """
        store = open_database(folder)
        try:
            store.check_schema()
            return cls(store, admission or ElectionAdmission(), follows_ballots=follows_ballots)
        except BaseException:
            store.close()
            raise

    def submit_many(self, postings: Sequence[Posting]) -> list[Ticket]:
        """Examine postings and let what holds wait for the sequencer; return a ticket for each, refused or open.

        A ticket whose statement is in the log already has its index. Raise BoardError where the database can't go on.
        """
        self.follow()
        order = [leaf_hash(posting.statement) for posting in postings]
        tickets = {leaf: Ticket(leaf) for leaf in order}
        for leaf, index in self._store.indexes_of(tuple(tickets)).items():
            tickets[leaf].settle(index)
        new = {leaf: posting for leaf, posting in zip(order, postings, strict=True) if not tickets[leaf].is_decided}
        for leaf, posting in list(new.items()):
            form = form_of(posting, self._admission)
            if isinstance(form, EvoteError):
                tickets[leaf].refuse(form)
                del new[leaf]
        examined: list[Candidate] = []
        for leaf, candidate in zip(new, self._admission.examine(tuple(new.values())), strict=True):
            if isinstance(candidate, EvoteError):
                tickets[leaf].refuse(candidate)
            else:
                examined.append(candidate)
        for first in range(0, len(examined), MAXIMUM_POOL):
            self._store.add_pending(examined[first : first + MAXIMUM_POOL])
        return [tickets[leaf] for leaf in order]

    def update(self, tickets: Sequence[Ticket]) -> int:
        """Look what became of open tickets; return how many are still open. A refusal is told once."""
        waiting = [ticket for ticket in tickets if not ticket.is_decided]
        leaves = tuple({ticket.leaf_hash: None for ticket in waiting})
        indexes, refusals = self._store.indexes_of(leaves), self._store.refusals(leaves)
        for ticket in waiting:
            if ticket.leaf_hash in indexes:
                ticket.settle(indexes[ticket.leaf_hash])
            elif ticket.leaf_hash in refusals:
                ticket.refuse(refusals[ticket.leaf_hash])
        if refusals:
            self._store.drop_refusals(tuple(refusals))
        return sum(not ticket.is_decided for ticket in waiting)

    def close(self) -> None:
        """Close the front end; what waits is decided without it."""
        self._admission.close()
        self._store.close()

    def follow(self) -> None:
        """Let the state follow the log; its entries were admitted, and are not checked again."""
        size = self._store.head().size
        read = self._store.replayed if self._follows_ballots else self._store.followed
        for entry in read(self._position, size):
            if not isinstance(entry, StoredEntry):
                raise BoardError("board.old_schema", "the sequencer is still converting an older database")
            derived = Derived(facts=entry.facts, scope=b"", code=b"", ciphertexts=b"") if entry.facts else None
            posting = Posting(statement=entry.statement, payload=entry.payload)
            self._admission.apply(self._admission.restore(posting, derived))
            self._position = entry.index + 1
        self._position = size

    @property
    def size(self) -> int:
        """The number of entries that were followed."""
        return self._position

    @property
    def elections(self) -> tuple[bytes, ...]:
        """The scopes of the elections in the log, oldest first."""
        return tuple(self._admission.elections)

    def state(self, scope: bytes) -> ElectionState:
        """Return the state of an election as far as it was followed; raise PolicyError where the log has none."""
        return self._admission.state(scope)

    def index_of(self, leaf_hash: bytes) -> int | None:
        """Return the index of a committed entry, or None."""
        return self._store.indexes_of((leaf_hash,)).get(leaf_hash)

    def find_ballot(self, scope: bytes, confirmation_code: bytes) -> int | None:
        """Return the index of the committed ballot with a confirmation code, or None."""
        return self._store.find_ballot(scope, confirmation_code)

    def promises(self, indexes: Sequence[int]) -> dict[int, Promise]:
        """Return what the sequencer has promised about those among the committed entries that have a promise."""
        return self._store.promises(self.origin, indexes)

    def count_promises(self, now: int) -> tuple[int, int]:
        """Return how many promises are not kept yet, and how many of them are overdue at `now`, seconds since 1970."""
        return self._store.count_promises(now)

    def statement(self, index: int) -> bytes:
        """Return the bytes of a committed entry."""
        (stored,) = self._store.postings(index, index + 1)
        return stored.statement

    def has_sequencer(self) -> bool:
        """Say whether somebody holds the lease of this log."""
        return self._store.has_sequencer()

    def __enter__(self) -> FrontEnd:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
