"""What all attacks share: powers are computed once."""

from collections.abc import Iterator

import pytest

from tests.forge.remembering import remembered_powers


@pytest.fixture(scope="package", autouse=True)
def _remembered() -> Iterator[None]:
    """Remember powers while the tests of this folder run."""
    with remembered_powers():
        yield
