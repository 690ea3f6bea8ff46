"""A voter's credential: the code on paper and the signing key that follows from it.

Spec: docs/protocol.md section 7; RFC 8018 section 5.2 (PBKDF2); Crockford's base 32.

Idea: 95 random bits that a person can type, with a check symbol that catches what people get wrong. The key belongs to
one election, because the election id is the salt. The iterations only slow down somebody who guesses at a damaged
code; 95 bits need no stretching.

Invariants: a `CredentialCode` holds 20 symbols whose check sum is 0; no error message holds a symbol of a code.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from evote.core.random_source import RandomBytes
from evote.core.secret import Secret
from evote.ed25519 import SigningKey
from evote.election.check_symbol import ALPHABET, check_sum, check_symbol
from evote.errors import EncodingError

CODE_SYMBOLS: Final = 20
_GROUP_SYMBOLS: Final = 4
_SALT_PREFIX: Final = b"evote/credential/1"
_ITERATIONS: Final = 1000
_SEED_BYTES: Final = 32

_VALUES: Final = {symbol: value for value, symbol in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}


class CredentialCode(Secret[str]):
    """The secret of a credential: 20 normalised symbols. Prints as redacted; `expose` gives the symbols."""

    __slots__ = ()

    def _comparable(self) -> bytes:
        return self._value.encode()


def make_code(random: RandomBytes) -> CredentialCode:
    """Draw a code: 19 uniform symbols and their check symbol."""
    # 256 is a multiple of 32, so five bits of a uniform byte are uniform.
    symbols = [byte & 31 for byte in random(CODE_SYMBOLS - 1)]
    return _code([*symbols, check_symbol(symbols)])


def parse_code(text: str) -> CredentialCode:
    """Read what a voter typed; case, spaces and hyphens don't matter, O is 0, I and L are 1.

    Raise EncodingError `credential.bad_symbol`, `credential.wrong_length` or `credential.check_symbol`.
    """
    typed = [symbol for symbol in text if symbol not in " -"]
    symbols = []
    for position, symbol in enumerate(typed, 1):
        # Only ASCII letters have a case here: elsewhere upper() turns other letters into symbols of the alphabet.
        value = _VALUES.get(symbol.upper()) if symbol.isascii() else None
        if value is None:
            raise EncodingError(
                "credential.bad_symbol",
                f"symbol {position} of the code is no letter or digit of codes",
                position=position,
            )
        symbols.append(value)
    if len(symbols) != CODE_SYMBOLS:
        raise EncodingError(
            "credential.wrong_length",
            f"a code has {CODE_SYMBOLS} symbols, {len(symbols)} were given",
            needed=CODE_SYMBOLS,
            given=len(symbols),
        )
    if check_sum(symbols):
        raise EncodingError("credential.check_symbol", "the code is mistyped: its check symbol does not fit")
    return _code(symbols)


def format_code(code: CredentialCode) -> str:
    """Return the code as people read it, in five groups of four with hyphens; the result is secret."""
    symbols = code.expose()
    return "-".join(symbols[i : i + _GROUP_SYMBOLS] for i in range(0, CODE_SYMBOLS, _GROUP_SYMBOLS))


def credential_key(code: CredentialCode, election_id: bytes) -> SigningKey:
    """Return the Ed25519 key pair of a code in one election; the election id is H_B, 32 bytes."""
    if len(election_id) != 32:
        raise ValueError(f"an election id has 32 bytes, not {len(election_id)}")
    # seed = PBKDF2-HMAC-SHA-256(20 symbols, "evote/credential/1" || election id, 1000, 32)
    # (this library's takes three fifths of the time of hashlib's, and lets go of the interpreter's lock as well)
    salt = _SALT_PREFIX + election_id
    derivation = PBKDF2HMAC(algorithm=SHA256(), length=_SEED_BYTES, salt=salt, iterations=_ITERATIONS)
    return SigningKey(derivation.derive(code.expose().encode()))


def _code(symbols: list[int]) -> CredentialCode:
    return CredentialCode("".join(ALPHABET[symbol] for symbol in symbols))
