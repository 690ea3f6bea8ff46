"""The record as a front end reads it: files that somebody else publishes.

Spec: docs/http.md section 10; docs/formats.md section 1; C2SP tlog-policy.

Idea: the sequencer replaces the checkpoint, last of all files, when its quorum is there. Looking at that one small file
again and again is enough to know what is published.

Invariants: a checkpoint counts only if it is this log's and satisfies the policy beside it; one that is not larger than
the last changes nothing but its time.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from evote.board.publish import CHECKPOINT_NAME, POLICY_NAME
from evote.errors import BoardError, EvoteError
from evote.log.key import format_verifier_key
from evote.log.policy import NO_QUORUM, Policy, open_witnessed
from evote.log.policy_text import parse_policy
from evote.serve.proofs import Receipts


class SharedRecord:
    """The published checkpoint in a folder; for one thread."""

    def __init__(self, folder: Path, origin: str, verifier_key: str) -> None:
        """Read the record of the log with this name and Ed25519 key (vkey text).

        Raise BoardError `serve.no_record` where its record is not there.
        """
        self._folder = folder
        self._origin = origin
        self._verifier_key = verifier_key
        self._note = b""
        self._policy = Policy()
        self._receipts: Receipts | None = None
        self.published_size = 0
        if not self.refresh():
            raise BoardError(
                "serve.no_record",
                f"{folder} is not the record of {origin}: a front end reads the one that the sequencer writes, and the "
                "sequencer must have been started once",
                folder=folder,
            )

    @property
    def has_witnesses(self) -> bool:
        """Whether the log's policy asks for a quorum."""
        return self._policy.quorum != NO_QUORUM

    def refresh(self) -> bool:
        """Look again; return whether there is a newly published checkpoint, which may be of the same size.

        Between two files that belong together, or on a file system that shows them late, the old one stands.
        """
        try:
            note = (self._folder / CHECKPOINT_NAME).read_bytes()
            if note == self._note:
                return False
            policy = parse_policy((self._folder / POLICY_NAME).read_bytes())
            checkpoint = open_witnessed(note, policy).checkpoint
        except (OSError, EvoteError):
            return False
        keys = [format_verifier_key(log.key) for log in policy.logs]
        is_ours = checkpoint.origin == self._origin and self._verifier_key in keys
        if not is_ours or checkpoint.size < self.published_size:
            return False
        self._note, self._policy, self.published_size = note, policy, checkpoint.size
        self._receipts = None
        return True

    def receipt(self, index: int, statement: bytes) -> bytes | None:
        """Return the `.tlog-proof` of a published entry; None where its tiles are being replaced: look again then.

        Raise ValueError where these are not the bytes of the entry.
        """
        with suppress(OSError, EvoteError):
            if self._receipts is None:
                self._receipts = Receipts(self._folder, self._note)
            return self._receipts.make(index, statement)
        self._receipts = None
        return None
