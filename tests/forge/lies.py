"""Small lies to build larger ones from."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.forge.ballots import HONEST, ContestLine, Craft, Made, make_ballot
from tests.forge.forger import Forger, Lie
from tests.forge.log import Value, spell
from tests.forge.numbers import Q, number, scalar_hex
from tests.forge.plans import person

OTHER_HASH = "5e" * 32


def put(path: str, new: object) -> Lie:
    """Return the lie that puts another value at a dotted path; a function gets the old value."""

    def lie(_forger: Forger, value: Value) -> Value:
        *way, last = (int(part) if part.isdigit() else part for part in path.split("."))
        target: Any = value
        for part in way:
            target = target[part]
        target[last] = new(target[last]) if callable(new) else new
        return value

    return lie


def drop(path: str) -> Lie:
    """Return the lie that leaves out an item of an array or a field."""

    def lie(_forger: Forger, value: Value) -> Value:
        *way, last = (int(part) if part.isdigit() else part for part in path.split("."))
        target: Any = value
        for part in way:
            target = target[part]
        del target[last]
        return value

    return lie


def spelled(respell: Callable[[bytes], bytes]) -> Lie:
    """Return the lie that says the same in other bytes."""
    return lambda _forger, value: respell(spell(value))


def silent(_forger: Forger, _value: Value) -> None:
    """Leave a step out."""


def one_more(count: int) -> int:
    """Return the next number."""
    return count + 1


def next_scalar(text: str) -> str:
    """Return the next scalar in hexadecimal."""
    return scalar_hex((number(text) + 1) % Q)


def beyond_q(text: str) -> str:
    """Return the same scalar in an encoding of 32 bytes that is not below q; it must be below 189."""
    return scalar_hex(number(text) + Q)


def swapped(items: list[Any]) -> list[Any]:
    """Return a list with its first two items exchanged."""
    return [items[1], items[0], *items[2:]]


def crafted(
    forger: Forger, voter: str, step: str, *marks: Sequence[int], style: int | None = None, craft: Craft = HONEST
) -> Made:
    """Return a ballot of a voter with any marks and any style, crafted."""
    number_of_style = style or forger.style_of(voter)
    manifest = forger.manifest
    lines = [
        ContestLine(
            index=index,
            values=tuple(values),
            option_limit=manifest.contests[index - 1].option_limit,
            selection_limit=manifest.contests[index - 1].selection_limit,
        )
        for index, values in zip(manifest.ballot_styles[number_of_style - 1].contests, marks, strict=True)
    ]
    return make_ballot(
        forger.keys, number_of_style, lines, person(voter).public_key, forger.next_number(voter), step, craft
    )


def opened(made: Made) -> Value:
    """Return the payload of a challenged ballot."""
    return {"ballot": made.ballot, "openings": made.openings}


def recount(forger: Forger, result: Value, contest: int) -> Value:
    """Return a result whose outcome of one contest follows from its stated votes."""
    entry = result["contests"][contest - 1]
    entry["outcome"] = forger.counting.outcome(contest, entry["units"])
    return result
