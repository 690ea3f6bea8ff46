"""The public record as a voter's program reads it: the election without its ballots, and where a ballot stands.

Spec: docs/formats.md section 1; docs/protocol.md section 8.

Idea: a voter needs manifest, keys and roll, all of them proven to be in the log and admissible; the ballots of others
are not even read, since verifying them is the verifier's business.

Invariants: what is returned was signed by those it is from and is covered by the record's checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from evote.cli.output import Output
from evote.cli.trusted_boards import TrustedBoard, find_trusted
from evote.client.place import open_record
from evote.client.reader import RecordReader, open_checkpoint
from evote.client.source import RecordSource, is_url
from evote.client.submission import SUFFIX
from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.election.kinds import BALLOT_KINDS
from evote.election.state import ElectionState
from evote.errors import ConfigurationError, PolicyError
from evote.log.key import parse_verifier_key
from evote.log.policy import Policy, PolicyLog
from evote.log.policy_text import parse_policy
from evote.log.proof import encode_proof
from evote.log.statement import decode_statement
from evote.replay.outline import Outline

POLICY_PATH = "policy"
ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotPlace:
    """Where a ballot stands in the log."""

    index: int
    kind: str
    author: bytes


class PublicRecord:
    """A record that was opened under a policy."""

    def __init__(self, reader: RecordReader) -> None:
        """Take the open record."""
        self._reader = reader

    def election(self, wanted: str | None) -> ElectionState:
        """Return the state of an election without the contents of its ballots.

        Raise ConfigurationError `election.unknown` or `.ambiguous`, and the error of the first statement that is not
        admissible.
        """
        outline = Outline(Group(STANDARD))
        outline.read(self._reader)
        found = {scope: one for scope, one in outline.states.items() if scope.hex().startswith((wanted or "").lower())}
        if not found:
            message = f"the record holds no election {wanted or ''}".rstrip()
            raise ConfigurationError("election.unknown", message, wanted=wanted or "-", known="-")
        if len(found) > 1:
            names = ", ".join(scope.hex()[:16] for scope in found)
            message = f"the record holds several elections, name one: {names}"
            raise ConfigurationError("election.ambiguous", message, known=names)
        (state,) = found.values()
        return state

    def find_submission(self, name: str) -> BallotPlace:
        """Return where the statement of a submission file stands; raise PolicyError `ballot.not_in_record`.

        The name is the SHA-256 of the signed entry, so nothing else in the log can be taken for it.
        """
        for entry in self._reader.entries():
            if sha256(entry.data).hexdigest() + SUFFIX == name:
                statement = decode_statement(entry.data)
                if statement.kind in BALLOT_KINDS:
                    return BallotPlace(index=entry.index, kind=statement.kind, author=statement.author)
        raise PolicyError(
            "ballot.not_in_record",
            "your ballot is not in the record; it enters with its batch. If it is still missing later, complain and "
            "show this receipt file",
        )

    def receipt(self, index: int) -> bytes:
        """Return the `.tlog-proof` file of an entry."""
        return encode_proof(self._reader.receipt(index))


@contextmanager
def open_public(place: str, log_key: str | None, out: Output) -> Iterator[PublicRecord]:
    """Open the record at a place for the body.

    `log_key` (vkey text) takes the place of the policy that is trusted for a URL, or of a file's own policy. Raise
    BoardError, EncodingError, VerificationError, ConfigurationError `record.missing`, and as `trusted_or_given`.
    """
    if not is_url(place) and not Path(place).exists():
        raise ConfigurationError("record.missing", f"there is no record {place}", path=place)
    with open_record(place, attempts=ATTEMPTS) as source:
        if is_url(place):
            trusted = trusted_or_given(place, log_key)
            reader = _open(source, trusted.policy)
            trusted.remember(reader)
            trusted.notice_age(reader, out)
        else:
            reader = _open(source, _policy_of(log_key) if log_key else parse_policy(source.read(POLICY_PATH)))
        yield PublicRecord(reader)


def trusted_or_given(url: str, log_key: str | None) -> TrustedBoard:
    """Return the board at a URL under a given key, else as it is trusted.

    Raise ConfigurationError `board.not_trusted` and as `check_board_url`.
    """
    # The HTTP client is loaded for those alone whose board is at a URL.
    from evote.client.http_board import check_board_url

    check_board_url(url)
    return find_trusted(url) if log_key is None else TrustedBoard(url=url.rstrip("/"), policy=_policy_of(log_key))


def _policy_of(log_key: str) -> Policy:
    return Policy(logs=(PolicyLog(key=parse_verifier_key(log_key)),))


def _open(source: RecordSource, policy: Policy) -> RecordReader:
    return RecordReader(source, open_checkpoint(source, policy))
