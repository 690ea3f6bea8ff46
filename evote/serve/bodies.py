"""Reading what a client sends, up to a limit of size, time and memory, and taking it apart.

Spec: docs/http.md section 3; docs/formats.md section 4.

Idea: a body is counted while it arrives; what is too much is not kept. A refused body is still read for a moment, and
forgotten, because a client that is busy sending sees a closed connection and not the answer. A submission carries its
own lengths, so several of them are simply one after the other.

Invariants: memory for bodies is bounded for all requests together; nothing is decoded before the whole body is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from typing import Final

from starlette.requests import Request

from evote.board.admission import Posting
from evote.client.submission import MAXIMUM_COMMITMENTS_BYTES, MAXIMUM_PAYLOAD_BYTES, decode_submission
from evote.errors import EncodingError, EvoteError, VerificationError
from evote.log.statement import MAXIMUM_STATEMENT_BYTES, decode_statement
from evote.serve.limits import Budget
from evote.serve.problems import HttpError
from evote.serve.settings import Settings

CONTENT_TYPES: Final = ("application/octet-stream", "application/vnd.evote.submission")
# Width of the length and largest length of a submission's parts.
_PARTS: Final = ((2, MAXIMUM_STATEMENT_BYTES), (4, MAXIMUM_PAYLOAD_BYTES), (4, MAXIMUM_COMMITMENTS_BYTES))


@asynccontextmanager
async def received_body(request: Request, settings: Settings, budget: Budget) -> AsyncIterator[bytes]:
    """Yield a request's body, whose memory is counted until the end.

    Raise HttpError `request.bad_type`, `.too_long`, `.timeout`, or `board.busy` where all requests together hold too
    much.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in CONTENT_TYPES:
        raise HttpError("request.bad_type", f"a submission's content type is {' or '.join(CONTENT_TYPES)}")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise HttpError("request.bad_type", "a submission is sent without content encoding")
    taken = 0
    body = bytearray()
    is_too_long = _stated_length(request) > settings.body_bytes
    try:
        try:
            async with asyncio.timeout(settings.body_seconds):
                async for chunk in _chunks(request, is_refused=is_too_long):
                    if len(body) + len(chunk) > settings.body_bytes:
                        is_too_long = True
                        break
                    if not budget.take(len(chunk)):
                        raise HttpError("board.busy", "too many bodies are being received", status=503)
                    taken += len(chunk)
                    body += chunk
        except TimeoutError:
            raise HttpError(
                "request.timeout", f"the body did not arrive within {settings.body_seconds:g} seconds"
            ) from None
        if is_too_long:
            body.clear()
            await _discard(request, settings)
            raise HttpError("request.too_long", f"a request body has at most {settings.body_bytes} bytes")
        yield bytes(body)
    finally:
        budget.give_back(taken)


def split_submissions(body: bytes, maximum: int) -> list[bytes]:
    """Return the submissions of a body, one or several, none of them decoded.

    Raise EncodingError `submission.empty`, `.truncated`, `.too_long`; HttpError `request.too_many`.
    """
    parts: list[bytes] = []
    position = 0
    while position < len(body):
        if len(parts) == maximum:
            raise HttpError("request.too_many", f"a request holds at most {maximum} statements")
        start = position
        for width, limit in _PARTS:
            length = int.from_bytes(body[position : position + width], "big")
            position += width + length
            if length > limit:
                raise EncodingError(
                    "submission.too_long", f"a part of submission {len(parts)} states {length} bytes; at most {limit}"
                )
            if position > len(body):
                raise EncodingError("submission.truncated", f"the body ends within submission {len(parts)}")
        parts.append(body[start:position])
    if not parts:
        raise EncodingError("submission.empty", "the body holds no submission")
    return parts


def read_posting(data: bytes) -> Posting | EvoteError:
    """Return the posting in a submission, or why it is none: its form and the payload's hash are checked, no more."""
    try:
        submission = decode_submission(data)
        statement = decode_statement(submission.entry)
        computed = sha256(submission.payload).digest()
        if computed != statement.payload_hash:
            raise VerificationError(
                "statement.payload_mismatch",
                f"the payload hashes to {computed.hex()}, not {statement.payload_hash.hex()} as stated",
            )
    except EvoteError as error:
        return error
    return Posting(statement=submission.entry, payload=submission.payload, commitments=submission.commitments)


def _stated_length(request: Request) -> int:
    with suppress(ValueError):
        return int(request.headers.get("content-length", "0"))
    return 0


async def _chunks(request: Request, *, is_refused: bool) -> AsyncIterator[bytes]:
    if not is_refused:
        async for chunk in request.stream():
            yield chunk


async def _discard(request: Request, settings: Settings) -> None:
    """Read the rest of a body for a moment and forget it; not that of a client who asked before sending any."""
    if request.headers.get("expect", "").lower() == "100-continue":
        return
    discarded = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(settings.discarded_seconds):
            while discarded <= settings.discarded_bytes:
                message = await request.receive()
                discarded += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
