"""The trustee's command: `evote-trustee`.

*Exit codes*: 0 done; 1 refused because something is false; 2 unreadable input or usage; 3 a bug of this program;
4 unavailable, or nothing to do yet; 5 the log has shown two histories.
"""

from __future__ import annotations

import typer

from evote.texts.usage import SpokenGroup, take_language
from trustee_cli.ceremony_command import ceremony
from trustee_cli.command import command
from trustee_cli.keeping_commands import backup, forget, identity, restore
from trustee_cli.share_commands import decrypt_command, rehearse_command
from trustee_cli.status_command import status

app = typer.Typer(
    cls=SpokenGroup,
    help=(
        "What a trustee runs on their own machine: it reads the public record and makes statements, "
        "no secret leaves it."
    ),
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    pretty_exceptions_enable=False,
    add_completion=False,
)
take_language(app)

command(app, "identity")(identity)
command(app, "status")(status)
command(app, "ceremony")(ceremony)
command(app, "rehearse")(rehearse_command)
command(app, "decrypt")(decrypt_command)
command(app, "backup")(backup)
command(app, "restore")(restore)
command(app, "forget")(forget)


def run() -> None:
    """Run the command of this process and exit."""
    app(prog_name="evote-trustee")


if __name__ == "__main__":
    run()
