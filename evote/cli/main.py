"""The `evote` command: the tools of the election authority and the registrar.

Idea: a group of commands for each thing that people handle (definition, key, board, election, roll, record, ballot);
every command speaks Korean or English, can speak JSON, and is safe to repeat. A command loads what it needs alone:
nobody who looks at a key waits for a web server.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final

import typer
from typer.main import get_command

from evote.cli.command import command, new_app
from evote.texts.usage import SpokenGroup

# Help lists commands in the order of their use; modules are imported in that of the alphabet.
_ROLL_COMMANDS: Final = ("check", "credentials", "strike", "replace", "destroy-links")


def _module(name: str) -> Any:
    return import_module(f"evote.cli.{name}")


def _app_of(name: str) -> Callable[[], typer.Typer]:
    def load() -> typer.Typer:
        found: typer.Typer = _module(name).app
        return found

    return load


def _election() -> typer.Typer:
    # Each of these adds its commands to the group when it is imported.
    for name in ("election_create", "election_status", "election_steps"):
        _module(name)
    return _app_of("election_app")()


def _board() -> typer.Typer:
    _module("scrub_command")
    return _app_of("board_commands")()


def _roll() -> typer.Typer:
    for name in ("roll_commands", "roll_changes"):
        _module(name)
    app = _app_of("roll_app")()
    app.registered_commands.sort(key=lambda one: _ROLL_COMMANDS.index(one.name or ""))
    return app


def _record() -> typer.Typer:
    found: typer.Typer = _module("board_commands").record_app
    return found


def _serve() -> typer.Typer:
    alone = typer.Typer(add_completion=False)
    command(alone, "serve", "Serve a board over HTTP, with its witnesses")(_module("serve_commands").serve)
    return alone


# In the order of the help.
_COMMANDS: Final[dict[str, Callable[[], typer.Typer]]] = {
    "definition": _app_of("definition_commands"),
    "key": _app_of("key_commands"),
    "board": _board,
    "election": _election,
    "roll": _roll,
    "ballot": _app_of("ballot_commands"),
    "record": _record,
    "serve": _serve,
    "mirror": _app_of("mirror_commands"),
    "witness": _app_of("witness_commands"),
    "policy": _app_of("policy_commands"),
    "evidence": _app_of("evidence_commands"),
    "anchor": _app_of("anchor_commands"),
}


class _Commands(SpokenGroup):
    """All commands by name; a command's modules are imported when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order of the help."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, None where there is none of that name."""
        del ctx
        if cmd_name not in self.commands and cmd_name in _COMMANDS:
            found = get_command(_COMMANDS[cmd_name]())
            found.name = cmd_name
            self.commands[cmd_name] = found
        return self.commands.get(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command; where there is none, one of similar name is suggested."""
        if args[0] not in _COMMANDS:
            for name in _COMMANDS:
                self.get_command(ctx, name)
        return super().resolve_command(ctx, args)


app = new_app("Verifiable elections on a transparency log")
app.info.cls = _Commands


def run(arguments: Sequence[str] | None = None) -> None:
    """Run a command line (by default the process's own) and exit with its code."""
    app(args=None if arguments is None else list(arguments), prog_name="evote")
