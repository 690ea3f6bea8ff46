"""A submission: a statement on its way to the board, as a file.

Spec: docs/formats.md section 4.

Idea: entry, payload and the side file's commitments one after the other, each behind its length. The file is named by
the entry's SHA-256, so that the same statement sent twice is one file, and a repeated command can be seen to have
written the same bytes.

Invariants: `encode_submission(decode_submission(b)) == b`; nothing is left over; lengths are bounded before anything is
read. Whether a statement is admissible is the board's to decide; who carries a submission is nobody's business.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, NoReturn

from evote.client.memory import write_atomically
from evote.errors import BoardError, EncodingError
from evote.log.statement import MAXIMUM_STATEMENT_BYTES, Statement, decode_statement, verify_statement

SUFFIX: Final = ".submission"
MAXIMUM_PAYLOAD_BYTES: Final = 4 * 2**20
MAXIMUM_COMMITMENTS_BYTES: Final = 2**26

_PUBLIC_MODE: Final = 0o644
# Width of the length and largest length of entry, payload and commitments.
_PARTS: Final = (
    ("entry", 2, MAXIMUM_STATEMENT_BYTES),
    ("payload", 4, MAXIMUM_PAYLOAD_BYTES),
    ("commitments", 4, MAXIMUM_COMMITMENTS_BYTES),
)
MAXIMUM_SUBMISSION_BYTES: Final = sum(width + maximum for _, width, maximum in _PARTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The bytes of an entry and of its payload; `commitments` are a ballot's proof commitments, empty if not sent."""

    entry: bytes
    payload: bytes
    commitments: bytes = b""

    @property
    def name(self) -> str:
        """The name of the file."""
        return sha256(self.entry).hexdigest() + SUFFIX


def encode_submission(submission: Submission) -> bytes:
    """Return the bytes of the file; raise EncodingError `submission.empty_entry` or `.too_long`."""
    # b(length, 2) || entry || b(length, 4) || payload || b(length, 4) || commitments
    items = (submission.entry, submission.payload, submission.commitments)
    encoded = []
    for (part, width, maximum), item in zip(_PARTS, items, strict=True):
        _check_length(part, len(item), maximum)
        encoded += [len(item).to_bytes(width, "big"), item]
    return b"".join(encoded)


def decode_submission(data: bytes) -> Submission:
    """Return the submission that `data` encodes; neither statement nor payload is looked at (`verify_submission`).

    Raise EncodingError `submission.truncated`, `.too_long`, `.empty_entry` or `.trailing_bytes`.
    """
    items = []
    position = 0
    for part, width, maximum in _PARTS:
        start = position + width
        length = int.from_bytes(data[position:start], "big")
        if start > len(data):
            _refuse("truncated", f"the submission ends before its {part}")
        _check_length(part, length, maximum)
        position = start + length
        if position > len(data):
            _refuse("truncated", f"the submission ends {position - len(data)} bytes before the end of its {part}")
        items.append(data[start:position])
    if position != len(data):
        _refuse("trailing_bytes", f"{len(data) - position} bytes after the end of the submission")
    entry, payload, commitments = items
    return Submission(entry=entry, payload=payload, commitments=commitments)


def verify_submission(submission: Submission) -> Statement:
    """Return the statement, with its form, payload hash and signature verified.

    Raise EncodingError and VerificationError as `decode_statement` and `verify_statement`.
    """
    statement = decode_statement(submission.entry)
    verify_statement(statement, submission.payload)
    return statement


def read_entry(path: Path) -> bytes:
    """Return the entry in a submission's file without the rest, unverified.

    Raise EncodingError `submission.truncated`, `.too_long` or `.empty_entry`; BoardError `submission.unreadable`.
    """
    part, width, maximum = _PARTS[0]
    data = _read_start(path, width + maximum)
    if len(data) < width:
        _refuse("truncated", f"the submission ends before its {part}")
    length = int.from_bytes(data[:width], "big")
    _check_length(part, length, maximum)
    if len(data) < width + length:
        _refuse("truncated", f"the submission ends before the end of its {part}")
    return data[width : width + length]


def read_submission(path: Path) -> Submission:
    """Return the submission in a file, decoded and with the right name, not verified.

    Raise EncodingError as `decode_submission`, and `submission.wrong_name`; BoardError `submission.unreadable`.
    """
    data = _read_start(path, MAXIMUM_SUBMISSION_BYTES + 1)
    submission = decode_submission(data)
    if path.name != submission.name:
        message = f"{path.name} holds the entry of {submission.name}; rename it to that"
        _refuse("wrong_name", message, name=submission.name)
    return submission


def write_submission(folder: Path, submission: Submission) -> Path:
    """Write a submission's file into a folder, which is made if needed; return its path.

    The file appears whole and durably, readable by everybody, for what is in it is meant to be public; writing the same
    again changes nothing. Raise EncodingError as `encode_submission`, BoardError `submission.unwritable`.
    """
    data = encode_submission(submission)
    path = folder / submission.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (path.is_file() and path.read_bytes() == data):
            write_atomically(path, data)
        if stat.S_IMODE(path.stat().st_mode) != _PUBLIC_MODE:
            path.chmod(_PUBLIC_MODE)
    except OSError as error:
        raise BoardError(
            "submission.unwritable", f"{path} can't be written: {error.strerror or error}", path=path
        ) from error
    return path


def _read_start(path: Path, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        reason = error.strerror or error
        raise BoardError("submission.unreadable", f"{path} can't be read: {reason}", path=path) from error


def _check_length(part: str, length: int, maximum: int) -> None:
    if length > maximum:
        _refuse("too_long", f"the {part} of the submission has {length} bytes; at most {maximum} are allowed")
    if part == "entry" and not length:
        _refuse("empty_entry", "the submission has an empty entry")


def _refuse(rule: str, message: str, **values: object) -> NoReturn:
    raise EncodingError(f"submission.{rule}", message, **values)
