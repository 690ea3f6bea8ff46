"""What remains of a range proof once its recorded commitments were hashed: equations between powers.

*Spec*: section 3.3, Verifications 6 and 7; docs/batch-verification.md section 2.
*Idea*: a proof carries challenges and responses, and beside it stand the commitments its prover says it had. Hashing
those as recorded settles the sum of the challenges at once, at no power. What is left to verify is that the ciphertexts
are elements and that the recorded commitments are the right ones: equations that can be verified together with those of
any number of other proofs.
*Invariants*: what `examine_proof` and `examine_contest` return has the structure its caller demanded, challenges that
add up to the hash, and a challenge that is not zero. Nothing here is tested for membership.
*Cost*: one hash a proof, no power.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gmpy2 import mpz

from evote.core.group import Group, UntestedElement
from evote.core.hashing import Encoded, Tag, encode_element, encode_index, encode_raw, hash_scalar
from evote.core.range_proof import RangeProof, require_structure
from evote.errors import VerificationError


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofEquations:
    """Hold c_j, v_j and the recorded a_j, b_j of one proof as bare numbers, for j = 0..maximum.

    To be verified: a_j = g^{v_j} * alpha^{c_j} and b_j = K^{v_j - j * c_j} * beta^{c_j}, where the place of the record
    says which alpha and beta are meant.
    """

    challenges: tuple[int, ...]
    responses: tuple[int, ...]
    commitments: tuple[tuple[mpz, mpz], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestEquations:
    """Hold ciphertexts (alpha, beta) as bare numbers, the equations of each, and those of their product.

    To be verified: every alpha and beta is in Z_p^r, and all equations hold. `limit` is None where there is no proof
    about the product.
    """

    ciphertexts: tuple[tuple[mpz, mpz], ...]
    selections: tuple[ProofEquations, ...]
    limit: ProofEquations | None

    @property
    def proofs(self) -> tuple[ProofEquations, ...]:
        """Return the equations of all proofs, the limit proof last."""
        return self.selections if self.limit is None else (*self.selections, self.limit)

    @property
    def equation_count(self) -> int:
        """Return the number of equations, which is that of the commitments: two for each branch of a proof."""
        return sum(2 * len(proof.commitments) for proof in self.proofs)

    @property
    def element_count(self) -> int:
        """Return how many numbers a batch takes in: two for each ciphertext, and the commitments."""
        return 2 * len(self.ciphertexts) + self.equation_count


def commitment_count(maximum: int) -> int:
    """Return the number of commitments a_0, b_0, ..., a_R, b_R of a proof for 0..maximum."""
    return 2 * (maximum + 1)


def examine_proof(
    group: Group,
    h_i: bytes,
    context: Sequence[Encoded],
    alpha: UntestedElement,
    beta: UntestedElement,
    proof: RangeProof,
    maximum: int,
    commitments: bytes,
) -> ProofEquations:
    """Check everything about a proof but its equations and the membership of alpha and beta; return the equations.

    `commitments` are a_0, b_0, ..., as recorded: raw elements without separators. Raises VerificationError
    `verification.proof_structure` as `range_proof.verify_range`, `verification.commitments` (not 2 * (maximum + 1) of
    them), `verification.range_proof` (the challenges do not add up to the hash of what is recorded),
    `verification.zero_challenges`, EncodingError `encoding.out_of_range`, and ValueError for alpha or beta of another
    group. An error says that the proof can't be verified with these commitments, not that it is false:
    `verify_range_untested` says that.
    """
    group.require_same(alpha.group)
    group.require_same(beta.group)
    return _examine(group, h_i, (*context, encode_element(alpha), encode_element(beta)), proof, maximum, commitments)


def examine_contest(
    group: Group,
    h_i: bytes,
    contest: int,
    ciphertexts: Sequence[tuple[UntestedElement, UntestedElement]],
    selection_proofs: Sequence[RangeProof],
    option_limit: int,
    limit_proof: RangeProof,
    selection_limit: int,
    commitments: bytes,
) -> ContestEquations:
    """Check what `examine_proof` checks for every selection of a contest and for its limit; return the equations.

    `commitments` are raw elements in the order of docs/formats.md section 1: option by option, then the limit proof's.
    Raises as `examine_proof`, and VerificationError `verification.proof_structure` for no selection or not one proof
    for each.
    """
    if not len(ciphertexts) == len(selection_proofs) > 0:
        raise VerificationError("verification.proof_structure", "a contest needs selections, each with a proof")
    p, size = group.p, group.element_size
    step = commitment_count(option_limit) * size
    selections: list[ProofEquations] = []
    alpha_bar, beta_bar = mpz(1), mpz(1)
    for option, ((alpha, beta), proof) in enumerate(zip(ciphertexts, selection_proofs, strict=True), 1):
        context = (encode_index(contest), encode_index(option))
        recorded = commitments[(option - 1) * step : option * step]
        selections.append(examine_proof(group, h_i, context, alpha, beta, proof, option_limit, recorded))
        # alpha-bar = prod alpha_i (7.1),  beta-bar = prod beta_i (7.2)
        alpha_bar = alpha_bar * alpha.value % p
        beta_bar = beta_bar * beta.value % p
    hashed = [encode_raw(bar.to_bytes(size, "big"), size) for bar in (alpha_bar, beta_bar)]
    recorded = commitments[len(ciphertexts) * step :]
    limit = _examine(group, h_i, (encode_index(contest), *hashed), limit_proof, selection_limit, recorded)
    return ContestEquations(
        ciphertexts=tuple((alpha.value, beta.value) for alpha, beta in ciphertexts),
        selections=tuple(selections),
        limit=limit,
    )


def _examine(
    group: Group, h_i: bytes, hashed: Sequence[Encoded], proof: RangeProof, maximum: int, commitments: bytes
) -> ProofEquations:
    """Examine a proof; `hashed` is what stands in its hash before the commitments: context, alpha, beta."""
    require_structure(group, proof, maximum)
    width = group.element_size
    size = commitment_count(maximum) * width
    if len(commitments) != size:
        raise VerificationError(
            "verification.commitments",
            f"the commitments of a range proof for 0..{maximum} have {size} bytes, those beside this one have "
            f"{len(commitments)}",
        )
    numbers = [group.decode_untested(commitments[start : start + width]).value for start in range(0, size, width)]
    challenges = tuple(scalar.value for scalar in proof.challenges)
    # sum c_j = c mod q,  c = H_q(H_I; 0x24, context, alpha, beta, a_0, b_0, ..., a_R, b_R)  (6.D, 7.D; 41, 50, 59, 62)
    if group.scalar(sum(challenges)) != hash_scalar(
        group, h_i, Tag.RANGE_PROOF, *hashed, encode_raw(commitments, size)
    ):
        raise VerificationError(
            "verification.range_proof", "the challenges do not add up to the hash of the recorded commitments"
        )
    # A batch takes its coefficients for membership from the challenges: docs/batch-verification.md section 5.
    if not any(challenges):
        raise VerificationError("verification.zero_challenges", "all challenges are 0: not to be verified in a batch")
    return ProofEquations(
        challenges=challenges,
        responses=tuple(scalar.value for scalar in proof.responses),
        commitments=tuple(zip(numbers[::2], numbers[1::2], strict=True)),
    )
