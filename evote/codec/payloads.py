"""Payload bytes to records and back, for every kind of statement of an election.

Spec: docs/formats.md section 3; canonical JSON as in docs/protocol.md section 3.

Idea: canonical JSON says which bytes mean which JSON value, the table of the kind says which JSON value means which
record. Both are strict, so bytes and records stand one to one.

Invariants: `encode_payload(kind, decode_payload(kind, data, group)) == data` for every accepted `data`, and
decoding gives back an equal record for every record that can be encoded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

from evote import canonical_json
from evote.codec import ceremony_forms, result_forms, voting_forms
from evote.codec.forms import Form, Source
from evote.codec.manifest_form import MANIFEST
from evote.core.group import Group
from evote.election import records
from evote.election.manifest import Manifest
from evote.errors import EncodingError

T = TypeVar("T")

MAXIMUM_PAYLOAD_BYTES: Final = 4 * 1024 * 1024

# The record and the form of every kind, in the order of docs/formats.md.
_KINDS: Final[Mapping[str, tuple[type, Form[Any]]]] = MappingProxyType(
    {
        "election.manifest": (Manifest, MANIFEST),
        "election.parameters": (records.Parameters, ceremony_forms.PARAMETERS),
        "trustee.commitment": (records.TrusteeCommitment, ceremony_forms.TRUSTEE_COMMITMENT),
        "trustee.keys": (records.TrusteeKeys, ceremony_forms.TRUSTEE_KEYS),
        "trustee.shares": (records.TrusteeShares, ceremony_forms.TRUSTEE_SHARES),
        "trustee.confirmation": (records.TrusteeConfirmation, ceremony_forms.TRUSTEE_CONFIRMATION),
        "trustee.complaint": (records.TrusteeComplaint, ceremony_forms.TRUSTEE_COMPLAINT),
        "election.keys": (records.ElectionKeys, ceremony_forms.ELECTION_KEYS),
        "election.rehearsal": (records.Rehearsal, ceremony_forms.REHEARSAL),
        "trustee.rehearsal": (records.TrusteeRehearsal, ceremony_forms.TRUSTEE_REHEARSAL),
        "registrar.credentials": (records.CredentialsPart, voting_forms.CREDENTIALS_PART),
        "registrar.roll": (records.RollTotals, voting_forms.ROLL_TOTALS),
        "registrar.strike": (records.Strike, voting_forms.STRIKE),
        "registrar.replacement": (records.Replacement, voting_forms.REPLACEMENT),
        "election.open": (records.Opening, voting_forms.OPENING),
        "ballot.cast": (records.Ballot, voting_forms.BALLOT),
        "ballot.challenged": (records.ChallengedBallot, voting_forms.CHALLENGED_BALLOT),
        "election.close": (records.Closing, voting_forms.CLOSING),
        "election.paper": (records.PaperCount, result_forms.PAPER_COUNT),
        "election.tally": (records.EncryptedTally, result_forms.ENCRYPTED_TALLY),
        "trustee.decryption": (records.TrusteeDecryption, result_forms.TRUSTEE_DECRYPTION),
        "election.result": (records.Result, result_forms.RESULT),
        "election.final": (records.Final, result_forms.FINAL),
    }
)

PAYLOAD_KINDS: Final = tuple(_KINDS)
"""Every kind of payload, in the order of docs/formats.md."""


def encode_payload(kind: str, record: records.Record | Manifest) -> bytes:
    """Return the canonical bytes of a record as the payload of a kind.

    Raise EncodingError `encoding.unknown_kind`, `.too_long`, or what canonical JSON refuses (`.not_nfc`, `.bad_value`);
    TypeError where the record is not of this kind.
    """
    expected, form = _find(kind)
    if not isinstance(record, expected):
        raise TypeError(f"the payload of {kind} is a {expected.__name__}, not a {type(record).__name__}")
    data = _at_kind(kind, lambda: canonical_json.encode(form.write(record)))
    if len(data) > MAXIMUM_PAYLOAD_BYTES:
        raise EncodingError(
            "encoding.too_long", f"{kind}: {len(data)} bytes where at most {MAXIMUM_PAYLOAD_BYTES} are allowed"
        )
    return data


def decode_payload(kind: str, data: bytes, group: Group) -> records.Record | Manifest:
    """Return the record that `data` encodes canonically as the payload of a kind.

    Elements that the record holds as `Element` are tested for membership: one exponentiation each. Not checked:
    anything between fields or against the manifest, except that a manifest obeys `check_manifest`.

    Raise EncodingError (`encoding.unknown_kind`, `.missing_field`, `.unknown_field`, `.wrong_type`, `.wrong_width`,
    `.not_lower_hex`, `.out_of_range`, `.unknown_word`, and those of `canonical_json.decode`), VerificationError
    `verification.not_in_subgroup`, and ConfigurationError for a manifest that breaks its rules.
    """
    _, form = _find(kind)
    value = _at_kind(kind, lambda: canonical_json.decode(data, maximum_bytes=MAXIMUM_PAYLOAD_BYTES))
    record: records.Record | Manifest = form.read(Source(kind=kind, group=group), value, "")
    return record


def _find(kind: str) -> tuple[type, Form[Any]]:
    if kind not in _KINDS:
        raise EncodingError("encoding.unknown_kind", f"{kind[:80]!r} is not a kind of statement of an election")
    return _KINDS[kind]


def _at_kind(kind: str, work: Callable[[], T]) -> T:
    try:
        return work()
    except EncodingError as error:
        raise EncodingError(error.code, f"{kind}: {error.message}") from error
