"""Ballots before the opening and after the closing: the box is open between two entries of the log, not by a clock.

A board that lets friends in later, after the turnout is known, or collects ballots before observers watch, must put
them somewhere. Where a ballot stands decides (L.I), counted or not; and a second opening or closing changes nothing
(L.J).
"""

from collections.abc import Callable

import pytest

from evote.election.kinds import Kind
from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.forger import Forger, Lies, forge
from tests.forge.plans import BASE, YES, cast, challenge, strike

NOTHING = (0, 0, 0)


def late_vote(forger: Forger) -> None:
    """Cast a ballot."""
    forger.act(cast("Fay", YES, NOTHING))


def late_challenge(forger: Forger) -> None:
    """Challenge a ballot."""
    forger.act(challenge("Fay", YES, NOTHING))


@pytest.mark.parametrize("after", ["roll", "close", "tally", "result"])
@pytest.mark.parametrize(("more", "step"), [(late_vote, "Fay"), (late_challenge, "challenge Fay")])
def test_a_ballot_outside_the_box_is_caught(after: str, more: Callable[[Forger], None], step: str) -> None:
    """A valid ballot of a credential of the roll at another place of the log fails L.I alone; it is not counted."""
    forgery = forge(BASE, Lies(after={after: more}))

    assert_fails(forgery, "L.I")
    assert_refused(forgery, step, "admission.phase")


def test_a_ballot_after_the_end_is_caught() -> None:
    """Nothing of the scope stands after election.final."""
    forgery = forge(BASE, Lies(after={"final": late_vote}))

    assert_fails(forgery, "L.I")
    assert_refused(forgery, "Fay", "admission.phase")


def test_a_strike_after_the_end_is_caught() -> None:
    """The same for the registrar: no credential is struck once the result is known."""
    forgery = forge(BASE, Lies(after={"final": lambda forger: forger.act(strike("Fay", "lost"))}))

    assert_fails(forgery, "L.I")
    assert_refused(forgery, "strike Fay", "admission.ended")


def test_a_reopened_box_is_caught() -> None:
    """A second closing after one more ballot does not move the end of the box: the first one holds."""

    def reopened(forger: Forger) -> None:
        late_vote(forger)
        forger.authority("close again", Kind.CLOSE, {"h_e": forger.keys.h_e.hex()})

    forgery = forge(BASE, Lies(after={"close": reopened}))

    assert_fails(forgery, "L.I L.J")
    assert_refused(forgery, "Fay", "admission.phase")


def test_counting_a_late_ballot_is_caught_once_more() -> None:
    """An authority that also adds the late ballot to the tally fails V9 and D.H beside L.I."""

    def counted(forger: Forger) -> None:
        forger.counting.closed = False
        late_vote(forger)

    forgery = forge(BASE, Lies(after={"close": counted}))

    assert_fails(forgery, "L.I V9.A V9.B D.H O.C")
    assert_refused(forgery, "Fay", "admission.phase")
