"""What the routes of one served board share.

Idea: one object, made at the start and handed to every route, instead of globals; a test makes as many as it wants.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request

from evote.serve.clock import Clock
from evote.serve.cosign import Cosigner
from evote.serve.desk import AskedBoard, Desk
from evote.serve.journal import Journal
from evote.serve.limits import Budget, RateLimit, client_of
from evote.serve.metrics import Metrics
from evote.serve.outcome import NOTICES
from evote.serve.problems import HttpError
from evote.serve.proofs import GrowthProofs
from evote.serve.settings import Settings
from evote.serve.turnout import ElectionView, election_view

ELECTIONS_SECONDS: Final = 0.5  # how old the list of elections may be


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The parts; see each."""

    record_folder: Path
    cache_folder: Path
    writer: Desk
    cosigner: Cosigner | None
    proofs: GrowthProofs
    settings: Settings
    clock: Clock
    metrics: Metrics
    journal: Journal
    statements_limit: RateLimit
    reads_limit: RateLimit
    bodies: Budget
    elections_cache: list[tuple[float, tuple[ElectionView, ...]]]

    async def elections(self) -> tuple[ElectionView, ...]:
        """Return the elections in the log as they stand, at most `ELECTIONS_SECONDS` old; BoardError if stopped."""
        now = self.clock.monotonic()
        if not self.elections_cache or now - self.elections_cache[0][0] > ELECTIONS_SECONDS:
            self.elections_cache[:] = [(now, await self.writer.call(_election_views))]
        return self.elections_cache[0][1]

    def spend(self, request: Request, limit: str, count: int = 1) -> None:
        """Take tokens of a request's client from a limit; raise HttpError `request.rate` where there are none."""
        bucket = self.statements_limit if limit == "statements" else self.reads_limit
        seconds = bucket.spend(client_of(request.client.host if request.client else ""), count)
        if seconds:
            self.metrics.limited.labels(limit).inc()
            raise HttpError(
                "request.rate", f"too many {limit} from one address; come back later", retry_seconds=seconds
            )

    def log_object(self) -> dict[str, object]:
        """Return what every answer says about the log: its size, and who vouches for it."""
        view = self.writer.view
        return {
            "origin": view.origin,
            "size": view.size,
            "published_size": view.published_size,
            "witnesses": view.witnessing.value,
            "notice": NOTICES[view.witnessing],
        }


def _election_views(board: AskedBoard) -> tuple[ElectionView, ...]:
    return tuple(election_view(board.state(scope)) for scope in board.elections)
