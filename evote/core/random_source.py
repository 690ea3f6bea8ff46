"""The type of a source of randomness.

*Idea*: the mathematics never reaches for the operating system; whoever calls it hands the source in. In production that
is `secrets.token_bytes`; a test hands in a reproducible stream.
*Invariants*: `source(n)` returns exactly n bytes, uniform and independent of everything that was returned before.
"""

from __future__ import annotations

from collections.abc import Callable

RandomBytes = Callable[[int], bytes]
"""A function from a byte count to that many fresh uniform bytes."""
