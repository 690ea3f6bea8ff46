"""A log in memory that can lie, and a witness with a clock that tests set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from fastapi import FastAPI

from evote.ed25519 import SigningKey
from evote.log import merkle
from evote.log.checkpoint import Checkpoint, sign_checkpoint
from evote.log.key import VerifierKey
from evote.log.mldsa_cosignature import MldsaCosigner
from evote.log.note import Ed25519Signer, NoteSigner
from evote.log.witness_protocol import AddCheckpoint, encode_add_checkpoint
from evote.witness.app import make_app
from evote.witness.identity import Meaning
from evote.witness.open_witness import create_witness, open_witness, pin_log
from evote.witness.witness import Witness

ORIGIN = "log.example/votes"
NAME = "witness.example/w1"
NOW = 1767139200


@dataclass
class Log:
    """A log of numbered leaves, all signed checkpoints of which come from here."""

    origin: str = ORIGIN
    seed: bytes = b"L" * 32
    leaves: list[bytes] = field(default_factory=lambda: [merkle.leaf_hash(b"%d" % number) for number in range(300)])

    @property
    def signer(self) -> Ed25519Signer:
        """The log's Ed25519 key."""
        return Ed25519Signer(self.origin, SigningKey(self.seed))

    @property
    def mldsa_signer(self) -> MldsaCosigner:
        """The log's ML-DSA-44 key."""
        return MldsaCosigner(self.origin, self.seed)

    @property
    def key(self) -> VerifierKey:
        """The log's Ed25519 verifier key."""
        return self.signer.key

    def fork(self, at: int) -> Log:
        """Return the log with another leaf at one place, and the same keys."""
        leaves = list(self.leaves)
        leaves[at] = merkle.leaf_hash(b"other")
        return Log(self.origin, self.seed, leaves)

    def root(self, size: int) -> bytes:
        """Return the root of the first leaves."""
        return merkle.root(self.leaves[:size])

    def checkpoint(self, size: int, *, root: bytes | None = None, signers: Sequence[NoteSigner] = ()) -> bytes:
        """Return a signed checkpoint."""
        checkpoint = Checkpoint(origin=self.origin, size=size, root=self.root(size) if root is None else root)
        return sign_checkpoint(checkpoint, signers or [self.signer])

    def proof(self, old_size: int, size: int) -> tuple[bytes, ...]:
        """Return the consistency proof, empty from 0."""
        return merkle.consistency_proof(self.leaves[:size], old_size) if old_size else ()

    def request(self, old_size: int, size: int, **changes: bytes) -> bytes:
        """Return the body of a request that is right, unless `checkpoint` is another one."""
        checkpoint = changes.get("checkpoint") or self.checkpoint(size)
        proof = self.proof(old_size, size) if 0 < old_size <= size else ()
        return encode_add_checkpoint(AddCheckpoint(old_size=old_size, proof=proof, checkpoint=checkpoint))


@dataclass
class Clock:
    """A clock that stands where it is set."""

    now: int = NOW

    def __call__(self) -> int:
        """Return the time."""
        return self.now


class Http:
    """An application in this process as its clients see it."""

    def __init__(self, app: FastAPI) -> None:
        """Take the application."""
        self._app = app

    def get(self, path: str) -> httpx.Response:
        """Return the answer to a GET."""
        return asyncio.run(self._send("GET", path, None))

    def post(self, path: str, content: bytes | AsyncIterator[bytes]) -> httpx.Response:
        """Return the answer to a POST."""
        return asyncio.run(self._send("POST", path, content))

    async def _send(self, method: str, path: str, content: bytes | AsyncIterator[bytes] | None) -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://witness.example") as client:
            return await client.request(method, path, content=content)


@dataclass
class Scene:
    """A witness in a folder that follows a log, with its HTTP interface."""

    folder: Path
    log: Log
    clock: Clock
    witness: Witness
    http: Http

    def post(self, body: bytes) -> tuple[int, bytes]:
        """Send a request; return status and body."""
        answer = self.http.post("/add-checkpoint", content=body)
        return answer.status_code, answer.content

    def reopen(self) -> Scene:
        """Return the witness as a new process would open it."""
        self.witness.store.close()
        return open_scene(self.folder, self.log, self.clock)

    def size(self) -> int | None:
        """Return the size cosigned last."""
        latest = self.witness.store.latest(self.log.origin)
        return latest.size if latest else None

    def kept(self) -> list[str]:
        """Return the kinds of evidence kept about the log, oldest first."""
        return [item.kind.value for item in self.witness.store.evidence(self.log.origin)]


def open_scene(folder: Path, log: Log, clock: Clock) -> Scene:
    """Open the plain witness in a folder."""
    witness = open_witness(folder, Meaning.CONSISTENCY, clock)
    return Scene(folder, log, clock, witness, Http(make_app(witness)))


def make_scene(folder: Path) -> Scene:
    """Make a witness that follows a log."""
    log = Log()
    create_witness(folder, NAME, Meaning.CONSISTENCY, _bytes_of_w)
    pin_log(folder, log.key, log.origin, "")
    return open_scene(folder, log, Clock())


def _bytes_of_w(count: int) -> bytes:
    return b"w" * count
