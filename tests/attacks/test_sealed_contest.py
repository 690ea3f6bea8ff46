"""Opening what the law keeps closed: a vote whose quorum was missed.

Where too few took part, the ballots of a Korean residents' vote are not opened. Whoever holds the keys may want to know
all the same. Trustees' own programs refuse; a decryption that is published fails D.I (and D.F: it is not what was to be
decrypted), and so does a result with votes.
"""

import pytest

from evote.election.refusal import check_unit
from evote.errors import PolicyError
from tests.attacks.cases_result import sealed_partials
from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.forger import Forger, Lies, forge
from tests.forge.judges import state_before
from tests.forge.log import Value
from tests.forge.plans import SEALED, SEALED_PAPER, SMALL


def opened(forger: Forger, value: Value) -> Value:
    """Publish the decrypted votes of the sealed contest."""
    tally = forger.said["tally"]["contests"][0]["units"]
    decryptions = {i: forger.said[f"decryption {i}"] for i in (1, 2)}
    contest = forger.manifest.contests[0]
    value["contests"][0]["units"] = [
        forger.counting.decrypted(forger.keys.vote_key, 1, contest, unit, decryptions) for unit in tally
    ]
    return {**value, "trustees": [1, 2]}


def test_a_decryption_of_a_sealed_contest_is_caught() -> None:
    """One trustee publishes what it should have refused; the result stays closed."""
    forgery = forge(SEALED, Lies(say={"decryption 1": sealed_partials}))

    assert_fails(forgery, "D.I D.F")
    assert_refused(forgery, "decryption 1", "decryption.contests")


def test_an_opened_result_of_a_sealed_contest_is_caught() -> None:
    """Two trustees and the authority together open it: proofs, sums and votes are right, and forbidden."""
    lies = Lies(say={"decryption 1": sealed_partials, "decryption 2": sealed_partials, "result": opened})
    forgery = forge(SEALED, lies)
    assert forgery.value("result")["contests"][0]["units"][0]["options"][0]["votes"] == 2

    # D.G: trustees are named although nothing was to be decrypted.
    assert_fails(forgery, "D.F D.G D.I")
    assert_refused(forgery, "decryption 1", "decryption.contests")


def test_a_lowered_turnout_can_not_seal_a_contest() -> None:
    """The other way round: an authority that calls a vote sealed whose quorum was met hides its result."""

    def sealed(_forger: Forger, value: Value) -> Value:
        outcome = value["contests"][0]["outcome"]
        value["contests"][0]["units"] = []
        value["contests"][0]["outcome"] = {**outcome, "kind": "sealed", "winners": [], "tied": [], "votes": []}
        return {**value, "trustees": []}

    forgery = forge(SMALL, Lies(say={"result": sealed}))

    assert_fails(forgery, "V11.C D.G O.C O.D")
    assert_refused(forgery, "result", "result.too_few_trustees")


def test_papers_of_a_sealed_contest_stay_closed() -> None:
    """Counting the papers of a vote that is sealed tells what may not be told."""

    def counted(_forger: Forger, value: Value) -> Value:
        value["contests"][0]["votes"] = [1, 0]
        return value

    forgery = forge(SEALED_PAPER, Lies(say={"paper": counted}))

    assert_fails(forgery, "O.A")
    assert_refused(forgery, "paper", "paper.opened")


def test_a_trustee_refuses_a_sealed_contest() -> None:
    """The program of a trustee asks the rule before it touches the share."""
    state = state_before(forge(SEALED), "decryption 1")
    assert state.tally is not None

    with pytest.raises(PolicyError) as caught:
        check_unit(state, 1, state.tally.contests[0].units[0])
    assert caught.value.code == "trustee.sealed"
