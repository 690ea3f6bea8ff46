"""The `evote` command: the tools of the election authority and the registrar.

Idea: a group of commands for each thing that people handle (definition, key, board, election, roll, record, ballot);
every command speaks Korean or English, can speak JSON, and is safe to repeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evote.cli import (
    ballot_commands,
    board_commands,
    definition_commands,
    election_app,
    election_create,
    election_status,
    election_steps,
    key_commands,
    roll_app,
    roll_changes,
    roll_commands,
)
from evote.cli.command import new_app

# Each of these adds its commands to the group `evote election` or `evote roll` when it is imported.
COMMAND_MODULES: Final = (election_create, election_status, election_steps, roll_commands, roll_changes)

# Help lists commands in the order of their use; modules are imported in that of the alphabet.
_ROLL_COMMANDS: Final = ("check", "credentials", "strike", "replace", "destroy-links")
roll_app.app.registered_commands.sort(key=lambda one: _ROLL_COMMANDS.index(one.name or ""))

app = new_app("Verifiable elections on a transparency log · 검증 가능한 투표")
app.add_typer(definition_commands.app, name="definition")
app.add_typer(key_commands.app, name="key")
app.add_typer(board_commands.app, name="board")
app.add_typer(election_app.app, name="election")
app.add_typer(roll_app.app, name="roll")
app.add_typer(ballot_commands.app, name="ballot")
app.add_typer(board_commands.record_app, name="record")


def run(arguments: Sequence[str] | None = None) -> None:
    """Run a command line (by default the process's own) and exit with its code."""
    app(args=None if arguments is None else list(arguments), prog_name="evote")
