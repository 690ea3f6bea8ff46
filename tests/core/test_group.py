"""Elements exist only in the subgroup, and have one encoding."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote.core.group import Element, Group, UntestedElement
from evote.errors import EncodingError, EvoteError, VerificationError
from tests.core.randomness import prepared, seeded
from tests.core.toy_groups import TOY_16, TOY_64

TOY = Group(TOY_64)
TINY = Group(TOY_16)
exponents = st.integers(min_value=0, max_value=TOY.order - 1)
elements = exponents.map(lambda x: TOY.generator**x)


@given(elements, elements, elements)
def test_group_axioms(a: Element, b: Element, c: Element) -> None:
    """Multiplication is associative and commutative, has a neutral element, and division undoes it."""
    assert (a * b) * c == a * (b * c)
    assert a * b == b * a
    assert a * TOY.identity == a
    assert (a * b) / b == a
    assert TOY.product([a, b, c]) == a * b * c


@given(elements, exponents, exponents)
def test_exponent_laws(a: Element, x: int, y: int) -> None:
    """a^x a^y = a^(x+y), (a^x)^y = a^(xy), and exponents count modulo q."""
    assert a**x * a**y == a ** (x + y)
    assert (a**x) ** y == a ** (x * y)
    assert a ** (x - TOY.order) == a**x
    assert a ** TOY.scalar(x) == a**x


@given(elements, exponents)
def test_secret_power_equals_public_power(a: Element, x: int) -> None:
    """The constant-time routine gives the same power, zero included."""
    assert TOY.power(a, TOY.secret_scalar(x)) == TOY.power(a, TOY.scalar(x)) == a**x
    assert TOY.power(a, TOY.secret_scalar(0)) == TOY.identity


@given(elements)
def test_encoding_round_trip(a: Element) -> None:
    """decode(encode(a)) = a and encode(decode(b)) = b, in bytes and in hex."""
    assert TOY.decode_element(a.to_bytes()) == a
    assert TOY.decode_element(a.to_bytes()).to_bytes() == a.to_bytes()
    assert TOY.parse_element(a.hex()) == a
    assert TOY.parse_untested(a.hex()).hex() == a.hex()


def test_membership_is_exactly_the_subgroup() -> None:
    """Of all residues of a tiny group exactly the q powers of g are accepted."""
    members = {int((TINY.generator**x).value) for x in range(TINY.order)}

    assert len(members) == TINY.order
    for value in range(1, TINY.parameters.p):
        data = value.to_bytes(TINY.element_size, "big")
        if value in members:
            assert TINY.decode_element(data).value == value
        else:
            with pytest.raises(VerificationError) as caught:
                TINY.decode_element(data)
            assert caught.value.code == "verification.not_in_subgroup"


# Values outside the subgroup: order 2, order (p-1)/2q, order (p-1)/q, and a member times -1.
BAD_MEMBERS: dict[str, Callable[[Group], int]] = {
    "order 2": lambda group: group.parameters.p - 1,
    "order (p-1)/2q": lambda group: pow(3, 2 * group.order, group.parameters.p),
    "order (p-1)/q": lambda group: group.parameters.p - pow(3, 2 * group.order, group.parameters.p),
    "member times -1": lambda group: group.parameters.p - group.parameters.g,
}


@pytest.mark.parametrize("name", BAD_MEMBERS)
def test_values_outside_the_subgroup_fail_membership_only(standard: Group, name: str) -> None:
    """A well-formed value of a wrong order decodes untested and fails the membership test."""
    data = BAD_MEMBERS[name](standard).to_bytes(512, "big")
    untested = standard.decode_untested(data)

    with pytest.raises(VerificationError) as caught:
        standard.test_membership(untested)
    assert caught.value.code == "verification.not_in_subgroup"


def wrong_encodings(group: Group) -> dict[str, tuple[bytes, str]]:
    """Return encodings that must be refused before any power is computed, with the code of the refusal."""
    size, p, g = group.element_size, group.parameters.p, group.parameters.g
    return {
        "zero": (bytes(size), "encoding.out_of_range"),
        "p": (p.to_bytes(size, "big"), "encoding.out_of_range"),
        "p + 1": ((p + 1).to_bytes(size, "big"), "encoding.out_of_range"),
        "all ones": (b"\xff" * size, "encoding.out_of_range"),
        "short": (g.to_bytes(size, "big")[1:], "encoding.wrong_width"),
        "long": (b"\0" + g.to_bytes(size, "big"), "encoding.wrong_width"),
        "p + g": ((p + g).to_bytes(size + 1, "big"), "encoding.wrong_width"),
        "empty": (b"", "encoding.wrong_width"),
    }


@pytest.mark.parametrize("name", wrong_encodings(TOY))
def test_wrong_encodings_are_refused(standard: Group, name: str) -> None:
    """Zero, p and above, short and long encodings are refused in every group, tested or not."""
    for group in (standard, TOY):
        data, code = wrong_encodings(group)[name]
        for decode in (group.decode_element, group.decode_untested):
            with pytest.raises(EncodingError) as caught:
                decode(data)
            assert caught.value.code == code


def test_unreduced_twin_of_an_element_is_refused() -> None:
    """x + p fits the width of a group whose p has spare bits, and is refused although x is a member."""
    value = next(x for x in range(1, TINY.order) if int((TINY.generator**x).value) + TINY.parameters.p < 1 << 16)
    twin = int((TINY.generator**value).value) + TINY.parameters.p
    with pytest.raises(EncodingError) as caught:
        TINY.decode_element(twin.to_bytes(2, "big"))

    assert caught.value.code == "encoding.out_of_range"


def test_several_elements_get_the_verdict_of_each() -> None:
    """decode_elements accepts exactly when every single element is accepted."""
    good = [(TOY.generator**x).to_bytes() for x in (1, 2, 3)]
    bad = (TOY.parameters.p - 1).to_bytes(TOY.element_size, "big")

    assert TOY.decode_elements(good) == tuple(TOY.generator**x for x in (1, 2, 3))
    for position in range(4):
        with pytest.raises(VerificationError):
            TOY.decode_elements([*good[:position], bad, *good[position:]])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("f" * 5 + "d", "encoding.out_of_range"),
        ("FFFFFC", "encoding.not_lower_hex"),
        (" 00001", "encoding.not_lower_hex"),
        ("0x0001", "encoding.not_lower_hex"),
        ("٠٠٠٠٠١", "encoding.not_lower_hex"),
        ("00001", "encoding.wrong_width"),
        ("0000001", "encoding.wrong_width"),
    ],
)
def test_wrong_scalar_text_is_refused(text: str, code: str) -> None:
    """q itself, upper case, blanks, prefixes, foreign digits and other widths are not a scalar."""
    with pytest.raises(EncodingError) as caught:
        TOY.parse_scalar(text)

    assert caught.value.code == code


@given(exponents)
def test_scalar_round_trip(x: int) -> None:
    """Scalars, public and secret, decode from their own encoding."""
    scalar = TOY.scalar(x)

    assert TOY.decode_scalar(scalar.to_bytes()) == scalar == TOY.parse_scalar(scalar.hex())
    assert TOY.decode_secret_scalar(scalar.to_bytes()).expose() == x


def test_scalars_of_q_and_above_are_refused(standard: Group) -> None:
    """q, q + 1 and 2^256 - 1 are not scalars; q - 1 is; 31 and 33 bytes are not."""
    q = standard.order
    assert standard.decode_scalar((q - 1).to_bytes(32, "big")).value == q - 1
    for value in (q, q + 1, 2**256 - 1):
        with pytest.raises(EncodingError) as caught:
            standard.decode_scalar(value.to_bytes(32, "big"))
        assert caught.value.code == "encoding.out_of_range"
    for size in (31, 33):
        with pytest.raises(EncodingError) as caught:
            standard.decode_scalar(bytes(size))
        assert caught.value.code == "encoding.wrong_width"


def test_random_scalars_are_drawn_by_rejection() -> None:
    """Bits above the order are masked, values of q and above are drawn again, and q - 1 can come."""
    assert TINY.random_scalar(prepared([0x7F, 0xFF, 0x7E])).expose() == 0x7E
    assert TINY.random_scalar(prepared([0x85])).expose() == 5
    source = seeded("uniform")
    drawn = {TINY.random_scalar(source).expose() for _ in range(2000)}
    assert drawn == set(range(TINY.order))


def test_groups_do_not_mix() -> None:
    """Elements and scalars of different groups never meet."""
    other = TINY.generator
    operations: tuple[Callable[[], object], ...] = (
        lambda: TOY.generator * other,
        lambda: TOY.generator / other,
        lambda: TOY.product([TOY.generator, other]),
        lambda: TOY.power(other, TOY.scalar(1)),
        lambda: TOY.power(TOY.generator, TINY.scalar(1)),
        lambda: TOY.generator ** TINY.scalar(1),
        lambda: TOY.test_membership(TINY.decode_untested(other.to_bytes())),
    )
    for operation in operations:
        with pytest.raises(ValueError, match="group"):
            operation()
    assert Group(TOY_64).generator * TOY.generator == TOY.generator**2


def test_elements_are_values() -> None:
    """Equal elements hash equally; an untested value is never equal to an element and has no arithmetic."""
    untested = TOY.decode_untested(TOY.generator.to_bytes())

    assert {TOY.generator, Group(TOY_64).generator} == {TOY.generator}
    assert untested != TOY.generator
    assert TOY.identity != TINY.identity
    assert untested == TOY.decode_untested(TOY.generator.to_bytes())
    assert not hasattr(UntestedElement, "__mul__")
    assert TOY.test_membership(untested) == TOY.generator
    loose: Any = TOY.generator
    with pytest.raises(AttributeError):
        loose.value = 1
    misuses: tuple[Callable[[], object], ...] = (
        lambda: loose * 2,
        lambda: loose / 2,
        lambda: loose * untested,
        lambda: loose**TOY.identity,
    )
    for operation in misuses:
        with pytest.raises(TypeError):
            operation()


def test_errors_are_of_the_project() -> None:
    """Every refusal of input is an EvoteError with a code, never a bare ValueError."""
    for data in (b"", bytes(TOY.element_size), b"\xff" * TOY.element_size):
        with pytest.raises(EvoteError):
            TOY.decode_element(data)
