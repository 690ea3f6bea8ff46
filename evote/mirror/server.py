"""Serving a copy: the record's files under the same paths as at the log itself, and nothing that submits.

Spec: docs/mirror.md section 4; C2SP tlog-tiles v0.1.0; docs/http.md section 2.

Idea: the read routes of the served board over the copy's folder. Whoever reads here verifies what they read, so the
only thing a copy must say about itself is that it is one, and how old its checkpoint is.

Invariants: nothing is written but compressed twins of full bundles, in a folder of their own; what is served while a
copy is being made is the record under the checkpoint that was shown last.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any, Final

import uvicorn
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evote.errors import BoardError, EvoteError
from evote.log.checkpoint import Checkpoint, read_checkpoint
from evote.log.policy import open_witnessed, quorum_time
from evote.mirror.folder import MirrorFolder
from evote.serve.connection import make_protocol
from evote.serve.journal import Journal, JournalHandler, truncated
from evote.serve.limits import RateLimit, client_of
from evote.serve.problems import HttpError, encode_json, problem_response, title_of
from evote.serve.record_routes import record_routes
from evote.serve.server import OrderlyServer
from evote.serve.settings import Settings

CACHE_NAME: Final = "cache"
_FRONT: Final = """A copy of the log {origin}, kept by somebody else than its operator.

Nothing can be submitted here. Verify what you read with the log's own key.

/checkpoint   the signed checkpoint      /policy    the log's policy, as it was copied
/tile/...     hashes, entries, payloads  /health    how old this copy is
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorService:
    """What the routes of a served copy share."""

    folder: MirrorFolder
    settings: Settings
    journal: Journal
    now: Callable[[], float]
    reads_limit: RateLimit

    @property
    def record_folder(self) -> Path:
        """The copied record."""
        return self.folder.record

    @property
    def cache_folder(self) -> Path:
        """Compressed twins of full bundles."""
        return self.folder.folder / CACHE_NAME


def open_mirror_service(
    folder: Path, *, settings: Settings, journal: Journal, now: Callable[[], float] = time.time
) -> MirrorService:
    """Return the service of a copy; raise BoardError `mirror.missing` where the folder holds none."""
    mirror = MirrorFolder(folder)
    if mirror.checkpoint() is None:
        raise BoardError("mirror.missing", f"{folder} holds no copy of a log yet", folder=folder)
    limit = RateLimit(settings.reads_rate, settings.reads_burst, time.monotonic)
    return MirrorService(folder=mirror, settings=settings, journal=journal, now=now, reads_limit=limit)


def make_mirror_app(service: MirrorService, on_ready: Callable[[], None] = lambda: None) -> ASGIApp:
    """Return the application."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        on_ready()
        yield

    app = FastAPI(
        title="evote mirror",
        version="1",
        description="A copy of a transparency log (docs/mirror.md).",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_exception_handler(HTTPException, _not_routed)
    app.include_router(record_routes(service))

    @app.get("/health", summary="What this copy is, and how old its checkpoint")
    async def health() -> Response:
        value = health_object(service)
        status = 200 if value["status"] == "ok" else 503
        return Response(encode_json(value), status, {"cache-control": "no-store"}, "application/json")

    @app.get("/", include_in_schema=False)
    async def front() -> Response:
        checkpoint = _shown(service)
        text = _FRONT.format(origin=checkpoint.origin if checkpoint else "?")
        return Response(text, headers={"cache-control": "no-store"}, media_type="text/plain; charset=utf-8")

    return _Edge(app, service)


def health_object(service: MirrorService) -> dict[str, Any]:
    """Return what a copy is: status ok, or failing where its checkpoint can't be read.

    `witnessed_seconds_ago` is by the latest time that a quorum of the trusted policy states (`quorum_time`), None
    without one; `copied_seconds_ago` by the time at which the checkpoint was written here.
    """
    value: dict[str, Any] = {"role": "mirror", "accepts_statements": False}
    checkpoint = _shown(service)
    if checkpoint is None:
        return {"status": "failing", **value}
    now = service.now()
    try:
        copied = service.folder.record.joinpath("checkpoint").stat().st_mtime
    except OSError:
        return {"status": "failing", **value}
    witnessed = _witnessed_at(service)
    return {
        "status": "ok",
        **value,
        "log": {"origin": checkpoint.origin, "size": checkpoint.size},
        "copied_seconds_ago": max(0, round(now - copied)),
        "witnessed_seconds_ago": None if witnessed is None else max(0, round(now - witnessed)),
    }


def run_mirror_service(service: MirrorService, listener: socket, on_ready: Callable[[], None] = lambda: None) -> None:
    """Serve until SIGTERM or SIGINT."""
    handler = JournalHandler(service.journal)
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(logging.WARNING)
        logger.propagate = False
    settings = service.settings
    config = uvicorn.Config(
        make_mirror_app(service, on_ready),
        http=make_protocol(settings),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=settings.connections,
        timeout_keep_alive=settings.idle_seconds,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    OrderlyServer(config).run(sockets=[listener])


class _Edge:
    """What holds for every request: a rate for each address, headers of every answer, one line of the journal."""

    def __init__(self, app: ASGIApp, service: MirrorService) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        address = scope["client"][0] if scope.get("client") else ""
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                marks = [
                    (b"access-control-allow-origin", b"*"),
                    (b"x-content-type-options", b"nosniff"),
                    (b"evote-mirror", b"1"),
                ]
                message["headers"] = [*message["headers"], *marks]
            await send(message)

        try:
            wait = self._service.reads_limit.spend(client_of(address), 1)
            if wait and scope["path"] != "/health":
                limited = HttpError("request.rate", "too many requests from one address", retry_seconds=wait)
                await problem_response(limited)(scope, receive, send_marked)
                return
            await self._app(scope, receive, send_marked)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self._service.journal.info("request", route=route, status=status, network=truncated(address))


def _shown(service: MirrorService) -> Checkpoint | None:
    try:
        note = service.folder.checkpoint()
        return None if note is None else read_checkpoint(note)
    except EvoteError:
        return None


def _witnessed_at(service: MirrorService) -> int | None:
    try:
        policy, note = service.folder.trusted_policy(), service.folder.checkpoint()
        if policy is None or note is None:
            return None
        return quorum_time(policy, open_witnessed(note, policy).times) or None
    except EvoteError:
        return None


async def _not_routed(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return problem_response(HttpError("request.no_route", f"{title_of(status).lower()} here", status=status))
