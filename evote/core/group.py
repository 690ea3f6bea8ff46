"""The subgroup Z_p^r of prime order q, its elements and its scalars.

*Spec*: section 3.1.1 (group), 5.1 (encodings), Verifications 2.A, 6.A and 7.A (membership: x^q mod p = 1).
*Idea*: an `Element` exists only if it was decoded with its membership test or computed from elements, so no formula
below needs to ask again. Bytes whose membership will be tested together with other powers are `UntestedElement`: they
have a value and an encoding but no arithmetic.
*Invariants*: every value has exactly one encoding (big-endian, fixed width); 0 < x < p and x^q = 1 for every Element;
elements of different groups never meet in one operation; elements and scalars are immutable.
*Cost*: decode_element 1 exponentiation; `**` and `power` 1; everything else none.
"""

from __future__ import annotations

from collections.abc import Iterable

from gmpy2 import invert, mpz, powmod, powmod_sec

from evote.core.multi_power import non_adjacent_form
from evote.core.parameters import GroupParameters
from evote.core.random_source import RandomBytes
from evote.core.scalar import Scalar
from evote.core.secret import SecretScalar
from evote.errors import EncodingError, VerificationError

__all__ = ["Element", "Group", "Scalar", "SecretScalar", "UntestedElement"]


class _Residue:
    """Share value, encoding and comparison between tested and untested residues modulo p."""

    __slots__ = ("_group", "_value")

    def __init__(self, group: Group, value: mpz) -> None:
        """Keep a value in (0, p). Only `Group` calls this: the constructor checks nothing."""
        self._group = group
        self._value = value

    @property
    def group(self) -> Group:
        """Return the group the value belongs to."""
        return self._group

    @property
    def value(self) -> mpz:
        """Return the bare residue in (0, p), for kernels."""
        return self._value

    def to_bytes(self) -> bytes:
        """Encode as b(x, 512): big-endian, `element_size` bytes (section 5.1)."""
        data: bytes = self._value.to_bytes(self._group.element_size, "big")
        return data

    def hex(self) -> str:
        """Encode as lower-case hex of fixed width (1024 digits for the standard group)."""
        return self.to_bytes().hex()

    def __eq__(self, other: object) -> bool:
        """Compare value and group; an untested value never equals an element."""
        if type(other) is not type(self):
            return NotImplemented
        return bool(self._value == other._value) and self._group.is_same(other._group)

    def __hash__(self) -> int:
        """Hash the value."""
        return hash(self._value)

    def __repr__(self) -> str:
        """Show the type and the first digits."""
        return f"{type(self).__name__}({self.hex()[:16]}...)"


class UntestedElement(_Residue):
    """Hold a value in (0, p) of the right width whose membership in Z_p^r was NOT tested."""

    __slots__ = ()


class Element(_Residue):
    """Hold an element of Z_p^r; combine elements with `*`, `/` and `**`."""

    __slots__ = ()

    def __mul__(self, other: Element) -> Element:
        """Multiply modulo p; raises ValueError for an element of another group."""
        if not isinstance(other, Element):
            return NotImplemented
        self._group.require_same(other._group)
        return Element(self._group, self._value * other._value % self._group.p)

    def __truediv__(self, other: Element) -> Element:
        """Multiply by the inverse modulo p; raises ValueError for an element of another group."""
        if not isinstance(other, Element):
            return NotImplemented
        self._group.require_same(other._group)
        return Element(self._group, self._value * invert(other._value, self._group.p) % self._group.p)

    def __pow__(self, exponent: Scalar | int) -> Element:
        """Raise to a PUBLIC exponent, reduced modulo q; secret exponents go through `Group.power`."""
        if isinstance(exponent, Scalar):
            self._group.require_order(exponent.order)
            return Element(self._group, powmod(self._value, exponent.value, self._group.p))
        if isinstance(exponent, int):
            return Element(self._group, powmod(self._value, exponent % self._group.order, self._group.p))
        return NotImplemented


class Group:
    """Make and decode the elements and scalars of one parameter set."""

    __slots__ = ("element_size", "generator", "identity", "order", "order_form", "p", "parameters", "q", "scalar_size")

    def __init__(self, parameters: GroupParameters) -> None:
        """Prepare a group; `order` is q as a Python int, `order_form` its non-adjacent form for membership tests."""
        self.parameters = parameters
        self.p = mpz(parameters.p)
        self.q = mpz(parameters.q)
        self.order = parameters.q
        self.order_form = non_adjacent_form(parameters.q)
        self.element_size = parameters.p_bytes
        self.scalar_size = parameters.q_bytes
        self.generator = Element(self, mpz(parameters.g))
        self.identity = Element(self, mpz(1))

    def is_same(self, other: Group) -> bool:
        """Tell whether two groups have the same parameters."""
        return other is self or other.parameters == self.parameters

    def require_same(self, other: Group) -> None:
        """Raise ValueError for a group with other parameters."""
        if not self.is_same(other):
            raise ValueError("elements of different groups")

    def require_order(self, order: int) -> None:
        """Raise ValueError for a scalar of another order."""
        if order != self.order:
            raise ValueError("the scalar belongs to another group")

    def decode_untested(self, data: bytes) -> UntestedElement:
        """Decode width and range only; whoever uses the value must test its membership.

        Raises EncodingError `encoding.wrong_width` or `encoding.out_of_range` (0, p and above).
        """
        if len(data) != self.element_size:
            raise EncodingError(
                "encoding.wrong_width", f"an element has {self.element_size} bytes, this one has {len(data)}"
            )
        value = mpz.from_bytes(data, "big")
        if not 0 < value < self.p:
            raise EncodingError("encoding.out_of_range", "an element lies between 1 and p - 1")
        return UntestedElement(self, value)

    def test_membership(self, untested: UntestedElement) -> Element:
        """Return the value as an element of Z_p^r; raises VerificationError `verification.not_in_subgroup`."""
        self.require_same(untested.group)
        # x in Z_p^r  <=>  0 < x < p and x^q mod p = 1
        if powmod(untested.value, self.q, self.p) != 1:
            raise VerificationError("verification.not_in_subgroup", "x^q mod p is not 1: the value is not in Z_p^r")
        return Element(self, untested.value)

    def decode_element(self, data: bytes) -> Element:
        """Decode an element and test its membership.

        Raises EncodingError (`encoding.wrong_width`, `encoding.out_of_range`) and VerificationError
        (`verification.not_in_subgroup`).
        """
        return self.test_membership(self.decode_untested(data))

    def decode_elements(self, encodings: Iterable[bytes]) -> tuple[Element, ...]:
        """Decode several elements; the verdict on each is that of `decode_element`."""
        return tuple(self.decode_element(data) for data in encodings)

    def decode_scalar(self, data: bytes) -> Scalar:
        """Decode a public scalar; raises EncodingError for a wrong width or a value of q and above."""
        if len(data) != self.scalar_size:
            raise EncodingError(
                "encoding.wrong_width", f"a scalar has {self.scalar_size} bytes, this one has {len(data)}"
            )
        value = int.from_bytes(data, "big")
        if value >= self.order:
            raise EncodingError("encoding.out_of_range", "a scalar lies between 0 and q - 1")
        return Scalar(value, self.order)

    def decode_secret_scalar(self, data: bytes) -> SecretScalar:
        """Decode a secret scalar (a stored key share); same errors as `decode_scalar`, which name no value."""
        return SecretScalar(self.decode_scalar(data).value, self.order)

    def parse_element(self, text: str) -> Element:
        """Parse lower-case hex of fixed width, with the errors of `decode_element` and `encoding.not_lower_hex`."""
        return self.decode_element(_decode_hex(text, self.element_size))

    def parse_untested(self, text: str) -> UntestedElement:
        """Parse lower-case hex of fixed width without the membership test."""
        return self.decode_untested(_decode_hex(text, self.element_size))

    def parse_scalar(self, text: str) -> Scalar:
        """Parse lower-case hex of fixed width, with the errors of `decode_scalar` and `encoding.not_lower_hex`."""
        return self.decode_scalar(_decode_hex(text, self.scalar_size))

    def scalar(self, value: int) -> Scalar:
        """Reduce a public integer of any sign modulo q."""
        return Scalar(value % self.order, self.order)

    def secret_scalar(self, value: int) -> SecretScalar:
        """Reduce a secret integer of any sign modulo q."""
        return SecretScalar(value % self.order, self.order)

    def random_scalar(self, random: RandomBytes) -> SecretScalar:
        """Draw a secret scalar, uniform in [0, q), by rejection.

        Excess high bits are masked, so a draw is rejected with probability below 1/2 (below 2^-248 in the standard
        group).
        """
        mask = (1 << self.order.bit_length()) - 1
        while True:
            value = int.from_bytes(random(self.scalar_size), "big") & mask
            if value < self.order:
                return SecretScalar(value, self.order)

    def power(self, base: Element, exponent: Scalar | SecretScalar) -> Element:
        """Raise an element to a scalar; a secret exponent takes GMP's constant-time routine."""
        self.require_same(base.group)
        self.require_order(exponent.order)
        if isinstance(exponent, Scalar):
            return Element(self, powmod(base.value, exponent.value, self.p))
        # powmod_sec asks for a positive exponent; x^q = x^0 in Z_p^r.
        return Element(self, powmod_sec(base.value, exponent.expose() or self.order, self.p))

    def product(self, elements: Iterable[Element]) -> Element:
        """Multiply elements; the empty product is the identity."""
        value = self.identity.value
        for element in elements:
            self.require_same(element.group)
            value = value * element.value % self.p
        return Element(self, value)

    def computed_element(self, value: mpz) -> Element:
        """Wrap a value that a kernel computed from elements of this group.

        The value must be a product of powers of elements, reduced modulo p; nothing is checked, so never pass input.
        """
        return Element(self, value)


def _decode_hex(text: str, size: int) -> bytes:
    """Decode lower-case hex of exactly `size` bytes."""
    if len(text) != 2 * size:
        raise EncodingError("encoding.wrong_width", f"expected {2 * size} hex digits, found {len(text)}")
    try:
        data = bytes.fromhex(text)
    except ValueError:
        data = b""
    # fromhex also takes capitals and skips white space
    if data.hex() != text:
        raise EncodingError("encoding.not_lower_hex", "hex digits are 0-9 and a-f")
    return data
