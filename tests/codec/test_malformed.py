"""Malformed payloads: every kind, every field, every way of being wrong, refused at its place."""

import copy
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote import canonical_json
from evote.codec.payloads import MAXIMUM_PAYLOAD_BYTES, PAYLOAD_KINDS, decode_payload, encode_payload
from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.election import records
from evote.election.manifest import Manifest
from evote.errors import ConfigurationError, EncodingError, EvoteError, VerificationError

Examples = dict[str, records.Record | Manifest]
Steps = tuple[str | int, ...]
GROUP = Group(STANDARD)


def failure(kind: str, data: bytes) -> EvoteError:
    """Return the error of a payload that must be refused."""
    with pytest.raises(EvoteError) as caught:
        decode_payload(kind, data, GROUP)
    return caught.value


def payload_of(examples: Examples, kind: str) -> dict[str, Any]:
    """Return the JSON object of an example."""
    return canonical_json.decode(encode_payload(kind, examples[kind]), maximum_bytes=MAXIMUM_PAYLOAD_BYTES)


def places(value: object, steps: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Yield every value below an object with the steps that lead to it; of a list only the first and last item."""
    if isinstance(value, dict):
        items: list[tuple[str | int, object]] = list(value.items())
    elif isinstance(value, list):
        items = [(index, value[index]) for index in sorted({0, len(value) - 1}) if value]
    else:
        return
    for step, item in items:
        yield (*steps, step), item
        yield from places(item, (*steps, step))


def shown(steps: Steps) -> str:
    """Return the JSON path as messages write it."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def changed(value: dict[str, Any], steps: Steps, change: Callable[[Any, Any], None]) -> bytes:
    """Return the canonical bytes after `change(container, last step)`."""
    result = copy.deepcopy(value)
    container: Any = result
    for step in steps[:-1]:
        container = container[step]
    change(container, steps[-1])
    return canonical_json.encode(result)


def put(item: object) -> Callable[[Any, Any], None]:
    """Return a change that puts another value in place."""

    def change(container: Any, step: Any) -> None:
        container[step] = item

    return change


def remove(container: Any, step: Any) -> None:
    """Remove a value."""
    del container[step]


def is_title(steps: Steps) -> bool:
    """Tell whether a value is a title's text: its keys are languages, none of them required."""
    return len(steps) > 1 and steps[-2] == "title"


@pytest.mark.parametrize("kind", PAYLOAD_KINDS)
def test_every_field_is_required(examples: Examples, kind: str) -> None:
    """Removing any field of any object is named with its path."""
    value = payload_of(examples, kind)
    for steps, _ in places(value):
        if isinstance(steps[-1], str) and not is_title(steps):
            error = failure(kind, changed(value, steps, remove))
            assert error.code == "encoding.missing_field"
            assert error.message == f"{kind}: {shown(steps)} is missing"


@pytest.mark.parametrize("kind", PAYLOAD_KINDS)
def test_no_other_field_is_allowed(examples: Examples, kind: str) -> None:
    """An unknown field in any object is named with its path."""
    value = payload_of(examples, kind)
    objects = [(), *(steps for steps, item in places(value) if isinstance(item, dict) and steps[-1] != "title")]
    for steps in objects:
        error = failure(kind, changed(value, (*steps, "remark"), put("surplus")))
        assert error.code == "encoding.unknown_field"
        assert error.message == f"{kind}: {shown((*steps, 'remark'))} is not a field of this object"


@pytest.mark.parametrize("kind", PAYLOAD_KINDS)
def test_every_type_is_checked(examples: Examples, kind: str) -> None:
    """A value of another JSON type is refused at its path; true is no number and a number is no truth."""
    value = payload_of(examples, kind)
    for steps, item in places(value):
        others: tuple[object, ...] = ({}, [], "text", 7, True)
        for wrong in others:
            if type(wrong) is not type(item):
                error = failure(kind, changed(value, steps, put(wrong)))
                assert error.code == "encoding.wrong_type"
                assert error.message.startswith(f"{kind}: {shown(steps)} is ")


@pytest.mark.parametrize("kind", PAYLOAD_KINDS)
def test_hexadecimal_has_one_spelling(examples: Examples, kind: str) -> None:
    """Upper case, missing and surplus digits, prefixes and other signs are refused in every hexadecimal field."""
    value = payload_of(examples, kind)
    for steps, item in places(value):
        if not (isinstance(item, str) and len(item) >= 64 and set(item) <= set("0123456789abcdef")):
            continue
        cases = [
            ("F" + item[1:], "encoding.not_lower_hex"),
            ("0x" + item[2:], "encoding.not_lower_hex"),
            (" " + item[1:], "encoding.not_lower_hex"),
            ("１" + item[1:], "encoding.not_lower_hex"),
            (item[1:], "encoding.wrong_width"),
            (item[2:], "encoding.wrong_width"),
            ("00" + item, "encoding.wrong_width"),
            ("", "encoding.wrong_width"),
        ]
        for wrong, code in cases:
            error = failure(kind, changed(value, steps, put(wrong)))
            assert error.code == code
            assert f"{kind}: {shown(steps)}" in error.message


@pytest.mark.parametrize("kind", PAYLOAD_KINDS)
def test_no_number_is_negative(examples: Examples, kind: str) -> None:
    """An integer below its smallest value is refused at its path."""
    value = payload_of(examples, kind)
    for steps, item in places(value):
        if type(item) is int:
            error = failure(kind, changed(value, steps, put(-1)))
            assert error.code == "encoding.out_of_range"
            assert f"{kind}: {shown(steps)} is -1" in error.message


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        ("trustee.keys", ("trustee",)),
        ("trustee.shares", ("shares", 0, "to")),
        ("trustee.complaint", ("accused",)),
        ("registrar.credentials", ("part",)),
        ("registrar.credentials", ("credentials", 1, "district")),
        ("registrar.roll", ("count",)),
        ("ballot.cast", ("number",)),
        ("ballot.challenged", ("ballot", "number")),
        ("ballot.cast", ("style",)),
        ("ballot.cast", ("contests", 1, "contest")),
        ("election.tally", ("contests", 0, "units", 0, "unit")),
        ("election.result", ("trustees", 1)),
        ("election.result", ("contests", 0, "outcome", "winners", 0)),
        ("election.manifest", ("districts", 0, "ballot_style")),
    ],
)
def test_indices_count_from_one(examples: Examples, kind: str, steps: Steps) -> None:
    """There is no trustee, contest, district, part or ballot 0, and no roll without credentials."""
    error = failure(kind, changed(payload_of(examples, kind), steps, put(0)))

    assert (error.code, error.message) == (
        "encoding.out_of_range",
        f"{kind}: {shown(steps)} is 0, allowed is at least 1",
    )


ZERO, P, Q = "00" * 512, format(int(GROUP.p), "01024x"), format(GROUP.order, "064x")
# 2 generates no element of the subgroup: its order is not q.
TWO = format(2, "01024x")


@pytest.mark.parametrize(
    ("kind", "steps", "text", "code"),
    [
        ("trustee.keys", ("communication_key",), ZERO, "encoding.out_of_range"),
        ("trustee.keys", ("vote", "commitments", 1), P, "encoding.out_of_range"),
        ("trustee.keys", ("data", "commitments", 0), TWO, "verification.not_in_subgroup"),
        ("trustee.keys", ("vote", "challenge"), Q, "encoding.out_of_range"),
        ("trustee.keys", ("data", "responses", 2), "ff" * 32, "encoding.out_of_range"),
        ("trustee.shares", ("shares", 1, "c0"), TWO, "verification.not_in_subgroup"),
        ("election.keys", ("vote_key",), TWO, "verification.not_in_subgroup"),
        ("election.tally", ("contests", 0, "units", 0, "ciphertexts", 1, "beta"), TWO, "verification.not_in_subgroup"),
        ("ballot.cast", ("contests", 0, "selections", 1, "alpha"), ZERO, "encoding.out_of_range"),
        ("ballot.cast", ("contests", 1, "selections", 0, "beta"), P, "encoding.out_of_range"),
        ("ballot.cast", ("contests", 1, "selections", 0, "challenges", 2), Q, "encoding.out_of_range"),
        ("ballot.cast", ("contests", 0, "limit_proof", "responses", 1), Q, "encoding.out_of_range"),
        ("ballot.challenged", ("openings", 0, "selections", 1, "nonce"), Q, "encoding.out_of_range"),
        ("trustee.decryption", ("contests", 0, "units", 0, "partials", 1, "partial"), P, "encoding.out_of_range"),
    ],
)
def test_numbers_outside_the_group_are_refused(
    examples: Examples, kind: str, steps: Steps, text: str, code: str
) -> None:
    """0, p and above are no elements, q and above no scalars, and what is kept as an element was tested."""
    error = failure(kind, changed(payload_of(examples, kind), steps, put(text)))

    assert error.code == code
    assert error.message.startswith(f"{kind}: {shown(steps)}: ")


def test_what_proofs_test_later_is_read_untested(examples: Examples) -> None:
    """A ballot's ciphertext outside the subgroup can be read: membership is tested with its proof."""
    steps = ("contests", 0, "selections", 0, "alpha")
    data = changed(payload_of(examples, "ballot.cast"), steps, put(TWO))
    ballot = decode_payload("ballot.cast", data, GROUP)

    assert isinstance(ballot, records.Ballot)
    assert ballot.contests[0].selections[0].alpha.value == 2
    assert encode_payload("ballot.cast", ballot) == data


def test_parameters_are_read_as_plain_numbers(examples: Examples) -> None:
    """p, q and g of `election.parameters` are compared with the standard ones elsewhere, whatever they are."""
    value = payload_of(examples, "election.parameters") | {"p": ZERO, "q": "ff" * 32, "g": TWO}
    parameters = decode_payload("election.parameters", canonical_json.encode(value), GROUP)

    assert isinstance(parameters, records.Parameters)
    assert (parameters.p, parameters.q, parameters.g) == (0, 2**256 - 1, 2)


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        ("election.result", ("contests", 0, "outcome", "kind")),
        ("election.manifest", ("contests", 0, "rule", "method")),
        ("election.manifest", ("contests", 0, "rule", "threshold", "of")),
        ("election.manifest", ("contests", 1, "rule", "threshold", "comparison")),
    ],
)
def test_words_are_from_their_list(examples: Examples, kind: str, steps: Steps) -> None:
    """An unknown word is refused with the words there are."""
    error = failure(kind, changed(payload_of(examples, kind), steps, put("maybe")))

    assert error.code == "encoding.unknown_word"
    assert error.message.startswith(f"{kind}: {shown(steps)} is 'maybe', allowed are ")


@pytest.mark.parametrize("count", [0, 4097])
def test_a_part_of_the_roll_has_its_size(examples: Examples, count: int) -> None:
    """A part holds 1 to 4096 credentials."""
    value = payload_of(examples, "registrar.credentials")
    value["credentials"] = value["credentials"][:1] * count
    error = failure("registrar.credentials", canonical_json.encode(value))

    assert error.code == "encoding.out_of_range"
    assert error.message == f"registrar.credentials: credentials has {count} items, allowed is 1 to 4096"


CLOSE = b'{"h_e":"' + b"ab" * 32 + b'"}'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "encoding.not_json", id="empty"),
        pytest.param(b"\xff" + CLOSE, "encoding.not_utf8", id="not UTF-8"),
        pytest.param(b"\xef\xbb\xbf" + CLOSE, "encoding.not_json", id="byte order mark"),
        pytest.param(CLOSE[:-1], "encoding.not_json", id="cut off"),
        pytest.param(CLOSE + CLOSE, "encoding.not_json", id="twice"),
        pytest.param(CLOSE + b"\n", "encoding.not_canonical", id="line break"),
        pytest.param(CLOSE.replace(b":", b": "), "encoding.not_canonical", id="space"),
        pytest.param(CLOSE.replace(b"h_e", b"\\u0068_e"), "encoding.not_canonical", id="escape"),
        pytest.param(CLOSE[:-1] + b"," + CLOSE[1:], "encoding.duplicate_key", id="duplicate key"),
        pytest.param(b"[]", "encoding.bad_value", id="array"),
        pytest.param(b'{"h_e":null}', "encoding.bad_value", id="null"),
        pytest.param(b'{"h_e":1.0}', "encoding.bad_value", id="fraction"),
        pytest.param(b'{"h_e":9007199254740992}', "encoding.bad_value", id="large integer"),
        pytest.param(b" " * (MAXIMUM_PAYLOAD_BYTES + 1), "encoding.too_long", id="too long"),
    ],
)
def test_bytes_that_are_not_canonical_are_refused(data: bytes, code: str) -> None:
    """Every other spelling of the same value, and everything that is no value, is refused by name of the kind."""
    decode_payload("election.close", CLOSE, GROUP)
    error = failure("election.close", data)

    assert isinstance(error, EncodingError)
    assert error.code == code
    assert error.message.startswith("election.close: ")


def test_fields_in_another_order_are_refused(examples: Examples) -> None:
    """Keys are sorted."""
    value = payload_of(examples, "election.open")
    data = f'{{"roll":"{value["roll"]}","h_e":"{value["h_e"]}"}}'.encode()

    assert failure("election.open", data).code == "encoding.not_canonical"


def test_decomposed_hangul_is_refused(examples: Examples) -> None:
    """The same Korean title in Unicode form NFD would be another manifest; it is none."""
    data = encode_payload("election.manifest", examples["election.manifest"])
    decomposed = unicodedata.normalize("NFD", data.decode()).encode()

    assert decomposed != data
    error = failure("election.manifest", decomposed)
    assert error.code == "encoding.not_nfc"
    assert error.message.startswith("election.manifest: $.")


def test_a_manifest_obeys_its_rules(examples: Examples) -> None:
    """What can be read but breaks section 5 of the protocol is refused when it is read."""
    data = changed(payload_of(examples, "election.manifest"), ("minimum_ballots",), put(1))
    error = failure("election.manifest", data)

    assert isinstance(error, ConfigurationError)
    assert error.code == "manifest.minimum_ballots"


def test_an_unknown_kind_is_refused() -> None:
    """A kind of another service has no payload here."""
    for work in (
        lambda: decode_payload("badge.issued", CLOSE, GROUP),
        lambda: encode_payload("badge.issued", records.Final(result=bytes(32))),
    ):
        with pytest.raises(EncodingError) as caught:
            work()
        assert caught.value.code == "encoding.unknown_kind"


@given(kind=st.sampled_from([k for k in PAYLOAD_KINDS if k != "election.manifest"]), data=st.binary(max_size=200))
def test_random_bytes_give_only_named_errors(kind: str, data: bytes) -> None:
    """Whatever arrives, the answer is a record or an error of ours."""
    with pytest.raises((EncodingError, VerificationError)):
        decode_payload(kind, data, GROUP)


JSON = st.recursive(
    st.booleans() | st.integers(-5, 5) | st.text("0af\u00e9", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(kind=st.sampled_from(PAYLOAD_KINDS), data=st.data())
def test_random_values_in_a_field_give_only_named_errors(examples: Examples, kind: str, data: st.DataObject) -> None:
    """Any JSON value at any place is either read and written back as the same bytes, or refused by an error of ours."""
    value = payload_of(examples, kind)
    steps = data.draw(st.sampled_from([steps for steps, _ in places(value)]))
    changed_bytes = changed(value, steps, put(data.draw(JSON)))
    try:
        record = decode_payload(kind, changed_bytes, GROUP)
    except (EncodingError, VerificationError, ConfigurationError):
        return
    assert encode_payload(kind, record) == changed_bytes
