"""The operator's log: one line of JSON per event, without secrets and without whole addresses.

Idea: who asked for which leaf hash or confirmation code, or cast at which second from where, would say who voted what
and when, were it kept. So a line has the route and not the path, and an address without its last part: enough to see a
flood, too little to find a voter.

Invariants: an address appears as its /24 (IPv4) or /48 (IPv6) alone; no key, code, hash of an entry or payload is
handed to this module; a line never breaks, whatever a value holds.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import sys
import threading
import time
from typing import IO, Final

IPV4_PREFIX: Final = 24
IPV6_PREFIX: Final = 48
_MAXIMUM_TEXT: Final = 500


class Journal:
    """Writes events to a text stream, by default stderr; for any thread."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        """Take the stream; without one, the process's stderr at the time of each line."""
        self._stream = stream
        self._lock = threading.Lock()

    def info(self, event: str, **fields: object) -> None:
        """Write that something happened as it should."""
        self._write("info", event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Write something that an operator should look at."""
        self._write("warning", event, fields)

    def error(self, event: str, **fields: object) -> None:
        """Write something that an operator must act on."""
        self._write("error", event, fields)

    def _write(self, level: str, event: str, fields: dict[str, object]) -> None:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        values = {name: _plain(value) for name, value in fields.items()}
        line = json.dumps({"time": stamp, "level": level, "event": event, **values}, ensure_ascii=True)
        with self._lock:
            stream = self._stream or sys.stderr
            stream.write(line + "\n")
            stream.flush()


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


def _plain(value: object) -> object:
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)[:_MAXIMUM_TEXT]
