"""What somebody wants to put into the log of an election: a statement, read as far as the rules need it.

Spec: docs/protocol.md sections 3 and 4.

Idea: admission rules look at records, not at bytes; whoever has bytes decodes them first (`evote.codec`) and verifies
the signature (`evote.log.statement`). What an admission rule still needs of the bytes is their SHA-256, because later
statements name earlier ones by it.

Invariants: `payload_digest` is the SHA-256 of the payload that `record` was read from. Not checked here: signature.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from evote.election.kinds import BALLOT_KINDS, Kind
from evote.election.manifest import Manifest
from evote.election.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One statement of the scope: who says what.

    `record` may be None for ballots alone, where the facts of `ballot_check.verify_ballot` stand for it.
    `manifest_bytes` are the exact payload of an `election.manifest`, which enters H_B, and empty for every other kind.
    """

    kind: Kind
    author: bytes
    payload_digest: bytes
    record: Record | Manifest | None
    manifest_bytes: bytes = b""


def make_submission(kind: Kind, author: bytes, payload: bytes, record: Record | Manifest | None) -> Submission:
    """Return the submission of a payload and the record that was decoded from it; raise TypeError for a missing one."""
    if record is None and kind not in BALLOT_KINDS:
        raise TypeError(f"a submission of kind {kind} needs its record")
    return Submission(
        kind=kind,
        author=author,
        payload_digest=sha256(payload).digest(),
        record=record,
        manifest_bytes=payload if kind is Kind.MANIFEST else b"",
    )
