"""How values become JSON and back: small forms that are put together to the tables of every kind.

Spec: docs/formats.md, the types at its head; docs/protocol.md section 1 (indices count from 1).

Idea: a form reads one JSON value into one typed value and writes it again. A table of fields is a form too, so the
code of a payload reads like its line in docs/formats.md. Reading knows its place, so every refusal names the JSON path.

Invariants: a form accepts exactly what it writes; an object has all of its fields and no other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, Generic, NoReturn, TypeVar

from evote.canonical_json import MAXIMUM_INTEGER, TYPE_NAMES
from evote.core.group import Element, Group, Scalar, UntestedElement
from evote.errors import EncodingError, VerificationError

T = TypeVar("T")
U = TypeVar("U")
Word = TypeVar("Word", bound=StrEnum)

NO_GETTERS: Final[Mapping[str, Callable[[Any], object]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a value is read from: the kind of payload, for messages, and the group of its elements and scalars."""

    kind: str
    group: Group


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """How one type is read and written.

    `read(source, value, place)` raises EncodingError or VerificationError whose message begins with kind and JSON path.
    """

    read: Callable[[Source, object, str], T]
    write: Callable[[T], Any]


def integer(minimum: int = 0, maximum: int = MAXIMUM_INTEGER) -> Form[int]:
    """Return the form of an integer of a range, both ends included."""

    def read(source: Source, value: object, place: str) -> int:
        number = _typed(source, value, place, int)
        if not minimum <= number <= maximum:
            _refuse(source, "out_of_range", place, f"is {number}, allowed is {_range(minimum, maximum)}")
        return number

    return Form(read, whole)


def hexadecimal(size: int) -> Form[bytes]:
    """Return the form of `size` bytes in lower-case hexadecimal."""

    def read(source: Source, value: object, place: str) -> bytes:
        return _hex_bytes(source, value, place, size)

    return Form(read, bytes.hex)


def plain_number(size: int) -> Form[int]:
    """Return the form of any number of `size` bytes, big-endian in lower-case hexadecimal."""
    return converted(
        hexadecimal(size),
        read=lambda data: int.from_bytes(data, "big"),
        write=lambda number: number.to_bytes(size, "big"),
    )


def array(item: Form[T], minimum: int = 0, maximum: int = MAXIMUM_INTEGER) -> Form[tuple[T, ...]]:
    """Return the form of an array; the bounds are those on its length that hold whatever the manifest says."""

    def read(source: Source, value: object, place: str) -> tuple[T, ...]:
        items: list[object] = _typed(source, value, place, list)
        if not minimum <= len(items) <= maximum:
            _refuse(source, "out_of_range", place, f"has {len(items)} items, allowed is {_range(minimum, maximum)}")
        return tuple(item.read(source, each, f"{place}[{index}]") for index, each in enumerate(items))

    return Form(read, lambda values: [item.write(each) for each in values])


def word(words: type[Word]) -> Form[Word]:
    """Return the form of one word of an enumeration."""

    def read(source: Source, value: object, place: str) -> Word:
        text = _typed(source, value, place, str)
        if text not in list(words):
            _refuse(source, "unknown_word", place, f"is {text[:40]!r}, allowed are {', '.join(words)}")
        return words(text)

    return Form(read, str)


def fields(
    make: Callable[..., T], at: Mapping[str, Callable[[Any], object]] = NO_GETTERS, /, **table: Form[Any]
) -> Form[T]:
    """Return the form of an object with exactly the fields of `table`; `make` takes their values as keywords.

    A field is written from the attribute of its name, or by the function in `at` where the record keeps it elsewhere.
    """
    getters = {name: at.get(name, attrgetter(name)) for name in table}

    def read(source: Source, value: object, place: str) -> T:
        return make(**_read_fields(source, value, place, table))

    def write(record: T) -> dict[str, object]:
        return {name: form.write(getters[name](record)) for name, form in table.items()}

    return Form(read, write)


def converted(form: Form[T], *, read: Callable[[T], U], write: Callable[[U], T]) -> Form[U]:
    """Return the form of a value that is kept in another shape than the published one; `read` may not fail."""
    return Form(
        lambda source, value, place: read(form.read(source, value, place)), lambda value: form.write(write(value))
    )


def whole(record: T) -> T:
    """Return the record itself: the getter of a field whose object groups attributes of the record."""
    return record


def _read_fields(source: Source, value: object, place: str, table: dict[str, Form[Any]]) -> dict[str, Any]:
    found: dict[str, object] = _typed(source, value, place, dict)
    for name in found:
        if name not in table:
            _refuse(source, "unknown_field", _join(place, name[:40]), "is not a field of this object")
    for name in table:
        if name not in found:
            _refuse(source, "missing_field", _join(place, name), "is missing")
    return {name: form.read(source, found[name], _join(place, name)) for name, form in table.items()}


def _read_text(source: Source, value: object, place: str) -> str:
    return _typed(source, value, place, str)


def _read_boolean(source: Source, value: object, place: str) -> bool:
    return _typed(source, value, place, bool)


def _read_element(source: Source, value: object, place: str) -> Element:
    return _located(source, place, source.group.parse_element, _typed(source, value, place, str))


def _read_untested(source: Source, value: object, place: str) -> UntestedElement:
    return _located(source, place, source.group.parse_untested, _typed(source, value, place, str))


def _read_scalar(source: Source, value: object, place: str) -> Scalar:
    return _located(source, place, source.group.parse_scalar, _typed(source, value, place, str))


def _read_texts(source: Source, value: object, place: str) -> tuple[tuple[str, str], ...]:
    found: dict[str, object] = _typed(source, value, place, dict)
    return tuple(sorted((name, _typed(source, found[name], _join(place, name), str)) for name in found))


def _located(source: Source, place: str, parse: Callable[[str], T], text: str) -> T:
    try:
        return parse(text)
    except (EncodingError, VerificationError) as error:
        # The same error, at a place: the code keeps its meaning.
        raise type(error)(error.code, f"{source.kind}: {place}: {error.message}") from error


def _hex_bytes(source: Source, value: object, place: str, size: int) -> bytes:
    text = _typed(source, value, place, str)
    if len(text) != 2 * size:
        _refuse(source, "wrong_width", place, f"has {len(text)} hex digits, it must have {2 * size}")
    try:
        data = bytes.fromhex(text)
    except ValueError:
        data = b""
    # fromhex also takes capitals and skips white space
    if data.hex() != text:
        _refuse(source, "not_lower_hex", place, "is not lower-case hexadecimal (0-9 and a-f)")
    return data


def _typed(source: Source, value: object, place: str, expected: type[T]) -> T:
    # bool is a subclass of int, and true is not a number here.
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        _refuse(source, "wrong_type", place, f"is {TYPE_NAMES[type(value)]}, it must be {TYPE_NAMES[expected]}")
    return value


def _range(minimum: int, maximum: int) -> str:
    return f"at least {minimum}" if maximum == MAXIMUM_INTEGER else f"{minimum} to {maximum}"


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _refuse(source: Source, rule: str, place: str, text: str) -> NoReturn:
    raise EncodingError(f"encoding.{rule}", f"{source.kind}: {place or 'the payload'} {text}")


INTEGER: Final[Form[int]] = integer()
INDEX: Final[Form[int]] = integer(1)
TEXT: Final[Form[str]] = Form(_read_text, whole)
BOOLEAN: Final[Form[bool]] = Form(_read_boolean, whole)
ELEMENT: Final[Form[Element]] = Form(_read_element, Element.hex)
UNTESTED_ELEMENT: Final[Form[UntestedElement]] = Form(_read_untested, UntestedElement.hex)
SCALAR: Final[Form[Scalar]] = Form(_read_scalar, Scalar.hex)
DIGEST: Final[Form[bytes]] = hexadecimal(32)
PUBLIC_KEY: Final[Form[bytes]] = hexadecimal(32)
TITLE: Final[Form[tuple[tuple[str, str], ...]]] = Form(_read_texts, dict)
