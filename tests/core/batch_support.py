"""Range proofs with recorded commitments for tests: honest ones, and forgeries whose hash fits what is recorded."""

from collections.abc import Sequence

from gmpy2 import mpz, powmod

from evote.core.batch.equations import ContestEquations, ProofEquations
from evote.core.batch.search import RangeClaim
from evote.core.batch.verifier import BatchVerifier
from evote.core.elgamal import ElGamalKey, encrypt
from evote.core.group import Group, Scalar, UntestedElement
from evote.core.hashing import Encoded, encode_index
from evote.core.random_source import RandomBytes
from evote.core.range_proof import RangeProof, range_challenge
from tests.core.randomness import seeded

H_I = b"\x07" * 32


def forge_proof(
    key: ElGamalKey,
    h_i: bytes,
    context: Sequence[Encoded],
    alpha: UntestedElement,
    beta: UntestedElement,
    nonce: int,
    value: int,
    maximum: int,
    source: RandomBytes,
    errors: Sequence[int],
) -> tuple[RangeProof, bytes]:
    """Prove as an honest prover would, but multiply the first commitments by `errors` BEFORE they are hashed.

    Return the proof and what is recorded: its challenges add up to the hash, and exactly the equations with an error
    that is not 1 are false.
    """
    group = key.group
    p, q = group.p, group.order
    u = [group.random_scalar(source).expose() for _ in range(maximum + 1)]
    c = [group.random_scalar(source).expose() for _ in range(maximum + 1)]
    numbers: list[mpz] = []
    for j in range(maximum + 1):
        numbers += (key.g_table.power(u[j]).value, key.k_table.power(u[j] + (value - j) * c[j]).value)
    for place, error in enumerate(errors):
        numbers[place] = numbers[place] * error % p
    parts = [to_bytes(group, number) for number in numbers]
    challenge = range_challenge(group, h_i, context, alpha, beta, [group.decode_untested(part) for part in parts])
    c[value] = (challenge.value - sum(c) + c[value]) % q
    v = [(u[j] - c[j] * nonce) % q for j in range(maximum + 1)]
    return RangeProof(challenges=tuple(Scalar(x, q) for x in c), responses=tuple(Scalar(x, q) for x in v)), b"".join(
        parts
    )


def make_claim(
    key: ElGamalKey,
    seed: str,
    *,
    value: int = 1,
    maximum: int = 1,
    errors: Sequence[int] = (),
    alpha_factor: int = 1,
    beta_factor: int = 1,
) -> RangeClaim:
    """Encrypt and prove at contest 1, option 2; factors spoil ciphertext and commitments before anything is hashed."""
    group, source = key.group, seeded(seed)
    xi = group.random_scalar(source).expose()
    honest = encrypt(key, value, group.scalar(xi))
    alpha = group.decode_untested(to_bytes(group, honest.alpha.value * alpha_factor % group.p))
    beta = group.decode_untested(to_bytes(group, honest.beta.value * beta_factor % group.p))
    context = (encode_index(1), encode_index(2))
    proof, recorded = forge_proof(key, H_I, context, alpha, beta, xi, value, maximum, source, errors)
    return RangeClaim(
        h_i=H_I, context=context, alpha=alpha, beta=beta, proof=proof, maximum=maximum, commitments=recorded
    )


def unit_equations(key: ElGamalKey, seed: str, factor: int) -> ContestEquations:
    """Return equations with challenge 1 that hold exactly for alpha times a factor, which a_0 has as well.

    No hash is behind them: this is what a prover who could choose the challenge would write.
    """
    group, source = key.group, seeded(seed)
    xi, v = (group.random_scalar(source).expose() for _ in range(2))
    ciphertext = encrypt(key, 0, group.scalar(xi))
    alpha, beta = ciphertext.alpha.value * factor % group.p, ciphertext.beta.value
    # a_0 = g^v * alpha,  b_0 = K^v * beta
    a = key.g_table.power(v).value * alpha % group.p
    b = key.k_table.power(v).value * beta % group.p
    equations = ProofEquations(challenges=(1,), responses=(v,), commitments=((a, b),))
    return ContestEquations(ciphertexts=((alpha, beta),), selections=(equations,), limit=None)


def add_claims(batch: BatchVerifier, group: Group, claims: Sequence[RangeClaim]) -> None:
    """Add claims one by one."""
    for claim in claims:
        batch.add(claim.h_i, claim.context, claim.alpha, claim.beta, claim.proof, claim.maximum, claim.commitments)


def to_bytes(group: Group, value: mpz | int) -> bytes:
    """Encode a residue as an element's bytes, whatever subgroup it lies in."""
    return int(value).to_bytes(group.element_size, "big")


def outside(group: Group) -> dict[str, int]:
    """Return factors outside the subgroup: order 2, order (p-1)/2q, and their product."""
    p = group.parameters.p
    large = int(powmod(3, 2 * group.order, p))
    return {"order 2": p - 1, "order (p-1)/2q": large, "order (p-1)/q": p - large}
