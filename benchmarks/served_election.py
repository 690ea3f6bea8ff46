"""An election that a served board can take ballots for: a real ceremony of one trustee, a roll, and real ballots.

*Idea*: one contest of two options, so that the ballot is the one that all other measurements use. The board is made and
opened for voting here; what is measured is only what comes after.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from pathlib import Path

from evote.board.admission import Posting
from evote.board.board import Board
from evote.board.election_admission import ElectionAdmission
from evote.bulk.encryption import Vote, encrypt_votes
from evote.client.submission import Submission
from evote.codec.payloads import encode_payload
from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.ed25519 import SigningKey
from evote.election import ceremony_trustee
from evote.election.ceremony import make_election_keys
from evote.election.context import make_context
from evote.election.decryption import compute_rehearsal, make_trustee_rehearsal
from evote.election.kinds import Kind
from evote.election.manifest import BallotStyle, Contest, District, Manifest, Option, TrusteeIdentity
from evote.election.presets import find_preset
from evote.election.records import (
    Credential,
    CredentialsPart,
    DistrictTotal,
    Opening,
    Parameters,
    Record,
    RollTotals,
    TrusteeCommitment,
    TrusteeConfirmation,
)
from evote.log.statement import encode_statement, sign_statement

PART = 4096
ORIGIN = "benchmark.example/served"

_AUTHORITY, _REGISTRAR, _TRUSTEE = (SigningKey(sha256(name).digest()) for name in (b"authority", b"registrar", b"t"))


def voter_key(number: int) -> SigningKey:
    """Return the key of a voter."""
    return SigningKey(sha256(b"served voter %d" % number).digest())


def open_election(folder: Path, voters: int) -> tuple[bytes, bytes]:
    """Make a board with an election whose ballot box is open; return the payloads of manifest and keys."""
    group, manifest = Group(STANDARD), _manifest()
    context = make_context(group, manifest, encode_payload(Kind.MANIFEST, manifest))
    scope = context.h_b
    random = secrets.token_bytes
    with Board.create(folder, ORIGIN, SigningKey(random(32)), admission=ElectionAdmission(1)) as board:

        def say(key: SigningKey, kind: Kind, record: Record | Manifest) -> bytes:
            payload = encode_payload(kind, record)
            statement = encode_statement(sign_statement(key, kind=kind, scope=scope, payload=payload))
            (ticket,) = board.submit_many([Posting(statement=statement, payload=payload)])
            assert ticket.refusal is None, ticket.refusal
            return payload

        say(_AUTHORITY, Kind.MANIFEST, manifest)
        say(
            _AUTHORITY,
            Kind.PARAMETERS,
            Parameters(
                version="v2.1.0",
                p=STANDARD.p,
                q=STANDARD.q,
                g=STANDARD.g,
                n=1,
                k=1,
                h_p=context.h_p,
                h_b=context.h_b,
            ),
        )
        secret = ceremony_trustee.make_ceremony_secret(group, 1, random)
        trustee_keys = ceremony_trustee.make_trustee_keys(context, 1, secret, random)
        digest = sha256(encode_payload(Kind.TRUSTEE_KEYS, trustee_keys)).digest()
        say(_TRUSTEE, Kind.TRUSTEE_COMMITMENT, TrusteeCommitment(trustee=1, keys=digest))
        say(_TRUSTEE, Kind.TRUSTEE_KEYS, trustee_keys)
        shares = ceremony_trustee.make_trustee_shares(context, 1, secret, [trustee_keys], random)
        say(_TRUSTEE, Kind.TRUSTEE_SHARES, shares)
        joint = make_election_keys(context, [trustee_keys])
        say(_TRUSTEE, Kind.TRUSTEE_CONFIRMATION, TrusteeConfirmation(trustee=1, h_g=joint.h_g))
        keys_payload = say(_AUTHORITY, Kind.KEYS, joint)
        say(_AUTHORITY, Kind.REHEARSAL, compute_rehearsal(group, joint, 17))
        share = ceremony_trustee.receive_shares(context, 1, secret, [trustee_keys], [shares]).share
        say(_TRUSTEE, Kind.TRUSTEE_REHEARSAL, make_trustee_rehearsal(board.state(scope), 1, share, random))

        keys = sorted(voter_key(number).public_key for number in range(voters))
        parts = [keys[start : start + PART] for start in range(0, voters, PART)]
        for number, part in enumerate(parts, 1):
            credentials = tuple(Credential(key=key, district=1, weight=1) for key in part)
            say(_REGISTRAR, Kind.CREDENTIALS, CredentialsPart(part=number, credentials=credentials))
        totals = RollTotals(
            parts=len(parts), count=voters, weight=voters, districts=(DistrictTotal(count=voters, weight=voters),)
        )
        roll = say(_REGISTRAR, Kind.ROLL, totals)
        say(_AUTHORITY, Kind.OPEN, Opening(h_e=board.state(scope).key_context.h_e, roll=sha256(roll).digest()))
        board.flush()
    return context.manifest_bytes, keys_payload


def make_ballots(manifest: bytes, keys: bytes, voters: int, workers: int) -> list[Submission]:
    """Return a ballot of each voter, with the proof commitments beside it as a booth sends them."""
    votes = (
        Vote(credential=voter_key(number), number=1, style=1, selections={1: ((1, 0), (0, 1), (0, 0))[number % 3]})
        for number in range(voters)
    )
    return list(encrypt_votes(manifest, keys, votes, workers, expected=voters))


def _manifest() -> Manifest:
    title = (("en", "Served"),)
    return Manifest(
        authority=_AUTHORITY.public_key,
        registrar=_REGISTRAR.public_key,
        nonce=secrets.token_bytes(32),
        label="served",
        title=title,
        device="benchmark",
        ballot_styles=(BallotStyle(label="all", contests=(1,)),),
        districts=(District(label="all", title=title, ballot_style=1),),
        contests=(
            Contest(
                label="question",
                title=title,
                option_limit=1,
                selection_limit=1,
                options=tuple(Option(label=label, title=title) for label in ("yes", "no")),
                rule=find_preset("plurality").rule,
            ),
        ),
        trustees=(TrusteeIdentity(label="one", public_key=_TRUSTEE.public_key),),
        quorum=1,
        minimum_ballots=2,
        challenge_limit=1,
        revoting="last",
        paper=False,
        opens="2026-06-03T00:00:00Z",
        closes="2026-06-03T12:00:00Z",
    )
