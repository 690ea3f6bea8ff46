"""Numbers and proofs for tests of batches: any numbers at all, with commitments that satisfy the equations."""

import random
from dataclasses import replace

from gmpy2 import mpz, powmod

from verifier import hashing
from verifier.batch import Batch, Verdicts
from verifier.batch_proofs import ContestProofs, Proof
from verifier.group import FixedBase, G, P, Q

RANDOM = random.Random(20261122)
G_TABLE = FixedBase(G, 6)
KEY = G_TABLE.power(mpz(RANDOM.randrange(int(Q))))
K_TABLE = FixedBase(KEY, 6)

# 3 generates more than the squares and the elements: its parts in all three factors of Z_p* are not 1
MINUS_ONE = P - 1
OF_ORDER_R = powmod(mpz(3), 2 * Q, P)
MIXED = P - powmod(mpz(3), Q, P)
STRANGERS = {"order 2": MINUS_ONE, "order (p-1)/2q": OF_ORDER_R, "mixed": MIXED}


def scalar() -> mpz:
    """Return a number below q."""
    return mpz(RANDOM.randrange(int(Q)))


def with_commitments(proof: Proof, commitments: list[mpz]) -> Proof:
    """Return a proof with other commitments."""
    encoded = tuple(map(hashing.element_bytes, commitments))
    return replace(proof, commitments=tuple(commitments), encoded=encoded)


def invented_proof(alpha: mpz, beta: mpz, branches: int, challenge: mpz | None = None) -> Proof:
    """Return random challenges and responses, and the commitments that satisfy the equations (no hash is asked)."""
    challenges = [scalar() if challenge is None else challenge for _ in range(branches)]
    responses = [scalar() for _ in range(branches)]
    commitments = []
    for j, (c, v) in enumerate(zip(challenges, responses, strict=True)):
        # a_j = g^{v_j} * alpha^{c_j}, b_j = K^{v_j - j*c_j} * beta^{c_j}
        commitments.append(G_TABLE.power(v) * powmod(alpha, c, P) % P)
        commitments.append(K_TABLE.power((v - j * c) % Q) * powmod(beta, c, P) % P)
    proof = Proof(challenges=tuple(challenges), responses=tuple(responses), commitments=(), encoded=())
    return with_commitments(proof, commitments)


def invented_contest(
    twists: dict[int, mpz] | None = None, challenge: mpz | None = None, of_limit: mpz | None = None
) -> ContestProofs:
    """Return two options with R = L = 1; ``twists`` multiply components 0..3 (alpha_1, beta_1, alpha_2, beta_2).

    ``challenge`` is that of every branch of a selection, ``of_limit`` that of every branch of the limit.
    """
    numbers = [G_TABLE.power(scalar()) * (twists or {}).get(place, mpz(1)) % P for place in range(4)]
    alpha_bar, beta_bar = numbers[0] * numbers[2] % P, numbers[1] * numbers[3] % P
    return ContestProofs(
        contest=1,
        components=((numbers[0], numbers[1]), (numbers[2], numbers[3])),
        selections=tuple(invented_proof(numbers[i], numbers[i + 1], 2, challenge) for i in (0, 2)),
        limit=invented_proof(alpha_bar, beta_bar, 2, of_limit),
    )


def multiply(contest: ContestProofs, place: int, factor: mpz) -> ContestProofs:
    """Return the contest with one of its 12 commitments multiplied."""
    proofs = [*contest.selections, contest.limit]
    commitments = list(proofs[place // 4].commitments)
    commitments[place % 4] = commitments[place % 4] * factor % P
    proofs[place // 4] = with_commitments(proofs[place // 4], commitments)
    return replace(contest, selections=tuple(proofs[:2]), limit=proofs[2])


def run(contests: list[ContestProofs], batch: Batch | None = None, *, many: bool = False) -> Verdicts:
    """Verify contests as ballots of one batch; ``many``: by a plan for many, in which no number is tested alone."""
    count = 1000 if many else len(contests)
    batch = batch or Batch(KEY, 4 * count, 12 * count)
    for contest in contests:
        batch.add((contest,))
    return batch.verdicts()
