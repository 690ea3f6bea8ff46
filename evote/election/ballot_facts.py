"""Facts of admitted ballots in bytes: what a state needs at every start, and the ciphertexts that it needs once.

Spec: the encoding is ours (docs/storage.md section 2).

Idea: whoever has verified a ballot keeps beside it what the admission rules ask for, so that nobody has to read the
ballot again to build the state: number, style, id, confirmation code and digests are some hundred bytes instead of some
thousands. The ciphertexts are asked for by the tally alone and lie apart.

Invariants: `encode_facts(decode_facts(b)) == b` for every accepted b. Everything here can be derived again from the
ballot and its commitments (`stored_facts`), and none of it is believed from anybody but one's own storage.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from struct import Struct
from typing import Final, NoReturn

from evote.core.group import Group
from evote.election.ballot_check import BallotFacts, make_facts
from evote.election.digest_set import DIGEST_BYTES
from evote.election.records import Ballot
from evote.errors import EncodingError

VERSION: Final = 2

# version || number || style || number of components || number of commitments || id_B || H_C, then the digests
_HEAD: Final = Struct(">BQIHH32s32s")


def stored_facts(ballot: Ballot, commitments: bytes) -> BallotFacts:
    """Return what `verify_ballot` returned for a ballot, from its record and the commitments recomputed then.

    Nothing is verified: both must come from one's own storage.
    """
    parts = [part for each in ballot.contests for one in each.selections for part in (one.alpha, one.beta)]
    width = parts[0].group.element_size if parts else 1
    components = tuple(sha256(part.to_bytes()).digest() for part in parts)
    return make_facts(
        ballot, components, tuple(sha256(each).digest() for each in _pieces(commitments, width)), commitments
    )


def encode_facts(facts: BallotFacts) -> bytes:
    """Return the facts without ciphertexts and commitments, digests cut to 16 bytes."""
    digests = (*facts.component_digests, *facts.commitment_digests)
    head = _HEAD.pack(
        VERSION,
        facts.number,
        facts.style,
        len(facts.component_digests),
        len(facts.commitment_digests),
        facts.id,
        facts.confirmation_code,
    )
    return head + b"".join([digest[:DIGEST_BYTES] for digest in digests])


def decode_facts(data: bytes) -> BallotFacts:
    """Return the facts that `encode_facts` wrote; raise EncodingError `facts.version` or `.length`."""
    if len(data) < _HEAD.size:
        _refuse("length", f"facts of {len(data)} bytes")
    version, number, style, components, commitments, identifier, code = _HEAD.unpack_from(data)
    if version != VERSION:
        _refuse("version", f"facts of version {version}; this program knows {VERSION}")
    middle = _HEAD.size + components * DIGEST_BYTES
    end = middle + commitments * DIGEST_BYTES
    if len(data) != end:
        _refuse("length", f"facts of {len(data)} bytes where {end} are announced")
    return BallotFacts(
        id=identifier,
        number=number,
        style=style,
        confirmation_code=code,
        contests=(),
        component_digests=tuple([data[i : i + DIGEST_BYTES] for i in range(_HEAD.size, middle, DIGEST_BYTES)]),
        commitment_digests=tuple([data[i : i + DIGEST_BYTES] for i in range(middle, end, DIGEST_BYTES)]),
        commitments=b"",
    )


def encode_ciphertexts(group: Group, facts: BallotFacts) -> bytes:
    """Return alpha_1 || beta_1 || alpha_2 || ... of a verified ballot, contest by contest, 512 bytes each."""
    return b"".join(
        [
            part.to_bytes(group.element_size, "big")
            for contest in facts.contests
            for pair in contest.ciphertexts
            for part in pair
        ]
    )


def check_ciphertexts(group: Group, data: bytes, facts: BallotFacts) -> None:
    """Raise EncodingError `facts.ciphertexts` where stored ciphertexts are not those that the facts have digests of."""
    digests = tuple(sha256(part).digest()[:DIGEST_BYTES] for part in _pieces(data, group.element_size))
    if digests != tuple(digest[:DIGEST_BYTES] for digest in facts.component_digests):
        _refuse("ciphertexts", f"ciphertexts stored for ballot {facts.id.hex()} are not its own")


def _pieces(data: bytes, width: int) -> Iterator[bytes]:
    return (data[place : place + width] for place in range(0, len(data), width))


def _refuse(rule: str, message: str) -> NoReturn:
    raise EncodingError(f"facts.{rule}", message)
