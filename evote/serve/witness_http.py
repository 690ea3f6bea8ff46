"""One exchange with one witness: what it answered, as a value, whatever it tried.

Spec: C2SP tlog-witness (main, 2026-07): add-checkpoint and the monitoring page.

Idea: a witness is somebody else's machine. Its answer is read up to a limit, without following redirects and without
unpacking anything, and every way in which it can fail has a name that an operator and a counter can use.

Invariants: nothing of an answer is trusted here; a failed exchange raises `WitnessError` and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import httpx

from evote.client.cookies import no_cookies
from evote.errors import EncodingError, VerificationError
from evote.log.checkpoint import OpenedCheckpoint, open_checkpoint
from evote.log.note import NoteVerifier
from evote.log.policy import PolicyWitness
from evote.log.witness_protocol import (
    ADD_CHECKPOINT_PATH,
    MAXIMUM_REQUEST_BYTES,
    AddCheckpoint,
    encode_add_checkpoint,
    monitoring_path,
)

_HEADERS: Final = {"accept-encoding": "identity", "user-agent": "evote-serve"}


class Answer(StrEnum):
    """What came of asking a witness."""

    COSIGNED = "cosigned"
    NO_ADDRESS = "no_address"  # the policy states no URL
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    BUSY = "busy"  # 429, 503
    REFUSED = "refused"  # 400
    UNTRUSTED = "untrusted"  # 403: no signature that it accepts
    UNKNOWN_LOG = "unknown_log"  # 404
    STUCK = "stuck"  # 409 without a size, or again and again
    AHEAD = "ahead"  # 409 with a size beyond ours
    INCONSISTENT = "inconsistent"  # 422
    STRANGE_STATUS = "strange_status"
    TOO_LONG = "too_long"
    MALFORMED = "malformed"
    NO_SIGNATURE = "no_signature"  # none by the key of the policy
    BAD_SIGNATURE = "bad_signature"
    BAD_TIME = "bad_time"


# What only a lying witness, or a log that has forked, brings about.
ALARMING: Final = frozenset(
    {
        Answer.STUCK,
        Answer.AHEAD,
        Answer.INCONSISTENT,
        Answer.TOO_LONG,
        Answer.MALFORMED,
        Answer.NO_SIGNATURE,
        Answer.BAD_SIGNATURE,
    }
)


class WitnessError(Exception):
    """That a witness gave no cosignature that counts."""

    def __init__(self, answer: Answer, detail: str = "") -> None:
        """Keep the name of the failure and a short detail of ours, never the witness's own words."""
        super().__init__(detail)
        self.answer = answer
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Status, content type and body, at most `MAXIMUM_REQUEST_BYTES` of it."""

    status: int
    content_type: str
    body: bytes


def make_client(seconds: float, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """Return a client for witnesses: no redirects, no proxies of the environment, no cookies, short patience."""
    return httpx.AsyncClient(
        headers=_HEADERS,
        cookies=no_cookies(),
        timeout=httpx.Timeout(seconds),
        follow_redirects=False,
        trust_env=False,
        transport=transport,
    )


async def post_checkpoint(client: httpx.AsyncClient, witness: PolicyWitness, request: AddCheckpoint) -> Reply:
    """Send an add-checkpoint request."""
    return await _exchange(client, "POST", witness, ADD_CHECKPOINT_PATH, encode_add_checkpoint(request))


async def fetch_last(
    client: httpx.AsyncClient, witness: PolicyWitness, origin: str, verifiers: tuple[NoteVerifier, ...]
) -> OpenedCheckpoint | None:
    """Return the checkpoint that a witness shows as its last of a log, signed by that log; None where it has none.

    Raise WitnessError `malformed` or `bad_signature` for anything that the log's own key did not sign: a witness can
    delay a log, but not accuse it.
    """
    reply = await _exchange(client, "GET", witness, monitoring_path(origin), None)
    if reply.status == 404:
        return None
    if reply.status != 200:
        raise WitnessError(Answer.STRANGE_STATUS, f"status {reply.status}")
    try:
        return open_checkpoint(reply.body, origin=origin, verifiers=verifiers)
    except EncodingError as error:
        raise WitnessError(Answer.MALFORMED, error.code) from error
    except VerificationError as error:
        raise WitnessError(Answer.BAD_SIGNATURE, error.code) from error


async def _exchange(
    client: httpx.AsyncClient, method: str, witness: PolicyWitness, path: str, body: bytes | None
) -> Reply:
    if not witness.url:
        raise WitnessError(Answer.NO_ADDRESS)
    url = f"{witness.url.rstrip('/')}/{path}"
    try:
        async with client.stream(method, url, content=body) as response:
            received = bytearray()
            async for chunk in response.aiter_raw():
                received += chunk
                if len(received) > MAXIMUM_REQUEST_BYTES:
                    break
            content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            reply = Reply(status=response.status_code, content_type=content_type, body=bytes(received))
    except httpx.TimeoutException as error:
        raise WitnessError(Answer.TIMEOUT) from error
    except httpx.RemoteProtocolError as error:
        raise WitnessError(Answer.MALFORMED, type(error).__name__) from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise WitnessError(Answer.UNREACHABLE, type(error).__name__) from error
    except Exception as error:
        # What no answer should be able to bring about must not end the board either.
        raise WitnessError(Answer.MALFORMED, type(error).__name__) from error
    if len(reply.body) > MAXIMUM_REQUEST_BYTES:
        raise WitnessError(Answer.TOO_LONG, f"more than {MAXIMUM_REQUEST_BYTES} bytes")
    return reply
