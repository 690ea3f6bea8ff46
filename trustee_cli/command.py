"""How a function becomes a command: common options, errors turned into words and exit codes.

Idea: a decorator adds what every command has (`--home`, `--passphrase-file`, `--json`, `--language`, `--debug`) and
hands the function a `Session`. What tests replace (scrypt cost, randomness, clock) travels in `Settings` as typer's
context object, which no option, file or variable of the environment can reach.

Invariants: no exception leaves a command but typer's own; a traceback is shown with `--debug` alone, and never with the
values of variables.
"""

from __future__ import annotations

import inspect
import os
import secrets
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Concatenate, Final, ParamSpec, get_type_hints

import typer

from evote.core.random_source import RandomBytes
from evote.errors import EvoteError
from evote.keystore import STANDARD_COST, ScryptCost
from evote.texts.language import Language
from evote.texts.usage import LanguageOption, SpokenCommand, current_language
from trustee_cli.failure import BUG, UNREADABLE, exit_code
from trustee_cli.home import Home
from trustee_cli.output import Output
from trustee_cli.passphrase import Passphrases

P = ParamSpec("P")

DEFAULT_HOME: Final = "~/.evote-trustee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a test replaces; in production always the defaults."""

    scrypt_cost: ScryptCost = STANDARD_COST
    random: RandomBytes = secrets.token_bytes
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    workers: int = os.cpu_count() or 1


@dataclass(frozen=True, kw_only=True)
class Session:
    """One run of a command."""

    out: Output
    settings: Settings
    home_folder: Path
    passphrase_file: Path | None

    @cached_property
    def passphrases(self) -> Passphrases:
        """Where passphrases come from."""
        return Passphrases(self.out, self.passphrase_file)

    @cached_property
    def home(self) -> Home:
        """The trustee's folder; it need not exist yet."""
        return Home(self.home_folder, self.settings.scrypt_cost, self.settings.random)


_COMMON: Final[dict[str, tuple[Any, Any]]] = {
    "home": (
        Annotated[Path, typer.Option("--home", help="Folder with your keystore.", show_default=DEFAULT_HOME)],
        Path(DEFAULT_HOME),
    ),
    "passphrase_file": (
        Annotated[Path | None, typer.Option("--passphrase-file", help="File with the passphrase; else it is asked.")],
        None,
    ),
    "json": (Annotated[bool, typer.Option("--json", help="Write one JSON object instead of words.")], False),
    "language": (LanguageOption, None),
    "debug": (Annotated[bool, typer.Option("--debug", help="Show where in the program an error arose.")], False),
}


def command(
    app: typer.Typer, name: str
) -> Callable[[Callable[Concatenate[Session, P], None]], Callable[Concatenate[Session, P], None]]:
    """Return a decorator that makes a function a command of `app`; its docstring's first line is the help.

    `evote.texts.help` has it in Korean.
    """

    def decorate(function: Callable[Concatenate[Session, P], None]) -> Callable[Concatenate[Session, P], None]:
        help_text = (function.__doc__ or "").partition("\n")[0].removesuffix(".")
        app.command(name, cls=SpokenCommand, help=help_text)(_with_common_options(function))
        return function

    return decorate


def _with_common_options(function: Callable[..., None]) -> Callable[..., None]:
    hints = get_type_hints(function, include_extras=True)
    own = [
        parameter.replace(annotation=hints[parameter.name], kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in list(inspect.signature(function).parameters.values())[1:]
    ]
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    common = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=hint, default=default)
        for name, (hint, default) in _COMMON.items()
    ]

    def invoke(
        *,
        context: typer.Context,
        home: Path,
        passphrase_file: Path | None,
        json: bool,
        language: Language | None,
        debug: bool,
        **values: Any,
    ) -> None:
        settings = context.obj if isinstance(context.obj, Settings) else Settings()
        out = Output(language=language or current_language(), json=json)
        session = Session(out=out, settings=settings, home_folder=home.expanduser(), passphrase_file=passphrase_file)
        _run(lambda: function(session, **values), out, debug)

    # typer reads the options from the signature and their types from the annotations.
    parameters = [context, *own, *common]
    invoke.__dict__["__signature__"] = inspect.Signature(parameters)
    invoke.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    invoke.__name__ = function.__name__
    return invoke


def _run(work: Callable[[], None], out: Output, debug: bool) -> None:
    try:
        work()
    except EvoteError as error:
        if debug:
            traceback.print_exc()
        out.failure(error)
        raise typer.Exit(exit_code(error)) from None
    except typer.Abort:
        # The end of the input or Ctrl-C at a question.
        out.error(out.text("aborted"), "trustee.aborted")
        raise typer.Exit(UNREADABLE) from None
    except typer.Exit:
        raise
    except KeyboardInterrupt:
        out.error(out.text("interrupted"), "trustee.interrupted")
        raise typer.Exit(130) from None
    except Exception as error:  # noqa: BLE001  # 2026-11-22: the last line of defence turns a bug into exit code 3
        if debug:
            traceback.print_exc()
        out.error(out.text("bug", kind=type(error).__name__), "bug")
        raise typer.Exit(BUG) from None
