"""What the command line says, in Korean and English.

Idea: one table of texts by key, in files by subject, and one of hints by error code. What an error says is in
`evote.texts`; the hint beside it says what to do.

Invariants: both languages of a text take the same values.
"""

from __future__ import annotations

from typing import Final

from evote.cli.texts_anchor import ANCHOR
from evote.cli.texts_hints import HINTS
from evote.cli.texts_mirror import MIRROR
from evote.cli.texts_officials import OFFICIALS
from evote.cli.texts_remote import REMOTE
from evote.cli.texts_scrub import SCRUB
from evote.cli.texts_serve import SERVE
from evote.cli.texts_voters import VOTERS
from evote.cli.texts_witness import WITNESS
from evote.texts.language import Language

# Korean, English.
TEXTS: Final[dict[str, tuple[str, str]]] = {
    **OFFICIALS,
    **VOTERS,
    **SERVE,
    **REMOTE,
    **WITNESS,
    **MIRROR,
    **ANCHOR,
    **SCRUB,
}


def find(key: str, language: Language) -> str:
    """Return the text of a key."""
    return language.pick(*TEXTS[key])


def find_hint(code: str, language: Language) -> str:
    """Return the hint for an error code, empty where there is none."""
    return language.pick(*HINTS.get(code, ("", "")))
