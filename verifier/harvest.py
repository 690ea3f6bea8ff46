"""What ballots add up to: sums, digests of the values that must not repeat, contests seen.

*Spec*: docs/protocol.md, sections 8 and 9.

*Invariants*: Merging is associative, and commutative but for the order of digests, which says nothing.
"""

from dataclasses import dataclass, field

from gmpy2 import mpz

from verifier.group import ONE, P

SumKey = tuple[int, int, int]

LISTS = ("ids", "components", "commitments")
# two numbers of 4096 bits with their place in a dictionary
_SUM_BYTES = 1400


@dataclass(slots=True)
class Harvest:
    """Sums by (district, contest, option), digest records, contests; ``lost`` counts ballots that could not be read."""

    sums: dict[SumKey, tuple[mpz, mpz]] = field(default_factory=dict)
    ids: bytearray = field(default_factory=bytearray)
    components: bytearray = field(default_factory=bytearray)
    commitments: bytearray = field(default_factory=bytearray)
    contests: set[int] = field(default_factory=set)
    lost: int = 0

    def add(self, key: SumKey, alpha: mpz, beta: mpz) -> None:
        """Multiply a ciphertext into a sum."""
        a, b = self.sums.get(key, (ONE, ONE))
        self.sums[key] = a * alpha % P, b * beta % P

    def merge(self, other: "Harvest") -> None:
        """Take in everything that another harvest holds."""
        for key, (a, b) in other.sums.items():
            self.add(key, a, b)
        for name in LISTS:
            getattr(self, name).extend(getattr(other, name))
        self.contests |= other.contests
        self.lost += other.lost

    def size(self) -> int:
        """Return about how many bytes it takes."""
        return sum(len(getattr(self, name)) for name in LISTS) + _SUM_BYTES * len(self.sums)
