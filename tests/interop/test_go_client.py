"""A client that nobody here wrote - golang.org/x/mod - verifies our log entry by entry, and refuses a forked one."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from evote.client.reader import RecordReader
from evote.client.source import FolderSource
from evote.ed25519 import SigningKey
from evote.log.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from evote.log.cosignature import Cosigner
from evote.log.key import ED25519, format_verifier_key
from evote.log.merkle import leaf_hash, root
from evote.log.note import Ed25519Signer, add_signatures, decode_note, make_signature
from evote.log.policy import Policy, PolicyLog, open_witnessed
from tests.board import toy
from tests.log.known import build_files
from tests.shared_data import shared_file

SOURCE = Path(__file__).with_name("foreign_client") / "main.go"
# Where Debian's golang-golang-x-mod-dev puts its sources.
GO_SOURCES = Path("/usr/share/gocode")
LOG = Ed25519Signer(toy.ORIGIN, toy.LOG_KEY)
LOG_KEY = format_verifier_key(LOG.key)
WITNESSES = tuple(Cosigner(f"w{number}.example", SigningKey(bytes([number]) * 32)) for number in (1, 2))


@pytest.fixture(scope="session")
def go_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the compiled client; without Go, fail in CI and skip elsewhere."""
    if shutil.which("go") is None or not (GO_SOURCES / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        if os.environ.get("CI"):
            pytest.fail("CI should have golang-go and golang-golang-x-mod-dev")
        # 2026-11-22: a compiler of another language is not among what a developer must install.
        pytest.skip("the packages golang-go and golang-golang-x-mod-dev are not installed")
    folder = tmp_path_factory.mktemp("go")
    program = folder / "foreign_client"
    environment = {
        **os.environ,
        "GO111MODULE": "off",
        "GOFLAGS": "",
        "GOPATH": f"{folder}:{GO_SOURCES}",
        "GOCACHE": str(folder / "cache"),
    }
    subprocess.run(["go", "build", "-o", str(program), str(SOURCE)], env=environment, check=True)
    return program


@dataclass(frozen=True)
class Records:
    """A board's record at its end, an earlier checkpoint, and another record that the same key has signed."""

    record: Path
    earlier: Path
    forked: Path


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> Records:
    """Let a real board publish twice, and let an operator with its key rewrite one entry of the first time."""
    folder = tmp_path_factory.mktemp("records")
    with toy.create(folder / "board") as board:
        board.submit_many([toy.note("begin"), *(toy.ballot(number) for number in range(69))])
        board.flush()
        (folder / "earlier").write_bytes(board.checkpoint)
        board.submit_many([toy.ballot(number) for number in range(69, 700)])
        board.flush()
        shutil.copytree(board.record_folder, folder / "record")
    cosign(folder / "record")

    source = FolderSource(folder / "record")
    witnessed = open_witnessed(source.read("checkpoint"), Policy(logs=(PolicyLog(key=LOG.key),)))
    entries = [entry.data for entry in RecordReader(source, witnessed).entries()]
    entries[17] = toy.ballot(9999).statement
    checkpoint = Checkpoint(origin=toy.ORIGIN, size=len(entries), root=root(map(leaf_hash, entries)))
    write(folder / "forked", build_files(entries) | {"checkpoint": sign_checkpoint(checkpoint, [LOG])})
    cosign(folder / "forked")
    return Records(folder / "record", folder / "earlier", folder / "forked")


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write files below a folder."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def cosign(record: Path) -> None:
    """Let both witnesses cosign a record's checkpoint."""
    place = record / "checkpoint"
    text = decode_note(place.read_bytes()).text
    cosigned = add_signatures(place.read_bytes(), [make_signature(text, one.at(1767139200)) for one in WITNESSES])
    place.unlink()
    place.write_bytes(cosigned)


def run(client: Path, place: Path | str, *options: str | Path, key: str = LOG_KEY) -> subprocess.CompletedProcess[str]:
    """Run the client on a record."""
    command = [str(part) for part in (client, "-key", key, *options, place)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


WITNESSED = [part for one in WITNESSES for part in ("-witness", format_verifier_key(one.key))]


def test_it_verifies_every_entry_of_a_real_board(go_client: Path, records: Records) -> None:
    """Log signature, cosignatures, 701 inclusion proofs from our tiles, and growth from the earlier checkpoint."""
    size = read_checkpoint((records.record / "checkpoint").read_bytes()).size
    result = run(go_client, records.record, "-old", records.earlier, *WITNESSED)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        f"{toy.ORIGIN}: {size} entries are in the tree; cosignatures: 2\nit extends the earlier one of 70 entries\n"
    )
    assert size == 701


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def test_it_reads_the_record_over_http(go_client: Path, records: Records) -> None:
    """The same files from any static server."""
    with served(records.record) as url:
        result = run(go_client, url, "-old", records.earlier)
    assert result.returncode == 0, result.stderr


def test_it_refuses_a_forked_log(go_client: Path, records: Records) -> None:
    """Consistent in itself, signed and cosigned; beside the earlier checkpoint it is refused."""
    assert run(go_client, records.forked, *WITNESSED).returncode == 0
    result = run(go_client, records.forked, "-old", records.earlier)
    assert (result.returncode, "consistency" in result.stderr) == (1, True)


@pytest.mark.parametrize("path", ["tile/entries/001", "tile/0/000", "tile/0/002.p/189", "tile/1/000.p/2", "checkpoint"])
def test_it_refuses_a_changed_file(go_client: Path, records: Records, tmp_path: Path, path: str) -> None:
    """One bit in a bundle, a tile or the checkpoint."""
    shutil.copytree(records.record, tmp_path / "record")
    place = tmp_path / "record" / path
    data = bytearray(place.read_bytes())
    # In a checkpoint this is a digit of the size.
    data[19] ^= 1
    place.unlink()
    place.write_bytes(data)
    assert run(go_client, tmp_path / "record").returncode == 1


def test_it_refuses_what_a_witness_has_not_signed(go_client: Path, records: Records) -> None:
    """A third witness that did not cosign, and another log's key."""
    third = format_verifier_key(Cosigner("w3.example", SigningKey(b"3" * 32)).key)
    result = run(go_client, records.record, "-witness", third)
    assert (result.returncode, "w3.example has not signed" in result.stderr) == (1, True)
    other = format_verifier_key(Ed25519Signer(toy.ORIGIN, SigningKey(b"o" * 32)).key)
    assert run(go_client, records.record, key=other).returncode == 1


def test_it_verifies_another_project_s_log_too(go_client: Path) -> None:
    """The client itself is right: Tessera's log of 15 entries passes, from its checkpoint of 7 entries on."""
    log = shared_file("transparency-log/tessera-log")
    key = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
    result = run(go_client, log, "-old", log / "checkpoint.7", key=key)
    assert result.returncode == 0, result.stderr


def test_the_log_s_key_is_one_that_go_reads(records: Records) -> None:
    """The key that the client was given is the Ed25519 key under which the board signs."""
    lines = decode_note((records.record / "checkpoint").read_bytes()).signatures
    assert (toy.ORIGIN, LOG.key.key_id) in [(line.name, line.key_id) for line in lines]
    assert LOG.key.algorithm == ED25519
