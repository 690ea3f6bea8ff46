"""The ballot box: ballots wait in a pool and enter the log in shuffled batches; other statements enter at once.

Idea: a statement that is not a ballot (a strike, the close) changes what is admissible, so everything accepted before
it is sequenced before it and everything after it is checked after it. Whatever the log's rules depend on is decided by
the index, never by a clock.

Invariants: a batch is committed in one transaction before anybody learns an index; state, tree and database agree
between two calls; after a failed commit nothing more is accepted (`board.stopped`). A posting whose bytes are in the
log already is answered with the old index and changes nothing; other bytes under an author's idempotency key are
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import groupby
from typing import Final

from evote.board.admission import Admission, Candidate, Posting
from evote.board.batches import shuffle, split_batches
from evote.board.head import FIRST_FACTS_DIGEST, Head, next_facts_digest
from evote.board.pending_rows import Pending
from evote.board.store import NewEntry, Store
from evote.board.tree import HashTree
from evote.core.random_source import RandomBytes
from evote.errors import BoardError, EncodingError, EvoteError, PolicyError
from evote.log.merkle import leaf_hash
from evote.log.statement import decode_statement

MAXIMUM_POOL: Final = 1024  # ballots; a full pool is sequenced
EXAMINED_TOGETHER: Final = 4096  # postings; the proofs of many ballots cost less for each (docs/batch-verification.md)
MAXIMUM_PAYLOAD_BYTES: Final = 4 * 2**20
MAXIMUM_KEY_BYTES: Final = 64

_Take = Callable[[Sequence[Candidate], "Mapping[bytes, Ticket]"], None]


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

    @property
    def is_decided(self) -> bool:
        """Whether there is an index or a refusal."""
        return self._index is not None or self.refusal is not None

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
        self.head = head
        self._admission = admission
        self._random = random
        self._pool: list[Candidate] = []
        self._tickets: dict[bytes, Ticket] = {}  # of the pool, by leaf hash
        self._keys: dict[bytes, bytes] = {}  # of the pool: the leaf hash under each idempotency key
        self._stopped: str = ""

    def submit(self, postings: Sequence[Posting]) -> list[Ticket]:
        """Examine and check postings in order; return a ticket for each, some of them refusals.

        Ballots wait for `sequence` (or a full pool), every other statement is committed on return. Raise BoardError
        where the board can't go on.
        """
        self.check_running()
        tickets: list[Ticket] = []
        for kind, group in groupby(postings, lambda posting: form_of(posting, self._admission)):
            same = list(group)
            if isinstance(kind, EvoteError):
                tickets += [_refused(posting, kind) for posting in same]
                continue
            for first in range(0, len(same), EXAMINED_TOGETHER):
                take = self._take_ballots if kind else self._take_at_once
                tickets += self._submit(same[first : first + EXAMINED_TOGETHER], take)
        return tickets

    def sequence(self) -> None:
        """Give every waiting ballot its place in the log: shuffled, one ballot of a credential in a batch."""
        self.check_running()
        pool, self._pool = self._pool, []
        tickets, self._tickets = self._tickets, {}
        self._keys.clear()
        for batch in split_batches(pool, lambda candidate: candidate.author):
            self._append(batch, tickets, is_shuffled=True)

    def take_pending(self, limit: int) -> int:
        """Place what front ends have examined, in the order of arrival, at most `limit`; return how many were decided.

        Everything placed is durable on return, and every refusal written back.
        """
        self.check_running()
        self.sequence()
        waiting = self._store.pending(limit)
        candidates, refusals = self._restored(waiting)
        leaves = [one.leaf_hash for one in candidates]
        known = self._known(leaves)
        tickets = known | {leaf: Ticket(leaf) for leaf in leaves if leaf not in known}
        new = {one.leaf_hash: one for one in candidates if one.leaf_hash not in known}
        for leaf, error in self._conflicts({leaf: one.posting for leaf, one in new.items()}):
            tickets[leaf].refuse(error)
            del new[leaf]
        for is_ballot, group in groupby(new.values(), lambda one: one.derived is not None):
            for batch in split_batches(list(group), lambda one: one.author) if is_ballot else (list(group),):
                self._append(batch, tickets, is_shuffled=is_ballot)
        refusals |= {leaf: ticket.refusal for leaf, ticket in tickets.items() if ticket.refusal is not None}
        if refusals:
            self._store.refuse_pending(refusals)
        if known:
            self._store.drop_pending(tuple(known))
        return len(waiting)

    def _restored(self, waiting: Sequence[Pending]) -> tuple[list[Candidate], dict[bytes, EvoteError]]:
        """Return the candidates of what waits, and the refusal of what no front end should have let through."""
        candidates: list[Candidate] = []
        refusals: dict[bytes, EvoteError] = {}
        for one in waiting:
            try:
                candidates.append(self._admission.restore(one.posting, one.derived))
            except EvoteError as error:
                refusals[leaf_hash(one.posting.statement)] = error
        return candidates, refusals

    def _submit(self, postings: Sequence[Posting], take: _Take) -> list[Ticket]:
        """Examine what is new among postings of one form and let `take` place it; return a ticket for each."""
        leaves = [leaf_hash(posting.statement) for posting in postings]
        tickets = self._known(leaves)
        new = {leaf: posting for leaf, posting in zip(leaves, postings, strict=True) if leaf not in tickets}
        tickets |= {leaf: Ticket(leaf) for leaf in new}
        for leaf, error in self._conflicts(new):
            tickets[leaf].refuse(error)
            del new[leaf]
        examined = []
        for leaf, candidate in zip(new, self._admission.examine(tuple(new.values())), strict=True):
            if isinstance(candidate, EvoteError):
                tickets[leaf].refuse(candidate)
            else:
                examined.append(candidate)
        take(examined, {leaf: tickets[leaf] for leaf in new})
        return [tickets[leaf] for leaf in leaves]

    def _known(self, leaves: Sequence[bytes]) -> dict[bytes, Ticket]:
        """Return the tickets of those statements that wait or are in the log already."""
        tickets = {leaf: self._tickets[leaf] for leaf in leaves if leaf in self._tickets}
        others = [leaf for leaf in dict.fromkeys(leaves) if leaf not in tickets]
        for leaf, index in self._store.indexes_of(others).items():
            tickets[leaf] = Ticket(leaf)
            tickets[leaf].settle(index)
        return tickets

    def _conflicts(self, new: Mapping[bytes, Posting]) -> list[tuple[bytes, EvoteError]]:
        """Return the refusal of each posting whose idempotency key has been used for other bytes."""
        keys = {leaf: _stored_key(posting) for leaf, posting in new.items() if posting.key}
        if not keys:
            return []
        used = self._keys | self._store.keys_of(tuple(keys.values()))
        conflicts: list[tuple[bytes, EvoteError]] = []
        for leaf, key in keys.items():
            if used.setdefault(key, leaf) != leaf:
                error = PolicyError("board.key_conflict", "the idempotency key has been used for another statement")
                conflicts.append((leaf, error))
        return conflicts

    def _take_at_once(self, candidates: Sequence[Candidate], tickets: Mapping[bytes, Ticket]) -> None:
        """Append statements in their order, after everything that waits."""
        if candidates:
            self.sequence()
            self._append(candidates, tickets, is_shuffled=False)

    def _take_ballots(self, candidates: Sequence[Candidate], tickets: Mapping[bytes, Ticket]) -> None:
        """Let ballots wait for their batch."""
        waiting = {one.author for one in self._pool}
        for candidate in candidates:
            if len(self._pool) >= MAXIMUM_POOL:
                self.sequence()
                waiting.clear()
            # A ballot whose author has another one waiting follows that one: it is checked with its batch alone.
            if candidate.author not in waiting:
                try:
                    self._admission.check(candidate)
                except EvoteError as error:
                    tickets[candidate.leaf_hash].refuse(error)
                    continue
            waiting.add(candidate.author)
            self._pool.append(candidate)
            self._tickets[candidate.leaf_hash] = tickets[candidate.leaf_hash]
            if candidate.posting.key:
                self._keys[_stored_key(candidate.posting)] = candidate.leaf_hash

    def _append(self, batch: Sequence[Candidate], tickets: Mapping[bytes, Ticket], *, is_shuffled: bool) -> None:
        """Append to the log what is still admissible of a batch; ballots in random order."""
        try:
            admitted: Sequence[Candidate] = self._admit(batch, tickets)
            self._commit(shuffle(admitted, self._random) if is_shuffled else admitted, tickets)
        except BaseException as error:
            # The state may be ahead of the log now, and nobody knows what reached the disk.
            self.stop(str(error))
            raise

    def _admit(self, batch: Sequence[Candidate], tickets: Mapping[bytes, Ticket]) -> list[Candidate]:
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

    def _commit(self, batch: Sequence[Candidate], tickets: Mapping[bytes, Ticket]) -> None:
        if not batch:
            return
        entries = [
            NewEntry(
                index=index,
                leaf_hash=one.leaf_hash,
                posting=one.posting,
                derived=one.derived,
                key=_stored_key(one.posting) if one.posting.key else b"",
            )
            for index, one in enumerate(batch, self.head.size)
        ]
        leaves = [entry.leaf_hash for entry in entries]
        facts = [entry.derived.facts if entry.derived is not None else b"" for entry in entries]
        head = replace(
            self.head,
            size=self.head.size + len(batch),
            root=self.tree.root_with(leaves),
            facts_digest=next_facts_digest(self.head.facts_digest or FIRST_FACTS_DIGEST, facts),
        )
        self._store.append(self.head, head, entries)
        self.head = head
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


def form_of(posting: Posting, admission: Admission) -> bool | EvoteError:
    """Say whether a posting is a ballot, or why it is nothing at all."""
    if len(posting.payload) > MAXIMUM_PAYLOAD_BYTES or len(posting.commitments) > MAXIMUM_PAYLOAD_BYTES:
        return EncodingError("board.too_long", f"a payload has at most {MAXIMUM_PAYLOAD_BYTES} bytes")
    if len(posting.key) > MAXIMUM_KEY_BYTES:
        return EncodingError("board.too_long", f"an idempotency key has at most {MAXIMUM_KEY_BYTES} bytes")
    try:
        return admission.is_ballot(posting)
    except EncodingError as error:
        return error


def _refused(posting: Posting, error: EvoteError) -> Ticket:
    ticket = Ticket(leaf_hash(posting.statement))
    ticket.refuse(error)
    return ticket


def _stored_key(posting: Posting) -> bytes:
    """Return an idempotency key as it is stored: nobody can take the key of somebody else."""
    return sha256(decode_statement(posting.statement).author + posting.key).digest()
