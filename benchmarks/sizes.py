"""How much a run measures: a full run takes some ten minutes on two idle cores, a quick one seconds."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.primitives import MAXIMUM
from benchmarks.spread import LARGEST
from benchmarks.verification import Plan

STREAM = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Numbers of one run; `distinct`, `verification` and `encrypted` by the number of options."""

    distinct: dict[int, int]
    verification: dict[int, Plan]
    encrypted: dict[int, int]
    windows: tuple[int, ...]
    rounds: int
    process_rounds: int
    maximum: int
    empty_tasks: int
    memory_plan: int
    peer_ballots: int
    peer_rounds: int
    peer_stream: int


FULL = Sizes(
    distinct={2: 4000, 20: 400},
    verification={
        2: Plan(rounds=5, small=(10, 100, 1000), large=(10_000, STREAM), part=2000),
        20: Plan(rounds=3, small=(10, 100), large=(1000, 10_000), counted_up_to=100, part=500),
    },
    encrypted={2: 20, 20: 3},
    windows=(8, 12),
    rounds=5,
    process_rounds=3,
    maximum=MAXIMUM,
    empty_tasks=200,
    memory_plan=LARGEST,
    peer_ballots=1000,
    peer_rounds=3,
    peer_stream=STREAM,
)

QUICK = Sizes(
    distinct={2: 6, 3: 2},
    verification={2: Plan(rounds=1, small=(4,), large=(10,), part=5), 3: Plan(rounds=1, small=(4,))},
    encrypted={2: 1, 3: 1},
    windows=(8,),
    rounds=1,
    process_rounds=1,
    maximum=5000,
    empty_tasks=4,
    memory_plan=64,
    peer_ballots=2,
    peer_rounds=1,
    peer_stream=64,
)
