"""Encrypting many ballots on all processors, in order: for demonstrations, load tests and benchmarks.

Spec: docs/protocol.md sections 7 and 8; docs/formats.md section 1 (commitments).

Idea: each ballot is what its voter's own device would make (`election.ballot`), with randomness of its own from the
operating system; only the tables for g and K are shared, and they are larger the more ballots they serve. Votes are
taken and submissions handed out chunk by chunk, so that any number of them needs the memory of a few chunks.

Invariants: submissions stand in the order of the votes, whatever the number of workers; secrets go to the workers
through a pipe between processes of one user, and nowhere else: neither a record of this module nor an error shows one.
Whoever encrypts in bulk knows how everybody voted: an election never does this.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from evote.bulk.crew import Crew, ElectionBytes, worker_context
from evote.client.submission import Submission
from evote.codec.payloads import encode_payload
from evote.core.fixed_base import BULK_WINDOW_BITS
from evote.core.parameters import STANDARD, GroupParameters
from evote.ed25519 import SigningKey
from evote.election.ballot import encrypt_ballot
from evote.election.challenge import open_ballot
from evote.election.context import ElectionKeyContext
from evote.election.credentials import CredentialCode, credential_key
from evote.election.kinds import Kind
from evote.log.statement import encode_statement, sign_statement

CHUNK_VOTES: Final = 64
# A table of 14 bits takes 344 MB and 2.5 s in each worker, one of 12 bits 100 MB and 0.7 s; it saves 0.13 ms for a
# ballot of two options. By the votes of one worker from which on it pays:
WINDOW_BITS: Final = ((20_000, 14), (8_000, 13), (0, BULK_WINDOW_BITS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What one voter does: all of it secret but number and ballot style.

    `credential` is the code or the key that follows from it; `number` is one more than the ballots that it has cast
    (`encrypt_ballot`); `selections` give one value per option for every contest of the style; `is_challenge` opens the
    ballot instead of casting it.
    """

    credential: CredentialCode | SigningKey = field(repr=False)
    number: int
    style: int
    selections: Mapping[int, Sequence[int]] = field(repr=False)
    is_challenge: bool = field(default=False, repr=False)


def encrypt_votes(
    manifest: bytes,
    keys: bytes,
    votes: Iterable[Vote],
    workers: int,
    *,
    expected: int = 0,
    progress: Callable[[int], None] | None = None,
    parameters: GroupParameters = STANDARD,
) -> Iterator[Submission]:
    """Yield a submission for each vote, in order, from the payloads of `election.manifest` and `election.keys`.

    `expected` votes, if known, decide about the size of the tables; `progress` is called with the number of ballots
    that were just finished. Not checked: the number, and whether a credential is on the roll and has this
    style. Raise ConfigurationError `selections.*` as `encrypt_ballot`, what decoding the payloads raises, and
    BoardError `bulk.worker_crashed`. Whoever stops early closes the iterator, which ends the processes.
    """
    if workers < 1:
        raise ValueError(f"{workers} workers can't encrypt anything")
    window_bits = next(bits for votes, bits in WINDOW_BITS if expected // workers >= votes)
    election = ElectionBytes(parameters=parameters, manifest=manifest, keys=keys)
    for chunk in _chunks_of_submissions(election, votes, workers, window_bits):
        if progress is not None:
            progress(len(chunk))
        yield from chunk


def encrypt_vote(context: ElectionKeyContext, vote: Vote) -> Submission:
    """Encrypt, prove and sign one vote; raise ConfigurationError `selections.*` as `encrypt_ballot`."""
    key = vote.credential
    if isinstance(key, CredentialCode):
        key = credential_key(key, context.election_id)
    prepared = encrypt_ballot(context, vote.style, vote.selections, key.public_key, vote.number, secrets.token_bytes)
    if vote.is_challenge:
        kind, payload = Kind.BALLOT_CHALLENGED, encode_payload(Kind.BALLOT_CHALLENGED, open_ballot(prepared))
    else:
        kind, payload = Kind.BALLOT_CAST, encode_payload(Kind.BALLOT_CAST, prepared.ballot)
    statement = sign_statement(key, kind=kind, scope=context.election_id, payload=payload)
    return Submission(entry=encode_statement(statement), payload=payload, commitments=prepared.commitments)


# A vote on its way to a worker: secrets refuse to be pickled, so what is secret is laid open here on purpose.
_OpenVote = tuple[str | bytes, int, int, dict[int, tuple[int, ...]], bool]


def _chunks_of_submissions(
    election: ElectionBytes, votes: Iterable[Vote], workers: int, window_bits: int
) -> Iterator[list[Submission]]:
    if workers == 1:
        context = election.context(window_bits)
        for chunk in _chunks(votes):
            yield [encrypt_vote(context, vote) for vote in chunk]
        return
    with Crew(election, workers, window_bits) as crew:
        yield from crew.map(_encrypt_chunk, ([_lay_open(vote) for vote in chunk] for chunk in _chunks(votes)))


def _chunks(votes: Iterable[Vote]) -> Iterator[list[Vote]]:
    iterator = iter(votes)
    while chunk := list(islice(iterator, CHUNK_VOTES)):
        yield chunk


def _lay_open(vote: Vote) -> _OpenVote:
    selections = {contest: tuple(values) for contest, values in vote.selections.items()}
    return vote.credential.expose(), vote.number, vote.style, selections, vote.is_challenge


def _encrypt_chunk(votes: list[_OpenVote]) -> list[Submission]:
    context = worker_context()
    return [
        encrypt_vote(
            context,
            Vote(
                credential=CredentialCode(secret) if isinstance(secret, str) else SigningKey(secret),
                number=number,
                style=style,
                selections=selections,
                is_challenge=is_challenge,
            ),
        )
        for secret, number, style, selections, is_challenge in votes
    ]
