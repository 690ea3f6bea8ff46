"""What is done before a board accepts anything: prove to itself that it continues the log it has published.

Idea: the database is the log; the record is what others have seen of it. The tree is built again from the statements'
bytes and compared with the head in the database, and so is the digest over the stored facts; only then is the state
built from them, and the tree compared with the signed checkpoint. Signing a second history is the one thing a log must
never do, so whatever does not fit is refused, with a sentence on what to do, and nothing is repaired but what can be
made again from the database.

Invariants: nothing is decoded that was not compared before. Payloads of ballots are not read; `scrub` does that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from evote.board.admission import Admission, Derived, Posting, StoredEntry
from evote.board.ballot_source import StoredBallots
from evote.board.entry_reads import ScannedEntry
from evote.board.head import FIRST_FACTS_DIGEST, Head, next_facts_digest
from evote.board.keys import LogKeys, load_keys, load_signer, make_mldsa_key
from evote.board.publish import check_payload
from evote.board.store import Store
from evote.board.tree import HashTree
from evote.core.random_source import RandomBytes
from evote.errors import BoardError, EvoteError
from evote.log.checkpoint import Checkpoint, read_checkpoint
from evote.log.key import format_verifier_key
from evote.log.merkle import leaf_hash

_DERIVED_TOGETHER: Final = 256


def load_log_keys(folder: Path, store: Store, head: Head, random: RandomBytes) -> tuple[Head, LogKeys]:
    """Return the log's keys; a log that has no ML-DSA key yet gets one, and a head that names it."""
    if not head.mldsa_key:
        # Whose Ed25519 key file is another one gets nothing.
        if format_verifier_key(load_signer(folder).key) != head.verifier_key:
            raise BoardError("board.other_key", f"the key in {folder} is not the key of the log {head.origin}")
        key = make_mldsa_key(folder, head.origin, random)
        named = replace(head, mldsa_key=format_verifier_key(key))
        store.update_head(head, named)
        head = named
    return head, load_keys(folder, head.verifier_key, head.mldsa_key)


def rebuild_tree(store: Store, head: Head) -> HashTree:
    """Return the tree of the stored statements, equal to the head; the stored facts are those of the head too.

    Raise BoardError `board.entry_missing` or `board.entry_changed`.
    """
    tree = HashTree()
    digest = FIRST_FACTS_DIGEST
    for place, entry in enumerate(store.scan(0, head.size)):
        if entry.index != place:
            raise BoardError("board.entry_missing", f"the database has no entry {place}; restore a backup")
        if leaf_hash(entry.statement) != entry.leaf_hash:
            raise BoardError("board.entry_changed", f"entry {place} of the database was changed; restore a backup")
        tree.append(entry.leaf_hash)
        if head.facts_digest is not None:
            if entry.facts is None:
                raise BoardError("board.entry_changed", f"the facts of entry {place} were removed; restore a backup")
            digest = next_facts_digest(digest, (entry.facts,))
    if tree.size != head.size:
        raise BoardError(
            "board.entry_missing", f"the database has {tree.size} entries, not {head.size}; restore a backup"
        )
    if tree.root() != head.root:
        raise BoardError("board.entry_changed", "the entries of the database have another root; restore a backup")
    if head.facts_digest not in (None, digest):
        raise BoardError("board.entry_changed", "the facts of the database were changed; restore a backup")
    return tree


def rebuild_state(store: Store, head: Head, admission: Admission) -> Head:
    """Let the admission build its state; return the head, with the digest of facts where an old database lacked them.

    Raise BoardError `board.entry_missing` or `board.entry_changed`.
    """
    place = -1
    fresh: list[tuple[int, Derived | None]] = []

    def entries() -> Iterator[StoredEntry]:
        nonlocal place
        for entry in store.replayed(0, head.size):
            place = entry.index
            if isinstance(entry, ScannedEntry):
                yield _derived_entry(store, entry, admission, fresh)
                continue
            if not entry.facts:
                check_payload(place, Posting(statement=entry.statement, payload=entry.payload))
            yield entry

    try:
        admission.replay(entries(), StoredBallots(store))
    except BoardError:
        raise
    except EvoteError as error:
        raise BoardError(
            "board.entry_changed",
            f"entry {place} of the database can't stand there ({error.message}); restore a backup",
        ) from error
    if head.facts_digest is not None:
        return head
    return _close_facts(store, head, fresh)


def check_published(note: bytes, tree: HashTree) -> None:
    """Raise BoardError where a checkpoint that others have seen is not one of the tree's own history.

    `board.rolled_back`: it has more entries; `board.forked`: it has others.
    """
    published = read_checkpoint(note)
    if published.size > tree.size:
        raise BoardError(
            "board.rolled_back",
            f"the record has {published.size} entries and the database only {tree.size}: it is an old copy. Put back "
            "the newest database; without it, begin a new log with another name and key",
        )
    if tree.root_at(published.size) != published.root:
        raise BoardError(
            "board.forked",
            f"the record's checkpoint of {published.size} entries has another root than the database: they belong to "
            "different histories. Put back the database that was published",
        )


def check_not_behind(tree: HashTree, checkpoints: Iterable[Checkpoint]) -> None:
    """Raise BoardError where witnesses have seen what the tree does not have: `board.behind_witness`, `board.forked`.

    `checkpoints` are those of this log's origin that this log signed, as witnesses hand them out.
    """
    for seen in checkpoints:
        if seen.size > tree.size:
            raise BoardError(
                "board.behind_witness",
                f"a witness has cosigned {seen.size} entries of this log, and the database holds {tree.size}: it is an "
                "old copy. Put back the newest database; without it, begin a new log with another name and key",
            )
        if tree.root_at(seen.size) != seen.root:
            raise BoardError(
                "board.forked",
                f"a witness has cosigned {seen.size} entries of this log with another root than the database: two "
                "boards with this key have been running. Stop all of them and find out which one the public has seen",
            )


def _derived_entry(
    store: Store, entry: ScannedEntry, admission: Admission, fresh: list[tuple[int, Derived | None]]
) -> StoredEntry:
    """Derive the facts of an entry that an old database has none of; `fresh` collects them for the database."""
    (posting,) = store.postings(entry.index, entry.index + 1)
    check_payload(entry.index, posting)
    derived = admission.derive(posting)
    fresh.append((entry.index, derived))
    if len(fresh) >= _DERIVED_TOGETHER:
        store.add_derived(fresh)
        fresh.clear()
    facts = derived.facts if derived is not None else b""
    return StoredEntry(entry.index, entry.statement, facts, b"" if facts else posting.payload)


def _close_facts(store: Store, head: Head, fresh: list[tuple[int, Derived | None]]) -> Head:
    """Store the last derived facts and their digest in the head."""
    if fresh:
        store.add_derived(fresh)
    digest = FIRST_FACTS_DIGEST
    for entry in store.scan(0, head.size):
        digest = next_facts_digest(digest, (entry.facts or b"",))
    closed = replace(head, facts_digest=digest)
    store.update_head(head, closed)
    return closed
