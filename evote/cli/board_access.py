"""The board as commands use it: the elections it holds, and one way to publish.

Idea: a command need not know whether the board lies in a folder of this machine (`board_local`) or is served at a URL
(`board_remote`); `boards.access_board` tells them apart. Publishing is one statement: either it is in the published log
when the command returns, or repeating the command puts it there.

Invariants: nothing is published but what the admission rules allow; between two statements a command may die.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Final

from evote.client.submission import Submission
from evote.codec.payloads import encode_payload
from evote.ed25519 import SigningKey
from evote.election.kinds import Kind
from evote.election.manifest import Manifest
from evote.election.records import Record
from evote.election.state import ElectionState
from evote.errors import ConfigurationError
from evote.log.checkpoint import Checkpoint
from evote.log.key import VerifierKey
from evote.log.statement import encode_statement, sign_statement

MINIMUM_PREFIX: Final = 4


class BoardAccess(ABC):
    """An open board with its elections, wherever it is; `inbox` is the folder of its submission files, if it has one.

    A state that was handed out follows what is published through the same object.
    """

    inbox: Path | None = None

    @property
    @abstractmethod
    def log_key(self) -> VerifierKey:
        """Return the log's Ed25519 key."""

    @property
    @abstractmethod
    def checkpoint(self) -> Checkpoint:
        """Return the published checkpoint."""

    @property
    @abstractmethod
    def elections(self) -> tuple[bytes, ...]:
        """Return the ids of the elections in the log, oldest first."""

    @abstractmethod
    def state(self, election_id: bytes) -> ElectionState:
        """Return the state of an election, whose ballots may have no ciphertexts (`with_ballots`)."""

    @abstractmethod
    def with_ballots(self, election_id: bytes) -> ElectionState:
        """Return the state of an election with the ciphertexts of its ballots, all verified here or on this board."""

    @abstractmethod
    def submit(self, submission: Submission) -> int:
        """Publish a signed statement; return its index. Raise the refusal, or BoardError."""

    @abstractmethod
    def require_published(self) -> None:
        """Raise BoardError `board.no_quorum` where something that was accepted waits for witnesses."""

    def find(self, wanted: str | None) -> ElectionState:
        """Return the state of the election whose id begins with `wanted`; without one, of the only election.

        Raise ConfigurationError `election.none`, `.unknown`, `.ambiguous`.
        """
        if not self.elections:
            raise ConfigurationError("election.none", "the board holds no election yet; create one first")
        if wanted is None:
            matching = list(self.elections)
        else:
            matching = [
                e for e in self.elections if len(wanted) >= MINIMUM_PREFIX and e.hex().startswith(wanted.lower())
            ]
        if not matching:
            raise ConfigurationError(
                "election.unknown",
                f"no election {wanted!r} on this board (give at least {MINIMUM_PREFIX} digits of the id); "
                f"there are: {self._shown()}",
                wanted=wanted,
                known=self._shown(),
            )
        if len(matching) > 1:
            known = self._shown()
            message = f"the board holds several elections; choose one with --election: {known}"
            raise ConfigurationError("election.ambiguous", message, known=known)
        return self.state(matching[0])

    def publish(self, key: SigningKey, scope: bytes, kind: Kind, record: Record | Manifest) -> int:
        """Sign and publish one statement; return its index. Raise the refusal, or BoardError."""
        return self.publish_payload(key, scope, kind, encode_payload(kind, record))

    def publish_payload(
        self, key: SigningKey, scope: bytes, kind: Kind, payload: bytes, commitments: bytes = b""
    ) -> int:
        """Publish one statement about the exact bytes of a payload."""
        entry = encode_statement(sign_statement(key, kind=kind, scope=scope, payload=payload))
        return self.submit(Submission(entry=entry, payload=payload, commitments=commitments))

    def _shown(self) -> str:
        return ", ".join(
            f"{election.hex()[:16]} ({self.state(election).manifest.label})" for election in self.elections
        )
