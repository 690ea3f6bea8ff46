"""Ballot stuffing: votes that no voter of the roll has cast.

Whoever runs the box may add ballots under keys of their own (E.C), under the keys of people who will not vote, which
takes their signature (L.H), or under the registrar's or authority's key, which must not stand on the roll (E.B).
"""

from dataclasses import replace

from evote.log.statement import decode_statement, encode_statement
from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.forger import Forger, Lies, forge
from tests.forge.log import Value
from tests.forge.plans import BASE, NORTH, YES, cast, person

NOTHING = (0, 0, 0)


def test_a_ballot_of_a_stranger_is_caught() -> None:
    """A key that is not on the roll; not counted, but its presence is a lie about who voted."""
    forgery = forge(BASE, Lies(after={"Cem": lambda forger: forger.act(cast("Mallory", YES, NOTHING))}))

    assert_fails(forgery, "E.C")
    assert_refused(forgery, "Mallory", "ballot.not_on_roll")


def test_counting_a_stranger_s_ballot_is_caught() -> None:
    """The same, added up as if it were a voter of the first district."""

    def counted(forger: Forger) -> None:
        forger.act(cast("Mallory", YES, NOTHING))
        forger.counting.roll[person("Mallory").public_key.hex()] = (NORTH, 1)

    forgery = forge(BASE, Lies(after={"Cem": counted}))

    assert_fails(forgery, "E.C V9.A V9.B D.H O.C")
    assert_refused(forgery, "Mallory", "ballot.not_on_roll")


def test_a_ballot_in_the_name_of_an_abstainer_is_caught() -> None:
    """The board writes Fay's name under a ballot that it made; without her key there is no signature."""
    honest = forge(BASE, Lies(after={"Cem": lambda forger: forger.act(cast("Fay", YES, NOTHING))}))
    statement = decode_statement(honest.line("Fay").entry)
    signed_by_another = replace(statement, signature=person("Mallory").sign(b"whatever"))
    forgery = honest.changed("Fay", entry=encode_statement(signed_by_another))

    assert_fails(forgery, "L.H")
    assert_refused(forgery, "Fay", "signature.invalid")


def test_an_official_on_the_roll_is_caught() -> None:
    """A trustee's key as a credential would let one signature mean two things."""

    def with_trustee(_forger: Forger, value: Value) -> Value:
        one = {"key": person("trustee 1").public_key.hex(), "district": NORTH, "weight": 1}
        return {**value, "credentials": sorted([*value["credentials"], one], key=lambda each: str(each["key"]))}

    forgery = forge(BASE, Lies(say={"credentials 2": with_trustee}))

    assert_fails(forgery, "E.B")
    assert_refused(forgery, "credentials 2", "roll.key_taken")
