"""Help and usage errors of a command line in the reader's language.

Idea: commands are declared with English help; `evote.texts.help` has the Korean one by the English. The language is
read from the raw arguments, since help is asked for, and usage is wrong, before anything has been understood. What the
library of command lines itself says is replaced while it is being shown, and put back.

Invariants: English help is what was declared, letter by letter; a help without Korean is shown in English.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from evote.texts.help import FRAME, KOREAN, SIMILAR, USAGE_ERRORS
from evote.texts.language import OPTION, Language, default_language, language_of, without_language

Formatter = Any  # click's formatter, whose module is private to typer
LanguageOption = Annotated[Language | None, typer.Option(OPTION, help="ko or en; by default that of LANG.")]


@dataclass(frozen=True, slots=True)
class _Run:
    """One command line: its language, and what is put back at its end."""

    language: Language
    stack: ExitStack = field(default_factory=ExitStack)


_RUN: ContextVar[_Run | None] = ContextVar("run", default=None)


class SpokenCommand(TyperCommand):
    """A command whose help and usage errors are in the language of the command line."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **named: Any) -> Any:
        """Run the command line."""
        with _running(args):
            return super().main(args, *rest, **named)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments; what is wrong with them is said in the reader's language."""
        with _spoken_errors():
            return super().parse_args(ctx, args)

    def format_usage(self, ctx: Any, formatter: Formatter) -> None:
        """Write the line of usage."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=_usage_prefix())

    def format_help(self, ctx: Any, formatter: Formatter) -> None:
        """Write the help."""
        with _in_korean([self, *self.get_params(ctx)]):
            super().format_help(ctx, formatter)


class SpokenGroup(TyperGroup):
    """A group of commands whose help and usage errors are in the language of the command line."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **named: Any) -> Any:
        """Run the command line."""
        with _running(args):
            return super().main(args, *rest, **named)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments up to the command; with none but a language, show the help."""
        with _spoken_errors():
            return super().parse_args(ctx, args if without_language(args) else [])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command; that there is none is said in the reader's language."""
        with _spoken_errors(command=args[0], known=self.list_commands(ctx)):
            return super().resolve_command(ctx, args)

    def format_usage(self, ctx: Any, formatter: Formatter) -> None:
        """Write the line of usage."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=_usage_prefix())

    def format_help(self, ctx: Any, formatter: Formatter) -> None:
        """Write the help with that of every command in one line."""
        commands = [self.get_command(ctx, name) for name in self.list_commands(ctx)]
        with _in_korean([self, *self.get_params(ctx), *commands]):
            super().format_help(ctx, formatter)


def take_language(app: typer.Typer) -> None:
    """Let a group of commands take `--language` too, so that it may stand before the command and shows in the help."""

    def choose(language: LanguageOption = None) -> None:
        # It has been read from the raw arguments; here it is only known, and tested.
        del language

    app.callback()(choose)


def current_language() -> Language:
    """Return the language of the command line that is running; without one, that of the environment."""
    run = _RUN.get()
    return default_language() if run is None else run.language


def _usage_prefix() -> str:
    return current_language().pick("사용법: ", "Usage: ")


@contextmanager
def _running(arguments: Sequence[str] | None) -> Iterator[None]:
    run = _Run(language_of(sys.argv[1:] if arguments is None else arguments))
    token = _RUN.set(run)
    with run.stack:
        try:
            yield
        finally:
            _RUN.reset(token)


@contextmanager
def _in_korean(spoken: Sequence[Any]) -> Iterator[None]:
    """Give whatever has a help the Korean one for the body, where Korean is wanted."""
    if current_language() is Language.ENGLISH:
        yield
        return
    english = [(one, one.help) for one in spoken if getattr(one, "help", None)]
    for one, text in english:
        one.help = KOREAN.get(text, text)
    try:
        with _korean_frame():
            yield
    finally:
        for one, text in english:
            one.help = text


@contextmanager
def _korean_frame() -> Iterator[None]:
    """Replace the words around help and errors for the body."""
    # Imported late: they draw boxes, and most commands never do.
    from rich.text import Text
    from typer import rich_utils

    def strip_end(text: Text, size: int) -> None:
        # Rich counts characters where it should count cells, and so cuts off wide ones before a space.
        surplus = min(text.cell_len - size, len(text.plain) - len(text.plain.rstrip()))
        if surplus > 0:
            text.right_crop(surplus)

    replacements: list[tuple[Any, str, Any]] = [(rich_utils, name, text) for name, text in FRAME.items()]
    replacements.append((Text, "rstrip_end", strip_end))
    english = [(owner, name, getattr(owner, name)) for owner, name, _ in replacements]
    try:
        _set(replacements)
        yield
    finally:
        _set(english)


def _set(values: Sequence[tuple[Any, str, Any]]) -> None:
    for owner, name, value in values:
        setattr(owner, name, value)


@contextmanager
def _spoken_errors(command: str = "", known: Sequence[str] = ()) -> Iterator[None]:
    """Let a usage error of the body say in Korean, where it is wanted, what is wrong.

    `command` is being looked for among those that are `known`.
    """
    try:
        yield
    except TyperException as error:
        run = _RUN.get()
        # Typer's subclasses are private; their names are those that click has had for ever.
        kind = type(error).__name__
        if kind == "UsageError" and command:
            kind = "NoSuchCommand"
        is_new = "format_message" not in vars(error)
        if run is not None and run.language is Language.KOREAN and kind in USAGE_ERRORS and is_new:
            text = USAGE_ERRORS[kind].format(what=_what(error) or command, message=error.message)
            similar = getattr(error, "possibilities", None) or get_close_matches(command, known)
            text += SIMILAR.format(names=", ".join(sorted(similar))) if similar else ""
            vars(error)["format_message"] = lambda: text
            # Typer shows the error when this is over; the frame stays until the command line has ended.
            run.stack.enter_context(_korean_frame())
        raise


def _what(error: TyperException) -> str:
    """Return the option or argument that an error is about."""
    parameter, option = getattr(error, "param", None), getattr(error, "option_name", "")
    return option or (parameter.get_error_hint().strip("'") if parameter is not None else "")
