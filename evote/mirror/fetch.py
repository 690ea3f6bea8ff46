"""A log's public files from a server that may be anybody's: bounded in length and time, whatever it does.

Spec: C2SP tlog-tiles v0.1.0; docs/mirror.md section 3; RFC 9110, RFC 1952 (gzip).

Idea: a path says how long its file can be. An attempt may last for a while, and longer only as bytes arrive; what may
pass by itself (a broken connection, a busy server) is tried again after a pause.

Invariants: no file is longer than its path allows, packed or unpacked; redirects are not followed; every read ends.
What comes out is verified by whoever reads it, and a missing file is told apart by the code `record.not_found`.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Callable
from types import TracebackType
from typing import Final

import httpx

from evote.client.place import is_url
from evote.client.source import MAXIMUM_FILE_BYTES, check_path
from evote.errors import BoardError, ConfigurationError, EncodingError, EvoteError
from evote.log.bundles import MAXIMUM_ENTRY_BYTES
from evote.log.encoding import HASH_BYTES
from evote.log.note import MAXIMUM_NOTE_BYTES
from evote.log.policy_text import MAXIMUM_POLICY_BYTES
from evote.log.tile_reader import NOT_FOUND
from evote.log.tiles import TILE_WIDTH, TileKind, parse_tile_path

FREE_SECONDS: Final = 30.0
LEAST_RATE: Final = 16_384  # bytes a second, beyond which an attempt may last longer
PAUSES: Final = (0.5, 3.0)  # before the second attempt and the third
LONGEST_PAUSE: Final = 30.0

_LIMITS: Final = {"checkpoint": MAXIMUM_NOTE_BYTES, "policy": MAXIMUM_POLICY_BYTES}
_BUNDLE_LIMITS: Final = {
    TileKind.HASHES: TILE_WIDTH * HASH_BYTES,
    TileKind.ENTRIES: TILE_WIDTH * (2 + MAXIMUM_ENTRY_BYTES),
    TileKind.PAYLOADS: MAXIMUM_FILE_BYTES,
    TileKind.COMMITMENTS: MAXIMUM_FILE_BYTES,
}
_GZIP_FRAME: Final = 1024  # what cannot be packed is a little longer in its wrapping
_MISSING: Final = (httpx.codes.NOT_FOUND, httpx.codes.GONE)
_PASSING: Final = (408, 425, 429, 500, 502, 503, 504)
_HEADERS: Final = {"accept-encoding": "gzip", "cache-control": "no-cache", "user-agent": "evote-mirror"}


class _TryAgain(Exception):  # noqa: N818 - 2026-11-22: names what to do
    """An attempt that failed in a way that may pass; `pause` is what the server asked for."""

    def __init__(self, reason: str, pause: float = 0.0) -> None:
        super().__init__(reason)
        self.pause = pause


class Fetcher:
    """The record below a base URL, for one thread; a context manager, because it keeps a connection."""

    def __init__(
        self,
        url: str,
        *,
        free_seconds: float = FREE_SECONDS,
        pauses: tuple[float, ...] = PAUSES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take an http or https URL; nothing is fetched yet. Raise ConfigurationError `record.bad_url`."""
        if not is_url(url) or not _has_host_and_port(url):
            raise ConfigurationError("record.bad_url", f"{url[:200]!r} is not an http or https address")
        self._base = url.rstrip("/")
        self._free_seconds = free_seconds
        self._pauses = pauses
        self._sleep = sleep
        self._runner = asyncio.Runner()
        self._client = httpx.AsyncClient(
            headers=_HEADERS, timeout=free_seconds, follow_redirects=False, trust_env=False
        )

    def read(self, path: str) -> bytes:
        """Return a file's bytes; errors as `RecordSource.read`, `record.unreadable` after the last attempt."""
        check_path(path)
        for pause in (*self._pauses, None):
            try:
                return self._runner.run(self._attempt(path))
            except _TryAgain as failure:
                if pause is None:
                    raise BoardError("record.unreadable", f"{self._base}/{path} can't be fetched: {failure}") from None
                self._sleep(max(pause, failure.pause))
        raise AssertionError

    def close(self) -> None:
        """Close the connection."""
        self._runner.run(self._client.aclose())
        self._runner.close()

    def __enter__(self) -> Fetcher:
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
            raise _TryAgain("the server is too slow") from None
        except (httpx.HTTPError, ValueError) as error:
            raise _TryAgain(f"{type(error).__name__}: {error}") from error

    async def _fetch(self, path: str, limit: asyncio.Timeout) -> bytes:
        url, most = f"{self._base}/{path}", maximum_bytes(path)
        start = asyncio.get_running_loop().time()
        async with self._client.stream("GET", url) as response:
            status = response.status_code
            if status in _MISSING:
                raise BoardError(NOT_FOUND, f"{url} does not exist")
            if status in _PASSING:
                raise _TryAgain(f"status {status}", _seconds(response.headers.get("retry-after", "")))
            if status != httpx.codes.OK:
                raise BoardError("record.unreadable", f"{url} answers with status {status}, which is not followed")
            encoding = response.headers.get("content-encoding", "identity").lower()
            if encoding not in ("identity", "gzip"):
                raise EncodingError("record.bad_encoding", f"{url} is sent in an encoding that was not asked for")
            unpacker = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
            body, received = bytearray(), 0
            async for chunk in response.aiter_raw():
                received += len(chunk)
                limit.reschedule(start + self._free_seconds + received / LEAST_RATE)
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
        return _BUNDLE_LIMITS[parse_tile_path(path).kind]
    except EvoteError:
        return MAXIMUM_POLICY_BYTES


def _has_host_and_port(url: str) -> bool:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return False
    return bool(parsed.host) and 0 < (parsed.port or 80) < 2**16


def _unpack(unpacker: zlib._Decompress, chunk: bytes, most: int, url: str) -> bytes:
    try:
        return unpacker.decompress(chunk, most)
    except zlib.error as error:
        raise EncodingError("record.bad_encoding", f"{url} is no gzip file: {error}") from None


def _seconds(text: str) -> float:
    return min(float(text), LONGEST_PAUSE) if text.isascii() and text.isdigit() else 0.0
