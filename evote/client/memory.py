"""What a client has seen: the last checkpoint of every log, and the demand that the next one extends it.

Spec: C2SP tlog-checkpoint v1.0.0 (a log never signs two inconsistent checkpoints); the file format is ours.

Idea: a log that shows two histories must hope that nobody compares. Every reader therefore keeps the newest checkpoint
and asks for a consistency proof; two signed notes that contradict each other are evidence for everyone.

Invariants: the file is replaced as a whole or not at all; a remembered checkpoint is only ever replaced by a larger
one proven consistent with it. The notes are stored as they were, so they can be shown to others.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from evote import canonical_json
from evote.errors import BoardError, EncodingError, EquivocationError, VerificationError
from evote.log import merkle
from evote.log.checkpoint import read_checkpoint
from evote.log.encoding import decode_base64, encode_base64
from evote.log.policy import WitnessedCheckpoint

MAXIMUM_MEMORY_BYTES: Final = 2**26
_FORMAT: Final = "evote/checkpoint-memory/1"


class CheckpointMemory:
    """The last checkpoint per origin, in a small file."""

    def __init__(self, path: Path) -> None:
        """Read the file, or begin empty where there is none.

        Raise EncodingError for a file that is not one of ours, BoardError `memory.unreadable` where it can't be read.
        """
        self._path = path
        self._notes = self._load()

    def last(self, origin: str) -> bytes | None:
        """Return the remembered signed note of a log, or None."""
        return self._notes.get(origin)

    def remember(self, witnessed: WitnessedCheckpoint, consistency_proof: Callable[[int], Sequence[bytes]]) -> None:
        """Check a checkpoint against the remembered one of its log, and keep the larger.

        `consistency_proof(old_size)` returns the proof from a smaller size to this checkpoint. Raise EquivocationError
        `log.equivocation` with both notes where the two contradict each other or the proof fails; BoardError
        `log.rolled_back` where the checkpoint is older than the remembered one (no proof is possible from it);
        VerificationError `merkle.empty_root`; BoardError `memory.unwritable`; and what `consistency_proof` raises.
        """
        new = witnessed.checkpoint
        merkle.verify_growth(0, new.size, (), merkle.EMPTY_ROOT, new.root)
        known_note = self._notes.get(new.origin)
        if known_note is not None:
            known = read_checkpoint(known_note)
            if new.size < known.size:
                raise BoardError(
                    "log.rolled_back",
                    f"{new.origin} shows size {new.size} after it had shown size {known.size}",
                    origin=new.origin,
                    size=new.size,
                    known=known.size,
                )
            proof = () if new.size == known.size else consistency_proof(known.size)
            try:
                merkle.verify_growth(known.size, new.size, proof, known.root, new.root)
            except VerificationError as error:
                raise EquivocationError(
                    "log.equivocation",
                    f"{new.origin} has signed two histories, of sizes {known.size} and {new.size}: {error.message}",
                    known_note,
                    witnessed.note,
                ) from error
            if new.size == known.size:
                return
        self._notes[new.origin] = witnessed.note
        self._save()

    def _load(self) -> dict[str, bytes]:
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise BoardError("memory.unreadable", f"{self._path} can't be read: {error}") from error
        value = canonical_json.decode(data, maximum_bytes=MAXIMUM_MEMORY_BYTES)
        texts = value.get("notes")
        if set(value) != {"format", "notes"} or value["format"] != _FORMAT or not isinstance(texts, list):
            raise EncodingError("memory.malformed", f"{self._path} is not a checkpoint memory")
        notes: dict[str, bytes] = {}
        for text in texts:
            if not isinstance(text, str):
                raise EncodingError("memory.malformed", f"{self._path} holds a note that is not text")
            note = decode_base64(text, "a remembered note")
            notes[read_checkpoint(note).origin] = note
        return notes

    def _save(self) -> None:
        texts = [encode_base64(note) for _, note in sorted(self._notes.items())]
        data = canonical_json.encode({"format": _FORMAT, "notes": texts})
        try:
            write_atomically(self._path, data)
        except OSError as error:
            raise BoardError("memory.unwritable", f"{self._path} can't be written: {error}") from error


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file's content so that a crash leaves the old or the new one; raise OSError where that fails."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
