"""A small record of statements in memory and on disk, for the client's tests."""

import zipfile
from hashlib import sha256
from pathlib import Path

from evote.log import merkle
from evote.log.checkpoint import Checkpoint, sign_checkpoint
from evote.log.policy import WitnessedCheckpoint, open_witnessed
from evote.log.statement import encode_statement, sign_statement
from tests.log.known import BOARD, COSIGNERS, LOG_SIGNER, POLICY, SIGNING_KEY, TIME, build_files

COUNT = 300
PAYLOADS = tuple(f'{{"number":{number}}}'.encode() for number in range(COUNT))
ENTRIES = tuple(
    encode_statement(sign_statement(SIGNING_KEY, kind="test.entry", scope=sha256(b"scope").digest(), payload=payload))
    for payload in PAYLOADS
)
LEAVES = tuple(merkle.leaf_hash(entry) for entry in ENTRIES)


def signed_checkpoint(size: int, root: bytes | None = None) -> bytes:
    """Return the signed and cosigned checkpoint of the first entries, or of another root."""
    checkpoint = Checkpoint(origin=BOARD, size=size, root=root or merkle.root(LEAVES[:size]))
    return sign_checkpoint(checkpoint, [LOG_SIGNER, *(cosigner.at(TIME) for cosigner in COSIGNERS[:2])])


def witnessed(size: int, root: bytes | None = None) -> WitnessedCheckpoint:
    """Return the opened checkpoint of the first entries, or of another root."""
    return open_witnessed(signed_checkpoint(size, root), POLICY)


def record_files(size: int = COUNT) -> dict[str, bytes]:
    """Return all files of the record of the first entries."""
    files = build_files(ENTRIES[:size], payloads=PAYLOADS[:size]) if size else {}
    return files | {"checkpoint": signed_checkpoint(size)}


def write_folder(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files below a folder."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def write_archive(place: Path, files: dict[str, bytes]) -> Path:
    """Write files into a zip archive, compressed."""
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return place
