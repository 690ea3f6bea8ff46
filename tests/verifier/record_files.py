"""Drafts of statements, and the record that they become once they are signed, logged and written.

*Idea*: A test changes a draft's payload, author or place; ``write_record`` makes everything that follows fit
(hashes, signatures, tree, checkpoint), so that only the intended lie remains.
"""

import base64
import copy
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from verifier.canonical_json import encode
from verifier.merkle import leaf_hash, root_of
from verifier.reader import tile_path

ORIGIN = "log.example/board"


class Signer:
    """An Ed25519 key pair."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        """Return a signature."""
        return self._key.sign(message)


def signer(name: str) -> Signer:
    """Return the key pair that belongs to a name in tests."""
    return Signer(hashlib.sha256(name.encode()).digest())


LOG, AUTHORITY, REGISTRAR = signer("log"), signer("authority"), signer("registrar")
WITNESSES = {name: signer(name) for name in ("w1", "w2")}
TRUSTEES = [signer(f"trustee {i}") for i in (1, 2, 3)]


@dataclass
class Draft:
    """A statement before it is signed; ``raw`` replaces the canonical payload bytes, ``claimed`` the payload hash.

    ``commitments`` stand beside it in the side file.
    """

    kind: str
    author: Signer
    value: Any
    raw: bytes | None = None
    claimed: bytes | None = None
    signature: bytes | None = None
    entry: bytes | None = None
    commitments: bytes = b""

    def payload(self) -> bytes:
        """Return the payload bytes."""
        return self.raw if self.raw is not None else encode(self.value)


@dataclass
class Made:
    """A finished election: its id and drafts, and what a test may want to know."""

    scope: bytes
    drafts: list[Draft]
    manifest: bytes
    names: dict[str, int] = field(default_factory=dict)

    def find(self, kind: str, number: int = 0) -> int:
        """Return the position of the number-th draft of a kind."""
        return [i for i, draft in enumerate(self.drafts) if draft.kind == kind][number]

    def get(self, kind: str, number: int = 0) -> Draft:
        """Return the number-th draft of a kind."""
        return self.drafts[self.find(kind, number)]

    def copy(self) -> "Made":
        """Return a copy that can be changed."""
        drafts = [copy.copy(draft) for draft in self.drafts]
        for draft in drafts:
            draft.value = copy.deepcopy(draft.value)
        return Made(scope=self.scope, drafts=drafts, manifest=self.manifest, names=dict(self.names))


def make_entry(scope: bytes, draft: Draft) -> bytes:
    """Return the signed entry of a draft."""
    if draft.entry is not None:
        return draft.entry
    digest = draft.claimed or hashlib.sha256(draft.payload()).digest()
    fields = {
        "author": draft.author.public.hex(),
        "kind": draft.kind,
        "payload": digest.hex(),
        "scope": scope.hex(),
    }
    signature = draft.signature or draft.author.sign(b"evote/statement/1\x00" + encode(fields))
    return encode({**fields, "signature": signature.hex()})


def notes(count: int) -> list[Draft]:
    """Return signed statements of another service."""
    drafts = [Draft(kind="board.note", author=AUTHORITY, value={"number": number}) for number in range(count)]
    for draft in drafts:
        draft.entry = make_entry(bytes(32), draft)
    return drafts


def verifier_key(name: str, kind: int, key: Signer) -> str:
    """Return the C2SP verifier key of a signer."""
    data = bytes([kind]) + key.public
    key_id = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(data).decode()}"


def _line(name: str, kind: int, key: Signer, blob: bytes) -> str:
    key_id = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key.public).digest()[:4]
    return f"— {name} {base64.b64encode(key_id + blob).decode()}\n"


def make_checkpoint(size: int, root: bytes, times: dict[str, int] | None = None, log: Signer = LOG) -> bytes:
    """Return a checkpoint signed by the log and cosigned by witnesses at the given times."""
    text = f"{ORIGIN}\n{size}\n{base64.b64encode(root).decode()}\n"
    note = text + "\n" + _line(ORIGIN, 1, log, log.sign(text.encode()))
    for name, time in (times or {}).items():
        key = WITNESSES[name]
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
        note += _line(f"{name}.example", 4, key, time.to_bytes(8, "big") + key.sign(message))
    return note.encode()


def make_policy(quorum: int = 0) -> str:
    """Return a policy with the log's key, and a quorum of so many of the two witnesses (0: none)."""
    lines = [f"log {verifier_key(ORIGIN, 1, LOG)}"]
    lines += [f"witness {name} {verifier_key(f'{name}.example', 4, key)}" for name, key in WITNESSES.items()]
    lines += [f"group all-of-them {quorum} w1 w2", "quorum all-of-them"] if quorum else ["quorum none"]
    return "\n".join(lines) + "\n"


def write_record(
    made: Made,
    folder: Path,
    *,
    times: dict[str, int] | None = None,
    quorum: int = 0,
    extra: list[tuple[bytes, bytes]] | None = None,
) -> Path:
    """Sign, log and write a record; ``extra`` are further (entry, payload) pairs at the end of the log.

    There is a side file where any draft has commitments.
    """
    pairs = [(make_entry(made.scope, draft), draft.payload()) for draft in made.drafts] + (extra or [])
    entries = [entry for entry, _ in pairs]
    leaves = [leaf_hash(entry) for entry in entries]
    files: dict[str, bytes] = {}
    beside = [draft.commitments for draft in made.drafts] + [b"" for _ in extra or []]
    for start in range(0, len(entries), 256):
        part = pairs[start : start + 256]
        number, width = start // 256, len(part)
        files[tile_path("entries", number, width)] = b"".join(len(e).to_bytes(2, "big") + e for e, _ in part)
        files[tile_path("payloads", number, width)] = b"".join(len(p).to_bytes(4, "big") + p for _, p in part)
        files[tile_path("0", number, width)] = b"".join(leaves[start : start + 256])
        if any(beside):
            recorded = beside[start : start + 256]
            files[tile_path("commitments", number, width)] = b"".join(len(c).to_bytes(4, "big") + c for c in recorded)
    full = [root_of(leaves[i : i + 256]) for i in range(0, len(leaves) // 256 * 256, 256)]
    if full:
        files[tile_path("1", 0, len(full))] = b"".join(full)
    files["checkpoint"] = make_checkpoint(len(leaves), root_of(leaves), times)
    files["policy"] = make_policy(quorum).encode()
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
