"""Errors in the reader's language.

Idea: a module that raises knows no language but English; its errors carry a code and values. The tables `errors_*` hold
a Korean sentence for every code. A sentence with `{detail}` leaves the particulars to the English message, which is
shown below it; one without says everything itself.

Invariants: an error is never swallowed: a code without a sentence, or one whose values are missing (it came over the
network), gives a general sentence with the English message. Kinds of statement are named in words in both languages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from evote.errors import EvoteError
from evote.texts.errors_anchor import ANCHOR
from evote.texts.errors_board import BOARD
from evote.texts.errors_core import CORE
from evote.texts.errors_election import ELECTION
from evote.texts.errors_log import LOG
from evote.texts.errors_officials import OFFICIALS
from evote.texts.errors_remote import REMOTE
from evote.texts.errors_serve import SERVE
from evote.texts.errors_trustee import TRUSTEE
from evote.texts.errors_witness import WITNESS
from evote.texts.language import Language
from evote.texts.names import name_kinds, name_phase, name_reason, name_role

TABLES: Final = (CORE, LOG, ANCHOR, ELECTION, BOARD, OFFICIALS, TRUSTEE, SERVE, REMOTE, WITNESS)
KOREAN: Final[dict[str, str]] = {code: sentence for table in TABLES for code, sentence in table.items()}

DETAIL: Final = "{detail}"
GENERAL: Final = "요청한 일을 할 수 없습니다{detail}"

# Values that say where a mistake stands; they come first, in this order, whatever the sentence is. Empty ones don't.
PLACES: Final[dict[str, str]] = {
    "file": "{}",
    "line": "{}번째 줄",
    "row": "{}행",
    "column": "{} 열",
    "item": "{}",
    "entry": "기록의 {}번 항목",
}


# Values that are internal names.
_WRITERS: Final[dict[str, Callable[[str, Language], str]]] = {
    "phase": name_phase,
    "due": name_phase,
    "reason": name_reason,
    "role": name_role,
}


@dataclass(frozen=True, slots=True)
class Wording:
    """An error for people: the sentence, and English particulars where the sentence has none (else empty)."""

    sentence: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.sentence} ({self.detail})" if self.detail else self.sentence


def describe(error: EvoteError, language: Language) -> Wording:
    """Return an error in words."""
    message = name_kinds(error.message, language)
    if language is Language.ENGLISH:
        return Wording(message)
    template = KOREAN.get(error.code, GENERAL)
    has_detail = DETAIL in template
    values = {name: _in_words(name, value) for name, value in error.values.items()}
    try:
        sentence = template.replace(DETAIL, "").format(**values)
    except KeyError:
        return Wording(GENERAL.replace(DETAIL, ""), message)
    place = " ".join(PLACES[name].format(values[name]) for name in PLACES if values.get(name))
    sentence = name_kinds(f"{place}: {sentence}" if place else sentence, language)
    return Wording(sentence, message if has_detail else "")


def _in_words(name: str, value: object) -> str:
    write = _WRITERS.get(name)
    return write(str(value), Language.KOREAN) if write else str(value)
