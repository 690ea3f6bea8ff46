"""The record at a URL, from a server that may be anybody's: bounded in length and time, whatever it does.

Spec: C2SP tlog-tiles v0.1.0 (GET only; a missing file is 404); docs/formats.md section 1; docs/mirror.md section 3;
RFC 9110, RFC 1952 (gzip).

Idea: what comes out is verified against the checkpoint by whoever reads it, so transport is a matter of patience and
bounds alone. A path says how long its file can be. An attempt may last for a while, and longer only as bytes arrive;
what may pass by itself (a broken connection, a busy server) is asked for again after a pause, where that is wanted.

Invariants: as `RecordSource`: a missing file is told apart from every other failure by the code `record.not_found`. No
file is longer than its path allows, packed or unpacked; redirects and proxies of the environment are not followed;
every read ends. The checkpoint and the policy are never taken from a cache on the way.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Callable
from types import TracebackType
from typing import Final

import httpx

from evote.client.attempts import PASSING_STATUS, TryAgain, retry_after
from evote.client.cookies import no_cookies
from evote.client.source import MAXIMUM_FILE_BYTES, check_path, is_url
from evote.errors import BoardError, ConfigurationError, EncodingError, EvoteError
from evote.log.bundles import MAXIMUM_ENTRY_BYTES
from evote.log.encoding import HASH_BYTES
from evote.log.note import MAXIMUM_NOTE_BYTES
from evote.log.policy_text import MAXIMUM_POLICY_BYTES
from evote.log.tile_reader import NOT_FOUND
from evote.log.tiles import TILE_WIDTH, TileKind, parse_tile_path

ATTEMPTS: Final = 5  # for a program that a person waits for
FREE_SECONDS: Final = 30.0
LEAST_RATE: Final = 16_384  # bytes a second, beyond which an attempt may last longer than FREE_SECONDS
FILE_SECONDS: Final = 300.0  # what an attempt may last at all, where a person waits
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0

_LIMITS: Final = {"checkpoint": MAXIMUM_NOTE_BYTES, "policy": MAXIMUM_POLICY_BYTES}
_TILE_LIMITS: Final = {
    TileKind.HASHES: TILE_WIDTH * HASH_BYTES,
    TileKind.ENTRIES: TILE_WIDTH * (2 + MAXIMUM_ENTRY_BYTES),
    TileKind.PAYLOADS: MAXIMUM_FILE_BYTES,
    TileKind.COMMITMENTS: MAXIMUM_FILE_BYTES,
}
_GZIP_FRAME: Final = 1024  # what cannot be packed is a little longer in its wrapping
_MISSING: Final = frozenset({httpx.codes.NOT_FOUND, httpx.codes.GONE})
_HEADERS: Final = {"accept-encoding": "gzip", "user-agent": "evote"}
_FRESH: Final = {"cache-control": "no-cache"}
_WITH_GZIP_HEADER: Final = 31  # zlib's name for the format of RFC 1952


class HttpSource:
    """The record below a base URL, for one thread at a time; a context manager, because it keeps a connection."""

    def __init__(
        self,
        url: str,
        *,
        attempts: int = 1,
        free_seconds: float = FREE_SECONDS,
        file_seconds: float = FILE_SECONDS,
        first_pause: float = FIRST_PAUSE,
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Take an http or https URL; nothing is fetched yet. Raise ConfigurationError `record.bad_url`."""
        if not is_url(url) or not _has_host_and_port(url):
            raise ConfigurationError("record.bad_url", f"{url[:200]!r} is not an http or https address")
        self._base = url.rstrip("/")
        self._attempts, self._first_pause, self._sleep = attempts, first_pause, sleep
        self._free_seconds, self._file_seconds = free_seconds, file_seconds
        self._runner = asyncio.Runner()
        self._client = httpx.AsyncClient(
            headers=_HEADERS,
            cookies=no_cookies(),
            timeout=free_seconds,
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    def read(self, path: str) -> bytes:
        """Return a file's bytes; errors as `RecordSource.read`, `record.unreadable` after the last attempt.

        EncodingError `record.bad_encoding` where it is packed in a way that was not asked for, or badly.
        """
        check_path(path)
        pause = self._first_pause
        for attempt in range(1, self._attempts + 1):
            try:
                return self._runner.run(self._attempt(path))
            except TryAgain as failure:
                if attempt == self._attempts:
                    raise BoardError("record.unreadable", f"{self._base}/{path} can't be fetched: {failure}") from None
                self._sleep(min(max(pause, failure.pause), LONGEST_PAUSE))
                pause *= 2
        raise AssertionError("at least one attempt is made")

    def close(self) -> None:
        """Close the connection."""
        self._runner.run(self._client.aclose())
        self._runner.close()

    def __enter__(self) -> HttpSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def _attempt(self, path: str) -> bytes:
        try:
            async with asyncio.timeout(self._free_seconds) as limit:
                return await self._fetch(path, limit)
        except TimeoutError:
            raise TryAgain("the server is too slow") from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise TryAgain(f"{type(error).__name__}: {error}") from error

    async def _fetch(self, path: str, limit: asyncio.Timeout) -> bytes:
        url, most = f"{self._base}/{path}", maximum_bytes(path)
        start = asyncio.get_running_loop().time()
        async with self._client.stream("GET", url, headers=_FRESH if path in _LIMITS else None) as response:
            _check_status(response, url, path)
            unpacker = _unpacker_for(response, url)
            body, received = bytearray(), 0
            async for chunk in response.aiter_raw():
                received += len(chunk)
                limit.reschedule(start + min(self._free_seconds + received / LEAST_RATE, self._file_seconds))
                # One byte more than allowed is enough to know.
                body += chunk if unpacker is None else _unpack(unpacker, chunk, most + 1 - len(body), url)
                if len(body) > most or received > most + most // 256 + _GZIP_FRAME:
                    raise EncodingError("record.too_long", f"{url} has more than {most} bytes")
            if unpacker is not None and (not unpacker.eof or unpacker.unused_data):
                raise EncodingError("record.bad_encoding", f"{url} is no whole gzip file")
            return bytes(body)


def maximum_bytes(path: str) -> int:
    """Return how long the file at a path of a record can be."""
    if path in _LIMITS:
        return _LIMITS[path]
    try:
        return _TILE_LIMITS[parse_tile_path(path).kind]
    except EvoteError:
        return MAXIMUM_POLICY_BYTES


def _check_status(response: httpx.Response, url: str, path: str) -> None:
    status = response.status_code
    if status in _MISSING:
        raise BoardError(NOT_FOUND, f"{url} does not exist", path=path)
    if status in PASSING_STATUS:
        raise TryAgain(f"status {status}", retry_after(response))
    if status != httpx.codes.OK:
        raise BoardError("record.unreadable", f"{url} answers with status {status}, which is not followed")


def _unpacker_for(response: httpx.Response, url: str) -> zlib._Decompress | None:
    encoding = response.headers.get("content-encoding", "identity").lower()
    if encoding not in ("identity", "gzip"):
        raise EncodingError("record.bad_encoding", f"{url} is sent in an encoding that was not asked for")
    return zlib.decompressobj(wbits=_WITH_GZIP_HEADER) if encoding == "gzip" else None


def _unpack(unpacker: zlib._Decompress, chunk: bytes, most: int, url: str) -> bytes:
    try:
        return unpacker.decompress(chunk, most)
    except zlib.error as error:
        raise EncodingError("record.bad_encoding", f"{url} is no gzip file: {error}") from None


def _has_host_and_port(url: str) -> bool:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return False
    return bool(parsed.host) and 0 < (parsed.port or 80) < 2**16
