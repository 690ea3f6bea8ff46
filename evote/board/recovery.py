"""What is done before a board accepts anything: prove to itself that it continues the log it has published.

Idea: the database is the log; the record is what others have seen of it. The tree is built again from the entries'
bytes and compared with the head in the database, then with the signed checkpoint. Signing a second history is the one
thing a log must never do, so whatever does not fit is refused, with a sentence on what to do, and nothing is repaired
but files that can be made again from the database.

Invariants: after `bring_up_to_date` the record is that of the database, whatever the process was killed at before.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evote.board import files
from evote.board.admission import Admission, StoredEntry
from evote.board.publish import Publisher
from evote.board.store import Head, Store
from evote.board.tree import HashTree
from evote.errors import BoardError, EncodingError, EvoteError
from evote.log.checkpoint import read_checkpoint
from evote.log.key import format_verifier_key, parse_private_key
from evote.log.merkle import leaf_hash
from evote.log.note import Ed25519Signer


def load_signer(path: Path) -> Ed25519Signer:
    """Return the log's signer from its secret key file; raise BoardError `board.other_key` where it holds no key."""
    try:
        key, signing_key = parse_private_key(files.read_file(path).decode("utf-8"))
    except (EncodingError, UnicodeDecodeError):
        raise BoardError("board.other_key", f"{path} is not a log key; restore it from a backup") from None
    return Ed25519Signer(key.name, signing_key)


def check_key(head: Head, signer: Ed25519Signer) -> None:
    """Raise BoardError `board.other_key` unless the key is the one that the log was made with."""
    if head.verifier_key != format_verifier_key(signer.key):
        raise BoardError("board.other_key", f"the key file is not the key of the log {head.origin}; restore it")


def rebuild_tree(store: Store, head: Head, admission: Admission) -> HashTree:
    """Return the tree of the stored entries, equal to the head, while `admission` builds its state from them.

    Raise BoardError `board.entry_missing` or `board.entry_changed`.
    """
    tree = HashTree()

    def entries() -> Iterator[StoredEntry]:
        for place, entry in enumerate(store.entries(0, head.size)):
            if entry.index != place:
                raise BoardError("board.entry_missing", f"the database has no entry {place}; restore a backup")
            if leaf_hash(entry.posting.statement) != entry.leaf_hash:
                raise BoardError("board.entry_changed", f"entry {place} of the database was changed; restore a backup")
            tree.extend([entry.leaf_hash])
            yield entry

    try:
        admission.replay(entries())
    except BoardError:
        raise
    except EvoteError as error:
        raise BoardError(
            "board.entry_changed",
            f"entry {tree.size - 1} of the database can't stand there ({error.message}); restore a backup",
        ) from error
    if tree.size != head.size:
        raise BoardError(
            "board.entry_missing", f"the database has {tree.size} entries, not {head.size}; restore a backup"
        )
    if tree.root() != head.root:
        raise BoardError("board.entry_changed", "the entries of the database have another root; restore a backup")
    return tree


def bring_up_to_date(publisher: Publisher, tree: HashTree, store: Store) -> bytes:
    """Compare the record with the database's tree, publish what was not; return the signed checkpoint.

    Raise BoardError `board.bad_checkpoint`, `board.rolled_back`, `board.forked`, `board.file_changed`, or as every
    write.
    """
    note = publisher.published()
    size = 0
    if note is not None:
        published = read_checkpoint(note)
        size = published.size
        if size > tree.size:
            raise BoardError(
                "board.rolled_back",
                f"the record has {size} entries and the database only {tree.size}: it is an old copy. Put back the "
                "newest database; without it, begin a new log with another name and key",
            )
        if tree.root_at(size) != published.root:
            raise BoardError(
                "board.forked",
                f"the record's checkpoint of {size} entries has another root than the database: they belong to "
                "different histories. Put back the database that was published",
            )
    publisher.repair(size, tree, store)
    if note is not None and size == tree.size:
        return note
    return publisher.publish(size, tree, store)
