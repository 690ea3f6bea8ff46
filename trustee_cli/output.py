"""What a command shows: words in the trustee's language, or one JSON object for a program; the rest on stderr.

Idea: a command speaks through its `Output` alone. Words go to stdout as they come; with `--json` they are dropped and
the one object of `result` is written instead, so stdout stays parsable.

Invariants: prompts, notices, errors and progress bars never reach stdout; no secret is handed to this module; control
and formatting characters, with which a title or a message could repaint the screen, are shown as a replacement mark.
"""

from __future__ import annotations

import json as json_module
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from evote.core.secret import SecretBytes
from evote.election.manifest import Title
from evote.errors import ConfigurationError, EvoteError
from evote.texts.language import Language
from evote.texts.sentences import Wording, describe
from trustee_cli import texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """In which language a command speaks, whether a program reads it, and whether questions are answered by `--yes`."""

    language: Language
    json: bool = False

    def text(self, key: str, /, **values: object) -> str:
        """Return a text of the table in this output's language."""
        return printable(texts.find(key, self.language).format(**values))

    def title(self, title: Title) -> str:
        """Return a title in this output's language, or in the first language that there is."""
        return dict(title).get(self.language.value, title[0][1])

    def say(self, key: str, /, **values: object) -> None:
        """Write a text to stdout, for people alone."""
        self.write(self.text(key, **values))

    def write(self, line: str) -> None:
        """Write a finished line to stdout, for people alone."""
        if not self.json:
            sys.stdout.write(printable(line) + "\n")

    def tell(self, line: str) -> None:
        """Write a line that has to be read before a question: to stdout, or to stderr where a program reads stdout."""
        (sys.stderr if self.json else sys.stdout).write(printable(line) + "\n")

    def result(self, **values: Any) -> None:
        """Write the command's one JSON object to stdout, for programs alone."""
        if self.json:
            sys.stdout.write(json_module.dumps(values, ensure_ascii=False, sort_keys=True) + "\n")

    def notice(self, key: str, /, **values: object) -> None:
        """Write something worth knowing to stderr."""
        sys.stderr.write(f"{self.text('notice')}: {self.text(key, **values)}\n")

    def describe(self, error: EvoteError) -> Wording:
        """Return an error in words; English for a program."""
        return Wording(error.message) if self.json else describe(error, self.language)

    def failure(self, error: EvoteError) -> None:
        """Write an error to stderr, in words and with its hint."""
        wording = self.describe(error)
        self.error(wording.sentence, error.code, wording.detail)

    def error(self, message: str, code: str, detail: str = "") -> None:
        """Write an error to stderr, with English particulars and the hint that the text table has for its code."""
        word = "error" if self.json else self.text("error")
        sys.stderr.write(printable(f"{word}: {message} [{code}]") + "\n")
        if detail:
            sys.stderr.write(printable(f"{self.text('detail')}: {detail}") + "\n")
        hint = texts.find_hint(code, self.language)
        if hint:
            sys.stderr.write(f"{self.text('hint')}: {hint}\n")

    def confirm(self, key: str, /, **values: object) -> None:
        """Ask a yes-or-no question on stderr; raise ConfigurationError `trustee.declined` unless it is answered yes."""
        if not typer.confirm(self.text(key, **values), err=True):
            raise ConfigurationError("trustee.declined", "stopped, because the question was answered no")

    def ask(self, key: str, default: str | None = None) -> str:
        """Ask for a line on stderr."""
        answer: str = typer.prompt(self.text(key), default=default, err=True)
        return answer

    def ask_secret(self, key: str, *, twice: bool) -> SecretBytes:
        """Ask for a secret without showing it, twice where it is being set."""
        again = self.text("passphrase_again") if twice else False
        answer: str = typer.prompt(self.text(key), hide_input=True, confirmation_prompt=again, err=True)
        return SecretBytes(answer.encode())

    @contextmanager
    def progress(self, key: str, total: int | None) -> Iterator[Callable[[int], None]]:
        """Show a progress bar on a terminal's stderr; the yielded function counts finished steps.

        `total` None: how much there is to do is not known.
        """
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task(self.text(key), total=total)
            yield lambda count: bar.advance(task, count)


def printable(text: str) -> str:
    """Return the text with line feeds as they are and every other control or formatting character replaced."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character)[0] == "C" and character != "\n" else character
        for character in text
    )
