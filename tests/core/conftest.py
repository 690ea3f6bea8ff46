"""Groups and keys shared by the tests of the core; the real group is built once."""

import pytest

from evote.core.elgamal import ElGamalKey
from evote.core.group import Group
from evote.core.parameters import STANDARD
from tests.core.toy_groups import TOY_64, TOY_256


@pytest.fixture(scope="session")
def standard() -> Group:
    """Return the real 4096-bit group."""
    return Group(STANDARD)


@pytest.fixture(scope="session")
def toy() -> Group:
    """Return a 64-bit group with a 24-bit order."""
    return Group(TOY_64)


@pytest.fixture(scope="session")
def toy_wide() -> Group:
    """Return a 256-bit group with a 64-bit order, in which random collisions do not happen."""
    return Group(TOY_256)


@pytest.fixture(scope="session")
def real_key(standard: Group) -> ElGamalKey:
    """Return an ElGamal key in the real group with secret 987654321."""
    return ElGamalKey.precompute(standard.generator**987654321, 6)


@pytest.fixture(scope="session")
def toy_key(toy_wide: Group) -> ElGamalKey:
    """Return an ElGamal key in the 256-bit test group with secret 987654321."""
    return ElGamalKey.precompute(toy_wide.generator**987654321, 6)
