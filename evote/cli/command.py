"""How a function becomes a command: common options, errors turned into words and exit codes.

Idea: every command has `--json`, `--language` and `--debug`; a decorator adds them, so that no command forgets one,
and hands the command an `Output` as its first argument.

Invariants: no exception leaves a command but typer's own; a traceback is shown with `--debug` alone, and never with
the values of variables.
"""

from __future__ import annotations

import inspect
import sys
import traceback
from collections.abc import Callable
from typing import Annotated, Any, Concatenate, ParamSpec, get_type_hints

import typer

from evote.cli.failure import BUG, INTERRUPTED, UNREADABLE, exit_code
from evote.cli.output import Output
from evote.errors import EvoteError
from evote.texts.language import Language
from evote.texts.usage import LanguageOption, SpokenCommand, SpokenGroup, current_language, take_language

P = ParamSpec("P")

_COMMON = {
    "json": Annotated[bool, typer.Option("--json", help="Write one JSON object instead of words.")],
    "language": LanguageOption,
    "debug": Annotated[bool, typer.Option("--debug", help="Show where in the program an error arose.")],
}


def new_app(help_text: str) -> typer.Typer:
    """Return a group of commands; tracebacks of it never show variables. `evote.texts.help` has the Korean help."""
    app = typer.Typer(
        cls=SpokenGroup,
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        pretty_exceptions_show_locals=False,
    )
    take_language(app)
    return app


def command(
    app: typer.Typer, name: str, help_text: str
) -> Callable[[Callable[Concatenate[Output, P], None]], Callable[Concatenate[Output, P], None]]:
    """Return a decorator that makes a function a command of `app`; the function itself stays callable."""

    def decorate(function: Callable[Concatenate[Output, P], None]) -> Callable[Concatenate[Output, P], None]:
        app.command(name, cls=SpokenCommand, help=help_text)(_with_common_options(function))
        return function

    return decorate


def _with_common_options(function: Callable[..., None]) -> Callable[..., None]:
    hints = get_type_hints(function, include_extras=True)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    own = [parameter.replace(annotation=hints[parameter.name]) for parameter in parameters]
    defaults: dict[str, Any] = {"json": False, "language": None, "debug": False}
    common = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=hint, default=defaults[name])
        for name, hint in _COMMON.items()
    ]

    def invoke(*, json: bool, language: Language | None, debug: bool, **values: Any) -> None:
        out = Output(language=language or current_language(), json=json)
        _run(lambda: function(out, **values), out, debug)

    keyword_only = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    # typer reads options from the signature, types from the annotations.
    invoke.__dict__["__signature__"] = inspect.Signature([*keyword_only, *common])
    invoke.__annotations__ = {parameter.name: parameter.annotation for parameter in (*keyword_only, *common)}
    invoke.__name__ = function.__name__
    return invoke


def _run(work: Callable[[], None], out: Output, debug: bool) -> None:
    try:
        work()
    except EvoteError as error:
        if debug:
            traceback.print_exc()
        out.failure(error)
        raise typer.Exit(exit_code(error)) from error
    except (typer.Abort, EOFError) as error:
        # The end of the input or Ctrl-C at a question: nothing false was found. The question stands in the line.
        sys.stderr.write("\n")
        out.error(out.text("unanswered"), "command.unanswered")
        raise typer.Exit(UNREADABLE) from error
    except KeyboardInterrupt as error:
        out.error(out.text("interrupted"), "command.interrupted")
        raise typer.Exit(INTERRUPTED) from error
    except typer.Exit:
        raise
    except Exception as error:
        if debug:
            traceback.print_exc()
        else:
            out.bug(type(error).__name__)
        raise typer.Exit(BUG) from error
