"""Public integers modulo the group order.

*Spec*: section 3.1.1 (Z_q), section 5.1 (encoding of an integer mod q).
*Idea*: challenges, responses and Lagrange coefficients are public; they have a type of their own so that they cannot be
mixed up with group elements, plain counts, or secrets (`evote.core.secret.SecretScalar`).
*Invariants*: 0 <= value < order; scalars of different orders never meet in one operation.
*Cost*: no exponentiation.
"""

from __future__ import annotations


class Scalar:
    """Hold a public integer modulo the prime `order` (q)."""

    __slots__ = ("_order", "_value")

    def __init__(self, value: int, order: int) -> None:
        """Keep a value that is already reduced; raises ValueError outside [0, order)."""
        if not 0 <= value < order:
            raise ValueError("a scalar lies in [0, q)")
        self._value = value
        self._order = order

    @property
    def value(self) -> int:
        """Return the integer in [0, order)."""
        return self._value

    @property
    def order(self) -> int:
        """Return the modulus q."""
        return self._order

    def _operand(self, other: Scalar) -> int:
        """Return the value of another scalar of the same order; raises ValueError for a different one."""
        if other._order != self._order:
            raise ValueError("scalars of different orders")
        return other._value

    def __add__(self, other: Scalar) -> Scalar:
        """Add modulo q."""
        if not isinstance(other, Scalar):
            return NotImplemented
        return Scalar((self._value + self._operand(other)) % self._order, self._order)

    def __sub__(self, other: Scalar) -> Scalar:
        """Subtract modulo q."""
        if not isinstance(other, Scalar):
            return NotImplemented
        return Scalar((self._value - self._operand(other)) % self._order, self._order)

    def __mul__(self, other: Scalar) -> Scalar:
        """Multiply modulo q."""
        if not isinstance(other, Scalar):
            return NotImplemented
        return Scalar(self._value * self._operand(other) % self._order, self._order)

    def __neg__(self) -> Scalar:
        """Negate modulo q."""
        return Scalar(-self._value % self._order, self._order)

    def inverse(self) -> Scalar:
        """Return the multiplicative inverse modulo q; raises ValueError for zero."""
        if not self._value:
            raise ValueError("zero has no inverse")
        return Scalar(pow(self._value, -1, self._order), self._order)

    def __eq__(self, other: object) -> bool:
        """Compare value and order."""
        if not isinstance(other, Scalar):
            return NotImplemented
        return self._value == other._value and self._order == other._order

    def __hash__(self) -> int:
        """Hash value and order."""
        return hash((self._value, self._order))

    def to_bytes(self) -> bytes:
        """Encode as b(x, 32): big-endian, as wide as the order (section 5.1)."""
        return self._value.to_bytes((self._order.bit_length() + 7) // 8, "big")

    def hex(self) -> str:
        """Encode as lower-case hex of fixed width (64 digits for the standard group)."""
        return self.to_bytes().hex()

    def __repr__(self) -> str:
        """Show the value in hex."""
        return f"Scalar({self.hex()})"
