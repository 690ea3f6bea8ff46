"""Membership of many ciphertexts and the equations of their proofs, verified together with random coefficients.

*Spec*: docs/batch-verification.md; docs/protocol.md, section 8; Bellare, Garay, Rabin, EUROCRYPT '98 (small exponents).

*Idea*: Statements about numbers become one statement about a product of random powers of them. Three checks, for
components (alpha, beta) and recorded commitments A_j, B_j, with rho_j, sigma_j drawn from 0..2^128-1, one each, and
m = -sum rho_j*c_j mod q for alpha (for beta with sigma_j) over its own proof and the limit proof of its contest:

1. All numbers are squares mod p: one by one, or by the products T_b of the components whose m has bit b set, and of
   the commitments whose coefficient has.
2. All components are elements: (prod alpha^m * beta^m')^q = 1, with m as it stands in 0..q-1.
3. All equations A_j = g^{v_j}*alpha^{c_j}, B_j = K^{v_j-j*c_j}*beta^{c_j} hold:
   prod alpha^m * beta^m' * prod A_j^rho_j * B_j^sigma_j = g^{sum rho_j*v_j} * K^{sum sigma_j*(v_j-j*c_j)}.

*Why it is sound*: Z_p* = C_2 x C_q x C_r' with q and r' = (p-1)/2q prime, 2^128 < q < r'. Some challenge c_j of a
selection proof is not 0, so rho_j -> m is injective while all other coefficients are fixed, and rho_j is in no other
component's m: one value of m comes from at most one of 2^128 values of rho_j. A false record falls into the first of
these cases that fits; each is accepted with probability at most 2^-128, over the coefficients of one check.

- A component is no square. For every bit b of m, T_b is a square only if the non-squares with bit b set are even in
  number; given the other coefficients, one value of this component's m does that (check 1 on components).
- A commitment is no square. The same with rho, sigma (check 1 on commitments).
- A component's part in C_r' is not 1. That of x^q isn't either, r' is prime and m < q < r': one value of m cancels
  the rest (check 2).
- An equation is false. All components are in C_q now, so their exponents may be reduced mod q. The quotient of
  the equation's sides is a square and not 1, hence has a part of order q or r': one value of its coefficient cancels
  the rest (check 3).

*Invariants*: K is an element, which callers ensure: its exponents are reduced mod q from the start. Proofs come from
``recorded_proofs``, so that ranges and hashes hold and no proof has challenges that are all 0. A true record is always
accepted.

*Cost* in products mod p: see ``planned_products``; at the end 384 Jacobi symbols (or one a number, if fewer), three
powers of 256 bits, 768 to join the bits.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from gmpy2 import jacobi, mpz, powmod

from verifier.batch_buckets import Buckets, power_of_bits
from verifier.batch_proofs import ContestProofs, Proof
from verifier.group import ONE, G, P, Q

COEFFICIENT_BITS = 128
# of m, which is below q
SCALAR_BITS = 256
_COEFFICIENT_BYTES = COEFFICIENT_BITS // 8


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
        self._components = Buckets(components, SCALAR_BITS)
        self._commitments = Buckets(commitments, COEFFICIENT_BITS)
        # a symbol for each number, where that is cheaper than one for each T_b
        self._each = components + commitments <= SCALAR_BITS + COEFFICIENT_BITS
        self._squares = True
        self._exponent_g, self._exponent_k = mpz(0), mpz(0)

    def add(self, contests: Iterable[ContestProofs]) -> None:
        """Add a ballot; its coefficients are drawn now, when it has been read."""
        for contest in contests:
            fresh = self._coefficients(contest)
            limit_a, limit_b = self._add_equations(contest.limit, fresh)
            for (alpha, beta), proof in zip(contest.components, contest.selections, strict=True):
                own_a, own_b = self._add_equations(proof, fresh)
                # m = -sum rho_j*c_j mod q; the limit proof is about the products of all alpha and of all beta
                m = int(-(own_a + limit_a) % Q), int(-(own_b + limit_b) % Q)
                self._components.add((alpha, beta), m)
                if self._each:
                    self._test((alpha, beta))

    def _coefficients(self, contest: ContestProofs) -> Iterator[int]:
        """Draw one coefficient for each commitment of a contest, all at once."""
        count = len(contest.limit.commitments) + sum([len(proof.commitments) for proof in contest.selections])
        drawn = self._random_bytes(count * _COEFFICIENT_BYTES)
        starts = range(0, count * _COEFFICIENT_BYTES, _COEFFICIENT_BYTES)
        return iter([int.from_bytes(drawn[start : start + _COEFFICIENT_BYTES], "big") for start in starts])

    def _add_equations(self, proof: Proof, fresh: Iterator[int]) -> tuple[mpz, mpz]:
        """Take the equations of one proof; return sum rho_j*c_j and sum sigma_j*c_j."""
        if self._each:
            self._test(proof.commitments)
        coefficients = tuple(islice(fresh, len(proof.commitments)))
        self._commitments.add(proof.commitments, coefficients)
        on_alpha = on_beta = e_g = e_k = mpz(0)
        # rho_j for A_j and sigma_j for B_j take turns
        pairs = iter(coefficients)
        for j, (rho, sigma, c, v) in enumerate(zip(pairs, pairs, proof.challenges, proof.responses, strict=True)):
            sigma_c = sigma * c
            on_alpha += rho * c
            on_beta += sigma_c
            # e_g = sum rho_j*v_j, e_K = sum sigma_j*(v_j - j*c_j)
            e_g += rho * v
            e_k += sigma * v - j * sigma_c
        self._exponent_g += e_g
        self._exponent_k += e_k
        return on_alpha, on_beta

    def _test(self, numbers: Sequence[mpz]) -> None:
        self._squares = self._squares and are_squares(numbers)

    def verdicts(self) -> Verdicts:
        """Evaluate the checks over everything added; to be asked once."""
        components, commitments = self._components.bit_products(), self._commitments.bit_products()
        squares = self._squares if self._each else are_squares(components) and are_squares(commitments)
        # Y = prod alpha^m * beta^m', X = prod A_j^rho_j * B_j^sigma_j
        y, x = power_of_bits(components), power_of_bits(commitments)
        # Y^q = 1
        members = bool(powmod(y, Q, P) == 1)
        # Y * X = g^{e_g} * K^{e_K}
        right = powmod(G, self._exponent_g % Q, P) * powmod(self._vote_key, self._exponent_k % Q, P) % P
        equations = bool(y * x % P == right)
        return Verdicts(squares=squares, members=members, equations=equations)


def are_squares(numbers: Iterable[mpz]) -> bool:
    """Say whether all numbers are squares mod p (p is prime, so the Jacobi symbol tells)."""
    return all(x is ONE or jacobi(x, P) == 1 for x in numbers)
