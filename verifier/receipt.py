"""Receipts: proofs that one entry is in the log, which a voter keeps.

*Spec*: C2SP tlog-proof; docs/formats.md, section 1 (the entry's exact bytes are the extra data).
"""

from dataclasses import dataclass

from verifier.errors import Malformed
from verifier.merkle import HASH_BYTES
from verifier.note import Checkpoint, decode_base64, parse_checkpoint, parse_decimal

MAX_RECEIPT_BYTES = 1_000_000
MAX_PROOF_HASHES = 63
HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """An entry, its index, the path to the root of a checkpoint."""

    entry: bytes
    index: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint


def parse_receipt(data: bytes) -> Receipt:
    """Return the receipt that a file states; checks neither path nor signatures."""
    if len(data) > MAX_RECEIPT_BYTES:
        raise Malformed("receipt too long")
    head, separator, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise Malformed("receipt is not UTF-8") from None
    if not separator or lines[0] != HEADER or len(lines) < 3:
        raise Malformed("not a tlog-proof of version 1")
    if not lines[1].startswith("extra "):
        raise Malformed("receipt without the entry in its extra line")
    if not lines[2].startswith("index "):
        raise Malformed("receipt without an index")
    proof = tuple(map(decode_base64, lines[3:]))
    if len(proof) > MAX_PROOF_HASHES or any(len(item) != HASH_BYTES for item in proof):
        raise Malformed("receipt with a malformed path")
    return Receipt(
        entry=decode_base64(lines[1].removeprefix("extra ")),
        index=parse_decimal(lines[2].removeprefix("index ")),
        proof=proof,
        checkpoint=parse_checkpoint(checkpoint),
    )
