"""Attacks on policies: one party in two places, keys that collide, and the tolerance tool against a game of our own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from random import Random

import pytest

from evote.ed25519 import SigningKey
from evote.log.cosignature import Cosigner
from evote.log.key import COSIGNATURE_ED25519, ED25519, VerifierKey, format_verifier_key
from evote.log.policy import Policy, PolicyGroup, PolicyWitness
from evote.log.policy_text import format_policy, parse_policy
from evote.log.policy_tolerance import find_weakness
from tests.log.known import BOARD_KEY, refusal


def vkey(name: str, seed: int, algorithm: int = COSIGNATURE_ED25519) -> str:
    """Return the text of a key."""
    public_key = SigningKey(bytes([seed]) * 32).public_key
    return format_verifier_key(VerifierKey(name=name, algorithm=algorithm, public_key=public_key))


def refused(*lines: str) -> str:
    """Return the code with which a policy is refused."""
    return refusal(parse_policy, "".join(f"{line}\n" for line in lines).encode())


W1, W2, W3 = (f"witness w{number} {vkey(f'w{number}.example', number)}" for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((W1, W2, "group a 1 w1 w2", "group b 1 w1", "group q all a b"), "policy.repeated_member"),
        ((W1, W2, "group a any w1 w2", "group q 2 a w1"), "policy.repeated_member"),
        ((W1, W2, "group a any w1", "group b any a", "group q 2 a b"), "policy.repeated_member"),
        ((W1, W2, "group q 2 w1 w1 w2"), "policy.repeated_member"),
        ((W1, "group a any b", "group b any a", "group q any a"), "policy.undefined_name"),
        ((W1, "group q any q w1"), "policy.undefined_name"),
        ((W1, "group q 0 w1"), "policy.bad_threshold"),
        ((W1, W2, "group q 3 w1 w2"), "policy.bad_threshold"),
        ((W1, "group q 1"), "policy.bad_line"),
        ((W1, f"witness again {vkey('other.example', 1)}", "group q 2 w1 again"), "policy.duplicate_key"),
    ],
)
def test_nobody_counts_twice(lines: tuple[str, ...], code: str) -> None:
    """A witness through two groups, a group through two others, a circle, a threshold of nothing or too much."""
    assert refused(f"log {BOARD_KEY}", *lines, "quorum q") == code


def test_a_log_is_not_its_own_witness() -> None:
    """The log's key as a witness's, above or below, under any name: it would cosign whatever it says."""
    log = f"log {vkey('log.example', 9, ED25519)}"
    witness = f"witness independent {vkey('independent.example', 9)}"
    assert refused(log, W1, witness, "group q all w1 independent", "quorum q") == "policy.duplicate_key"
    assert refused(W1, witness, log, "group q all w1 independent", "quorum q") == "policy.duplicate_key"


def colliding_keys(name: str) -> tuple[VerifierKey, VerifierKey]:
    """Return two keys of one name and one key ID: 32 bits collide after some 80,000 tries, no private key needed."""
    seen: dict[bytes, VerifierKey] = {}
    number = 0
    while True:
        key = VerifierKey(name=name, algorithm=COSIGNATURE_ED25519, public_key=number.to_bytes(32, "little"))
        other = seen.setdefault(key.key_id, key)
        if other is not key:
            return other, key
        number += 1


def test_two_keys_that_can_t_be_told_apart() -> None:
    """A witness that takes another's name and grinds for its key ID would make every checkpoint unreadable."""
    first, second = (format_verifier_key(key) for key in colliding_keys("w.example"))
    assert refused(f"witness a {first}", f"witness b {second}", "group q any a b", "quorum q") == "policy.duplicate_key"


def _witnesses(count: int) -> tuple[PolicyWitness, ...]:
    return tuple(
        PolicyWitness(name=f"w{number}", key=Cosigner(f"w{number}", SigningKey(bytes([number + 1]) * 32)).key)
        for number in range(count)
    )


def _random_policy(random: Random) -> Policy:
    """Return groups of groups over up to six witnesses, some of which may stand outside of the quorum."""
    count = random.randint(1, 6)
    free = [f"w{number}" for number in range(count)]
    groups: list[PolicyGroup] = []
    for _ in range(random.randint(1, 4)):
        members = tuple(random.sample(free, random.randint(1, len(free))))
        name = f"g{len(groups)}"
        groups.append(PolicyGroup(name=name, threshold=random.randint(1, len(members)), members=members))
        free = [one for one in free if one not in members] + [name]
    return Policy(witnesses=_witnesses(count), groups=tuple(groups), quorum=random.choice(free))


def _is_satisfied(policy: Policy, name: str, cosigned: frozenset[str]) -> bool:
    """Say from the definition, from the top down, whether a name of the policy has witnessed a checkpoint."""
    for group in policy.groups:
        if group.name == name:
            return sum(_is_satisfied(policy, member, cosigned) for member in group.members) >= group.threshold
    return name in cosigned


def _games(names: list[str], malicious: frozenset[str]) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """Yield who may have cosigned either history: the malicious both, an honest witness one of them, or is silent."""
    honest = [name for name in names if name not in malicious]
    for choice in product((0, 1, 2), repeat=len(honest)):
        sides = [{name for name, side in zip(honest, choice, strict=True) if side == which} for which in (1, 2)]
        yield malicious | sides[0], malicious | sides[1]


@pytest.mark.parametrize("seed", range(60))
def test_the_numbers_of_the_tool_are_those_of_the_game(seed: int) -> None:
    """Played out for every set of malicious witnesses and every split of the honest, and for every set of silent."""
    policy = _random_policy(Random(seed))
    names = [witness.name for witness in policy.witnesses]
    subsets = [frozenset(chosen) for size in range(len(names) + 1) for chosen in combinations(names, size)]

    def holds(cosigned: frozenset[str]) -> bool:
        return _is_satisfied(policy, policy.quorum, cosigned)

    def splits(malicious: frozenset[str]) -> bool:
        return any(holds(one) and holds(other) for one, other in _games(names, malicious))

    weakness = find_weakness(policy)
    least = next(len(chosen) for chosen in subsets if splits(chosen))
    assert weakness.tolerance.malicious == least - 1
    assert splits(frozenset(weakness.splitting))
    assert len(weakness.splitting) == least

    silencing = next(len(chosen) for chosen in subsets if not holds(frozenset(names) - chosen))
    assert weakness.tolerance.offline == silencing - 1
    assert not holds(frozenset(names) - set(weakness.blocking))
    assert parse_policy(format_policy(policy)) == policy
