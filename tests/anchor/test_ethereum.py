"""Checkpoints in the transactions of a real EVM node."""

import time
from dataclasses import replace

import pytest

from evote.anchor.ethereum import TAG, EthereumAnchor
from evote.anchor.receipt import checkpoint_digest, decode_receipt, encode_receipt
from evote.errors import BoardError, EncodingError, VerificationError
from tests.anchor.conftest import ACCOUNT, call, signed_checkpoint


def test_a_transaction_carries_the_digest(chain: str) -> None:
    """The chain holds tag and digest, and its block says when."""
    note = signed_checkpoint()
    receipt = decode_receipt(encode_receipt(EthereumAnchor(chain, ACCOUNT).submit(note)))
    found = call(chain, "eth_getTransactionByHash", "0x" + receipt.evidence["transaction"])
    assert isinstance(found, dict)
    assert found["input"] == "0x" + (TAG + checkpoint_digest(note)).hex()
    assert abs(EthereumAnchor(chain).verify(receipt) - time.time()) < 120


def test_another_digest_is_not_in_the_transaction(chain: str) -> None:
    """A receipt whose digest was exchanged is refused."""
    receipt = EthereumAnchor(chain, ACCOUNT).submit(signed_checkpoint())
    with pytest.raises(VerificationError) as caught:
        EthereumAnchor(chain).verify(replace(receipt, digest=bytes(32)))
    assert caught.value.code == "anchor.other_data"


def test_a_transaction_that_does_not_exist_is_refused(chain: str) -> None:
    """A receipt with an invented transaction is worth nothing."""
    receipt = EthereumAnchor(chain, ACCOUNT).submit(signed_checkpoint())
    with pytest.raises(VerificationError) as caught:
        EthereumAnchor(chain).verify(replace(receipt, evidence={**receipt.evidence, "transaction": "00" * 32}))
    assert caught.value.code == "anchor.no_transaction"


def test_a_receipt_of_another_chain_is_refused(chain: str) -> None:
    """The chain is part of the claim."""
    receipt = EthereumAnchor(chain, ACCOUNT).submit(signed_checkpoint())
    with pytest.raises(VerificationError) as caught:
        EthereumAnchor(chain).verify(replace(receipt, evidence={**receipt.evidence, "chain": "0x1"}))
    assert caught.value.code == "anchor.other_chain"


def test_a_shallow_transaction_waits_for_more_blocks(chain: str) -> None:
    """With two confirmations asked for, one block is not enough, and the next one makes it so."""
    receipt = EthereumAnchor(chain, ACCOUNT).submit(signed_checkpoint())
    careful = EthereumAnchor(chain, confirmations=2)
    with pytest.raises(VerificationError) as caught:
        careful.verify(receipt)
    assert caught.value.code == "anchor.not_confirmed"
    call(chain, "evm_mine")
    assert careful.verify(receipt) > 0


def test_an_account_that_the_node_cannot_sign_for_is_named(chain: str) -> None:
    """The node's own words are in the error."""
    with pytest.raises(BoardError, match="eth_sendTransaction") as caught:
        EthereumAnchor(chain, "0x" + "11" * 20).submit(signed_checkpoint())
    assert caught.value.code == "anchor.unavailable"


def test_a_receipt_of_another_kind_is_refused(chain: str) -> None:
    """The kinds do not pass for one another."""
    receipt = EthereumAnchor(chain, ACCOUNT).submit(signed_checkpoint())
    with pytest.raises(EncodingError) as caught:
        EthereumAnchor(chain).verify(replace(receipt, kind="rfc3161"))
    assert caught.value.code == "anchor.malformed"
