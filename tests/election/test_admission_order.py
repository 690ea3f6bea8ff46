"""Every kind of statement in its place: neither early nor late, nor twice, nor by somebody else."""

from dataclasses import replace

import pytest

from evote.election.admission import admit, check
from evote.election.kinds import BALLOT_KINDS, ROLE_OF, Kind, Role, parse_kind
from evote.election.state import Phase
from evote.errors import EvoteError, PolicyError, ProtocolError
from tests.election.built_election import fork, paper_election, person
from tests.election.submissions import changed, refused

# What has to stand in the log before a kind is admissible: the n-th statement of another kind.
AFTER = {
    Kind.PARAMETERS: (Kind.MANIFEST, 0),
    Kind.TRUSTEE_COMMITMENT: (Kind.PARAMETERS, 0),
    Kind.TRUSTEE_KEYS: (Kind.TRUSTEE_COMMITMENT, 2),
    Kind.TRUSTEE_SHARES: (Kind.TRUSTEE_KEYS, 2),
    Kind.TRUSTEE_CONFIRMATION: (Kind.TRUSTEE_SHARES, 2),
    Kind.KEYS: (Kind.TRUSTEE_CONFIRMATION, 2),
    Kind.REHEARSAL: (Kind.KEYS, 0),
    Kind.TRUSTEE_REHEARSAL: (Kind.REHEARSAL, 0),
    Kind.CREDENTIALS: (Kind.MANIFEST, 0),
    Kind.STRIKE: (Kind.ROLL, 0),
    Kind.REPLACEMENT: (Kind.ROLL, 0),
    Kind.OPEN: (Kind.ROLL, 0),
    Kind.BALLOT_CAST: (Kind.OPEN, 0),
    Kind.BALLOT_CHALLENGED: (Kind.OPEN, 0),
    Kind.CLOSE: (Kind.OPEN, 0),
    Kind.PAPER: (Kind.CLOSE, 0),
    Kind.TALLY: (Kind.PAPER, 0),
    Kind.TRUSTEE_DECRYPTION: (Kind.TALLY, 0),
    Kind.RESULT: (Kind.TRUSTEE_DECRYPTION, 1),
    Kind.FINAL: (Kind.RESULT, 0),
}
TOO_LATE = {
    Kind.CREDENTIALS: Kind.ROLL,
    Kind.STRIKE: Kind.CLOSE,
    Kind.REPLACEMENT: Kind.CLOSE,
    Kind.BALLOT_CAST: Kind.CLOSE,
    Kind.BALLOT_CHALLENGED: Kind.CLOSE,
    Kind.TRUSTEE_DECRYPTION: Kind.RESULT,
}
# What is not refused as `admission.twice` when it comes a second time.
SECOND_TIME = {
    Kind.CREDENTIALS: "roll.part",
    Kind.STRIKE: "roll.already_removed",
    Kind.REPLACEMENT: "roll.already_removed",
    Kind.BALLOT_CAST: "ballot.repeated_id",
    Kind.BALLOT_CHALLENGED: "ballot.challenge_limit",
    Kind.FINAL: "admission.ended",
}


def test_whole_election_is_admitted() -> None:
    """Every kind but the complaint is admitted in an honest election, which then has ended."""
    story = paper_election()

    assert story.state.phase is Phase.ENDED
    assert {step.submission.kind for step in story.steps} == set(Kind) - {Kind.TRUSTEE_COMPLAINT}


def test_phases_follow_the_log() -> None:
    """The phase names what is awaited next, in the order of section 4."""
    story = paper_election()

    phases = list(dict.fromkeys([step.before.phase for step in story.steps] + [story.state.phase]))

    assert phases == [phase for phase in Phase if phase is not Phase.ABORTED]


@pytest.mark.parametrize("kind", AFTER)
def test_too_early(kind: Kind) -> None:
    """A statement is refused in every state before the one that section 4 asks for, and not in that one."""
    story = paper_election()
    step = story.step(kind)
    enabling = story.steps.index(story.step(*AFTER[kind]))

    for earlier in story.steps[: enabling + 1]:
        error = refused(earlier.before, step.submission, PolicyError, step.facts)
        assert error.code in ("admission.phase", "admission.no_manifest")
    if kind is not Kind.RESULT:  # it was made of the partial decryptions of trustees 1 and 3
        check(fork(story.steps[enabling + 1].before), step.submission, step.facts)


@pytest.mark.parametrize("kind", TOO_LATE)
def test_too_late(kind: Kind) -> None:
    """A statement that was never made is refused after the one that section 4 puts behind it."""
    story = paper_election()
    step, ending = story.step(kind), story.steps.index(story.step(TOO_LATE[kind]))
    state = fork(story.steps[ending + 1].before)
    # As if it had not been said before.
    state.roll.removed.clear()
    for facts in state.trustees:
        facts.decryption = None

    assert refused(state, step.submission, PolicyError, step.facts).code == "admission.phase"


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.TRUSTEE_COMPLAINT])
def test_second_time(kind: Kind) -> None:
    """Every statement of the election is refused when it comes again at once."""
    story = paper_election()
    following = [step.before for step in story.steps[1:]] + [story.state]

    for step, state in zip(story.steps, following, strict=True):
        if step.submission.kind is kind:
            with pytest.raises(EvoteError) as caught:
                check(fork(state), step.submission, step.facts)
            assert caught.value.code == SECOND_TIME.get(kind, "admission.twice")


@pytest.mark.parametrize("kind", [kind for kind in SECOND_TIME if kind not in BALLOT_KINDS])
def test_refusal_of_second_time_is_no_reproach(kind: Kind) -> None:
    """Where repetition is refused by another rule, nobody is named as a culprit."""
    story = paper_election()
    following = [step.before for step in story.steps[1:]] + [story.state]
    step = story.step(kind)

    with pytest.raises(EvoteError) as caught:
        check(fork(following[story.steps.index(step)]), step.submission)

    assert not isinstance(caught.value, ProtocolError)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in {*BALLOT_KINDS, Kind.TRUSTEE_COMPLAINT}])
@pytest.mark.parametrize("author", ["Mallory", "authority", "registrar", "trustee 2", "Ada"])
def test_wrong_author(kind: Kind, author: str) -> None:
    """A statement that somebody else signs is refused, whoever that is."""
    step = paper_election().step(kind)
    rightful = {Role.AUTHORITY: "authority", Role.REGISTRAR: "registrar", Role.TRUSTEE: "trustee 1"}[ROLE_OF[kind]]
    stolen = replace(step.submission, author=person(author).public_key)

    if author == rightful:
        check(fork(step.before), stolen)
    else:
        assert refused(fork(step.before), stolen, PolicyError).code == "admission.author"


@pytest.mark.parametrize("kind", Kind)
def test_nothing_after_final(kind: Kind) -> None:
    """After `election.final` no statement of any kind is admissible."""
    story = paper_election()
    known = Kind.CLOSE if kind is Kind.TRUSTEE_COMPLAINT else kind
    step = story.step(known)

    error = refused(fork(story.state), replace(step.submission, kind=kind), PolicyError, step.facts)

    assert error.code == "admission.ended"


def test_trustee_that_does_not_exist() -> None:
    """An index beyond the manifest's trustees has no author at all."""
    story = paper_election()
    state, submission = story.before(Kind.TRUSTEE_COMMITMENT), story.step(Kind.TRUSTEE_COMMITMENT).submission

    assert refused(state, changed(submission, trustee=4), PolicyError).code == "admission.author"


def test_ballot_without_facts_is_a_mistake_of_the_program() -> None:
    """Nobody can forget the proofs of a ballot: without facts nothing is checked and nothing admitted."""
    step = paper_election().step(Kind.BALLOT_CAST)

    with pytest.raises(TypeError, match="facts"):
        admit(fork(step.before), step.submission)


def test_record_of_another_kind_is_a_mistake_of_the_program() -> None:
    """A kind goes with its own record alone."""
    story = paper_election()
    wrong = replace(story.step(Kind.CLOSE).submission, record=story.step(Kind.OPEN).submission.record)

    with pytest.raises(TypeError, match="Closing"):
        check(story.before(Kind.CLOSE), wrong)


def test_unknown_kind() -> None:
    """A word that is no kind of section 4 is refused by name."""
    with pytest.raises(PolicyError) as caught:
        parse_kind("election.recount")

    assert caught.value.code == "admission.unknown_kind"
    assert "election.recount" in caught.value.message
