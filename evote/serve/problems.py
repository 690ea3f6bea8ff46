"""Errors as HTTP answers: RFC 9457 problem details.

Spec: RFC 9457; docs/http.md section 7.

Idea: the error's class says who is to blame and therefore the status; its `code` is the problem's type, stable for
machines, and its message the detail, which names the rule and the value.

Invariants: an error that is nobody's mistake becomes 500 without a word of what it held; no path of
this machine is told.
"""

from __future__ import annotations

import json
from typing import Any, Final

from starlette.responses import Response

from evote.errors import BoardError, EncodingError, EvoteError, PolicyError, VerificationError

PROBLEM_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = 2

# A code decides before its class; a group (all before the dot) decides between the two.
_STATUS_OF_CODE: Final = {
    "board.too_long": 413,
    "submission.too_long": 413,
    "request.too_long": 413,
    "request.too_many": 413,
    "request.timeout": 408,
    "request.bad_type": 415,
    "request.rate": 429,
    "request.key_conflict": 409,
    "board.not_published": 404,
    "admission.author": 403,
    "ballot.not_on_roll": 403,
    "ballot.removed_credential": 403,
    "admission.unknown_kind": 422,
}
_STATUS_OF_CLASS: Final[tuple[tuple[type[EvoteError], int], ...]] = (
    (EncodingError, 400),
    (VerificationError, 422),
    (PolicyError, 409),
    (BoardError, 503),
)
_PUBLIC_BOARD_CODES: Final = frozenset(
    {"board.busy", "board.stopped", "board.stopping", "board.no_quorum", "board.no_sequencer"}
)
_TITLES: Final = {
    400: "Malformed",
    403: "Not entitled",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    409: "Not allowed now",
    413: "Too long",
    415: "Unknown media type",
    422: "False statement",
    429: "Too many requests",
    500: "A bug of this server",
    503: "Not available now",
}


class HttpError(EvoteError):
    """A refusal that HTTP alone knows; the code decides the status, `retry_seconds` when to come back (0: unsaid)."""

    def __init__(self, code: str, message: str, *, status: int = 0, retry_seconds: int = 0) -> None:
        """Keep what the answer needs."""
        super().__init__(code, message)
        self.status = status or _STATUS_OF_CODE[code]
        self.retry_seconds = retry_seconds


def status_of(error: EvoteError) -> int:
    """Return the HTTP status of an error."""
    if isinstance(error, HttpError):
        return error.status
    if error.code in _STATUS_OF_CODE:
        return _STATUS_OF_CODE[error.code]
    return next((status for kind, status in _STATUS_OF_CLASS if isinstance(error, kind)), 409)


def problem_object(error: EvoteError, **more: Any) -> dict[str, Any]:
    """Return the problem's JSON object; `more` are extension members."""
    status = status_of(error)
    return {
        "type": f"urn:evote:problem:{error.code}",
        "title": title_of(status),
        "status": status,
        "detail": _detail_of(error),
        "code": error.code,
        **more,
    }


def _detail_of(error: EvoteError) -> str:
    # What a board says about its disk and its files is for its operator.
    if isinstance(error, BoardError) and error.code not in _PUBLIC_BOARD_CODES:
        return "the board can't do this now; its operator's log says why"
    return error.message


def problem_response(error: EvoteError, **more: Any) -> Response:
    """Return the answer for an error."""
    status = status_of(error)
    headers = {"cache-control": "no-store"}
    retry = error.retry_seconds if isinstance(error, HttpError) else 0
    if status == 503 or retry:
        headers["retry-after"] = str(retry or RETRY_SECONDS)
    if status in (408, 413):
        # What the client still sends is not worth reading.
        headers["connection"] = "close"
    return Response(encode_json(problem_object(error, **more)), status, headers, PROBLEM_TYPE)


def title_of(status: int) -> str:
    """Return the title that all problems of a status share."""
    return _TITLES.get(status, "Refused")


def encode_json(value: Any) -> bytes:
    """Return compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
