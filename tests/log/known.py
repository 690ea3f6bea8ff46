"""Known answers for the log's formats, each with its public source, and what several test files share."""

import base64
from collections.abc import Callable, Sequence
from typing import ParamSpec

from evote.ed25519 import SigningKey
from evote.errors import EvoteError
from evote.log import merkle
from evote.log.bundles import encode_bundle, encode_hashes
from evote.log.checkpoint import Checkpoint
from evote.log.cosignature import Cosigner
from evote.log.mldsa_cosignature import MldsaCosigner
from evote.log.note import Ed25519Signer
from evote.log.policy import Policy, PolicyGroup, PolicyLog, PolicyWitness
from evote.log.tiles import TILE_WIDTH, Tile, TileKind, new_bundles, new_tiles, tile_path

P = ParamSpec("P")

# golang.org/x/mod/sumdb/note, note_test.go (BSD-3-Clause)
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_PRIVATE_KEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH_KEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
PETER_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)

# C2SP signed-note v1.0.0, "Verifier keys"
C2SP_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"

# The Go checksum database: its key (cmd/go), and two checkpoints it has signed (the second also in
# google/trillian-examples witness/golang/cmd/addrwitness/README.md, with a line by another key)
SUMDB_ORIGIN = "go.sum database tree"
SUMDB_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
SUMDB_CHECKPOINTS = {
    65209736: (
        "go.sum database tree\n65209736\n5+uGFjx6xBZG8ip1+wi77v+grwbhhukIrxEUS8PXvRo=\n\n"
        "— sum.golang.org Az3grnbssgK7ubgFX36gVETtNv0U23qxyAhAMai2QUfeGa3nB/akvkMdlUErfcZz7l/R3cVtYspg3dxXABkGZZKds"
        "Q8=\n"
    ),
    15067302: (
        "go.sum database tree\n15067302\ngJyioq6dwR9n+NjEWORfYmH+ubeYm3kH42BBQ0bTpYI=\n\n"
        "— sum.golang.org Az3grp1rvWOs5NKlr/xR4GLN/CDyzzakmt1o61uSxYKpK1SerqOP2ClbX/peKUZjYnyomH5Xz7GZG3TpB7OeKn4E2"
        "ww=\n"
        "— test.example.com qTGhC/xIPQ0AXKHK6Y+9ypRfuvMZWPjRXM8NiOg5M1WREn07VQXyuIXM3NRNav3ieVFLUqDRK77PWDmL6w8w84U"
        "qeAw=\n"
    ),
}

# transparency-dev/tessera, testdata/build_log.sh (Apache-2.0)
TESSERA_ORIGIN = "example.com/log/testdata"
TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
TESSERA_ENTRIES = b"one two three four five six seven eit nain ten ileven twelf threeten fourten fivten".split()

# Ours, deterministic: the seed 00 01 .. 1f, the leaves "ballot 0" .. "ballot 6"
SEED = bytes(range(32))
BOARD = "example.com/board"
WITNESS = "witness.example/w1"
TIME = 1767139200
BALLOTS = tuple(f"ballot {number}".encode() for number in range(7))
LEAVES = tuple(merkle.leaf_hash(ballot) for ballot in BALLOTS)
ROOTS = tuple(
    base64.b64decode(text)
    for text in (
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "v1trRoUjeqk+odd0Ah7KjFv+84zX16Hb/rO/TrsJmc4=",
        "qgJvQvu6k/TTwYqpHc+GI0egV2mQmqb/oSiSCytzviQ=",
        "xQarP2GHyedA3oVfrV6DseLFL/TBcXdmu1DOgB4Jqgk=",
        "JSylH4ExBIggW50gPzA0MUHjL0+4YTub5JXtPx2ecPg=",
        "p4PXg/v3u9nu6N7YAXwJssilo0LwNecXdmLJ6HrJOPM=",
        "WM9O1ZSD/+keLKhWxt4lZ5b6URkq3RFSt5lghiBGH4E=",
        "aIJIwvZ2sQuz2SA+VwbczkVzBMDLqKh9E1Cxp4gsqg0=",
    )
)
BOARD_KEY = "example.com/board+13bfd06b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
BOARD_LINE = (
    "— example.com/board E7/Qa5ShRGeVYbYFYGApnhmnrOiHKFPBRHmONXHddu0Ze1qbSFKytqJcIWA7tv9XfOr2lrSehTDzG3bMEetQpg7A4QM="
)
WITNESS_KEY = "witness.example/w1+e75f6532+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
WITNESS_LINE = (
    "— witness.example/w1 "
    "519lMgAAAABpVGeAITkwpHeDw2ZaSaqNGc+AfRfZoa4qMXi0wIFjF7F+IDhHhIFYhsY+teRyVNQKqQOvPbLo4OHhckcXU6Zd264yDw=="
)
INCLUSION_3_OF_7 = tuple(
    base64.b64decode(text)
    for text in (
        "dUzyMMwdndiPQiJhzC/71zAbcvdO1PXXvQ7FQDF8WdU=",
        "qgJvQvu6k/TTwYqpHc+GI0egV2mQmqb/oSiSCytzviQ=",
        "27fA3mxZdvCT66WHxPKrlYsVmSk7LHgxfR4ypAu4lzY=",
    )
)
CONSISTENCY_3_TO_7 = (
    INCLUSION_3_OF_7[0],
    base64.b64decode("v/NQT10GndXUxfz4S9qKL+N0Tag79ojhDdm309evQEM="),
    INCLUSION_3_OF_7[1],
    INCLUSION_3_OF_7[2],
)
CHECKPOINT_7 = Checkpoint(origin=BOARD, size=7, root=ROOTS[7])

SIGNING_KEY = SigningKey(SEED)
LOG_SIGNER = Ed25519Signer(BOARD, SIGNING_KEY)
COSIGNER = Cosigner(WITNESS, SIGNING_KEY)
MLDSA_COSIGNER = MldsaCosigner(WITNESS, SEED)

# Three witnesses with keys of their own, the third by ML-DSA-44, two of which make the quorum.
COSIGNERS: tuple[Cosigner | MldsaCosigner, ...] = (
    Cosigner("witness.example/a", SigningKey(b"a" * 32)),
    Cosigner("witness.example/b", SigningKey(b"b" * 32)),
    MldsaCosigner("witness.example/c", b"c" * 32),
)
POLICY = Policy(
    logs=(PolicyLog(key=LOG_SIGNER.key),),
    witnesses=tuple(
        PolicyWitness(name=name, key=cosigner.key) for name, cosigner in zip("abc", COSIGNERS, strict=True)
    ),
    groups=(PolicyGroup(name="two", threshold=2, members=("a", "b", "c")),),
    quorum="two",
)


def refusal(action: Callable[P, object], *arguments: P.args, **named: P.kwargs) -> str:
    """Return the code of the error that a call raises, or "" where it passes."""
    try:
        action(*arguments, **named)
    except EvoteError as error:
        return error.code
    return ""


def build_files(
    entries: Sequence[bytes], *, sizes: Sequence[int] | None = None, payloads: Sequence[bytes] = ()
) -> dict[str, bytes]:
    """Return the tiles and bundles of a log that published at each of `sizes`, hashed naively from the definition."""
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    files: dict[str, bytes] = {}
    old = 0
    for size in sizes or [len(entries)]:
        for tile in new_tiles(old, size):
            files[tile_path(tile)] = encode_hashes(tile_hashes(leaves, tile))
        for kind, items in ((TileKind.ENTRIES, entries), (TileKind.PAYLOADS, payloads)):
            if items:
                for tile in new_bundles(kind, old, size):
                    first = tile.number * TILE_WIDTH
                    files[tile_path(tile)] = encode_bundle(kind, items[first : first + tile.width])
        old = size
    return files


def tile_hashes(leaves: Sequence[bytes], tile: Tile) -> list[bytes]:
    """Return a tile's hashes by the definition: hash i is MTH(D[(256 n + i) 256^l : (256 n + i + 1) 256^l])."""
    span = TILE_WIDTH**tile.level
    first = tile.number * TILE_WIDTH
    return [merkle.root(leaves[i * span : (i + 1) * span]) for i in range(first, first + tile.width)]
