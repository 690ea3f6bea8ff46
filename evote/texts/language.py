"""The languages of all texts for people, and how one of them is chosen.

Idea: `--language` wins wherever it stands in a command line, even before the line has been understood, because help
and usage errors come before that; without it the environment decides.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

OPTION: Final = "--language"

_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")


class Language(StrEnum):
    """A language of the texts."""

    KOREAN = "ko"
    ENGLISH = "en"

    def pick(self, korean: str, english: str) -> str:
        """Return the text of this language."""
        return korean if self is Language.KOREAN else english


def default_language(environment: Mapping[str, str] | None = None) -> Language:
    """Return Korean where the environment (by default the process's own) asks for it, else English."""
    variables = os.environ if environment is None else environment
    wanted = next((variables[name] for name in _VARIABLES if variables.get(name)), "")
    return Language.KOREAN if wanted.lower().startswith("ko") else Language.ENGLISH


def language_of(arguments: Sequence[str]) -> Language:
    """Return the language that a command line asks for, be it right in every other respect or not."""
    wanted = ""
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=False):
        name, separator, value = argument.partition("=")
        if name == OPTION:
            wanted = value if separator else following
    return Language(wanted) if wanted in tuple(Language) else default_language()


def without_language(arguments: Sequence[str]) -> list[str]:
    """Return a command line without its choices of a language."""
    rest = []
    position = 0
    while position < len(arguments):
        argument = arguments[position]
        position += 2 if argument == OPTION else 1
        if argument.partition("=")[0] != OPTION:
            rest.append(argument)
    return rest
