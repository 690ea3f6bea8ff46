"""The board: a log in one folder and one database, written by one sequencer at a time.

Idea: `<folder>/record` holds what is public and nothing else; the database is the log itself, from which every public
file but the checkpoint can be made again; the key files sign. `submit` takes statements, `sequence` gives waiting
ballots their place, `sign` makes a checkpoint of everything committed, `publish` shows it once enough witnesses have
cosigned, `receipt` proves. A log without witnesses does the three in one `flush`. Opening reads what the state needs
and compares it with what was published.

Invariants: whatever has an index is durable; whatever a checkpoint covers is durable before it is signed, and no
checkpoint is published that does not satisfy the policy; a board that could sign two histories does not open.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

from evote.board import files
from evote.board.admission import Admission, Posting
from evote.board.database import DATABASE_NAME as DATABASE_NAME
from evote.board.database import create_database, has_database, open_database
from evote.board.election_admission import ElectionAdmission
from evote.board.head import Head
from evote.board.keys import write_key
from evote.board.lease import held_lease
from evote.board.promises import Promises
from evote.board.proofs import Proofs
from evote.board.publish import CHECKPOINT_NAME
from evote.board.published import Publication, has_witnesses, no_quorum
from evote.board.recovery import check_not_behind, load_log_keys, rebuild_state, rebuild_tree
from evote.board.scrub import Scrubbed, Scrubber
from evote.board.sequencer import MAXIMUM_POOL, Sequencer, Ticket
from evote.board.store import Store
from evote.core.random_source import RandomBytes
from evote.ed25519 import SigningKey
from evote.election.state import ElectionState
from evote.election.tally import DistrictCount, district_counts
from evote.errors import BoardError, PolicyError
from evote.log.checkpoint import Checkpoint, read_checkpoint
from evote.log.key import VerifierKey, check_name, format_verifier_key
from evote.log.merkle import EMPTY_ROOT
from evote.log.note import Ed25519Signer
from evote.log.policy import Policy

RECORD_NAME: Final = "record"
# With less free space for the record nothing is accepted; what was accepted can still be placed and published.
MINIMUM_FREE_BYTES: Final = 64 * 2**20

Clock = Callable[[], int]


def system_clock() -> int:
    """Return the time in seconds since 1970."""
    return int(time.time())


class Board:
    """An open board; close it, or use it in a `with` statement. Not for several threads at once."""

    def __init__(
        self, folder: Path, lock: BinaryIO, store: Store, admission: Admission, random: RandomBytes, clock: Clock
    ) -> None:
        """Take a locked folder and its open database; use `open` or `create`."""
        self.record_folder = folder / RECORD_NAME
        self.minimum_free_bytes = MINIMUM_FREE_BYTES
        self._lock = lock
        self._store = store
        self._admission = admission
        self._clock = clock
        head = store.take_lease()
        with held_lease(store, head):
            head, self._keys = load_log_keys(folder, store, head, random)
            tree = rebuild_tree(store, head)
            self._publication = Publication(self.record_folder, store, self._keys, tree)
            head = rebuild_state(store, head, admission)
            self._publication.repair(tree)
        self._sequencer = Sequencer(store, head, tree, admission, random)
        self._proofs = Proofs(tree, store)
        self.promises = Promises(store, self._keys.ed25519.signing_key, head, self.published_size)
        self._show_published()

    @classmethod
    def create(
        cls,
        folder: Path,
        origin: str,
        key: SigningKey,
        *,
        dsn: str | None = None,
        admission: Admission | None = None,
        random: RandomBytes = secrets.token_bytes,
        clock: Clock = system_clock,
    ) -> Board:
        """Make the board of a new log named `origin`, signed by `key`, and open it.

        The folder is made if needed; `dsn` names an empty PostgreSQL database (by default the folder has one of its
        own). Raise BoardError `board.exists` where it holds a board; EncodingError
        `key.bad_name` where `origin` can't name a key. Never use an origin or key that has named another log.
        """
        signer = Ed25519Signer(origin, key)
        check_name(origin)
        files.make_folders(folder)
        lock = files.lock_folder(folder)
        try:
            if has_database(folder) or (folder / RECORD_NAME / CHECKPOINT_NAME).exists():
                raise BoardError("board.exists", f"{folder} holds a board already; choose another folder")
            write_key(folder, signer)
            head = Head(origin=origin, verifier_key=format_verifier_key(signer.key), size=0, root=EMPTY_ROOT)
            create_database(folder, head, dsn)
        finally:
            lock.close()
        return cls.open(folder, admission=admission, random=random, clock=clock)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        admission: Admission | None = None,
        random: RandomBytes = secrets.token_bytes,
        clock: Clock = system_clock,
    ) -> Board:
        """Open a board: build the state, compare with what was published, publish what was not.

        A log with witnesses publishes nothing here. Raise BoardError `board.missing`, `board.locked`;
        `board.other_key` (a key file is not the log's), `board.bad_checkpoint`, `board.entry_changed`,
        `board.entry_missing` (the database is damaged), `board.newer_schema`, `board.rolled_back` (the record is
        longer than the database: an old backup), `board.forked` (another root), `board.file_changed`, or as every
        write.
        """
        if not has_database(folder):
            raise BoardError("board.missing", f"there is no board in {folder}")
        lock = files.lock_folder(folder)
        try:
            store = open_database(folder)
            try:
                store.prepare()
                return cls(folder, lock, store, admission or ElectionAdmission(), random, clock)
            except BaseException:
                store.close()
                raise
        except BaseException:
            lock.close()
            raise

    def submit(self, statement: bytes, payload: bytes, commitments: bytes | None = None) -> Ticket:
        """Submit one statement; a ballot waits for `sequence`, every other statement has its index on return.

        The same bytes again give the old index. `commitments` are a ballot's proof commitments (formats.md section 1),
        which the board recomputes anyway: given ones must be the same.
        Raise the refusal: EncodingError, VerificationError or PolicyError; BoardError where the board can't go on.
        """
        (ticket,) = self.submit_many([Posting(statement=statement, payload=payload, commitments=commitments or b"")])
        if ticket.refusal is not None:
            raise ticket.refusal
        return ticket

    def submit_many(self, postings: Sequence[Posting]) -> list[Ticket]:
        """Submit statements in order, ballots verified in worker processes; a refused one's ticket has the refusal.

        Statements that are no ballots are durable on return, those between two ballots in one transaction. Raise
        BoardError `board.disk_low` before anything is looked at (`check_room`).
        """
        self.check_room()
        return self._sequencer.submit(postings)

    def take_pending(self, limit: int = MAXIMUM_POOL) -> int:
        """Place what front ends have examined (`front_end`), at most `limit`; return how many were decided.

        Everything placed is durable on return. Raise as `submit_many`.
        """
        self.check_room()
        return self._sequencer.take_pending(limit)

    def check_room(self) -> None:
        """Raise BoardError `board.disk_low` where the disk of the record has less than `minimum_free_bytes` left.

        The board goes on when there is room again. The database's disk is the same for SQLite; for PostgreSQL it is its
        server's business.
        """
        files.check_room(self.record_folder, self.minimum_free_bytes)

    def sequence(self) -> None:
        """Give every waiting ballot its place and commit; durable on return, nothing signed.

        After a failure the board is stopped: what had an index is in the log, and opening it anew publishes it; what
        had none may be submitted again, whether or not it got into the log.
        """
        self._sequencer.sequence()

    def sign(self) -> bytes:
        """Return a checkpoint of everything committed, signed by both keys of the log; it is not published.

        Its tiles are durable before it is signed. It may be signed again at the same size, with a later time. After a
        failure the board is stopped, as in `sequence`.
        """
        self._sequencer.check_running()
        with self._stopping():
            return self._publication.sign(self._sequencer.tree, self._clock())

    def publish(self, note: bytes) -> Checkpoint:
        """Publish a note that `sign` returned, with cosignature lines appended that satisfy `policy`.

        Raise BoardError `board.no_quorum`, `board.bad_checkpoint` (malformed, or not signed by both keys),
        `board.old_checkpoint` (a later one is published), `board.forked` (not of this history): nothing is changed
        then. After any other failure the board is stopped, as in `sequence`.
        """
        self._sequencer.check_running()
        checkpoint = self._publication.check(note, self._sequencer.tree)
        with self._stopping():
            self._publication.show(note, self._sequencer.head)
            self.promises.keep(checkpoint.size)
        return checkpoint

    def flush(self) -> Checkpoint:
        """Sequence the waiting ballots and publish everything, on a log without witnesses.

        Return the published checkpoint. Raise BoardError `board.no_quorum` on a log with witnesses, where something is
        committed that is not published: it is durable, and the witnesses have to be asked (`sign`, `publish`).
        """
        self.sequence()
        if not has_witnesses(self.policy):
            self._show_published()
        elif self.published_size < self.size:
            raise no_quorum(f"{self.size - self.published_size} entries wait for the quorum of witnesses")
        return read_checkpoint(self.checkpoint)

    def receipt(self, entry: int | bytes) -> bytes:
        """Return the `.tlog-proof` of an entry, named by index or leaf hash, under the published checkpoint.

        It carries the entry's bytes and has been verified. Raise PolicyError `board.not_published` where the published
        log has no such entry.
        """
        index = self.index_of(entry) if isinstance(entry, bytes) else entry
        if index is None or not 0 <= index < self.published_size:
            raise PolicyError(
                "board.not_published", "the published log has no such entry; a ballot enters with its batch"
            )
        return self._proofs.receipt(index, self.checkpoint, self._publication.policies.published)

    def consistency_proof(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """Return the consistency proof between two sizes, empty from 0; raise PolicyError `board.no_such_size`."""
        return self._proofs.consistency(old_size, new_size)

    def index_of(self, leaf_hash: bytes) -> int | None:
        """Return the index of a committed entry, or None."""
        return self._store.indexes_of((leaf_hash,)).get(leaf_hash)

    def find_ballot(self, scope: bytes, confirmation_code: bytes) -> int | None:
        """Return the index of the committed ballot, cast or challenged, with a confirmation code, or None."""
        return self._store.find_ballot(scope, confirmation_code)

    def turnout(self, scope: bytes) -> tuple[DistrictCount, ...]:
        """Return number and weight of the ballots that count so far, by district; PolicyError as `state`."""
        return district_counts(self.state(scope))

    def state(self, scope: bytes) -> ElectionState:
        """Return the state of an election as the log has it; waiting ballots are not part of it."""
        return self._admission.state(scope)

    def check_not_behind(self, checkpoints: Iterable[Checkpoint]) -> None:
        """Refuse to go on where witnesses have seen what this board does not hold.

        `checkpoints` are those of this log that this log signed, as witnesses hand them out. Raise BoardError
        `board.behind_witness` (an old copy) or `board.forked` (two boards with this key); the board is stopped then.
        """
        with self._stopping():
            check_not_behind(self._sequencer.tree, checkpoints)

    def set_policy(self, policy: Policy) -> None:
        """Set witnesses and quorum; the next checkpoint is published under them, and the record's policy with it.

        Every policy is kept. Raise PolicyError `board.bad_policy` where the policy does not name this log's Ed25519
        key, EncodingError where it can't be written.
        """
        self._publication.policies.check(policy)
        if policy != self.policy:
            self._sequencer.check_running()
            with self._stopping():
                self._publication.policies.set(policy, self.size)

    def policies(self) -> tuple[tuple[int, Policy], ...]:
        """Return every policy of this log, oldest first, each with the size of the log when it was set."""
        return self._publication.policies.all()

    def add_evidence(self, kind: str, data: bytes) -> None:
        """Keep something signed that contradicts this log, for good; `kind` is a word for its format."""
        self._store.add_evidence(kind, data)

    def evidence(self) -> tuple[tuple[str, bytes], ...]:
        """Return all evidence that was kept: kind and data."""
        return self._store.evidence()

    def cosigned_sizes(self) -> dict[str, int]:
        """Return the size that each witness (vkey text) cosigned last under a published checkpoint."""
        return self._store.cosigned_sizes()

    def scrub(self) -> Iterator[Scrubbed]:
        """Look for silent damage, 256 entries a step; the steps may be taken between other uses of the board."""
        scrubber = Scrubber(
            self.record_folder, self._store, self._sequencer.tree, self._admission, lambda: self.published_size
        )
        return scrubber.scrub()

    def renew_lease(self) -> None:
        """Remain the sequencer while there is nothing to append; call it at least every five seconds.

        Raise BoardError `board.lease_lost` where another one has taken over; the board is stopped then.
        """
        self._sequencer.check_running()
        with self._stopping():
            self._store.renew_lease(self._sequencer.head)

    @property
    def size(self) -> int:
        """The number of committed entries."""
        return self._sequencer.tree.size

    @property
    def published_size(self) -> int:
        """The number of entries under the published checkpoint."""
        return self._publication.size

    @property
    def checkpoint(self) -> bytes:
        """The published checkpoint: the signed note; raise PolicyError `board.not_published` before the first one."""
        if self._publication.note is None:
            raise PolicyError("board.not_published", "this log has published no checkpoint yet")
        return self._publication.note

    @property
    def policy(self) -> Policy:
        """The policy that the next checkpoint has to satisfy."""
        return self._publication.policies.newest

    @property
    def log_keys(self) -> tuple[VerifierKey, VerifierKey]:
        """The log's public keys: Ed25519 and ML-DSA-44."""
        return self._keys.public

    @property
    def elections(self) -> tuple[bytes, ...]:
        """The scopes of the elections in the log, oldest first."""
        return tuple(self._admission.elections)

    def close(self) -> None:
        """Close the board; ballots that wait are forgotten, as nobody was told an index."""
        self._admission.close()
        with suppress(BoardError):
            self._store.end_lease(self._sequencer.head)
        self._store.close()
        self._lock.close()

    def _show_published(self) -> None:
        """Publish what is committed on a log without witnesses."""
        if not has_witnesses(self.policy) and (self._publication.note is None or self.published_size < self.size):
            self.publish(self.sign())

    @contextmanager
    def _stopping(self) -> Iterator[None]:
        """Stop the board where the body fails: nobody knows then what is on the disk."""
        try:
            yield
        except BaseException as error:
            self._sequencer.stop(str(error))
            raise

    def __enter__(self) -> Board:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
