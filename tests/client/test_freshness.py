"""A quorum's word that is older than an hour is told; what few witnesses state does not count."""

from dataclasses import replace

import pytest

from evote.client.freshness import STALE_SECONDS, stale_since
from evote.log.policy import Policy, PolicyGroup, WitnessedCheckpoint
from tests.client.records import witnessed
from tests.log.known import POLICY

NOW = 1_800_000_000
NAMES = tuple(one.name for one in POLICY.witnesses)
BOTH = replace(POLICY, groups=(PolicyGroup(name="both", threshold=2, members=NAMES[:2]),), quorum="both")
NONE = replace(POLICY, groups=(), quorum="none")


def seen(*ages: int) -> WitnessedCheckpoint:
    """Return a checkpoint that each witness cosigned so many seconds ago."""
    times = tuple((name, NOW - age) for name, age in zip(NAMES, ages, strict=False))
    return replace(witnessed(3), times=times)


@pytest.mark.parametrize(
    ("policy", "ages", "stale"),
    [
        (BOTH, (10, 10), None),
        (BOTH, (STALE_SECONDS, STALE_SECONDS), None),
        (BOTH, (STALE_SECONDS + 1, STALE_SECONDS + 1), NOW - STALE_SECONDS - 1),
        (BOTH, (10, 90_000), NOW - 90_000),
        (BOTH, (NOW, NOW), None),
        (NONE, (), None),
        (NONE, (90_000,), NOW - 90_000),
    ],
)
def test_the_age_is_that_of_a_whole_quorum(policy: Policy, ages: tuple[int, ...], stale: int | None) -> None:
    """One fresh signature of two does not hide the other's age; a time that nobody states is no age."""
    assert stale_since(policy, seen(*ages), NOW) == stale
