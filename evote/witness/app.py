"""The witness over HTTP: bodies in, bodies out, and nothing decided here.

Spec: C2SP tlog-witness (main, 2026-07): `POST /add-checkpoint`, `GET /<hash of origin>/checkpoint`; the other pages are
ours: docs/witness.md.

Idea: the size of a body and the time for sending it are bounded before anything else is done with it; the work is done
in a thread, so that a slow disk does not stop the pages.

Invariants: every answer but an oversized, slow or misdirected request's comes from `Witness`; nothing here signs.
"""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from evote.errors import BoardError
from evote.log.key import format_verifier_key
from evote.log.witness_protocol import ADD_CHECKPOINT_PATH, MAXIMUM_REQUEST_BYTES
from evote.witness.store import KeptEvidence, PinnedLog
from evote.witness.witness import RETRY_SECONDS, TEXT_CONTENT_TYPE, Answer, Witness

BODY_SECONDS: Final = 10.0

_PUBLIC: Final = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}


def make_app(witness: Witness, *, body_seconds: float = BODY_SECONDS) -> FastAPI:
    """Return the witness's HTTP interface; a body not sent within `body_seconds` is answered 408."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.post(f"/{ADD_CHECKPOINT_PATH}")
    async def add_checkpoint(request: Request) -> Response:
        try:
            async with asyncio.timeout(body_seconds):
                body = await _read_body(request)
        except TimeoutError:
            return _respond(Answer(status=408, body=b"the body was not sent in time\n"))
        except ClientDisconnect:
            # Nobody reads this answer.
            return _respond(Answer(status=400, body=b""))
        if body is None:
            return _respond(Answer(status=413, body=f"a body has at most {MAXIMUM_REQUEST_BYTES} bytes\n".encode()))
        return _respond(await run_in_threadpool(witness.add_checkpoint, body))

    @app.get("/{name}/checkpoint")
    def checkpoint(name: str) -> Response:
        try:
            note = witness.latest_note(name)
        except BoardError as error:
            return _respond(Answer(status=503, body=f"{error.message}\n".encode()))
        if note is None:
            return _respond(Answer(status=404, body=b"no checkpoint of such a log was cosigned\n"))
        return Response(note, media_type=TEXT_CONTENT_TYPE, headers=_PUBLIC)

    @app.get("/{name}/evidence")
    def evidence(name: str) -> dict[str, object]:
        log = _find_log(witness, name)
        return {"evidence": [_describe(item) for item in witness.store.listed_evidence(log.origin)] if log else []}

    @app.get("/{name}/evidence/{number}")
    def evidence_file(name: str, number: int) -> Response:
        log = _find_log(witness, name)
        item = witness.store.piece_of_evidence(log.origin, number) if log else None
        if item is None:
            return _respond(Answer(status=404, body=b"no such evidence\n"))
        return Response(item.data, media_type=TEXT_CONTENT_TYPE, headers=_PUBLIC)

    @app.get("/health")
    def health() -> Response:
        try:
            convicted = witness.store.count_contradictions()
        except BoardError as error:
            return _respond(Answer(status=503, body=f"{error.message}\n".encode()))
        return _respond(Answer(status=200, body=f"ok\ncontradictions kept: {convicted}\n".encode()))

    @app.get("/")
    def about() -> dict[str, object]:
        return {
            "name": witness.identity.name,
            "statement": witness.identity.meaning.value,
            "keys": [format_verifier_key(key) for key in witness.identity.keys],
            "logs": [{"origin": log.origin, "path": log.name} for log in witness.store.logs()],
        }

    return app


async def _read_body(request: Request) -> bytes | None:
    """Return the body, None where it is too long; no more of it is read than that takes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAXIMUM_REQUEST_BYTES:
            return None
    return bytes(body)


def _respond(answer: Answer) -> Response:
    headers = {"Retry-After": str(RETRY_SECONDS)} if answer.status == 503 else {}
    # The content type is set as it stands: for a type text/*, Response would add a charset.
    return Response(answer.body, status_code=answer.status, headers=headers | {"Content-Type": answer.content_type})


def _find_log(witness: Witness, name: str) -> PinnedLog | None:
    return next((log for log in witness.store.logs() if log.name == name), None)


def _describe(item: KeptEvidence) -> dict[str, object]:
    return {"number": item.number, "kind": item.kind.value, "time": item.time, "reason": item.reason}
