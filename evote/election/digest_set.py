"""A set of digests that a million ballots fit into.

Idea: what must not repeat in an election is told by SHA-256, and the first 128 bits of it tell as well. They lie in
buckets of neighbouring bytes, one for each value of the first two, so that a digest takes 14 bytes and no object.

Invariants: membership depends on the first 16 bytes alone. Two digests that agree in them are taken for one: to make
such a pair costs 2^64 steps, to meet an existing digest 2^128, and all it brings is that one's own ballot is refused.

Cost: 15 to 17 bytes a digest; a look takes longer as a bucket fills, one microsecond at sixteen million digests.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

DIGEST_BYTES: Final = 16

_BUCKET_BYTES: Final = 2
_REST_BYTES: Final = DIGEST_BYTES - _BUCKET_BYTES


class DigestSet:
    """A set of digests of at least 16 bytes each; it only grows."""

    __slots__ = ("_buckets",)

    def __init__(self, digests: Iterable[bytes] = ()) -> None:
        """Start with some digests."""
        self._buckets: dict[bytes, bytearray] = {}
        self.update(digests)

    def add(self, digest: bytes) -> None:
        """Take a digest in that is not in the set yet; ValueError for one below 16 bytes."""
        self.update((digest,))

    def update(self, digests: Iterable[bytes]) -> None:
        """Take digests in that are not in the set yet; ValueError for one below 16 bytes."""
        buckets = self._buckets
        for digest in digests:
            rest = digest[_BUCKET_BYTES:DIGEST_BYTES]
            if len(rest) != _REST_BYTES:
                raise ValueError(f"a digest of {len(digest)} bytes; at least {DIGEST_BYTES} are told apart")
            bucket = buckets.get(digest[:_BUCKET_BYTES])
            if bucket is None:
                buckets[digest[:_BUCKET_BYTES]] = bytearray(rest)
            else:
                bucket += rest

    def isdisjoint(self, digests: Iterable[bytes]) -> bool:
        """Say whether none of the digests is in the set."""
        return not any(digest in self for digest in digests)

    def copy(self) -> DigestSet:
        """Return an independent copy."""
        other = DigestSet()
        other._buckets = {first: bucket[:] for first, bucket in self._buckets.items()}
        return other

    def __contains__(self, digest: bytes) -> bool:
        bucket = self._buckets.get(digest[:_BUCKET_BYTES])
        if bucket is None:
            return False
        rest = digest[_BUCKET_BYTES:DIGEST_BYTES]
        place = bucket.find(rest)
        # What is found across the border of two digests is none.
        while place >= 0 and place % _REST_BYTES:
            place = bucket.find(rest, place + 1)
        return place >= 0

    def __len__(self) -> int:
        return sum(map(len, self._buckets.values())) // _REST_BYTES

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DigestSet):
            return NotImplemented
        return self._digests() == other._digests()

    def __hash__(self) -> int:
        raise TypeError("a set that grows has no hash")

    def _digests(self) -> set[bytes]:
        return {
            first + bucket[place : place + _REST_BYTES]
            for first, bucket in self._buckets.items()
            for place in range(0, len(bucket), _REST_BYTES)
        }
