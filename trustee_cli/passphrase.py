"""Where passphrases come from: a question without echo, or a file; never an argument or a variable of the environment.

Idea: arguments and environment are readable by other programs of the machine and end up in histories. A file has its
owner's care; a notice says when others may read it.

Invariants: a passphrase is a `SecretBytes` and not empty; one line end at the end of a file does not belong to it.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

from evote.core.secret import SecretBytes
from evote.errors import ConfigurationError, KeystoreError
from evote.keystore import PRIVATE_MODE
from trustee_cli.output import Output

MAXIMUM_PASSPHRASE_BYTES: Final = 1024
MINIMUM_PASSPHRASE: Final = 8


class Passphrases:
    """The passphrase of one keystore, asked for once; `question` and `new_question` are keys of the text table."""

    def __init__(
        self,
        out: Output,
        file: Path | None,
        question: str = "passphrase",
        new_question: str = "passphrase_new",
    ) -> None:
        """Ask nothing yet."""
        self._out, self._file = out, file
        self._question, self._new_question = question, new_question

    def existing(self) -> SecretBytes:
        """Return the passphrase of a keystore that there is."""
        return self._get(twice=False)

    def new(self) -> SecretBytes:
        """Return the passphrase that a keystore shall get, asked for twice."""
        return self._get(twice=True)

    def _get(self, *, twice: bool) -> SecretBytes:
        if self._file is not None:
            passphrase = _read(self._file, self._out)
        else:
            passphrase = self._out.ask_secret(self._new_question if twice else self._question, twice=twice)
        if not len(passphrase):
            raise KeystoreError("keystore.empty_passphrase", "the passphrase is empty")
        if twice and len(passphrase.expose().decode()) < MINIMUM_PASSPHRASE:
            raise ConfigurationError(
                "passphrase.too_short",
                f"a new passphrase has at least {MINIMUM_PASSPHRASE} characters",
                minimum=MINIMUM_PASSPHRASE,
            )
        return passphrase


def _read(file: Path, out: Output) -> SecretBytes:
    try:
        with file.open("rb") as opened:
            data = opened.read(MAXIMUM_PASSPHRASE_BYTES + 1)
        if stat.S_IMODE(file.stat().st_mode) & ~PRIVATE_MODE:
            out.notice("passphrase_file_open", file=file)
    except OSError as error:
        raise ConfigurationError(
            "passphrase.unreadable", f"the passphrase file {file} can't be read: {error.strerror or error}", path=file
        ) from error
    if len(data) > MAXIMUM_PASSPHRASE_BYTES:
        raise ConfigurationError(
            "passphrase.too_long",
            f"the passphrase file {file} has more than {MAXIMUM_PASSPHRASE_BYTES} bytes",
            path=file,
            maximum=MAXIMUM_PASSPHRASE_BYTES,
        )
    line = data.removesuffix(b"\n").removesuffix(b"\r")
    try:
        line.decode()
    except UnicodeDecodeError:
        raise ConfigurationError("passphrase.not_utf8", f"the passphrase file {file} is not UTF-8", path=file) from None
    return SecretBytes(line)
