"""Which checkpoint of a log is published, under which policy, and what may be published next.

Spec: C2SP tlog-policy, tlog-cosignature v1.1.0-rc.1.

Idea: a new policy binds the next checkpoint; the published one keeps the policy that it satisfied, so that what a
reader finds in the record always fits together. Policies are kept in the database, every one of them.

Invariants: a checkpoint is published under the newest policy only, with both signatures of the log, and never an older
one than the one before; the log's times don't go back.
"""

from __future__ import annotations

from pathlib import Path

from evote.board.head import Head
from evote.board.keys import LogKeys
from evote.board.publish import Publisher
from evote.board.recovery import check_published
from evote.board.store import Store
from evote.board.tree import HashTree
from evote.errors import BoardError, EncodingError, PolicyError, VerificationError
from evote.log.checkpoint import Checkpoint, read_checkpoint
from evote.log.cosignature import timestamp_of
from evote.log.key import format_verifier_key
from evote.log.note import decode_note, format_signature_line, open_note
from evote.log.policy import NO_QUORUM, Policy, PolicyLog, WitnessedCheckpoint, open_witnessed, verifier_of
from evote.log.policy_text import format_policy, parse_policy


class Publication:
    """What a log shows: the published checkpoint, the policies, and how the next checkpoint comes about."""

    def __init__(self, record_folder: Path, store: Store, keys: LogKeys, tree: HashTree) -> None:
        """Find what was published last, in the record or the database, and compare it with the tree.

        Raise BoardError `board.bad_checkpoint`, `board.rolled_back`, `board.forked`. Call `repair` before all else.
        """
        self._store = store
        self._keys = keys
        self._publisher = Publisher(record_folder, keys)
        notes = [note for note in (store.checkpoint(), self._publisher.published()) if note is not None]
        for each in notes:
            self._publisher.check_signed(each)
            check_published(each, tree)
        # The database is written first, so of two at one size it has the newer.
        self.note = max(notes, key=lambda each: read_checkpoint(each).size, default=None)
        self.policies = Policies(store, keys, self.note)
        self._time = _stated_time(self.note, keys)

    def repair(self, tree: HashTree) -> None:
        """Bring the record to what was published last; raise BoardError `board.file_changed`."""
        self._publisher.repair(self.note, tree, self._store, self.policies.published)

    @property
    def size(self) -> int:
        """The number of entries under the published checkpoint."""
        return read_checkpoint(self.note).size if self.note is not None else 0

    def sign(self, tree: HashTree, now: int) -> bytes:
        """Return a checkpoint of the tree, signed by both keys; its tiles are durable before. `now` is since 1970."""
        self._publisher.write_tiles(tree, self._store)
        # A clock that goes back must not make the log's own times go back.
        self._time = max(self._time, now)
        return self._publisher.sign(tree, self._time)

    def check(self, note: bytes, tree: HashTree) -> Checkpoint:
        """Return the checkpoint of a note that may be published next.

        Raise BoardError as `open_publishable`, `board.old_checkpoint` (a later one is published), `board.forked`.
        """
        checkpoint = open_publishable(note, self.policies.newest, self._keys).checkpoint
        if not self.size <= checkpoint.size <= tree.size:
            raise BoardError(
                "board.old_checkpoint",
                f"a checkpoint of {checkpoint.size} entries, where {self.size} are published and {tree.size} committed",
            )
        check_published(note, tree)
        return checkpoint

    def show(self, note: bytes, head: Head) -> None:
        """Publish a checked note, in the database and then in the record; `head` is the log's."""
        policy = self.policies.newest
        self._store.set_checkpoint(head, note, _cosignature_lines(note, policy))
        self._publisher.publish(note, policy, read_checkpoint(note).size)
        self.note, self.policies.published = note, policy


def _stated_time(note: bytes | None, keys: LogKeys) -> int:
    """Return the time under the log's own ML-DSA signature of a note, 0 where there is none."""
    key = keys.mldsa.key
    lines = decode_note(note).signatures if note is not None else ()
    return max((timestamp_of(one.signature) for one in lines if one.key_id == key.key_id), default=0)


class Policies:
    """The policies of a log: `newest` binds the next checkpoint, `published` is the one of the published checkpoint."""

    def __init__(self, store: Store, keys: LogKeys, note: bytes | None) -> None:
        """Read the policies that were set; without any, the log has no witnesses. `note` is what is published."""
        self._store = store
        self._key = keys.ed25519.key
        known = [policy for _, policy in self.all()]
        self.newest = known[-1]
        satisfied = (policy for policy in reversed(known) if note is not None and _is_satisfied(note, policy))
        self.published = next(satisfied, known[0])

    def all(self) -> tuple[tuple[int, Policy], ...]:
        """Return every policy, oldest first, each with the size of the log when it was set."""
        stored = tuple((size, parse_policy(text)) for size, text in self._store.policies())
        return stored or ((0, Policy(logs=(PolicyLog(key=self._key),))),)

    def check(self, policy: Policy) -> None:
        """Raise PolicyError `board.bad_policy` where the policy does not name this log's Ed25519 key, EncodingError
        where it can't be written.
        """
        format_policy(policy)
        if self._key not in [log.key for log in policy.logs]:
            raise PolicyError("board.bad_policy", f"the policy does not name the key of the log {self._key.name}")

    def set(self, policy: Policy, size: int) -> None:
        """Store a checked policy, from now on the newest."""
        if not self._store.policies():
            self._store.add_policy(0, format_policy(self.newest))
        self._store.add_policy(size, format_policy(policy))
        self.newest = policy


def _is_satisfied(note: bytes, policy: Policy) -> bool:
    try:
        open_witnessed(note, policy)
    except (EncodingError, VerificationError):
        return False
    return True


def open_publishable(note: bytes, policy: Policy, keys: LogKeys) -> WitnessedCheckpoint:
    """Return the checkpoint of a note that may be published, as far as keys and policy are asked.

    Raise BoardError `board.no_quorum` where too few witnesses of the policy have cosigned, `board.bad_checkpoint` for
    a note that is malformed or lacks one of the log's own signatures.
    """
    try:
        opened = open_note(note, [verifier_of(key) for key in keys.public])
        witnessed = open_witnessed(note, policy)
    except (EncodingError, VerificationError) as error:
        if error.code == "policy.no_quorum":
            raise no_quorum(error.message) from error
        raise BoardError("board.bad_checkpoint", f"this note can't be published: {error.message}") from error
    if {line.key for line in opened.verified} != set(keys.public) or witnessed.checkpoint.origin != keys.origin:
        raise BoardError("board.bad_checkpoint", "this note can't be published: it lacks a signature of the log")
    return witnessed


def no_quorum(reason: str) -> BoardError:
    """Return the error for a checkpoint that waits for its witnesses."""
    return BoardError(
        "board.no_quorum",
        f"what was submitted is in the log, but not published: {reason}. Serve the board, so that its witnesses are "
        "asked, and repeat the command",
    )


def has_witnesses(policy: Policy) -> bool:
    """Say whether a policy asks for cosignatures at all."""
    return policy.quorum != NO_QUORUM


def _cosignature_lines(note: bytes, policy: Policy) -> list[tuple[str, int, str]]:
    """Return key (vkey text), size and line of each cosignature by a witness of the policy; nothing is verified."""
    keys = {(one.key.name, one.key.key_id): format_verifier_key(one.key) for one in policy.witnesses}
    size = read_checkpoint(note).size
    return [
        (keys[line.name, line.key_id], size, format_signature_line(line))
        for line in decode_note(note).signatures
        if (line.name, line.key_id) in keys
    ]
