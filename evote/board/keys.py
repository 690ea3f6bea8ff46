"""The log's two keys in their files: Ed25519, which every reader knows, and ML-DSA-44, which a quantum computer leaves.

Spec: C2SP signed-note v1.0.0 (type 0x01); tlog-cosignature v1.1.0-rc.1 (type 0x06, here the log's own, under its own
name); golang.org/x/mod/sumdb/note (text of a private key, extended to type 0x06: a seed of 32 bytes).

Idea: every checkpoint carries a line by each key. A reader who knows one of them ignores the other.

Invariants: both files are readable by their owner alone; no message and no `repr` holds a seed. The database names both
public keys, so that a file that was exchanged is noticed before anything is signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evote.board import files
from evote.core.random_source import RandomBytes
from evote.errors import BoardError, EncodingError
from evote.log.encoding import decode_base64, encode_base64
from evote.log.key import (
    COSIGNATURE_ML_DSA_44,
    VerifierKey,
    format_private_key,
    format_verifier_key,
    parse_private_key,
)
from evote.log.mldsa_cosignature import SEED_BYTES, MldsaCosigner
from evote.log.note import Ed25519Signer, NoteSigner

KEY_NAME: Final = "log.key"
MLDSA_KEY_NAME: Final = "log-mldsa.key"

_PRIVATE_KEY_START: Final = "PRIVATE+KEY+"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKeys:
    """The keys that sign for a log; both are named like it."""

    ed25519: Ed25519Signer
    mldsa: MldsaCosigner

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.ed25519.name

    @property
    def public(self) -> tuple[VerifierKey, VerifierKey]:
        """The public keys: Ed25519 (0x01) and ML-DSA-44 (0x06)."""
        return self.ed25519.key, self.mldsa.key

    def signers(self, timestamp: int) -> tuple[NoteSigner, NoteSigner]:
        """Return the signers of one moment, in seconds since 1970; only the ML-DSA line states the time."""
        return self.ed25519, self.mldsa.at(timestamp)


def write_key(folder: Path, signer: Ed25519Signer) -> None:
    """Write the file of the Ed25519 key, durably."""
    text = format_private_key(signer.key, signer.signing_key)
    files.replace_file(folder / KEY_NAME, text.encode(), files.PRIVATE_MODE)


def make_mldsa_key(folder: Path, name: str, random: RandomBytes) -> VerifierKey:
    """Draw an ML-DSA-44 key, write its file durably, in place of one that was never used; return the public key."""
    seed = random(SEED_BYTES)
    key = MldsaCosigner(name, seed).key
    material = encode_base64(bytes([COSIGNATURE_ML_DSA_44]) + seed)
    text = f"{_PRIVATE_KEY_START}{name}+{key.key_id.hex()}+{material}"
    files.replace_file(folder / MLDSA_KEY_NAME, text.encode(), files.PRIVATE_MODE)
    return key


def load_keys(folder: Path, verifier_key: str, mldsa_key: str) -> LogKeys:
    """Return the keys in a board's folder, which must be those that the database names (vkey texts).

    Raise BoardError `board.other_key` where they are not, `board.disk_error` where a file can't be read.
    """
    keys = LogKeys(ed25519=load_signer(folder), mldsa=_load_mldsa(folder / MLDSA_KEY_NAME))
    for key, expected, name in zip(keys.public, (verifier_key, mldsa_key), (KEY_NAME, MLDSA_KEY_NAME), strict=True):
        if format_verifier_key(key) != expected:
            raise BoardError("board.other_key", f"{folder / name} is not the key of this log; restore it from a backup")
    return keys


def load_signer(folder: Path) -> Ed25519Signer:
    """Return the Ed25519 signer in a board's folder; raise BoardError `board.other_key` where the file holds no key."""
    path = folder / KEY_NAME
    try:
        key, signing_key = parse_private_key(files.read_file(path).decode("utf-8"))
    except (EncodingError, UnicodeDecodeError):
        raise _no_key(path) from None
    return Ed25519Signer(key.name, signing_key)


def _load_mldsa(path: Path) -> MldsaCosigner:
    try:
        text = files.read_file(path).decode("utf-8")
        name, key_id, encoded = text.removeprefix(_PRIVATE_KEY_START).split("+", 2)
        material = decode_base64(encoded, "the private key")
        cosigner = MldsaCosigner(name, material[1:])
        is_ours = (
            text.startswith(_PRIVATE_KEY_START)
            and material[0] == COSIGNATURE_ML_DSA_44
            and cosigner.key.key_id.hex() == key_id
        )
    except (EncodingError, UnicodeDecodeError, ValueError, IndexError):
        # The cause is left out: it might quote a seed.
        is_ours = False
    if not is_ours:
        raise _no_key(path)
    return cosigner


def _no_key(path: Path) -> BoardError:
    return BoardError("board.other_key", f"{path} is not a log key; restore it from a backup")
