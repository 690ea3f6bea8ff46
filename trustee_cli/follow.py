"""Following the public record: one log under one pinned key, replayed for one election, further with every look.

Idea: nothing that a record says is believed before its checkpoint was signed by the pinned key, extends the one
remembered, and holds exactly the entries and payloads that were read; the rules of the election are then replayed from
the first entry on. A later look reads only what is new.

Invariants: a log key, once used, changes only by a loud refusal; a checkpoint is remembered before its entries are
acted on; two histories end everything and leave evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evote.client.reader import CHECKPOINT_PATH, RecordReader
from evote.client.source import ArchiveSource, FolderSource, RecordSource
from evote.codec.payloads import decode_payload
from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.election.kinds import Kind
from evote.election.manifest import Manifest
from evote.election.state import ElectionState
from evote.errors import BoardError, ConfigurationError, EquivocationError, EvoteError, PolicyError, VerificationError
from evote.log.checkpoint import Checkpoint, read_checkpoint
from evote.log.key import VerifierKey, format_verifier_key, parse_verifier_key
from evote.log.policy import Policy, PolicyLog, WitnessedCheckpoint, open_witnessed
from evote.log.policy_text import parse_policy
from evote.log.statement import decode_statement, verify_statement
from evote.log.tile_reader import NOT_FOUND
from evote.log.tiles import TILE_WIDTH, TileKind
from evote.replay.replay import LogEntry, Replay
from trustee_cli.home import Home
from trustee_cli.output import Output

POLICY_PATH: Final = "policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogChoice:
    """What the trustee said about the record: its place, the log's key, the beginning of the election's id."""

    record: Path
    log_key: str | None = None
    election: str | None = None


class LogFollower:
    """The state of one election as far as the record has been read and verified.

    `own` has the payload digest of every statement that this trustee's key has signed in it, by kind.
    """

    def __init__(
        self,
        choice: LogChoice,
        home: Home,
        out: Output,
        *,
        public_key: bytes | None,
        workers: int,
        only_looking: bool = False,
    ) -> None:
        """Read nothing yet; `public_key` None follows an election without being a trustee.

        Where no log key is given or pinned, the one in the record is taken: after a question, or, `only_looking`, with
        a notice and without remembering anything.
        """
        self._choice, self._home, self._out, self._workers = choice, home, out, workers
        self._public_key, self._only_looking = public_key, only_looking
        self._is_trusted = False
        self._given_key = parse_verifier_key(choice.log_key) if choice.log_key else None
        self._log_key: VerifierKey | None = None
        self._replay: Replay | None = None
        self.checkpoint: Checkpoint | None = None
        self.own: dict[str, bytes] = {}

    @property
    def state(self) -> ElectionState:
        """The replayed state; `refresh` first."""
        return self._started().state

    @property
    def election_id(self) -> bytes:
        """The election that is followed."""
        return self._started().state.election_id

    @property
    def log_key(self) -> str:
        """The verifier key of the log, as text."""
        if self._log_key is None:
            raise PolicyError("trustee.no_election", "the record has not been read yet")
        return format_verifier_key(self._log_key)

    def refresh(self, *, whole: bool = False) -> None:
        """Read and verify what is new in the record; `whole` also rebuilds the root from the entries alone.

        Raise EquivocationError (evidence is kept), BoardError where the record can't be read or was rolled back,
        PolicyError `trustee.no_election`, VerificationError and the errors of `Replay.feed` for a record that is false.
        """
        with open_source(self._choice.record) as source:
            witnessed = self._open_checkpoint(source)
            reader = RecordReader(source, witnessed)
            self._remember(witnessed, reader)
            if whole:
                reader.verify_root()
            if self._replay is None:
                self._replay = Replay(Group(STANDARD), self._choose_election(reader))
            total = witnessed.checkpoint.size - self._replay.position
            with self._out.progress("progress_reading", total) as advance:
                entries = self._entries(reader, self._replay, advance)
                self._replay.feed_all(entries, self._workers)
            self.checkpoint = witnessed.checkpoint

    def _entries(self, reader: RecordReader, replay: Replay, advance: Callable[[int], None]) -> Iterator[LogEntry]:
        for recorded in reader.statements(replay.position):
            statement = recorded.statement
            if statement.scope == replay.state.election_id and statement.author == self._public_key:
                self.own[statement.kind] = statement.payload_hash
            advance(1)
            yield LogEntry(recorded.data, recorded.payload, recorded.commitments)

    def _open_checkpoint(self, source: RecordSource) -> WitnessedCheckpoint:
        note = source.read(CHECKPOINT_PATH)
        origin = read_checkpoint(note).origin
        key = self._log_key or self._find_key(source, origin)
        witnessed = open_witnessed(note, Policy(logs=(PolicyLog(key=key),)))
        if self._log_key is None and self._public_key is not None and self._is_trusted:
            self._home.pin(origin, format_verifier_key(key))
        self._log_key = key
        return witnessed

    def _find_key(self, source: RecordSource, origin: str) -> VerifierKey:
        """Return the key that the log must be signed with: the pinned one, else the given one, else ask."""
        public = self._home.public()
        text = public.log_keys.get(origin) if public else None
        pinned = parse_verifier_key(text) if text else None
        if self._given_key is not None and pinned is not None and self._given_key != pinned:
            raise VerificationError(
                "trustee.log_key_changed",
                f"the key given for the log {origin} is {format_verifier_key(self._given_key)}, "
                f"but {format_verifier_key(pinned)} was used before. A log's key never changes",
            )
        known = pinned or self._given_key
        self._is_trusted = known is not None or not self._only_looking
        if known is not None:
            return known
        key = _key_in_record(source, origin)
        if self._only_looking:
            self._out.notice("log_key_from_record", key=format_verifier_key(key))
        else:
            self._out.confirm("confirm_log_key", key=format_verifier_key(key))
        return key

    def _remember(self, witnessed: WitnessedCheckpoint, reader: RecordReader) -> None:
        if self._public_key is None or not self._is_trusted:
            return
        try:
            self._home.memory().remember(witnessed, reader.consistency_proof)
        except EquivocationError as error:
            first, second = self._home.keep_evidence(error)
            raise EquivocationError(
                error.code, f"{error.message}. Both signed notes are kept: {first}, {second}", error.first, error.second
            ) from error

    def _choose_election(self, reader: RecordReader) -> bytes:
        """Return the id of the election that was asked for, or of the only one that this trustee belongs to."""
        manifests = _find_manifests(reader)
        wanted = (self._choice.election or "").lower()
        chosen = {
            election_id: manifest
            for election_id, manifest in manifests.items()
            if election_id.hex().startswith(wanted) and (wanted or self._is_mine(manifest))
        }
        if not chosen:
            raise PolicyError("trustee.no_election", _none_found(manifests, wanted))
        if len(chosen) > 1:
            listed = "; ".join(f"{key.hex()} {self._out.title(manifest.title)}" for key, manifest in chosen.items())
            raise ConfigurationError(
                "trustee.several_elections", f"the log holds several elections, name one with --election: {listed}"
            )
        (election_id,) = chosen
        return election_id

    def _is_mine(self, manifest: Manifest) -> bool:
        return self._public_key is None or find_trustee(manifest, self._public_key) is not None

    def _started(self) -> Replay:
        if self._replay is None:
            raise PolicyError("trustee.no_election", "the record has not been read yet")
        return self._replay


def find_trustee(manifest: Manifest, public_key: bytes) -> int | None:
    """Return the one-based index of the trustee with that key, None where the manifest names none."""
    keys = [trustee.public_key for trustee in manifest.trustees]
    return keys.index(public_key) + 1 if public_key in keys else None


@contextmanager
def open_source(path: Path) -> Iterator[RecordSource]:
    """Yield the record in a folder or a zip archive; raise BoardError `record.not_found` where there is neither."""
    if path.is_dir():
        yield FolderSource(path)
        return
    if not path.exists():
        raise BoardError(NOT_FOUND, f"there is no record {path}")
    archive = ArchiveSource(path)
    try:
        yield archive
    finally:
        archive.close()


def _key_in_record(source: RecordSource, origin: str) -> VerifierKey:
    policy = parse_policy(source.read(POLICY_PATH))
    keys = [log.key for log in policy.logs if log.key.name == origin]
    if len(keys) != 1:
        raise ConfigurationError(
            "trustee.log_key_needed", f"the record names {len(keys)} keys for its log {origin}: give --log-key"
        )
    return keys[0]


def _find_manifests(reader: RecordReader) -> dict[bytes, Manifest]:
    """Return the manifest of every election in the log; one that can't be read belongs to no election of this profile.

    What a manifest says is verified when its election is replayed.
    """
    group = Group(STANDARD)
    manifests: dict[bytes, Manifest] = {}
    for entry in reader.entries():
        statement = decode_statement(entry.data)
        if statement.kind != Kind.MANIFEST or statement.scope in manifests:
            continue
        payload = reader.bundle(TileKind.PAYLOADS, entry.index // TILE_WIDTH)[entry.index % TILE_WIDTH]
        verify_statement(statement, payload)
        try:
            manifest = decode_payload(Kind.MANIFEST, payload, group)
        except EvoteError:
            continue
        if isinstance(manifest, Manifest):
            manifests[statement.scope] = manifest
    return manifests


def _none_found(manifests: dict[bytes, Manifest], wanted: str) -> str:
    if not manifests:
        return "the record holds no election yet"
    if wanted:
        return f"the record holds no election whose id begins with {wanted}"
    return "no election of this record names your key among its trustees"
