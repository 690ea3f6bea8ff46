"""Timestamps by an independent authority.

Spec: RFC 3161 (Time-Stamp Protocol); RFC 5816.

Idea: the authority signs the digest together with its clock. The message that is stamped is the checkpoint's text, so
`openssl ts -verify -data` on that text checks the same token without us.

Invariants: a token is good only under a root certificate that the caller brings, for exactly this digest, hashed with
SHA-256; the time is the authority's, at the end of what it says that its clock may be wrong by.
"""

from __future__ import annotations

import calendar
from datetime import UTC, timedelta
from hashlib import sha256
from typing import Final

from cryptography.x509 import Certificate, ObjectIdentifier, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerifierBuilder,
    decode_timestamp_response,
)
from rfc3161_client import VerificationError as TokenError
from rfc3161_client.tsp import TimeStampTokenInfo

from evote.anchor.http import post
from evote.anchor.receipt import AnchorReceipt, checkpoint_text, parse_hex
from evote.errors import ConfigurationError, EncodingError, VerificationError

KIND: Final = "rfc3161"
_SHA256: Final = ObjectIdentifier("2.16.840.1.101.3.4.2.1")


class TimestampAnchor:
    """A time-stamping authority at a URL, trusted through its root certificates."""

    def __init__(self, url: str, roots: list[Certificate]) -> None:
        """Take the authority's address and the roots to trust; the address is needed for `submit` alone."""
        self._url = url
        self._roots = roots

    def submit(self, note: bytes) -> AnchorReceipt:
        """Have a checkpoint stamped; return the verified receipt.

        Raise BoardError `anchor.unavailable`, EncodingError, VerificationError `anchor.other_request` or as `verify`.
        """
        text = checkpoint_text(note)
        request = TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA256).build()
        answer = post(self._url, request.as_bytes(), "application/timestamp-query")
        token = _decode(answer)
        # The nonce shows that the answer is to this very request.
        if token.status == 0 and token.tst_info.nonce != request.nonce:
            raise VerificationError("anchor.other_request", "the authority answered another request than this one")
        receipt = AnchorReceipt(kind=KIND, digest=sha256(text).digest(), evidence={"token": answer.hex()})
        self.verify(receipt)
        return receipt

    def verify(self, receipt: AnchorReceipt) -> int:
        """Return the end of the time that the token states, in POSIX seconds, rounded up.

        Raise VerificationError `anchor.bad_token`, EncodingError `anchor.malformed`.
        """
        if receipt.kind != KIND or set(receipt.evidence) != {"token"}:
            raise EncodingError("anchor.malformed", "this receipt is not one of a time-stamping authority")
        token = _decode(parse_hex(receipt.evidence["token"], "the token"))
        if token.status != 0:
            raise VerificationError("anchor.bad_token", f"the authority refused the request (status {token.status})")
        builder = VerifierBuilder()
        for root in self._roots:
            builder = builder.add_root_certificate(root)
        try:
            if token.tst_info.message_imprint.hash_algorithm != _SHA256:
                raise VerificationError("anchor.bad_token", "the token was not made over a SHA-256 digest")
            builder.build().verify(token, receipt.digest)
            return _latest(token.tst_info)
        except (TokenError, ValueError, OverflowError) as error:
            raise VerificationError("anchor.bad_token", f"the time stamp is not good: {error}") from error


def load_roots(pem: bytes) -> list[Certificate]:
    """Return the certificates in a PEM file; raise ConfigurationError `anchor.no_certificate`."""
    try:
        roots = load_pem_x509_certificates(pem)
    except ValueError:
        roots = []
    if not roots:
        raise ConfigurationError("anchor.no_certificate", "the file holds no certificate in PEM form")
    return roots


def _latest(stamp: TimeStampTokenInfo) -> int:
    # RFC 3161, 2.4.2: genTime + accuracy is the upper limit of the time at which the token was made; what is missing
    # in the accuracy is 0.
    moment, accuracy = stamp.gen_time, stamp.accuracy
    # The library says None where the token states no accuracy, which its types don't show.
    if accuracy is not None:
        moment += timedelta(
            seconds=accuracy.seconds or 0, milliseconds=accuracy.millis or 0, microseconds=accuracy.micros or 0
        )
    return calendar.timegm(moment.astimezone(UTC).timetuple()) + (moment.microsecond > 0)


def _decode(data: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(data)
    except ValueError as error:
        raise EncodingError("anchor.malformed", "the answer is no time-stamp response of RFC 3161") from error
