"""Keeping a full copy of a log's public record, which is a valid record at every instant.

Spec: docs/mirror.md sections 2 and 3; C2SP tlog-tiles v0.1.0, tlog-checkpoint v1.0.0, tlog-policy.

Idea: a copy believes nobody. A checkpoint counts under the trusted policy and if it continues the one that the copy
shows; every bundle is verified against it before it is written; hash tiles are not copied but computed anew from the
entries. The checkpoint comes last, so whatever was written before it and not finished is found again by the next run.

Invariants: what is under the shown checkpoint is there and was verified: entries by their hashes, payloads by their
entries. Commitments are copied as they are. Not checked: signatures of statements and what they say (`evote-verify`).
A log that contradicts what it has shown leaves a piece of evidence, and the copy stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType
from typing import Final

from evote.board.publish import record_tiles
from evote.board.tree import HashTree
from evote.client.evidence import evidence_from_notes
from evote.client.reader import CHECKPOINT_PATH
from evote.errors import BoardError, EncodingError, EquivocationError, EvoteError, VerificationError
from evote.log import merkle
from evote.log.bundles import decode_bundle, decode_hashes, encode_bundle
from evote.log.checkpoint import open_checkpoint, read_checkpoint
from evote.log.evidence import encode_evidence
from evote.log.policy import Policy, WitnessedCheckpoint, open_witnessed, quorum_time, verifier_of
from evote.log.policy_text import parse_policy
from evote.log.statement import decode_statement
from evote.log.tile_reader import NOT_FOUND, ReadFile, TileReader, read_bundle
from evote.log.tiles import TILE_WIDTH, Tile, TileKind, bundle_at, new_tiles, tile_at, tile_path
from evote.mirror.folder import POLICY_PATH, MirrorFolder

# A log that publishes meanwhile may remove what an earlier checkpoint needs.
MAXIMUM_TRIES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What a run has done: the size that the copy shows now, and how many entries are new."""

    size: int
    added: int


class Mirror:
    """A copy that is kept; a context manager, because it holds the folder's lock."""

    def __init__(self, folder: MirrorFolder, policy: Policy) -> None:
        """Lock the folder and read what the copy shows; `policy` is the trusted one.

        Raise BoardError `mirror.locked`, or `mirror.bad_checkpoint` where the copy's checkpoint is not the log's.
        """
        self._folder = folder
        self._policy = policy
        self._keys = tuple(log.key for log in policy.logs)
        self._stack = ExitStack()
        self._stack.enter_context(folder.lock())
        self._tree: HashTree | None = None
        self._shown = folder.checkpoint()
        if self._shown is not None:
            try:
                verifiers = [verifier_of(key) for key in self._keys]
                open_checkpoint(self._shown, origin=self._keys[0].name, verifiers=verifiers)
            except (EncodingError, VerificationError) as error:
                self._stack.close()
                raise BoardError(
                    "mirror.bad_checkpoint",
                    f"the copy's checkpoint is not signed by the trusted log ({error.message}); find out who wrote it",
                ) from error

    @property
    def size(self) -> int:
        """How many entries are under the checkpoint that the copy shows."""
        return read_checkpoint(self._shown).size if self._shown is not None else 0

    def update(self, read: ReadFile, progress: Callable[[int], None] = lambda _: None) -> Update:
        """Copy what is new; `progress` is told how many entries more are copied.

        Raise EquivocationError `log.equivocation` where the log contradicts what it has shown; BoardError
        `log.rolled_back` where it shows less than before; VerificationError or EncodingError for false or malformed
        files; BoardError for missing files and a disk that fails; and what `read` raises. The copy then is as it was.
        """
        before = self.size
        size = -1
        for _ in range(MAXIMUM_TRIES):
            witnessed = open_witnessed(read(CHECKPOINT_PATH), self._policy)
            repeated, size = witnessed.checkpoint.size == size, witnessed.checkpoint.size
            try:
                self._continue(read, witnessed, progress)
            except BoardError as error:
                self._tree = None
                if error.code != NOT_FOUND or repeated:
                    raise
                missing = error
            except BaseException:
                self._tree = None
                raise
            else:
                return Update(size=self.size, added=self.size - before)
        raise missing

    def close(self) -> None:
        """Give the lock back."""
        self._stack.close()

    def __enter__(self) -> Mirror:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _continue(self, read: ReadFile, witnessed: WitnessedCheckpoint, progress: Callable[[int], None]) -> None:
        new, tree = witnessed.checkpoint, self._load()
        merkle.verify_growth(0, new.size, (), merkle.EMPTY_ROOT, new.root)
        for known in (self._folder.seen(new.size), self._shown):
            if known is not None and _same_size_other_root(known, witnessed.note):
                self._accuse(known, witnessed.note, None)
        if self._shown is not None and new.size < self.size:
            if new.size <= tree.size and tree.root_at(new.size) != new.root:
                self._accuse(self._shown, witnessed.note, tree.reader(tree.size))
            raise BoardError(
                "log.rolled_back",
                f"{new.origin} shows size {new.size} after it had shown size {self.size}",
                origin=new.origin,
                size=new.size,
                known=self.size,
            )
        source = TileReader(read, size=new.size, root=new.root)
        if self._shown is not None and source.root_at(self.size) != read_checkpoint(self._shown).root:
            self._accuse(self._shown, witnessed.note, source)
        self._folder.keep_seen(new.size, self._newer(self._folder.seen(new.size), witnessed))
        old_size = tree.size
        for number in range(old_size // TILE_WIDTH, -(-new.size // TILE_WIDTH)) if new.size > old_size else ():
            entries = self._copy_bundle(read, source, number)
            leaves = [merkle.leaf_hash(entry) for entry in entries[max(0, tree.size - number * TILE_WIDTH) :]]
            tree.extend(leaves)
            progress(len(leaves))
        if tree.root() != new.root:
            raise VerificationError("record.wrong_root", "the copied entries do not lead to the checkpoint's root")
        for tile in new_tiles(old_size, new.size):
            self._folder.write(tile, tree.tile(tile))
        self._show(read, witnessed)

    def _copy_bundle(self, read: ReadFile, source: TileReader, number: int) -> tuple[bytes, ...]:
        """Copy entries, payloads and commitments of one bundle, and return its entries."""
        size = source.size
        hashes = source.hashes(tile_at(0, number, size))

        def check_entries(items: tuple[bytes, ...]) -> None:
            for index, (entry, expected) in enumerate(zip(items, hashes, strict=True), number * TILE_WIDTH):
                if merkle.leaf_hash(entry) != expected:
                    raise VerificationError("tiles.wrong_entry", f"entry {index} does not have its leaf hash")

        def check_payloads(items: tuple[bytes, ...]) -> None:
            for index, (entry, payload) in enumerate(zip(entries, items, strict=True), number * TILE_WIDTH):
                if sha256(payload).digest() != decode_statement(entry).payload_hash:
                    raise VerificationError("statement.payload_mismatch", f"entry {index} is about another payload")

        entries = self._copy_items(read, bundle_at(TileKind.ENTRIES, number, size), check_entries)
        self._copy_items(read, bundle_at(TileKind.PAYLOADS, number, size), check_payloads)
        self._copy_commitments(read, bundle_at(TileKind.COMMITMENTS, number, size))
        return entries

    def _copy_items(
        self, read: ReadFile, bundle: Tile, check: Callable[[tuple[bytes, ...]], None]
    ) -> tuple[bytes, ...]:
        """Return the verified items of a bundle: those that an earlier run has copied, else the server's."""
        own = self._folder.read(tile_path(bundle))
        if own is not None:
            try:
                items = decode_bundle(bundle.kind, own, bundle.width)
                check(items)
            except (EncodingError, VerificationError):
                pass
            else:
                return items
        items = read_bundle(read, bundle)
        check(items)
        self._folder.write(bundle, encode_bundle(bundle.kind, items))
        return items

    def _copy_commitments(self, read: ReadFile, bundle: Tile) -> None:
        """Copy a bundle of the side file if there is one that is well-formed; nobody vouches for it."""
        if self._folder.read(tile_path(bundle)) is not None:
            return
        try:
            items = read_bundle(read, bundle)
        except EncodingError:
            return
        except BoardError as error:
            if error.code == NOT_FOUND:
                return
            raise
        self._folder.write(bundle, encode_bundle(bundle.kind, items))

    def _show(self, read: ReadFile, witnessed: WitnessedCheckpoint) -> None:
        note = self._newer(self._shown, witnessed)
        policy = self._own_policy(read, note)
        # In whichever order leaves a policy that the checkpoint beside it satisfies.
        if policy is not None and (self._shown is None or _satisfies(self._shown, policy)):
            self._folder.replace(POLICY_PATH, policy)
        self._folder.replace(CHECKPOINT_PATH, note)
        if policy is not None:
            self._folder.replace(POLICY_PATH, policy)
        before, self._shown = self.size, note
        if self.size > before:
            self._folder.prune([*record_tiles(before), *record_tiles(self.size)])

    def _newer(self, known: bytes | None, witnessed: WitnessedCheckpoint) -> bytes:
        """Return which note of one checkpoint to keep: the new one unless its quorum's time is older."""
        if known is None or known == witnessed.note or read_checkpoint(known) != witnessed.checkpoint:
            return witnessed.note
        try:
            former = open_witnessed(known, self._policy)
        except (EncodingError, VerificationError):
            return witnessed.note
        return max((former, witnessed), key=lambda one: quorum_time(self._policy, one.times)).note

    def _own_policy(self, read: ReadFile, note: bytes) -> bytes | None:
        """Return the record's own policy if the checkpoint satisfies it; otherwise None, and the former one stays."""
        try:
            policy = read(POLICY_PATH)
        except (BoardError, EncodingError):
            return None
        return policy if _satisfies(note, policy) else None

    def _load(self) -> HashTree:
        """Return the tree of the copy from its own tiles; the empty one where they do not lead to its checkpoint."""
        if self._tree is not None:
            return self._tree
        self._tree = tree = HashTree()
        if self._shown is None:
            return tree
        known = read_checkpoint(self._shown)
        for number in range(-(-known.size // TILE_WIDTH)):
            tile = tile_at(0, number, known.size)
            data = self._folder.read(tile_path(tile))
            try:
                tree.extend(decode_hashes(data or b"", tile.width))
            except EncodingError:
                break
        if tree.size != known.size or tree.root() != known.root:
            self._tree = tree = HashTree()
        return tree

    def _accuse(self, known: bytes, note: bytes, tree: TileReader | None) -> None:
        """Raise EquivocationError with the evidence that two notes hold, which is kept."""
        evidence = evidence_from_notes(known, note, self._keys, tree)
        where = ""
        if evidence is not None:
            where = f"; the evidence is in {self._folder.keep_evidence(encode_evidence(evidence))}"
        one, other = read_checkpoint(known), read_checkpoint(note)
        raise EquivocationError(
            "log.equivocation",
            f"{one.origin} has signed two histories, of sizes {one.size} and {other.size}{where}",
            known,
            note,
        )


def _same_size_other_root(known: bytes, note: bytes) -> bool:
    one, other = read_checkpoint(known), read_checkpoint(note)
    return one.size == other.size and one.root != other.root


def _satisfies(note: bytes, policy: bytes) -> bool:
    try:
        open_witnessed(note, parse_policy(policy))
    except EvoteError:
        return False
    return True
