"""Connections that nobody can hold open for nothing.

Idea: the HTTP server bounds how long an idle connection may stay; it does not bound how long somebody takes to send the
head of a request or to read an answer, nor how many connections one address has. This adds those three.

Invariants: a connection is at any time either working for a request, or under a timer.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from evote.serve.limits import client_of
from evote.serve.settings import Settings


def is_among(address: str, trusted: tuple[str, ...]) -> bool:
    """Say whether an address is one of these, or of one of these networks; "*" is every address, as for uvicorn."""
    try:
        parsed = ipaddress.ip_address(address)
        return any(one in ("*", address) or ("/" in one and parsed in ipaddress.ip_network(one)) for one in trusted)
    except ValueError:
        return address in trusted


def make_protocol(settings: Settings, trusted_proxies: tuple[str, ...] = ()) -> type[H11Protocol]:
    """Return the protocol class of one server; trusted addresses and networks may have any number of connections."""
    open_by_client: Counter[str] = Counter()

    class TimedProtocol(H11Protocol):
        """HTTP/1.1 with time limits."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            """Begin without a timer."""
            super().__init__(*arguments, **options)
            self._head_timer: asyncio.TimerHandle | None = None
            self._answer_timer: asyncio.TimerHandle | None = None
            self._counted = ""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # 2026-11-22: as its base
            """Count the connection, and wait for the head of a request for so long."""
            super().connection_made(transport)
            address = self.client[0] if self.client else ""
            if not is_among(address, trusted_proxies):
                self._counted = client_of(address)
                open_by_client[self._counted] += 1
                if open_by_client[self._counted] > settings.connections_per_address:
                    transport.abort()
            self._watch_head()

        def connection_lost(self, exc: Exception | None) -> None:
            """Forget the connection."""
            for timer in (self._head_timer, self._answer_timer):
                if timer is not None:
                    timer.cancel()
            if self._counted:
                open_by_client[self._counted] -= 1
                if not open_by_client[self._counted]:
                    del open_by_client[self._counted]
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            """Take data, and see whether a head is still incomplete."""
            super().data_received(data)
            self._watch_head()

        def pause_writing(self) -> None:
            """Wait for a client that does not read, but not for ever."""
            super().pause_writing()
            if self._answer_timer is None:
                self._answer_timer = self.loop.call_later(settings.answer_seconds, self.transport.abort)

        def resume_writing(self) -> None:
            """Go on."""
            if self._answer_timer is not None:
                self._answer_timer.cancel()
                self._answer_timer = None
            super().resume_writing()

        def _watch_head(self) -> None:
            awaits_head = self.conn.their_state is h11.IDLE and (self.cycle is None or self.cycle.response_complete)
            if not awaits_head and self._head_timer is not None:
                self._head_timer.cancel()
                self._head_timer = None
            elif awaits_head and self._head_timer is None:
                self._head_timer = self.loop.call_later(settings.head_seconds, self._end)

        def _end(self) -> None:
            self._head_timer = None
            if not self.transport.is_closing():
                self.transport.close()

    return TimedProtocol
