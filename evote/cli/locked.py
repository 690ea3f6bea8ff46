"""Secret files of authority and registrar, locked by a passphrase; how the passphrase is asked for.

Idea: a keystore holds a JSON object; here the object says what it is, so that a key file is never taken for a list of
links or for a trustee's keys.

Invariants: a key file is written once and never replaced; a passphrase is never an argument or in the environment.
"""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Final

from evote.cli.files import read_input
from evote.cli.output import Output
from evote.core.secret import Secret
from evote.ed25519 import SEED_BYTES, SigningKey
from evote.errors import ConfigurationError, KeystoreError
from evote.keystore import STANDARD_COST, Content, Keystore, ScryptCost

KEY_FORMAT: Final = "evote/signing-key/1"
MINIMUM_PASSPHRASE: Final = 8

# Not final: tests lower it, a file states its own.
NEW_FILE_COST: ScryptCost = STANDARD_COST

_MAXIMUM_PASSPHRASE_BYTES: Final = 4096


class Passphrase(Secret[str]):
    """A passphrase, secret."""

    __slots__ = ()

    def _comparable(self) -> bytes:
        return self._value.encode()


def read_passphrase(out: Output, file: Path | None, *, is_new: bool = False) -> Passphrase:
    """Return a passphrase from the first line of a file, or by asking on the terminal (twice where it is new).

    Raise ConfigurationError `passphrase.too_short` for a new one under 8 characters, `.not_text`, `.differs`, or as
    `read_input`.
    """
    if file is not None:
        try:
            text = read_input(file, _MAXIMUM_PASSPHRASE_BYTES).decode().split("\n")[0].removesuffix("\r")
        except UnicodeDecodeError:
            message = f"the first line of {file} is not text in UTF-8"
            raise ConfigurationError("passphrase.not_text", message, path=file) from None
    else:
        text = getpass.getpass(out.text("ask_new_passphrase" if is_new else "ask_passphrase"))
        if is_new and getpass.getpass(out.text("ask_passphrase_again")) != text:
            raise ConfigurationError("passphrase.differs", "the two passphrases differ; nothing was made")
    if is_new and len(text) < MINIMUM_PASSPHRASE:
        message = f"a passphrase has at least {MINIMUM_PASSPHRASE} characters"
        raise ConfigurationError("passphrase.too_short", message, minimum=MINIMUM_PASSPHRASE)
    return Passphrase(text)


def create_locked(path: Path, content: Content, passphrase: Passphrase) -> Keystore:
    """Lock a new file; raise KeystoreError `keystore.exists` where there is one, or `.unwritable`."""
    return Keystore.create(path, passphrase.expose(), content, cost=NEW_FILE_COST)


def unlock(path: Path, passphrase: Passphrase) -> tuple[Keystore, Content]:
    """Return a locked file and what it holds; raise KeystoreError."""
    return Keystore.open(path, passphrase.expose())


def create_key(path: Path, key: SigningKey, passphrase: Passphrase) -> None:
    """Lock a new signing key in a file; raise KeystoreError as `create_locked`."""
    create_locked(path, {"format": KEY_FORMAT, "seed": key.expose().hex()}, passphrase)


def load_key(path: Path, passphrase: Passphrase) -> SigningKey:
    """Return the signing key of a file; raise KeystoreError, also `key.not_a_key` for another locked file."""
    _, content = unlock(path, passphrase)
    seed = content.get("seed")
    if content.get("format") != KEY_FORMAT or not isinstance(seed, str) or len(seed) != 2 * SEED_BYTES:
        raise KeystoreError("key.not_a_key", f"{path} is a locked file, but it does not hold a signing key", path=path)
    return SigningKey(bytes.fromhex(seed))
