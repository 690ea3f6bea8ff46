"""The statements of the key ceremony and the rehearsal as JSON.

Spec: docs/formats.md section 3, from `election.parameters` to `trustee.rehearsal`.
"""

from __future__ import annotations

from operator import attrgetter, itemgetter
from typing import Any, Final

from evote.codec.forms import (
    DIGEST,
    ELEMENT,
    INDEX,
    INTEGER,
    SCALAR,
    TEXT,
    UNTESTED_ELEMENT,
    Form,
    array,
    fields,
    hexadecimal,
    plain_number,
    whole,
)
from evote.core.elgamal import Ciphertext
from evote.core.group import Scalar, UntestedElement
from evote.core.hashed_elgamal import EncryptedShare
from evote.core.parameters import STANDARD
from evote.core.schnorr import GuardianProof
from evote.election.records import (
    ElectionKeys,
    Parameters,
    Rehearsal,
    TrusteeCommitment,
    TrusteeComplaint,
    TrusteeConfirmation,
    TrusteeKeys,
    TrusteeRehearsal,
    TrusteeShares,
    UntestedPartial,
)

PARAMETERS: Final[Form[Parameters]] = fields(
    Parameters,
    version=TEXT,
    p=plain_number(STANDARD.p_bytes),
    q=plain_number(STANDARD.q_bytes),
    g=plain_number(STANDARD.p_bytes),
    n=INTEGER,
    k=INTEGER,
    h_p=DIGEST,
    h_b=DIGEST,
)
TRUSTEE_COMMITMENT: Final[Form[TrusteeCommitment]] = fields(TrusteeCommitment, trustee=INDEX, keys=DIGEST)


def _row(prefix: str) -> Form[dict[str, Any]]:
    """Return the form of one row of commitments with its proof, kept in the attributes that begin with `prefix`."""
    return fields(
        dict,
        {
            "commitments": attrgetter(f"{prefix}_commitments"),
            "challenge": attrgetter(f"{prefix}_proof.challenge"),
            "responses": attrgetter(f"{prefix}_proof.responses"),
        },
        commitments=array(ELEMENT),
        challenge=SCALAR,
        responses=array(SCALAR),
    )


def _make_keys(*, vote: dict[str, Any], data: dict[str, Any], **values: Any) -> TrusteeKeys:
    return TrusteeKeys(
        vote_commitments=vote["commitments"],
        vote_proof=GuardianProof(challenge=vote["challenge"], responses=vote["responses"]),
        data_commitments=data["commitments"],
        data_proof=GuardianProof(challenge=data["challenge"], responses=data["responses"]),
        **values,
    )


TRUSTEE_KEYS: Final[Form[TrusteeKeys]] = fields(
    _make_keys,
    {"vote": whole, "data": whole},
    trustee=INDEX,
    communication_key=ELEMENT,
    vote=_row("vote"),
    data=_row("data"),
)


def _make_share(*, to: int, **values: Any) -> tuple[int, EncryptedShare]:
    return to, EncryptedShare(**values)


def _of_share(name: str) -> Any:
    return lambda pair: getattr(pair[1], name)


TRUSTEE_SHARES: Final[Form[TrusteeShares]] = fields(
    TrusteeShares,
    trustee=INDEX,
    shares=array(
        fields(
            _make_share,
            {"to": itemgetter(0)} | {name: _of_share(name) for name in ("c0", "c1", "challenge", "response")},
            to=INDEX,
            c0=ELEMENT,
            c1=hexadecimal(64),
            challenge=SCALAR,
            response=SCALAR,
        )
    ),
)
TRUSTEE_CONFIRMATION: Final[Form[TrusteeConfirmation]] = fields(TrusteeConfirmation, trustee=INDEX, h_g=DIGEST)
TRUSTEE_COMPLAINT: Final[Form[TrusteeComplaint]] = fields(
    TrusteeComplaint, trustee=INDEX, accused=INDEX, beta=ELEMENT, challenge=SCALAR, response=SCALAR
)
ELECTION_KEYS: Final[Form[ElectionKeys]] = fields(
    ElectionKeys,
    vote_key=ELEMENT,
    data_key=ELEMENT,
    h_g=DIGEST,
    h_e=DIGEST,
    device_hash=DIGEST,
    chaining_field=hexadecimal(36),
)


def _make_rehearsal(*, value: int, **parts: Any) -> Rehearsal:
    return Rehearsal(ciphertext=Ciphertext(**parts), value=value)


def _make_trustee_rehearsal(
    *, trustee: int, partial: UntestedElement, challenge: Scalar, response: Scalar
) -> TrusteeRehearsal:
    return TrusteeRehearsal(
        trustee=trustee, partial=UntestedPartial(partial=partial, challenge=challenge, response=response)
    )


REHEARSAL: Final[Form[Rehearsal]] = fields(
    _make_rehearsal,
    {"alpha": attrgetter("ciphertext.alpha"), "beta": attrgetter("ciphertext.beta")},
    alpha=ELEMENT,
    beta=ELEMENT,
    value=INTEGER,
)
TRUSTEE_REHEARSAL: Final[Form[TrusteeRehearsal]] = fields(
    _make_trustee_rehearsal,
    {name: attrgetter(f"partial.{name}") for name in ("partial", "challenge", "response")},
    trustee=INDEX,
    partial=UNTESTED_ELEMENT,
    challenge=SCALAR,
    response=SCALAR,
)
