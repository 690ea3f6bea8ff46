"""Anchors: that a checkpoint existed at a certain time at the latest, by the word of somebody outside. Optional.

*Spec*: docs/anchors.md; RFC 3161 (time stamps); Ethereum JSON-RPC (execution-apis: eth_chainId,
eth_getTransactionByHash, eth_getTransactionReceipt, eth_getBlockByNumber, eth_blockNumber).

*Idea*: A receipt is about the SHA-256 of a checkpoint's text: the record's own or an earlier one that the auditor hands
in. Whom to believe is the auditor's choice: a root certificate, or a node of the chain. No row depends on an anchor.

*Invariants*: A receipt of whose holding nothing can be said (no root, no node, a node that fails) is an error of usage
or of the machine, never a receipt that holds or does not.
"""

import importlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509

from verifier.canonical_json import encode, read
from verifier.errors import Malformed, Unavailable, UsageError
from verifier.findings import AnchorProblem, AnchorSummary
from verifier.node import EthereumNode
from verifier.note import Checkpoint

FORMAT, TAG = "evote/anchor/1", b"evote/anchor/1\x00"
TIMESTAMP, ETHEREUM = "rfc3161", "evm"
MAX_RECEIPT_BYTES, MAX_ROOTS_BYTES = 1 << 20, 1 << 20
# id-sha256 (RFC 5754, 2.2)
SHA256_OID = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")

_DIGEST, _TOKEN = re.compile("[0-9a-f]{64}"), re.compile("(?:[0-9a-f]{2})+")
_CHAIN = re.compile("0x(?:0|[1-9a-f][0-9a-f]{0,63})")


class _DoesNotHold(Exception):  # noqa: N818 - 2026-11-22: names what was found
    """A receipt that states something false; ``problem`` says what."""

    def __init__(self, problem: AnchorProblem) -> None:
        super().__init__(problem)
        self.problem = problem


def checkpoint_digest(checkpoint: Checkpoint) -> bytes:
    """Return what is anchored: the hash of origin, size and root with their line ends, whoever signed below."""
    return sha256(checkpoint.note.text).digest()


def check_anchors(
    paths: Sequence[str], roots: str | None, node: str | None, checkpoints: Sequence[tuple[str, Checkpoint]]
) -> tuple[AnchorSummary, ...]:
    """Check receipts in files against named checkpoints, the record's own first.

    Raise UsageError for a file that is no receipt, or where root certificates or a node are needed and missing;
    Unavailable for a node that fails.
    """
    certificates = _load_roots(roots) if roots is not None else None
    return tuple(_check(path, certificates, node, checkpoints) for path in paths)


def _check(
    path: str,
    roots: Sequence[x509.Certificate] | None,
    node: str | None,
    checkpoints: Sequence[tuple[str, Checkpoint]],
) -> AnchorSummary:
    try:
        kind, digest, evidence = parse_anchor(_read(path, MAX_RECEIPT_BYTES))
    except Malformed as error:
        raise UsageError(f"--anchor: {path}: {error}") from None
    found = next(((name, one) for name, one in checkpoints if checkpoint_digest(one) == digest), None)
    time, depth = "", 0
    problem: AnchorProblem | None = None
    try:
        if found is None:
            problem = AnchorProblem.OTHER_CHECKPOINT
        elif kind == TIMESTAMP:
            time = _check_timestamp(bytes.fromhex(evidence["token"]), digest, roots)
        else:
            time, depth = _check_transaction(evidence["chain"], evidence["transaction"], digest, node)
    except _DoesNotHold as failure:
        problem = failure.problem
    return AnchorSummary(
        name=Path(path).name,
        kind=kind,
        checkpoint=found[0] if found is not None else "",
        log_size=found[1].size if found is not None else 0,
        time=time,
        chain=evidence.get("chain", ""),
        depth=depth,
        problem=problem,
    )


def parse_anchor(data: bytes) -> tuple[str, bytes, dict[str, str]]:
    """Return kind, digest and evidence of a receipt; raise Malformed where it is not the one spelling of one."""
    value = read(data)
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise Malformed("not an anchor's receipt of version 1")
    if encode(value) != data or set(value) != {"digest", "evidence", "format", "kind"}:
        raise Malformed("receipt that is not canonical")
    forms = {TIMESTAMP: {"token": _TOKEN}, ETHEREUM: {"chain": _CHAIN, "transaction": _DIGEST}}
    kind, evidence = value["kind"], value["evidence"]
    form = forms.get(kind) if isinstance(kind, str) else None
    if form is None:
        raise Malformed("receipt of an unknown kind")
    if not _is_form({"digest": value["digest"]}, {"digest": _DIGEST}) or not _is_form(evidence, form):
        raise Malformed("receipt with malformed evidence")
    return str(kind), bytes.fromhex(value["digest"]), evidence


def _is_form(value: Any, form: dict[str, re.Pattern[str]]) -> bool:
    if not isinstance(value, dict) or set(value) != set(form):
        return False
    return all(isinstance(text, str) and form[key].fullmatch(text) is not None for key, text in value.items())


def _check_timestamp(token: bytes, digest: bytes, roots: Sequence[x509.Certificate] | None) -> str:
    """Return the latest time that a time stamp allows which an authority under one of the roots has signed."""
    if roots is None:
        raise UsageError("--anchor: a time stamp needs the root certificate of its authority (--anchor-roots)")
    try:
        rfc3161 = importlib.import_module("rfc3161_client")
    except ImportError:
        raise UsageError("--anchor: time stamps need this program's extra 'anchors'") from None
    try:
        response = rfc3161.decode_timestamp_response(token)
        if response.status != 0:
            raise _DoesNotHold(AnchorProblem.NOT_GRANTED)
        stamp = response.tst_info
        imprint = stamp.message_imprint
        if imprint.hash_algorithm != SHA256_OID or imprint.message != digest:
            raise _DoesNotHold(AnchorProblem.OTHER_CHECKPOINT)
    except ValueError:
        raise _DoesNotHold(AnchorProblem.BAD_TOKEN) from None
    builder = rfc3161.VerifierBuilder()
    for root in dict.fromkeys(roots):
        builder = builder.add_root_certificate(root)
    try:
        # signature, path to a root at the stated time, and that the certificate is for time stamping
        builder.build().verify(response, digest)
        latest = _latest(stamp)
    except (rfc3161.VerificationError, ValueError, OverflowError):
        raise _DoesNotHold(AnchorProblem.BAD_TOKEN) from None
    return latest.strftime("%Y-%m-%dT%H:%M:%SZ")


def _latest(stamp: Any) -> datetime:
    """Return the end of the time that an authority states, in whole seconds (RFC 3161, 2.4.2: genTime + accuracy)."""
    moment: datetime = stamp.gen_time.astimezone(UTC)
    accuracy = stamp.accuracy
    if accuracy is not None:
        moment += timedelta(
            seconds=accuracy.seconds or 0, milliseconds=accuracy.millis or 0, microseconds=accuracy.micros or 0
        )
    return moment + timedelta(microseconds=-moment.microsecond % 1_000_000)


def _check_transaction(chain: str, transaction: str, digest: bytes, node: str | None) -> tuple[str, int]:
    """Return a transaction's block time, and how many blocks of the node's chain there are from its own on."""
    if node is None:
        raise UsageError("--anchor: a receipt of a chain needs a node of it (--anchor-node)")
    rpc, name = EthereumNode(node), "0x" + transaction
    if rpc.call("eth_chainId") != chain:
        raise UsageError(f"--anchor-node: it is of another chain than the receipt, which is of {chain}")
    sent = rpc.find("eth_getTransactionByHash", name)
    if sent is None or sent.get("hash") != name:
        raise _DoesNotHold(AnchorProblem.NO_TRANSACTION)
    if sent.get("input") != "0x" + (TAG + digest).hex():
        raise _DoesNotHold(AnchorProblem.OTHER_DATA)
    outcome = rpc.find("eth_getTransactionReceipt", name)
    if outcome is None or outcome.get("blockNumber") is None:
        raise _DoesNotHold(AnchorProblem.NOT_CONFIRMED)
    if outcome.get("status") != "0x1":
        raise _DoesNotHold(AnchorProblem.FAILED)
    block = rpc.find("eth_getBlockByNumber", outcome["blockNumber"], False)
    listed = block.get("transactions") if block is not None else None
    listed = listed if isinstance(listed, list) else []
    if block is None or block.get("hash") != outcome.get("blockHash") or name not in listed:
        raise _DoesNotHold(AnchorProblem.NOT_CONFIRMED)
    depth = rpc.number(rpc.call("eth_blockNumber")) - rpc.number(outcome["blockNumber"]) + 1
    if depth < 1:
        raise _DoesNotHold(AnchorProblem.NOT_CONFIRMED)
    try:
        moment = datetime.fromtimestamp(rpc.number(block.get("timestamp")), UTC)
    except (ValueError, OverflowError, OSError):
        raise Unavailable(f"node {node}: an answer with a time that is none") from None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ"), depth


def _load_roots(path: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_read(path, MAX_ROOTS_BYTES))
    except ValueError:
        raise UsageError(f"--anchor-roots: no certificate in PEM form in {path}") from None


def _read(path: str, limit: int) -> bytes:
    try:
        with Path(path).open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    if len(data) > limit:
        raise UsageError(f"{path}: longer than {limit} bytes")
    return data
