"""The record at a URL: the same paths as in a folder, fetched one by one.

Spec: C2SP tlog-tiles v0.1.0 (GET only; a missing file is 404); docs/formats.md section 1.

Idea: what comes out is verified against the checkpoint by whoever reads it, so transport is only a matter of patience
and bounds: no redirects, no proxies of the environment, a limit on the bytes of a file before and after unpacking, and
a limit on the time it takes to arrive. What may pass by itself is asked for again, where that is wanted.

Invariants: as `RecordSource`: a missing file is told apart from every other failure by the code `record.not_found`.
The checkpoint is never taken from a cache on the way.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Final

import httpx

from evote.client.place import is_url
from evote.client.source import MAXIMUM_FILE_BYTES, check_path
from evote.errors import BoardError, ConfigurationError, EncodingError
from evote.log.tile_reader import NOT_FOUND

SECONDS: Final = 20.0
FILE_SECONDS: Final = 300.0
ATTEMPTS: Final = 5  # for a program that a person waits for
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 8.0

PASSING_STATUS: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_FRESH: Final = {"cache-control": "no-cache"}
_CHANGING: Final = frozenset({"checkpoint", "policy"})


class _TryAgain(Exception):  # noqa: N818  # 2026-11-22: names what to do
    """An attempt that failed in a way that may pass; `pause` is what the server asked for."""

    def __init__(self, reason: str, pause: float = 0.0) -> None:
        super().__init__(reason)
        self.pause = pause


class HttpSource:
    """The record below a base URL; a context manager, because it keeps connections."""

    def __init__(
        self,
        url: str,
        *,
        seconds: float = SECONDS,
        attempts: int = 1,
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Take an http or https URL; nothing is fetched yet. Raise ConfigurationError `record.bad_url`."""
        if not is_url(url):
            raise ConfigurationError("record.bad_url", f"{url[:200]!r} is not an http or https address")
        self._base = url.rstrip("/")
        self._attempts, self._sleep = attempts, sleep
        self._client = httpx.Client(timeout=seconds, follow_redirects=False, trust_env=False, transport=transport)

    def read(self, path: str) -> bytes:
        """Return a file's bytes; errors as `RecordSource.read`, `record.unreadable` after the last attempt."""
        check_path(path)
        pause = FIRST_PAUSE
        for attempt in range(1, self._attempts + 1):
            try:
                return self._fetch(path)
            except _TryAgain as failure:
                if attempt == self._attempts:
                    raise BoardError("record.unreadable", f"{self._base}/{path} can't be fetched: {failure}") from None
                self._sleep(min(max(pause, failure.pause), LONGEST_PAUSE))
                pause *= 2
        raise AssertionError("at least one attempt is made")

    def _fetch(self, path: str) -> bytes:
        url, start = f"{self._base}/{path}", time.monotonic()
        try:
            with self._client.stream("GET", url, headers=_FRESH if path in _CHANGING else None) as response:
                status = response.status_code
                if status == httpx.codes.NOT_FOUND:
                    raise BoardError(NOT_FOUND, f"{url} does not exist", path=path)
                if status in PASSING_STATUS:
                    raise _TryAgain(f"status {status}", retry_after(response))
                if status != httpx.codes.OK:
                    raise BoardError("record.unreadable", f"{url} answers with status {status}")
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MAXIMUM_FILE_BYTES:
                        raise EncodingError("record.too_long", f"{url} has more than {MAXIMUM_FILE_BYTES} bytes")
                    if time.monotonic() - start > FILE_SECONDS:
                        raise _TryAgain(f"it did not arrive within {FILE_SECONDS:g} seconds")
                return bytes(body)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise _TryAgain(str(error) or type(error).__name__) from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> HttpSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def retry_after(response: httpx.Response) -> float:
    """Return the seconds after which a server wants to be asked again, 0 where it does not say."""
    text = response.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0.0
