"""A witness and a reader that nobody here wrote - PyPI's aics-witness and aics-tlog - cosign and verify our log."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from evote.client.evidence import evidence_from_notes
from evote.client.reader import RecordReader, open_checkpoint
from evote.client.source import FolderSource
from evote.log import merkle
from evote.log.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from evote.log.evidence import verify_evidence
from evote.log.key import COSIGNATURE_ED25519, format_verifier_key, parse_verifier_key
from evote.log.merkle import leaf_hash, root
from evote.log.note import Ed25519Signer
from evote.log.policy import Policy, PolicyLog, PolicyWitness, open_witnessed
from evote.log.proof import decode_proof, open_proof
from evote.log.witness_protocol import (
    SIZE_CONTENT_TYPE,
    AddCheckpoint,
    decode_size,
    encode_add_checkpoint,
    monitoring_path,
)
from tests.board import toy
from tests.serve import scene
from tests.serve.scene import QUICK, post, results_of
from tests.verifier.record_server import serve

PROGRAMS = Path(__file__).parent / "foreign_witness" / ".venv" / "bin"
LOG = Ed25519Signer(toy.ORIGIN, toy.LOG_KEY)
LOG_KEY = format_verifier_key(LOG.key)


def program(name: str) -> Path:
    """Return a foreign program; without it, fail in CI and skip elsewhere."""
    path = PROGRAMS / name
    if not path.is_file():
        if os.environ.get("CI"):
            pytest.fail(f"CI should have {name} (tests/interop/foreign_witness/requirements.txt)")
        # 2026-11-22: somebody else's programs are not among what a developer must install; `.ci/run` does.
        pytest.skip(f"{name} is not installed: see tests/interop/foreign_witness/requirements.txt")
    return path


@dataclass(frozen=True)
class Foreign:
    """A running foreign witness: its address, its verifier key, its program and its configuration file."""

    url: str
    vkey: str
    program: Path
    config: Path

    def run(self, command: str, *words: str) -> str:
        """Return what one of its commands prints."""
        return _run(self.program, command, "--config", self.config, *words)

    def add(self, old_size: int, note: bytes, proof: tuple[bytes, ...] = ()) -> httpx.Response:
        """Ask for a cosignature."""
        body = encode_add_checkpoint(AddCheckpoint(old_size=old_size, proof=proof, checkpoint=note))
        return httpx.post(f"{self.url}/add-checkpoint", content=body)

    def latest(self) -> bytes:
        """Return what it shows as the log's last checkpoint."""
        return httpx.get(f"{self.url}/{monitoring_path(toy.ORIGIN)}").content

    @property
    def policy(self) -> Policy:
        """Return a policy that needs this witness."""
        witness = PolicyWitness(name="foreign", key=parse_verifier_key(self.vkey), url=self.url)
        return Policy(logs=(PolicyLog(key=LOG.key),), witnesses=(witness,), quorum="foreign")


def _run(*command: str | Path) -> str:
    # A deadlock in somebody else's program must not be ours.
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.strip()


@contextmanager
def _started(foreign: Foreign, port: int) -> Iterator[None]:
    words: list[str | Path] = [foreign.program, "serve", "--config", foreign.config, "--listen", f"127.0.0.1:{port}"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                if httpx.get(f"{foreign.url}/healthz").status_code == 200:
                    break
            except httpx.HTTPError:
                assert time.monotonic() < deadline
                assert process.poll() is None
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def foreign(tmp_path: Path) -> Iterator[Foreign]:
    """Return a foreign witness that follows our log by its Ed25519 key."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path, config = program("aics-witness"), tmp_path / "witness.json"
    vkey = _run(path, "init", "--config", config, "--name", "foreign.example/w1")
    made = Foreign(url=f"http://127.0.0.1:{port}", vkey=vkey, program=path, config=config)
    made.run("add-log", "--origin", toy.ORIGIN, "--vkey", LOG_KEY)
    with _started(made, port):
        yield made


def served(folder: Path, foreign: Foreign) -> list[bytes]:
    """Serve a board whose quorum is the foreign witness, post three times, and return the checkpoints."""
    board = scene.create(folder, policy=foreign.policy, settings=replace(QUICK, witness_seconds=10.0))
    notes: list[bytes] = []

    async def story(client: httpx.AsyncClient) -> None:
        for number in range(3):
            posting = toy.ballot(number)
            response = await post(client, posting)
            assert response.status_code == 200, response.text
            receipt = decode_proof(results_of(response)[0]["receipt"].encode())
            open_proof(receipt, entry=posting.statement, policy=foreign.policy)
            notes.append((await client.get("/checkpoint")).content)

    board.serve(story)
    return notes


def test_it_cosigns_our_checkpoints(tmp_path: Path, foreign: Foreign) -> None:
    """Three checkpoints, each with a consistency proof from the one before, are cosigned at the present time; every
    receipt satisfies a policy that needs this witness, and its own page shows our last checkpoint."""
    notes = served(tmp_path / "board", foreign)
    now = time.time()
    for size, note in enumerate(notes, 1):
        witnessed = open_witnessed(note, foreign.policy)
        assert witnessed.checkpoint.size == size
        ((name, stated),) = witnessed.times
        assert name == "foreign"
        assert now - 120 < stated < now + 5
    assert foreign.policy.witnesses[0].key.algorithm == COSIGNATURE_ED25519
    assert read_checkpoint(foreign.latest()) == read_checkpoint(notes[-1])
    assert json.loads(foreign.run("status", "--json"))["logs"][0]["size"] == 3


def fork(folder: Path, size: int) -> tuple[bytes, list[bytes]]:
    """Return a checkpoint of another history that the log's key has signed, and its leaf hashes."""
    source = FolderSource(folder / "record")
    reader = RecordReader(source, open_checkpoint(source, Policy(logs=(PolicyLog(key=LOG.key),))))
    leaves = [leaf_hash(entry.data) for entry in reader.entries()]
    leaves[1] = leaf_hash(b"another vote")
    leaves += [leaf_hash(b"%d" % number) for number in range(size - len(leaves))]
    return sign_checkpoint(Checkpoint(origin=toy.ORIGIN, size=size, root=root(leaves)), [LOG]), leaves


def test_it_refuses_our_forked_log_and_keeps_the_evidence(tmp_path: Path, foreign: Foreign) -> None:
    """Another history of the same size and a longer one are 422, a wrong old size is 409 with the right one; what it
    keeps is enough for our evidence."""
    notes = served(tmp_path / "board", foreign)
    same, _ = fork(tmp_path / "board", 3)
    longer, leaves = fork(tmp_path / "board", 5)
    assert foreign.add(3, same).status_code == 422
    assert foreign.add(3, longer, merkle.consistency_proof(leaves, 3)).status_code == 422
    conflict = foreign.add(2, longer, merkle.consistency_proof(leaves, 2))
    assert conflict.status_code == 409
    assert conflict.headers["content-type"] == SIZE_CONTENT_TYPE
    assert decode_size(conflict.content) == 3
    kept = json.loads(foreign.run("evidence"))
    assert len(kept) >= 2
    assert all(same_log["origin"] == toy.ORIGIN for same_log in kept)
    body = next(one["request"].encode() for one in kept if same in one["request"].encode())
    shown = body.partition(b"\n\n")[2]
    found = evidence_from_notes(shown, foreign.latest(), [LOG.key])
    assert found is not None
    assert {one.size for one in (verify_evidence(found, [LOG.key]).first, read_checkpoint(notes[-1]))} == {3}
    assert open_witnessed(notes[-1], foreign.policy).checkpoint == read_checkpoint(foreign.latest())


def test_a_foreign_reader_verifies_our_log(tmp_path: Path, foreign: Foreign) -> None:
    """Checkpoint with the witness's line, inclusion of every entry from our tiles, growth; and it refuses a changed
    entry and another key."""
    notes = served(tmp_path / "board", foreign)
    record = tmp_path / "board" / "record"
    reader = program("aics-tlog")
    (tmp_path / "first").write_bytes(notes[0])
    (tmp_path / "key").write_text(LOG_KEY + "\n")

    def verify(command: str, *words: str | Path, expect: int = 0) -> dict[str, Any]:
        line = [reader, command, *words, "--vkey-file", tmp_path / "key"]
        result = subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)
        assert result.returncode == expect, result.stdout + result.stderr
        answer: dict[str, Any] = json.loads(result.stdout)
        return answer

    with serve(record) as server:
        witnessed = ("--witness-key", foreign.vkey, "--quorum", "1")
        assert verify("verify-checkpoint", "--tiles", server.url, *witnessed)["size"] == 3
        entries = [toy.ballot(number).statement for number in range(3)]
        for index, entry in enumerate(entries):
            (tmp_path / "leaf").write_bytes(entry)
            verify("verify-inclusion", "--tiles", server.url, "--leaf", tmp_path / "leaf", "--index", str(index))
        (tmp_path / "leaf").write_bytes(toy.ballot(9999).statement)
        verify("verify-inclusion", "--tiles", server.url, "--leaf", tmp_path / "leaf", "--index", "1", expect=1)
        verify("verify-consistency", "--tiles", server.url, "--old-checkpoint", tmp_path / "first")
        (tmp_path / "first").write_bytes(fork(tmp_path / "board", 3)[0])
        refused = verify("verify-consistency", "--tiles", server.url, "--old-checkpoint", tmp_path / "first", expect=1)
        assert "history was rewritten" in refused["error"]
