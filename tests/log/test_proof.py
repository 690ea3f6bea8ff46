"""Receipts: the file byte by byte, what it proves, and every rule broken alone."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from evote.log import merkle
from evote.log.checkpoint import Checkpoint, sign_checkpoint
from evote.log.proof import TlogProof, decode_proof, encode_proof, open_proof, verify_proof
from tests.log.known import (
    BALLOTS,
    BOARD,
    CHECKPOINT_7,
    COSIGNERS,
    INCLUSION_3_OF_7,
    LEAVES,
    LOG_SIGNER,
    POLICY,
    ROOTS,
    TIME,
    refusal,
)

NOTE = sign_checkpoint(CHECKPOINT_7, [LOG_SIGNER, *(cosigner.at(TIME) for cosigner in COSIGNERS[:2])])
PROOF = TlogProof(index=3, hashes=INCLUSION_3_OF_7, checkpoint=NOTE)
ENCODED = encode_proof(PROOF)


def test_the_bytes_of_a_receipt() -> None:
    """A receipt is this text: header, extra, index, hashes, empty line, checkpoint as it was signed."""
    hashes = "".join(base64.b64encode(item).decode() + "\n" for item in INCLUSION_3_OF_7)
    assert f"c2sp.org/tlog-proof@v1\nindex 3\n{hashes}\n".encode() + NOTE == ENCODED
    with_extra = replace(PROOF, extra=b"hint")
    assert encode_proof(with_extra) == ENCODED.replace(b"\nindex", b"\nextra aGludA==\nindex")
    for proof in (PROOF, with_extra):
        assert decode_proof(encode_proof(proof)) == proof


def test_a_receipt_verifies_offline() -> None:
    """Entry, proof, log signature and quorum hold together."""
    verify_proof(PROOF, entry=BALLOTS[3], policy=POLICY)
    opened = open_proof(decode_proof(ENCODED), entry=BALLOTS[3], policy=POLICY)
    assert opened.checkpoint == CHECKPOINT_7
    assert opened.times == (("a", TIME), ("b", TIME))


def test_a_receipt_in_a_tree_of_one_entry() -> None:
    """The proof of the only entry has no hashes."""
    note = sign_checkpoint(Checkpoint(origin=BOARD, size=1, root=ROOTS[1]), [LOG_SIGNER])
    proof = decode_proof(encode_proof(TlogProof(index=0, hashes=(), checkpoint=note)))
    verify_proof(proof, entry=BALLOTS[0], policy=replace(POLICY, quorum="none"))


@pytest.mark.parametrize(
    ("changes", "entry", "code"),
    [
        ({}, BALLOTS[2], "merkle.wrong_root"),
        ({}, b"", "merkle.wrong_root"),
        ({"index": 2}, BALLOTS[3], "merkle.wrong_root"),
        ({"index": 7}, BALLOTS[3], "merkle.out_of_range"),
        ({"hashes": INCLUSION_3_OF_7[:2]}, BALLOTS[3], "merkle.proof_length"),
        ({"hashes": (*INCLUSION_3_OF_7, ROOTS[0])}, BALLOTS[3], "merkle.proof_length"),
        ({"checkpoint": sign_checkpoint(CHECKPOINT_7, [LOG_SIGNER])}, BALLOTS[3], "policy.no_quorum"),
        ({"checkpoint": NOTE.replace(b"\n7\n", b"\n8\n")}, BALLOTS[3], "signature.invalid"),
        (
            {"checkpoint": sign_checkpoint(CHECKPOINT_7, [cosigner.at(TIME) for cosigner in COSIGNERS])},
            BALLOTS[3],
            "policy.unknown_log",
        ),
    ],
)
def test_each_way_a_receipt_can_be_false(changes: dict[str, Any], entry: bytes, code: str) -> None:
    """Another entry, index, proof or checkpoint is refused, each for its reason."""
    assert refusal(verify_proof, replace(PROOF, **changes), entry=entry, policy=POLICY) == code


def test_the_inner_node_is_no_entry() -> None:
    """The two leaf hashes under a node, passed off as an entry, do not verify with the node's proof."""
    proof = replace(PROOF, index=1, hashes=INCLUSION_3_OF_7[1:])
    assert refusal(verify_proof, proof, entry=LEAVES[2] + LEAVES[3], policy=POLICY).startswith("merkle.")


def test_extra_changes_no_verdict() -> None:
    """Extra data is carried along and looked at by no verification."""
    verify_proof(replace(PROOF, extra=b"lies"), entry=BALLOTS[3], policy=POLICY)


HASH = base64.b64encode(bytes(32)) + b"\n"
HEADER = b"c2sp.org/tlog-proof@v1\n"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "proof.no_checkpoint"),
        (HEADER + b"index 0\n", "proof.no_checkpoint"),
        (ENCODED.replace(b"@v1", b"@v2"), "proof.bad_header"),
        (b"\n" + ENCODED, "proof.bad_header"),
        (ENCODED.replace(HEADER, b""), "proof.bad_header"),
        (ENCODED.replace(b"index 3", b"index \xff"), "proof.bad_header"),
        (ENCODED.replace(b"index", b"extra !!\nindex"), "encoding.not_base64"),
        (ENCODED.replace(b"index", b"extra \nindex"), "proof.bad_extra"),
        (ENCODED.replace(b"index", b"extra aGludB==\nindex"), "encoding.not_base64"),
        (ENCODED.replace(b"index", b"extra aGk=\nextra aGk=\nindex"), "proof.no_index"),
        (ENCODED.replace(b"index 3\n", b""), "proof.no_index"),
        (HEADER + b"\n" + NOTE, "proof.no_index"),
        (ENCODED.replace(b"index 3", b"index three"), "encoding.not_decimal"),
        (ENCODED.replace(b"index 3", b"index -3"), "encoding.not_decimal"),
        (ENCODED.replace(b"index 3", b"index 03"), "encoding.not_decimal"),
        (ENCODED.replace(b"index 3", b"index  3"), "encoding.not_decimal"),
        (ENCODED.replace(b"index 3", b"index 9223372036854775808"), "encoding.out_of_range"),
        (HEADER + b"index 0\n!!\n\n" + NOTE, "encoding.not_base64"),
        (HEADER + b"index 0\nAAAA\n\n" + NOTE, "encoding.bad_width"),
        (HEADER + b"index 0\n" + HASH * 64 + b"\n" + NOTE, "proof.too_many_hashes"),
        (HEADER + b"index 0\n\n", "note.no_signatures"),
        (ENCODED + b"x", "note.no_signatures"),
        (ENCODED[:-1], "note.no_signatures"),
        (ENCODED.replace(b"\n", b"\r\n"), "proof.no_checkpoint"),
        (ENCODED + b"\n" * 2_000_000, "proof.too_long"),
    ],
)
def test_each_rule_of_reading(data: bytes, code: str) -> None:
    """Each way a receipt can be malformed has its code."""
    assert refusal(decode_proof, data) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"index": -1}, "proof.bad_index"),
        ({"index": 2**63}, "proof.bad_index"),
        ({"hashes": (bytes(31),)}, "encoding.bad_width"),
        ({"hashes": (bytes(32),) * 64}, "proof.too_many_hashes"),
        ({"extra": bytes(2**16 + 1)}, "proof.bad_extra"),
        ({"checkpoint": b"no note\n"}, "note.no_signatures"),
    ],
)
def test_nothing_malformed_is_written(changes: dict[str, Any], code: str) -> None:
    """What could not be read back is not written."""
    assert refusal(encode_proof, replace(PROOF, **changes)) == code


def test_the_longest_proof_is_read() -> None:
    """A proof of 63 hashes and the longest entry as extra data is still read."""
    proof = replace(PROOF, hashes=(merkle.EMPTY_ROOT,) * 63, extra=bytes(65_535))
    assert decode_proof(encode_proof(proof)) == proof
