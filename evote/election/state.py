"""What the log has said so far about one election: the state that every admission rule is a function of.

Spec: docs/protocol.md sections 4 to 10.

Idea: the state grows by one admitted statement at a time (`admission.apply`) and by nothing else, so replaying a log
gives the same state on every machine. Facts are kept as the statements gave them; what follows from them (phase,
tally, outcome) is computed when asked.

Invariants: every record held here was admitted, so proofs, sums and order are right. Under every re-voting rule only
the latest ballot of a credential can count, so only that one is kept.

Cost: memory. A voter with a cast ballot of one contest with two options takes about 1 KB (measured with 200,000),
mostly digests against repetition and the roll, and 2 KB more for ciphertexts where no source keeps them elsewhere.
Products of them (`running_sums`) are kept by who must not read every ballot again for the tally.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Protocol

from gmpy2 import mpz

from evote.core.elgamal import Ciphertext
from evote.core.group import Element, Group
from evote.election.context import ElectionContext, ElectionKeyContext
from evote.election.digest_set import DigestSet
from evote.election.manifest import Manifest
from evote.election.records import (
    ElectionKeys,
    EncryptedTally,
    PaperCount,
    Parameters,
    Rehearsal,
    Result,
    RollTotals,
    TrusteeComplaint,
    TrusteeConfirmation,
    TrusteeKeys,
    TrusteeShares,
)
from evote.election.running_sums import RunningSums, Sums
from evote.errors import PolicyError


class Phase(StrEnum):
    """How far an election has come, named by what is awaited next."""

    MANIFEST = "manifest"
    PARAMETERS = "parameters"
    COMMITMENTS = "commitments"
    TRUSTEE_KEYS = "trustee_keys"
    SHARES = "shares"
    CONFIRMATIONS = "confirmations"
    KEYS = "keys"
    REHEARSAL = "rehearsal"
    TRUSTEE_REHEARSALS = "trustee_rehearsals"
    OPENING = "opening"
    VOTING = "voting"
    PAPER = "paper"
    TALLY = "tally"
    DECRYPTION = "decryption"
    FINAL = "final"
    ENDED = "ended"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class RollEntry:
    """District and weight of a credential."""

    district: int
    weight: int


class CiphertextSource(Protocol):
    """Where ciphertexts of admitted ballots lie that a state does not hold itself."""

    def read(self, confirmation_code: bytes) -> bytes:
        """Return alpha_1 || beta_1 || alpha_2 || ... of a ballot, contest by contest; they are believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotForm:
    """What the ballots of one style share: how many options each contest has, and where ciphertexts are kept."""

    group: Group
    options: tuple[int, ...]
    source: CiphertextSource | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CastBallot:
    """The latest cast ballot of a credential.

    `held` are its ciphertexts as bytes, empty where the form's source has them. Ballots of equal code have equal
    ciphertexts, because the code is their hash.
    """

    credential: bytes
    district: int
    weight: int
    confirmation_code: bytes
    form: BallotForm = field(compare=False, repr=False)
    held: bytes = field(compare=False, repr=False)

    @property
    def contests(self) -> Sums:
        """The ciphertexts, contest by contest of the style."""
        form = self.form
        data = self.held or (form.source.read(self.confirmation_code) if form.source is not None else b"")
        width = form.group.element_size
        if len(data) != 2 * width * sum(form.options):
            raise ValueError(f"{len(data)} bytes of ciphertexts for {sum(form.options)} options")
        parts = [
            form.group.computed_element(mpz(int.from_bytes(data[place : place + width], "big")))
            for place in range(0, len(data), width)
        ]
        ciphertexts = iter(
            [Ciphertext(alpha=alpha, beta=beta) for alpha, beta in zip(parts[::2], parts[1::2], strict=True)]
        )
        return tuple(tuple(islice(ciphertexts, count)) for count in form.options)


@dataclass(slots=True, kw_only=True)
class TrusteeFacts:
    """What one trustee has published; None where nothing yet."""

    commitment: bytes | None = None
    keys: TrusteeKeys | None = None
    shares: TrusteeShares | None = None
    confirmation: TrusteeConfirmation | None = None
    # M_i of the rehearsal, proven.
    rehearsal: Element | None = None
    # M_i by contest, unit and option index from 0, proven; an empty map where nothing was to be decrypted.
    decryption: dict[tuple[int, int], tuple[Element, ...]] | None = None


@dataclass(slots=True, kw_only=True)
class RollFacts:
    """The list of credentials and what became of them.

    `entries` holds every credential that was ever valid; `removed` those struck or replaced, with the reason;
    `not_eligible` are count and weight struck as such, by district.
    """

    parts: int = 0
    last_key: bytes = b""
    weight: int = 0
    entries: dict[bytes, RollEntry] = field(default_factory=dict)
    totals: RollTotals | None = None
    digest: bytes = b""
    removed: dict[bytes, str] = field(default_factory=dict)
    replaced_by: dict[bytes, bytes] = field(default_factory=dict)
    not_eligible: dict[int, tuple[int, int]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class BallotBox:
    """The ballots: the latest one of each credential, how many it cast and challenged, and what must not repeat.

    `counted` are number and weight of the ballots in `latest`, by district, and `sums`, where they are kept, the
    products of their ciphertexts; `put` and `annul` keep all of this together.
    """

    latest: dict[bytes, CastBallot] = field(default_factory=dict)
    counted: dict[int, tuple[int, int]] = field(default_factory=dict)
    cast_count: dict[bytes, int] = field(default_factory=dict)
    challenged_count: dict[bytes, int] = field(default_factory=dict)
    ids: DigestSet = field(default_factory=DigestSet)
    components: DigestSet = field(default_factory=DigestSet)
    commitments: DigestSet = field(default_factory=DigestSet)
    # By ballot style; only so that ballots share them.
    forms: dict[int, BallotForm] = field(default_factory=dict, compare=False, repr=False)
    sums: RunningSums | None = field(default=None, compare=False, repr=False)

    def next_number(self, credential: bytes) -> int:
        """Return the number that the next ballot of a credential (public key) has to state to be cast, from 1."""
        return self.cast_count.get(credential, 0) + 1

    def put(self, ballot: CastBallot, contests: Sums | None = None) -> None:
        """Take a cast ballot, in place of an earlier one of the same credential; `contests` are its ciphertexts."""
        self.annul(ballot.credential)
        self.latest[ballot.credential] = ballot
        self._count(ballot, 1)
        if self.sums is not None:
            self.sums.take_in(ballot.district, ballot.weight, ballot.contests if contests is None else contests)

    def annul(self, credential: bytes) -> None:
        """Take out the ballot of a credential, if there is one."""
        ballot = self.latest.pop(credential, None)
        if ballot is not None:
            self._count(ballot, -1)
            if self.sums is not None:
                self.sums.take_out(ballot.district, ballot.weight, ballot.contests)

    def _count(self, ballot: CastBallot, change: int) -> None:
        number, weight = self.counted.get(ballot.district, (0, 0))
        self.counted[ballot.district] = (number + change, weight + change * ballot.weight)


@dataclass(slots=True, kw_only=True)
class ElectionState:
    """The state of one election; start with `ElectionState(group=..., election_id=...)` and admit statements.

    With a `source` the ciphertexts of ballots are not held here: whoever admits a ballot puts them there.
    `trustees` has one entry per trustee of the manifest, in order. `context` gains the joint keys with
    `election.keys`; `share_keys` are then Z_1..Z_n. `culprit` is the trustee whom a complaint showed guilty.
    """

    group: Group
    election_id: bytes
    source: CiphertextSource | None = field(default=None, compare=False, repr=False)
    context: ElectionContext | None = None
    parameters: Parameters | None = None
    trustees: list[TrusteeFacts] = field(default_factory=list)
    complaint: TrusteeComplaint | None = None
    culprit: int | None = None
    keys: ElectionKeys | None = None
    share_keys: tuple[Element, ...] = ()
    rehearsal: Rehearsal | None = None
    roll: RollFacts = field(default_factory=RollFacts)
    opened: bool = False
    box: BallotBox = field(default_factory=BallotBox)
    closed: bool = False
    paper: PaperCount | None = None
    tally: EncryptedTally | None = None
    tally_digest: bytes = b""
    result: Result | None = None
    result_digest: bytes = b""
    final: bool = False

    @property
    def manifest(self) -> Manifest:
        """Return the manifest; raise PolicyError `admission.no_manifest` before there is one."""
        return self.known_context.manifest

    @property
    def known_context(self) -> ElectionContext:
        """Return the context; raise PolicyError `admission.no_manifest` before there is one."""
        if self.context is None:
            raise PolicyError("admission.no_manifest", "the log holds no manifest of this election yet")
        return self.context

    @property
    def key_context(self) -> ElectionKeyContext:
        """Return the context with the joint keys; raise PolicyError `admission.no_keys` before `election.keys`."""
        if not isinstance(self.context, ElectionKeyContext):
            raise PolicyError("admission.no_keys", "the log holds no election.keys yet")
        return self.context

    @property
    def phase(self) -> Phase:
        """Return what is awaited next, for messages and screens; the rules themselves ask for single facts."""
        if self.context is None:
            return Phase.MANIFEST
        if self.complaint is not None:
            return Phase.ABORTED
        return self._ceremony_phase() or self._voting_phase()

    def _ceremony_phase(self) -> Phase | None:
        rounds = (
            (Phase.PARAMETERS, self.parameters is not None),
            (Phase.COMMITMENTS, all(trustee.commitment is not None for trustee in self.trustees)),
            (Phase.TRUSTEE_KEYS, all(trustee.keys is not None for trustee in self.trustees)),
            (Phase.SHARES, all(trustee.shares is not None for trustee in self.trustees)),
            (Phase.CONFIRMATIONS, all(trustee.confirmation is not None for trustee in self.trustees)),
            (Phase.KEYS, self.keys is not None),
            (Phase.REHEARSAL, self.rehearsal is not None),
            (Phase.TRUSTEE_REHEARSALS, all(trustee.rehearsal is not None for trustee in self.trustees)),
        )
        return next((phase for phase, done in rounds if not done), None)

    def _voting_phase(self) -> Phase:
        steps = (
            (Phase.OPENING, self.opened),
            (Phase.VOTING, self.closed),
            (Phase.PAPER, self.paper is not None or not self.manifest.paper),
            (Phase.TALLY, self.tally is not None),
            (Phase.DECRYPTION, self.result is not None),
            (Phase.FINAL, self.final),
        )
        return next((phase for phase, done in steps if not done), Phase.ENDED)
