"""Any k of n shares give the secret, fewer do not, and everybody can check a share."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote.core.group import Group
from evote.core.polynomial import (
    SecretPolynomial,
    commitment_value,
    lagrange_coefficient,
    make_polynomial,
    share_verification_key,
)
from tests.core.randomness import seeded
from tests.core.toy_groups import TOY_16, TOY_64

TOY = Group(TOY_64)
TINY = Group(TOY_16)


def polynomial(*coefficients: int) -> SecretPolynomial:
    """Return a polynomial over the order of the test group."""
    return SecretPolynomial(coefficients=tuple(map(TOY.secret_scalar, coefficients)))


@given(st.lists(st.integers(min_value=0, max_value=TOY.order - 1), min_size=1, max_size=6), st.integers(1, 1000))
def test_evaluation_and_its_commitment(coefficients: list[int], x: int) -> None:
    """P(x) is the sum of a_j x^j, and the commitments give g^P(x)."""
    secret = polynomial(*coefficients)
    expected = sum(a * x**j for j, a in enumerate(coefficients)) % TOY.order

    assert secret.evaluate(x).expose() == expected
    assert commitment_value(secret.commitments(TOY), x) == TOY.generator**expected


@pytest.mark.parametrize(("n", "k"), [(1, 1), (2, 1), (3, 2), (4, 4), (5, 3), (6, 2)])
def test_every_subset_of_enough_shares_gives_the_secret(n: int, k: int) -> None:
    """Every subset of k or more trustees interpolates P(0); no subset of k - 1 does."""
    secret = make_polynomial(TOY, k, seeded(f"{n},{k}"))
    shares = {i: secret.evaluate(i) for i in range(1, n + 1)}
    for size in range(1, n + 1):
        for subset in combinations(shares, size):
            total = sum(shares[i].expose() * lagrange_coefficient(TOY, i, subset).value for i in subset) % TOY.order
            assert (total == secret.coefficients[0].expose()) == (size >= k)


@given(st.sets(st.integers(min_value=1, max_value=TINY.order - 1), min_size=1, max_size=8))
def test_weights_add_up_to_one(indices: set[int]) -> None:
    """Interpolating the constant polynomial 1 gives 1 for every set of trustees; a single trustee has weight 1."""
    weights = [lagrange_coefficient(TINY, i, indices) for i in indices]

    assert sum(w.value for w in weights) % TINY.order == 1
    if len(indices) == 1:
        assert weights[0].value == 1


def test_share_verification_keys() -> None:
    """Z_i = g^{z_i} for the sum z_i of all trustees' values at i, own value included."""
    secrets = [make_polynomial(TOY, 3, seeded(f"trustee {j}")) for j in range(4)]
    commitments = [secret.commitments(TOY) for secret in secrets]
    for i in range(1, 5):
        z = sum(secret.evaluate(i).expose() for secret in secrets)
        assert share_verification_key(commitments, i) == TOY.generator**z


def test_a_wrong_share_or_commitment_is_noticed() -> None:
    """The check g^P(l) = prod K_j^(l^j) fails for a changed share and for each changed commitment."""
    secret = make_polynomial(TOY, 3, seeded("check"))
    commitments = secret.commitments(TOY)
    share = TOY.generator ** secret.evaluate(2).expose()

    assert commitment_value(commitments, 2) == share
    assert commitment_value(commitments, 3) != share
    for j in range(3):
        changed = (*commitments[:j], commitments[j] * TOY.generator, *commitments[j + 1 :])
        assert commitment_value(changed, 2) != share


@pytest.mark.parametrize("x", [0, -1, TOY.order, TOY.order + 1])
def test_the_secret_is_never_evaluated(x: int) -> None:
    """Nobody gets P(0), not even as q or by a negative index."""
    secret = polynomial(5, 6)
    with pytest.raises(ValueError, match="1 <= x < q"):
        secret.evaluate(x)
    with pytest.raises(ValueError, match="1 <= x < q"):
        commitment_value(secret.commitments(TOY), x)
    with pytest.raises(ValueError, match="1 <= x < q"):
        lagrange_coefficient(TOY, 1, (1, x))


@pytest.mark.parametrize(("index", "indices"), [(1, (1, 1, 2)), (3, (1, 2)), (1, ())])
def test_impossible_sets_of_trustees_are_refused(index: int, indices: tuple[int, ...]) -> None:
    """Repeated indices and a trustee outside the set have no weight."""
    with pytest.raises(ValueError, match="distinct"):
        lagrange_coefficient(TOY, index, indices)


def test_empty_input_is_refused() -> None:
    """No coefficients, no commitments, no trustees: refused by name."""
    with pytest.raises(ValueError, match="at least one coefficient"):
        make_polynomial(TOY, 0, seeded("none"))
    with pytest.raises(ValueError, match="at least one coefficient"):
        commitment_value((), 1)
    with pytest.raises(ValueError, match="at least one trustee"):
        share_verification_key((), 1)


def test_coefficients_do_not_print() -> None:
    """The repr of a polynomial shows no coefficient."""
    assert repr(polynomial(5, 6)) == "SecretPolynomial(coefficients=(<redacted>, <redacted>))"
