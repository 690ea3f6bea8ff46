"""`evote anchor`: have the hash of a published checkpoint kept by somebody outside, and check what they gave back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

import typer

from evote.anchor import ethereum, timestamp
from evote.anchor.ethereum import EthereumAnchor
from evote.anchor.receipt import Anchor, decode_receipt, encode_receipt, require_digest
from evote.anchor.timestamp import TimestampAnchor, load_roots
from evote.cli.command import command, new_app
from evote.cli.files import read_input, write_public
from evote.cli.output import Output
from evote.errors import ConfigurationError, EncodingError
from evote.texts.moments import format_moment

T = TypeVar("T")

app = new_app("Anchors of checkpoints outside the log")

CheckpointFile = Annotated[Path, typer.Argument(metavar="CHECKPOINT", help="The signed checkpoint.")]
ReceiptFile = Annotated[Path, typer.Argument(metavar="RECEIPT", help="The receipt that the anchor gave.")]
OutFile = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the receipt is written.")]
Roots = Annotated[Path, typer.Option("--roots", metavar="FILE", help="Certificates to trust, in PEM form.")]
OptionalRoots = Annotated[
    Path | None, typer.Option("--roots", metavar="FILE", help="Certificates to trust, in PEM form.")
]
Node = Annotated[str, typer.Option("--node", metavar="URL", help="JSON-RPC address of a node of the chain.")]
OptionalNode = Annotated[
    str | None, typer.Option("--node", metavar="URL", help="JSON-RPC address of a node of the chain.")
]
Confirmations = Annotated[int, typer.Option("--confirmations", min=1, help="Blocks that make a transaction count.")]


@command(app, "timestamp", "Have a checkpoint stamped by a time-stamping authority (RFC 3161)")
def stamp(
    out: Output,
    checkpoint: CheckpointFile,
    authority: Annotated[str, typer.Option("--authority", metavar="URL", help="Address of the authority.")],
    roots: Roots,
    out_file: OutFile,
) -> None:
    """Ask the authority, verify its token, write the receipt."""
    _submit(out, TimestampAnchor(authority, load_roots(read_input(roots))), checkpoint, out_file)


@command(app, "ethereum", "Put the hash of a checkpoint into a transaction of an EVM chain")
def transact(
    out: Output,
    checkpoint: CheckpointFile,
    node: Node,
    account: Annotated[str, typer.Option("--account", metavar="ADDRESS", help="Account that the node signs for.")],
    out_file: OutFile,
    confirmations: Confirmations = 1,
) -> None:
    """Send the transaction, wait for its block, write the receipt."""
    _submit(out, EthereumAnchor(node, account, confirmations=confirmations), checkpoint, out_file)


@command(app, "check", "Check an anchor's receipt for a checkpoint")
def check(
    out: Output,
    receipt_file: ReceiptFile,
    checkpoint: CheckpointFile,
    roots: OptionalRoots = None,
    node: OptionalNode = None,
    confirmations: Confirmations = 1,
) -> None:
    """Say when the checkpoint existed at the latest, by the evidence of the anchor."""
    receipt = decode_receipt(read_input(receipt_file))
    require_digest(receipt, read_input(checkpoint))
    anchor: Anchor
    if receipt.kind == timestamp.KIND:
        anchor = TimestampAnchor("", load_roots(read_input(_needed(roots, "--roots", receipt.kind))))
    elif receipt.kind == ethereum.KIND:
        anchor = EthereumAnchor(_needed(node, "--node", receipt.kind), confirmations=confirmations)
    else:
        raise EncodingError("anchor.unknown_kind", f"a receipt of kind {receipt.kind!r}, which this version can't read")
    _show(out, receipt.kind, anchor.verify(receipt))


def _submit(out: Output, anchor: Anchor, checkpoint: Path, out_file: Path) -> None:
    note = read_input(checkpoint)
    with out.progress("anchoring", None):
        receipt = anchor.submit(note)
    write_public(out_file, encode_receipt(receipt))
    out.say("anchored", file=out_file)
    _show(out, receipt.kind, anchor.verify(receipt))


def _show(out: Output, kind: str, seconds: int) -> None:
    moment = format_moment(seconds)
    out.say("anchor_time", time=moment)
    out.result(kind=kind, time=moment)


def _needed(value: T | None, option: str, kind: str) -> T:
    if value is None:
        raise ConfigurationError("anchor.option_needed", f"a receipt of kind {kind} can only be checked with {option}")
    return value
