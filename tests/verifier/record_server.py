"""A web server for records on loopback, which can be told to behave badly."""

import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Answer:
    """What the server sends: ``length`` is the Content-Length that it states, ``cut`` how much of the body it sends."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    cut: int | None = None
    chunked: bool = False
    hang_up: bool = False


Behaviour = Callable[[str, Answer], Answer]


@dataclass
class Server:
    """A running server; ``behave`` changes answers, ``asked`` has every path, ``connections`` counts connections."""

    folder: Path
    url: str = ""
    behave: Behaviour = lambda path, answer: answer
    asked: list[str] = field(default_factory=list)
    connections: int = 0

    def answer(self, path: str) -> Answer:
        """Return the answer for a path below the record."""
        file = self.folder / path
        if not path or not file.is_file():
            return self.behave(path, Answer(status=404, body=b"no such file"))
        return self.behave(path, Answer(body=file.read_bytes()))


def packed(path: str, answer: Answer) -> Answer:
    """Send everything as gzip."""
    if answer.status == 200:
        answer.body, answer.headers["Content-Encoding"] = gzip.compress(answer.body, 1), "gzip"
    return answer


@contextmanager
def serve(folder: Path, behave: Behaviour | None = None) -> Iterator[Server]:
    """Serve a record below /log."""
    server = Server(folder)
    if behave is not None:
        server.behave = behave

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # headers and body are two small writes: without this, each answer waits for an acknowledgement
        disable_nagle_algorithm = True
        wbufsize = -1

        def setup(self) -> None:
            server.connections += 1
            super().setup()

        def do_GET(self) -> None:
            server.asked.append(self.path)
            answer = server.answer(self.path.removeprefix("/log/"))
            if answer.hang_up:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            body = answer.body if answer.cut is None else answer.body[: answer.cut]
            if answer.chunked:
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.wfile.write(f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n" if body else b"0\r\n\r\n")
            else:
                length = len(answer.body) if answer.length is None else answer.length
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = len(body) != length
            self.wfile.flush()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *arguments: object) -> None:
            """Say nothing about clients that are gone."""

    httpd = Quiet(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    server.url = f"http://127.0.0.1:{httpd.server_address[1]}/log"
    try:
        yield server
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()
