"""The roll, ballots, and the bounds of voting as JSON.

Spec: docs/formats.md section 3, from `registrar.credentials` to `election.close`.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Final

from evote.codec.forms import (
    DIGEST,
    INDEX,
    INTEGER,
    PUBLIC_KEY,
    SCALAR,
    TEXT,
    UNTESTED_ELEMENT,
    Form,
    array,
    fields,
    integer,
)
from evote.core.group import Scalar, UntestedElement
from evote.core.range_proof import RangeProof
from evote.election.records import (
    Ballot,
    ChallengedBallot,
    Closing,
    Credential,
    CredentialsPart,
    DistrictTotal,
    EncryptedContest,
    EncryptedSelection,
    OpenedContest,
    OpenedSelection,
    Opening,
    Replacement,
    RollTotals,
    Strike,
)

MAXIMUM_CREDENTIALS_PER_PART: Final = 4096

CREDENTIALS_PART: Final[Form[CredentialsPart]] = fields(
    CredentialsPart,
    part=INDEX,
    credentials=array(
        fields(Credential, key=PUBLIC_KEY, district=INDEX, weight=INTEGER),
        minimum=1,
        maximum=MAXIMUM_CREDENTIALS_PER_PART,
    ),
)
ROLL_TOTALS: Final[Form[RollTotals]] = fields(
    RollTotals,
    parts=INTEGER,
    count=integer(1),
    weight=INTEGER,
    districts=array(fields(DistrictTotal, count=INTEGER, weight=INTEGER)),
)
STRIKE: Final[Form[Strike]] = fields(Strike, credential=PUBLIC_KEY, reason=TEXT)
REPLACEMENT: Final[Form[Replacement]] = fields(Replacement, old=PUBLIC_KEY, new=PUBLIC_KEY, reason=TEXT)
OPENING: Final[Form[Opening]] = fields(Opening, h_e=DIGEST, roll=DIGEST)
CLOSING: Final[Form[Closing]] = fields(Closing, h_e=DIGEST)


def _make_selection(
    *, alpha: UntestedElement, beta: UntestedElement, challenges: tuple[Scalar, ...], responses: tuple[Scalar, ...]
) -> EncryptedSelection:
    return EncryptedSelection(alpha=alpha, beta=beta, proof=RangeProof(challenges=challenges, responses=responses))


_SELECTION: Final[Form[EncryptedSelection]] = fields(
    _make_selection,
    {"challenges": attrgetter("proof.challenges"), "responses": attrgetter("proof.responses")},
    alpha=UNTESTED_ELEMENT,
    beta=UNTESTED_ELEMENT,
    challenges=array(SCALAR),
    responses=array(SCALAR),
)
BALLOT: Final[Form[Ballot]] = fields(
    Ballot,
    id=DIGEST,
    salt=DIGEST,
    number=integer(1),
    identifier_hash=DIGEST,
    style=INDEX,
    confirmation_code=DIGEST,
    contests=array(
        fields(
            EncryptedContest,
            contest=INDEX,
            contest_hash=DIGEST,
            selections=array(_SELECTION),
            limit_proof=fields(RangeProof, challenges=array(SCALAR), responses=array(SCALAR)),
        )
    ),
)
CHALLENGED_BALLOT: Final[Form[ChallengedBallot]] = fields(
    ChallengedBallot,
    ballot=BALLOT,
    openings=array(
        fields(
            OpenedContest,
            contest=INDEX,
            selections=array(fields(OpenedSelection, value=INTEGER, nonce=SCALAR)),
        )
    ),
)
