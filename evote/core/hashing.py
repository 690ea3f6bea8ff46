"""The hash function of the protocol, the encodings of its inputs, and every domain tag.

*Spec*: section 5 (encodings, H and H_q, inputs of each hash); tag and equation stand beside each tag.
*Idea*: H(B0; B1) = HMAC-SHA-256(key B0, message B1), where B1 is a one-byte tag followed by fixed-width inputs
without separators. Every input passes through an encoder that returns `Encoded`, so a value without a defined width
cannot be hashed.
*Invariants*: B0 is always 32 bytes; what varies in length carries its length in front; two different lists of inputs
under one tag never give the same message.
*Cost*: no exponentiation.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from enum import IntEnum
from typing import NewType

from evote.core.group import Element, Group, Scalar, UntestedElement
from evote.errors import EncodingError

HASH_SIZE = 32
_INDEX_LIMIT = 1 << 31

Encoded = NewType("Encoded", bytes)
"""Bytes that an encoder of this module produced; the only thing that is ever hashed."""


class Tag(IntEnum):
    """Separate the uses of the hash function; 0x00 to 0x7f belong to the specification, 0x80 and above are ours."""

    # Election parameters (section 3.1)
    PARAMETER_BASE_HASH = 0x00  # H_P, section 3.1, equation 4
    ELECTION_BASE_HASH = 0x01  # H_B, section 3.1, equation 5

    # Key generation (section 3.2)
    GUARDIAN_PROOF = 0x10  # c_i, c-hat_i, section 3.2, equations 11 and 13
    SHARE_ENCRYPTION_KEY = 0x11  # k_{i,l}, section 3.2, equation 16
    SHARE_ENCRYPTION_PROOF = 0x12  # c-bar_{i,l}, section 3.2, equation 22
    GUARDIAN_RECORD = 0x13  # H_G, section 3.2, equation 27
    EXTENDED_BASE_HASH = 0x14  # H_E, section 3.2, equation 30

    # Ballot encryption (section 3.3) and confirmation codes (section 3.4)
    SELECTION_IDENTIFIER = 0x20  # H_I, section 3.3, equation 32
    SELECTION_NONCE = 0x21  # xi_{i,j}, section 3.3, equation 33
    BALLOT_NONCE_KEY = 0x22  # h, section 3.3, equation 35
    BALLOT_NONCE_PROOF = 0x23  # c_B, section 3.3, equation 38
    RANGE_PROOF = 0x24  # section 3.3, equations 41, 50, 59 (selection) and 62 (contest limit)
    CONTEST_DATA_NONCE = 0x25  # section 3.3, equation 64
    CONTEST_DATA_KEY = 0x26  # h, section 3.3, equation 65
    CONTEST_DATA_PROOF = 0x27  # section 3.3, equation 69
    CONTEST_HASH = 0x28  # chi_l, section 3.4, equation 70
    CONFIRMATION_CODE = 0x29  # H_C, section 3.4, equation 71; H_0 and H-bar of chaining, equations 74 and 77
    DEVICE_HASH = 0x2A  # H_DI, section 3.4, equation 72
    CHAIN_CLOSING = 0x2B  # inner hash of B-bar_C, section 3.4, equation 78

    # Verifiable decryption (section 3.6)
    TALLY_COMMITMENT = 0x30  # d_i, equation 88
    TALLY_CHALLENGE = 0x31  # c, equation 90
    CONTEST_DATA_COMMITMENT = 0x32  # d_i, equation 99
    CONTEST_DATA_CHALLENGE = 0x33  # c, equation 101

    # Pre-encrypted ballots (section 4)
    PRE_ENCRYPTED_SELECTION = 0x40  # psi, equations 113 and 114
    PRE_ENCRYPTED_CONTEST = 0x41  # chi_l, equation 115
    PRE_ENCRYPTED_CODE = 0x42  # H_C, H_0, H-bar, equations 116 to 118
    PRE_ENCRYPTED_DEVICE = 0x43  # H_DI, equation 119
    PRE_ENCRYPTED_CLOSING = 0x44  # equation 120
    PRE_ENCRYPTED_NONCE = 0x45  # xi_{i,j,k}, equation 121

    # Ours: what the specification leaves open (docs/protocol.md section 2.1)
    PARTIAL_DECRYPTION = 0x80  # c of one trustee's Chaum-Pedersen proof
    COMPLAINT = 0x81  # c of the proof that opens a disputed key share
    REHEARSAL = 0x82  # xi_R of the test ciphertext


def encode_element(element: Element | UntestedElement) -> Encoded:
    """Encode an element as b(x, 512); untested values may be hashed, they are only bytes here."""
    return Encoded(element.to_bytes())


def encode_scalar(scalar: Scalar) -> Encoded:
    """Encode a public scalar as b(x, 32)."""
    return Encoded(scalar.to_bytes())


def encode_parameters(group: Group) -> Encoded:
    """Encode the group as b(p, 512) || b(q, 32) || b(g, 512)."""
    p, q = group.parameters.p, group.parameters.q
    return Encoded(
        p.to_bytes(group.element_size, "big") + q.to_bytes(group.scalar_size, "big") + group.generator.to_bytes()
    )


def encode_index(index: int) -> Encoded:
    """Encode a one-based index as b(i, 4); raises EncodingError outside 1 <= i < 2^31."""
    if not 1 <= index < _INDEX_LIMIT:
        raise EncodingError("encoding.out_of_range", f"an index lies between 1 and 2^31 - 1, this one is {index}")
    return Encoded(index.to_bytes(4, "big"))


def encode_small(number: int) -> Encoded:
    """Encode a small number as b(x, 4), zero included; raises EncodingError outside 0 <= x < 2^31."""
    if not 0 <= number < _INDEX_LIMIT:
        raise EncodingError(
            "encoding.out_of_range", f"a small number lies between 0 and 2^31 - 1, this one is {number}"
        )
    return Encoded(number.to_bytes(4, "big"))


def encode_label(label: str) -> Encoded:
    """Encode a constant string of the specification ("pk_vote") as its UTF-8 bytes, without a length."""
    return Encoded(label.encode())


def encode_string(text: str) -> Encoded:
    """Encode a variable string as b(byte length, 4) || UTF-8; raises EncodingError for lone surrogates."""
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise EncodingError("encoding.not_utf8", "the string holds a lone surrogate") from error
    return encode_file(data)


def encode_file(data: bytes) -> Encoded:
    """Encode the content of a file as b(byte length, 4) || bytes; the bytes are taken as they are."""
    return Encoded(encode_small(len(data)) + data)


def encode_digest(digest: bytes) -> Encoded:
    """Encode a hash value, id_B or xi_B as its 32 raw bytes; raises EncodingError for another length."""
    return encode_raw(digest, HASH_SIZE)


def encode_raw(data: bytes, size: int) -> Encoded:
    """Encode a byte string whose width the formula fixes (C1: 64, B_C: 36); raises EncodingError for another length."""
    if len(data) != size:
        raise EncodingError("encoding.wrong_width", f"expected {size} bytes, found {len(data)}")
    return Encoded(data)


def encode_trustee_set(indices: Iterable[int]) -> Encoded:
    """Encode a guardian set U as b(#U, 4) || b(j_1, 4) || ... in ascending order; raises ValueError for repeats."""
    ordered = sorted(indices)
    if len(set(ordered)) != len(ordered):
        raise ValueError("a trustee appears twice in a set")
    return Encoded(b"".join([encode_small(len(ordered)), *map(encode_index, ordered)]))


def message(tag: Tag, *parts: Encoded) -> bytes:
    """Return B1: the tag byte followed by the encoded inputs."""
    return b"".join((bytes((tag,)), *parts))


def hash_bytes(base: bytes, tag: Tag, *parts: Encoded) -> bytes:
    """Return H(B0; tag, parts), 32 bytes; raises ValueError if the base B0 is not 32 bytes long."""
    if len(base) != HASH_SIZE:
        raise ValueError(f"B0 has {HASH_SIZE} bytes, this one has {len(base)}")
    # H(B0; B1) = HMAC-SHA-256(B0, B1)
    return hmac.digest(base, message(tag, *parts), "sha256")


def hash_scalar(group: Group, base: bytes, tag: Tag, *parts: Encoded) -> Scalar:
    """Return H_q(B0; tag, parts) = H(B0; tag, parts) mod q."""
    return group.scalar(int.from_bytes(hash_bytes(base, tag, *parts), "big"))
