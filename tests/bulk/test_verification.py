"""Ballots verified in bulk: the same verdicts in order, whatever the number of workers."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from evote.bulk.verification import BallotTask, BulkVerifier, verify_ballot_statement
from evote.election.ballot_check import BallotFacts
from evote.election.kinds import BALLOT_KINDS, Kind
from evote.errors import EncodingError, EvoteError, VerificationError
from evote.log.statement import decode_statement, sign_statement
from tests.election.built_election import Step, paper_election, person


def _task(step: Step) -> BallotTask:
    return BallotTask(statement=decode_statement(step.entry), payload=step.payload)


def _ballots() -> list[Step]:
    return [step for step in paper_election().steps if step.submission.kind in BALLOT_KINDS]


def _signed(name: str, kind: Kind, payload: bytes) -> BallotTask:
    story = paper_election()
    statement = sign_statement(person(name), kind=kind, scope=story.state.election_id, payload=payload)
    return BallotTask(statement=statement, payload=payload)


def _tampered() -> list[tuple[BallotTask, type[EvoteError], str]]:
    """Return tasks that fail at one check each, with error and code."""
    story = paper_election()
    cast, challenged = story.step(Kind.BALLOT_CAST), story.step(Kind.BALLOT_CHALLENGED)
    good = _task(cast)
    signature = bytes(reversed(good.statement.signature[:32])) + good.statement.signature[32:]
    value = challenged.payload.replace(b'"value":1', b'"value":0', 1)
    assert value != challenged.payload
    return [
        (replace(good, payload=good.payload + b" "), VerificationError, "statement.payload_mismatch"),
        (
            replace(good, statement=replace(good.statement, signature=signature)),
            VerificationError,
            "signature.invalid",
        ),
        (_signed("Ada", Kind.BALLOT_CAST, good.payload + b" "), EncodingError, "encoding.not_canonical"),
        # Signed by another credential: id_B binds the ballot to its author.
        (_signed("Ben", Kind.BALLOT_CAST, good.payload), VerificationError, "ballot.identifier"),
        (_signed("Ben", Kind.BALLOT_CHALLENGED, value), VerificationError, "challenge.confirmation_code"),
    ]


@pytest.fixture(scope="module")
def two_workers() -> Iterator[BulkVerifier]:
    """Return a verifier with two processes."""
    with BulkVerifier(paper_election().state.key_context, 2) as verifier:
        yield verifier


def test_facts_are_those_of_the_ballots(two_workers: BulkVerifier) -> None:
    """Two processes give the facts of every ballot, cast and challenged, in the order of the tasks."""
    steps = _ballots()

    assert two_workers.verify([_task(step) for step in steps]) == [step.facts for step in steps]


@pytest.mark.parametrize(("task", "error", "code"), _tampered())
def test_false_ballots_one_by_one(task: BallotTask, error: type[EvoteError], code: str) -> None:
    """Payload hash, signature, encoding, author and opening are each looked at."""
    with pytest.raises(error) as caught:
        verify_ballot_statement(paper_election().state.key_context, task)

    assert caught.value.code == code


def test_false_ballots_among_good_ones(two_workers: BulkVerifier) -> None:
    """A false ballot is told as data, with class, code and message, and changes no verdict beside it."""
    cases = _tampered()
    good = _ballots()[0]
    tasks = [task for case in cases for task in (case[0], _task(good))]
    with BulkVerifier(paper_election().state.key_context, 1) as one:
        expected = one.verify(tasks)

    verdicts = two_workers.verify(tasks)

    assert verdicts[1::2] == [good.facts] * len(cases)
    for verdict, other, (_, error, code) in zip(verdicts[::2], expected[::2], cases, strict=True):
        assert isinstance(verdict, error)
        assert isinstance(other, error)
        assert (verdict.code, verdict.message) == (other.code, other.message)
        assert verdict.code == code


def test_commitments_are_kept_where_asked_for() -> None:
    """The side file's commitments come out of the verification: 12 elements for two options, 14 more for the scores."""
    with BulkVerifier(paper_election().state.key_context, 1, keep_commitments=True) as verifier:
        (facts,) = verifier.verify([_task(_ballots()[0])])

    assert isinstance(facts, BallotFacts)
    # Question: 2 options of 2 branches, limit of 2. Score: 2 options of 3 branches, limit of 4. Two elements each.
    assert len(facts.commitments) == 512 * 2 * (2 * 2 + 2 + 2 * 3 + 4)


def test_other_kinds_are_no_ballots() -> None:
    """Verifying something else as a ballot is a mistake of the program."""
    step = paper_election().step(Kind.CLOSE)

    with pytest.raises(TypeError, match="no ballot"):
        verify_ballot_statement(paper_election().state.key_context, _task(step))


def test_no_workers() -> None:
    """Nothing can be verified by nobody."""
    with pytest.raises(ValueError, match="0 workers"):
        BulkVerifier(paper_election().state.key_context, 0)


def test_recorded_commitments_decide_about_time_only() -> None:
    """Right, absent, foreign and damaged commitments beside a ballot lead to the same facts; a lie stays a lie."""
    story = paper_election()
    steps = [step for step in story.steps if step.submission.kind is Kind.BALLOT_CAST][:6]
    context = story.state.key_context
    alone = [verify_ballot_statement(context, _task(step), keep_commitments=True) for step in steps]
    beside = [facts.commitments for facts in alone]
    recorded = [beside[0], beside[1], b"", beside[2], beside[4][:-1], bytes(len(beside[5]))]
    tasks = [replace(_task(step), commitments=data) for step, data in zip(steps, recorded, strict=True)]
    false = replace(tasks[0], statement=tasks[1].statement)

    with BulkVerifier(context, 1, keep_commitments=True) as bulk:
        verdicts = bulk.verify([*tasks, false])

    assert verdicts[:-1] == alone
    assert isinstance(verdicts[-1], VerificationError)
