"""The small pieces of HTML of which the report is put together; the only place where text becomes markup.

*Idea*: Text goes through `text`, names of a record through `name`, which isolates their writing direction; everything
else the report writes is fixed markup, labels of ours and numbers.

*Invariants*: No style attributes and no event attributes, so that the strict content security policy holds.
"""

import html
from collections.abc import Iterable

from verifier.findings import Status
from verifier.korean import in_korean
from verifier.labels import label
from verifier.report_words import Name, visible
from verifier.texts import Language


def text(value: str) -> str:
    """Return untrusted text for an element or a quoted attribute: hidden characters made visible, markup escaped."""
    return html.escape(visible(value), quote=True)


def name(value: Name, language: Language) -> str:
    """Return a name of the record, isolated in direction and marked with its language where that differs."""
    tag = f' lang="{text(value.language)}"' if value.language not in ("", language) else ""
    return f"<bdi{tag}>{html.escape(value.text, quote=True)}</bdi>"


def place(value: str, language: Language) -> str:
    """Return a note or place of the checks in the page's language, else in English and marked as such; isolated."""
    known = in_korean(value) if language == "ko" else value
    return name(Name(text=visible(known or value), language=language if known else "en"), language)


def icon(symbol: str) -> str:
    """Return one of our symbols; screen readers skip it because the word stands beside it."""
    return f'<svg class="icon" aria-hidden="true" focusable="false"><use href="#i-{symbol}"/></svg>'


def status(value: Status, language: Language) -> str:
    """Return a status as symbol and word."""
    key = value.value.lower()
    return f'<span class="status {key}">{icon(key)}{label(value.value, language)}</span>'


def tag(symbol: str, word: str) -> str:
    """Return a small mark of symbol and word beside a name."""
    return f'<span class="tag">{icon(symbol)}{word}</span>'


def bullets(items: Iterable[str]) -> str:
    """Return a list of items that are markup already."""
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def definitions(style: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Return a definition list of pairs that are markup already."""
    rows = "".join(f"<div><dt>{term}</dt><dd>{value}</dd></div>" for term, value in pairs)
    return f'<dl class="{style}">{rows}</dl>'
