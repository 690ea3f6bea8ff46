"""Asking a node of an EVM chain that the auditor has chosen, over JSON-RPC 2.0.

*Spec*: Ethereum execution-apis; JSON-RPC 2.0; RFC 9110.

*Invariants*: An answer is bounded in length and time. A node that does not answer as it should is ``Unavailable``: it
says nothing about a receipt.
"""

import http.client
import json
import re
import threading
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from verifier.errors import Unavailable, UsageError

TIMEOUT_SECONDS = 20.0
MAX_ANSWER_BYTES = 4 << 20
_QUANTITY = re.compile("0x(?:0|[1-9a-f][0-9a-f]{0,15})")


class EthereumNode:
    """A node at an http or https address."""

    def __init__(self, url: str) -> None:
        self._url = url
        try:
            parts = urlsplit(url)
            self._host, self._port = parts.hostname, parts.port
        except ValueError as error:
            raise UsageError(f"--anchor-node: {url}: {error}") from None
        if parts.scheme not in ("http", "https") or not self._host or not url.isascii() or " " in url:
            raise UsageError(f"--anchor-node: {url}: not an http or https address")
        self._secure = parts.scheme == "https"
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def call(self, method: str, *parameters: object) -> Any:
        """Return the result of a call."""
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}
        try:
            answer = json.loads(self._post(json.dumps(request).encode()))
        except (ValueError, RecursionError):
            raise Unavailable(f"node {self._url}: {method} is not answered in JSON") from None
        if not isinstance(answer, dict) or answer.get("error") is not None or "result" not in answer:
            raise Unavailable(f"node {self._url}: {method} is refused")
        return answer["result"]

    def find(self, method: str, *parameters: object) -> dict[str, Any] | None:
        """Return the object that a call finds, None where it finds none."""
        found = self.call(method, *parameters)
        if found is not None and not isinstance(found, dict):
            raise Unavailable(f"node {self._url}: {method} is answered with something else")
        return found

    def number(self, value: object) -> int:
        """Return the number that a quantity spells."""
        if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
            raise Unavailable(f"node {self._url}: an answer without a number")
        return int(value, 16)

    def _post(self, body: bytes) -> bytes:
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host or "", self._port, timeout=TIMEOUT_SECONDS)
        # the connection's own timeout is for a single byte
        alarm = threading.Timer(TIMEOUT_SECONDS, _break_off, (connection,))
        alarm.daemon = True
        alarm.start()
        try:
            connection.request("POST", self._target, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            data = response.read(MAX_ANSWER_BYTES + 1)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Unavailable(f"node {self._url}: {type(error).__name__}: {error}") from None
        finally:
            alarm.cancel()
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise Unavailable(f"node {self._url}: the server answers {response.status}")
        if len(data) > MAX_ANSWER_BYTES:
            raise Unavailable(f"node {self._url}: the answer is too long")
        return data


def _break_off(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(2)
