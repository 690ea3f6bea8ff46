"""Anchors: real receipts of openssl's authority and of a local chain hold, and every false one fails by name."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.anchor import conftest as peers
from tests.anchor.conftest import ACCOUNT, Authority, call
from tests.verifier.record_files import Made, make_checkpoint, write_record
from verifier.anchors import TAG, check_anchors, checkpoint_digest, parse_anchor
from verifier.canonical_json import encode
from verifier.errors import Malformed, Unavailable, UsageError
from verifier.findings import AnchorProblem, AnchorSummary
from verifier.main import main
from verifier.node import EthereumNode
from verifier.note import Checkpoint, parse_checkpoint

authority = peers.authority
chain = peers.chain

CHECKPOINT = parse_checkpoint(make_checkpoint(7, bytes(32)))
OTHER = parse_checkpoint(make_checkpoint(6, bytes(32)))


def write_anchor(path: Path, kind: str, evidence: dict[str, str], checkpoint: Checkpoint = CHECKPOINT) -> str:
    """Write a receipt and return its path."""
    digest = checkpoint_digest(checkpoint).hex()
    path.write_bytes(encode({"digest": digest, "evidence": evidence, "format": "evote/anchor/1", "kind": kind}))
    return str(path)


def stamp(authority: Authority, checkpoint: Checkpoint = CHECKPOINT, algorithm: str = "-sha256") -> bytes:
    """Return openssl's time stamp of a checkpoint's text."""
    (authority.folder / "text").write_bytes(checkpoint.note.text)
    query = ["openssl", "ts", "-query", "-data", "text", algorithm, "-cert", "-out", "asked"]
    subprocess.run(query, cwd=authority.folder, check=True, capture_output=True)
    return authority.stamp((authority.folder / "asked").read_bytes())[1]


def transact(node: str, data: bytes, **more: str) -> str:
    """Send a transaction to oneself and return its hash without 0x."""
    sent = call(node, "eth_sendTransaction", {"from": ACCOUNT, "to": ACCOUNT, "data": "0x" + data.hex(), **more})
    assert isinstance(sent, str)
    return sent.removeprefix("0x")


def check(path: str, roots: str | None = None, node: str | None = None) -> AnchorSummary:
    """Check one receipt against the record's checkpoint and an earlier one."""
    (summary,) = check_anchors([path], roots, node, [("", CHECKPOINT), ("before", OTHER)])
    return summary


def roots(authority: Authority, name: str = "ca") -> str:
    """Return the path of a root certificate."""
    return str(authority.folder / f"{name}.pem")


def test_a_time_stamp_holds(authority: Authority, tmp_path: Path) -> None:
    """Under the authority's root, for the record's checkpoint and for an earlier one, which is named."""
    own = check(write_anchor(tmp_path / "a", "rfc3161", {"token": stamp(authority).hex()}), roots(authority))
    assert (own.problem, own.checkpoint, own.log_size, own.time[-1]) == (None, "", 7, "Z")
    token = stamp(authority, OTHER).hex()
    before = check(write_anchor(tmp_path / "b", "rfc3161", {"token": token}, OTHER), roots(authority))
    assert (before.problem, before.checkpoint, before.log_size) == (None, "before", 6)


def test_a_false_time_stamp_fails(authority: Authority, tmp_path: Path) -> None:
    """Another root, a changed token, another hash, a refusal, another imprint, and a certificate for other things."""

    def problem(token: bytes, root: str = "ca", checkpoint: Checkpoint = CHECKPOINT) -> AnchorProblem | None:
        path = write_anchor(tmp_path / "receipt", "rfc3161", {"token": token.hex()}, checkpoint)
        return check(path, roots(authority, root)).problem

    token = stamp(authority)
    assert problem(token) is None
    assert problem(token, "other") is AnchorProblem.BAD_TOKEN
    assert problem(token[:-1] + bytes([token[-1] ^ 1])) is AnchorProblem.BAD_TOKEN
    assert problem(token[:-9]) is AnchorProblem.BAD_TOKEN
    assert problem(b"\x30\x00") is AnchorProblem.BAD_TOKEN
    assert problem(stamp(authority, OTHER)) is AnchorProblem.OTHER_CHECKPOINT
    assert problem(token, checkpoint=parse_checkpoint(make_checkpoint(5, bytes(32)))) is AnchorProblem.OTHER_CHECKPOINT
    # sha512 is not among the authority's digests: it refuses, in a signed answer
    assert problem(stamp(authority, algorithm="-sha512")) is AnchorProblem.NOT_GRANTED
    extended = (authority.folder / "conf").read_text()
    (authority.folder / "conf").write_text(extended.replace("digests = sha256", "digests = sha256, sha512"))
    assert problem(stamp(authority, algorithm="-sha512")) is AnchorProblem.OTHER_CHECKPOINT


def test_a_transaction_holds(chain: str, tmp_path: Path) -> None:
    """With its block's time, and one block deeper after another block."""
    sent = transact(chain, TAG + checkpoint_digest(CHECKPOINT))
    path = write_anchor(tmp_path / "a", "evm", {"chain": str(call(chain, "eth_chainId")), "transaction": sent})
    first = check(path, node=chain)
    assert (first.problem, first.log_size, first.depth) == (None, 7, 1)
    call(chain, "evm_mine")
    assert check(path, node=chain).depth == 2


def test_a_false_transaction_fails(chain: str, tmp_path: Path) -> None:
    """Other data, none of that hash, not mined, failed; another chain and no node are errors of usage."""
    here = str(call(chain, "eth_chainId"))

    def problem(sent: str, chain_id: str = here) -> AnchorProblem | None:
        path = write_anchor(tmp_path / "receipt", "evm", {"chain": chain_id, "transaction": sent})
        return check(path, node=chain).problem

    data = TAG + checkpoint_digest(CHECKPOINT)
    for wrong in (data + b"\x00", data[:-1], b"\x00" + data, TAG + checkpoint_digest(OTHER)):
        assert problem(transact(chain, wrong)) is AnchorProblem.OTHER_DATA
    assert problem("00" * 32) is AnchorProblem.NO_TRANSACTION
    call(chain, "evm_setAutomine", False)
    waiting = transact(chain, data)
    assert problem(waiting) is AnchorProblem.NOT_CONFIRMED
    call(chain, "evm_mine")
    assert problem(waiting) is None
    call(chain, "evm_setAutomine", True)
    with pytest.raises(UsageError, match="another chain"):
        problem(waiting, "0x1")
    with pytest.raises(UsageError, match="--anchor-node"):
        check(str(tmp_path / "receipt"))


# What a node says of one transaction that holds.
BLOCK = {"hash": "0xb", "timestamp": "0x65000000", "transactions": ["0x" + "ab" * 32]}
ANSWERS: dict[str, Any] = {
    "eth_chainId": "0x1",
    "eth_getTransactionByHash": {
        "hash": "0x" + "ab" * 32,
        "input": "0x" + (TAG + checkpoint_digest(CHECKPOINT)).hex(),
    },
    "eth_getTransactionReceipt": {"status": "0x1", "blockNumber": "0x5", "blockHash": "0xb"},
    "eth_getBlockByNumber": BLOCK,
    "eth_blockNumber": "0x10",
}
RECEIPT = ANSWERS["eth_getTransactionReceipt"]


@pytest.mark.parametrize(
    ("method", "answer", "problem"),
    [
        ("eth_chainId", "0x1", None),
        ("eth_getTransactionByHash", {"hash": "0x" + "cd" * 32}, AnchorProblem.NO_TRANSACTION),
        ("eth_getTransactionReceipt", None, AnchorProblem.NOT_CONFIRMED),
        ("eth_getTransactionReceipt", RECEIPT | {"status": "0x0"}, AnchorProblem.FAILED),
        ("eth_getTransactionReceipt", RECEIPT | {"blockHash": "0xc"}, AnchorProblem.NOT_CONFIRMED),
        ("eth_getBlockByNumber", None, AnchorProblem.NOT_CONFIRMED),
        ("eth_getBlockByNumber", BLOCK | {"transactions": []}, AnchorProblem.NOT_CONFIRMED),
        ("eth_blockNumber", "0x4", AnchorProblem.NOT_CONFIRMED),
    ],
)
def test_each_check_of_a_transaction(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, method: str, answer: object, problem: AnchorProblem | None
) -> None:
    """One answer of the node is another one, and exactly its check fails."""
    answers = ANSWERS | {method: answer}
    monkeypatch.setattr(EthereumNode, "call", lambda _, asked, *parameters: answers[asked])
    path = write_anchor(tmp_path / "a", "evm", {"chain": "0x1", "transaction": "ab" * 32})
    summary = check(path, node="http://node.example")
    assert summary.problem is problem
    if problem is None:
        assert (summary.depth, summary.time) == (12, "2023-09-12T06:06:56Z")


def test_a_node_that_fails_says_nothing(authority: Authority) -> None:
    """Whatever is not an answer is the node's failure, and no verdict on the receipt."""
    for status, body, words in (
        (500, b"{}", "answers 500"),
        (302, b"{}", "answers 302"),
        (200, b"<html>", "not answered in JSON"),
        (200, b"[" * 100_000, "not answered in JSON"),
        (200, b'{"error":{"code":1}}', "refused"),
        (200, b"[]", "refused"),
        (200, bytes(5 << 20), "too long"),
    ):
        authority.answer = lambda _, status=status, body=body: (status, body)  # type: ignore[misc]  # 2026-11-22: defaults bind the loop's values
        with pytest.raises(Unavailable, match=words):
            EthereumNode(authority.url).call("eth_chainId")


def test_addresses_of_nodes() -> None:
    """No node there, and what is no address."""
    with pytest.raises(Unavailable):
        EthereumNode("http://127.0.0.1:1").call("eth_chainId")
    for url in ("ftp://x", "x", "http://", "http://[x", "http://x:99999", "http://a b"):
        with pytest.raises(UsageError):
            EthereumNode(url)


GOOD = {"digest": "00" * 32, "evidence": {"token": "00"}, "format": "evote/anchor/1", "kind": "rfc3161"}


@pytest.mark.parametrize(
    "value",
    [
        GOOD | {"format": "evote/anchor/2"},
        GOOD | {"kind": "other"},
        GOOD | {"kind": ["rfc3161"]},
        GOOD | {"more": 1},
        GOOD | {"digest": "00"},
        GOOD | {"digest": "AA" * 32},
        GOOD | {"evidence": {}},
        GOOD | {"evidence": "00"},
        GOOD | {"evidence": {"token": ""}},
        GOOD | {"evidence": {"token": "0"}},
        GOOD | {"evidence": {"token": 0}},
        GOOD | {"kind": "evm", "evidence": {"chain": "0x01", "transaction": "00" * 32}},
        GOOD | {"kind": "evm", "evidence": {"chain": "0x1", "transaction": "0x" + "00" * 32}},
        [],
    ],
)
def test_what_is_no_receipt(value: Any) -> None:
    """Any other field, form or spelling is refused."""
    assert parse_anchor(encode(GOOD))[0] == "rfc3161"
    with pytest.raises(Malformed):
        parse_anchor(encode(value))
    for data in (encode(GOOD) + b"\n", json.dumps(GOOD).encode(), b"", b"\xff"):
        with pytest.raises(Malformed):
            parse_anchor(data)


def test_usage(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No roots, roots that are none, no file, and an installation without the extra."""
    path = write_anchor(tmp_path / "a", "rfc3161", {"token": stamp(authority).hex()})
    (tmp_path / "none.pem").write_text("nothing")
    for arguments in ((path,), (path, str(tmp_path / "none.pem")), (str(tmp_path / "gone"), roots(authority))):
        with pytest.raises(UsageError):
            check(*arguments)
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    with pytest.raises(UsageError, match="extra 'anchors'"):
        check(path, roots(authority))


def test_the_command(
    tiny_election: Made, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An anchor that holds stands beside the checks in all reports; one that does not makes the exit code 1, and
    changes no check; one that can't be checked ends the command at once."""
    record = write_record(tiny_election, tmp_path / "record")
    checkpoint = parse_checkpoint((record / "checkpoint").read_bytes())
    good = write_anchor(tmp_path / "good", "rfc3161", {"token": stamp(authority, checkpoint).hex()}, checkpoint)
    false = write_anchor(tmp_path / "false", "rfc3161", {"token": stamp(authority).hex()}, checkpoint)
    page = tmp_path / "page.html"
    words = [str(record), "--quiet", "--workers", "1", "--anchor-roots", roots(authority), "--report", str(page)]
    assert main([*words, "--anchor", good, "--language", "en"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert f"good: the checkpoint of {checkpoint.size} entries (this record's) existed at" in text
    assert 'id="ko-anchors"' in page.read_text()
    assert 'id="en-anchors"' in page.read_text()
    assert main([*words, "--anchor", good, "--anchor", false, "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [anchor["problem"] for anchor in report["anchors"]] == [None, "other_checkpoint"]
    assert report["verdict"] == "verified"
    assert main([*words, "--anchor", false, "--language", "ko"]) == 1
    assert "성립하지 않습니다" in capsys.readouterr().out
    assert main([str(record), "--quiet", "--anchor", good, "--language", "ko"]) == 2
    errors = capsys.readouterr().err
    assert "루트 인증서" in errors
    assert main([str(record), "--quiet", "--anchor", str(record / "checkpoint")]) == 2
