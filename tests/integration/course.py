"""An election told statement by statement, to a replay in memory or to a board, under the same rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Protocol

from evote.board.admission import Posting
from evote.board.board import Board
from evote.codec.payloads import encode_payload
from evote.core.group import Group, SecretScalar
from evote.core.parameters import STANDARD
from evote.ed25519 import SigningKey
from evote.election import ceremony_trustee
from evote.election.ballot_check import BallotFacts
from evote.election.ceremony import make_election_keys
from evote.election.ceremony_trustee import CeremonySecret
from evote.election.context import make_context
from evote.election.decryption import compute_rehearsal, make_trustee_decryption, make_trustee_rehearsal
from evote.election.kinds import Kind
from evote.election.manifest import Manifest, TrusteeIdentity
from evote.election.records import (
    Closing,
    Credential,
    CredentialsPart,
    DistrictTotal,
    Final,
    Opening,
    Parameters,
    Record,
    Result,
    RollTotals,
    TrusteeCommitment,
    TrusteeConfirmation,
)
from evote.election.result import combine_result
from evote.election.state import ElectionState
from evote.election.tally import compute_tally
from evote.log.statement import encode_statement, sign_statement
from evote.replay.replay import Replay
from tests.core.randomness import seeded

GROUP = Group(STANDARD)
TRUSTEES, QUORUM = 3, 2
DECRYPTING = (1, 3)


def signing_key(name: str) -> SigningKey:
    """Return the key of a voter or office by name."""
    return SigningKey(sha256(f"integration {name}".encode()).digest())


def trustees() -> tuple[TrusteeIdentity, ...]:
    """Return the trustees of every election told here."""
    names = [f"trustee {i}" for i in range(1, TRUSTEES + 1)]
    return tuple(TrusteeIdentity(label=name, public_key=signing_key(name).public_key) for name in names)


class Log(Protocol):
    """Where an election is told."""

    @property
    def state(self) -> ElectionState:
        """Return the state after everything that was taken."""

    def take(self, posting: Posting, facts: BallotFacts | None = None) -> None:
        """Take the next statement; `facts` are those of a ballot that was verified before."""


class MemoryLog:
    """A replay; it verifies everything but what `facts` say."""

    def __init__(self, election_id: bytes) -> None:
        """Begin before the manifest."""
        self._replay = Replay(GROUP, election_id)

    @property
    def state(self) -> ElectionState:
        """Return the state of the replay."""
        return self._replay.state

    def take(self, posting: Posting, facts: BallotFacts | None = None) -> None:
        """Feed the replay."""
        assert self._replay.feed(posting.statement, posting.payload, facts)


class BoardLog:
    """A board; it verifies everything itself."""

    def __init__(self, board: Board, election_id: bytes) -> None:
        """Take an open board."""
        self._board = board
        self._election_id = election_id

    @property
    def state(self) -> ElectionState:
        """Return the board's state."""
        return self._board.state(self._election_id)

    def take(self, posting: Posting, facts: BallotFacts | None = None) -> None:
        """Submit the statement."""
        self._board.submit(posting.statement, posting.payload, posting.commitments)


@dataclass
class Course:
    """An election under way; `preparation` is what was said up to the opening."""

    manifest: Manifest
    log: Log
    secrets: list[CeremonySecret] = field(default_factory=list)
    preparation: list[Posting] = field(default_factory=list)

    @classmethod
    def begin(cls, manifest: Manifest) -> "Course":
        """Begin an election in memory."""
        payload = encode_payload(Kind.MANIFEST, manifest)
        return cls(manifest, MemoryLog(make_context(GROUP, manifest, payload).h_b))

    @property
    def state(self) -> ElectionState:
        """Return the state of the log."""
        return self.log.state

    @property
    def result(self) -> Result:
        """Return the published result."""
        assert self.state.result is not None
        return self.state.result

    def say(self, author: str, kind: Kind, record: Record | Manifest) -> bytes:
        """Sign and tell a statement of somebody by name; return the digest of its payload."""
        payload = encode_payload(kind, record)
        scope = self.state.election_id
        statement = sign_statement(signing_key(author), kind=kind, scope=scope, payload=payload)
        posting = Posting(statement=encode_statement(statement), payload=payload)
        self.log.take(posting)
        if not self.state.closed and not self.state.box.latest:
            self.preparation.append(posting)
        return sha256(payload).digest()

    def prepare(self, voters: Sequence[tuple[str, int]]) -> None:
        """Tell everything from the manifest to the opening; voters have a name and a one-based district."""
        manifest = self.manifest
        self.say("authority", Kind.MANIFEST, manifest)
        context = self.state.known_context
        parameters = Parameters(
            version=manifest.version,
            p=STANDARD.p,
            q=STANDARD.q,
            g=STANDARD.g,
            n=TRUSTEES,
            k=QUORUM,
            h_p=context.h_p,
            h_b=context.h_b,
        )
        self.say("authority", Kind.PARAMETERS, parameters)
        self._hold_ceremony()
        roll = self._publish_roll(voters)
        self.say("authority", Kind.OPEN, Opening(h_e=self.state.key_context.h_e, roll=roll))

    def count(self) -> None:
        """Tell everything from the close to the final, decrypted by two of the three trustees."""
        self.say("authority", Kind.CLOSE, Closing(h_e=self.state.key_context.h_e))
        self.say("authority", Kind.TALLY, compute_tally(self.state))
        for index in DECRYPTING:
            # The nonces of two different tallies differ: the same ones would give the share away.
            random = seeded(f"decryption {index} of {self.state.tally_digest.hex()}")
            record = make_trustee_decryption(self.state, index, self._key_share(index), random)
            self.say(f"trustee {index}", Kind.TRUSTEE_DECRYPTION, record)
        result = self.say("authority", Kind.RESULT, combine_result(self.state, DECRYPTING))
        self.say("authority", Kind.FINAL, Final(result=result))

    def votes(self) -> dict[tuple[str, int, str], int]:
        """Return the decrypted votes by contest label, smallest district of the unit and option label."""
        return {
            (contest.label, unit.unit, option.label): option.votes
            for contest in self.result.contests
            for unit in contest.units
            for option in unit.options
        }

    def on_board(self, board: Board, ballots: Iterable[Posting]) -> "Course":
        """Tell a board what was told here up to the opening, and these ballots; return the election as it has it."""
        tickets = [*board.submit_many(self.preparation), *board.submit_many(list(ballots))]
        board.flush()
        assert [ticket.refusal for ticket in tickets] == [None] * len(tickets)
        return replace(self, log=BoardLog(board, self.state.election_id))

    def _hold_ceremony(self) -> None:
        context, random = self.state.known_context, seeded("integration ceremony")
        indices = range(1, TRUSTEES + 1)
        self.secrets = [ceremony_trustee.make_ceremony_secret(GROUP, QUORUM, random) for _ in indices]
        keys = [ceremony_trustee.make_trustee_keys(context, i, self.secrets[i - 1], random) for i in indices]
        joint = make_election_keys(context, keys)
        for i in indices:
            digest = sha256(encode_payload(Kind.TRUSTEE_KEYS, keys[i - 1])).digest()
            self.say(f"trustee {i}", Kind.TRUSTEE_COMMITMENT, TrusteeCommitment(trustee=i, keys=digest))
        for i in indices:
            self.say(f"trustee {i}", Kind.TRUSTEE_KEYS, keys[i - 1])
        for i in indices:
            shares = ceremony_trustee.make_trustee_shares(context, i, self.secrets[i - 1], keys, random)
            self.say(f"trustee {i}", Kind.TRUSTEE_SHARES, shares)
        for i in indices:
            self.say(f"trustee {i}", Kind.TRUSTEE_CONFIRMATION, TrusteeConfirmation(trustee=i, h_g=joint.h_g))
        self.say("authority", Kind.KEYS, joint)
        self.say("authority", Kind.REHEARSAL, compute_rehearsal(GROUP, joint, 41))
        for i in indices:
            record = make_trustee_rehearsal(self.state, i, self._key_share(i), random)
            self.say(f"trustee {i}", Kind.TRUSTEE_REHEARSAL, record)

    def _publish_roll(self, voters: Sequence[tuple[str, int]]) -> bytes:
        credentials = sorted(
            (Credential(key=signing_key(name).public_key, district=district, weight=1) for name, district in voters),
            key=lambda credential: credential.key,
        )
        self.say("registrar", Kind.CREDENTIALS, CredentialsPart(part=1, credentials=tuple(credentials)))
        numbers = range(1, len(self.manifest.districts) + 1)
        people = [sum(district == number for _, district in voters) for number in numbers]
        totals = RollTotals(
            parts=1,
            count=len(voters),
            weight=len(voters),
            districts=tuple(DistrictTotal(count=count, weight=count) for count in people),
        )
        return self.say("registrar", Kind.ROLL, totals)

    def _key_share(self, trustee: int) -> SecretScalar:
        keys = [facts.keys for facts in self.state.trustees if facts.keys]
        shares = [facts.shares for facts in self.state.trustees if facts.shares]
        secret = self.secrets[trustee - 1]
        return ceremony_trustee.receive_shares(self.state.known_context, trustee, secret, keys, shares).share
