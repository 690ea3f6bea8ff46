"""The outermost layer: what holds for every request, before and after any route.

Spec: docs/http.md sections 2 and 8.

Idea: a plain ASGI wrapper. On the way in it takes a token of the client's rate; on the way out it adds the headers that
every answer has (any web page may read it, who vouches for the log) and writes one line of the operator's log.

Invariants: every answer, also that to a bug of ours, is a problem or a document, with these headers; a path never
reaches the log, only the route it matched.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evote.errors import EvoteError
from evote.serve.journal import truncated
from evote.serve.problems import HttpError, problem_response
from evote.serve.service import Service

SUBMIT_PATH: Final = "/api/statements"
# Whoever watches the server must not lock themselves out.
_UNLIMITED: Final = frozenset({"/health", "/metrics"})
_PREFLIGHT: Final = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
    "access-control-allow-headers": "content-type, idempotency-key",
    "access-control-max-age": "86400",
}
BUG: Final = HttpError("server.bug", "a bug of this server; its operator's log says of what kind", status=500)
_EXPOSED: Final = b"retry-after, evote-witnesses"


class Edge:
    """Wraps the application of one service."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        """Take both."""
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; other events pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        service, started = self._service, self._service.clock.monotonic()
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                witnessing = service.writer.view.witnessing.value.encode()
                message["headers"] = [
                    *message["headers"],
                    (b"access-control-allow-origin", b"*"),
                    (b"access-control-expose-headers", _EXPOSED),
                    (b"x-content-type-options", b"nosniff"),
                    (b"evote-witnesses", witnessing),
                ]
            await send(message)

        try:
            answer = self._answer_at_once(Request(scope))
            await (answer or self._app)(scope, receive, send_marked)
        except ClientDisconnect:
            status = 499
        except Exception as error:
            service.journal.error("bug", kind=type(error).__name__)
            # Where an answer had begun, only a broken connection can tell the client.
            if status not in (0, 500):
                raise
            if not status:
                await problem_response(BUG)(scope, receive, send_marked)
        finally:
            seconds = service.clock.monotonic() - started
            route = getattr(scope.get("route"), "path", "none")
            service.metrics.requests.labels(route, str(status)).inc()
            service.metrics.request_seconds.labels(route).observe(seconds)
            service.journal.info(
                "request",
                method=scope["method"] if scope["method"] in ("GET", "HEAD", "POST", "OPTIONS") else "other",
                route=route,
                status=status,
                milliseconds=round(1000 * seconds),
                network=truncated(scope["client"][0]) if scope.get("client") else "unknown",
            )

    def _answer_at_once(self, request: Request) -> Response | None:
        """Return the answer to a preflight, or to a client that asks too much."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_PREFLIGHT)
        path = request.scope["path"]
        if path not in _UNLIMITED:
            try:
                self._service.spend(request, "statements" if path == SUBMIT_PATH else "reads")
            except EvoteError as error:
                return problem_response(error)
        return None
