"""How the server is: for people, for programs that watch it, and for those who collect numbers.

Spec: docs/http.md section 9; Prometheus text format.

Idea: "ok" means that statements are accepted and published under the quorum. Without a quorum the server goes on, and
says so everywhere; when it can't go on, /health is 503, so that whatever watches it acts.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from evote.log.policy import tolerance
from evote.serve.outcome import NOTICES, Witnessing
from evote.serve.problems import encode_json
from evote.serve.service import Service
from evote.serve.submission_routes import JSON

_FRONT: Final = """{origin}: a public, append-only log.

{notice}

/checkpoint   the signed checkpoint      /policy        keys, witnesses, quorum
/tile/...     hashes, entries, payloads  /api/elections elections and turnout
/health       how this server is         /openapi.json  the whole interface
"""


def status_routes(service: Service) -> APIRouter:
    """Return the routes for watching."""
    router = APIRouter(tags=["status"])

    @router.get("/", include_in_schema=False)
    async def front() -> Response:
        view = service.writer.view
        text = _FRONT.format(origin=view.origin, notice=NOTICES[view.witnessing])
        return Response(text, headers={"cache-control": "no-store"}, media_type="text/plain; charset=utf-8")

    @router.get("/health", summary="Whether the server accepts and publishes; 503 where it can't go on")
    async def health() -> Response:
        value = health_object(service)
        status = 503 if value["status"] == "failing" else 200
        return Response(encode_json(value), status, {"cache-control": "no-store"}, JSON)

    @router.get("/metrics", summary="Numbers in Prometheus' text format")
    async def metrics() -> Response:
        return Response(service.metrics.text(), headers={"content-type": CONTENT_TYPE_LATEST})

    return router


def health_object(service: Service) -> dict[str, Any]:
    """Return how the server is: status ok, degraded (no quorum, no sequencer, broken promises) or failing."""
    view, now = service.writer.view, service.clock.monotonic()
    status = "ok"
    if view.witnessing is Witnessing.MISSING or view.overdue or not view.has_sequencer:
        status = "degraded"
    if view.stopped:
        status = "failing"
    value: dict[str, Any] = {
        "status": status,
        "log": service.log_object(),
        "checkpoint_age_seconds": round(now - view.published_at),
        "promises": {"open": view.promises, "overdue": view.overdue},
        "waiting_statements": service.writer.waiting,
    }
    if view.stopped:
        value["stopped"] = view.stopped
    if not view.has_sequencer:
        value["sequencer"] = "missing"
    if view.missing_since is not None:
        value["without_quorum_seconds"] = round(now - view.missing_since)
    if service.cosigner is not None:
        tolerated = tolerance(service.cosigner.policy)
        value["witnesses"] = {
            "cosigned": list(view.cosigned),
            "tolerated_offline": tolerated.offline,
            "tolerated_malicious": tolerated.malicious,
            "members": [
                {
                    "name": state.witness.name,
                    "answer": state.answer,
                    "detail": state.detail,
                    "size": state.size,
                    "cosigned_seconds_ago": None if state.cosigned_at is None else round(now - state.cosigned_at),
                }
                for state in service.cosigner.states
            ],
        }
    return value
