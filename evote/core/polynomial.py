"""Secret polynomials, their public commitments, and interpolation at zero.

*Spec*: section 3.2 (polynomials P_i, commitments K_{i,j}, share z_i), section 3.6 (Lagrange coefficients w_i, Note
3.7).
*Idea*: Shamir 1979 with Feldman 1987 commitments. Each trustee shares a polynomial of degree k - 1; the joint secret
is the sum of all values at 0 and is never computed; anyone computes g^P(x) from the commitments.
*Invariants*: polynomials are evaluated at 1 <= x < q only, since P(0) is the secret; trustee indices are one-based
and distinct.
*Cost*: commitments k powers; commitment_value k short powers; share_verification_key n times that; the rest none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from evote.core.group import Element, Group, Scalar, SecretScalar
from evote.core.random_source import RandomBytes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SecretPolynomial:
    """Hold the secret coefficients a_0, ..., a_{k-1} of P(x) = sum_j a_j * x^j."""

    coefficients: tuple[SecretScalar, ...]

    def evaluate(self, x: int) -> SecretScalar:
        """Return the secret P(x); raises ValueError outside 1 <= x < q."""
        order = self.coefficients[0].order
        _require_index(x, order)
        point = Scalar(x, order)
        # P(x) = sum_j a_j * x^j, by Horner's rule
        result = self.coefficients[-1]
        for coefficient in self.coefficients[-2::-1]:
            result = result * point + coefficient
        return result

    def commitments(self, group: Group) -> tuple[Element, ...]:
        """Return the public K_j = g^{a_j}."""
        return tuple(group.power(group.generator, coefficient) for coefficient in self.coefficients)


def make_polynomial(group: Group, k: int, random: RandomBytes) -> SecretPolynomial:
    """Draw a polynomial of degree k - 1 with k >= 1 uniform coefficients."""
    if k < 1:
        raise ValueError("a polynomial has at least one coefficient")
    return SecretPolynomial(coefficients=tuple(group.random_scalar(random) for _ in range(k)))


def commitment_value(commitments: Sequence[Element], x: int) -> Element:
    """Return g^P(x) from the public commitments of P; raises ValueError outside 1 <= x < q or for no commitments."""
    if not commitments:
        raise ValueError("a polynomial has at least one coefficient")
    _require_index(x, commitments[0].group.order)
    # g^P(x) = prod_j K_j^(x^j), by Horner's rule in the exponent
    result = commitments[-1]
    for commitment in commitments[-2::-1]:
        result = result**x * commitment
    return result


def share_verification_key(all_commitments: Sequence[Sequence[Element]], index: int) -> Element:
    """Return Z_i = g^{z_i} of trustee i from the commitments of all n trustees (Note 3.7)."""
    if not all_commitments:
        raise ValueError("there is at least one trustee")
    # Z_i = prod_{j=1}^{n} prod_{m=0}^{k-1} K_{j,m}^(i^m)
    values = [commitment_value(commitments, index) for commitments in all_commitments]
    return values[0].group.product(values)


def lagrange_coefficient(group: Group, index: int, indices: Collection[int]) -> Scalar:
    """Return w_i, the weight of trustee i when the trustees in `indices` (i among them) interpolate at 0.

    Raises ValueError for repeats, indices outside 1 <= i < q, or i not among them.
    """
    if len(set(indices)) != len(indices) or index not in indices:
        raise ValueError("the indices are distinct and contain the trustee's own")
    w = group.scalar(1)
    for other in indices:
        _require_index(other, group.order)
        if other != index:
            # w_i = prod_{l in U, l != i} l / (l - i) mod q
            w = w * group.scalar(other) * group.scalar(other - index).inverse()
    return w


def _require_index(x: int, order: int) -> None:
    """Refuse 0, where a polynomial's secret lies, and what is not reduced."""
    if not 1 <= x < order:
        raise ValueError(f"a polynomial is evaluated at 1 <= x < q, not at {x}")
