"""Submitting statements, and the receipts for them.

Spec: docs/http.md sections 3 to 5; docs/formats.md section 4.

Idea: what can be refused without mathematics is refused first: rate, length, form, the payload's hash. The rest goes to
the board's thread in one job, and the answer comes when a published checkpoint covers it, or a promise is due.

Invariants: the same bytes give the same entry, whoever sends them, however often; an answer 200 has a receipt for every
statement (unless the client wants none), and every receipt is under a published checkpoint.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from evote.board.admission import Posting
from evote.errors import EncodingError, EvoteError
from evote.log.promise import Promise, promise_object
from evote.serve import models
from evote.serve.bodies import CONTENT_TYPES, read_posting, received_body, split_submissions
from evote.serve.desk import AskedBoard
from evote.serve.outcome import Outcome
from evote.serve.problems import (
    PROBLEM_TYPE,
    HttpError,
    encode_json,
    problem_object,
    problem_response,
    status_of,
)
from evote.serve.service import Service

JSON: Final = "application/json"
RECEIPT_TYPE: Final = "text/plain; charset=utf-8"

_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_LEAF_HASH: Final = re.compile("[0-9a-f]{64}")
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "One submission file (formats.md section 4), or several, one after the other.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in CONTENT_TYPES},
    },
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "Of the client's choice: the same author's other bytes under the same key are a conflict.",
            "schema": {"type": "string", "maxLength": 255},
        }
    ],
}


def problem_answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of problems with these statuses."""
    example = {PROBLEM_TYPE: {"example": models.PROBLEM_EXAMPLE}}
    return {status: {"model": models.Problem, "content": example} for status in statuses}


def submission_routes(service: Service) -> APIRouter:
    """Return the routes for submitting."""
    router = APIRouter(tags=["submission"], prefix="/api")

    @router.post(
        "/statements",
        summary="Submit one statement, or up to a hundred",
        response_model=models.Submitted,
        responses={
            202: {"model": models.Submitted, "description": "At least one is promised, none refused."},
            207: {"model": models.Submitted, "description": "Several statements, some of them refused."},
            **problem_answers(400, 403, 408, 409, 413, 415, 422, 429, 503),
        },
        openapi_extra=_BODY,
    )
    async def submit(request: Request, receipts: bool = True) -> Response:
        key = _key_of(request)
        async with received_body(request, service.settings, service.bodies) as body:
            parts = split_submissions(body, service.settings.request_statements)
            if len(parts) > 1:
                service.spend(request, "statements", len(parts) - 1)
            read = [read_posting(part) for part in parts]
            postings = [
                _with_key(posting, key, place) for place, posting in enumerate(read) if isinstance(posting, Posting)
            ]
            outcomes = iter(await service.writer.submit(postings) if postings else ())
            results: list[Outcome | EvoteError] = [
                one if isinstance(one, EvoteError) else next(outcomes) for one in read
            ]
        return _answer(service, results, receipts)

    @router.get(
        "/receipts/{leaf_hash}",
        summary="The receipt (.tlog-proof) of an entry",
        response_class=Response,
        responses={
            200: {"content": {RECEIPT_TYPE: {"example": "c2sp.org/tlog-proof@v1\nindex 7\n..."}}},
            202: {"model": models.Promised, "description": "In the log, not yet published."},
            **problem_answers(400, 404, 429, 503),
        },
    )
    async def receipt(leaf_hash: str) -> Response:
        if not _LEAF_HASH.fullmatch(leaf_hash):
            raise EncodingError("request.bad_hash", "a leaf hash is 64 lower-case hexadecimal digits")
        found = await service.writer.call(lambda board: _find(service, board, bytes.fromhex(leaf_hash)))
        if isinstance(found, Promise):
            answer = {"log": service.log_object(), "promise": promise_object(found)}
            return Response(encode_json(answer), 202, {"cache-control": "no-store"}, JSON)
        return Response(found, headers={"cache-control": "no-cache"}, media_type=RECEIPT_TYPE)

    return router


def _find(service: Service, board: AskedBoard, leaf_hash: bytes) -> bytes | Promise:
    """Return the receipt of an entry, or the promise about it; called in the board's thread."""
    index = board.index_of(leaf_hash)
    if index is None:
        raise HttpError("board.not_in_log", "the log has no such entry", status=404)
    if index >= board.published_size:
        return service.writer.promise_of(leaf_hash, index)
    return board.receipt(index)


def _key_of(request: Request) -> bytes:
    key = request.headers.get("idempotency-key")
    if key is None:
        return b""
    if not _KEY.fullmatch(key):
        raise EncodingError("request.bad_key", "an idempotency key is 1 to 255 printable ASCII characters")
    return key.encode()


def _with_key(posting: Posting, key: bytes, place: int) -> Posting:
    """Return the posting with its own key: each statement of a request has one."""
    return replace(posting, key=sha256(b"%d:%s" % (place, key)).digest()) if key else posting


def _answer(service: Service, results: Sequence[Outcome | EvoteError], receipts: bool) -> Response:
    objects = [_result_object(result, receipts) for result in results]
    statuses = {int(one["status"]) for one in objects}
    (first, *others) = results
    refusal = first if isinstance(first, EvoteError) else first.refusal
    if refusal is not None and not others:
        more = {name: objects[0][name] for name in ("leaf_hash", "index") if name in objects[0]}
        return problem_response(refusal, **more)
    # Several statuses in one answer are 207 (RFC 4918 section 13), unless all is well.
    status = 207 if statuses - {200, 202} else max(statuses)
    answer = {"log": service.log_object(), "results": objects}
    return Response(encode_json(answer), status, {"cache-control": "no-store"}, JSON)


def _result_object(result: Outcome | EvoteError, receipts: bool) -> dict[str, Any]:
    if isinstance(result, EvoteError):
        return {"status": status_of(result), "problem": problem_object(result)}
    value: dict[str, Any] = {"leaf_hash": result.leaf_hash.hex()}
    if result.index is not None:
        value["index"] = result.index
    if result.refusal is not None:
        return {"status": status_of(result.refusal), **value, "problem": problem_object(result.refusal)}
    if result.promise is not None:
        return {"status": 202, **value, "promise": promise_object(result.promise)}
    if receipts:
        value["receipt"] = result.receipt.decode()
    return {"status": 200, **value}
