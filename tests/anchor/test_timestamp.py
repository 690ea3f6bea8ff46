"""Timestamps of checkpoints, by a real authority of openssl's."""

import subprocess
import time
from dataclasses import replace

import pytest
from rfc3161_client import decode_timestamp_response

from evote.anchor.receipt import checkpoint_text, decode_receipt, encode_receipt, require_digest
from evote.anchor.timestamp import TimestampAnchor, load_roots
from evote.errors import BoardError, ConfigurationError, EncodingError, VerificationError
from tests.anchor.conftest import CONFIGURATION, Authority, signed_checkpoint


def anchor_of(authority: Authority, root: str = "ca") -> TimestampAnchor:
    """Return the anchor that trusts one root."""
    return TimestampAnchor(authority.url, load_roots(authority.root(root)))


def test_a_stamp_says_when_a_checkpoint_existed(authority: Authority) -> None:
    """The receipt survives its file, names the present, and openssl itself accepts the token for the text."""
    note = signed_checkpoint()
    receipt = decode_receipt(encode_receipt(anchor_of(authority).submit(note)))
    require_digest(receipt, note)
    assert abs(anchor_of(authority).verify(receipt) - time.time()) < 120
    (authority.folder / "text").write_bytes(checkpoint_text(note))
    (authority.folder / "token").write_bytes(bytes.fromhex(receipt.evidence["token"]))
    command = ["openssl", "ts", "-verify", "-data", "text", "-in", "token", "-CAfile", "ca.pem"]
    assert b"OK" in subprocess.run(command, cwd=authority.folder, check=True, capture_output=True).stdout


@pytest.mark.parametrize(
    ("accuracy", "seconds"),
    [
        ("secs:90", 90),
        ("millisecs:500", 1),
        ("microsecs:1", 1),
        ("secs:2, millisecs:999, microsecs:999", 3),
    ],
)
def test_the_end_of_the_time_that_an_authority_states(authority: Authority, accuracy: str, seconds: int) -> None:
    """At the latest is the stated time and all by which the clock may be wrong, in whole seconds upwards."""
    (authority.folder / "conf").write_text(f"{CONFIGURATION}accuracy = {accuracy}\n")
    receipt = anchor_of(authority).submit(signed_checkpoint())
    stated = decode_timestamp_response(bytes.fromhex(receipt.evidence["token"])).tst_info.gen_time
    assert anchor_of(authority).verify(receipt) == stated.timestamp() + seconds


def test_a_receipt_is_for_one_checkpoint(authority: Authority) -> None:
    """Neither another note nor another digest fits the token."""
    receipt = anchor_of(authority).submit(signed_checkpoint())
    with pytest.raises(VerificationError) as caught:
        require_digest(receipt, signed_checkpoint(8))
    assert caught.value.code == "anchor.other_checkpoint"
    with pytest.raises(VerificationError) as caught:
        anchor_of(authority).verify(replace(receipt, digest=bytes(32)))
    assert caught.value.code == "anchor.bad_token"


def test_a_token_under_another_root_is_refused(authority: Authority) -> None:
    """Who stamps decides nothing; whom the reader trusts does."""
    receipt = anchor_of(authority).submit(signed_checkpoint())
    with pytest.raises(VerificationError) as caught:
        anchor_of(authority, "other").verify(receipt)
    assert caught.value.code == "anchor.bad_token"


def test_an_answer_to_another_request_is_refused(authority: Authority) -> None:
    """An old token for the same text does not pass as a new one: the nonce differs."""
    note = signed_checkpoint()
    old = bytes.fromhex(anchor_of(authority).submit(note).evidence["token"])
    authority.answer = lambda _: (200, old)
    with pytest.raises(VerificationError) as caught:
        anchor_of(authority).submit(note)
    assert caught.value.code == "anchor.other_request"


@pytest.mark.parametrize("answer", [(500, b""), (302, b""), (200, b"x" * (2**20 + 1))])
def test_an_authority_that_fails_costs_nothing(authority: Authority, answer: tuple[int, bytes]) -> None:
    """A refusal, a redirect and an endless answer are one error that says that the checkpoint stays valid."""
    authority.answer = lambda _: answer
    with pytest.raises(BoardError, match="valid without it") as caught:
        anchor_of(authority).submit(signed_checkpoint())
    assert caught.value.code == "anchor.unavailable"


def test_an_answer_that_is_no_token_is_named(authority: Authority) -> None:
    """Bytes that are no time-stamp response are malformed, not a crash."""
    authority.answer = lambda _: (200, b"hello")
    with pytest.raises(EncodingError) as caught:
        anchor_of(authority).submit(signed_checkpoint())
    assert caught.value.code == "anchor.malformed"


def test_a_closed_port_is_unavailable() -> None:
    """Nobody listens at port 9 of this machine."""
    with pytest.raises(BoardError) as caught:
        TimestampAnchor("http://127.0.0.1:9/", []).submit(signed_checkpoint())
    assert caught.value.code == "anchor.unavailable"


def test_a_file_without_certificates_is_refused() -> None:
    """The roots are the reader's own choice; none is no choice."""
    with pytest.raises(ConfigurationError) as caught:
        load_roots(b"not a certificate")
    assert caught.value.code == "anchor.no_certificate"


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b'{"digest":"00","evidence":{},"format":"evote/anchor/1","kind":"rfc3161"}',
        b'{"digest":"' + b"0" * 64 + b'","evidence":{"token":1},"format":"evote/anchor/1","kind":"rfc3161"}',
        b'{"digest":"' + b"0" * 64 + b'","evidence":{},"format":"evote/anchor/2","kind":"rfc3161"}',
        b'{"digest":"' + b"A" * 64 + b'","evidence":{},"format":"evote/anchor/1","kind":"rfc3161"}',
    ],
)
def test_a_malformed_receipt_is_refused(data: bytes) -> None:
    """Format, types and the digest's one encoding are checked before anything else."""
    with pytest.raises(EncodingError) as caught:
        decode_receipt(data)
    assert caught.value.code == "anchor.malformed"
