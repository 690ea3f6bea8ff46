"""Encrypting in bulk: what comes out are the ballots that voters' own devices would make, in order."""

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

from evote.bulk.encryption import CHUNK_VOTES, Vote, encrypt_votes
from evote.bulk.verification import BallotTask, BulkVerifier, verify_ballot_statement
from evote.client.submission import Submission, verify_submission
from evote.codec.payloads import decode_payload
from evote.ed25519 import SigningKey
from evote.election.ballot_check import BallotFacts
from evote.election.credentials import CredentialCode, credential_key, make_code
from evote.election.kinds import Kind
from evote.election.records import ChallengedBallot
from evote.errors import ConfigurationError
from tests.bulk.election import told
from tests.core.randomness import seeded
from tests.election.built_election import BLANK, NO, YES, paper_election, person

QUESTION_ALONE = 2  # the ballot style


def _vote(credential: CredentialCode | SigningKey, values: tuple[int, ...] = YES, *, challenge: bool = False) -> Vote:
    return Vote(credential=credential, number=1, style=QUESTION_ALONE, selections={1: values}, is_challenge=challenge)


def _encrypt(votes: list[Vote], workers: int = 1) -> list[Submission]:
    election = told()
    return list(encrypt_votes(election.manifest, election.keys, votes, workers))


def _tasks(submissions: list[Submission]) -> list[BallotTask]:
    return [
        BallotTask(statement=verify_submission(each), payload=each.payload, commitments=each.commitments)
        for each in submissions
    ]


@pytest.fixture(scope="module")
def cast_by_two() -> tuple[list[Vote], list[Submission], list[int]]:
    """Return votes of more than one chunk, what two processes made of them, and the progress that was told."""
    votes = [_vote(person(f"voter {number}"), (YES, NO, BLANK)[number % 3]) for number in range(CHUNK_VOTES + 3)]
    progress: list[int] = []
    election = told()
    made = list(encrypt_votes(election.manifest, election.keys, votes, 2, progress=progress.append))
    return votes, made, progress


def test_two_processes_keep_the_order(cast_by_two: tuple[list[Vote], list[Submission], list[int]]) -> None:
    """Every voter's submission stands in the voter's place, and progress counts them all."""
    votes, made, progress = cast_by_two

    assert [verify_submission(each).author for each in made] == [
        person(f"voter {i}").public_key for i in range(len(votes))
    ]
    assert progress == [CHUNK_VOTES, 3]


def test_ballots_are_true_and_their_commitments_the_recorded_ones(
    cast_by_two: tuple[list[Vote], list[Submission], list[int]],
) -> None:
    """Every ballot is accepted proof by proof, and what is to lie beside it is what that verification recomputes."""
    _, made, _ = cast_by_two
    context = paper_election().state.key_context

    for task in _tasks(made[:2] + made[-1:]):
        facts = verify_ballot_statement(
            context, BallotTask(statement=task.statement, payload=task.payload), keep_commitments=True
        )
        assert facts.commitments == task.commitments
    with BulkVerifier(context, 1) as verifier:
        assert all(isinstance(verdict, BallotFacts) for verdict in verifier.verify(_tasks(made)))


def test_no_randomness_is_used_twice(cast_by_two: tuple[list[Vote], list[Submission], list[int]]) -> None:
    """Among all ballots of both processes no salt, ciphertext component or commitment stands twice."""
    _, made, _ = cast_by_two
    group = paper_election().state.group
    ballots = [decode_payload(Kind.BALLOT_CAST, each.payload, group) for each in made]
    salts = [getattr(ballot, "salt", b"") for ballot in ballots]
    elements = [each.commitments[i : i + 512] for each in made for i in range(0, len(each.commitments), 512)]

    assert len(set(salts)) == len(salts) == len(made)
    assert len(set(elements)) == len(elements) == 12 * len(made)


def test_a_code_signs_with_its_key() -> None:
    """A credential may be given as the code on paper; its key in this election signs."""
    code = make_code(seeded("bulk code"))
    context = paper_election().state.key_context

    (submission,) = _encrypt([_vote(code)])

    assert verify_submission(submission).author == credential_key(code, context.election_id).public_key


@pytest.mark.parametrize("workers", [1, 2])
def test_the_number_is_the_vote_s(workers: int) -> None:
    """The ballots of one credential state the numbers that the votes have, from a worker too."""
    votes = [replace(_vote(person("Ada")), number=number) for number in (1, 2)]
    group = paper_election().state.group

    ballots = [decode_payload(Kind.BALLOT_CAST, each.payload, group) for each in _encrypt(votes, workers)]

    assert [getattr(ballot, "number", None) for ballot in ballots] == [1, 2]


def test_a_challenge_is_opened() -> None:
    """A vote that challenges becomes a statement of its own kind, whose opening verifies and shows the choice."""
    (submission,) = _encrypt([_vote(person("Ada"), NO, challenge=True)])
    (task,) = _tasks([submission])
    record = decode_payload(Kind.BALLOT_CHALLENGED, submission.payload, paper_election().state.group)

    assert task.statement.kind == Kind.BALLOT_CHALLENGED
    assert isinstance(record, ChallengedBallot)
    assert tuple(each.value for each in record.openings[0].selections) == NO
    assert verify_ballot_statement(paper_election().state.key_context, task).contests[0].contest == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_a_vote_that_fits_no_ballot_is_refused(workers: int) -> None:
    """Marks for another contest are a mistake of the caller, and named as such from a worker too."""
    vote = Vote(credential=person("Ada"), number=1, style=QUESTION_ALONE, selections={2: (1, 0)})

    with pytest.raises(ConfigurationError) as caught:
        _encrypt([vote], workers)

    assert caught.value.code == "selections.contests"


def test_votes_are_taken_when_there_is_room() -> None:
    """An endless supply of votes is read a chunk ahead, and stopping early is possible."""
    taken = 0

    def supply() -> Iterator[Vote]:
        nonlocal taken
        while True:
            taken += 1
            yield _vote(person("Ada"))

    election = told()
    submissions = encrypt_votes(election.manifest, election.keys, supply(), 1)
    next(submissions)

    assert taken == CHUNK_VOTES


def test_secrets_are_not_shown(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither the text of a vote nor an error nor anything written shows code, key or choice."""
    code = make_code(seeded("bulk code to hide"))
    vote = Vote(credential=code, number=1, style=QUESTION_ALONE, selections={1: (1, 0, 1)})

    with caplog.at_level(logging.DEBUG), pytest.raises(ConfigurationError) as caught:
        _encrypt([vote], 2)
    shown = "".join([repr(vote), str(caught.value), caplog.text, *capfd.readouterr()])

    assert code.expose() not in shown
    assert "1, 0, 1" not in shown
    assert "selections" not in repr(vote)


def test_nobody_encrypts() -> None:
    """Nothing can be encrypted by nobody."""
    with pytest.raises(ValueError, match="0 workers"):
        _encrypt([], 0)
