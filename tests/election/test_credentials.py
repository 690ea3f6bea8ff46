"""Credential codes: what people mistype is caught, and the key is the one the protocol describes."""

import hashlib
import hmac
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote.ed25519 import SigningKey
from evote.election.check_symbol import ALPHABET, check_sum
from evote.election.credentials import (
    CredentialCode,
    credential_key,
    format_code,
    make_code,
    parse_code,
)
from evote.errors import EncodingError
from tests.core.randomness import seeded

ELECTION = bytes(range(32))


def code_of(text: str) -> str:
    """Return the error code of parsing a text."""
    with pytest.raises(EncodingError) as caught:
        parse_code(text)
    return caught.value.code


def times(a: int, b: int) -> int:
    """Multiply in GF(2)[x]/(x^5 + x^2 + 1), digit by digit."""
    product = 0
    for i in range(5):
        if b >> i & 1:
            product ^= a << i
    for i in range(8, 4, -1):
        if product >> i & 1:
            product ^= 0b100101 << (i - 5)
    return product


@given(st.binary(min_size=19, max_size=19))
def test_every_code_satisfies_the_equation(data: bytes) -> None:
    """The sum of x^i * s_i over all 20 symbols is 0, with powers computed independently."""
    symbols = [ALPHABET.index(symbol) for symbol in make_code(lambda size: data).expose()]
    power, total = 1, 0
    for symbol in symbols:
        total ^= times(power, symbol)
        power = times(power, 2)

    assert symbols[:19] == [byte % 32 for byte in data]
    assert total == 0


@pytest.mark.parametrize("position", range(20))
def test_any_one_wrong_symbol_is_detected(position: int) -> None:
    """All 31 wrong symbols at every position fail the check, for a few codes."""
    for number in range(5):
        symbols = make_code(seeded(f"code {number}")).expose()
        for wrong in ALPHABET:
            if wrong != symbols[position]:
                assert code_of(symbols[:position] + wrong + symbols[position + 1 :]) == "credential.check_symbol"


def test_any_two_exchanged_symbols_are_detected() -> None:
    """For every pair of positions, every pair of different symbols changes the sum when it is exchanged."""
    for i, j in itertools.combinations(range(20), 2):
        for a, b in itertools.combinations(range(32), 2):
            symbols = [0] * 20
            symbols[i], symbols[j] = a, b
            exchanged = [0] * 20
            exchanged[i], exchanged[j] = b, a
            # The sum is linear, so what the other symbols are does not matter.
            assert check_sum(symbols) != check_sum(exchanged)


def test_an_exchange_in_a_typed_code_is_refused() -> None:
    """Exchanging two different symbols of a real code is told as a mistyped code, for every pair of positions."""
    symbols = make_code(seeded("exchange")).expose()
    for i, j in itertools.combinations(range(20), 2):
        if symbols[i] != symbols[j]:
            typed = list(symbols)
            typed[i], typed[j] = typed[j], typed[i]
            assert code_of("".join(typed)) == "credential.check_symbol"


def test_reading_forgives_what_people_do() -> None:
    """Lower case, spaces, hyphens, O for 0, I and L for 1 read as the same code."""
    code = next(c for n in range(1000) if {"0", "1"} <= set((c := make_code(seeded(f"reading {n}"))).expose()))
    printed = format_code(code)

    assert [len(part) for part in printed.split("-")] == [4, 4, 4, 4, 4]
    for typed in (
        printed,
        printed.lower(),
        printed.replace("-", " "),
        printed.replace("0", "O"),
        printed.replace("0", "o"),
        printed.replace("1", "I"),
        printed.replace("1", "l"),
    ):
        assert parse_code(typed) == code


@pytest.mark.parametrize("symbol", ["U", "u", "!", "ı", "ſ", "０", "\t", "\N{NO-BREAK SPACE}"])
def test_other_symbols_are_refused(symbol: str) -> None:
    """U is in no code; letters whose capital is one of the alphabet, and digits of other scripts, aren't either."""
    assert code_of(symbol + make_code(seeded("symbol")).expose()[1:]) == "credential.bad_symbol"


@pytest.mark.parametrize("text", ["", "0" * 19, "0" * 21])
def test_other_lengths_are_refused(text: str) -> None:
    """A code has 20 symbols."""
    assert code_of(text) == "credential.wrong_length"


def test_no_message_holds_a_symbol() -> None:
    """An error about a code can be logged: it does not repeat what was typed."""
    symbols = make_code(seeded("message")).expose()
    for typed in (symbols[:-1] + ("0" if symbols[-1] != "0" else "1"), symbols[:-1], symbols[:-1] + "U"):
        with pytest.raises(EncodingError) as caught:
            parse_code(typed)
        assert symbols[:4] not in caught.value.message


def test_a_code_is_a_secret_type() -> None:
    """Printing and hashing a code give nothing away; equal codes compare equal."""
    code = make_code(seeded("secret"))

    assert repr(code) == str(code) == f"{code:>30}" == "<redacted>"
    assert code == CredentialCode(code.expose())
    assert code != make_code(seeded("another"))
    with pytest.raises(TypeError):
        hash(code)


def test_the_key_is_pbkdf2_of_the_code_and_the_election() -> None:
    """The seed equals PBKDF2 written out from RFC 8018 section 5.2 with HMAC alone."""
    code = make_code(seeded("key"))
    password = code.expose().encode()
    block = hmac.digest(password, b"evote/credential/1" + ELECTION + b"\0\0\0\1", hashlib.sha256)
    seed = int.from_bytes(block, "big")
    for _ in range(999):
        block = hmac.digest(password, block, hashlib.sha256)
        seed ^= int.from_bytes(block, "big")

    assert credential_key(code, ELECTION) == SigningKey(seed.to_bytes(32, "big"))


def test_the_key_belongs_to_one_election() -> None:
    """The same code gives another key under another election id; an id of another width is a bug of the caller."""
    code = make_code(seeded("elections"))

    assert credential_key(code, ELECTION).public_key != credential_key(code, bytes(32)).public_key
    with pytest.raises(ValueError, match="32 bytes"):
        credential_key(code, b"short")
