"""The voters: one submission file for each, encrypted on all cores from what the public record says.

Every voter is an independent device: it knows the record, its own code and its own choice.
"""

from __future__ import annotations

import multiprocessing
import os
import secrets
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from evote.client.reader import RecordReader, open_checkpoint
from evote.client.source import FolderSource
from evote.client.submission import Submission, write_submission
from evote.codec.payloads import decode_payload, encode_payload
from evote.core.fixed_base import BULK_WINDOW_BITS
from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.election.ballot import encrypt_ballot
from evote.election.challenge import open_ballot
from evote.election.context import ElectionKeyContext, make_context, with_keys
from evote.election.credentials import credential_key, parse_code
from evote.election.kinds import Kind
from evote.election.manifest import Manifest
from evote.election.records import ElectionKeys
from evote.log.policy_text import parse_policy
from evote.log.statement import encode_statement, sign_statement

PRESENT, ANOTHER, BLANK = (1, 0), (0, 1), (0, 0)
CHUNK = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Voter:
    """A person's code and choice; `challenges` opens the ballot instead of casting it."""

    code: str
    values: tuple[int, int]
    challenges: bool = False


def read_keys(record: Path) -> tuple[bytes, bytes]:
    """Return the payloads of the manifest and of the joint keys, proved to be in the record."""
    source = FolderSource(record)
    witnessed = open_checkpoint(source, parse_policy(source.read("policy")))
    payloads = {each.statement.kind: each.payload for each in RecordReader(source, witnessed).statements()}
    return payloads[Kind.MANIFEST], payloads[Kind.KEYS]


def vote(record: Path, inbox: Path, voters: Sequence[Voter]) -> None:
    """Write the submission of every voter into the inbox."""
    keys = read_keys(record)
    chunks = [voters[i : i + CHUNK] for i in range(0, len(voters), CHUNK)]
    with ProcessPoolExecutor(
        os.cpu_count(), mp_context=multiprocessing.get_context("spawn"), initializer=_prepare, initargs=keys
    ) as pool:
        for done in pool.map(_vote, [(inbox, chunk) for chunk in chunks]):
            print("." * (done // CHUNK), end="", flush=True)
    print()


_context: ElectionKeyContext | None = None


def _prepare(manifest_bytes: bytes, keys_bytes: bytes) -> None:
    global _context
    group = Group(STANDARD)
    manifest = decode_payload(Kind.MANIFEST, manifest_bytes, group)
    keys = decode_payload(Kind.KEYS, keys_bytes, group)
    assert isinstance(manifest, Manifest)
    assert isinstance(keys, ElectionKeys)
    _context = with_keys(make_context(group, manifest, manifest_bytes), keys, BULK_WINDOW_BITS)


def _vote(task: tuple[Path, Sequence[Voter]]) -> int:
    inbox, voters = task
    assert _context is not None
    for voter in voters:
        key = credential_key(parse_code(voter.code), _context.election_id)
        prepared = encrypt_ballot(_context, 1, {1: voter.values}, key.public_key, secrets.token_bytes)
        if voter.challenges:
            kind, payload = Kind.BALLOT_CHALLENGED, encode_payload(Kind.BALLOT_CHALLENGED, open_ballot(prepared))
        else:
            kind, payload = Kind.BALLOT_CAST, encode_payload(Kind.BALLOT_CAST, prepared.ballot)
        statement = sign_statement(key, kind=kind, scope=_context.election_id, payload=payload)
        write_submission(
            inbox,
            Submission(entry=encode_statement(statement), payload=payload, commitments=prepared.commitments),
        )
    return len(voters)
