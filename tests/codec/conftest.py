"""A record of every kind, made once in the real group."""

import pytest

from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.election.manifest import Manifest
from evote.election.records import Record
from tests.codec.examples import make_examples


@pytest.fixture(scope="session")
def group() -> Group:
    """Return the real 4096-bit group."""
    return Group(STANDARD)


@pytest.fixture(scope="session")
def examples(group: Group) -> dict[str, Record | Manifest]:
    """Return one record for every kind of payload."""
    return make_examples(group)
