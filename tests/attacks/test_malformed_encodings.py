"""Other spellings of the same value: where a value has two encodings, it has two hashes and can stand in the log twice.

Non-canonical scalars, points and JSON led to copied ballots and forged receipts in several systems. Here each value has
one encoding: numbers below p and q (V6.A, V6.B), hexadecimal in lower case and fixed width, canonical JSON (S.A, L.F).
"""

import json
import unicodedata
from collections.abc import Callable

import pytest

from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.ballots import Craft
from tests.forge.forger import Lies, forge
from tests.forge.judges import first_refusal, verify_forgery
from tests.forge.lies import spelled
from tests.forge.log import spell
from tests.forge.plans import BASE

STEP = "strike Mia"

Spelling = tuple[Callable[[bytes], bytes], str]

# What a lenient reader takes for the same object, and the code with which the board refuses it.
LEGIBLE: dict[str, Spelling] = {
    "white space": (lambda data: data.replace(b",", b", "), "encoding.not_canonical"),
    "a line break at the end": (lambda data: data + b"\n", "encoding.not_canonical"),
    "keys in another order": (
        lambda data: b'{"reason":"lost",' + data[1:].replace(b',"reason":"lost"', b""),
        "encoding.not_canonical",
    ),
    "an escaped letter": (lambda data: data.replace(b"lost", b"l\\u006fst"), "encoding.not_canonical"),
    "an unknown key": (lambda data: data[:-1] + b',"zeal":1}', "encoding.unknown_field"),
    "upper-case digits": (
        lambda data: data[:15] + data[15:79].upper() + data[79:],
        "encoding.not_lower_hex",
    ),
}

# What no reader should take for anything.
ILLEGIBLE: dict[str, Spelling] = {
    "a key that stands twice": (lambda data: data[:-1] + b',"reason":"lost"}', "encoding.duplicate_key"),
    "a key twice with other values": (lambda data: data[:-1] + b',"reason":"wrong_person"}', "encoding.duplicate_key"),
    "a byte order mark": (lambda data: b"\xef\xbb\xbf" + data, "encoding.not_json"),
    "two objects": (lambda data: data + data, "encoding.not_json"),
    "no UTF-8": (lambda data: data.replace(b"lost", b"l\xf6st"), "encoding.not_utf8"),
    "a number for a text": (lambda data: data.replace(b'"lost"', b"1"), "encoding.wrong_type"),
    "a missing key": (lambda data: data.replace(b',"reason":"lost"', b""), "encoding.missing_field"),
    "a key too short": (lambda data: data[:15] + data[17:], "encoding.wrong_width"),
}


@pytest.mark.parametrize("name", LEGIBLE)
def test_another_spelling_of_a_payload_is_caught(name: str) -> None:
    """A payload that means what it should, in other bytes, signed as it is: S.A alone."""
    respell, code = LEGIBLE[name]
    assert respell(b'{"credential":"' + b"ab" * 32 + b'","reason":"lost"}') != spell(
        {"credential": "ab" * 32, "reason": "lost"}
    )
    forgery = forge(BASE, Lies(say={STEP: spelled(respell)}))

    assert_fails(forgery, "S.A")
    assert_refused(forgery, STEP, code)


@pytest.mark.parametrize("name", ILLEGIBLE)
def test_a_payload_that_means_nothing_is_caught(name: str) -> None:
    """A payload that can't be read fails S.A; rows that would need it are unevaluated, which is never a pass."""
    respell, code = ILLEGIBLE[name]
    forgery = forge(BASE, Lies(say={STEP: spelled(respell)}))

    verdict = verify_forgery(forgery)
    assert verdict.failed == {"S.A"}, str(verdict)
    assert "E.D" in verdict.errors
    assert not verdict.verified
    assert_refused(forgery, STEP, code)


def test_an_element_written_as_x_plus_p_is_caught() -> None:
    """alpha = 1 is small enough for x + p in 512 bytes; its proof is made for these bytes and holds."""
    craft = Craft(nonces={(1, 1): 0}, unreduced=frozenset({(1, 1)}))
    forgery = forge(BASE, Lies(ballots={"Ada": craft}))

    assert_fails(forgery, "V6.A V7.A")
    assert_refused(forgery, "Ada", "encoding.out_of_range")


ENTRIES: dict[str, Callable[[bytes], bytes]] = {
    "white space": lambda data: data.replace(b",", b", "),
    "a line break at the end": lambda data: data + b"\n",
    "keys in another order": lambda data: json.dumps(
        dict(reversed(json.loads(data).items())), separators=(",", ":")
    ).encode(),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_another_spelling_of_an_entry_is_caught(name: str) -> None:
    """The entry's signature covers what it means; other bytes with the same meaning fail L.F."""
    honest = forge(BASE)
    respelled = ENTRIES[name](honest.line("Ada").entry)
    assert respelled != honest.line("Ada").entry
    forgery = honest.changed("Ada", entry=respelled)

    assert_fails(forgery, "L.F")
    assert_refused(forgery, "Ada", "encoding.not_canonical")


def test_text_that_is_not_in_normal_form_is_caught() -> None:
    """A Hangul label in decomposed form looks like the composed one and hashes to another election."""
    decomposed = unicodedata.normalize("NFD", "구").encode()

    def respelled(data: bytes) -> bytes:
        return data.replace(b'"label":"base"', b'"label":"' + decomposed + b'"')

    forgery = forge(BASE, Lies(say={"manifest": spelled(respelled)}))
    assert decomposed in forgery.line("manifest").payload

    assert "S.A" in verify_forgery(forgery).failed
    refusal = first_refusal(forgery)
    assert refusal is not None
    assert (refusal.step, refusal.code) == ("manifest", "encoding.not_nfc")
