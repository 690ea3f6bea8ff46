"""The files of a forged log: tiles, bundles, checkpoint, policy; each of which may be another than it should be."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from evote.ed25519 import SigningKey
from evote.log import merkle
from evote.log.bundles import encode_bundle, encode_hashes
from evote.log.checkpoint import Checkpoint, sign_checkpoint
from evote.log.cosignature import Cosigner
from evote.log.note import Ed25519Signer, NoteSigner
from evote.log.policy import Policy, PolicyGroup, PolicyLog, PolicyWitness
from evote.log.policy_text import format_policy
from evote.log.proof import TlogProof, encode_proof
from evote.log.tiles import TileKind, bundle_at, level_count, tile_at, tile_path
from tests.forge.log import Forgery

ORIGIN = "forge.example/log"
LOG = Ed25519Signer(ORIGIN, SigningKey(sha256(b"log").digest()))
WITNESSES = tuple(Cosigner(f"witness.example/{name}", SigningKey(sha256(name.encode()).digest())) for name in "vw")

NO_WITNESSES = Policy(logs=(PolicyLog(key=LOG.key),))
TWO_WITNESSES = Policy(
    logs=(PolicyLog(key=LOG.key),),
    witnesses=tuple(PolicyWitness(name=one.name[-1], key=one.key) for one in WITNESSES),
    groups=(PolicyGroup(name="both", threshold=2, members=("v", "w")),),
    quorum="both",
)


def leaves(forgery: Forgery) -> list[bytes]:
    """Return the leaf hashes of a log."""
    return [merkle.leaf_hash(line.entry) for line in forgery.lines]


def checkpoint_of(
    hashes: Sequence[bytes],
    *,
    signers: Sequence[NoteSigner] = (LOG,),
    root: bytes | None = None,
    origin: str = ORIGIN,
) -> bytes:
    """Return the signed note of a tree, or of another root."""
    head = Checkpoint(origin=origin, size=len(hashes), root=root or merkle.root(hashes))
    return sign_checkpoint(head, signers)


def files_of(
    forgery: Forgery,
    *,
    policy: Policy = NO_WITNESSES,
    signers: Sequence[NoteSigner] = (LOG,),
    side_file: Sequence[bytes] = (),
) -> dict[str, bytes]:
    """Return the files of a record; `side_file` are commitments for every entry (none: no such file)."""
    hashes, size = leaves(forgery), len(forgery.lines)
    files = {"checkpoint": checkpoint_of(hashes, signers=signers), "policy": format_policy(policy)}
    for level in range(level_count(size)):
        span = 256**level
        for n in range(-(-(size // span) // 256)):
            tile = tile_at(level, n, size)
            nodes = [merkle.root(hashes[i * span : (i + 1) * span]) for i in range(n * 256, n * 256 + tile.width)]
            files[tile_path(tile)] = encode_hashes(nodes)
    for kind, items in (
        (TileKind.ENTRIES, [line.entry for line in forgery.lines]),
        (TileKind.PAYLOADS, [line.payload for line in forgery.lines]),
        (TileKind.COMMITMENTS, side_file),
    ):
        if not items:
            continue
        for n in range(-(-size // 256)):
            tile = bundle_at(kind, n, size)
            files[tile_path(tile)] = encode_bundle(kind, items[n * 256 : n * 256 + tile.width])
    return files


def receipt_of(forgery: Forgery, step: str, *, size: int | None = None) -> bytes:
    """Return the receipt of a step against the tree of the first `size` entries."""
    hashes, index = leaves(forgery)[:size], forgery.index(step)
    return encode_proof(
        TlogProof(
            index=index,
            hashes=merkle.inclusion_proof(hashes, index),
            checkpoint=checkpoint_of(hashes),
            extra=forgery.lines[index].entry,
        )
    )


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files below a folder."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder
