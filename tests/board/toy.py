"""A board without elections: statements of toy kinds under toy rules, for storing, ordering and publishing alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from evote.board.admission import BallotSource, Candidate, Derived, Posting, StoredEntry
from evote.board.board import Board
from evote.ed25519 import SigningKey
from evote.election.state import ElectionState
from evote.errors import EvoteError, PolicyError, VerificationError
from evote.log.merkle import leaf_hash
from evote.log.statement import decode_statement, encode_statement, sign_statement, verify_statement

ORIGIN = "board.example/toy"
LOG_KEY = SigningKey(b"\x01" * 32)
SCOPE = b"\x02" * 32


def voter(number: int) -> SigningKey:
    """Return the key of a toy voter."""
    return SigningKey(sha256(b"toy voter %d" % number).digest())


def posting(key: SigningKey, kind: str, payload: bytes, commitments: bytes = b"") -> Posting:
    """Return a signed posting."""
    statement = sign_statement(key, kind=kind, scope=SCOPE, payload=payload)
    return Posting(statement=encode_statement(statement), payload=payload, commitments=commitments)


def ballot(number: int, name: str = "", text: str = "") -> Posting:
    """Return the ballot of a voter; `name` (by default the voter's number) may stand in the log once."""
    return posting(voter(number), "ballot.toy", f"{name or number}:{text}".encode(), b"c" * (number % 3))


def note(text: str) -> Posting:
    """Return a statement that is not a ballot."""
    return posting(LOG_KEY, "toy.note", text.encode())


def close() -> Posting:
    """Return the statement after which no ballot is admissible."""
    return posting(LOG_KEY, "toy.close", b"")


class ToyAdmission:
    """Ballots have distinct names and come before `toy.close`.

    `examined` counts expensive examinations, `derived` how often facts were made.
    """

    def __init__(self) -> None:
        """Start with an empty log."""
        self.names: set[bytes] = set()
        self.closed = False
        self.examined = 0
        self.derived = 0

    def is_ballot(self, posting: Posting) -> bool:
        """Say whether the kind is a toy ballot."""
        return decode_statement(posting.statement).kind == "ballot.toy"

    def examine(self, postings: Sequence[Posting]) -> Sequence[Candidate | EvoteError]:
        """Verify payload hash and signature."""
        self.examined += len(postings)
        return [self._examine(one) for one in postings]

    def check(self, candidate: Candidate) -> None:
        """Refuse ballots after the close and names that were used."""
        if candidate.derived is None:
            return
        if self.closed:
            raise PolicyError("toy.closed", "the toy ballot box is closed")
        if candidate.derived.facts in self.names:
            raise PolicyError("toy.conflict", "another ballot has this name")

    def apply(self, candidate: Candidate) -> None:
        """Remember the name, or the close."""
        self._apply(candidate.posting.statement, candidate.derived.facts if candidate.derived else b"")

    def restore(self, posting: Posting, derived: Derived | None) -> Candidate:
        """Return the candidate of a posting that was examined elsewhere."""
        author = decode_statement(posting.statement).author
        return Candidate(
            posting=posting, leaf_hash=leaf_hash(posting.statement), author=author, content=None, derived=derived
        )

    def derive(self, posting: Posting) -> Derived | None:
        """Return the name of a ballot as its facts, and as the code under which it is found."""
        if not self.is_ballot(posting):
            return None
        self.derived += 1
        name = posting.payload.partition(b":")[0]
        return Derived(facts=b"name:" + name, scope=SCOPE, code=name, ciphertexts=posting.payload)

    def replay(self, entries: Iterable[StoredEntry], ballots: BallotSource) -> None:
        """Build the state from stored entries."""
        for entry in entries:
            assert bool(entry.facts) != bool(entry.payload) or b"toy.close" in entry.statement
            self._apply(entry.statement, entry.facts)

    @property
    def elections(self) -> Sequence[bytes]:
        """There are no elections here."""
        return ()

    def state(self, scope: bytes) -> ElectionState:
        """There are no elections here."""
        raise PolicyError("toy.no_election", f"no election {scope.hex()}")

    def close(self) -> None:
        """There is nothing to close."""

    def _examine(self, posting: Posting) -> Candidate | EvoteError:
        statement = decode_statement(posting.statement)
        try:
            verify_statement(statement, posting.payload)
        except VerificationError as error:
            return error
        return Candidate(
            posting=posting,
            leaf_hash=leaf_hash(posting.statement),
            author=statement.author,
            content=None,
            derived=self.derive(posting),
        )

    def _apply(self, statement: bytes, facts: bytes) -> None:
        self.closed |= decode_statement(statement).kind == "toy.close"
        if facts:
            self.names.add(facts)


def create(folder: Path, dsn: str | None = None) -> Board:
    """Make a toy board, in a database of its own or in one on a server."""
    return Board.create(folder, ORIGIN, LOG_KEY, dsn=dsn, admission=ToyAdmission())


def open_toy(folder: Path) -> Board:
    """Open a toy board."""
    return Board.open(folder, admission=ToyAdmission())
