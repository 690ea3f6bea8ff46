"""Who a witness is: its name, its two keys, and the one meaning that their signatures have.

Spec: C2SP tlog-cosignature v1.1.0-rc.1 (types 0x04 and 0x06; "Additional statements": a key implies one set of them).

Idea: every witness signs with Ed25519, which all clients read, and with ML-DSA-44, which a quantum computer does not
forge. A plain witness states consistency alone; an auditor's cosigner also states that it has verified every entry.
Which of the two is decided when the keys are made and stands beside them, so no key ever means both.

Invariants: an identity is written once and never replaced; its file is readable by its owner alone; no message and no
`repr` holds a seed.
"""

from __future__ import annotations

import os
import stat
from enum import StrEnum
from pathlib import Path
from typing import Final

from evote import canonical_json
from evote.core.random_source import RandomBytes
from evote.core.secret import SecretBytes
from evote.ed25519 import SEED_BYTES, SigningKey
from evote.errors import BoardError, ConfigurationError, EncodingError, KeystoreError
from evote.log.cosignature import Cosigner
from evote.log.key import VerifierKey, check_name
from evote.log.mldsa_cosignature import SEED_BYTES as MLDSA_SEED_BYTES
from evote.log.mldsa_cosignature import MldsaCosigner
from evote.log.note import NoteSignature, make_signature

FORMAT: Final = "evote/witness-identity/1"
FILE_NAME: Final = "witness.key"
PRIVATE_MODE: Final = 0o600

_MAXIMUM_BYTES: Final = 4096
_FIELDS: Final = {"format", "name", "statement", "ed25519", "ml_dsa_44"}


class Meaning(StrEnum):
    """What the signatures of an identity state."""

    CONSISTENCY = "consistency"
    """At this time, this is the largest consistent tree seen of this log (tlog-cosignature, both types)."""
    AUDIT = "audit"
    """The same, and every entry of every election in it was verified and stands where the protocol allows it."""


class Identity:
    """A witness's name, meaning and private keys; neither printed nor pickled with its seeds."""

    __slots__ = ("_cosigner", "_ed25519_seed", "_ml_dsa_44_seed", "_mldsa_cosigner", "meaning", "name")

    def __init__(self, name: str, meaning: Meaning, ed25519_seed: SecretBytes, ml_dsa_44_seed: SecretBytes) -> None:
        """Derive the keys from secret seeds of 32 bytes; EncodingError `key.bad_name`, ValueError for other widths."""
        check_name(name)
        self.name, self.meaning = name, meaning
        self._ed25519_seed, self._ml_dsa_44_seed = ed25519_seed, ml_dsa_44_seed
        self._cosigner = Cosigner(name, SigningKey(ed25519_seed.expose()))
        self._mldsa_cosigner = MldsaCosigner(name, ml_dsa_44_seed.expose())

    @property
    def keys(self) -> tuple[VerifierKey, VerifierKey]:
        """The two public keys: Ed25519 (0x04) and ML-DSA-44 (0x06)."""
        return self._cosigner.key, self._mldsa_cosigner.key

    def cosign(self, text: str, timestamp: int) -> tuple[NoteSignature, NoteSignature]:
        """Return both signature lines over a checkpoint's note text, at a time in seconds since 1970, at least 1.

        That the checkpoint is what the signatures state is the caller's duty. ValueError for a time below 1.
        """
        if timestamp < 1:
            raise ValueError("a witness states the time")
        signers = (self._cosigner.at(timestamp), self._mldsa_cosigner.at(timestamp))
        first, second = (make_signature(text, signer) for signer in signers)
        return first, second

    def save(self, folder: Path) -> None:
        """Write the key file of a new witness, durably.

        Raise ConfigurationError `witness.exists` where the folder has one, BoardError `witness.unwritable`.
        """
        content = canonical_json.encode(
            {
                "format": FORMAT,
                "name": self.name,
                "statement": self.meaning.value,
                "ed25519": self._ed25519_seed.expose().hex(),
                "ml_dsa_44": self._ml_dsa_44_seed.expose().hex(),
            }
        )
        path = folder / FILE_NAME
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            raise ConfigurationError(
                "witness.exists", f"{folder} holds the keys of a witness already; choose another folder"
            ) from None
        except OSError as error:
            raise BoardError("witness.unwritable", f"{path} can't be written: {error.strerror or error}") from error


def make_identity(name: str, meaning: Meaning, random: RandomBytes) -> Identity:
    """Draw the keys of a new witness; raise EncodingError `key.bad_name`."""
    return Identity(name, meaning, SecretBytes(random(SEED_BYTES)), SecretBytes(random(MLDSA_SEED_BYTES)))


def load_identity(folder: Path) -> Identity:
    """Return the identity in a folder.

    Raise KeystoreError `witness.no_keys`, `.permissions` (others may read the file), `.unreadable` or `.bad_keys`.
    """
    path = folder / FILE_NAME
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeystoreError("witness.permissions", f"others may read {path}; run: chmod 600 '{path}'")
        data = path.read_bytes()
    except FileNotFoundError:
        raise KeystoreError(
            "witness.no_keys", f"there is no witness in {folder}; make one: evote witness create"
        ) from None
    except OSError as error:
        raise KeystoreError("witness.unreadable", f"{path} can't be read: {error.strerror or error}") from error
    try:
        value = canonical_json.decode(data, maximum_bytes=_MAXIMUM_BYTES)
        is_ours = set(value) == _FIELDS and value["format"] == FORMAT
        identity = Identity(
            value["name"],
            Meaning(value["statement"]),
            SecretBytes(bytes.fromhex(value["ed25519"])),
            SecretBytes(bytes.fromhex(value["ml_dsa_44"])),
        )
    except (EncodingError, KeyError, TypeError, ValueError, AttributeError):
        # The cause is left out: it might quote a seed.
        is_ours = False
    if not is_ours:
        raise KeystoreError("witness.bad_keys", f"{path} is damaged, or not the key file of a witness")
    return identity
