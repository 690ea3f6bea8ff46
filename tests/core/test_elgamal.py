"""Ciphertexts open to what was encrypted, and products encrypt sums."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote.core.elgamal import (
    Ciphertext,
    ElGamalKey,
    encrypt,
    multiply,
    neutral_ciphertext,
    selection_nonce,
    verify_opening,
    weigh,
    weighted_product,
)
from evote.core.group import Group
from evote.core.secret import SecretBytes
from evote.errors import VerificationError
from tests.core.toy_groups import TOY_64

TOY = Group(TOY_64)
SECRET = 1234567
KEY = ElGamalKey.precompute(TOY.generator**SECRET, 4)
nonces = st.integers(min_value=0, max_value=TOY.order - 1)
values = st.integers(min_value=0, max_value=1000)


@given(values, nonces)
def test_decryption_by_key_and_by_nonce(value: int, nonce: int) -> None:
    """beta / alpha^s = beta * K^-xi = K^sigma: the message stands in the exponent of K."""
    ciphertext = encrypt(KEY, value, TOY.secret_scalar(nonce))

    assert ciphertext.alpha == TOY.generator**nonce
    assert ciphertext.beta / ciphertext.alpha**SECRET == KEY.public_key**value
    assert ciphertext.beta / KEY.public_key**nonce == KEY.public_key**value
    assert encrypt(KEY, value, TOY.scalar(nonce)) == ciphertext


@given(st.lists(st.tuples(values, nonces, st.integers(min_value=1, max_value=50)), min_size=1, max_size=5))
def test_products_encrypt_sums(rows: list[tuple[int, int, int]]) -> None:
    """The product opens to the sum of values and nonces, the weighted product to the weighted sum."""
    ciphertexts = [encrypt(KEY, value, TOY.secret_scalar(nonce)) for value, nonce, _ in rows]
    total, nonce_sum = sum(row[0] for row in rows), sum(row[1] for row in rows)
    weighted_total, weighted_nonce = sum(v * w for v, _, w in rows), sum(x * w for _, x, w in rows)

    verify_opening(KEY, multiply(ciphertexts), total, TOY.scalar(nonce_sum))
    product = weighted_product(zip(ciphertexts, [row[2] for row in rows], strict=True))
    verify_opening(KEY, product, weighted_total, TOY.scalar(weighted_nonce))


@pytest.mark.parametrize(("value", "nonce"), [(1, 55), (0, 56), (2, 54)])
def test_wrong_opening_is_refused(value: int, nonce: int) -> None:
    """A published value or nonce that does not give the ciphertext is refused."""
    ciphertext = encrypt(KEY, 0, TOY.secret_scalar(55))
    verify_opening(KEY, ciphertext, 0, TOY.scalar(55))
    with pytest.raises(VerificationError) as caught:
        verify_opening(KEY, ciphertext, value, TOY.scalar(nonce))

    assert caught.value.code == "verification.opening"


@pytest.mark.parametrize("part", ["alpha", "beta"])
def test_opening_covers_both_parts(part: str) -> None:
    """A ciphertext with one foreign part does not open."""
    honest = encrypt(KEY, 1, TOY.secret_scalar(9))
    parts = {"alpha": honest.alpha, "beta": honest.beta}
    parts[part] *= TOY.generator
    with pytest.raises(VerificationError) as caught:
        verify_opening(KEY, Ciphertext(**parts), 1, TOY.scalar(9))

    assert caught.value.code == "verification.opening"


def test_neutral_ciphertext() -> None:
    """(1, 1) is neutral and opens to zero; an empty product needs it."""
    ciphertext = encrypt(KEY, 3, TOY.secret_scalar(5))

    assert multiply([neutral_ciphertext(TOY), ciphertext]) == ciphertext
    verify_opening(KEY, neutral_ciphertext(TOY), 0, TOY.scalar(0))
    with pytest.raises(ValueError, match="neutral_ciphertext"):
        multiply([])


@pytest.mark.parametrize("weight", [0, -1])
def test_weights_are_positive(weight: int) -> None:
    """A weight below 1 is refused: 0 would drop a ballot silently, -1 would subtract it."""
    with pytest.raises(ValueError, match="at least 1"):
        weigh(neutral_ciphertext(TOY), weight)


def test_key_one_is_refused() -> None:
    """K = 1 would leave every message unencrypted."""
    with pytest.raises(VerificationError) as caught:
        ElGamalKey.precompute(TOY.identity, 4)

    assert caught.value.code == "verification.degenerate_key"


def test_selection_nonces_depend_on_every_input(standard: Group) -> None:
    """Ballot hash, contest, option and ballot nonce each change the selection nonce."""
    ballot_nonce = SecretBytes(bytes(32))
    drawn = [
        selection_nonce(standard, bytes(32), 1, 1, ballot_nonce),
        selection_nonce(standard, b"\x01" * 32, 1, 1, ballot_nonce),
        selection_nonce(standard, bytes(32), 2, 1, ballot_nonce),
        selection_nonce(standard, bytes(32), 1, 2, ballot_nonce),
        selection_nonce(standard, bytes(32), 1, 1, SecretBytes(b"\x01" * 32)),
    ]

    assert len({nonce.expose() for nonce in drawn}) == len(drawn)
    assert repr(drawn[0]) == "<redacted>"
