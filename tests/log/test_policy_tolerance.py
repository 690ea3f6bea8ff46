"""What a policy withstands, by name, compared with trying every set of witnesses."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from evote.ed25519 import SigningKey
from evote.log.cosignature import Cosigner
from evote.log.policy import Policy, PolicyGroup, PolicyWitness, quorum_holds
from evote.log.policy_tolerance import advised_threshold, find_weakness


def flat(threshold: int, count: int) -> Policy:
    """Return k of n."""
    names = tuple(f"w{number}" for number in range(count))
    group = PolicyGroup(name="q", threshold=threshold, members=names)
    return Policy(witnesses=_witnesses(count), groups=(group,), quorum="q")


def _witnesses(count: int) -> tuple[PolicyWitness, ...]:
    return tuple(
        PolicyWitness(name=f"w{number}", key=Cosigner(f"w{number}", SigningKey(bytes([number]) * 32)).key)
        for number in range(count)
    )


@pytest.mark.parametrize(
    ("count", "threshold", "malicious", "offline"),
    [(3, 2, 0, 1), (3, 3, 2, 0), (4, 3, 1, 1), (5, 3, 0, 2), (5, 4, 2, 1), (7, 5, 2, 2), (7, 6, 4, 1), (10, 7, 3, 3)],
)
def test_thresholds(count: int, threshold: int, malicious: int, offline: int) -> None:
    """2k - n - 1 malicious and n - k offline; a simple majority withstands no malicious witness."""
    weakness = find_weakness(flat(threshold, count))
    assert (weakness.tolerance.malicious, weakness.tolerance.offline) == (malicious, offline)
    assert (len(weakness.splitting), len(weakness.blocking)) == (malicious + 1, offline + 1)


def test_advised_thresholds() -> None:
    """The default is 4 of 5; from four witnesses on it withstands a malicious one, and an offline one."""
    assert [advised_threshold(count) for count in range(1, 11)] == [1, 2, 3, 3, 4, 5, 5, 6, 7, 7]
    for count in range(4, 32):
        tolerance = find_weakness(flat(advised_threshold(count), count)).tolerance
        assert tolerance.malicious >= 1
        assert tolerance.offline >= 1


def _nested(random: Random) -> Policy:
    """Return a policy with groups of groups over up to eight witnesses."""
    count = random.randint(1, 8)
    witnesses = _witnesses(count)
    free = [witness.name for witness in witnesses]
    groups: list[PolicyGroup] = []
    while len(free) > 1:
        members = tuple(random.sample(free, random.randint(1, len(free))))
        free = [name for name in free if name not in members] + [f"g{len(groups)}"]
        threshold = random.randint(1, len(members))
        groups.append(PolicyGroup(name=free[-1], threshold=threshold, members=members))
        if random.random() < 0.2:
            break
    return Policy(witnesses=witnesses, groups=tuple(groups), quorum=free[-1])


@pytest.mark.parametrize("seed", range(40))
def test_nested_groups_against_every_set(seed: int) -> None:
    """The sets named are too much for the policy, and no smaller set is: all quorums and their pairs were tried."""
    policy = _nested(Random(seed))
    names = [witness.name for witness in policy.witnesses]
    subsets = [frozenset(chosen) for size in range(len(names) + 1) for chosen in combinations(names, size)]
    quorums = [chosen for chosen in subsets if quorum_holds(policy, chosen)]
    weakness = find_weakness(policy)

    # Both histories find a quorum if what the quorums share is malicious; honest witnesses sign one history only.
    shared = min((one & other for one in quorums for other in quorums), key=len)
    assert weakness.tolerance.malicious + 1 == len(shared) == len(weakness.splitting)
    assert any(one & other == set(weakness.splitting) for one in quorums for other in quorums)

    silent = min((chosen for chosen in subsets if not any(chosen.isdisjoint(one) for one in quorums)), key=len)
    assert weakness.tolerance.offline + 1 == len(silent) == len(weakness.blocking)
    assert not any(one.isdisjoint(weakness.blocking) for one in quorums)


def test_no_quorum_withstands_nothing_malicious() -> None:
    """Without a quorum the log alone can lie, and nobody can silence it."""
    weakness = find_weakness(Policy(witnesses=_witnesses(3)))
    assert (weakness.tolerance.malicious, weakness.splitting, weakness.blocking) == (-1, (), ())
