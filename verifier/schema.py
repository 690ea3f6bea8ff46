"""The fields of every payload: which there must be, and of which type.

*Spec*: docs/formats.md, section 3 (row S.A); docs/protocol.md, section 3.

*Idea*: A description of each payload in the words of the document, and one walk that compares. What is wrong in
spelling only (order, white space, an unknown key, upper case) is a problem, but leaves a value that the other
rows can still judge; a missing or mistyped field leaves none.

*Invariants*: A decoded value has every field of its kind in its type; numbers behind hexadecimal are not judged here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from verifier.canonical_json import encode, encode_read, is_text, read
from verifier.errors import Malformed
from verifier.statement import MAX_PAYLOAD_BYTES, is_lower_hex

# the object or list that something is in, and its name or number there: words are made where something is wrong
Place = tuple[Any, str | int] | None
Field = Callable[[Any, Place, list[str]], Any]
_HEX = re.compile("[0-9a-fA-F]+", re.ASCII)


def _words(place: Place) -> str:
    if place is None:
        return ""
    outer, name = place
    if isinstance(name, int):
        return f"{_words(outer)}[{name}]"
    return f"{_words(outer)}.{name}" if outer else name


def _hex(digits: int) -> Field:
    def walk(value: Any, place: Place, problems: list[str]) -> Any:
        if not isinstance(value, str) or len(value) != digits:
            raise Malformed(f"{_words(place)} is not {digits} hexadecimal digits")
        if is_lower_hex(value):
            return value
        if not _HEX.fullmatch(value):
            raise Malformed(f"{_words(place)} is not {digits} hexadecimal digits")
        problems.append(f"{_words(place)} has upper-case digits")
        return value.lower()

    return walk


def _int(value: Any, place: Place, _problems: list[str]) -> Any:
    if type(value) is not int or value < 0:
        raise Malformed(f"{_words(place)} is not an integer of at least 0")
    return value


def _index(value: Any, place: Place, problems: list[str]) -> Any:
    if _int(value, place, problems) == 0:
        problems.append(f"{_words(place)} is 0, and indices start at 1")
    return value


def _text(value: Any, place: Place, _problems: list[str]) -> Any:
    if not is_text(value):
        raise Malformed(f"{_words(place)} is not text")
    return value


def _bool(value: Any, place: Place, _problems: list[str]) -> Any:
    if not isinstance(value, bool):
        raise Malformed(f"{_words(place)} is not true or false")
    return value


def _title(value: Any, place: Place, _problems: list[str]) -> Any:
    if not isinstance(value, dict) or not all(map(is_text, (*value.keys(), *value.values()))):
        raise Malformed(f"{_words(place)} is not an object of texts")
    return value


def _list(item: Field, least: int = 0, most: int | None = None) -> Field:
    def walk(value: Any, place: Place, problems: list[str]) -> Any:
        if not isinstance(value, list):
            raise Malformed(f"{_words(place)} is not a list")
        if len(value) < least or (most is not None and len(value) > most):
            problems.append(f"{_words(place)} has {len(value)} items")
        return [item(entry, (place, number), problems) for number, entry in enumerate(value)]

    return walk


def _object(**fields: Field) -> Field:
    def walk(value: Any, place: Place, problems: list[str]) -> Any:
        if not isinstance(value, dict):
            raise Malformed(f"{_words(place) or 'payload'} is not an object")
        if len(value) > len(fields) and not fields.keys() >= value.keys():
            problems.append(f"{_words(place) or 'payload'} has an unknown key")
        result = {}
        for name, walk_field in fields.items():
            inner = place, name
            if name not in value:
                raise Malformed(f"{_words(inner)} is missing")
            result[name] = walk_field(value[name], inner, problems)
        return result

    return walk


_E, _S, _D, _K = _hex(1024), _hex(64), _hex(64), _hex(64)
_PROOF_FIELDS: dict[str, Field] = {"challenge": _S, "response": _S}
_KEY_PROOF = _object(commitments=_list(_E), challenge=_S, responses=_list(_S))
_BRANCHES: dict[str, Field] = {"challenges": _list(_S), "responses": _list(_S)}

_BALLOT = _object(
    id=_D,
    salt=_D,
    number=_index,
    identifier_hash=_D,
    style=_index,
    confirmation_code=_D,
    contests=_list(
        _object(
            contest=_index,
            contest_hash=_D,
            selections=_list(_object(alpha=_E, beta=_E, **_BRANCHES)),
            limit_proof=_object(**_BRANCHES),
        )
    ),
)

_MANIFEST = _object(
    authority=_K,
    registrar=_K,
    nonce=_D,
    profile=_text,
    version=_text,
    label=_text,
    title=_title,
    device=_text,
    ballot_styles=_list(_object(label=_text, contests=_list(_index))),
    districts=_list(_object(label=_text, title=_title, ballot_style=_index)),
    contests=_list(
        _object(
            label=_text,
            title=_title,
            option_limit=_int,
            selection_limit=_int,
            options=_list(_object(label=_text, title=_title)),
            rule=_object(
                method=_text,
                seats=_int,
                sealed_below_quorum=_bool,
                quorum=_object(comparison=_text, numerator=_int, denominator=_int),
                threshold=_object(of=_text, comparison=_text, numerator=_int, denominator=_int),
            ),
        )
    ),
    trustees=_list(_object(label=_text, public_key=_K)),
    quorum=_int,
    minimum_ballots=_int,
    challenge_limit=_int,
    revoting=_text,
    paper=_bool,
    schedule=_object(opens=_text, closes=_text),
)

_OUTCOME = _object(
    kind=_text,
    winners=_list(_int),
    tied=_list(_int),
    votes=_list(_int),
    turnout=_int,
    eligible=_int,
    quorum_required=_int,
)

MAX_PART = 4096

PAYLOADS: dict[str, Field] = {
    "election.manifest": _MANIFEST,
    "election.parameters": _object(version=_text, p=_E, q=_S, g=_E, n=_int, k=_int, h_p=_D, h_b=_D),
    "trustee.commitment": _object(trustee=_index, keys=_D),
    "trustee.keys": _object(trustee=_index, communication_key=_E, vote=_KEY_PROOF, data=_KEY_PROOF),
    "trustee.shares": _object(
        trustee=_index, shares=_list(_object(to=_index, c0=_E, c1=_hex(128), challenge=_S, response=_S))
    ),
    "trustee.confirmation": _object(trustee=_index, h_g=_D),
    "trustee.complaint": _object(trustee=_index, accused=_index, beta=_E, **_PROOF_FIELDS),
    "election.keys": _object(vote_key=_E, data_key=_E, h_g=_D, h_e=_D, device_hash=_D, chaining_field=_hex(72)),
    "election.rehearsal": _object(alpha=_E, beta=_E, value=_int),
    "trustee.rehearsal": _object(trustee=_index, partial=_E, **_PROOF_FIELDS),
    "registrar.credentials": _object(
        part=_index, credentials=_list(_object(key=_K, district=_index, weight=_int), least=1, most=MAX_PART)
    ),
    "registrar.roll": _object(parts=_int, count=_int, weight=_int, districts=_list(_object(count=_int, weight=_int))),
    "registrar.strike": _object(credential=_K, reason=_text),
    "registrar.replacement": _object(old=_K, new=_K, reason=_text),
    "election.open": _object(h_e=_D, roll=_D),
    "ballot.cast": _BALLOT,
    "ballot.challenged": _object(
        ballot=_BALLOT,
        openings=_list(_object(contest=_index, selections=_list(_object(value=_int, nonce=_S)))),
    ),
    "election.close": _object(h_e=_D),
    "election.paper": _object(
        voters=_int, contests=_list(_object(contest=_index, ballots=_int, invalid=_int, votes=_list(_int)))
    ),
    "election.tally": _object(
        contests=_list(
            _object(
                contest=_index,
                units=_list(
                    _object(
                        unit=_index,
                        districts=_list(_index),
                        ballots=_int,
                        weight=_int,
                        ciphertexts=_list(_object(alpha=_E, beta=_E)),
                    )
                ),
            )
        )
    ),
    "trustee.decryption": _object(
        trustee=_index,
        contests=_list(
            _object(
                contest=_index,
                units=_list(_object(unit=_index, partials=_list(_object(partial=_E, **_PROOF_FIELDS)))),
            )
        ),
    ),
    "election.result": _object(
        trustees=_list(_index),
        contests=_list(
            _object(
                contest=_index,
                label=_text,
                units=_list(_object(unit=_index, options=_list(_object(label=_text, t=_E, votes=_int)))),
                outcome=_OUTCOME,
            )
        ),
    ),
    "election.final": _object(result=_D),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A payload: its fields (None where they can't be read) and what is wrong with it."""

    value: Any
    problems: tuple[str, ...]


def decode_payload(kind: str, data: bytes) -> Decoded:
    """Return the fields of a payload of a known kind and every problem of its form (row S.A)."""
    if len(data) > MAX_PAYLOAD_BYTES:
        return Decoded(value=None, problems=("longer than 4 MiB",))
    problems: list[str] = []
    try:
        raw = read(data)
        value = PAYLOADS[kind](raw, None, problems)
    except Malformed as error:
        return Decoded(value=None, problems=(str(error),))
    try:
        # without an unknown key everything has its type, and nothing is null
        if (encode(raw) if problems else encode_read(raw)) != data:
            problems.append("not canonical JSON")
    except Malformed as error:
        problems.append(str(error))
    return Decoded(value=value, problems=tuple(problems))
