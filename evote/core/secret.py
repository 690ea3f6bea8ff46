"""Secret values as types that do not leak by accident.

*Idea*: a secret prints as `<redacted>`, refuses every generic way of being copied or stored (pickle, copy, `asdict`,
hashing, formatting), compares in constant time, and gives up its value only through `.expose()`, a word that a
reviewer can search for. Arithmetic with a secret yields a secret; making a result public is therefore always visible:
`group.scalar((u - c * s).expose())`.
*Invariants*: the type of a value says whether it is secret; no operation of this module returns a public value except
`expose`. Not promised: Python integers are immutable and cannot be wiped, and big-integer arithmetic is not constant
time.
*Cost*: no exponentiation.
"""

from __future__ import annotations

import hmac
from typing import Generic, NoReturn, TypeVar

from evote.core.scalar import Scalar

_REDACTED = "<redacted>"

T = TypeVar("T")


class Secret(Generic[T]):
    """Hold one secret value; subclasses say how it is laid out as bytes for comparison."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        """Keep the value; it is readable only through `expose`."""
        self._value = value

    def expose(self) -> T:
        """Return the bare value; the caller answers for where it goes."""
        return self._value

    def _comparable(self) -> bytes:
        """Return the bytes that stand for the value in a comparison."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        """Compare in constant time with a secret of the same type."""
        if type(other) is not type(self):
            return NotImplemented
        return hmac.compare_digest(self._comparable(), other._comparable())

    def __hash__(self) -> NoReturn:
        """Refuse: a hash would be stored in tables and is a function of the secret."""
        raise TypeError("a secret has no hash")

    def __repr__(self) -> str:
        """Show that there is a secret, and nothing of it."""
        return _REDACTED

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        """Ignore the format: a secret looks the same in every string."""
        return _REDACTED

    def _refuse(self) -> NoReturn:
        raise TypeError("a secret is not copied or serialised; use expose()")

    def __copy__(self) -> NoReturn:
        """Refuse `copy.copy`."""
        self._refuse()

    def __deepcopy__(self, memo: dict[int, object]) -> NoReturn:
        """Refuse `copy.deepcopy` and with it `dataclasses.asdict`."""
        self._refuse()

    def __reduce__(self) -> NoReturn:
        """Refuse pickling by the old protocol."""
        self._refuse()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse pickling."""
        self._refuse()

    def __getstate__(self) -> NoReturn:
        """Refuse to hand out the state as a whole."""
        self._refuse()


class SecretBytes(Secret[bytes]):
    """Hold a secret byte string: a ballot nonce xi_B, a derived key."""

    __slots__ = ()

    def _comparable(self) -> bytes:
        return self._value

    def __len__(self) -> int:
        """Return the length, which is public."""
        return len(self._value)


class SecretScalar(Secret[int]):
    """Hold a secret integer modulo q: an encryption nonce, a key share, a polynomial coefficient.

    `+`, `-` and `*` accept SecretScalar and Scalar operands of the same order, on either side, and return SecretScalar.
    """

    __slots__ = ("_order",)

    def __init__(self, value: int, order: int) -> None:
        """Keep a value that is already reduced; raises ValueError outside [0, order)."""
        if not 0 <= value < order:
            raise ValueError("a scalar lies in [0, q)")
        super().__init__(value)
        self._order = order

    @property
    def order(self) -> int:
        """Return the modulus q, which is public."""
        return self._order

    def _comparable(self) -> bytes:
        size = (self._order.bit_length() + 7) // 8
        return self._order.to_bytes(size, "big") + self._value.to_bytes(size, "big")

    def _operand(self, other: SecretScalar | Scalar) -> int:
        """Return the integer behind an operand; raises ValueError for a different order."""
        if other.order != self._order:
            raise ValueError("scalars of different orders")
        return other.value if isinstance(other, Scalar) else other._value

    def __add__(self, other: SecretScalar | Scalar) -> SecretScalar:
        """Add modulo q."""
        if not isinstance(other, SecretScalar | Scalar):
            return NotImplemented
        return SecretScalar((self._value + self._operand(other)) % self._order, self._order)

    __radd__ = __add__

    def __sub__(self, other: SecretScalar | Scalar) -> SecretScalar:
        """Subtract modulo q."""
        if not isinstance(other, SecretScalar | Scalar):
            return NotImplemented
        return SecretScalar((self._value - self._operand(other)) % self._order, self._order)

    def __rsub__(self, other: Scalar) -> SecretScalar:
        """Subtract this secret from a public scalar modulo q."""
        if not isinstance(other, Scalar):
            return NotImplemented
        return SecretScalar((self._operand(other) - self._value) % self._order, self._order)

    def __mul__(self, other: SecretScalar | Scalar) -> SecretScalar:
        """Multiply modulo q."""
        if not isinstance(other, SecretScalar | Scalar):
            return NotImplemented
        return SecretScalar(self._value * self._operand(other) % self._order, self._order)

    __rmul__ = __mul__

    def __neg__(self) -> SecretScalar:
        """Negate modulo q."""
        return SecretScalar(-self._value % self._order, self._order)
