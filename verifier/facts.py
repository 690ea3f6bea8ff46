"""What entries alone tell of ballots, and its compact form for the worker that judges them.

*Spec*: docs/protocol.md, section 8 (number, counted ballots).

*Idea*: Whether a ballot counts, where, with what weight and under which number follows from the whole log, and may
change with every entry that is added; everything else about a ballot follows from its own bytes. So a range has two
fingerprints of its facts: one over districts and numbers, on which rows depend, and one over all, on which sums depend.
"""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

_FACTS = struct.Struct(">QbqqQ")
# no district, no weight
_NONE = -1
# the number of a challenged ballot
_UNNUMBERED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotFacts:
    """What entries alone tell of a ballot: does it count, in which district, with what weight (None: no credential).

    ``number`` is one more than the ballots that its author has cast before it in the log (None: challenged).
    """

    counted: bool
    district: int | None
    weight: int | None
    number: int | None


def pack_facts(facts: Mapping[int, BallotFacts]) -> bytes:
    """Return the facts of a range's ballots by entry in a compact form."""
    return zlib.compress(_encoded(facts), 1)


def unpack_facts(data: bytes) -> dict[int, BallotFacts]:
    """Return what was packed."""
    result: dict[int, BallotFacts] = {}
    entry = 0
    for gap, counted, district, weight, number in _FACTS.iter_unpack(zlib.decompress(data)):
        entry += gap
        result[entry] = BallotFacts(
            counted=bool(counted),
            district=None if district == _NONE else district,
            weight=None if weight == _NONE else weight,
            number=None if number == _UNNUMBERED else number,
        )
    return result


def fingerprints(facts: Mapping[int, BallotFacts]) -> tuple[bytes, bytes]:
    """Return the SHA-256 of where ballots belong and of their numbers, and that of all facts."""
    places = {entry: replace(known, counted=False, weight=None) for entry, known in facts.items()}
    return sha256(_encoded(places)).digest(), sha256(_encoded(facts)).digest()


def _encoded(facts: Mapping[int, BallotFacts]) -> bytes:
    parts: list[bytes] = []
    before = 0
    for entry, known in sorted(facts.items()):
        district = _NONE if known.district is None else known.district
        weight = _NONE if known.weight is None else known.weight
        # gaps between entries are alike where entries are not, which makes them small
        parts.append(_FACTS.pack(entry - before, known.counted, district, weight, known.number or _UNNUMBERED))
        before = entry
    return b"".join(parts)
