"""Following the public record: one log under one pinned key, replayed for one election, further with every look.

Idea: nothing that a record says is believed before its checkpoint was signed by the pinned key, extends the one
remembered, and holds exactly the entries and payloads that were read; the rules of the election are then replayed from
the first entry on. A later look reads only what is new.

Invariants: a log key, once used, changes only by a loud refusal; of each type that is pinned for the log, by itself or
in the policy, a key has signed what is believed; a checkpoint is remembered before its entries are acted on; two
histories end everything and leave evidence.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from evote.client.evidence import evidence_from_notes
from evote.client.freshness import stale_since
from evote.client.place import open_record
from evote.client.reader import CHECKPOINT_PATH, Entry, RecordReader
from evote.client.source import RecordSource, is_url
from evote.codec.payloads import decode_payload
from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.election.kinds import Kind
from evote.election.manifest import Manifest
from evote.election.state import ElectionState
from evote.errors import ConfigurationError, EquivocationError, EvoteError, PolicyError, VerificationError
from evote.log.checkpoint import Checkpoint, read_checkpoint
from evote.log.evidence import encode_evidence
from evote.log.key import ED25519, VerifierKey, format_verifier_key, parse_verifier_key
from evote.log.policy import Policy, PolicyLog, WitnessedCheckpoint, log_keys, open_witnessed, tolerance
from evote.log.policy_text import parse_policy
from evote.log.statement import Statement, decode_statement, verify_statement
from evote.log.tiles import TILE_WIDTH, TileKind
from evote.replay.record import RecordReplay
from evote.replay.recorded_ballots import RecordedBallots
from evote.replay.replay import Replay
from evote.texts.moments import format_moment
from trustee_cli.home import Home
from trustee_cli.output import Output

POLICY_PATH: Final = "policy"
ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LogChoice:
    """What the trustee said about the record: its place or URL, the log's key, the election's id, the policy file."""

    record: str
    log_key: str | None = None
    election: str | None = None
    policy: Path | None = None


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
        a notice and without remembering anything. Raise as `check_board_url` for a URL.
        """
        if is_url(choice.record):
            # Loaded by those alone who have a board at a URL.
            from evote.client.http_board import check_board_url

            check_board_url(choice.record)
        self._choice, self._home, self._out, self._workers = choice, home, out, workers
        self._public_key, self._only_looking = public_key, only_looking
        self._is_trusted = False
        self._given_key = parse_verifier_key(choice.log_key) if choice.log_key else None
        self._log_key: VerifierKey | None = None
        self.is_policy_given = choice.policy is not None
        self.policy = b""
        self._manifests = Manifests()
        self._replay: Replay | None = None
        self.checkpoint: Checkpoint | None = None
        self._is_age_told = False
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
    def is_started(self) -> bool:
        """Whether an election was found."""
        return self._replay is not None

    @property
    def log_key(self) -> str:
        """The verifier key of the log, as text."""
        return format_verifier_key(self._known_key())

    @property
    def trusted_policy(self) -> Policy:
        """What a checkpoint, and so a receipt, of this log has to satisfy: its keys, and the witnesses."""
        return _with_key(parse_policy(self.policy) if self.policy else Policy(), self._known_key())

    @property
    def policy_text(self) -> str:
        """The policy that the checkpoint satisfied, byte for byte; "" where none is given or pinned."""
        return self.policy.decode("utf-8", errors="surrogateescape")

    def refresh(self, *, whole: bool = False) -> None:
        """Read and verify what is new in the record; `whole` also rebuilds the root from the entries alone.

        Where nothing is new, the checkpoint is all that is read.

        Raise EquivocationError (evidence is kept), BoardError where the record can't be read or was rolled back,
        PolicyError `trustee.no_election`, VerificationError and the errors of `Replay.feed` for a record that is false.
        """
        with open_record(self._choice.record, attempts=ATTEMPTS) as source:
            witnessed = self._open_checkpoint(source)
            self._tell_age(witnessed)
            if self._is_unchanged(witnessed) and not whole:
                return
            reader = RecordReader(source, witnessed)
            self._remember(witnessed, reader)
            if whole:
                reader.verify_root()
            if self._replay is None:
                # Seen is what was searched; where no election was found, the next search goes on from there.
                self._manifests.search(reader)
                group = Group(STANDARD)
                election_id = self._choose_election(self._manifests.found)
                self._replay = Replay(group, election_id, RecordedBallots(group))
            total = witnessed.checkpoint.size - self._replay.position
            with self._out.progress("progress_reading", total) as advance:
                RecordReplay(
                    self._replay, reader, self._choice.record, self._workers, seen=self._note_own, progress=advance
                ).run()
            self.checkpoint = witnessed.checkpoint

    def _is_unchanged(self, witnessed: WitnessedCheckpoint) -> bool:
        """Say whether a checkpoint is of the tree that was read last."""
        known, new = self.checkpoint, witnessed.checkpoint
        return known is not None and (known.size, known.root) == (new.size, new.root)

    def _tell_age(self, witnessed: WitnessedCheckpoint) -> None:
        """Tell once where what a served log shows is old; a copy on a disk may be as old as it likes."""
        since = stale_since(self.trusted_policy, witnessed, time.time())
        if since is not None and is_url(self._choice.record) and not self._is_age_told:
            self._is_age_told = True
            self._out.notice("record_stale", moment=format_moment(since))

    def _known_key(self) -> VerifierKey:
        if self._log_key is None:
            raise PolicyError("trustee.no_election", "the record has not been read yet")
        return self._log_key

    def _note_own(self, statement: Statement) -> None:
        if statement.author == self._public_key:
            self.own[statement.kind] = statement.payload_hash

    def _open_checkpoint(self, source: RecordSource) -> WitnessedCheckpoint:
        note = source.read(CHECKPOINT_PATH)
        origin = read_checkpoint(note).origin
        policy = self._find_policy(origin)
        key = self._log_key or self._find_key(source, origin, policy)
        witnessed = open_witnessed(note, _with_key(policy, key))
        if self._log_key is None and self._public_key is not None and self._is_trusted:
            self._home.pin(origin, format_verifier_key(key))
            if self.policy:
                self._home.pin_policy(origin, self.policy)
        self._log_key = key
        return witnessed

    def _find_policy(self, origin: str) -> Policy:
        """Return the witnesses and quorum that a checkpoint must have: as given, else as pinned, else none."""
        if not self.policy:
            pinned = self._home.policy(origin) or b""
            given = read_policy(self._choice.policy) if self._choice.policy else pinned
            if given and pinned and given != pinned:
                old, new = tolerance(parse_policy(pinned)), tolerance(parse_policy(given))
                self._out.confirm("confirm_policy_change", old=max(old.malicious, 0), new=max(new.malicious, 0))
            self.policy = given
        return parse_policy(self.policy) if self.policy else Policy()

    def _find_key(self, source: RecordSource, origin: str, policy: Policy) -> VerifierKey:
        """Return the key that the log must be signed with: the pinned one, else the given one, else ask.

        One that stands in the policy counts as given.
        """
        if self._given_key is None and policy.logs:
            self._given_key = _key_in_policy(policy, origin)
        public = self._home.public()
        text = public.log_keys.get(origin) if public else None
        pinned = parse_verifier_key(text) if text else None
        if self._given_key is not None and pinned is not None and self._given_key != pinned:
            raise VerificationError(
                "trustee.log_key_changed",
                f"the key given for the log {origin} is {format_verifier_key(self._given_key)}, "
                f"but {format_verifier_key(pinned)} was used before. A log's key never changes",
                given=format_verifier_key(self._given_key),
                known=format_verifier_key(pinned),
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
            try:
                # Two notes may be signed by different keys of the log.
                keys = log_keys(self.trusted_policy, witnessed.checkpoint.origin)
                proof = evidence_from_notes(error.first, error.second, keys, reader.tree)
            except EvoteError:
                # A log that was caught may show its tiles no more; the two notes are kept all the same.
                proof = None
            first, second = self._home.keep_evidence(error, encode_evidence(proof) if proof else b"")
            raise EquivocationError(
                error.code,
                f"{error.message}. Both signed notes are kept: {first}, {second}",
                error.first,
                error.second,
                **error.values,
            ) from error

    def _choose_election(self, manifests: dict[bytes, Manifest]) -> bytes:
        """Return the id of the election that was asked for, or of the only one that this trustee belongs to."""
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
                "trustee.several_elections",
                f"the log holds several elections, name one with --election: {listed}",
                known=listed,
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


def _key_in_record(source: RecordSource, origin: str) -> VerifierKey:
    return _key_in_policy(parse_policy(source.read(POLICY_PATH)), origin)


def _key_in_policy(policy: Policy, origin: str) -> VerifierKey:
    """Return the log's key: the Ed25519 one, which every checkpoint has, where there is one of each kind."""
    keys = [log.key for log in policy.logs if log.key.name == origin]
    keys = [key for key in keys if key.algorithm == ED25519] or keys
    if len(keys) != 1:
        raise ConfigurationError(
            "trustee.log_key_needed",
            f"the record names {len(keys)} keys for its log {origin}: give --log-key",
            origin=origin,
            count=len(keys),
        )
    return keys[0]


def _with_key(policy: Policy, key: VerifierKey) -> Policy:
    """Return a policy for the log of a pinned key alone; its keys of other types are those of the policy."""
    others = [one for one in log_keys(policy, key.name) if one.algorithm != key.algorithm]
    return replace(policy, logs=tuple(PolicyLog(key=one) for one in (key, *others)))


def read_policy(path: Path) -> bytes:
    """Return a policy file that can be read back; ConfigurationError `trustee.no_policy`, EncodingError `policy.*`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            "trustee.no_policy", f"the policy {path} can't be read: {error.strerror or error}", path=path
        ) from error
    parse_policy(data)
    return data


class Manifests:
    """The manifest of every election in the log; one that can't be read belongs to no election of this profile.

    What a manifest says is verified when its election is replayed.
    """

    def __init__(self) -> None:
        """Begin before the first entry."""
        self.found: dict[bytes, Manifest] = {}
        self._position = 0
        self._group = Group(STANDARD)

    def search(self, reader: RecordReader) -> None:
        """Take in what the log has gained."""
        for entry in reader.entries(self._position):
            # Cheaper than decoding every ballot's statement; what a manifest says is then decoded.
            if Kind.MANIFEST.encode() in entry.data:
                self._take(reader, entry)
            self._position = entry.index + 1

    def _take(self, reader: RecordReader, entry: Entry) -> None:
        statement = decode_statement(entry.data)
        if statement.kind != Kind.MANIFEST or statement.scope in self.found:
            return
        payload = reader.bundle(TileKind.PAYLOADS, entry.index // TILE_WIDTH)[entry.index % TILE_WIDTH]
        verify_statement(statement, payload)
        try:
            manifest = decode_payload(Kind.MANIFEST, payload, self._group)
        except EvoteError:
            return
        if isinstance(manifest, Manifest):
            self.found[statement.scope] = manifest


def _none_found(manifests: dict[bytes, Manifest], wanted: str) -> str:
    if not manifests:
        return "the record holds no election yet"
    if wanted:
        return f"the record holds no election whose id begins with {wanted}"
    return "no election of this record names your key among its trustees"
