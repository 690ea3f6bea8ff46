"""Arguments and options that several commands share, as types for typer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RecordArgument = Annotated[
    str, typer.Argument(metavar="RECORD", help="The public record: the board's URL, a folder or a zip archive.")
]
OutboxOption = Annotated[
    Path | None,
    typer.Option(
        "--outbox",
        help="Folder for the files that you hand to the authority; else they go to the board's URL, or it is asked.",
    ),
]
WaitOption = Annotated[
    bool, typer.Option("--wait", help="Wait until it is your turn, and look again from time to time.")
]
WaitSecondsOption = Annotated[
    float | None, typer.Option("--wait-seconds", min=0, help="Wait at most that long; implies --wait.")
]
LogKeyOption = Annotated[
    str | None, typer.Option("--log-key", metavar="VKEY", help="Key of the log, pinned when it is first used.")
]
PolicyOption = Annotated[
    Path | None,
    typer.Option("--policy", metavar="FILE", help="Witnesses that the log must have, pinned when it is first used."),
]
ElectionOption = Annotated[
    str | None, typer.Option("--election", metavar="ID", help="Election id or its beginning, if you have several.")
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, help="Processes that verify ballots; by default one a processor.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Take the questions about the election as answered yes.")]
BackupFileOption = Annotated[
    Path | None, typer.Option("--backup-passphrase-file", help="File with the backup's passphrase; else it is asked.")
]
