"""Submissions of built elections, true or changed, and their refusal."""

from dataclasses import replace
from typing import Any, TypeVar

import pytest

from evote.codec.payloads import encode_payload
from evote.ed25519 import SigningKey
from evote.election.admission import check
from evote.election.ballot_check import BallotFacts
from evote.election.kinds import Kind
from evote.election.manifest import Manifest
from evote.election.records import Record
from evote.election.state import ElectionState
from evote.election.submission import Submission, make_submission
from evote.errors import EvoteError
from tests.election.built_election import Step, fork

R = TypeVar("R")


def submission_of(author: SigningKey, kind: Kind, record: Record | Manifest) -> Submission:
    """Return the submission of a record as it would arrive."""
    return make_submission(kind, author.public_key, encode_payload(kind, record), record)


def changed(submission: Submission, **fields: object) -> Submission:
    """Return the submission with fields of its record changed, as the same author would send it."""
    record: Any = submission.record
    altered = replace(record, **fields)
    return make_submission(submission.kind, submission.author, encode_payload(submission.kind, altered), altered)


def refused(
    state: ElectionState,
    submission: Submission,
    error: type[EvoteError],
    facts: BallotFacts | None = None,
) -> EvoteError:
    """Return the error with which a submission is refused, having seen that the refusal changed nothing."""
    before = fork(state)
    with pytest.raises(error) as caught:
        check(state, submission, facts)
    assert state == before
    assert type(caught.value) is error
    return caught.value


def record_of(step: Step, kind: type[R]) -> R:
    """Return the record of a step as what it is."""
    assert isinstance(step.submission.record, kind)
    return step.submission.record
