"""What a command shows: words in the person's language, or one JSON object for a program; progress on stderr.

Idea: a command is handed one `Output` and speaks through it alone. Words go to stdout as they come; with `--json` they
are dropped and the one object of `result` is written instead, so stdout stays parsable.

Invariants: notices, errors and progress bars never reach stdout; no secret is handed to this module, except the
credential codes that a person asked to see.
"""

from __future__ import annotations

import json as json_module
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from evote.cli import texts
from evote.errors import EvoteError
from evote.texts.language import Language
from evote.texts.sentences import Wording, describe


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where a command writes, in which language, and whether a program reads it."""

    language: Language
    json: bool

    def text(self, key: str, /, **values: object) -> str:
        """Return a text of the table in this output's language."""
        return texts.find(key, self.language).format(**values)

    def say(self, key: str, /, **values: object) -> None:
        """Write a text to stdout, for people alone."""
        self.write(self.text(key, **values))

    def write(self, line: str) -> None:
        """Write a finished line to stdout, for people alone."""
        if not self.json:
            sys.stdout.write(printable(line) + "\n")

    def result(self, **values: Any) -> None:
        """Write the command's one JSON object to stdout, for programs alone."""
        if self.json:
            sys.stdout.write(json_module.dumps(values, ensure_ascii=False, sort_keys=True) + "\n")
            # A program may read it while the command goes on, as `evote serve` does.
            sys.stdout.flush()

    def notice(self, key: str, /, **values: object) -> None:
        """Write something worth knowing to stderr."""
        sys.stderr.write(printable(f"{self.text('notice')}: {self.text(key, **values)}") + "\n")

    def describe(self, error: EvoteError) -> Wording:
        """Return an error in words; English for a program."""
        return Wording(error.message) if self.json else describe(error, self.language)

    def failure(self, error: EvoteError) -> None:
        """Write an error to stderr, in words and with its hint."""
        wording = self.describe(error)
        self.error(wording.sentence, error.code, wording.detail)

    def bug(self, kind: str) -> None:
        """Say on stderr that the program itself is wrong."""
        sys.stderr.write(f"{self._error_word}: {self.text('bug', kind=kind)}\n")

    @property
    def _error_word(self) -> str:
        return "error" if self.json else self.text("error")

    def error(self, message: str, code: str, detail: str = "") -> None:
        """Write an error to stderr, with English particulars and the hint that the text table has for its code."""
        sys.stderr.write(printable(f"{self._error_word}: {message} [{code}]") + "\n")
        if detail:
            sys.stderr.write(printable(f"{self.text('detail')}: {detail}") + "\n")
        hint = texts.find_hint(code, self.language)
        if hint:
            sys.stderr.write(f"{self.text('hint')}: {hint}\n")

    @contextmanager
    def progress(self, key: str, total: int | None) -> Iterator[Callable[[int], None]]:
        """Show a progress bar on a terminal's stderr; the yielded function counts finished steps.

        `total` None: how much there is to do is not known.
        """
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task(self.text(key), total=total)
            yield lambda count: bar.advance(task, count)


def printable(text: str) -> str:
    """Return the text with line feeds as they are and every other control or formatting character replaced."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character)[0] == "C" and character != "\n" else character
        for character in text
    )
