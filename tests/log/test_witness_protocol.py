"""The bodies of the witness protocol: one spelling, bounds, and names of pages."""

import pytest

from evote.errors import EvoteError
from evote.log.note import decode_note
from evote.log.witness_protocol import (
    AddCheckpoint,
    decode_add_checkpoint,
    decode_cosignatures,
    decode_size,
    encode_add_checkpoint,
    encode_cosignatures,
    encode_size,
    monitoring_path,
)
from tests.client.records import signed_checkpoint
from tests.log.known import refusal

NOTE = signed_checkpoint(7)
REQUEST = AddCheckpoint(old_size=3, proof=(b"\x01" * 32, b"\x02" * 32), checkpoint=NOTE)
# C2SP tlog-witness, the example of a request (hashes and checkpoint text; its second signature line is left out)
EXAMPLE = (
    "old 20852014\n"
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n"
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+"
    "zyWE+xeMcTOAYQ8=\n"
).encode()


def test_requests_round_trip() -> None:
    """With and without a proof, and the specification's own example."""
    for request in (REQUEST, AddCheckpoint(old_size=0, proof=(), checkpoint=NOTE)):
        assert decode_add_checkpoint(encode_add_checkpoint(request)) == request
    example = decode_add_checkpoint(EXAMPLE)
    assert (example.old_size, len(example.proof)) == (20852014, 4)
    assert encode_add_checkpoint(example) == EXAMPLE


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"old 3\n\n" + NOTE + b"x" * 2**16, "witness.too_long"),
        (b"", "witness.no_old_size"),
        (b"new 3\n\n" + NOTE, "witness.no_old_size"),
        (b"old 3\n", "witness.no_checkpoint"),
        (b"old 3\n" + b"A" * 43 + b"=\n", "witness.no_checkpoint"),
        (b"old 3\n" + (b"A" * 43 + b"=\n") * 64 + b"\n" + NOTE, "witness.too_many_hashes"),
        ("old 3é\n\n".encode() + NOTE, "witness.bad_octet"),
        (b"old +3\n\n" + NOTE, "encoding.not_decimal"),
        (b"old 3\nAA==\n\n" + NOTE, "encoding.bad_width"),
        (b"old 3\n" + b"A" * 42 + b"B=\n\n" + NOTE, "encoding.not_base64"),
        (b"old 3\n\n\n" + NOTE, "checkpoint.extension_lines"),
        (b"old 3\n\nno note", "note.no_signatures"),
    ],
)
def test_malformed_requests(body: bytes, code: str) -> None:
    """Each rule of form by itself."""
    assert refusal(decode_add_checkpoint, body) == code


def test_requests_that_have_no_body() -> None:
    """The encoder refuses what the decoder would."""
    assert refusal(encode_add_checkpoint, AddCheckpoint(old_size=-1, proof=(), checkpoint=NOTE)) == "witness.bad_size"
    assert refusal(encode_add_checkpoint, AddCheckpoint(old_size=0, proof=(b"",), checkpoint=NOTE)) != ""


def test_answers_round_trip() -> None:
    """Signature lines and sizes; other answers are refused."""
    lines = decode_note(NOTE).signatures
    assert decode_cosignatures(encode_cosignatures(lines)) == lines
    assert decode_size(encode_size(12)) == 12
    for body in (b"", b"\n", encode_cosignatures(lines)[:-1], b"\xff\n", encode_cosignatures(lines) * 40, b"x" * 2**17):
        with pytest.raises(EvoteError):
            decode_cosignatures(body)
    for body in (b"", b"-1\n", b"3\n\n", "３\n".encode()):
        with pytest.raises(EvoteError):
            decode_size(body)


def test_the_page_of_an_origin() -> None:
    """The path is that of the file in sunlight's cmd/skylight/testdata/witness for rome2026h1.example.org."""
    path = monitoring_path("rome2026h1.example.org")
    assert path.startswith("000de184")
    assert path.endswith("9706/checkpoint")
