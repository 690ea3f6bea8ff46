"""Proof that a ciphertext encrypts one of 0, 1, ..., R, for a selection and for the sum over a contest.

*Spec*: section 3.3, equations 41, 50, 59 (selection) and 62 (contest limit); Verifications 6 and 7.
*Idea*: a disjunction of R + 1 Chaum-Pedersen proofs (Cramer, Damgard, Schoenmakers 1994). The prover knows one branch
and simulates the others; the challenges must add up to a hash of all commitments, so exactly one of them was not
free. The prover knows the nonce xi, so each simulated commitment g^v * alpha^c is a single power of g or K: with beta
= K^(xi + l), branch j is (g^{u_j}, K^{u_j + (l - j) * c_j}). Proofs stay in the compact form (c, v); the commitments
are recomputed by the verifier.
*Invariants*: the range comes from the caller (the manifest), never from the proof; context indices and ciphertext are
hashed under H_I, so a proof fits one place in one ballot only; every proof uses fresh randomness.
*Cost*: prove 2(R + 1) fixed-base powers. Verify 2(R + 1) fixed-base powers and, for alpha and for beta, one chain of
squarings that serves all challenges and the membership test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evote.core.elgamal import Ciphertext, ElGamalKey, multiply
from evote.core.group import Element, Group, Scalar, SecretScalar, UntestedElement
from evote.core.hashing import Encoded, Tag, encode_element, encode_index, hash_scalar
from evote.core.multi_power import SquaringChain
from evote.core.random_source import RandomBytes
from evote.errors import VerificationError


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeProof:
    """Hold (c_0..c_R, v_0..v_R): one challenge and one response for each value of the range."""

    challenges: tuple[Scalar, ...]
    responses: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitments:
    """Hold a_0, b_0, a_1, b_1, ..., a_R, b_R: what the challenge hash covers, in its order."""

    elements: tuple[Element, ...]


def range_challenge(
    group: Group,
    h_i: bytes,
    context: Sequence[Encoded],
    alpha: Element | UntestedElement,
    beta: Element | UntestedElement,
    commitments: Sequence[Element | UntestedElement],
) -> Scalar:
    """Return the challenge c that the branch challenges must add up to.

    `context` is (ind_c, ind_o) for a selection and (ind_c) for a contest limit; `commitments` are a_0, b_0, ..., a_R,
    b_R.
    """
    # c = H_q(H_I; 0x24, context, alpha, beta, a_0, b_0, ..., a_R, b_R)  (41, 50, 59, 62)
    return hash_scalar(
        group,
        h_i,
        Tag.RANGE_PROOF,
        *context,
        encode_element(alpha),
        encode_element(beta),
        *map(encode_element, commitments),
    )


def prove_range(
    key: ElGamalKey,
    h_i: bytes,
    context: Sequence[Encoded],
    ciphertext: Ciphertext,
    nonce: SecretScalar,
    value: int,
    maximum: int,
    random: RandomBytes,
) -> tuple[RangeProof, Commitments]:
    """Prove that `ciphertext` = (g^nonce, K^(nonce + value)) with 0 <= value <= maximum.

    `nonce` and `value` are secret. Raises ValueError for a value outside the range. Does not check that the
    ciphertext belongs to nonce and value: the proof would then not verify.
    """
    if not 0 <= value <= maximum:
        raise ValueError("the value lies outside the range to be proved")
    group = key.group
    q = group.order
    # Every branch draws a challenge, the real one too, so that neither draws nor powers depend on the value.
    u = [group.random_scalar(random).expose() for _ in range(maximum + 1)]
    c = [group.random_scalar(random).expose() for _ in range(maximum + 1)]
    commitments: list[Element] = []
    for j in range(maximum + 1):
        # a_j = g^{u_j},  b_j = K^{u_j + (l - j) * c_j}; for j = l the second term vanishes
        commitments.append(key.g_table.power(u[j]))
        commitments.append(key.k_table.power(u[j] + (value - j) * c[j]))
    challenge = range_challenge(group, h_i, context, ciphertext.alpha, ciphertext.beta, commitments)
    # c_l = c - sum_{j != l} c_j
    c[value] = (challenge.value - sum(c) + c[value]) % q
    # v_j = u_j - c_j * xi
    xi = nonce.expose()
    v = [(u[j] - c[j] * xi) % q for j in range(maximum + 1)]
    proof = RangeProof(challenges=tuple(Scalar(x, q) for x in c), responses=tuple(Scalar(x, q) for x in v))
    return proof, Commitments(elements=tuple(commitments))


def verify_range(
    key: ElGamalKey,
    h_i: bytes,
    context: Sequence[Encoded],
    ciphertext: Ciphertext,
    proof: RangeProof,
    maximum: int,
) -> None:
    """Check that a ciphertext of tested elements encrypts one of 0..maximum.

    Raises VerificationError: `verification.proof_structure` (not exactly maximum + 1 branches, foreign scalars),
    `verification.range_proof` (the challenges do not add up to the hash).
    """
    require_structure(key.group, proof, maximum)
    alpha_chain = _chain(key.group, ciphertext.alpha)
    beta_chain = _chain(key.group, ciphertext.beta)
    commitments = _recompute(key, alpha_chain, beta_chain, proof)
    _require_challenge(key.group, h_i, context, ciphertext, commitments, proof)


def verify_range_untested(
    key: ElGamalKey,
    h_i: bytes,
    context: Sequence[Encoded],
    alpha: UntestedElement,
    beta: UntestedElement,
    proof: RangeProof,
    maximum: int,
) -> tuple[Ciphertext, Commitments]:
    """Check membership of alpha and beta and the proof in one go; return the tested ciphertext and the commitments.

    Raises VerificationError as `verify_range`, and `verification.not_in_subgroup`. The verdict is the one of
    `Group.test_membership` followed by `verify_range`.
    """
    group = key.group
    group.require_same(alpha.group)
    group.require_same(beta.group)
    require_structure(group, proof, maximum)
    alpha_chain = _chain(group, alpha)
    beta_chain = _chain(group, beta)
    # alpha, beta in Z_p^r  (6.A)
    if not (alpha_chain.is_one_at(group.order_form) and beta_chain.is_one_at(group.order_form)):
        raise VerificationError("verification.not_in_subgroup", "x^q mod p is not 1: the value is not in Z_p^r")
    ciphertext = Ciphertext(alpha=group.computed_element(alpha.value), beta=group.computed_element(beta.value))
    commitments = _recompute(key, alpha_chain, beta_chain, proof)
    _require_challenge(group, h_i, context, ciphertext, commitments, proof)
    return ciphertext, Commitments(elements=commitments)


def prove_selection(
    key: ElGamalKey,
    h_i: bytes,
    contest: int,
    option: int,
    ciphertext: Ciphertext,
    nonce: SecretScalar,
    value: int,
    maximum: int,
    random: RandomBytes,
) -> tuple[RangeProof, Commitments]:
    """Prove that a selection lies in 0..maximum, the option limit R; see `prove_range`."""
    return prove_range(key, h_i, _selection_context(contest, option), ciphertext, nonce, value, maximum, random)


def verify_selection(
    key: ElGamalKey, h_i: bytes, contest: int, option: int, ciphertext: Ciphertext, proof: RangeProof, maximum: int
) -> None:
    """Check the range proof of a selection against the option limit of the manifest (Verification 6)."""
    verify_range(key, h_i, _selection_context(contest, option), ciphertext, proof, maximum)


def verify_selection_untested(
    key: ElGamalKey,
    h_i: bytes,
    contest: int,
    option: int,
    alpha: UntestedElement,
    beta: UntestedElement,
    proof: RangeProof,
    maximum: int,
) -> tuple[Ciphertext, Commitments]:
    """Check membership and range proof of a selection together (Verification 6); see `verify_range_untested`."""
    return verify_range_untested(key, h_i, _selection_context(contest, option), alpha, beta, proof, maximum)


def prove_limit(
    key: ElGamalKey,
    h_i: bytes,
    contest: int,
    ciphertexts: Sequence[Ciphertext],
    nonces: Sequence[SecretScalar],
    values: Sequence[int],
    limit: int,
    random: RandomBytes,
) -> tuple[RangeProof, Commitments]:
    """Prove that the selections of a contest add up to at most the contest limit L.

    `nonces` and `values` (secret) belong to `ciphertexts` one by one, one or more. Raises ValueError for a sum above
    the limit.
    """
    if not len(ciphertexts) == len(nonces) == len(values) > 0:
        raise ValueError("one nonce and one value for every ciphertext")
    # xi-bar = sum xi_i mod q,  l = sum sigma_i
    nonce = sum(nonces[1:], nonces[0])
    return prove_range(key, h_i, (encode_index(contest),), multiply(ciphertexts), nonce, sum(values), limit, random)


def verify_limit(
    key: ElGamalKey, h_i: bytes, contest: int, ciphertexts: Sequence[Ciphertext], proof: RangeProof, limit: int
) -> None:
    """Check that the selections of a contest add up to at most the contest limit of the manifest (Verification 7).

    Raises VerificationError as `verify_range`; a contest without selections has the code
    `verification.proof_structure`.
    """
    if not ciphertexts:
        raise VerificationError("verification.proof_structure", "a contest limit needs at least one selection")
    # alpha-bar = prod alpha_i (7.1),  beta-bar = prod beta_i (7.2)
    verify_range(key, h_i, (encode_index(contest),), multiply(ciphertexts), proof, limit)


def _selection_context(contest: int, option: int) -> tuple[Encoded, Encoded]:
    return encode_index(contest), encode_index(option)


def require_structure(group: Group, proof: RangeProof, maximum: int) -> None:
    """Require exactly maximum + 1 branches whose scalars belong to the group (6.B, 6.C, 7.B, 7.C by type)."""
    if not len(proof.challenges) == len(proof.responses) == maximum + 1:
        raise VerificationError(
            "verification.proof_structure",
            f"a range proof for 0..{maximum} has {maximum + 1} challenges and responses, "
            f"this one has {len(proof.challenges)} and {len(proof.responses)}",
        )
    if any(scalar.order != group.order for scalar in (*proof.challenges, *proof.responses)):
        raise VerificationError("verification.proof_structure", "a scalar of the proof belongs to another group")


def _chain(group: Group, base: Element | UntestedElement) -> SquaringChain:
    """Square up to base^(2^256), the highest power that the non-adjacent form of q can need."""
    return SquaringChain(base.value, group.p, group.order.bit_length())


def _recompute(
    key: ElGamalKey, alpha_chain: SquaringChain, beta_chain: SquaringChain, proof: RangeProof
) -> tuple[Element, ...]:
    """Return a_0, b_0, ..., a_R, b_R as the equations demand them."""
    group = key.group
    p, q = group.p, group.order
    commitments: list[Element] = []
    for j, (challenge, response) in enumerate(zip(proof.challenges, proof.responses, strict=True)):
        c, v = challenge.value, response.value
        # a_j = g^{v_j} * alpha^{c_j}  (6.1, 7.3)
        a = key.g_table.power_value(v) * alpha_chain.power(c) % p
        # b_j = K^{v_j - j * c_j} * beta^{c_j}  (6.2, 7.4)
        b = key.k_table.power_value((v - j * c) % q) * beta_chain.power(c) % p
        commitments += (group.computed_element(a), group.computed_element(b))
    return tuple(commitments)


def _require_challenge(
    group: Group,
    h_i: bytes,
    context: Sequence[Encoded],
    ciphertext: Ciphertext,
    commitments: Sequence[Element],
    proof: RangeProof,
) -> None:
    """Require c = sum c_j mod q  (6.D, 7.D)."""
    challenge = range_challenge(group, h_i, context, ciphertext.alpha, ciphertext.beta, commitments)
    if group.scalar(sum(c.value for c in proof.challenges)) != challenge:
        raise VerificationError(
            "verification.range_proof", "the challenges do not add up to the hash of the commitments"
        )
