"""Live turnout of an election, from the state that the log has built.

Spec: docs/protocol.md sections 7 and 8 (valid credentials, counted ballots).

Idea: anybody could count it from the record; here it is counted once for all. Numbers of people and ballots alone: how
anybody voted is not known here.

Invariants: a credential is counted where it is valid, neither struck nor replaced; its latest ballot, and only that.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from evote.election.state import ElectionState


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictView:
    """Valid credentials of a district, and how many of them have a ballot that counts."""

    label: str
    credentials: int
    voted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectionView:
    """An election as anybody may see it at this moment; what waits for its batch is not part of it."""

    id: bytes
    label: str
    title: tuple[tuple[str, str], ...]
    phase: str
    opens: str
    closes: str
    credentials: int
    voted: int
    districts: tuple[DistrictView, ...]


def election_view(state: ElectionState) -> ElectionView:
    """Return what anybody may see of an election."""
    manifest, roll = state.manifest, state.roll
    # A replaced credential left one in its place; a struck one left none.
    struck = Counter(roll.entries[key].district for key in roll.removed if key not in roll.replaced_by)
    totals = [one.count for one in roll.totals.districts] if roll.totals else [0] * len(manifest.districts)
    districts = tuple(
        DistrictView(
            label=district.label,
            credentials=totals[number - 1] - struck[number],
            voted=state.box.counted.get(number, (0, 0))[0],
        )
        for number, district in enumerate(manifest.districts, 1)
    )
    return ElectionView(
        id=state.election_id,
        label=manifest.label,
        title=tuple(manifest.title),
        phase=state.phase.value,
        opens=manifest.opens,
        closes=manifest.closes,
        credentials=sum(one.credentials for one in districts),
        voted=sum(one.voted for one in districts),
        districts=districts,
    )
