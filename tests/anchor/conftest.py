"""A time-stamping authority made by openssl, and a local EVM chain: real peers, started for the tests."""

import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from evote.ed25519 import SigningKey
from evote.log.checkpoint import Checkpoint, sign_checkpoint
from evote.log.note import Ed25519Signer

NODE = Path(__file__).parent / "node" / "node_modules" / "@foundry-rs" / "anvil-linux-amd64" / "bin" / "anvil"
# The first account of every such local chain, unlocked in it and worthless anywhere else.
ACCOUNT = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"

CONFIGURATION = """
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[authority]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = default
[default]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


def required(name: str, found: bool) -> None:
    """Fail in CI where a real peer is missing; skip elsewhere."""
    if not found:
        if os.environ.get("CI"):
            pytest.fail(f"CI should have {name}")
        # 2026-11-22: a plain machine need not have it; `.ci/run` installs it.
        pytest.skip(f"{name} is not installed")


def signed_checkpoint(size: int = 7) -> bytes:
    """Return a checkpoint of some log, signed."""
    key = SigningKey(bytes(31) + b"\1")
    checkpoint = Checkpoint(origin="anchor.example/log", size=size, root=bytes([size]) * 32)
    return sign_checkpoint(checkpoint, [Ed25519Signer("anchor.example/log", key)])


class Authority:
    """A folder with a root, an authority under it, and the address of its service; `answer` may be replaced."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        self.answer: Callable[[bytes], tuple[int, bytes]] = self.stamp
        (folder / "conf").write_text(CONFIGURATION)
        (folder / "serial").write_text("01\n")
        for name in ("ca", "other"):
            self._openssl(
                *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem"),
                *("-subj", f"/CN=Root {name}", "-days", "2", "-config", "conf", "-extensions", "root"),
            )
        self._openssl(
            *("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr"),
            *("-subj", "/CN=Authority", "-config", "conf"),
        )
        self._openssl(
            *("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
            *("-out", "tsa.pem", "-days", "2", "-extfile", "conf", "-extensions", "authority"),
        )

    def root(self, name: str = "ca") -> bytes:
        """Return a root certificate in PEM form."""
        return (self.folder / f"{name}.pem").read_bytes()

    def stamp(self, query: bytes) -> tuple[int, bytes]:
        """Return status and answer to a query."""
        (self.folder / "query").write_bytes(query)
        self._openssl("ts", "-reply", "-config", "conf", "-queryfile", "query", "-out", "reply")
        return 200, (self.folder / "reply").read_bytes()

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    """A time-stamping authority on loopback."""
    required("openssl", shutil.which("openssl") is not None)
    made = Authority(tmp_path)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body = made.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}/"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chain() -> Iterator[str]:
    """The address of a fresh local chain's JSON-RPC."""
    required("a local EVM node (npm ci in tests/anchor/node)", NODE.is_file())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([NODE, "--host", "127.0.0.1", "--port", str(port), "--silent"])
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                call(url, "eth_chainId")
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


def call(url: str, method: str, *parameters: object) -> object:
    """Return the result of a JSON-RPC call."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["result"]
