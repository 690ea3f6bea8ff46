"""The operator's log: one line of JSON per event, without secrets and without whole addresses.

Spec: docs/http.md section 9.

Idea: who asked for which leaf hash or confirmation code, or cast at which second from where, would say who voted what
and when, were it kept. So a line has the route and not the path, and an address without its last part: enough to see a
flood, too little to find a voter. Lines are written by a thread of their own, because whoever reads them may stall.

Invariants: an address appears as its /24 (IPv4) or /48 (IPv6) alone; no key, code, hash of an entry or payload is
handed to this module; a line never breaks, whatever a value holds. Nobody who has something to say waits for a reader:
what finds the queue full is dropped, counted, and told about in a line when the queue is empty again.
"""

from __future__ import annotations

import atexit
import ipaddress
import json
import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import IO, Final

IPV4_PREFIX: Final = 24
IPV6_PREFIX: Final = 48
MAXIMUM_LINES: Final = 10_000  # that wait to be written; some 2 MB
FLUSH_SECONDS: Final = 2.0
_MAXIMUM_TEXT: Final = 500


class Journal:
    """Writes events to a text stream, by default stderr; for any thread.

    `dropped` counts the lines that nobody will read, and `on_drop(count)` is called when there are more of them.
    """

    def __init__(self, stream: IO[str] | None = None, *, maximum_lines: int = MAXIMUM_LINES) -> None:
        """Take the stream; without one, the process's stderr at the time of each line. Nothing runs yet."""
        self.dropped = 0
        self.on_drop: Callable[[int], None] = lambda _: None
        self._stream = stream
        self._maximum_lines = maximum_lines
        self._condition = threading.Condition()
        self._waiting: deque[str] = deque()
        self._untold = 0
        self._is_writing = False
        self._thread: threading.Thread | None = None

    def info(self, event: str, **fields: object) -> None:
        """Write that something happened as it should."""
        self._put(_line_of("info", event, fields))

    def warning(self, event: str, **fields: object) -> None:
        """Write something that an operator should look at."""
        self._put(_line_of("warning", event, fields))

    def error(self, event: str, **fields: object) -> None:
        """Write something that an operator must act on."""
        self._put(_line_of("error", event, fields))

    def flush(self, seconds: float = FLUSH_SECONDS) -> bool:
        """Wait until everything is written, at most so long; return whether it is."""
        with self._condition:
            return self._condition.wait_for(lambda: not self._waiting and not self._is_writing, seconds)

    def _put(self, line: str) -> None:
        with self._condition:
            if self._thread is None:
                # A reader that stalls for ever must not keep the process; a clean end waits for it, but not for long.
                self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
                self._thread.start()
                atexit.register(self.flush)
            if len(self._waiting) < self._maximum_lines:
                self._waiting.append(line)
                self._condition.notify_all()
                return
            self._drop()

    def _run(self) -> None:
        while True:
            with self._condition:
                self._is_writing = False
                self._condition.notify_all()
                self._condition.wait_for(lambda: self._waiting)
                self._is_writing = True
                lines, untold = tuple(self._waiting), self._untold
                self._waiting.clear()
                self._untold = 0
            for line in lines:
                self._write(line)
            if untold:
                self._write(_line_of("warning", "journal_dropped", {"count": untold}))

    def _write(self, line: str) -> None:
        stream = self._stream or sys.stderr
        try:
            _write_to(stream, line + "\n")
        except (OSError, ValueError):
            # Nobody reads any more; a log that is lost is no reason to stop.
            with self._condition:
                self._drop()

    def _drop(self) -> None:
        self.dropped += 1
        self._untold += 1
        self.on_drop(1)


class JournalHandler(logging.Handler):
    """Brings the HTTP server's own warnings into the journal, without their tracebacks."""

    def __init__(self, journal: Journal) -> None:
        """Take the journal."""
        super().__init__()
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record as one event; of an exception only its type, since its values may be anything."""
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        self._journal.warning("http_server", message=record.getMessage() if not kind else "exception", kind=kind)


def truncated(address: str) -> str:
    """Return the network of an address that may be logged; "unknown" for what is none."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    prefix = IPV4_PREFIX if parsed.version == 4 else IPV6_PREFIX
    return str(ipaddress.ip_network((parsed, prefix), strict=False))


def _line_of(level: str, event: str, fields: dict[str, object]) -> str:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    values = {name: _plain(value) for name, value in fields.items()}
    return json.dumps({"time": stamp, "level": level, "event": event, **values}, ensure_ascii=True)


def _write_to(stream: IO[str], text: str) -> None:
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        # A stream in memory.
        stream.write(text)
        stream.flush()
        return
    # Past the stream's own buffer, whose lock nobody else could get while this thread waits for a reader.
    view = memoryview(text.encode())
    while view:
        view = view[os.write(descriptor, view) :]


def _plain(value: object) -> object:
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)[:_MAXIMUM_TEXT]
