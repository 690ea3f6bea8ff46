"""Scrubbing a board's folder from outside: whether or not the board opens, and also while it is served.

Spec: docs/storage.md section 5.

Idea: what is damaged often does not open any more, and the scrubber is asked then most of all. So nothing is locked,
no lease is taken, no key is read. The tree is put together from what the database says twice (the leaf hash, and the
statement's own) and the public tiles say once more: where they disagree, two against one decide, and the root in the
database says whether that was right.

Invariants: nothing is written. A board that grows meanwhile is followed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Final

from evote.board.admission import Admission, Posting, StoredEntry
from evote.board.ballot_source import StoredBallots
from evote.board.board import RECORD_NAME
from evote.board.database import open_database
from evote.board.election_admission import ElectionAdmission
from evote.board.entry_reads import ScannedEntry
from evote.board.head import FIRST_FACTS_DIGEST, Head, next_facts_digest
from evote.board.publish import CHECKPOINT_NAME, POLICY_NAME
from evote.board.recovery import check_published
from evote.board.scrub import Finding, Scrubbed, Scrubber, read_public
from evote.board.store import Store
from evote.board.tree import HashTree
from evote.errors import EncodingError, EvoteError, VerificationError
from evote.log import merkle
from evote.log.bundles import decode_hashes
from evote.log.checkpoint import open_checkpoint, read_checkpoint
from evote.log.encoding import HASH_BYTES
from evote.log.key import VerifierKey, parse_verifier_key
from evote.log.policy import Policy, PolicyLog, open_witnessed, verifier_of
from evote.log.policy_text import parse_policy
from evote.log.tiles import TILE_WIDTH, tile_at, tile_path

DATABASE_PLACE: Final = "database"

# The checkpoint is stored in the database a moment before it is put into the record.
_LOOKS: Final = 4
_LOOK_SECONDS: Final = 0.25


class FolderScrubber:
    """A board's folder that is being scrubbed; a context manager, because it keeps the database open."""

    def __init__(self, folder: Path, admission: Admission | None = None, sleep: Callable[[float], None] = time.sleep):
        """Open the database and put the tree together.

        Raise BoardError `board.missing`, `board.old_schema` or `.newer_schema`, or where the database can't be read at
        all.
        """
        self._record = folder / RECORD_NAME
        self._admission = admission or ElectionAdmission(1)
        self._sleep = sleep
        self._store = open_database(folder)
        try:
            self._store.check_schema()
            self._head = self._store.head()
            self._tree, self._tree_findings = _make_tree(self._store, self._head, self._record)
            self._learn()
        except BaseException:
            self._store.close()
            raise

    @property
    def size(self) -> int:
        """The number of entries, as far as they are known yet."""
        return self._tree.size

    @property
    def published_size(self) -> int:
        """The number of entries of the database that are under the published checkpoint; 0 where it can't be read."""
        for note in (self._store.checkpoint(), self._public_note()):
            with suppress(EncodingError):
                if note is not None:
                    size = read_checkpoint(note).size
                    self._follow(size)
                    return min(size, self._tree.size)
        return 0

    def scrub(self) -> Iterator[Scrubbed]:
        """Yield a first step of no entries, with what is wrong with the log as a whole, and then as `Scrubber`."""
        yield Scrubbed(start=0, end=0, findings=tuple(self._whole()))
        yield from Scrubber(self._record, self._store, self._tree, self._admission, lambda: self.published_size).scrub()

    def close(self) -> None:
        """Close the database."""
        self._admission.close()
        self._store.close()

    def __enter__(self) -> FolderScrubber:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _whole(self) -> Iterator[Finding]:
        yield from self._tree_findings
        note, public = self._store.checkpoint(), self._public_note()
        if note is None and public is None:
            # Nothing was ever published.
            return
        if note is not None and (problem := self._check_note(note)):
            yield Finding(code=problem.code, place=DATABASE_PLACE, message=problem.message)
            # The record's may be right all the same.
            note = None
        if finding := self._check_public_note(is_alone=note is None):
            yield finding
            public = None
        yield from self._check_policy(note or public)

    def _check_note(self, note: bytes) -> EvoteError | None:
        """Return what is wrong with a published checkpoint: both keys of the log have signed it, and it is its tree."""
        keys = self._keys
        try:
            opened = open_checkpoint(note, origin=self._head.origin, verifiers=[verifier_of(key) for key in keys])
            if {line.key for line in opened.verified} != set(keys):
                return VerificationError("note.not_signed", "it lacks one of the log's two signatures")
            self._follow(opened.checkpoint.size)
            check_published(note, self._tree)
        except EvoteError as error:
            return error
        return None

    def _check_public_note(self, *, is_alone: bool) -> Finding | None:
        """Compare the record's checkpoint with the database's, which is newer for a moment, unless that is damaged."""
        for look in range(_LOOKS):
            if look:
                self._sleep(_LOOK_SECONDS)
            found = read_public(self._record, CHECKPOINT_NAME)
            if isinstance(found, bytes) and found == self._store.checkpoint():
                return None
        if isinstance(found, Finding):
            return found
        problem = self._check_note(found)
        if is_alone and problem is None:
            return None
        message = problem.message if problem else "it is not the checkpoint that was published last"
        return Finding(code="scrub.file", place=CHECKPOINT_NAME, message=message)

    def _check_policy(self, note: bytes | None) -> Iterator[Finding]:
        """Compare the record's policy with those that were set; the published checkpoint satisfies it."""
        known = [Policy(logs=(PolicyLog(key=self._keys[0]),))]
        for _, text in self._store.policies():
            try:
                known.append(parse_policy(text))
            except EncodingError as error:
                yield Finding(code=error.code, place=DATABASE_PLACE, message=error.message)
        data = read_public(self._record, POLICY_NAME)
        if isinstance(data, Finding):
            yield data
            return
        try:
            policy = parse_policy(data)
            # The ML-DSA-44 key stands in a comment.
            problem = "" if policy in known and self._head.mldsa_key.encode() in data else "it is no policy of this log"
            if note is not None:
                open_witnessed(note, policy)
        except EvoteError as error:
            problem = error.message
        if problem:
            yield Finding(code="scrub.file", place=POLICY_NAME, message=problem)

    @property
    def _keys(self) -> tuple[VerifierKey, ...]:
        return tuple(parse_verifier_key(text) for text in (self._head.verifier_key, self._head.mldsa_key) if text)

    def _public_note(self) -> bytes | None:
        found = read_public(self._record, CHECKPOINT_NAME)
        return None if isinstance(found, Finding) else found

    def _follow(self, size: int) -> None:
        """Let the tree grow with a board that works meanwhile."""
        if size > self._tree.size:
            end = min(size, self._store.head().size)
            self._tree.extend(entry.leaf_hash for entry in self._store.scan(self._tree.size, end))

    def _learn(self) -> None:
        """Build the states from what is no ballot: only ballots of an old database without commitments need them."""

        def statements() -> Iterator[StoredEntry]:
            for entry in self._store.followed(0, self._head.size):
                if not self._admission.is_ballot(Posting(statement=entry.statement, payload=entry.payload)):
                    yield entry

        # Where one of them is damaged, the scrubber names it.
        with suppress(EvoteError):
            self._admission.replay(statements(), StoredBallots(self._store))


class _Source(Enum):
    """What is believed of a leaf hash where no two agree."""

    COLUMN = "leaf hash in the database"
    STATEMENT = "statement in the database"
    TILE = "public tile, whatever the others say"


def _make_tree(store: Store, head: Head, record: Path) -> tuple[HashTree, tuple[Finding, ...]]:
    """Return the tree that leads to the head's root, and what is wrong with the log as a whole."""
    tiles = _PublicLeaves(record, store)
    findings = []
    # Where no source leads to the root, the first one is as good as any.
    for source in (*_Source, _Source.COLUMN):
        tree, digest = _put_together(store, head, tiles, source)
        if tree.root() == head.root:
            break
    else:
        message = "neither the entries nor the public tiles lead to the root that the database states"
        findings.append(Finding(code="scrub.root", place=DATABASE_PLACE, message=message))
    if None not in (head.facts_digest, digest) and head.facts_digest != digest:
        message = "what is stored beside the ballots is not what was stored there at first"
        findings.append(Finding(code="scrub.facts", place=DATABASE_PLACE, message=message))
    return tree, tuple(findings)


def _put_together(store: Store, head: Head, tiles: _PublicLeaves, source: _Source) -> tuple[HashTree, bytes | None]:
    """Return a tree as large as the head says, and the digest of the facts, None where rows are lost."""
    tree, digest, lost = HashTree(), FIRST_FACTS_DIGEST, 0
    for entry in store.scan(0, head.size):
        lost += _fill(tree, tiles, entry.index)
        tree.append(_choose(entry, tiles, source))
        digest = next_facts_digest(digest, (entry.facts or b"",))
    lost += _fill(tree, tiles, head.size)
    return tree, None if lost else digest


def _fill(tree: HashTree, tiles: _PublicLeaves, size: int) -> int:
    """Append the leaves of entries whose rows are lost; return how many there are."""
    lost = size - tree.size
    for index in range(tree.size, size):
        tree.append(tiles.leaf(index) or bytes(HASH_BYTES))
    return lost


def _choose(entry: ScannedEntry, tiles: _PublicLeaves, source: _Source) -> bytes:
    stated, hashed = entry.leaf_hash, merkle.leaf_hash(entry.statement)
    if stated == hashed and source is not _Source.TILE:
        return stated
    public = tiles.leaf(entry.index)
    if public is not None and (source is _Source.TILE or public in (stated, hashed)):
        return public
    return stated if source is _Source.COLUMN and len(stated) == HASH_BYTES else hashed


class _PublicLeaves:
    """The leaf hashes in the public tiles, as they lie there."""

    def __init__(self, record: Path, store: Store) -> None:
        self._record = record
        self._size = 0
        with suppress(EncodingError):
            note = store.checkpoint()
            self._size = read_checkpoint(note).size if note is not None else 0
        self._number = -1
        self._hashes: tuple[bytes, ...] = ()

    def leaf(self, index: int) -> bytes | None:
        """Return the hash of an entry, None where no readable tile has it."""
        if index >= self._size:
            return None
        number, place = divmod(index, TILE_WIDTH)
        if number != self._number:
            self._number, self._hashes = number, self._tile(number)
        return self._hashes[place] if self._hashes else None

    def _tile(self, number: int) -> tuple[bytes, ...]:
        tile = tile_at(0, number, self._size)
        data = read_public(self._record, tile_path(tile))
        try:
            return () if isinstance(data, Finding) else decode_hashes(data, tile.width)
        except EncodingError:
            return ()
