"""Membership of many ciphertexts and the equations of their proofs, verified together with random coefficients.

*Spec*: docs/batch-verification.md; docs/protocol.md, section 8; Bellare, Garay, Rabin, EUROCRYPT '98 (small exponents).

*Idea*: Statements about numbers become one statement about a product of random powers of them. Three checks, for
components (alpha, beta) and recorded commitments A_j, B_j, with s, rho, sigma drawn from 0..2^128-1, one each:

1. All numbers are squares mod p: one by one, or by the products T_b of those whose coefficient has bit b set.
2. All components are elements: (prod x^s)^q = 1, with coefficients s of their own.
3. All equations A_j = g^{v_j}*alpha^{c_j}, B_j = K^{v_j-j*c_j}*beta^{c_j} hold:
   prod A_j^rho_j * B_j^sigma_j * prod alpha^m * beta^m' = g^{sum rho_j*v_j} * K^{sum sigma_j*(v_j-j*c_j)},
   where m = -sum rho_j*c_j mod q over the component's own proof and the limit proof of its contest.

*Why it is sound*: Z_p* = C_2 x C_q x C_r' with q and r' = (p-1)/2q prime, both above 2^128. A false record falls into
the first of these cases that fits; each is accepted with probability at most 2^-128, over the coefficients of one
check.

- A component is no square. For every bit b of s, T_b is a square only if the non-squares with bit b set are even in
  number; given the other coefficients, one value of this component's s does that (check 1 on check 2's buckets).
- A commitment is no square. The same with rho, sigma on check 3's low buckets, where all components are squares.
- A component's part in C_r' is not 1. That of x^q isn't either, r' is prime and s < r': one value of s cancels the
  rest.
- An equation is false. All components are in C_q now, so their exponents may be reduced mod q. The quotient of
  the equation's sides is a square and not 1, hence has a part of order q or r': one value of its coefficient cancels
  the rest.

*Invariants*: K is an element, which callers ensure: its exponents are reduced mod q from the start. Proofs come from
``recorded_proofs``, so that ranges and hashes hold. A true record is always accepted.

*Cost* in products mod p: see ``planned_products``; at the end 256 Jacobi symbols (or one a number, if fewer), three
powers of 256 bits, 768 to join the bits.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from gmpy2 import jacobi, mpz, powmod

from verifier.batch_buckets import EXPONENT_BITS, Buckets, power_of_bits
from verifier.batch_proofs import ContestProofs, Proof
from verifier.group import ONE, G, P, Q

COEFFICIENT_BYTES = EXPONENT_BITS // 8
_LOW = (1 << EXPONENT_BITS) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """The three checks; a batch is accepted only if all hold, and a single one says nothing."""

    squares: bool
    members: bool
    equations: bool

    @property
    def all(self) -> bool:
        """Say whether everything in the batch is true."""
        return self.squares and self.members and self.equations


class Batch:
    """Proofs that stand or fall together; ``components`` and ``commitments`` are expected numbers, for the plan."""

    def __init__(
        self, vote_key: mpz, components: int, commitments: int, random_bytes: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._vote_key, self._random_bytes = vote_key, random_bytes
        self._membership = Buckets(components)
        # exponents m of components have 256 bits; the low half shares its buckets with the commitments
        self._low, self._high = Buckets(components + commitments), Buckets(components)
        self._each = components + commitments <= 2 * EXPONENT_BITS
        self._squares = True
        self._exponent_g, self._exponent_k = mpz(0), mpz(0)

    def add(self, contests: Iterable[ContestProofs]) -> None:
        """Add a ballot; its coefficients are drawn now, when it has been read."""
        for contest in contests:
            fresh = self._coefficients(contest)
            limit_a, limit_b = self._add_equations(contest.limit, fresh)
            for (alpha, beta), proof in zip(contest.components, contest.selections, strict=True):
                own_a, own_b = self._add_equations(proof, fresh)
                # the limit proof is about the products of all alpha and of all beta
                self._add_component(alpha, own_a + limit_a, next(fresh))
                self._add_component(beta, own_b + limit_b, next(fresh))

    def _coefficients(self, contest: ContestProofs) -> Iterator[int]:
        """Draw one coefficient for each commitment and component of a contest, all at once."""
        count = 2 * len(contest.components) + sum(
            len(proof.commitments) for proof in (contest.limit, *contest.selections)
        )
        drawn = self._random_bytes(count * COEFFICIENT_BYTES)
        return (
            int.from_bytes(drawn[start : start + COEFFICIENT_BYTES], "big")
            for start in range(0, count * COEFFICIENT_BYTES, COEFFICIENT_BYTES)
        )

    def _add_equations(self, proof: Proof, fresh: Iterator[int]) -> tuple[mpz, mpz]:
        """Take the equations of one proof; return sum rho_j*c_j and sum sigma_j*c_j."""
        on_alpha, on_beta = mpz(0), mpz(0)
        commitments, add = iter(proof.commitments), self._low.add
        if self._each:
            self._test(proof.commitments)
        for j, (c, v) in enumerate(zip(proof.challenges, proof.responses, strict=True)):
            rho, sigma = next(fresh), next(fresh)
            add(next(commitments), rho)
            add(next(commitments), sigma)
            on_alpha += rho * c
            on_beta += sigma * c
            # e_g = sum rho_j*v_j, e_K = sum sigma_j*(v_j - j*c_j)
            self._exponent_g += rho * v
            self._exponent_k += sigma * (v - j * c)
        return on_alpha, on_beta

    def _add_component(self, x: mpz, coefficient: mpz, s: int) -> None:
        if self._each:
            self._test((x,))
        self._membership.add(x, s)
        m = int(-coefficient % Q)
        self._low.add(x, m & _LOW)
        self._high.add(x, m >> EXPONENT_BITS)

    def _test(self, numbers: Sequence[mpz]) -> None:
        self._squares = self._squares and are_squares(numbers)

    def verdicts(self) -> Verdicts:
        """Evaluate the checks over everything added; to be asked once."""
        membership, low = self._membership.bit_products(), self._low.bit_products()
        high = self._high.bit_products()
        squares = self._squares if self._each else are_squares(membership) and are_squares(low)
        # (prod x^s)^q = 1
        members = bool(powmod(power_of_bits(membership), Q, P) == 1)
        # g^{e_g} * K^{e_K}
        right = powmod(G, self._exponent_g % Q, P) * powmod(self._vote_key, self._exponent_k % Q, P) % P
        equations = bool(power_of_bits(low + high) == right)
        return Verdicts(squares=squares, members=members, equations=equations)


def are_squares(numbers: Iterable[mpz]) -> bool:
    """Say whether all numbers are squares mod p (p is prime, so the Jacobi symbol tells)."""
    return all(x is ONE or jacobi(x, P) == 1 for x in numbers)
