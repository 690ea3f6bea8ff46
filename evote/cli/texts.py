"""What the command line says, in Korean and English.

Idea: one table of texts by key, in two files by subject, and one of hints by error code. The library's own error
messages stay English; the hint beside them says in the reader's language what to do.

Invariants: both languages of a text take the same values.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from evote.cli.texts_hints import HINTS
from evote.cli.texts_officials import OFFICIALS
from evote.cli.texts_voters import VOTERS


class Language(StrEnum):
    """A language of the texts."""

    KOREAN = "ko"
    ENGLISH = "en"


# Korean, English.
TEXTS: Final[dict[str, tuple[str, str]]] = {**OFFICIALS, **VOTERS}


def find(key: str, language: Language) -> str:
    """Return the text of a key."""
    korean, english = TEXTS[key]
    return korean if language is Language.KOREAN else english


def find_hint(code: str, language: Language) -> str:
    """Return the hint for an error code, empty where there is none."""
    korean, english = HINTS.get(code, ("", ""))
    return korean if language is Language.KOREAN else english
