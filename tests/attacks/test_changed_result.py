"""The result is changed after the count: by the authority, by the board, or by both together.

Everything signed can be signed anew by its author. What an authority can't do is to make other votes out of the same
partial decryptions (V10.C), draw another outcome from the same votes (O.C, O.D), or leave votes out (V11.C, V11.D);
what the board can't do is to change an authority's words (L.G, L.H).
"""

from copy import deepcopy

from evote.election.kinds import Kind
from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.forger import Forger, Lies, forge
from tests.forge.lies import put, recount
from tests.forge.log import Value
from tests.forge.numbers import P, element_hex, number
from tests.forge.plans import BASE


def reversed_votes(forger: Forger, value: Value) -> Value:
    """Exchange the votes of both options in every unit, T included, and draw the outcome from that."""
    for unit in value["contests"][0]["units"]:
        yes, no = unit["options"]
        yes["votes"], no["votes"] = no["votes"], yes["votes"]
        yes["t"], no["t"] = no["t"], yes["t"]
    return recount(forger, value, 1)


def one_more_vote(forger: Forger, value: Value) -> Value:
    """Add a vote, with a T that is K to these votes."""
    yes = value["contests"][0]["units"][0]["options"][0]
    yes["t"] = element_hex(number(yes["t"]) * forger.keys.vote_key % P)
    yes["votes"] += 1
    return recount(forger, value, 1)


def without_units(forger: Forger, value: Value) -> Value:
    """Publish no decrypted sum of the referendum at all: a tie of nothing with nothing."""
    value["contests"][0]["units"] = []
    return recount(forger, value, 1)


def test_exchanged_votes_are_caught() -> None:
    """Consistent in itself, T = K^t everywhere; but T is not what the partial decryptions give."""
    forgery = forge(BASE, Lies(say={"result": reversed_votes}))
    assert forgery.value("result")["contests"][0]["outcome"]["winners"] == [2]

    assert_fails(forgery, "V10.C")
    assert_refused(forgery, "result", "result.t")


def test_an_added_vote_is_caught() -> None:
    """T multiplied by K is right for the stated votes and wrong for the sum."""
    forgery = forge(BASE, Lies(say={"result": one_more_vote}))

    assert_fails(forgery, "V10.C")
    assert_refused(forgery, "result", "result.t")


def test_a_result_without_decrypted_units_is_caught() -> None:
    """Trustees have decrypted, the authority publishes none of it: every option of every unit is missing (V11.C)."""
    forgery = forge(BASE, Lies(say={"result": without_units}))
    assert forgery.value("result")["contests"][0]["outcome"]["kind"] == "tie"

    assert_fails(forgery, "V11.C")
    assert_refused(forgery, "result", "result.units")


def test_another_outcome_of_the_same_votes_is_caught() -> None:
    """The winner of the votes is yes; the authority declares that the threshold was missed."""

    def missed(_forger: Forger, value: Value) -> Value:
        outcome = value["contests"][0]["outcome"]
        value["contests"][0]["outcome"] = {**outcome, "kind": "threshold_missed", "winners": []}
        return value

    forgery = forge(BASE, Lies(say={"result": missed}))

    assert_fails(forgery, "O.D")
    assert_refused(forgery, "result", "result.outcome_kind")


def test_a_result_replaced_by_the_board_is_caught() -> None:
    """The board puts another result under the authority's signature, or its own signature under the result."""
    honest = forge(BASE)
    other = forge(BASE, Lies(say={"result": put("contests.0.outcome.winners", [2])}))
    replaced = honest.changed("result", payload=other.line("result").payload)

    assert_fails(replaced, "L.G O.D")
    assert_refused(replaced, "result", "statement.payload_mismatch")


def test_a_second_result_is_caught() -> None:
    """A later result does not take the place of the first one."""

    def again(forger: Forger) -> None:
        value = reversed_votes(forger, deepcopy(forger.said["result"]))
        forger.authority("result again", Kind.RESULT, value)

    forgery = forge(BASE, Lies(after={"result": again}))

    assert_fails(forgery, "L.J")
    assert_refused(forgery, "result again", "admission.twice")


def test_an_end_that_names_another_result_is_caught() -> None:
    """What was read aloud is what `election.final` names."""
    forgery = forge(BASE, Lies(say={"final": put("result", "00" * 32)}))

    assert_fails(forgery, "O.D")
    assert_refused(forgery, "final", "final.result")
