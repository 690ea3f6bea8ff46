"""Decryption: any k trustees find the same votes, and a trustee's program refuses what would betray a ballot."""

import itertools
from dataclasses import replace

import pytest

from evote.election.decryption import make_trustee_decryption, proven_partials, verify_trustee_decryption
from evote.election.kinds import Kind
from evote.election.records import Result
from evote.election.refusal import check_may_decrypt, check_unit
from evote.election.result import combine_result, verify_result
from evote.election.state import ElectionState
from evote.errors import EvoteError, KeystoreError, PolicyError, VerificationError
from tests.core.randomness import seeded
from tests.election.built_election import fork, paper_election
from tests.election.submissions import record_of
from tests.election.test_tally import sealed_election, weighted_election


@pytest.mark.parametrize("trustees", [*itertools.combinations((1, 2, 3), 2), (1, 2, 3)])
def test_any_quorum_finds_the_same_result(trustees: tuple[int, ...]) -> None:
    """Two of three trustees, whichever, or all of them: the same T, votes and outcomes."""
    story = paper_election()
    state = story.before(Kind.RESULT)

    result = combine_result(state, trustees)

    verify_result(state, result)
    assert result.trustees == trustees
    assert result.contests == record_of(story.step(Kind.RESULT), Result).contests


def test_votes_are_those_that_were_cast() -> None:
    """The votes of every unit are those of the story, paper votes are in the outcome alone."""
    result = record_of(paper_election().step(Kind.RESULT), Result)
    votes = [[[option.votes for option in unit.options] for unit in contest.units] for contest in result.contests]

    assert votes == [[[3, 0], [1, 1], [2, 1]], [[5, 4], [2, 3]]]
    assert [contest.outcome.votes for contest in result.contests] == [(6, 3), (9, 8)]


def test_weights_are_counted() -> None:
    """With weights the discrete logarithm reaches far above the number of ballots."""
    story = weighted_election()
    state = fork(story.state)
    for trustee in (2, 3):
        record = make_trustee_decryption(state, trustee, story.key_share(trustee).share, seeded("weighted"))
        verify_trustee_decryption(state, record)
        state.trustees[trustee - 1].decryption = dict(proven_partials(state, record))

    result = combine_result(state, (2, 3))

    thirds = sum(range(3, 13, 3))
    assert result.contests[0].outcome.votes == (78 - thirds, thirds)
    assert result.contests[1].outcome.votes == (45, 90)
    verify_result(state, result)


@pytest.mark.parametrize("trustees", [(1,), (), (2, 1), (2, 2)])
def test_too_few_or_disordered_trustees(trustees: tuple[int, ...]) -> None:
    """Fewer than k trustees, or an order that is not ascending, give no result."""
    with pytest.raises(VerificationError) as caught:
        combine_result(paper_election().before(Kind.RESULT), trustees)

    assert caught.value.code in ("result.too_few_trustees", "result.trustees")


def test_no_result_before_the_tally() -> None:
    """Without `election.tally` there is nothing to combine and nothing to verify."""
    story = paper_election()
    state = story.before(Kind.TALLY)

    for attempt in (
        lambda: combine_result(state, (1, 2)),
        lambda: verify_result(state, record_of(story.step(Kind.RESULT), Result)),
    ):
        with pytest.raises(PolicyError) as caught:
            attempt()
        assert caught.value.code == "result.no_tally"


def test_more_votes_than_can_be() -> None:
    """A sum above R times the weight has no logarithm in its bounds: a false range proof would end here."""
    story = paper_election()
    state = story.before(Kind.RESULT)
    assert state.tally is not None
    light = [
        replace(contest, units=tuple(replace(unit, weight=1) for unit in contest.units))
        for contest in state.tally.contests
    ]
    state.tally = replace(state.tally, contests=tuple(light))

    with pytest.raises(VerificationError) as caught:
        combine_result(state, (1, 2))

    assert caught.value.code == "verification.no_discrete_log"


def _refusal(state: ElectionState, trustee: int = 1, decrypted_before: bytes | None = None) -> EvoteError:
    """Return the reason for which a trustee with the right share refuses."""
    share = paper_election().key_share(trustee).share
    with pytest.raises(PolicyError) as caught:
        make_trustee_decryption(state, trustee, share, seeded("refused"), decrypted_before)
    return caught.value


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        (Kind.CLOSE, 0, "trustee.not_closed"),
        (Kind.TALLY, 0, "trustee.no_tally"),
        (Kind.TRUSTEE_DECRYPTION, 1, "trustee.already_published"),
    ],
)
def test_trustee_refuses_out_of_turn(kind: Kind, number: int, code: str) -> None:
    """Before the close, before the tally and after their own decryption trustees decrypt nothing."""
    assert _refusal(paper_election().before(kind, number)).code == code


def test_trustee_refuses_after_the_result() -> None:
    """When the result stands, a trustee who was not needed does not decrypt any more."""
    state = paper_election().before(Kind.FINAL)
    state.trustees[0].decryption = None

    assert _refusal(state).code == "trustee.too_late"


def test_trustee_refuses_another_set() -> None:
    """A trustee who remembers having decrypted another tally refuses; the same tally again is harmless."""
    state = paper_election().before(Kind.TRUSTEE_DECRYPTION)

    error = _refusal(state, decrypted_before=bytes(32))

    assert error.code == "trustee.other_set"
    assert state.tally_digest.hex() in error.message
    assert check_may_decrypt(state, 1, state.tally_digest) == state.tally


def test_trustee_refuses_a_tally_that_is_not_the_sum() -> None:
    """Even if a false tally had come into the state, the trustee's own sum differs and nothing is decrypted."""
    state = paper_election().before(Kind.TRUSTEE_DECRYPTION)
    assert state.tally is not None
    question, score = state.tally.contests
    one, two, three = question.units
    state.tally = replace(
        state.tally,
        contests=(replace(question, units=(replace(one, ciphertexts=two.ciphertexts), two, three)), score),
    )

    assert _refusal(state).code == "trustee.tally_differs"


@pytest.mark.parametrize(
    ("minimum", "ballots", "code"),
    [(2, 1, "trustee.single_ballot"), (2, 0, "trustee.single_ballot"), (5, 4, "trustee.below_minimum")],
)
def test_trustee_refuses_few_ballots(minimum: int, ballots: int, code: str) -> None:
    """A unit below the manifest's minimum is refused, and a single ballot whatever the minimum says."""
    state = paper_election().before(Kind.TRUSTEE_DECRYPTION)
    assert state.context is not None
    assert state.tally is not None
    state.context = replace(state.context, manifest=replace(state.manifest, minimum_ballots=minimum))
    unit = replace(state.tally.contests[0].units[0], ballots=ballots)

    with pytest.raises(PolicyError) as caught:
        check_unit(state, 1, unit)

    assert caught.value.code == code


def test_trustee_refuses_a_sealed_contest() -> None:
    """Below the quorum a sealed contest is refused unit by unit."""
    state = sealed_election("Ada", "Ben").state
    assert state.tally is not None

    with pytest.raises(PolicyError) as caught:
        check_unit(state, 1, state.tally.contests[0].units[0])

    assert caught.value.code == "trustee.sealed"


def test_trustee_needs_their_own_share() -> None:
    """With the share of another trustee nothing is published: its proofs could not hold."""
    story = paper_election()

    with pytest.raises(KeystoreError) as caught:
        make_trustee_decryption(
            story.before(Kind.TRUSTEE_DECRYPTION), 1, story.key_share(2).share, seeded("other share")
        )

    assert caught.value.code == "trustee.wrong_share"


def test_repeated_decryption_has_fresh_proofs() -> None:
    """Decrypting again gives the same values with other proofs: no nonce is used twice."""
    story = paper_election()
    state = story.before(Kind.TRUSTEE_DECRYPTION)
    first, second = (
        make_trustee_decryption(state, 1, story.key_share(1).share, seeded(name)).contests[0].units[0].partials[0]
        for name in ("first", "second")
    )

    assert first.partial == second.partial
    assert first.challenge != second.challenge


def test_decryption_is_not_verified_without_a_tally() -> None:
    """Before `election.tally` there is nothing a decryption could be right about."""
    story = paper_election()
    decryption = make_trustee_decryption(
        story.before(Kind.TRUSTEE_DECRYPTION), 1, story.key_share(1).share, seeded("early")
    )

    with pytest.raises(PolicyError) as caught:
        verify_trustee_decryption(story.before(Kind.TALLY), decryption)

    assert caught.value.code == "trustee.no_tally"
