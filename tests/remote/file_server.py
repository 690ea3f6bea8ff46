"""A web server of a folder's files on loopback, which is all that a record needs, and no board."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve a folder on loopback; yield its URL and the paths that are asked for."""
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        """Keeps what was asked for and says nothing."""

        def log_message(self, format: str, *args: Any) -> None:
            """Note the path of a request."""
            asked.append(self.path)

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
