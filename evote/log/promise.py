"""Promises: the log's signed word that an entry stands at an index and will be published before a deadline.

Spec: docs/http.md section 5; canonical JSON as docs/protocol.md section 3.

Idea: when too few witnesses answer, a log must not publish; it can still say, checkably, what it has accepted. A
checkpoint with another leaf at the promised index proves to anybody that the log broke its word, and so does one that
a quorum of witnesses cosigned after the deadline and that does not reach the index.

Invariants: a promise is signed under a domain of its own, which no checkpoint and no statement begins with;
`encode_promise(decode_promise(b)) == b`. A promise is no receipt: it proves what the log said, not what the log did;
and a broken one does not say who kept the log from its witnesses. Nothing bounds a deadline here: who gets one judges.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from evote import canonical_json, ed25519
from evote.ed25519 import SigningKey
from evote.errors import EncodingError, EquivocationError, VerificationError
from evote.log.encoding import HASH_BYTES
from evote.log.key import ED25519, VerifierKey
from evote.log.merkle import verify_inclusion
from evote.log.policy import Policy, open_witnessed, quorum_time

PROMISE_DOMAIN: Final = b"evote/promise/1\x00"
MAXIMUM_PROMISE_BYTES: Final = 2048

_FIELDS: Final = frozenset({"deadline", "index", "leaf_hash", "origin", "signature"})
_HEX: Final = re.compile("(?:[0-9a-f]{2})+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """That entry `index` of the log `origin` has this leaf hash and is published by `deadline`, seconds since 1970."""

    origin: str
    index: int
    leaf_hash: bytes
    deadline: int
    signature: bytes


def sign_promise(key: SigningKey, *, origin: str, index: int, leaf_hash: bytes, deadline: int) -> Promise:
    """Return the promise, signed by the log's Ed25519 key; the entry must be durable at that index."""
    unsigned = Promise(origin=origin, index=index, leaf_hash=leaf_hash, deadline=deadline, signature=b"")
    return Promise(
        origin=origin,
        index=index,
        leaf_hash=leaf_hash,
        deadline=deadline,
        signature=key.sign(_signed_message(unsigned)),
    )


def verify_promise(promise: Promise, key: VerifierKey) -> None:
    """Verify that the log with this key gave the promise.

    Raise VerificationError `promise.other_log` (the key is not named like the origin, or of another type) or
    `signature.*`. Whether it was kept is for who holds a later checkpoint to see.
    """
    if key.algorithm != ED25519 or key.name != promise.origin:
        raise VerificationError("promise.other_log", f"a promise of {promise.origin!r}, not of {key.name!r}")
    ed25519.verify(key.public_key, _signed_message(promise), promise.signature)


def verify_broken(
    promise: Promise, note: bytes, policy: Policy, *, leaf: bytes | None = None, proof: Sequence[bytes] = ()
) -> None:
    """Verify that a checkpoint under the policy shows the promise broken.

    `leaf` with its inclusion `proof` is what stands at the promised index, where the tree reaches it; such a checkpoint
    may be of any time. A tree that ends before the index breaks the promise if a quorum states a time after the
    deadline (`quorum_time`): as many liars as the policy withstands can't date a checkpoint. Raise as `open_witnessed`
    and `verify_inclusion`; VerificationError `promise.other_log`, `signature.*` (not the log's promise) or
    `promise.not_broken`.
    """
    witnessed = open_witnessed(note, policy)
    checkpoint = witnessed.checkpoint
    keys = [log.key for log in policy.logs if log.key.algorithm == ED25519 and log.key.name == checkpoint.origin]
    verify_promise(promise, keys[0] if keys else witnessed.log)
    if checkpoint.size > promise.index:
        if leaf is None:
            _refute(f"the tree of {checkpoint.size} entries reaches entry {promise.index}; no leaf is shown there")
        if leaf == promise.leaf_hash:
            _refute(f"what is shown as entry {promise.index} is what was promised")
        verify_inclusion(leaf, promise.index, checkpoint.size, proof, checkpoint.root)
        return
    if quorum_time(policy, witnessed.times) <= promise.deadline:
        _refute(f"no quorum of witnesses states a time after the deadline, {promise.deadline}")


def verify_agreement(one: Promise, other: Promise) -> None:
    """Verify that two promises of one log, whose signatures were verified, do not contradict each other.

    Raise EquivocationError `promise.two_promises` with both for one entry at two indices, or two at one.
    """
    if one.origin == other.origin and (one.index == other.index) != (one.leaf_hash == other.leaf_hash):
        first, second = encode_promise(one), encode_promise(other)
        raise EquivocationError(
            "promise.two_promises",
            f"{one.origin} has promised two things that can't both be. Keep both and show them to the auditors: "
            f"{first.decode()} and {second.decode()}",
            first,
            second,
        )


def promise_object(promise: Promise) -> canonical_json.JsonObject:
    """Return the JSON object of a promise."""
    return {**_unsigned_object(promise), "signature": promise.signature.hex()}


def encode_promise(promise: Promise) -> bytes:
    """Return the canonical bytes of a promise."""
    return canonical_json.encode(promise_object(promise))


def decode_promise(data: bytes) -> Promise:
    """Return the promise that `data` encodes; its signature is not verified.

    Raise EncodingError `promise.malformed`, or as `canonical_json.decode`.
    """
    value = canonical_json.decode(data, maximum_bytes=MAXIMUM_PROMISE_BYTES)
    if set(value) != _FIELDS or not isinstance(value["origin"], str):
        _refuse("a promise has the fields deadline, index, leaf_hash, origin and signature")
    return Promise(
        origin=value["origin"],
        index=_number(value["index"]),
        leaf_hash=_octets(value["leaf_hash"], HASH_BYTES),
        deadline=_number(value["deadline"]),
        signature=_octets(value["signature"], ed25519.SIGNATURE_BYTES),
    )


def _unsigned_object(promise: Promise) -> canonical_json.JsonObject:
    return {
        "deadline": promise.deadline,
        "index": promise.index,
        "leaf_hash": promise.leaf_hash.hex(),
        "origin": promise.origin,
    }


def _signed_message(promise: Promise) -> bytes:
    # "evote/promise/1" || 0x00 || canonical JSON of the promise without its signature
    return PROMISE_DOMAIN + canonical_json.encode(_unsigned_object(promise))


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        _refuse("index and deadline of a promise are integers from 0")
    return value


def _octets(value: object, count: int) -> bytes:
    if not isinstance(value, str) or len(value) != 2 * count or not _HEX.fullmatch(value):
        _refuse(f"leaf hash and signature of a promise are lower-case hexadecimal of their width; {count} bytes here")
    return bytes.fromhex(value)


def _refute(message: str) -> NoReturn:
    raise VerificationError("promise.not_broken", message)


def _refuse(message: str) -> NoReturn:
    raise EncodingError("promise.malformed", message)
