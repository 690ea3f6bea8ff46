"""A padded roll: more credentials than were announced, so that ballots can be stuffed under valid keys.

Belenios did not compare the number of credentials with the number of voters until 2025; officials who add a handful of
keys need nobody's code. Here the totals are stated before the opening, per district and in all (E.A), the opening names
them, and observers compare them with the printed roll; nothing is added to the list afterwards (L.I).
"""

import pytest

from evote.election.kinds import Kind
from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.forger import Forger, Lie, Lies, forge
from tests.forge.log import Value
from tests.forge.plans import BASE, NORTH, person


def listed_too(_forger: Forger, value: Value) -> Value:
    """List a credential more, in its place."""
    one = {"key": person("Mallory").public_key.hex(), "district": NORTH, "weight": 1}
    return {**value, "credentials": sorted([*value["credentials"], one], key=lambda each: str(each["key"]))}


def announced(_forger: Forger, value: Value) -> Value:
    """Announce the totals without that credential."""
    north, *others = value["districts"]
    north = {"count": north["count"] - 1, "weight": north["weight"] - 1}
    return {**value, "count": value["count"] - 1, "weight": value["weight"] - 1, "districts": [north, *others]}


def part_of(key: bytes) -> str:
    """Return the step of the part that a key belongs to by its order."""
    members = sorted(person(voter.name).public_key for voter in BASE.voters)
    return "credentials 1" if key < members[len(members) // 2] else "credentials 2"


def test_more_credentials_than_announced_are_caught() -> None:
    """The list has one more than the totals say."""
    said: dict[str, Lie] = {part_of(person("Mallory").public_key): listed_too, "roll": announced}
    forgery = forge(BASE, Lies(say=said))

    assert_fails(forgery, "E.A")
    assert_refused(forgery, "roll", "roll.count")


@pytest.mark.parametrize("after", ["roll", "open", "Ada"])
def test_a_part_after_the_totals_is_caught(after: str) -> None:
    """A part of the list after the totals stands at the wrong place, and is not in them."""
    # Above all keys of the list, so that its order holds.
    last = max(person(f"late {i}").public_key for i in range(60))

    def more(forger: Forger) -> None:
        one = {"key": last.hex(), "district": NORTH, "weight": 1}
        forger.registrar("late part", Kind.CREDENTIALS, {"part": 3, "credentials": [one]})

    forgery = forge(BASE, Lies(after={after: more}))

    assert_fails(forgery, "L.I E.A")
    assert_refused(forgery, "late part", "admission.phase")


def test_a_lighter_announcement_is_caught() -> None:
    """Weights that are larger in the list than in the totals."""

    def heavier(_forger: Forger, value: Value) -> Value:
        first, *rest = value["credentials"]
        return {**value, "credentials": [{**first, "weight": 1000}, *rest]}

    def announced_light(_forger: Forger, value: Value) -> Value:
        districts = [{"count": one["count"], "weight": one["count"]} for one in value["districts"]]
        return {**value, "weight": value["count"], "districts": districts}

    forgery = forge(BASE, Lies(say={"credentials 1": heavier, "roll": announced_light}))

    assert_fails(forgery, "E.A")
    assert_refused(forgery, "roll", "roll.weight_total")
