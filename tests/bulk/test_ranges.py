"""How a log is cut into ranges: every entry in one, and in one only."""

import pytest

from evote.bulk.ranges import MAXIMUM_BUNDLES, split_ranges


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize(
    ("start", "size"), [(0, 1), (0, 256), (40, 300), (255, 257), (512, 512 + 40_000), (7, 1_000_003), (255, 256)]
)
def test_ranges_cover_the_log_once(start: int, size: int, workers: int) -> None:
    """Ranges follow each other from the start to the end, cut at bundles, none larger than the limit."""
    found = split_ranges("record", size, bytes(32), start, workers)

    assert [each.start for each in found] == [start, *(each.end for each in found[:-1])]
    assert found[-1].end == size
    assert all(each.end % 256 == 0 for each in found[:-1])
    assert all(each.start < each.end <= each.start - each.start % 256 + 256 * MAXIMUM_BUNDLES for each in found)


def test_many_entries_are_shared_out() -> None:
    """Two workers get a range each; of a large log more, none above the limit."""
    assert [each.start for each in split_ranges("record", 28_000, bytes(32), 100, 2)] == [100, 55 * 256]
    assert len(split_ranges("record", 1_000_000, bytes(32), 0, 2)) == 31
