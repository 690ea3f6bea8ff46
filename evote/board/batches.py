"""In which batch a ballot is sequenced, and in which order within it.

Idea: the order of a log would tell who voted when. Ballots that arrive together are therefore shuffled, and the batch
is all that remains of the time. Only one order matters to the count: that of the ballots of one credential. So a batch
holds at most one ballot of each author, and later ones follow in later batches.

Invariants: nothing is lost or doubled; the ballots of one author keep the order of their arrival.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from evote.core.random_source import RandomBytes

Item = TypeVar("Item")

_RANDOM_BYTES = 16  # 128 bits for an index below 2^20: a bias below 2^-108


def split_batches(items: Sequence[Item], author_of: Callable[[Item], bytes]) -> tuple[tuple[Item, ...], ...]:
    """Return batches in which no author occurs twice: the first items of all authors, then the second ones, ..."""
    batches: list[list[Item]] = []
    seen: dict[bytes, int] = {}
    for item in items:
        author = author_of(item)
        number = seen.get(author, 0)
        seen[author] = number + 1
        if number == len(batches):
            batches.append([])
        batches[number].append(item)
    return tuple(tuple(batch) for batch in batches)


def shuffle(items: Sequence[Item], random: RandomBytes) -> tuple[Item, ...]:
    """Return the items in uniformly random order (Fisher and Yates)."""
    result = list(items)
    for last in range(len(result) - 1, 0, -1):
        other = int.from_bytes(random(_RANDOM_BYTES), "big") % (last + 1)
        result[last], result[other] = result[other], result[last]
    return tuple(result)
