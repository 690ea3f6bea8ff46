"""The options that several commands share, each with one name and one meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

BoardPlace = Annotated[str, typer.Option("--board", help="Folder of the board, or its URL.")]
ElectionId = Annotated[
    str | None, typer.Option("--election", help="Election id or its beginning; needed where the board holds several.")
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="File whose first line is the passphrase; else it is asked for."),
]
AuthorityKey = Annotated[Path, typer.Option("--authority-key", help="Key file of the election authority.")]
RegistrarKey = Annotated[Path, typer.Option("--registrar-key", help="Key file of the registrar.")]
LinksPath = Annotated[Path, typer.Option("--links", help="Secret list of who has which credential (locked file).")]
CodesFile = Annotated[Path, typer.Option("--codes", help="Where to write the codes for delivery (secret, mode 0600).")]
OffSchedule = Annotated[
    bool, typer.Option("--off-schedule", help="Do it although the manifest's schedule says another time.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask for confirmation.")]
Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="DSN",
        help=(
            "PostgreSQL database of the board, like postgresql://user@host:5432/name; said once, kept in FOLDER. "
            "Leave the password to PGPASSFILE or PGPASSWORD: others see the arguments of a program."
        ),
    ),
]
LogKeys = Annotated[
    list[str] | None, typer.Option("--log-key", metavar="VKEY", help="Key of the log; may be repeated.")
]
