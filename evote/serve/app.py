"""The HTTP application of one served board.

Spec: docs/http.md.

Idea: routes, the turning of errors into problems, and the beginning and end of the board's thread; nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from evote.errors import EvoteError
from evote.serve.edge import BUG, Edge
from evote.serve.problems import HttpError, problem_response, title_of
from evote.serve.query_routes import query_routes
from evote.serve.record_routes import record_routes
from evote.serve.service import Service
from evote.serve.status_routes import status_routes
from evote.serve.submission_routes import submission_routes


def make_app(
    service: Service, on_failure: Callable[[], None] = lambda: None, on_ready: Callable[[], None] = lambda: None
) -> ASGIApp:
    """Return the application, whose lifespan is that of the writer; `on_failure` is called when it can't go on."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.writer.start(asyncio.get_running_loop(), on_failure)
        on_ready()
        try:
            yield
        finally:
            await service.writer.stop()
            if service.cosigner is not None:
                await service.cosigner.close()

    app = FastAPI(
        title="evote board",
        version="1",
        description="A bulletin board for verifiable elections: a C2SP transparency log with witnesses (docs/http.md).",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_exception_handler(EvoteError, _refused)
    app.add_exception_handler(HTTPException, _not_routed)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(Exception, _bug)
    for routes in (record_routes, submission_routes, query_routes, status_routes):
        app.include_router(routes(service))
    return Edge(app, service)


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, EvoteError):
        raise TypeError("a handler of EvoteError")
    return problem_response(error)


async def _bug(_: Request, __: Exception) -> Response:
    return problem_response(BUG)


async def _not_routed(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return problem_response(HttpError("request.no_route", f"{title_of(status).lower()} here", status=status))


async def _not_understood(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise TypeError("a handler of RequestValidationError")
    names = ", ".join(str(one["loc"][-1]) for one in error.errors())
    return problem_response(HttpError("request.bad_parameter", f"a parameter is malformed: {names}", status=400))
