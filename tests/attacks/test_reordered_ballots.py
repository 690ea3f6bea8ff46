"""A board that decides which of a voter's ballots is the last: it exchanges two, or holds one back.

Under re-voting `last` the order of the log decides which ballot counts, and the board makes that order. So every ballot
states its number, one more than the ballots that its credential has cast before, and the voter signs it (E.E). What the
board can still choose is one of two ballots with the same number, which somebody makes who got no receipt for the first
of them: the voter looks which one is in the log, and casts another.
"""

from dataclasses import replace

from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.forger import Lies, forge
from tests.forge.judges import first_refusal, verify_files, verify_forgery
from tests.forge.lies import put
from tests.forge.plans import BASE, YES, Act, Plan, cast
from tests.forge.record import files_of, receipt_of

FIRST, SECOND = "Eva at first", "Eva"
ACT_OF = {act.step: act for act in BASE.acts}


def with_ballots(first: Act | None, second: Act | None) -> Plan:
    """Return the plan with other acts in the places of Eva's two ballots."""
    places = {FIRST: first, SECOND: second}
    acts = (places.get(act.step, act) for act in BASE.acts)
    return replace(BASE, acts=tuple(act for act in acts if act is not None))


def numbered(**numbers: int) -> Lies:
    """Return the lie of ballots that keep the numbers with which they were signed."""
    return Lies(say={step: put("number", number) for step, number in numbers.items()})


EXCHANGED = with_ballots(ACT_OF[SECOND], ACT_OF[FIRST])


def test_exchanged_ballots_are_caught() -> None:
    """Eva changed her mind; a board that enters her second ballot before her first makes the first one count."""
    true, record = forge(BASE), forge(EXCHANGED, numbered(**{FIRST: 1, SECOND: 2}))
    assert record.value("result") != true.value("result")

    assert_fails(record, "E.E")
    assert_refused(record, SECOND, "ballot.number")
    # So does the receipt of either ballot.
    receipt = receipt_of(true, FIRST, size=true.index(FIRST) + 1)
    assert verify_files(files_of(record), receipts={"receipt.tlog-proof": receipt}).failed == {"E.E", "L.L"}


def test_a_ballot_held_back_is_caught_when_it_comes_after_a_newer_one() -> None:
    """Eva gets no receipt for her ballot and makes another; both have number 1, and the older one comes too late."""
    record = forge(EXCHANGED, numbered(**{FIRST: 1, SECOND: 1}))

    assert_fails(record, "E.E")
    assert_refused(record, FIRST, "ballot.number")


def test_one_of_two_ballots_with_the_same_number_may_be_chosen() -> None:
    """The board enters the one or the other, and nobody but Eva can tell; her next ballot counts in either case."""
    newer, older = forge(with_ballots(None, ACT_OF[SECOND])), forge(with_ballots(ACT_OF[FIRST], None))
    assert newer.value(SECOND)["number"] == older.value(FIRST)["number"] == 1
    assert newer.value("result") != older.value("result")
    again = cast("Eva", YES, (1, 0, 0), step="Eva at last")
    results = []
    for chosen in (ACT_OF[FIRST], ACT_OF[SECOND]):
        record = forge(with_ballots(chosen, again))
        assert record.value("Eva at last")["number"] == 2
        assert verify_forgery(record).verified
        assert first_refusal(record) is None
        results.append(record.value("result"))
    assert results[0] == results[1]


def test_another_number_is_not_what_eva_signed() -> None:
    """A board that writes the number that fits into the ballot it held back changes what is signed (L.G)."""
    record = forge(EXCHANGED, numbered(**{FIRST: 1, SECOND: 1}))
    late = record.line(FIRST)
    changed = record.changed(FIRST, payload=late.payload.replace(b'"number":1,', b'"number":2,'))
    assert changed.value(FIRST)["number"] == 2

    assert "L.G" in verify_forgery(changed).failed
    assert_refused(changed, FIRST, "statement.payload_mismatch")


def test_the_number_of_a_challenged_ballot_is_not_judged() -> None:
    """A challenged ballot is never counted, so its number orders nothing."""
    record = forge(BASE, Lies(say={"challenge Cem": put("ballot.number", 9)}))

    assert verify_forgery(record).verified
    assert first_refusal(record) is None


def test_there_is_no_number_0() -> None:
    """Nothing comes before the first ballot: such a payload has not the form of one."""
    record = forge(BASE, Lies(say={"Ada": put("number", 0)}))

    verdict = verify_forgery(record)
    assert verdict.failed == {"S.A"}, str(verdict)
    assert not verdict.verified
    assert_refused(record, "Ada", "encoding.out_of_range")
