"""Arguments and options that several commands share, as types for typer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RecordArgument = Annotated[Path, typer.Argument(metavar="RECORD", help="The public record: a folder or a zip archive.")]
OutboxOption = Annotated[
    Path | None, typer.Option("--outbox", help="Folder for the files that you hand to the authority; else it is asked.")
]
LogKeyOption = Annotated[
    str | None, typer.Option("--log-key", metavar="VKEY", help="Key of the log, pinned when it is first used.")
]
ElectionOption = Annotated[
    str | None, typer.Option("--election", metavar="ID", help="Election id or its beginning, if you have several.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Take the questions about the election as answered yes.")]
BackupFileOption = Annotated[
    Path | None, typer.Option("--backup-passphrase-file", help="File with the backup's passphrase; else it is asked.")
]
