"""A witness's folder: made once, opened for serving, and told of new logs.

Idea: the key file gets its place last, so a folder with keys has its database too. What the keys state decides how the
folder may be served: a plain witness's keys never sign for an auditor, nor the other way round.

Invariants: nothing in a folder is ever replaced or forgotten by these functions.
"""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path

from evote import ed25519
from evote.client.place import open_record
from evote.core.random_source import RandomBytes
from evote.errors import BoardError, ConfigurationError
from evote.log.checkpoint import Checkpoint
from evote.log.key import ED25519, VerifierKey
from evote.log.policy import LOG_ALGORITHMS
from evote.log.witness_protocol import decode_add_checkpoint
from evote.witness.auditor import Auditor
from evote.witness.identity import Identity, Meaning, load_identity, make_identity
from evote.witness.store import EvidenceKind, WitnessStore
from evote.witness.witness import Audit, Clock, Witness


def create_witness(folder: Path, name: str, meaning: Meaning, random: RandomBytes) -> Identity:
    """Make a witness with new keys in a folder, which is made if needed.

    Raise EncodingError `key.bad_name`, ConfigurationError `witness.exists`, BoardError `witness.unwritable` or
    `witness.store_failed`.
    """
    identity = make_identity(name, meaning, random)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BoardError("witness.unwritable", f"{folder} can't be made: {error.strerror or error}") from error
    WitnessStore.create(folder, identity.keys).close()
    identity.save(folder)
    return identity


def pin_log(folder: Path, key: VerifierKey, origin: str, place: str) -> bool:
    """Let the witness in a folder follow a log, or know a further key of it; return whether the key is new.

    `place` is where the record may be read, a URL or a folder. Raise ConfigurationError `witness.not_a_log_key`,
    `.own_key` or `.no_record` (an auditor has to read it), VerificationError `signature.*` for a key that is none;
    errors as `load_identity` and `WitnessStore`.
    """
    identity = load_identity(folder)
    if key.algorithm not in LOG_ALGORITHMS:
        raise ConfigurationError(
            "witness.not_a_log_key", f"a log's key is of type 0x01 or 0x06, not {key.algorithm:#04x}"
        )
    if key.algorithm == ED25519:
        ed25519.check_public_key(key.public_key)
    if key.public_key in {own.public_key for own in identity.keys}:
        raise ConfigurationError("witness.own_key", "this is the witness's own key, not a log's")
    with closing(WitnessStore(folder, identity.keys)) as store:
        known = store.log(origin)
        if identity.meaning is Meaning.AUDIT and not (place or (known and known.place)):
            raise ConfigurationError("witness.no_record", f"an auditor reads the record of {origin}; say where it is")
        return store.pin(origin, key, place)


def open_witness(folder: Path, meaning: Meaning, clock: Clock, workers: int = 1) -> Witness:
    """Return the witness in a folder, ready to serve; an auditor verifies with `workers` processes.

    Raise ConfigurationError `witness.other_statement` where its keys state something else; errors as `load_identity`
    and `WitnessStore`.
    """
    identity = load_identity(folder)
    if identity.meaning is not meaning:
        raise ConfigurationError(
            "witness.other_statement", f"the keys in {folder} state {identity.meaning.value}, not {meaning.value}"
        )
    store = WitnessStore(folder, identity.keys)
    return Witness(identity, store, clock, _make_audit(store, workers) if meaning is Meaning.AUDIT else None)


def _make_audit(store: WitnessStore, workers: int) -> Audit:
    auditors: dict[str, Auditor] = {}

    def audit(checkpoint: Checkpoint, note: bytes) -> None:
        log = store.log(checkpoint.origin)
        if log is None or not log.place:
            raise BoardError("witness.no_record", f"the place of the record of {checkpoint.origin} is not known")
        if checkpoint.origin not in auditors:
            refused = [
                decode_add_checkpoint(item.data).checkpoint
                for item in store.evidence(checkpoint.origin)
                if item.kind is EvidenceKind.REFUSED
            ]
            auditors[checkpoint.origin] = Auditor(log.keys, partial(open_record, log.place), workers, refused)
        auditors[checkpoint.origin](checkpoint, note)

    return audit
