"""Elections to measure with: one contest, real ballots, bytes as a record holds them.

*Idea*: a vote key with a known secret stands for a key ceremony, everything else is made by the programs that real
elections use: credentials, ciphertexts, proofs, statements and recorded commitments. Every ballot is distinct.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from evote.bulk.encryption import Vote, encrypt_votes
from evote.client.submission import Submission
from evote.codec.payloads import decode_payload, encode_payload
from evote.core.base_hashes import chaining_field_none, device_hash, extended_base_hash
from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.ed25519 import SigningKey
from evote.election.context import ElectionKeyContext, make_context, with_keys
from evote.election.kinds import Kind
from evote.election.manifest import BallotStyle, Contest, District, Manifest, Option, TrusteeIdentity
from evote.election.presets import find_preset
from evote.election.records import ElectionKeys

CONTEST = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleElection:
    """One contest with option limit 1 and contest limit 1: payloads of manifest and keys, and distinct ballots."""

    options: int
    manifest: bytes
    keys: bytes
    scope: bytes
    ballots: tuple[Submission, ...]


def make_election(options: int, ballots: int, workers: int = 1) -> SampleElection:
    """Make an election and encrypt distinct ballots, blank ones among them."""
    group = Group(STANDARD)
    manifest = _manifest(options)
    manifest_bytes = encode_payload(Kind.MANIFEST, manifest)
    context = make_context(group, manifest, manifest_bytes)
    vote_key, data_key = (
        group.power(group.generator, group.random_scalar(secrets.token_bytes)) for _ in ("K", "K-hat")
    )
    h_e = extended_base_hash(context.h_b, vote_key, data_key)
    h_di = device_hash(h_e, manifest.device)
    keys = ElectionKeys(
        vote_key=vote_key,
        data_key=data_key,
        h_g=secrets.token_bytes(32),
        h_e=h_e,
        device_hash=h_di,
        chaining_field=chaining_field_none(h_di),
    )
    keys_bytes = encode_payload(Kind.KEYS, keys)
    return SampleElection(
        options=options,
        manifest=manifest_bytes,
        keys=keys_bytes,
        scope=context.election_id,
        ballots=tuple(encrypt_votes(manifest_bytes, keys_bytes, make_votes(options, ballots), workers)),
    )


def election_context(election: SampleElection, group: Group, window_bits: int) -> ElectionKeyContext:
    """Return what an encrypting or admitting program makes of an election's bytes, in a group at hand."""
    manifest = decode_payload(Kind.MANIFEST, election.manifest, group)
    keys = decode_payload(Kind.KEYS, election.keys, group)
    assert isinstance(manifest, Manifest)
    assert isinstance(keys, ElectionKeys)
    return with_keys(make_context(group, manifest, election.manifest), keys, window_bits)


def make_votes(options: int, count: int) -> Iterator[Vote]:
    """Yield votes for each option in turn and then for none, every one with a credential of its own."""
    for number in range(count):
        values = tuple(int(option == number % (options + 1)) for option in range(options))
        key = SigningKey(secrets.token_bytes(32))
        yield Vote(credential=key, number=1, style=1, selections={CONTEST: values})


def _manifest(options: int) -> Manifest:
    authority, registrar, trustee = (SigningKey(secrets.token_bytes(32)).public_key for _ in range(3))
    return Manifest(
        authority=authority,
        registrar=registrar,
        nonce=secrets.token_bytes(32),
        label="benchmark",
        title=(("en", "Benchmark"),),
        device="benchmark",
        ballot_styles=(BallotStyle(label="all", contests=(CONTEST,)),),
        districts=(District(label="all", title=(("en", "All"),), ballot_style=1),),
        contests=(
            Contest(
                label="contest",
                title=(("en", "Contest"),),
                option_limit=1,
                selection_limit=1,
                options=tuple(
                    Option(label=f"option-{number}", title=(("en", f"Option {number}"),))
                    for number in range(1, options + 1)
                ),
                rule=find_preset("plurality").rule,
            ),
        ),
        trustees=(TrusteeIdentity(label="trustee", public_key=trustee),),
        quorum=1,
        minimum_ballots=2,
        challenge_limit=1,
        revoting="never",
        paper=False,
        opens="2026-01-01T00:00:00Z",
        closes="2026-01-02T00:00:00Z",
    )
