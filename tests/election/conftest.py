"""The real group and one honest ceremony, made once for all tests of the election."""

import pytest

from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.election.ballot import PreparedBallot
from evote.election.context import ElectionKeyContext
from tests.election import samples
from tests.election.samples import Ceremony


@pytest.fixture(scope="session")
def group() -> Group:
    """Return the real 4096-bit group."""
    return Group(STANDARD)


@pytest.fixture(scope="session")
def honest(group: Group) -> Ceremony:
    """Return an honest ceremony of three trustees, two of whom decrypt."""
    return samples.hold_ceremony(group)


@pytest.fixture(scope="session")
def keyed(honest: Ceremony) -> ElectionKeyContext:
    """Return the context with the joint keys."""
    return honest.key_context


@pytest.fixture(scope="session")
def prepared(keyed: ElectionKeyContext) -> PreparedBallot:
    """Return a ballot of Ada with a vote for the first option of the yes/no question alone."""
    return samples.prepare(keyed, "Ada", {samples.YES_NO: (1, 0)})


@pytest.fixture(scope="session")
def prepared_both(keyed: ElectionKeyContext) -> PreparedBallot:
    """Return a ballot of Bob with both contests: no, and scores 2 and 1."""
    return samples.prepare(keyed, "Bob", {samples.YES_NO: (0, 1), samples.SCORE: (2, 1)}, style=samples.BOTH_CONTESTS)
