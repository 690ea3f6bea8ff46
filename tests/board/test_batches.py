"""Order within and between batches."""

from __future__ import annotations

import secrets
from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from evote.board.batches import shuffle, split_batches

Item = tuple[bytes, int]


@given(st.lists(st.sampled_from([b"a", b"b", b"c", b"d"]), max_size=40))
def test_batches_keep_every_item_and_the_order_of_each_author(authors: list[bytes]) -> None:
    """No author is twice in a batch, nothing is lost or doubled, and each author's items keep their order."""
    items = [(author, number) for number, author in enumerate(authors)]
    batches = split_batches(items, lambda item: item[0])
    for batch in batches:
        assert len({author for author, _ in batch}) == len(batch) > 0
    flat = [item for batch in batches for item in batch]
    assert sorted(flat) == sorted(items)
    for author in set(authors):
        own = [number for name, number in flat if name == author]
        assert own == sorted(own)


@given(st.lists(st.integers(), max_size=30), st.integers())
def test_a_shuffle_is_a_permutation(items: list[int], seed: int) -> None:
    """Nothing is lost or doubled."""
    assert Counter(shuffle(items, Random(seed).randbytes)) == Counter(items)


def test_every_order_is_equally_likely() -> None:
    """Of 6000 shuffles of three items, each of the six orders comes about 1000 times (within 6 deviations)."""
    counts = Counter(shuffle("abc", secrets.token_bytes) for _ in range(6000))
    assert len(counts) == 6
    assert all(abs(count - 1000) < 174 for count in counts.values())
