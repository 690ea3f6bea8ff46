"""Reproducible sources of randomness for tests."""

import hashlib
from collections.abc import Iterable

from evote.core.random_source import RandomBytes


def seeded(seed: str) -> RandomBytes:
    """Return a source whose bytes are SHA-256 of seed and a counter."""
    counter = 0

    def random(size: int) -> bytes:
        nonlocal counter
        data = b""
        while len(data) < size:
            data += hashlib.sha256(f"{seed}:{counter}".encode()).digest()
            counter += 1
        return data[:size]

    return random


def prepared(values: Iterable[int]) -> RandomBytes:
    """Return a source that yields the given numbers, one a call, and fails when they run out."""
    queue = list(values)

    def random(size: int) -> bytes:
        return queue.pop(0).to_bytes(size, "big")

    return random
