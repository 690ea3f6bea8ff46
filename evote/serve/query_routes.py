"""Questions about the log: elections with their turnout, a ballot by its confirmation code, consistency proofs.

Spec: docs/http.md section 6; RFC 9162 section 2.1.4.

Idea: everything here can be computed by anybody from the record; it is answered for those who don't want to read all of
it. None of the answers needs to be believed: a found ballot comes with its receipt, a proof is a proof.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from evote.board.publish import CHECKPOINT_NAME
from evote.errors import EncodingError, PolicyError
from evote.log.checkpoint import read_checkpoint
from evote.log.encoding import encode_base64, parse_decimal
from evote.serve import models
from evote.serve.desk import AskedBoard
from evote.serve.problems import HttpError, encode_json
from evote.serve.service import Service
from evote.serve.submission_routes import JSON, problem_answers
from evote.serve.turnout import ElectionView

_DIGEST: Final = re.compile("[0-9a-f]{64}")


def query_routes(service: Service) -> APIRouter:
    """Return the routes for questions."""
    router = APIRouter(tags=["questions"], prefix="/api")

    @router.get(
        "/elections",
        summary="The elections in the log, with their phases and turnout",
        response_model=models.Elections,
        responses=problem_answers(429, 503),
    )
    async def elections() -> Response:
        views = await service.elections()
        return _json({"log": service.log_object(), "elections": [_election_object(view) for view in views]})

    @router.get(
        "/elections/{election}",
        summary="One election",
        response_model=models.Election,
        responses=problem_answers(400, 404, 429, 503),
    )
    async def one_election(election: str) -> Response:
        wanted = _digest(election, "an election id")
        for view in await service.elections():
            if view.id == wanted:
                return _json({"log": service.log_object(), **_election_object(view)})
        raise HttpError("admission.no_manifest", "the log holds no such election", status=404)

    @router.get(
        "/elections/{election}/ballots/{confirmation_code}",
        summary="The ballot with a confirmation code",
        response_model=models.FoundBallot,
        responses=problem_answers(400, 404, 429, 503),
    )
    async def ballot(election: str, confirmation_code: str) -> Response:
        scope, code = _digest(election, "an election id"), _digest(confirmation_code, "a confirmation code")
        found = await service.writer.call(lambda board: _find_ballot(board, scope, code))
        return _json(
            {"log": service.log_object(), "election": election, "confirmation_code": confirmation_code, **found}
        )

    @router.get(
        "/consistency/{old}/{new}",
        summary="A consistency proof between two published sizes",
        response_model=models.Consistency,
        responses=problem_answers(400, 404, 429, 503),
    )
    async def consistency(old: str, new: str) -> Response:
        old_size, new_size = parse_decimal(old, "the old size"), parse_decimal(new, "the new size")
        if not 0 < old_size <= new_size:
            raise EncodingError(
                "request.bad_sizes", "a proof leads from a size of at least 1 to one that is not smaller"
            )
        checkpoint = read_checkpoint((service.record_folder / CHECKPOINT_NAME).read_bytes())
        if new_size > checkpoint.size:
            raise HttpError(
                "board.not_published", f"the published log has {checkpoint.size} entries, not {new_size}", status=404
            )
        hashes = await asyncio.to_thread(service.proofs.between, old_size, new_size, checkpoint)
        answer = {"log": service.log_object(), "old": old_size, "new": new_size}
        return _json({**answer, "hashes": [encode_base64(item) for item in hashes]})

    return router


def _find_ballot(board: AskedBoard, scope: bytes, code: bytes) -> dict[str, Any]:
    """Return where a ballot stands, with its receipt where it is published; called in the board's thread."""
    try:
        index = board.find_ballot(scope, code)
    except PolicyError:
        index = None
    if index is None:
        raise HttpError("ballot.not_found", "the log has no ballot with this confirmation code", status=404)
    if index >= board.published_size:
        return {"index": index, "published": False}
    return {"index": index, "published": True, "receipt": board.receipt(index).decode()}


def _digest(text: str, what: str) -> bytes:
    if not _DIGEST.fullmatch(text):
        raise EncodingError("request.bad_hash", f"{what} is 64 lower-case hexadecimal digits")
    return bytes.fromhex(text)


def _election_object(view: ElectionView) -> dict[str, Any]:
    return {
        "id": view.id.hex(),
        "label": view.label,
        "title": dict(view.title),
        "phase": view.phase,
        "opens": view.opens,
        "closes": view.closes,
        "turnout": {
            "credentials": view.credentials,
            "voted": view.voted,
            "districts": [
                {"label": one.label, "credentials": one.credentials, "voted": one.voted} for one in view.districts
            ],
        },
    }


def _json(value: dict[str, Any]) -> Response:
    return Response(encode_json(value), 200, {"cache-control": "no-store"}, JSON)
