"""The ballot box: ballots wait in a pool and enter the log in shuffled batches; every other statement enters at once.

Idea: a statement that is not a ballot (a strike, the close) changes what is admissible, so everything accepted before
it is sequenced before it and everything after it is checked after it. Whatever the log's rules depend on is decided by
the index, never by a clock.

Invariants: a batch is committed in one transaction before anybody learns an index; state, tree and database agree
between two calls; after a failed commit nothing more is accepted (`board.stopped`). A posting whose bytes are in the
log already is answered with the old index and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from evote.board.admission import Admission, Candidate, Posting, StoredEntry
from evote.board.batches import shuffle, split_batches
from evote.board.store import Head, Store
from evote.board.tree import HashTree
from evote.core.random_source import RandomBytes
from evote.errors import BoardError, EncodingError, EvoteError
from evote.log.merkle import leaf_hash

MAXIMUM_POOL: Final = 1024  # ballots; a full pool is sequenced
MAXIMUM_PAYLOAD_BYTES: Final = 4 * 2**20


class Ticket:
    """What becomes of a posting: an index, a refusal, or nothing yet."""

    __slots__ = ("_index", "leaf_hash", "refusal")

    def __init__(self, leaf: bytes) -> None:
        """Start without an answer; `leaf` is the leaf hash of the posted statement."""
        self.leaf_hash = leaf
        self.refusal: EvoteError | None = None
        self._index: int | None = None

    @property
    def index(self) -> int:
        """The index in the log; raise the refusal, or BoardError `board.not_sequenced` while the ballot waits."""
        if self.refusal is not None:
            raise self.refusal
        if self._index is None:
            raise BoardError("board.not_sequenced", f"statement {self.leaf_hash.hex()} waits for its batch")
        return self._index

    def settle(self, index: int) -> None:
        """Give the index; the statement is durably in the log."""
        self._index = index

    def refuse(self, error: EvoteError) -> None:
        """Give the refusal; the statement will not enter the log."""
        self.refusal = error


class Sequencer:
    """The one writer of a log: the pool, the state behind `admission`, the tree, and the database."""

    def __init__(self, store: Store, head: Head, tree: HashTree, admission: Admission, random: RandomBytes) -> None:
        """Take a store whose head is `head`, and the tree and state of exactly its entries."""
        self.tree = tree
        self._store = store
        self._head = head
        self._admission = admission
        self._random = random
        self._pool: list[Candidate] = []
        self._tickets: dict[bytes, Ticket] = {}  # of the pool, by leaf hash
        self._stopped: str = ""

    def submit(self, postings: Sequence[Posting]) -> list[Ticket]:
        """Examine and check postings in order; return a ticket for each, some of them refusals.

        Ballots wait for `sequence` (or a full pool), every other statement is committed on return. Raise BoardError
        where the board can't go on.
        """
        self.check_running()
        tickets: list[Ticket] = []
        for kind, group in groupby(postings, self._form):
            same = list(group)
            if isinstance(kind, EvoteError):
                tickets += [_refused(posting, kind) for posting in same]
            elif kind:
                for first in range(0, len(same), MAXIMUM_POOL):
                    tickets += self._submit_ballots(same[first : first + MAXIMUM_POOL])
            else:
                tickets += [self._submit_at_once(posting) for posting in same]
        return tickets

    def sequence(self) -> None:
        """Give every waiting ballot its place in the log: shuffled, one ballot of a credential in a batch."""
        self.check_running()
        pool, self._pool = self._pool, []
        tickets, self._tickets = self._tickets, {}
        for batch in split_batches(pool, lambda candidate: candidate.author):
            self._append(batch, tickets)

    def _form(self, posting: Posting) -> bool | EvoteError:
        """Say whether a posting is a ballot, or why it is nothing at all."""
        if len(posting.payload) > MAXIMUM_PAYLOAD_BYTES or len(posting.commitments) > MAXIMUM_PAYLOAD_BYTES:
            return EncodingError("board.too_long", f"a payload has at most {MAXIMUM_PAYLOAD_BYTES} bytes")
        try:
            return self._admission.is_ballot(posting)
        except EncodingError as error:
            return error

    def _submit_at_once(self, posting: Posting) -> Ticket:
        leaf = leaf_hash(posting.statement)
        if known := self._known(leaf):
            return known
        self.sequence()
        ticket = Ticket(leaf)
        (candidate,) = self._admission.examine([posting])
        if isinstance(candidate, EvoteError):
            ticket.refuse(candidate)
        else:
            self._append([candidate], {leaf: ticket})
        return ticket

    def _submit_ballots(self, postings: Sequence[Posting]) -> list[Ticket]:
        tickets = {}
        new: dict[bytes, Posting] = {}
        leaves = [leaf_hash(posting.statement) for posting in postings]
        for leaf, posting in zip(leaves, postings, strict=True):
            if known := self._known(leaf):
                tickets[leaf] = known
            else:
                new[leaf] = posting
        for leaf, examined in zip(new, self._admission.examine(tuple(new.values())), strict=True):
            tickets[leaf] = self._take_ballot(leaf, examined)
        return [tickets[leaf] for leaf in leaves]

    def _take_ballot(self, leaf: bytes, examined: Candidate | EvoteError) -> Ticket:
        ticket = Ticket(leaf)
        if isinstance(examined, EvoteError):
            ticket.refuse(examined)
            return ticket
        if len(self._pool) >= MAXIMUM_POOL:
            self.sequence()
        try:
            self._admission.check(examined)
        except EvoteError as error:
            ticket.refuse(error)
        else:
            self._pool.append(examined)
            self._tickets[leaf] = ticket
        return ticket

    def _known(self, leaf: bytes) -> Ticket | None:
        """Return the ticket of a statement that waits or is in the log already."""
        if leaf in self._tickets:
            return self._tickets[leaf]
        index = self._store.index_of(leaf)
        if index is None:
            return None
        ticket = Ticket(leaf)
        ticket.settle(index)
        return ticket

    def _append(self, batch: Sequence[Candidate], tickets: dict[bytes, Ticket]) -> None:
        """Append to the log what is still admissible of a batch, in random order."""
        try:
            self._commit(shuffle(self._admit(batch, tickets), self._random), tickets)
        except BaseException as error:
            # The state may be ahead of the log now, and nobody knows what reached the disk.
            self.stop(str(error))
            raise

    def _admit(self, batch: Sequence[Candidate], tickets: dict[bytes, Ticket]) -> list[Candidate]:
        """Check a batch again in the order of arrival and let the state follow; return what was admitted."""
        admitted = []
        for candidate in batch:
            try:
                self._admission.check(candidate)
            except EvoteError as error:
                tickets[candidate.leaf_hash].refuse(error)
            else:
                self._admission.apply(candidate)
                admitted.append(candidate)
        return admitted

    def _commit(self, batch: Sequence[Candidate], tickets: dict[bytes, Ticket]) -> None:
        if not batch:
            return
        entries = [
            StoredEntry(index=index, leaf_hash=one.leaf_hash, posting=one.posting)
            for index, one in enumerate(batch, self._head.size)
        ]
        leaves = [entry.leaf_hash for entry in entries]
        head = replace(self._head, size=self._head.size + len(batch), root=self.tree.root_with(leaves))
        self._store.append(self._head, head, entries)
        self._head = head
        self.tree.extend(leaves)
        for entry in entries:
            tickets[entry.leaf_hash].settle(entry.index)

    def stop(self, reason: str) -> None:
        """Accept nothing more: what is on the disk is known only after opening the board anew."""
        self._stopped = reason or "interrupted"

    def check_running(self) -> None:
        """Raise BoardError `board.stopped` after a failure."""
        if self._stopped:
            raise BoardError("board.stopped", f"the board has stopped ({self._stopped}); open it anew")


def _refused(posting: Posting, error: EvoteError) -> Ticket:
    ticket = Ticket(leaf_hash(posting.statement))
    ticket.refuse(error)
    return ticket
