"""How a log is cut into ranges: long enough for batches, short enough for memory, progress and many workers.

*Idea*: A batch is cheaper the longer it is, so every worker gets an equal part in as few ranges as the bounds allow.
Without recorded commitments ranges only have to be short. What was finished before keeps its place.

*Invariants*: Every entry of a bundle that is there is in exactly one range. A range below the length of a bundle lies
in one bundle.
"""

from collections.abc import Iterator, Sequence

from verifier.batch_proofs import numbers_on_ballot
from verifier.layout import WIDTH
from verifier.manifest import Manifest

SHORTEST = 32
# of one batch: more would need more memory and gain little (docs/batch-verification.md, section 9)
NUMBERS_PER_BATCH = 1 << 21
# where work can be resumed, a range is what an interrupt loses
NUMBERS_TO_LOSE = 1 << 18
RANGES_PER_WORKER = 16

Range = tuple[int, int]


def range_length(manifest: Manifest | None, size: int, workers: int, *, batches: bool, resumable: bool) -> int:
    """Return how many entries a range may have; ``batches`` says whether commitments are recorded."""
    numbers = NUMBERS_TO_LOSE if resumable else NUMBERS_PER_BATCH
    most = max(numbers // max(sum(numbers_on_ballot(manifest)), 1), 1) if manifest is not None else WIDTH
    if not batches:
        each = size // (workers * RANGES_PER_WORKER) // SHORTEST * SHORTEST
        return min(max(each, SHORTEST), WIDTH, most)
    rounds = -(-size // (workers * most))
    length = -(-size // (workers * max(rounds, 1)))
    if length <= WIDTH:
        return min(max(length, SHORTEST), most)
    # beyond a bundle: whole bundles
    return min(-(-length // WIDTH), max(most // WIDTH, 1)) * WIDTH if most >= WIDTH else most


def cut(
    bundles: Sequence[int], size: int, length: int, done: Sequence[Range] = (), *, tail: bool = False
) -> Iterator[Range]:
    """Yield ranges of at most ``length`` entries that cover the bundles, but for what is ``done`` (ascending).

    ``tail`` says that an unfinished last bundle is to be a range of its own.
    """
    start = stop = -1
    for piece_start, piece_stop in _pieces(bundles, size, length, done):
        joined = start >= 0 and piece_start == stop and piece_stop - start <= length and length >= WIDTH
        if joined and not (tail and piece_start >= size // WIDTH * WIDTH):
            stop = piece_stop
            continue
        if start >= 0:
            yield start, stop
        start, stop = piece_start, piece_stop
    if start >= 0:
        yield start, stop


def _pieces(bundles: Sequence[int], size: int, length: int, done: Sequence[Range]) -> Iterator[Range]:
    """Yield what is to be done, in parts of at most a bundle."""
    step, following = min(length, WIDTH), 0
    for number in bundles:
        start, end = number * WIDTH, min((number + 1) * WIDTH, size)
        while start < end:
            while following < len(done) and done[following][1] <= start:
                following += 1
            done_start, done_stop = done[following] if following < len(done) else (end, end)
            if done_start <= start:
                start = min(done_stop, end)
                continue
            stop = min(start + step, end, done_start)
            yield start, stop
            start = stop
