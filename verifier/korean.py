"""Places and notes of the checks in Korean: the checks write English, which stays the one wording for programs.

*Idea*: A place is put together of few patterns ("entry 7 (trustee.keys, trustee 2): before all commitments"). A text is
looked up whole, then as a pattern, then part by part at ";", ":" and ",". If any part is unknown there is no Korean for
the whole, and the report shows the English, marked as such.

*Invariants*: Names, numbers and quoted texts of a record are carried over as they are; nothing of them is looked up.
"""

import re
from functools import cache

from verifier.korean_phrases import PHRASES, SYMBOLS

MAX_LENGTH = 8000
# What a field of a pattern matches, by its first letter; x is Korean itself again.
FIELDS = {
    "n": r"-?[0-9]+",
    "q": r"'.*?'|\".*?\"",
    "k": r"[a-z]+(?:\.[a-z-]+)+",
    "h": r"[0-9a-f]{8}",
    "j": r"[a-z0-9_]+(?:\[[0-9]+\]|\.[a-z0-9_]+)*",
    "f": r"[^ ]+",
    "t": r"[^;]+",
    "x": r".+",
}
_FIELD = re.compile(r"\{([a-z])[0-9]?\}")
_SYMBOL = re.compile(r"(?:K\^?|c|v)_[0-9]+|[a-z]+(?:\.[a-z-]+)+")
_OPENING, _CLOSING = "([", ")]"


def _pattern(template: str) -> re.Pattern[str]:
    parts = _FIELD.split(template)
    fields = "".join(
        f"({FIELDS[part]})" if place % 2 else re.escape(part).replace(r"\ ", " ") for place, part in enumerate(parts)
    )
    return re.compile(fields, re.DOTALL)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], tuple[str, ...], str], ...]:
    """Return pattern, kinds of its fields, and Korean; the more fixed text a pattern has, the earlier it is tried."""
    templates = [template for template in PHRASES if _FIELD.search(template)]
    templates.sort(key=lambda template: -len(_FIELD.sub("", template)))
    return tuple((_pattern(text), tuple(_FIELD.findall(text)), PHRASES[text]) for text in templates)


def _split(text: str, separator: str) -> list[str]:
    """Split text at a separator outside of brackets and quotation marks."""
    parts, start, depth, quote = [], 0, 0, ""
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"" and (place == 0 or text[place - 1] in " ([,"):
            quote = character
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth -= 1
        elif depth == 0 and text.startswith(separator, place) and place >= start:
            parts.append(text[start:place])
            start = place + len(separator)
    return [*parts, text[start:]]


def _fill(korean: str, kinds: tuple[str, ...], values: tuple[str, ...]) -> str | None:
    filled = []
    for kind, value in zip(kinds, values, strict=True):
        inner = in_korean(value) if kind == "x" else value
        if inner is None:
            return None
        filled.append(inner)
    return korean.format(*filled)


def _whole(text: str) -> str | None:
    if text in SYMBOLS or _SYMBOL.fullmatch(text):
        return text
    if text in PHRASES:
        return PHRASES[text]
    for pattern, kinds, korean in _patterns():
        match = pattern.fullmatch(text)
        if match and (filled := _fill(korean, kinds, match.groups())) is not None:
            return filled
    return None


def in_korean(text: str) -> str | None:
    """Return the Korean of a place or note of the checks, None where it is not known."""
    if not text or len(text) > MAX_LENGTH:
        return None
    if (whole := _whole(text)) is not None:
        return whole
    for separator, korean in (("; ", ". "), (": ", ": "), (", ", ", ")):
        parts = _split(text, separator)
        if len(parts) > 1:
            known = [in_korean(part) for part in parts]
            if None not in known:
                return korean.join(part for part in known if part is not None)
    return None
