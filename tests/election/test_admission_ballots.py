"""Ballots in the box: who may vote, how often, and that nothing is ever used twice."""

from dataclasses import replace
from typing import Any

import pytest

from evote.election.admission import admit
from evote.election.ballot_check import BallotFacts
from evote.election.kinds import BALLOT_KINDS, Kind
from evote.election.submission import Submission
from evote.election.tally import counted_ballots
from evote.errors import PolicyError, VerificationError
from tests.election.built_election import NO, YES, Step, Story, fork, manifest_of, paper_election, person, real_group
from tests.election.submissions import refused, submission_of


def _with(facts: BallotFacts, field: str, digests: tuple[bytes, ...]) -> BallotFacts:
    values: dict[str, Any] = {field: digests}
    return replace(facts, **values)


def _facts(step: Step) -> BallotFacts:
    assert step.facts is not None
    return step.facts


@pytest.mark.parametrize("kind", sorted(BALLOT_KINDS))
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Mallory", "ballot.not_on_roll"),
        ("authority", "ballot.not_on_roll"),
        ("Leo", "ballot.removed_credential"),
        ("Hal", "ballot.removed_credential"),
    ],
)
def test_author(kind: Kind, name: str, code: str) -> None:
    """Neither strangers nor officers nor struck or replaced credentials vote or challenge."""
    story = paper_election()
    step = story.step(kind)
    submission = replace(step.submission, author=person(name).public_key)

    assert refused(story.before(Kind.CLOSE), submission, PolicyError, step.facts).code == code


def test_style_of_the_district() -> None:
    """A ballot of another style than the voter's district is refused, however valid it is."""
    story = paper_election()
    state = story.before(Kind.CLOSE)
    ballot = story.ballot("Jan", {1: YES, 2: (1, 1)}, style=1)
    submission = submission_of(person("Jan"), Kind.BALLOT_CAST, ballot)

    error = refused(state, submission, VerificationError, story.facts("Jan", ballot))

    assert error.code == "ballot.wrong_style"


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("component_digests", "ballot.repeated_component"),
        ("commitment_digests", "ballot.repeated_commitment"),
    ],
)
@pytest.mark.parametrize("source", sorted(BALLOT_KINDS))
def test_nothing_repeats(field: str, code: str, source: Kind) -> None:
    """One component or commitment of any earlier ballot, cast or challenged, in any position, refuses a new one."""
    story = paper_election()
    state = story.before(Kind.CLOSE)
    ballot = story.ballot("Eva", {1: YES, 2: (1, 1)})
    facts = story.facts("Eva", ballot)
    used = getattr(_facts(story.step(source)), field)[-1]
    copied = _with(facts, field, (used, *getattr(facts, field)[1:]))
    submission = submission_of(person("Eva"), Kind.BALLOT_CAST, ballot)

    assert refused(state, submission, VerificationError, copied).code == code


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("component_digests", "ballot.repeated_component"),
        ("commitment_digests", "ballot.repeated_commitment"),
    ],
)
def test_nothing_repeats_within_a_ballot(field: str, code: str) -> None:
    """The same component or commitment twice on one ballot refuses it."""
    story = paper_election()
    ballot = story.ballot("Eva", {1: YES, 2: (1, 1)})
    facts = story.facts("Eva", ballot)
    digests = getattr(facts, field)
    doubled = _with(facts, field, (*digests, digests[0]))
    submission = submission_of(person("Eva"), Kind.BALLOT_CAST, ballot)

    assert refused(story.before(Kind.CLOSE), submission, VerificationError, doubled).code == code


def test_challenged_ballot_is_never_cast() -> None:
    """The ballot that was opened can't be cast afterwards: its id is used."""
    story = paper_election()
    step = story.step(Kind.BALLOT_CHALLENGED)
    cast = replace(step.submission, kind=Kind.BALLOT_CAST)

    error = refused(story.before(Kind.CLOSE), cast, VerificationError, step.facts)

    assert error.code == "ballot.repeated_id"


def test_cast_ballot_is_never_opened() -> None:
    """The ballot that was cast can't be challenged afterwards."""
    story = paper_election()
    step = story.step(Kind.BALLOT_CAST)
    opened = replace(step.submission, kind=Kind.BALLOT_CHALLENGED)

    error = refused(story.before(Kind.CLOSE), opened, VerificationError, step.facts)

    assert error.code == "ballot.repeated_id"


def test_challenge_limit_counts_each_credential() -> None:
    """Ben has used his one challenge; Eva has not."""
    story = paper_election()
    state = story.before(Kind.CLOSE)

    for name, refusal in (("Ben", "ballot.challenge_limit"), ("Eva", None)):
        challenged = story.challenged(name, {1: NO, 2: (0, 0)})
        submission = submission_of(person(name), Kind.BALLOT_CHALLENGED, challenged)
        facts = story.facts(name, challenged.ballot)
        if refusal is None:
            admit(state, submission, facts)
        else:
            assert refused(state, submission, PolicyError, facts).code == refusal


def test_last_ballot_counts() -> None:
    """Under `last` the second ballot of Dan takes the place of the first."""
    story = paper_election()
    first, second = story.step(Kind.BALLOT_CAST, 3), story.step(Kind.BALLOT_CAST, 4)
    dan = person("Dan").public_key
    assert first.submission.author == second.submission.author == dan

    counted = {ballot.credential: ballot for ballot in counted_ballots(story.before(Kind.CLOSE))}

    alpha = int(counted[dan].contests[0][0].alpha.value)
    assert alpha == _facts(second).contests[0].ciphertexts[0][0]
    assert alpha != _facts(first).contests[0].ciphertexts[0][0]
    assert story.state.box.cast_count[dan] == 2


@pytest.mark.parametrize(("name", "number"), [("Eva", 2), ("Dan", 1), ("Dan", 2), ("Dan", 4), ("Hal II", 3)])
def test_a_cast_ballot_has_the_next_number(name: str, number: int) -> None:
    """A first ballot with number 2, a number that was used, a gap: refused, and with the next number admitted."""
    story = paper_election()
    state = story.before(Kind.CLOSE)
    ballot = story.ballot(name, {1: YES, 2: (1, 1)}, number=number)
    submission, facts = submission_of(person(name), Kind.BALLOT_CAST, ballot), story.facts(name, ballot)

    error = refused(state, submission, PolicyError, facts)
    wanted = {"Eva": 1, "Dan": 3, "Hal II": 2}[name]

    assert error.code == "ballot.number"
    assert f"has number {number}," in error.message
    assert f"has number {wanted} (E.E)" in error.message
    # The number is in no hash but that of the payload: all else is the same.
    admit(state, submission, replace(facts, number=wanted))


def test_the_number_of_a_challenged_ballot_is_not_judged() -> None:
    """A challenged ballot with any number is admitted, and takes none: the next cast one has number 1."""
    story = paper_election()
    state = story.before(Kind.CLOSE)
    challenged = story.challenged("Eva", {1: NO, 2: (0, 0)}, number=7)
    admit(
        state, submission_of(person("Eva"), Kind.BALLOT_CHALLENGED, challenged), story.facts("Eva", challenged.ballot)
    )

    ballot = story.ballot("Eva", {1: YES, 2: (1, 1)}, number=1)
    admit(state, submission_of(person("Eva"), Kind.BALLOT_CAST, ballot), story.facts("Eva", ballot))


def test_a_new_credential_begins_with_1() -> None:
    """The ballots of a replaced credential are not its successor's: Hal cast number 1, and so did Hal II."""
    story = paper_election()
    hal, successor = person("Hal").public_key, person("Hal II").public_key
    numbers = {step.submission.author: _facts(step).number for step in story.steps if step.facts is not None}

    assert (numbers[hal], numbers[successor]) == (1, 1)


def _never() -> tuple[Story, Submission, BallotFacts]:
    """Return an election under `never` in which Ada has voted, and her second ballot."""
    story = Story(real_group(), manifest_of(revoting="never"))
    story.hold_ceremony()
    story.publish_roll()
    story.open()
    story.cast("Ada", YES, (0, 0))
    ballot = story.ballot("Ada", {1: NO, 2: (0, 0)})
    return story, submission_of(person("Ada"), Kind.BALLOT_CAST, ballot), story.facts("Ada", ballot)


def test_the_first_ballot_under_never_has_number_1() -> None:
    """The number is judged under every re-voting rule."""
    story, _, _ = _never()
    ballot = story.ballot("Ben", {1: NO, 2: (0, 0)}, number=2)
    submission, facts = submission_of(person("Ben"), Kind.BALLOT_CAST, ballot), story.facts("Ben", ballot)

    assert refused(story.state, submission, PolicyError, facts).code == "ballot.number"
    admit(fork(story.state), submission, replace(facts, number=1))


def test_one_ballot_under_never() -> None:
    """Under `never` a second ballot of a credential is refused, whatever its number; a challenge is still allowed."""
    story, second, facts = _never()

    assert facts.number == 2
    for number in (1, 2):
        error = refused(story.state, second, PolicyError, replace(facts, number=number))
        assert error.code == "ballot.already_cast"
    challenged = story.challenged("Ada", {1: NO, 2: (0, 0)})
    admit(
        fork(story.state),
        submission_of(person("Ada"), Kind.BALLOT_CHALLENGED, challenged),
        story.facts("Ada", challenged.ballot),
    )
