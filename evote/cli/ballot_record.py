"""The public record as a voter's program reads it: the election without its ballots, and where a ballot stands.

Spec: docs/formats.md section 1; docs/protocol.md section 8.

Idea: a voter needs manifest, keys and roll, all of them proven to be in the log and admissible; the ballots of others
are skipped, since verifying them is the verifier's business.

Invariants: what is returned was signed by those it is from and is covered by the record's checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from evote.client.reader import RecordedStatement, RecordReader, open_checkpoint
from evote.client.source import ArchiveSource, FolderSource, RecordSource
from evote.client.submission import SUFFIX
from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.election.kinds import BALLOT_KINDS, Kind
from evote.election.state import ElectionState
from evote.errors import ConfigurationError, PolicyError
from evote.log.key import parse_verifier_key
from evote.log.policy import Policy, PolicyLog
from evote.log.policy_text import parse_policy
from evote.log.proof import encode_proof
from evote.replay.replay import Replay

POLICY_PATH = "policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotPlace:
    """Where a ballot stands in the log."""

    index: int
    kind: str
    author: bytes


class PublicRecord:
    """A record, folder or zip archive, opened under a policy."""

    def __init__(self, path: Path, log_key: str | None) -> None:
        """Open the checkpoint; `log_key` (vkey text) takes the place of the record's own policy.

        Raise BoardError, EncodingError, VerificationError.
        """
        if not path.exists():
            raise ConfigurationError("record.missing", f"there is no record {path}")
        source: RecordSource = FolderSource(path) if path.is_dir() else ArchiveSource(path)
        if log_key is None:
            policy = parse_policy(source.read(POLICY_PATH))
        else:
            policy = Policy(logs=(PolicyLog(key=parse_verifier_key(log_key)),))
        self._reader = RecordReader(source, open_checkpoint(source, policy))

    def election(self, wanted: str | None) -> ElectionState:
        """Return the state of an election without its ballots.

        Raise ConfigurationError `election.none`, `.unknown`, `.ambiguous`, and the error of the first statement that is
        not admissible.
        """
        group = Group(STANDARD)
        replays: dict[bytes, Replay] = {}
        for recorded in self._reader.statements():
            scope = recorded.statement.scope
            if recorded.statement.kind in BALLOT_KINDS or not scope.hex().startswith((wanted or "").lower()):
                continue
            if scope not in replays and recorded.statement.kind != Kind.MANIFEST:
                continue
            replay = replays.setdefault(scope, Replay(group, scope))
            replay.position = recorded.index
            replay.feed(recorded.data, recorded.payload)
        if not replays:
            raise ConfigurationError("election.unknown", f"the record holds no election {wanted or ''}".rstrip())
        if len(replays) > 1:
            names = ", ".join(scope.hex()[:16] for scope in replays)
            raise ConfigurationError("election.ambiguous", f"the record holds several elections, name one: {names}")
        (replay,) = replays.values()
        return replay.state

    def find_submission(self, name: str) -> BallotPlace:
        """Return where the statement of a submission file stands; raise PolicyError `ballot.not_in_record`.

        The name is the SHA-256 of the signed entry, so nothing else in the log can be taken for it.
        """
        for recorded in self._ballots():
            if sha256(recorded.data).hexdigest() + SUFFIX == name:
                statement = recorded.statement
                return BallotPlace(index=recorded.index, kind=statement.kind, author=statement.author)
        raise PolicyError(
            "ballot.not_in_record",
            "your ballot is not in the record; it enters with its batch. If it is still missing later, complain and "
            "show this receipt file",
        )

    def receipt(self, index: int) -> bytes:
        """Return the `.tlog-proof` file of an entry."""
        return encode_proof(self._reader.receipt(index))

    def _ballots(self) -> Iterator[RecordedStatement]:
        return (recorded for recorded in self._reader.statements() if recorded.statement.kind in BALLOT_KINDS)
