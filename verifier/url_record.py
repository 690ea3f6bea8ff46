"""Reading a record from a web server: the same paths as in a folder, below one URL.

*Spec*: docs/formats.md, section 1; docs/verifying.md (what a server may do); RFC 9110 (HTTP), RFC 1952 (gzip).

*Idea*: A file is fetched whole, into memory or a temporary file, before anyone looks at it: a slow reader then holds
no connection open, and a fetch that breaks off is simply made again. One connection is kept for all files.

*Invariants*: No file is longer than its path allows, packed or unpacked. Every fetch ends: the server must keep up a
least rate, and after some attempts the record is ``Unavailable``, which is not the same as missing. Redirects lead to
the same host or nowhere.
"""

import http.client
import socket
import ssl
import threading
import time
import weakref
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import IO
from urllib.parse import SplitResult, urljoin, urlsplit

from verifier.errors import RecordUnreadable, Unavailable, UsageError

TIMEOUT_SECONDS = 30.0
# an attempt may last a minute, and longer where more than these bytes arrive a second
FREE_SECONDS, LEAST_RATE = 60.0, 16_384
AGAIN_SECONDS = 1.0
# before the second attempt and the following ones; the first failure is often a connection that was idle too long
PAUSES = (0.0, 1.0, 3.0, 10.0)
LONGEST_PAUSE = 30.0
MAX_REDIRECTS = 3
IN_MEMORY = 4 << 20
CHUNK = 1 << 16

MAX_BYTES = {
    "entries": 256 * (2 + 0xFFFF),
    "payloads": 256 * (4 + (4 << 20)),
    "commitments": 256 * (4 + (32 << 20)),
}
MAX_OTHER_BYTES = 1_000_001
GONE, AGAIN = (404, 410), (408, 425, 429, 500, 502, 503, 504)
MOVED = (301, 302, 303, 307, 308)


class _TryAgain(Exception):  # noqa: N818 - 2026-11-22: names what to do
    """An attempt that failed for a reason that may pass; ``pause`` is what the server asks to wait."""

    def __init__(self, reason: str, pause: float = 0.0) -> None:
        super().__init__(reason)
        self.pause = pause


class _Alarm:
    """Breaks a connection off when an attempt has lasted too long for the ``count`` bytes that have arrived.

    The connection's own timeout is for a single byte, and the library itself may wait for many of them.
    """

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self.count, self.rang = 0, False
        self.socket: socket.socket | None = None
        self._connection, self._start = connection, time.monotonic()
        self._over, self._lock = False, threading.Lock()
        self._set(FREE_SECONDS)

    def _set(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def _ring(self) -> None:
        with self._lock:
            if self._over:
                return
            left = self._start + FREE_SECONDS + self.count / LEAST_RATE - time.monotonic()
            self.rang = left <= 0
            connected = self.socket or self._connection.sock
            if self.rang and connected is not None:
                with suppress(OSError):
                    connected.shutdown(socket.SHUT_RDWR)
            # there may be no connection yet, or another one soon
            self._set(max(left, AGAIN_SECONDS))

    def end(self) -> None:
        """Let the connection be."""
        with self._lock:
            self._over = True
        self._timer.cancel()


class UrlRecord:
    """A record below an http or https URL."""

    def __init__(self, path: str, pause: Callable[[float], None] = time.sleep) -> None:
        self.path, self._pause = path, pause
        try:
            parts = urlsplit(path)
            host, port = parts.hostname, _port(parts)
        except ValueError as error:
            raise UsageError(f"{path}: {error}") from None
        if not host or "@" in parts.netloc or parts.query or parts.fragment or not _is_plain(path):
            raise UsageError(f"{path}: not a plain URL of scheme, host, port and path")
        self._base = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/"
        self._origin = (parts.scheme, host, port)
        if parts.scheme == "https":
            context = ssl.create_default_context()
            self._connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            self._connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)

        weakref.finalize(self, self._connection.close)

    def names(self) -> Iterator[str] | None:
        """Return None: what is behind a URL can't be listed."""
        return None

    def open(self, name: str, limit: int | None = None, /) -> IO[bytes]:
        """Fetch a file of at most ``limit`` bytes, or what its path allows if that is less.

        Raise RecordUnreadable where there is none, Unavailable where the server does not answer.
        """
        kind = name.split("/")[1] if name.startswith("tile/") else ""
        most = MAX_BYTES.get(kind, MAX_OTHER_BYTES)
        most = most if limit is None else min(most, limit)
        reason, asked = "", 0.0
        for pause in (None, *PAUSES):
            if pause is not None:
                self._pause(max(pause, asked))
            try:
                return self._fetch(name, most)
            except _TryAgain as error:
                self._connection.close()
                reason, asked = str(error), error.pause
        raise Unavailable(f"{self._base}{name}: {reason} ({len(PAUSES) + 1} attempts)")

    def _fetch(self, name: str, limit: int) -> IO[bytes]:
        alarm = _Alarm(self._connection)
        try:
            return self._follow(name, limit, alarm)
        except (_TryAgain, RecordUnreadable):
            if alarm.rang:
                raise _TryAgain("the server sends too slowly") from None
            raise
        finally:
            alarm.end()

    def _follow(self, name: str, limit: int, alarm: _Alarm) -> IO[bytes]:
        url = self._base + name
        for _ in range(MAX_REDIRECTS + 1):
            response = self._ask(url, alarm)
            if response.status not in MOVED:
                return self._body(name, limit, response, alarm)
            self._drain(response, alarm)
            try:
                url = urljoin(url, response.getheader("Location", ""))
                parts = urlsplit(url)
                origin = (parts.scheme, parts.hostname, _port(parts))
            except ValueError:
                raise RecordUnreadable(f"{name} is said to be at an address that is none") from None
            if origin != self._origin:
                raise RecordUnreadable(f"{name} is said to be on another host, which is not followed")
        raise RecordUnreadable(f"{name}: more than {MAX_REDIRECTS} redirects")

    def _ask(self, url: str, alarm: _Alarm) -> http.client.HTTPResponse:
        try:
            headers = {"Accept-Encoding": "gzip", "Cache-Control": "no-cache", "User-Agent": "evote-verify"}
            parts = urlsplit(url)
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            self._connection.request("GET", target, headers=headers)
            # an answer that is the connection's last takes the socket away from it
            alarm.socket = self._connection.sock
            return self._connection.getresponse()
        except ssl.SSLCertVerificationError as error:
            raise Unavailable(f"{url}: {error.verify_message}") from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise _TryAgain(f"{type(error).__name__}: {error}") from None

    def _body(self, name: str, limit: int, response: http.client.HTTPResponse, alarm: _Alarm) -> IO[bytes]:
        status = response.status
        if status in AGAIN:
            raise _TryAgain(f"the server answers {status}", _seconds(response.getheader("Retry-After", "")))
        if status != http.HTTPStatus.OK:
            self._drain(response, alarm)
            raise RecordUnreadable(f"{name} is missing" if status in GONE else f"{name}: the server answers {status}")
        packed = response.getheader("Content-Encoding", "identity").lower()
        if packed not in ("identity", "gzip"):
            self._drain(response, alarm)
            raise RecordUnreadable(f"{name}: content encoding that was not asked for")
        target = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - 2026-11-22: the reader closes it
        try:
            # what can't be compressed becomes a little longer
            received = _received(response, name, limit + limit // 100 + 1024 if packed == "gzip" else limit, alarm)
            for part in _unpacked(received, name, limit) if packed == "gzip" else received:
                _write(target, part)
        except BaseException:
            # the rest of this answer must not be taken for the next one
            self._connection.close()
            target.close()
            raise
        target.seek(0)
        return target

    def _drain(self, response: http.client.HTTPResponse, alarm: _Alarm) -> None:
        """Read what little an answer holds, so that the connection can be used again."""
        try:
            for _ in _received(response, "", CHUNK, alarm):
                pass
        except (_TryAgain, RecordUnreadable):
            self._connection.close()
        if alarm.rang:
            raise _TryAgain("the server sends too slowly")


def _is_plain(path: str) -> bool:
    return path.isascii() and path.isprintable() and " " not in path


def _port(parts: SplitResult) -> int:
    """Return the port of a URL; raise ValueError for one that is none."""
    # never left to the library, which takes the end of an IPv6 address for a port
    port = parts.port
    return port if port is not None else {"https": 443}.get(parts.scheme, 80)


def _seconds(text: str) -> float:
    return min(float(text), LONGEST_PAUSE) if text.isascii() and text.isdigit() else 0.0


def _received(response: http.client.HTTPResponse, name: str, limit: int, alarm: _Alarm) -> Iterator[bytes]:
    """Yield the body as it is sent; all of it, and no more than ``limit`` bytes."""
    expected, count = response.length, 0
    if expected is not None and expected > limit:
        raise RecordUnreadable(f"{name} is longer than {limit} bytes")
    while expected is None or count < expected:
        try:
            # never past the end of this answer, where the connection would be silent
            part = response.read1(CHUNK if expected is None else min(CHUNK, expected - count))
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise _TryAgain(f"{type(error).__name__}: {error}") from None
        if not part:
            break
        count += len(part)
        if count > limit:
            raise RecordUnreadable(f"{name} is longer than {limit} bytes")
        alarm.count = count
        yield part
    if alarm.rang:
        # what has no stated length ends where the connection was broken off
        raise _TryAgain("the server sends too slowly")
    if expected is not None and count != expected:
        raise _TryAgain(f"the answer ends after {count} of {expected} bytes")
    response.close()


def _unpacked(parts: Iterator[bytes], name: str, limit: int) -> Iterator[bytes]:
    """Yield what gzip data holds, never more than ``limit`` bytes, however small they are packed."""
    packer, count = zlib.decompressobj(wbits=31), 0
    try:
        for part in parts:
            data = part
            while data and not packer.eof:
                piece = packer.decompress(data, CHUNK)
                data = packer.unconsumed_tail
                count += len(piece)
                if count > limit:
                    raise RecordUnreadable(f"{name} is longer than {limit} bytes")
                yield piece
    except zlib.error as error:
        raise RecordUnreadable(f"{name} is damaged: {error}") from None
    if not packer.eof or packer.unused_data:
        raise RecordUnreadable(f"{name} is damaged: its gzip data do not end where they should")


def _write(target: IO[bytes], part: bytes) -> None:
    try:
        target.write(part)
    except OSError as error:
        raise Unavailable(f"working files: {error}") from error
