"""Votes by credentials that are no longer valid: struck on paper, lost, replaced, wrong person, not eligible.

Paper and online together invite voting twice: mark the roll at the polling station and vote online afterwards, or let a
stolen code vote after its owner got a new one. A struck or replaced credential casts nothing any more (E.C); one that
has voted can't be marked as a paper voter (E.D); ballots of the wrong person are annulled, and counting them
nevertheless fails V9 and D.H.
"""

from dataclasses import replace

import pytest

from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.forger import Forger, Lies, forge
from tests.forge.plans import BASE, NO, PAPER, YES, cast, challenge, replacement, strike

NOTHING = (0, 0, 0)


@pytest.mark.parametrize("reason", ["voted_on_paper", "lost"])
def test_a_vote_after_the_strike_is_caught(reason: str) -> None:
    """Fay voted on paper or lost the letter; the old code votes online nevertheless."""

    def more(forger: Forger) -> None:
        forger.act(strike("Fay", reason))
        forger.act(cast("Fay", YES, NOTHING))

    forgery = forge(BASE, Lies(after={"Cem": more}))

    assert_fails(forgery, "E.C")
    assert_refused(forgery, "Fay", "ballot.removed_credential")


@pytest.mark.parametrize("reason", ["wrong_person", "not_eligible"])
def test_a_vote_of_an_annulled_credential_is_caught(reason: str) -> None:
    """The ballot is annulled anyway; that it stands in the log at all fails E.C."""

    def more(forger: Forger) -> None:
        forger.act(strike("Fay", reason))
        forger.act(cast("Fay", YES, NOTHING))

    forgery = forge(BASE, Lies(after={"Cem": more}))

    assert_fails(forgery, "E.C")
    assert_refused(forgery, "Fay", "ballot.removed_credential")


def test_a_challenge_by_a_replaced_credential_is_caught() -> None:
    """Not even a challenge may come from a credential that has been replaced."""
    forgery = forge(BASE, Lies(after={"Leo II": lambda forger: forger.act(challenge("Leo", NO))}))

    assert_fails(forgery, "E.C")
    assert_refused(forgery, "challenge Leo", "ballot.removed_credential")


def test_a_vote_of_the_new_credential_before_the_replacement_is_caught() -> None:
    """The new key is no credential until the registrar says so."""
    too_early = (cast("Fay II", YES, NOTHING), *BASE.acts, replacement("Fay", "Fay II", "lost"))
    forgery = forge(replace(BASE, acts=too_early))

    assert_fails(forgery, "E.C")
    assert_refused(forgery, "Fay II", "ballot.not_on_roll")


def test_marking_an_online_voter_as_a_paper_voter_is_caught() -> None:
    """Ada has voted online; the mark of a paper vote for her makes room for a paper that nobody cast."""
    forgery = forge(PAPER, Lies(after={"Cem": lambda forger: forger.act(strike("Ada", "voted_on_paper"))}))

    assert_fails(forgery, "E.D")
    assert_refused(forgery, "strike Ada", "roll.has_voted")


def test_counting_an_annulled_ballot_is_caught() -> None:
    """Leo's first ballot was annulled; a tally that holds it is not the sum of the counted ballots."""
    forgery = forge(BASE, Lies(after={"close": lambda forger: forger.counting.annulled.clear()}))

    # O.B: five ballots in a unit of four.
    assert_fails(forgery, "V9.A V9.B D.H O.B O.C")
    assert_refused(forgery, "tally", "tally.ballots")


def test_dropping_a_ballot_by_a_pretended_annulment_is_caught() -> None:
    """A ballot left out of the sum without a strike in the log fails V9 and D.H."""

    def drop(forger: Forger) -> None:
        del forger.counting.box[0]

    forgery = forge(BASE, Lies(after={"close": drop}))

    assert_fails(forgery, "V9.A V9.B D.H O.C")
    assert_refused(forgery, "tally", "tally.ballots")
