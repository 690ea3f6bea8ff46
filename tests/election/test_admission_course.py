"""Manifest, parameters, opening, closing, final: the authority is held to what follows from the log."""

from dataclasses import replace

import pytest

from evote.election.kinds import Kind
from evote.election.state import ElectionState
from evote.errors import PolicyError, VerificationError
from tests.election.built_election import fork, manifest_of, paper_election, person, real_group
from tests.election.submissions import changed, refused, submission_of


def test_scope_is_the_hash_of_the_manifest() -> None:
    """The same manifest under another election id is refused: the scope must be its H_B."""
    submission = paper_election().step(Kind.MANIFEST).submission
    state = ElectionState(group=real_group(), election_id=bytes(32))

    assert refused(state, submission, VerificationError).code == "manifest.election_id"


def test_exact_manifest_bytes_count() -> None:
    """The record alone is not the manifest: other bytes give another H_B."""
    story = paper_election()
    submission = story.step(Kind.MANIFEST).submission
    other = replace(submission, manifest_bytes=submission.manifest_bytes + b" ")

    assert refused(story.before(Kind.MANIFEST), other, VerificationError).code == "manifest.election_id"


def test_manifest_that_breaks_its_rules() -> None:
    """A manifest that would decrypt single ballots is refused, even with the right scope."""
    broken = replace(manifest_of(), minimum_ballots=1)
    submission = submission_of(person("authority"), Kind.MANIFEST, broken)
    state = ElectionState(group=real_group(), election_id=bytes(32))

    assert refused(state, submission, VerificationError).code == "manifest.minimum_ballots"


@pytest.mark.parametrize("field", ["version", "p", "q", "g", "n", "k", "h_p", "h_b"])
def test_parameters(field: str) -> None:
    """Every parameter is compared; a false one is refused under its own name."""
    story = paper_election()
    false = {"version": "v2.0.0", "h_p": bytes(32), "h_b": bytes(32)}.get(field, 5)
    submission = changed(story.step(Kind.PARAMETERS).submission, **{field: false})

    error = refused(story.before(Kind.PARAMETERS), submission, VerificationError)

    assert error.code == f"parameters.{field}"


@pytest.mark.parametrize(("field", "code"), [("h_e", "open.h_e"), ("roll", "open.roll")])
def test_opening_names_keys_and_roll(field: str, code: str) -> None:
    """An opening for other keys or another roll is refused."""
    story = paper_election()
    submission = changed(story.step(Kind.OPEN).submission, **{field: bytes(32)})

    assert refused(story.before(Kind.OPEN), submission, VerificationError).code == code


def test_opening_waits_for_every_rehearsal() -> None:
    """With a roll but one rehearsal missing, the election does not open, and the missing trustee is named."""
    story = paper_election()
    state = story.before(Kind.OPEN)
    state.trustees[1].rehearsal = None

    error = refused(state, story.step(Kind.OPEN).submission, PolicyError)

    assert error.code == "admission.phase"
    assert "[2]" in error.message


def test_closing_names_keys() -> None:
    """A close with another H_E is refused."""
    story = paper_election()
    submission = changed(story.step(Kind.CLOSE).submission, h_e=bytes(32))

    assert refused(story.before(Kind.CLOSE), submission, VerificationError).code == "close.h_e"


def test_final_names_the_result() -> None:
    """A final for another result is refused."""
    story = paper_election()
    submission = changed(story.step(Kind.FINAL).submission, result=bytes(32))

    assert refused(story.before(Kind.FINAL), submission, VerificationError).code == "final.result"


def test_other_elections_state_is_not_touched() -> None:
    """A fork of a state and its original go their own ways: the test material is sound."""
    story = paper_election()
    state = story.before(Kind.CLOSE)
    state.box.ids.add(bytes(32))

    assert bytes(32) not in story.step(Kind.CLOSE).before.box.ids
    assert fork(state) == state
