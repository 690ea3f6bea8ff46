"""The voters: one submission file for each, encrypted on all cores from what the public record says.

Every voter is an independent device: it knows the record, its own code and its own choice.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evote.bulk.encryption import Vote, encrypt_votes
from evote.client.reader import RecordReader, open_checkpoint
from evote.client.source import FolderSource
from evote.client.submission import encode_submission
from evote.election.credentials import parse_code
from evote.election.kinds import Kind
from evote.log.policy_text import parse_policy

PRESENT, ANOTHER, BLANK = (1, 0), (0, 1), (0, 0)
DOT = 256


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
    """Write the submission of every voter into the inbox; whoever casts a ballot casts the first one."""
    manifest, keys = read_keys(record)
    votes = (
        Vote(
            credential=parse_code(voter.code),
            number=1,
            style=1,
            selections={1: voter.values},
            is_challenge=voter.challenges,
        )
        for voter in voters
    )
    submissions = encrypt_votes(manifest, keys, votes, os.cpu_count() or 1, expected=len(voters))
    for number, submission in enumerate(submissions, 1):
        # Whole when it has its name, but not forced onto the disk one by one, as a single voter's command does.
        unfinished = inbox / f".{submission.name}"
        unfinished.write_bytes(encode_submission(submission))
        unfinished.rename(inbox / submission.name)
        if number % DOT == 0:
            print(".", end="", flush=True)
    print()
