"""Proof of a guardian that they know every coefficient of their polynomial and their communication secret.

*Spec*: section 3.2, equations 11 and 13; Verification 2.
*Idea*: k + 1 Schnorr proofs under one challenge. Proving all coefficients, not only the first, keeps a guardian from
choosing a key as a function of the others' (rogue key).
*Invariants*: two proofs per guardian, told apart by the label "pk_vote" or "pk_data"; fresh randomness for each. The
challenge is keyed with H_P only: a set of keys may serve several elections, so who accepts keys must know the
ceremony they come from.
*Cost*: prove k + 1 powers, verify 2(k + 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from evote.core.group import Element, Group, Scalar, SecretScalar
from evote.core.hashing import Tag, encode_element, encode_index, encode_label, hash_scalar
from evote.core.polynomial import SecretPolynomial
from evote.core.random_source import RandomBytes
from evote.errors import VerificationError


class KeyUse(StrEnum):
    """Say which of the two joint keys a proof belongs to, by the label of the specification."""

    VOTE = "pk_vote"
    DATA = "pk_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianProof:
    """Hold (c_i, v_{i,0}, ..., v_{i,k}): k responses for the coefficients, the last for the communication secret."""

    challenge: Scalar
    responses: tuple[Scalar, ...]


def prove_guardian_keys(
    group: Group,
    h_p: bytes,
    use: KeyUse,
    guardian: int,
    polynomial: SecretPolynomial,
    communication_secret: SecretScalar,
    random: RandomBytes,
) -> GuardianProof:
    """Prove knowledge of all k coefficients (secret) and of the communication secret zeta_i."""
    secrets = (*polynomial.coefficients, communication_secret)
    communication_key = group.power(group.generator, communication_secret)
    u = [group.random_scalar(random) for _ in secrets]
    # h_{i,j} = g^{u_{i,j}},  j = 0..k
    h = [group.power(group.generator, nonce) for nonce in u]
    c = _challenge(group, h_p, use, guardian, polynomial.commitments(group), communication_key, h)
    # v_{i,j} = u_{i,j} - c_i * a_{i,j} (j < k),  v_{i,k} = u_{i,k} - c_i * zeta_i
    responses = tuple(group.scalar((nonce - c * secret).expose()) for nonce, secret in zip(u, secrets, strict=True))
    return GuardianProof(challenge=c, responses=responses)


def verify_guardian_keys(
    group: Group,
    h_p: bytes,
    use: KeyUse,
    guardian: int,
    commitments: Sequence[Element],
    communication_key: Element,
    proof: GuardianProof,
) -> None:
    """Check the proof of guardian i for commitments K_{i,0..k-1} and communication key kappa_i (Verification 2).

    Raises VerificationError: `verification.proof_structure` (not k + 1 responses, foreign scalars),
    `verification.guardian_proof`. Does not check that the number of commitments is the election's k.
    """
    if len(proof.responses) != len(commitments) + 1:
        raise VerificationError(
            "verification.proof_structure",
            f"{len(commitments)} commitments need {len(commitments) + 1} responses, not {len(proof.responses)}",
        )
    c = proof.challenge
    if any(scalar.order != group.order for scalar in (c, *proof.responses)):
        raise VerificationError("verification.proof_structure", "a scalar of the proof belongs to another group")
    # h_{i,j} = g^{v_{i,j}} * K_{i,j}^{c_i} (2.1, 2.3),  h_{i,k} = g^{v_{i,k}} * kappa_i^{c_i} (2.2, 2.4)
    h = [
        group.generator**v * public**c
        for v, public in zip(proof.responses, (*commitments, communication_key), strict=True)
    ]
    # 2.C
    if _challenge(group, h_p, use, guardian, commitments, communication_key, h) != c:
        raise VerificationError(
            "verification.guardian_proof", f"the {use.value} proof of guardian {guardian} does not hold"
        )


def _challenge(
    group: Group,
    h_p: bytes,
    use: KeyUse,
    guardian: int,
    commitments: Sequence[Element],
    communication_key: Element,
    h: Sequence[Element],
) -> Scalar:
    # c_i = H_q(H_P; 0x10, "pk_vote", i, K_{i,0}, ..., K_{i,k-1}, kappa_i, h_{i,0}, ..., h_{i,k})  (11)
    # and the same with "pk_data" and hats  (13)
    return hash_scalar(
        group,
        h_p,
        Tag.GUARDIAN_PROOF,
        encode_label(use.value),
        encode_index(guardian),
        *map(encode_element, commitments),
        encode_element(communication_key),
        *map(encode_element, h),
    )
