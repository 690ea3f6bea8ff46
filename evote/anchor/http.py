"""One bounded HTTP request to an anchor's service.

Idea: an anchor is asked after publication and may be slow, gone or hostile; what comes back is bounded in time and size
before anybody looks at it, and every failure is one error that says what to do: nothing is lost, ask again later.
"""

from __future__ import annotations

from typing import Final

import httpx

from evote.errors import BoardError

TIMEOUT_SECONDS: Final = 20.0
MAXIMUM_ANSWER_BYTES: Final = 2**20


def post(url: str, body: bytes, content_type: str) -> bytes:
    """Return the body of a 200 answer to a POST; raise BoardError `anchor.unavailable`. Redirects are not followed."""
    try:
        with (
            httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client,
            client.stream("POST", url, content=body, headers={"Content-Type": content_type}) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise _unavailable(url, f"it answered with status {response.status_code}")
            answer = b""
            for part in response.iter_bytes():
                answer += part
                if len(answer) > MAXIMUM_ANSWER_BYTES:
                    raise _unavailable(url, f"its answer is longer than {MAXIMUM_ANSWER_BYTES} bytes")
            return answer
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _unavailable(url, f"{type(error).__name__}") from error


def _unavailable(url: str, why: str) -> BoardError:
    return BoardError(
        "anchor.unavailable", f"the anchor at {url} can't be used: {why}; the checkpoint is valid without it, try later"
    )
