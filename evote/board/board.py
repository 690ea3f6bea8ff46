"""The embedded board: the whole log of an authority in one folder, used by one process at a time.

Idea: `<folder>/record` holds what is public and nothing else; `board.sqlite` is the log itself, from which every public
file can be made again; `log.key` signs. `submit` takes statements, `flush` gives waiting ballots their place and
publishes, `receipt` proves. Opening replays the log from its own bytes and compares it with what was published.

Invariants: whatever has an index is durable; whatever a checkpoint covers is published; a board that could sign two
histories does not open.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

from evote.board import files
from evote.board.admission import Admission, Posting
from evote.board.election_admission import ElectionAdmission
from evote.board.publish import CHECKPOINT_NAME, Publisher
from evote.board.recovery import bring_up_to_date, check_key, load_signer, rebuild_tree
from evote.board.sequencer import Sequencer, Ticket
from evote.board.store import Head, Store
from evote.core.random_source import RandomBytes
from evote.ed25519 import SigningKey
from evote.election.state import ElectionState
from evote.errors import BoardError, PolicyError
from evote.log.checkpoint import Checkpoint, read_checkpoint
from evote.log.key import check_name, format_private_key, format_verifier_key
from evote.log.merkle import EMPTY_ROOT
from evote.log.note import Ed25519Signer
from evote.log.policy import Policy
from evote.log.proof import TlogProof, encode_proof, verify_proof
from evote.log.tile_reader import TileReader

DATABASE_NAME: Final = "board.sqlite"
KEY_NAME: Final = "log.key"
RECORD_NAME: Final = "record"
UNFINISHED_NAME: Final = "unfinished.sqlite"


class Board:
    """An open board; close it, or use it in a `with` statement. Not for several threads."""

    def __init__(self, folder: Path, lock: BinaryIO, admission: Admission, random: RandomBytes) -> None:
        """Take a locked folder; use `open` or `create`."""
        self.record_folder = folder / RECORD_NAME
        self._lock = lock
        self._admission = admission
        self._reader: TileReader | None = None
        signer = load_signer(folder / KEY_NAME)
        self._publisher = Publisher(self.record_folder, signer)
        self._store = Store(folder / DATABASE_NAME)
        try:
            head = self._store.head()
            check_key(head, signer)
            tree = rebuild_tree(self._store, head, admission)
            self._published = bring_up_to_date(self._publisher, tree, self._store)
        except BaseException:
            self._store.close()
            raise
        self._sequencer = Sequencer(self._store, head, tree, admission, random)

    @classmethod
    def create(
        cls,
        folder: Path,
        origin: str,
        key: SigningKey,
        *,
        admission: Admission | None = None,
        random: RandomBytes = secrets.token_bytes,
    ) -> Board:
        """Make the board of a new log named `origin`, signed by `key`, and open it.

        The folder is made if needed. Raise BoardError `board.exists` where it holds a board; EncodingError
        `key.bad_name` where `origin` can't name a key. Never use an origin or key that has named another log.
        """
        signer = Ed25519Signer(origin, key)
        check_name(origin)
        files.make_folders(folder)
        lock = files.lock_folder(folder)
        try:
            database, unfinished = folder / DATABASE_NAME, folder / UNFINISHED_NAME
            if database.exists() or (folder / RECORD_NAME / CHECKPOINT_NAME).exists():
                raise BoardError("board.exists", f"{folder} holds a board already; choose another folder")
            files.replace_file(folder / KEY_NAME, format_private_key(signer.key, key).encode(), files.PRIVATE_MODE)
            # The database gets its name last: a folder with a database has all the rest.
            for leftover in folder.glob(f"{UNFINISHED_NAME}*"):
                files.remove_file(leftover)
            head = Head(origin=origin, verifier_key=format_verifier_key(signer.key), size=0, root=EMPTY_ROOT)
            Store.create(unfinished, head).close()
            files.move_file(unfinished, database)
        finally:
            lock.close()
        return cls.open(folder, admission=admission, random=random)

    @classmethod
    def open(
        cls, folder: Path, *, admission: Admission | None = None, random: RandomBytes = secrets.token_bytes
    ) -> Board:
        """Open a board: replay its log, compare with what was published, publish what was not.

        Raise BoardError `board.missing`, `board.locked`; `board.other_key` (the key file is not the log's),
        `board.bad_checkpoint`, `board.entry_changed`, `board.entry_missing` (the database is damaged),
        `board.rolled_back` (the record is longer than the database: an old backup), `board.forked` (another root),
        `board.file_changed`, or as every write.
        """
        if not (folder / DATABASE_NAME).is_file():
            raise BoardError("board.missing", f"there is no board in {folder}")
        lock = files.lock_folder(folder)
        try:
            return cls(folder, lock, admission or ElectionAdmission(), random)
        except BaseException:
            lock.close()
            raise

    def submit(self, statement: bytes, payload: bytes, commitments: bytes | None = None) -> Ticket:
        """Submit one statement; a ballot waits for `flush`, every other statement has its index on return.

        The same bytes again give the old index. `commitments` are a ballot's proof commitments (formats.md section 1),
        which the board recomputes anyway: given ones must be the same.
        Raise the refusal: EncodingError, VerificationError or PolicyError; BoardError where the board can't go on.
        """
        (ticket,) = self.submit_many([Posting(statement=statement, payload=payload, commitments=commitments or b"")])
        if ticket.refusal is not None:
            raise ticket.refusal
        return ticket

    def submit_many(self, postings: Sequence[Posting]) -> list[Ticket]:
        """Submit statements in order, ballots verified in worker processes; a refused one's ticket has the refusal."""
        return self._sequencer.submit(postings)

    def flush(self) -> Checkpoint:
        """Sequence the waiting ballots and publish everything; return the published checkpoint.

        After a failure the board is stopped: what had an index is in the log, and opening it anew publishes it; what
        had none may be submitted again, whether or not it got into the log.
        """
        self._sequencer.sequence()
        tree = self._sequencer.tree
        old_size = read_checkpoint(self._published).size
        if old_size < tree.size:
            try:
                self._published = self._publisher.publish(old_size, tree, self._store)
            except BaseException as error:
                self._sequencer.stop(str(error))
                raise
            self._reader = None
        return read_checkpoint(self._published)

    def receipt(self, entry: int | bytes) -> bytes:
        """Return the `.tlog-proof` of an entry, named by index or leaf hash, under the published checkpoint.

        It carries the entry's bytes and has been verified. Raise PolicyError `board.not_published` where the published
        log has no such entry.
        """
        checkpoint = read_checkpoint(self._published)
        index = self._store.index_of(entry) if isinstance(entry, bytes) else entry
        if index is None or not 0 <= index < checkpoint.size:
            raise PolicyError(
                "board.not_published", "the published log has no such entry; a ballot enters with its batch"
            )
        (stored,) = self._store.entries(index, index + 1)
        if self._reader is None:
            self._reader = self._sequencer.tree.reader(checkpoint.size)
        proof = TlogProof(
            index=index,
            hashes=self._reader.inclusion_proof(index),
            checkpoint=self._published,
            extra=stored.posting.statement,
        )
        verify_proof(proof, entry=stored.posting.statement, policy=self._publisher.policy)
        return encode_proof(proof)

    def state(self, scope: bytes) -> ElectionState:
        """Return the state of an election as the log has it; waiting ballots are not part of it."""
        return self._admission.state(scope)

    @property
    def checkpoint(self) -> bytes:
        """The published checkpoint: the signed note."""
        return self._published

    @property
    def policy(self) -> Policy:
        """The policy that an auditor of this log may start from."""
        return self._publisher.policy

    def close(self) -> None:
        """Close the board; ballots that wait are forgotten, as nobody was told an index."""
        self._admission.close()
        self._store.close()
        self._lock.close()

    def __enter__(self) -> Board:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
