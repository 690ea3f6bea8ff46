"""The two text encodings of the C2SP formats: base64 and decimal, each accepted in one spelling only.

Spec: RFC 4648 section 4 (with padding, trailing bits zero); C2SP tlog-checkpoint v1.0.0 (decimals).

Idea: decode, encode again, compare. Other readers differ on trailing bits and on white space; here there is nothing to
differ about.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from evote.errors import EncodingError

HASH_BYTES: Final = 32
MAXIMUM_SIZE: Final = 2**63 - 1  # sizes, indexes and timestamps; what an int64 holds


def encode_base64(data: bytes) -> str:
    """Return standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str, what: str) -> bytes:
    """Return the bytes of canonical base64; raise EncodingError `encoding.not_base64`, naming `what`."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise EncodingError("encoding.not_base64", f"{what} is not base64") from None
    if encode_base64(data) != text:
        raise EncodingError("encoding.not_base64", f"{what} is base64, but not in its canonical spelling")
    return data


def decode_hash(text: str, what: str) -> bytes:
    """Return the 32 bytes of a hash in base64; raise EncodingError `encoding.not_base64` or `encoding.bad_width`."""
    data = decode_base64(text, what)
    if len(data) != HASH_BYTES:
        raise EncodingError("encoding.bad_width", f"{what} has {len(data)} bytes, not {HASH_BYTES}")
    return data


def parse_decimal(text: str, what: str) -> int:
    """Return a number in 0..2^63-1 written in ASCII decimal without leading zeros or sign.

    Raise EncodingError `encoding.not_decimal` or `encoding.out_of_range`.
    """
    if not text.isascii() or not text.isdigit() or (text[0] == "0" and text != "0"):
        raise EncodingError("encoding.not_decimal", f"{what} is not a decimal number without leading zeros")
    if len(text) > 19 or int(text) > MAXIMUM_SIZE:
        raise EncodingError("encoding.out_of_range", f"{what} is beyond 2^63 - 1")
    return int(text)
