"""A served toy board inside the test's own process: no sockets, but every layer from the edge to the database."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from evote.board.admission import Admission, Posting
from evote.board.board import Board
from evote.client.submission import Submission, encode_submission
from evote.log.merkle import leaf_hash
from evote.log.policy import Policy
from evote.serve.app import make_app
from evote.serve.clock import Clock
from evote.serve.journal import Journal
from evote.serve.server import open_service
from evote.serve.service import Service
from evote.serve.settings import Settings
from tests.board import toy
from tests.serve.town import Town

QUICK = Settings(
    batch_seconds=0.01,
    witness_seconds=1.5,
    witness_grace_seconds=0.01,
    statements_rate=1000.0,
    statements_burst=100_000,
    body_seconds=1.0,
    discarded_seconds=0.5,
)


@dataclass
class Scene:
    """A board's folder, how it is served, and what it wrote down."""

    folder: Path
    settings: Settings = QUICK
    admission: Callable[[], Admission] = toy.ToyAdmission
    town: Town | None = None
    policy: Policy | None = None
    clock: Clock | None = None
    journal: io.StringIO = field(default_factory=io.StringIO)
    writing: Journal | None = None
    service: Service | None = None
    failures: int = 0

    def open(self) -> Service:
        """Open the board for serving."""
        self.writing = Journal(self.journal)
        return open_service(
            self.folder,
            admission=self.admission(),
            settings=self.settings,
            journal=self.writing,
            policy=self.policy,
            clock=self.clock,
            transport=self.town,
        )

    def serve(self, story: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
        """Serve the board while a story is told by its client."""
        service = self.service = self.open()

        async def main() -> None:
            app = make_app(service)
            service.writer.start(asyncio.get_running_loop(), self._failed)
            transport = httpx.ASGITransport(app=app, client=("203.0.113.77", 1234))
            try:
                async with httpx.AsyncClient(transport=transport, base_url="http://board.example") as client:
                    await story(client)
            finally:
                await service.writer.stop()
                if service.cosigner is not None:
                    await service.cosigner.close()

        asyncio.run(main())

    def lines(self, event: str = "") -> list[dict[str, Any]]:
        """Return the lines of the operator's log, all or those of one event."""
        assert self.writing is None or self.writing.flush()
        lines = [json.loads(line) for line in self.journal.getvalue().splitlines()]
        return [line for line in lines if event in ("", line["event"])]

    def _failed(self) -> None:
        self.failures += 1


def create(folder: Path, admission: Callable[[], Admission] = toy.ToyAdmission, **options: Any) -> Scene:
    """Make a toy board and return its scene."""
    Board.create(folder, toy.ORIGIN, toy.LOG_KEY, admission=admission()).close()
    return Scene(folder, admission=admission, **options)


def body_of(*postings: Posting) -> bytes:
    """Return a request's body."""
    return b"".join(
        encode_submission(Submission(entry=one.statement, payload=one.payload, commitments=one.commitments))
        for one in postings
    )


async def post(
    client: httpx.AsyncClient, *postings: Posting, headers: dict[str, str] | None = None, query: str = ""
) -> httpx.Response:
    """Submit postings in one request."""
    kinds = {"content-type": "application/vnd.evote.submission", **(headers or {})}
    return await client.post(f"/api/statements{query}", content=body_of(*postings), headers=kinds)


def leaf_of(posting: Posting) -> str:
    """Return a posting's leaf hash in hexadecimal."""
    return leaf_hash(posting.statement).hex()


def results_of(response: httpx.Response) -> Sequence[dict[str, Any]]:
    """Return the results of a submission."""
    results: Sequence[dict[str, Any]] = response.json()["results"]
    return results


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 5.0) -> None:
    """Wait until a condition holds; fail after so long."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)
