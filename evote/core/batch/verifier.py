"""Verifying any number of range proofs, with the commitments recorded beside them, in one random combination.

*Spec*: section 3.3, Verifications 6 and 7; the argument is docs/batch-verification.md.
*Idea*: every equation is raised to a random coefficient of 128 bits and all are multiplied together; if one is false,
the product is 1 for at most one value of its coefficient. That holds among squares, so every number is first shown to
be a square modulo p: by its Jacobi symbol, or by the symbols of 384 products of random subsets. The exponent a
ciphertext component has in that combination is itself a random coefficient, which serves to test membership of all
components together; commitments need no such test, because their equations put them in the subgroup. Powers of g and K
are added up in the exponent and computed once.
*Invariants*: a coefficient is drawn after the proof it belongs to was handed in, serves one equation, and is kept
nowhere but in the buckets. A batch ends once; nothing is proved before `finish` has returned.
*Cost*: 2k multiplications for each ciphertext component and k for each commitment, k from 8 (very many) to 32 (few),
chosen by `plan`; at the end two for each bucket and three powers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gmpy2 import jacobi, powmod

from evote.core.batch.buckets import BucketProduct, join_bits
from evote.core.batch.equations import ContestEquations, ProofEquations, examine_proof
from evote.core.batch.plan import BatchPlan, make_plan
from evote.core.group import Element, Group, UntestedElement
from evote.core.hashing import Encoded
from evote.core.random_source import RandomBytes
from evote.core.range_proof import RangeProof
from evote.errors import VerificationError

# 20 megabytes in the standard group, 2,048 ballots of two options. Both kinds of numbers go together: the memory that
# they free is then in one piece, and those that follow lie in it side by side.
_WAITING_NUMBERS = 32768


class BatchVerifier:
    """Collect range proofs under one vote key and verify them together."""

    __slots__ = (
        "_commitments",
        "_components",
        "_finished",
        "_g_exponent",
        "_group",
        "_k_exponent",
        "_random",
        "_vote_key",
        "plan",
    )

    plan: BatchPlan

    def __init__(self, group: Group, vote_key: Element, random: RandomBytes, expected_elements: int) -> None:
        """Prepare an empty batch.

        `random` must be unpredictable to whoever made the record (`secrets.token_bytes`): known coefficients let false
        proofs cancel each other. `expected_elements`, ciphertext components and commitments together, decides about
        speed and memory, never about the verdict.
        """
        group.require_same(vote_key.group)
        self.plan = make_plan(group, expected_elements)
        self._group = group
        self._vote_key = vote_key
        self._random = random
        self._components = BucketProduct(group.p, self.plan.component_widths)
        self._commitments = BucketProduct(group.p, self.plan.commitment_widths)
        self._g_exponent = 0
        self._k_exponent = 0
        self._finished = False

    def add(
        self,
        h_i: bytes,
        context: Sequence[Encoded],
        alpha: UntestedElement,
        beta: UntestedElement,
        proof: RangeProof,
        maximum: int,
        commitments: bytes,
    ) -> None:
        """Examine one range proof and add it; raises as `examine_proof` and `add_contests`, and then adds nothing."""
        equations = examine_proof(self._group, h_i, context, alpha, beta, proof, maximum, commitments)
        self.add_contests(
            [ContestEquations(ciphertexts=((alpha.value, beta.value),), selections=(equations,), limit=None)]
        )

    def add_contests(self, contests: Sequence[ContestEquations]) -> None:
        """Add examined contests, all or none of them.

        Raises VerificationError `verification.not_in_subgroup` or `verification.commitments` for a number that is no
        square modulo p (where a batch is small: a large one finds out at the end), ValueError after `finish`.
        """
        self._require_open()
        if not self.plan.tests_products:
            for contest in contests:
                self._require_squares(contest)
        coefficients = iter(self._draw(sum(contest.equation_count for contest in contests)))
        for contest in contests:
            self._add_contest(contest, coefficients)
        if self._components.waiting + self._commitments.waiting >= _WAITING_NUMBERS:
            self.settle()

    def settle(self) -> None:
        """Leave no number waiting for its buckets; `add_contests` and `finish` see to it themselves."""
        self._components.settle()
        self._commitments.settle()

    def merge(self, other: BatchVerifier) -> None:
        """Take over everything that another open batch collected, and end that one; no verdict is given on it.

        The coefficients of both must be independent. Raises ValueError for another group, vote key or plan, for the
        batch itself, and after `finish`.
        """
        if other is self:
            raise ValueError("a batch can't be merged with itself")
        self._require_open()
        other._require_open()
        if self._vote_key != other._vote_key or self.plan != other.plan:
            raise ValueError("batches of different vote keys or plans")
        other._finished = True
        self._components.merge(other._components)
        self._commitments.merge(other._commitments)
        self._g_exponent += other._g_exponent
        self._k_exponent += other._k_exponent

    def finish(self) -> None:
        """Verify everything that was added, and end the batch.

        Raises VerificationError `verification.batch`: at least one ciphertext is not in Z_p^r, or at least one equation
        is false; the message says which check showed it. If all is true it never raises; if anything is false it
        returns with probability at most 2^-128 (in the standard group). Raises ValueError if the batch has ended.
        """
        self._require_open()
        self._finished = True
        group, p = self._group, self._group.p
        components = self._components.bit_products()
        commitments = self._commitments.bit_products()
        # Each T_b is the product of a random subset: lemma 2, for the components and then for the commitments.
        if self.plan.tests_products and any(jacobi(product, p) != 1 for product in (*components, *commitments)):
            raise VerificationError("verification.batch", "a number in the batch is not a square modulo p")
        # Y = prod alpha^m * beta^m',  Y^q = 1  (6.A, 7.A)
        Y = join_bits(components, p)
        if powmod(Y, group.q, p) != 1:
            raise VerificationError("verification.batch", "a ciphertext in the batch is not in Z_p^r")
        # Y * prod a^rho * b^sigma = g^(sum rho v) * K^(sum sigma (v - j c))  (6.1, 6.2, 7.3, 7.4)
        left = Y * join_bits(commitments, p) % p
        right = (
            powmod(group.generator.value, self._g_exponent % group.order, p)
            * powmod(self._vote_key.value, self._k_exponent % group.order, p)
            % p
        )
        if left != right:
            raise VerificationError(
                "verification.batch", "a recorded commitment in the batch does not satisfy its equation"
            )

    def _require_open(self) -> None:
        if self._finished:
            raise ValueError("the batch has ended")

    def _draw(self, count: int) -> list[int]:
        """Return independent coefficients, uniform in [0, 2^l)."""
        size = (self.plan.coefficient_bits + 7) // 8
        mask = (1 << self.plan.coefficient_bits) - 1
        data = self._random(count * size)
        if len(data) != count * size:
            raise ValueError("the source of randomness returned another number of bytes")
        return [int.from_bytes(data[i : i + size], "big") & mask for i in range(0, len(data), size)]

    def _require_squares(self, contest: ContestEquations) -> None:
        p = self._group.p
        if any(jacobi(part, p) != 1 for pair in contest.ciphertexts for part in pair):
            raise VerificationError("verification.not_in_subgroup", "x is not a square modulo p: it is not in Z_p^r")
        if any(jacobi(part, p) != 1 for proof in contest.proofs for pair in proof.commitments for part in pair):
            raise VerificationError("verification.commitments", "a recorded commitment is not a square modulo p")

    def _add_contest(self, contest: ContestEquations, coefficients: Iterator[int]) -> None:
        order, multiply = self._group.order, self._components.multiply
        limit_alpha, limit_beta = (0, 0) if contest.limit is None else self._add_proof(contest.limit, coefficients)
        for (alpha, beta), proof in zip(contest.ciphertexts, contest.selections, strict=True):
            own_alpha, own_beta = self._add_proof(proof, coefficients)
            # m = -sum_j rho_j c_j mod q, over its own proof and, since alpha-bar = prod alpha_i, the limit proof
            multiply(alpha, -(own_alpha + limit_alpha) % order)
            multiply(beta, -(own_beta + limit_beta) % order)

    def _add_proof(self, proof: ProofEquations, coefficients: Iterator[int]) -> tuple[int, int]:
        """Take in the commitments; return sum rho_j c_j and sum sigma_j c_j."""
        multiply = self._commitments.multiply
        alpha_exponent = beta_exponent = 0
        for j, ((a, b), c, v) in enumerate(zip(proof.commitments, proof.challenges, proof.responses, strict=True)):
            rho, sigma = next(coefficients), next(coefficients)
            # a_j^rho * alpha^(-rho c) = g^(rho v),  b_j^sigma * beta^(-sigma c) = K^(sigma (v - j c))
            multiply(a, rho)
            multiply(b, sigma)
            self._g_exponent += rho * v
            self._k_exponent += sigma * (v - j * c)
            alpha_exponent += rho * c
            beta_exponent += sigma * c
        return alpha_exponent, beta_exponent
