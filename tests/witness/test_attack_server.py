"""Attacks on a witness's process over the network: connections without end, while logs wait for an answer."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from evote.cli.witness_commands import MAXIMUM_CONNECTIONS
from evote.serve.connection import is_among
from evote.witness.identity import Meaning
from evote.witness.open_witness import create_witness, pin_log
from tests.witness.scene import NAME, ORIGIN, Log
from tests.witness.test_server import serving


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a witness that follows a log."""
    create_witness(tmp_path / "witness", NAME, Meaning.CONSISTENCY, lambda count: b"w" * count)
    pin_log(tmp_path / "witness", Log().key, ORIGIN, "")
    return tmp_path / "witness"


def test_silent_connections_are_ended(folder: Path) -> None:
    """As many as the witness takes, silent or in the middle of a head: after a while others are answered again."""
    log = Log()
    with serving(folder) as (url, _):
        address = (urlsplit(url).hostname or "", urlsplit(url).port or 0)
        silent = [socket.create_connection(address) for _ in range(MAXIMUM_CONNECTIONS)]
        for connection in silent[::2]:
            connection.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        end, status = time.monotonic() + 30, 0
        while status != 200 and time.monotonic() < end:
            try:
                status = httpx.post(f"{url}/add-checkpoint", content=log.request(0, 3), timeout=5).status_code
            except httpx.HTTPError:
                status = 0
            time.sleep(0.5)
        for connection in silent:
            connection.close()
    assert status == 200


def test_one_address_does_not_take_all_connections(folder: Path) -> None:
    """Of three hundred connections from one address most are closed at once; a log elsewhere is answered meanwhile."""
    log = Log()
    with serving(folder) as (url, _):
        address = (urlsplit(url).hostname or "", urlsplit(url).port or 0)
        flood = [socket.create_connection(address, source_address=("127.0.0.2", 0)) for _ in range(300)]
        status = httpx.post(f"{url}/add-checkpoint", content=log.request(0, 3), timeout=5).status_code
        for connection in flood:
            connection.close()
    assert status == 200


@pytest.mark.parametrize(
    ("address", "trusted", "is_trusted"),
    [
        ("10.0.0.7", ("10.0.0.7",), True),
        ("10.0.0.8", ("10.0.0.7",), False),
        ("10.0.0.7", ("192.0.2.0/24", "10.0.0.0/8"), True),
        ("11.0.0.7", ("10.0.0.0/8",), False),
        ("2001:db8::5", ("2001:db8::/32",), True),
        ("2001:db8::5", ("10.0.0.0/8",), False),
        ("10.0.0.7", ("*",), True),
        ("10.0.0.7", (), False),
        ("", ("10.0.0.0/8",), False),
        ("10.0.0.7", ("10.0.0.0/99",), False),
    ],
)
def test_who_is_a_trusted_proxy(address: str, trusted: tuple[str, ...], is_trusted: bool) -> None:
    """A proxy in a trusted network may have any number of connections, as its X-Forwarded-For is believed; no other."""
    assert is_among(address, trusted) == is_trusted
