"""The compact set of digests against Python's own."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote.election.digest_set import DigestSet

# Few values of few bytes, so that digests share buckets and stand across each other's borders.
DIGESTS = st.lists(st.sampled_from([0, 1, 2]), min_size=16, max_size=18).map(bytes)


@given(st.lists(DIGESTS), st.lists(DIGESTS))
def test_it_holds_what_a_set_holds(taken: list[bytes], asked: list[bytes]) -> None:
    """Membership, number and disjointness are those of a set of the first 16 bytes."""
    expected = {digest[:16] for digest in taken}
    digests = DigestSet(expected)
    assert len(digests) == len(expected)
    for digest in (*taken, *asked):
        assert (digest in digests) == (digest[:16] in expected)
    assert digests.isdisjoint(asked) == expected.isdisjoint(digest[:16] for digest in asked)


def test_across_the_border_of_two_digests_there_is_nothing() -> None:
    """Bytes that are found only where one digest ends and the next begins are not a member."""
    first, second = bytes(2) + bytes(range(14)), bytes(2) + bytes(range(100, 114))
    digests = DigestSet([first, second])
    for shift in range(1, 14):
        assert bytes(2) + (first[2:] + second[2:])[shift : shift + 14] not in digests


def test_copies_and_equality() -> None:
    """A copy goes its own way; sets are equal by their members, in whatever order they came."""
    many = [sha256(bytes([number])).digest() for number in range(200)]
    digests, backwards = DigestSet(many), DigestSet(reversed(many))
    assert digests == backwards != DigestSet(many[1:])
    copied = digests.copy()
    copied.add(bytes(16))
    assert bytes(16) in copied
    assert bytes(16) not in digests
    assert digests != copied
    assert digests != set(many)


def test_what_is_no_digest() -> None:
    """Less than 16 bytes can't be told apart and are refused; the set has no hash."""
    with pytest.raises(ValueError, match="at least 16"):
        DigestSet([bytes(15)])
    with pytest.raises(TypeError):
        hash(DigestSet())
