"""Who could defeat a policy: the smallest sets of witnesses that split its view or silence it.

Spec: C2SP tlog-policy (main, 2026-06); Hirschi, Schmid, Basin, "Fixing the Achilles heel of e-voting: the bulletin
board" (2021).

Idea: two readers can be shown two histories only if the witnesses that both of their quorums need are all dishonest, so
the weakest point is the smallest set that two quorums must share. A quorum can't be reached if one witness of every
way to reach it is missing. Each witness counts in one place, so both follow from the tree of groups.

Invariants: `len(splitting) == tolerance(policy).malicious + 1` and `len(blocking) == .offline + 1`.
"""

from __future__ import annotations

from dataclasses import dataclass

from evote.log.policy import NO_QUORUM, Policy, Tolerance, tolerance


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakness:
    """What a policy withstands, and by name one smallest set of witnesses that is too much for it.

    `splitting`: if all of them collude with the log, two readers may see two histories; empty where the log alone can.
    `blocking`: if none of them answers, no checkpoint is good; empty where nobody is asked.
    """

    tolerance: Tolerance
    splitting: tuple[str, ...]
    blocking: tuple[str, ...]


def find_weakness(policy: Policy) -> Weakness:
    """Return what the policy withstands and whom it must not lose."""
    if policy.quorum == NO_QUORUM:
        return Weakness(tolerance=tolerance(policy), splitting=(), blocking=())
    splitting: dict[str, tuple[str, ...]] = {witness.name: (witness.name,) for witness in policy.witnesses}
    blocking = dict(splitting)
    for group in policy.groups:
        k, n = group.threshold, len(group.members)
        # Two sets of k out of n members share at least 2 k - n; any k contain one of n - k + 1.
        splitting[group.name] = _cheapest([splitting[member] for member in group.members], max(0, 2 * k - n))
        blocking[group.name] = _cheapest([blocking[member] for member in group.members], n - k + 1)
    return Weakness(tolerance=tolerance(policy), splitting=splitting[policy.quorum], blocking=blocking[policy.quorum])


def advised_threshold(count: int) -> int:
    """Return the smallest k with 3 k > 2 n: 4 of 5, 3 of 4, 5 of 7; from four witnesses on, one may be malicious."""
    return 2 * count // 3 + 1


def _cheapest(sets: list[tuple[str, ...]], count: int) -> tuple[str, ...]:
    return tuple(name for names in sorted(sets, key=len)[:count] for name in names)
