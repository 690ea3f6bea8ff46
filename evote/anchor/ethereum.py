"""Anchors in an EVM chain: a transaction whose data is the digest.

Spec: Ethereum JSON-RPC: eth_chainId, eth_sendTransaction, eth_getTransactionByHash, eth_getTransactionReceipt,
eth_blockNumber, eth_getBlockByNumber.

Idea: the operator's own node or signer holds the account and signs; no key of a chain lives here. The data of the
transaction is a tag and the digest, sent from the account to itself with no value.

Invariants: what a receipt says is worth what the node that is asked is worth: an auditor asks a node of their own. A
transaction counts only in a block of the node's chain, successful, with exactly this data, `confirmations` deep.
"""

from __future__ import annotations

import json
import time
from typing import Any, Final

from evote.anchor.http import post
from evote.anchor.receipt import AnchorReceipt, checkpoint_digest, parse_hex
from evote.errors import BoardError, EncodingError, VerificationError

KIND: Final = "evm"
TAG: Final = b"evote/anchor/1\x00"
WAIT_SECONDS: Final = 120.0
LOOK_SECONDS: Final = 0.5


class EthereumAnchor:
    """A chain behind a JSON-RPC node; `account` is an address that the node or its signer can sign for."""

    def __init__(self, url: str, account: str | None = None, *, confirmations: int = 1) -> None:
        """Take the node's address; `account` is needed for `submit` alone; `confirmations` >= 1 counts its block."""
        self._url = url
        self._account = account
        self._confirmations = confirmations

    def submit(self, note: bytes) -> AnchorReceipt:
        """Send the transaction and wait until it is `confirmations` deep; return the verified receipt.

        Raise BoardError `anchor.unavailable` (also where it is not mined in time), VerificationError as `verify`.
        """
        digest = checkpoint_digest(note)
        fields = {"from": self._account, "to": self._account, "value": "0x0", "data": "0x" + (TAG + digest).hex()}
        transaction = _text(self._call("eth_sendTransaction", fields))
        receipt = AnchorReceipt(
            kind=KIND,
            digest=digest,
            evidence={"chain": _text(self._call("eth_chainId")), "transaction": transaction.removeprefix("0x")},
        )
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                self.verify(receipt)
            except VerificationError as error:
                if error.code != "anchor.not_confirmed":
                    raise
                if time.monotonic() > deadline:
                    raise BoardError(
                        "anchor.unavailable",
                        f"transaction {transaction} is in no block after {WAIT_SECONDS:.0f} s; look again later",
                    ) from error
                time.sleep(LOOK_SECONDS)
            else:
                return receipt

    def verify(self, receipt: AnchorReceipt) -> int:
        """Return the time of the block that holds the transaction, in POSIX seconds, as the node tells it.

        Raise VerificationError `anchor.other_chain`, `.no_transaction`, `.other_data`, `.not_confirmed`; EncodingError
        `anchor.malformed`; BoardError `anchor.unavailable`.
        """
        if receipt.kind != KIND or set(receipt.evidence) != {"chain", "transaction"}:
            raise EncodingError("anchor.malformed", "this receipt is not one of an EVM chain")
        transaction = "0x" + parse_hex(receipt.evidence["transaction"], "the transaction", 32).hex()
        chain = _text(self._call("eth_chainId"))
        if chain != receipt.evidence["chain"]:
            raise VerificationError(
                "anchor.other_chain", f"the receipt is of chain {receipt.evidence['chain']}, the node is of {chain}"
            )
        found = self._call("eth_getTransactionByHash", transaction)
        if not isinstance(found, dict):
            raise VerificationError("anchor.no_transaction", f"the chain holds no transaction {transaction}")
        if found.get("input") != "0x" + (TAG + receipt.digest).hex():
            raise VerificationError("anchor.other_data", f"transaction {transaction} does not carry this digest")
        mined = self._call("eth_getTransactionReceipt", transaction)
        if not isinstance(mined, dict) or mined.get("status") != "0x1":
            raise VerificationError("anchor.not_confirmed", f"transaction {transaction} is in no block, or failed")
        place = _number(mined.get("blockNumber"))
        depth = _number(self._call("eth_blockNumber")) - place + 1
        if depth < self._confirmations:
            raise VerificationError(
                "anchor.not_confirmed", f"transaction {transaction} is {depth} blocks deep, not {self._confirmations}"
            )
        block = self._call("eth_getBlockByNumber", hex(place), False)
        if not isinstance(block, dict) or block.get("hash") != mined.get("blockHash"):
            raise VerificationError("anchor.not_confirmed", f"block {place} of transaction {transaction} was replaced")
        return _number(block.get("timestamp"))

    def _call(self, method: str, *parameters: object) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}).encode()
        try:
            answer = json.loads(post(self._url, body, "application/json"))
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict) or "result" not in answer:
            said = answer.get("error") if isinstance(answer, dict) else None
            message = said.get("message") if isinstance(said, dict) else "no JSON-RPC answer"
            raise BoardError("anchor.unavailable", f"the node at {self._url} refused {method}: {str(message)[:200]}")
        return answer["result"]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise EncodingError("anchor.malformed", "the node's answer is not the text that it should be")
    return value


def _number(value: object) -> int:
    text = _text(value)
    try:
        return int(text, 16)
    except ValueError:
        raise EncodingError("anchor.malformed", f"the node answered {text[:40]!r} where a number is due") from None
