"""Challenged ballots: an honest opening passes, a false or incomplete one fails in its own row."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from evote.election.ballot import PreparedBallot
from evote.election.challenge import open_ballot, verify_opening
from evote.election.context import ElectionKeyContext
from evote.election.records import ChallengedBallot, OpenedContest, OpenedSelection
from evote.errors import VerificationError
from tests.election.samples import SCORE, YES_NO, prepare


def change_first(challenged: ChallengedBallot, change: Callable[[OpenedContest], OpenedContest]) -> ChallengedBallot:
    """Return the challenge with its first opened contest changed."""
    first, *others = challenged.openings
    return replace(challenged, openings=(change(first), *others))


def with_values(challenged: ChallengedBallot, *values: int) -> ChallengedBallot:
    """Return the challenge with other values in its first contest."""
    return change_first(
        challenged,
        lambda opening: replace(
            opening,
            selections=tuple(
                replace(selection, value=value) for selection, value in zip(opening.selections, values, strict=True)
            ),
        ),
    )


def failure(context: ElectionKeyContext, challenged: ChallengedBallot) -> VerificationError:
    """Return the error of an opening that must fail."""
    with pytest.raises(VerificationError) as caught:
        verify_opening(context, challenged)
    return caught.value


def test_an_honest_opening_passes(keyed: ElectionKeyContext, prepared_both: PreparedBallot) -> None:
    """Values and nonces of both contests give the confirmation code."""
    challenged = open_ballot(prepared_both)
    verify_opening(keyed, challenged)

    assert [[s.value for s in opening.selections] for opening in challenged.openings] == [[0, 1], [2, 1]]


def test_an_overvote_opens_as_blank(keyed: ElectionKeyContext) -> None:
    """What a device encrypted for an overvote is visible when the ballot is challenged."""
    prepared = prepare(keyed, "Eve", {YES_NO: (1, 1)})
    challenged = open_ballot(prepared)
    verify_opening(keyed, challenged)

    assert prepared.plain.overvoted == (YES_NO,)
    assert [s.value for s in challenged.openings[0].selections] == [0, 0]


def test_a_device_that_changed_the_vote_is_caught(keyed: ElectionKeyContext, prepared: PreparedBallot) -> None:
    """The ballot encrypts yes; opening it as no fails and names the places (V13.B)."""
    error = failure(keyed, with_values(open_ballot(prepared), 0, 1))

    assert error.code == "challenge.confirmation_code"
    assert "contest 1 option 1, contest 1 option 2" in error.message


def test_a_false_nonce_fails(keyed: ElectionKeyContext, prepared: PreparedBallot) -> None:
    """Another nonce gives another ciphertext (V13.B)."""

    def spoil(opening: OpenedContest) -> OpenedContest:
        first, second = opening.selections
        return replace(opening, selections=(replace(first, nonce=second.nonce), second))

    assert failure(keyed, change_first(open_ballot(prepared), spoil)).code == "challenge.confirmation_code"


def extra(opening: OpenedContest) -> tuple[OpenedSelection, ...]:
    """Return the selections with the last one repeated."""
    return (*opening.selections, opening.selections[-1])


CASES: list[tuple[str, Callable[[ChallengedBallot], ChallengedBallot]]] = [
    ("foreign_contest", lambda c: change_first(c, lambda o: replace(o, contest=SCORE))),
    ("foreign_contest", lambda c: replace(c, ballot=replace(c.ballot, style=9))),
    ("missing_contest", lambda c: replace(c, openings=())),
    ("missing_contest", lambda c: replace(c, openings=c.openings * 2)),
    ("surplus_option", lambda c: change_first(c, lambda o: replace(o, selections=extra(o)))),
    ("missing_option", lambda c: change_first(c, lambda o: replace(o, selections=o.selections[:1]))),
    ("option_limit", lambda c: with_values(c, 2, 0)),
    ("option_limit", lambda c: with_values(c, -1, 0)),
    ("selection_limit", lambda c: with_values(c, 1, 1)),
    ("confirmation_code", lambda c: replace(c, ballot=replace(c.ballot, confirmation_code=bytes(32)))),
]


@pytest.mark.parametrize(("rule", "change"), CASES)
def test_an_incomplete_or_impossible_opening_fails(
    keyed: ElectionKeyContext,
    prepared: PreparedBallot,
    rule: str,
    change: Callable[[ChallengedBallot], ChallengedBallot],
) -> None:
    """Every letter of V14, and the code itself, has an opening that fails there."""
    assert failure(keyed, change(open_ballot(prepared))).code == f"challenge.{rule}"
