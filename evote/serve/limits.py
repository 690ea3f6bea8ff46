"""What one client may take: a rate for each address, and memory for all bodies together.

Idea: a token bucket per address refills at a constant rate up to a burst; a request that finds it empty is told when to
come back. Bodies are counted while they arrive, whatever their headers said.

Invariants: nothing is computed for a request that has no token; the number of buckets is bounded, and forgetting one
only ever favours its client. IPv6 clients own a /64, so that is what is counted.
"""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

MAXIMUM_BUCKETS: Final = 50_000
IPV6_CLIENT_PREFIX: Final = 64


class RateLimit:
    """Token buckets by address."""

    def __init__(self, rate: float, burst: int, monotonic: Callable[[], float]) -> None:
        """Let every address spend `burst` tokens at once and `rate` per second in the long run."""
        self._rate = rate
        self._burst = burst
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, and when they were counted

    def spend(self, client: str, count: int = 1) -> int:
        """Take tokens and return 0, or take none and return the seconds after which they will be there."""
        now = self._monotonic()
        tokens, counted = self._buckets.pop(client, (float(self._burst), now))
        tokens = min(float(self._burst), tokens + (now - counted) * self._rate)
        missing = count - tokens
        if missing <= 0:
            tokens -= count
        self._buckets[client] = (tokens, now)
        if len(self._buckets) > MAXIMUM_BUCKETS:
            self._buckets.popitem(last=False)
        return 0 if missing <= 0 else math.ceil(missing / self._rate)


class Budget:
    """A number of bytes that many requests share."""

    def __init__(self, maximum: int) -> None:
        """Begin with nothing taken."""
        self._free = maximum

    def take(self, count: int) -> bool:
        """Take bytes; return whether they were there."""
        if count > self._free:
            return False
        self._free -= count
        return True

    def give_back(self, count: int) -> None:
        """Return bytes that were taken."""
        self._free += count


def client_of(address: str) -> str:
    """Return whom an address stands for: an IPv4 address or an IPv6 /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, IPV6_CLIENT_PREFIX), strict=False))
    return str(parsed)
