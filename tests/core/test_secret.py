"""Secrets do not leak by accident, and public scalars behave like numbers modulo q."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote.core.scalar import Scalar
from evote.core.secret import Secret, SecretBytes, SecretScalar

Q = 0xFFFFFD
VALUE = 0xABCDE
values = st.integers(min_value=0, max_value=Q - 1)


@dataclass(frozen=True)
class Holder:
    """A record that holds a secret, as a key share record would."""

    share: SecretScalar


SECRETS: list[Secret[int] | Secret[bytes]] = [SecretScalar(VALUE, Q), SecretBytes(b"hunter2 hunter2 ")]


@pytest.mark.parametrize("secret", SECRETS, ids=["scalar", "bytes"])
def test_text_of_a_secret_says_nothing(secret: Secret[int]) -> None:
    """repr, str, format, percent and the repr of a record all show <redacted>."""
    texts = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r}",
        f"{secret:>40x}",
        f"{[secret]}",
    ]

    assert {text.strip("[]") for text in texts} == {"<redacted>"}
    assert repr(Holder(share=SecretScalar(VALUE, Q))) == "Holder(share=<redacted>)"


COPIES: dict[str, Callable[[Any], object]] = {
    "pickle": pickle.dumps,
    "old pickle": lambda secret: pickle.dumps(secret, protocol=0),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "hash": hash,
    "set": lambda secret: {secret},
    "state": lambda secret: secret.__getstate__(),
    "reduce": lambda secret: secret.__reduce__(),
    "vars": vars,
    "bytes": bytes,
    "int": int,
    "iterate": list,
}


@pytest.mark.parametrize("name", COPIES)
@pytest.mark.parametrize("secret", SECRETS, ids=["scalar", "bytes"])
def test_secrets_refuse_generic_copies(secret: Secret[int], name: str) -> None:
    """Every generic way to copy, store, convert or hash a secret raises TypeError."""
    with pytest.raises(TypeError) as caught:
        COPIES[name](secret)
    assert "hunter2" not in str(caught.value)


def test_records_with_secrets_refuse_asdict_and_hash() -> None:
    """A dataclass does not smuggle its secret out."""
    holder = Holder(share=SecretScalar(VALUE, Q))
    with pytest.raises(TypeError):
        asdict(holder)
    with pytest.raises(TypeError):
        hash(holder)


def test_secrets_compare_by_value_and_type() -> None:
    """Equal values are equal, different orders and types are not."""
    assert SecretScalar(5, Q) == SecretScalar(5, Q)
    assert SecretScalar(5, Q) != SecretScalar(6, Q)
    assert SecretScalar(5, 7) != SecretScalar(5, 11)
    assert SecretScalar(5, Q) != Scalar(5, Q)
    assert SecretScalar(5, Q) != 5
    assert SecretBytes(b"a") == SecretBytes(b"a")
    assert SecretBytes(b"a") != SecretBytes(b"b")
    assert SecretBytes(b"a") != b"a"
    assert len(SecretBytes(b"abc")) == 3


@given(values, values)
def test_secret_arithmetic_is_arithmetic_modulo_q(x: int, y: int) -> None:
    """+, - and * agree with integers modulo q on either side, and every result is a secret."""
    a, b, public = SecretScalar(x, Q), SecretScalar(y, Q), Scalar(y, Q)
    results = {
        (x + y) % Q: (a + b, a + public, public + a),
        (x - y) % Q: (a - b, a - public, -(public - a)),
        x * y % Q: (a * b, a * public, public * a),
    }
    for expected, computed in results.items():
        assert all(type(result) is SecretScalar and result.expose() == expected for result in computed)


@given(values, values)
def test_scalar_arithmetic_is_arithmetic_modulo_q(x: int, y: int) -> None:
    """+, -, *, negation and inverse agree with integers modulo q."""
    a, b = Scalar(x, Q), Scalar(y, Q)

    assert ((a + b).value, (a - b).value, (a * b).value, (-a).value) == ((x + y) % Q, (x - y) % Q, x * y % Q, -x % Q)
    if x:
        assert (a * a.inverse()).value == 1


def test_scalars_refuse_what_is_not_reduced() -> None:
    """Negative values, q and above, foreign orders, and the inverse of zero are refused."""
    for kind in (Scalar, SecretScalar):
        for value in (-1, Q, Q + 1):
            with pytest.raises(ValueError, match="lies in"):
                kind(value, Q)
    with pytest.raises(ValueError, match="orders"):
        Scalar(1, 7) + Scalar(1, 11)
    with pytest.raises(ValueError, match="orders"):
        SecretScalar(1, 7) * Scalar(1, 11)
    with pytest.raises(ValueError, match="inverse"):
        Scalar(0, Q).inverse()


def test_scalars_are_values() -> None:
    """Equal scalars hash equally and print their fixed-width hex; plain numbers do not mix in."""
    assert {Scalar(5, Q), Scalar(5, Q)} == {Scalar(5, Q)}
    assert Scalar(5, Q) != Scalar(5, 7)
    assert repr(Scalar(5, Q)) == "Scalar(000005)"
    loose: Any = Scalar(5, Q)
    operations: tuple[Callable[[], object], ...] = (lambda: loose + 1, lambda: loose - 1, lambda: loose * 2)
    for operation in operations:
        with pytest.raises(TypeError):
            operation()
    with pytest.raises(AttributeError):
        loose.value = 6
