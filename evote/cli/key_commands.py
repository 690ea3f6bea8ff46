"""`evote key`: the signing keys of authority and registrar."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from evote.cli.command import command, new_app
from evote.cli.locked import create_key, load_key, read_passphrase
from evote.cli.options import PassphraseFile
from evote.cli.output import Output
from evote.ed25519 import SEED_BYTES, SigningKey

app = new_app("Signing keys of authority and registrar")

KeyFile = Annotated[Path, typer.Argument(metavar="FILE", help="The key file.")]


@command(app, "create", "Make a new signing key in a locked file")
def create(out: Output, file: KeyFile, passphrase_file: PassphraseFile = None) -> None:
    """Make a key; an existing file is never replaced."""
    passphrase = read_passphrase(out, passphrase_file, is_new=True)
    key = SigningKey(secrets.token_bytes(SEED_BYTES))
    create_key(file, key, passphrase)
    out.say("key_created", file=file)
    _show(out, file, key)


@command(app, "show", "Show the public key of a key file")
def show(out: Output, file: KeyFile, passphrase_file: PassphraseFile = None) -> None:
    """Show the public key."""
    _show(out, file, load_key(file, read_passphrase(out, passphrase_file)))


def _show(out: Output, file: Path, key: SigningKey) -> None:
    out.say("public_key", key=key.public_key.hex())
    out.result(file=str(file), public_key=key.public_key.hex())
