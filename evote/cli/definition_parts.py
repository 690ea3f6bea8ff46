"""The small parts that a definition is made of: labels, titles, numbers, keys, times.

Spec: docs/protocol.md section 5.

Invariants: what is returned obeys the rule of section 5 for its kind; every error names the place of the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Protocol, TypeVar

from evote.cli.document import Field
from evote.ed25519 import PUBLIC_KEY_BYTES, check_public_key
from evote.election.manifest import MAXIMUM_TITLE_CHARACTERS, Title
from evote.errors import VerificationError

MAXIMUM_LABEL_CHARACTERS: Final = 60

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_TIME_EXAMPLE: Final = "2026-06-03T06:00:00+09:00"


class Labelled(Protocol):
    """Anything that is told apart by its label."""

    @property
    def label(self) -> str:
        """Return the label."""


L = TypeVar("L", bound=Labelled)


def read_labelled(field: Field, read: Callable[[Field], L], maximum: int) -> tuple[L, ...]:
    """Return the parts of a list, 1 to `maximum` of them with different labels."""
    items = field.items()
    if not 1 <= len(items) <= maximum:
        message = f"{len(items)} are given, 1 to {maximum} are allowed"
        field.refuse("count", message, count=len(items), maximum=maximum)
    parts: list[L] = []
    places: dict[str, Field] = {}
    for item in items:
        part = read(item)
        if part.label in places:
            first = places[part.label]
            item.refuse(
                "duplicate_label",
                f"the label {part.label!r} is used already in {first.path} (line {first.line}); choose another one",
                given=part.label,
                earlier=first.line,
            )
        places[part.label] = item
        parts.append(part)
    return tuple(parts)


def read_label(field: Field) -> str:
    """Return a label: 1 to 60 characters without line breaks, tabs or surplus spaces."""
    label = field.text(what="a label")
    if not 1 <= len(label) <= MAXIMUM_LABEL_CHARACTERS:
        field.refuse(
            "label", f"{label[:80]!r} has {len(label)} characters, 1 to {MAXIMUM_LABEL_CHARACTERS} are allowed"
        )
    if label != " ".join(label.split()) or not label.isprintable():
        field.refuse("label", f"{label!r} holds line breaks, tabs or surplus spaces; remove them")
    return label


def read_title(field: Field) -> Title:
    """Return a title: language tags and texts, ascending by tag."""
    texts = []
    for language, text_field in field.named_members().items():
        if not _LANGUAGE.fullmatch(language):
            message = f"{language!r} is not a language tag like ko, en or zh-Hans"
            text_field.refuse("language", message, given=language)
        text = text_field.text(what="a title")
        if not 1 <= len(text) <= MAXIMUM_TITLE_CHARACTERS:
            text_field.refuse(
                "title", f"the title has {len(text)} characters, 1 to {MAXIMUM_TITLE_CHARACTERS} are allowed"
            )
        texts.append((language, text))
    if not texts:
        field.refuse("title", "there is no title in any language; write for example 'ko: ...'")
    return tuple(sorted(texts))


def read_number(field: Field, minimum: int, maximum: int, why: str = "") -> int:
    """Return a whole number within bounds; `why` explains the bounds."""
    value = field.integer()
    if not minimum <= value <= maximum:
        reason = f" ({why})" if why else ""
        message = f"{value} is given, {minimum} to {maximum} is allowed{reason}"
        field.refuse("range", message, given=value, minimum=minimum, maximum=maximum)
    return value


def read_word(field: Field, words: tuple[str, ...]) -> str:
    """Return one of the allowed words."""
    word = field.text(what="one of " + ", ".join(words))
    if word not in words:
        known = ", ".join(words)
        field.refuse("unknown_word", f"{word!r} is given, allowed are: {known}", given=word, known=known)
    return word


def read_key(field: Field) -> bytes:
    """Return an Ed25519 public key from its 64 hexadecimal digits."""
    text = field.raw()
    if not re.fullmatch(f"[0-9a-f]{{{2 * PUBLIC_KEY_BYTES}}}", text):
        field.refuse(
            "key",
            f"{text[:80]!r} is not a public key of {2 * PUBLIC_KEY_BYTES} lower-case hexadecimal digits in quotes",
        )
    key = bytes.fromhex(text)
    try:
        check_public_key(key)
    except VerificationError as error:
        field.refuse("key", f"{text} is not a valid Ed25519 public key: {error.message}")
    return key


def read_time(field: Field) -> str:
    """Return a time with its zone as UTC text `YYYY-MM-DDTHH:MM:SSZ`."""
    text = field.raw()
    try:
        time = datetime.fromisoformat(re.sub(r"\s+(?=[+-])", "", text.strip()))
    except ValueError:
        field.refuse("time", f"{text!r} is not a real date and time like {_TIME_EXAMPLE}", given=text)
    if time.tzinfo is None:
        field.refuse("time_zone", f"{text!r} has no time zone; add it, for Korea: {_TIME_EXAMPLE}", given=text)
    if time.microsecond:
        field.refuse("time", f"{text!r} has fractions of a second; leave them out", given=text)
    try:
        return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    except OverflowError:
        field.refuse("time", f"{text!r} is out of range", given=text)
