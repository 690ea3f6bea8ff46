"""What the statements of an election say: one frozen record per kind of payload.

Spec: docs/formats.md section 3, in the same order. Bytes to records and back is the business of `evote.codec`.

Invariants: elements that come from outside and whose membership is tested together with a proof (ballots, partial
decryptions) are `UntestedElement`; every other element has been tested when the record exists.
"""

from __future__ import annotations

from dataclasses import dataclass

from evote.core.elgamal import Ciphertext
from evote.core.group import Element, Scalar, UntestedElement
from evote.core.hashed_elgamal import EncryptedShare
from evote.core.range_proof import RangeProof
from evote.core.schnorr import GuardianProof
from evote.election.outcome import PublishedOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """`election.parameters`: plain numbers, judged only by comparison with the standard ones."""

    version: str
    p: int
    q: int
    g: int
    n: int
    k: int
    h_p: bytes
    h_b: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TrusteeCommitment:
    """`trustee.commitment`: the SHA-256 of the payload that `trustee.keys` will have."""

    trustee: int
    keys: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TrusteeKeys:
    """`trustee.keys`: K_{i,j} and K^_{i,j} (k each), kappa_i, and a proof of possession for either row."""

    trustee: int
    communication_key: Element
    vote_commitments: tuple[Element, ...]
    vote_proof: GuardianProof
    data_commitments: tuple[Element, ...]
    data_proof: GuardianProof


@dataclass(frozen=True, slots=True, kw_only=True)
class TrusteeShares:
    """`trustee.shares`: one encrypted share for every other trustee, ascending by receiver."""

    trustee: int
    shares: tuple[tuple[int, EncryptedShare], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrusteeConfirmation:
    """`trustee.confirmation`: the trustee's own H_G."""

    trustee: int
    h_g: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TrusteeComplaint:
    """`trustee.complaint`: beta = C0^zeta with its proof, so that anyone can open the disputed share."""

    trustee: int
    accused: int
    beta: Element
    challenge: Scalar
    response: Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectionKeys:
    """`election.keys`: what every ballot is encrypted under and hashed with."""

    vote_key: Element
    data_key: Element
    h_g: bytes
    h_e: bytes
    device_hash: bytes
    chaining_field: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """`election.rehearsal`: a test ciphertext and the value it holds."""

    ciphertext: Ciphertext
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UntestedPartial:
    """A partial decryption M_i with its proof as received."""

    partial: UntestedElement
    challenge: Scalar
    response: Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class TrusteeRehearsal:
    """`trustee.rehearsal`: the partial decryption of the test ciphertext."""

    trustee: int
    partial: UntestedPartial


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A public key (32 bytes) on the roll with its district and weight."""

    key: bytes
    district: int
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialsPart:
    """`registrar.credentials`: a part of the list, keys strictly ascending."""

    part: int
    credentials: tuple[Credential, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictTotal:
    """Number and weight of the credentials of a district."""

    count: int
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RollTotals:
    """`registrar.roll`: the totals that the parts must add up to."""

    parts: int
    count: int
    weight: int
    districts: tuple[DistrictTotal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """`registrar.strike`."""

    credential: bytes
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """`registrar.replacement`: `new` takes over district and weight of `old`."""

    old: bytes
    new: bytes
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """`election.open`."""

    h_e: bytes
    roll: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedSelection:
    """One option of a ballot as received: (alpha, beta) not yet tested, with its range proof."""

    alpha: UntestedElement
    beta: UntestedElement
    proof: RangeProof


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedContest:
    """One contest of a ballot as received."""

    contest: int
    contest_hash: bytes
    selections: tuple[EncryptedSelection, ...]
    limit_proof: RangeProof


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """`ballot.cast`: an encrypted ballot as received; nothing in it is believed before `verify_ballot`.

    `number` (from 1) is one more than the ballots that its credential has cast before it in the log.
    """

    id: bytes
    salt: bytes
    number: int
    identifier_hash: bytes
    style: int
    confirmation_code: bytes
    contests: tuple[EncryptedContest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSelection:
    """A value and the nonce xi_{i,j} it was encrypted with; public, because the ballot will never be cast."""

    value: int
    nonce: Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedContest:
    """The opening of one contest."""

    contest: int
    selections: tuple[OpenedSelection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengedBallot:
    """`ballot.challenged`: a ballot and its opening."""

    ballot: Ballot
    openings: tuple[OpenedContest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """`election.close`."""

    h_e: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperContest:
    """The paper count of one contest; `invalid` holds blank and invalid papers together."""

    contest: int
    ballots: int
    invalid: int
    votes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCount:
    """`election.paper`: people marked as having voted on paper, and the counts of every contest."""

    voters: int
    contests: tuple[PaperContest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyUnit:
    """The encrypted sums of one unit: districts added up together, one ciphertext per option."""

    unit: int
    districts: tuple[int, ...]
    ballots: int
    weight: int
    ciphertexts: tuple[Ciphertext, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestTally:
    """The units of one contest; none where it is withheld."""

    contest: int
    units: tuple[TallyUnit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedTally:
    """`election.tally`."""

    contests: tuple[ContestTally, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPartials:
    """A trustee's partial decryptions of one unit, one per option."""

    unit: int
    partials: tuple[UntestedPartial, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestPartials:
    """A trustee's partial decryptions of one contest."""

    contest: int
    units: tuple[UnitPartials, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrusteeDecryption:
    """`trustee.decryption`."""

    trustee: int
    contests: tuple[ContestPartials, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionResult:
    """The decrypted sum of one option in one unit: T = K^votes."""

    label: str
    t: UntestedElement
    votes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitResult:
    """The decrypted sums of one unit."""

    unit: int
    options: tuple[OptionResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestResult:
    """The result of one contest; no units where it is withheld or sealed."""

    contest: int
    label: str
    units: tuple[UnitResult, ...]
    outcome: PublishedOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`election.result`: the trustees whose partial decryptions were combined, and every contest."""

    trustees: tuple[int, ...]
    contests: tuple[ContestResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """`election.final`."""

    result: bytes


Record = (
    Parameters
    | TrusteeCommitment
    | TrusteeKeys
    | TrusteeShares
    | TrusteeConfirmation
    | TrusteeComplaint
    | ElectionKeys
    | Rehearsal
    | TrusteeRehearsal
    | CredentialsPart
    | RollTotals
    | Strike
    | Replacement
    | Opening
    | Ballot
    | ChallengedBallot
    | Closing
    | PaperCount
    | EncryptedTally
    | TrusteeDecryption
    | Result
    | Final
)
