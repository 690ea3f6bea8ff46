"""YAML and JSON documents that people write, read strictly and with the place of every value.

Idea: the document is composed to nodes and read through `Field`, a cursor that knows file, line and path; a value is
taken as what the reader asks for, never as what YAML 1.1 guesses, so `label: no` and `quorum: 012` are refused instead
of becoming "false" and 10. JSON is read by the same rules.

Invariants: duplicate and unknown keys, anchors, tags of other languages and documents beyond 1 MiB are refused; every
error names file, line, path, value and what to do; text is in Unicode normal form NFC.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final, NoReturn

import yaml
from yaml.events import AliasEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from evote.errors import ConfigurationError

MAXIMUM_BYTES: Final = 2**20
MAXIMUM_DEPTH: Final = 12

# The path of a document's top level.
_WHOLE: Final = "document"
_TAG: Final = "tag:yaml.org,2002:"
_TAGS: Final = frozenset(_TAG + name for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq"))
_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,15})")
_BOOLEANS: Final = {"true": True, "false": False, "yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Field:
    """A value of a document with its place; `path` is like `contests[2].title.ko`, positions count from 1."""

    file: str
    path: str
    node: Node

    def refuse(self, rule: str, message: str, **values: object) -> NoReturn:
        """Raise ConfigurationError `document.<rule>` that names file, line and path of this value."""
        item = "" if self.path == _WHOLE else self.path
        _refuse(rule, f"{self.place}: {message}", file=self.file, line=self.line, item=item, **values)

    @property
    def line(self) -> int:
        """Return the line, from 1."""
        return int(self.node.start_mark.line) + 1

    @property
    def place(self) -> str:
        """Return file, line and path as errors show them."""
        return f"{self.file}, line {self.line}, {self.path}"

    def members(self, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Field]:
        """Return the members of a mapping with exactly these keys."""
        members = self.named_members()
        allowed = [*required, *optional]
        for name, member in members.items():
            if name not in allowed:
                known = ", ".join(allowed)
                member.refuse(
                    "unknown_field", f"{name!r} is not known here; allowed are: {known}", name=name, known=known
                )
        for name in required:
            if name not in members:
                self.refuse("missing_field", f"{name!r} is missing; add it", name=name)
        return members

    def named_members(self) -> dict[str, Field]:
        """Return the members of a mapping with keys of the writer's choice."""
        if not isinstance(self.node, MappingNode):
            self.refuse("wrong_type", f"{self._shown()}, where a mapping of names to values is needed")
        members = {}
        for key, value in self.node.value:
            path = f"{self.path}.{key.value}" if self.path != _WHOLE else key.value
            name = Field(self.file, path, key).text(what="a name")
            members[name] = Field(self.file, path, value)
        return members

    def items(self) -> tuple[Field, ...]:
        """Return the items of a list."""
        if not isinstance(self.node, SequenceNode):
            self.refuse("wrong_type", f"{self._shown()}, where a list is needed; begin each item with '- '")
        return tuple(Field(self.file, f"{self.path}[{i}]", item) for i, item in enumerate(self.node.value, 1))

    def is_text(self) -> bool:
        """Say whether this is a single value and not a mapping or list."""
        return isinstance(self.node, ScalarNode)

    def text(self, *, what: str = "text") -> str:
        """Return text in NFC; a word that YAML takes for something else has to be quoted."""
        value = self._scalar()
        if self.node.tag != _TAG + "str":
            kind = self.node.tag.removeprefix(_TAG).replace("bool", "truth value").replace("int", "number")
            if not value:
                self.refuse("empty", f"nothing is given where {what} is needed")
            message = f'{value} without quotes is a {kind} in YAML; to use it as {what} write "{value}"'
            self.refuse("not_text", message, given=value)
        if not unicodedata.is_normalized("NFC", value):
            composed = unicodedata.normalize("NFC", value)
            self.refuse(
                "not_nfc",
                f"{composed!r} is not in Unicode normal form NFC: its Hangul is written as separate letters, as some "
                "file names are; type it anew",
                given=composed,
            )
        return value

    def integer(self) -> int:
        """Return an integer written in plain decimal digits."""
        value = self._scalar()
        if self.node.tag != _TAG + "int" or not _INTEGER.fullmatch(value):
            self.refuse("not_integer", f"{value!r} is not a whole number in plain digits", given=value)
        return int(value)

    def boolean(self) -> bool:
        """Return a truth value."""
        value = self._scalar().lower()
        if self.node.tag != _TAG + "bool" or value not in _BOOLEANS:
            self.refuse("not_boolean", f"{self._scalar()!r} is neither true nor false", given=self._scalar())
        return _BOOLEANS[value]

    def raw(self) -> str:
        """Return a single value as it was written, whatever YAML takes it for: a time, a key in hexadecimal."""
        return self._scalar()

    def _scalar(self) -> str:
        if not isinstance(self.node, ScalarNode):
            self.refuse("wrong_type", f"{self._shown()}, where a single value is needed")
        value: str = self.node.value
        try:
            # JSON writes characters beyond U+FFFF as two halves.
            return value.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self.refuse("bad_text", "the text holds half a character (a lone surrogate)")

    def _shown(self) -> str:
        match self.node:
            case MappingNode():
                return "a mapping is given"
            case SequenceNode():
                return "a list is given"
        return f"{self.node.value!r} is given"


def parse_document(data: bytes, file: str) -> Field:
    """Return the top level of a YAML or (where the name ends with .json) JSON document.

    Raise ConfigurationError `document.<rule>`: `too_large`, `not_utf8`, `syntax`, `duplicate_key`, `alias`, `tag`,
    `too_deep`, `empty`.
    """
    text = _decode(data, file)
    if PurePath(file).suffix.lower() == ".json":
        _check_json(text, file)
        # In JSON a tab can only stand between values; YAML does not know it there.
        text = text.replace("\t", " ")
    try:
        node = _Loader(text, file).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        place = {"line": mark.line + 1} if mark else {}
        _refuse("syntax", f"{file}{line}: {error.problem or error.context}", file=file, **place)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        _refuse("syntax", f"{file}: this is not YAML: {str(error) or type(error).__name__}", file=file)
    if node is None:
        _refuse("empty", f"{file}: there is nothing in this file", file=file)
    return Field(file, _WHOLE, node)


class _Loader(yaml.SafeLoader):
    """Composes nodes; refuses what can mean two things or grow without bound."""

    def __init__(self, text: str, file: str) -> None:
        super().__init__(text)
        self._file = file
        self._depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """Compose a node; no anchors and aliases, no foreign tags, bounded depth."""
        # The stubs leave the parser untyped.
        peek_event: Any = self.peek_event
        event = peek_event()
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            _refuse(
                "alias",
                f"{self._file}, line {line}: anchors (&) and aliases (*) are not allowed; write the value out",
                file=self._file,
                line=line,
            )
        self._depth += 1
        if self._depth > MAXIMUM_DEPTH:
            _refuse(
                "too_deep",
                f"{self._file}, line {line}: nested deeper than {MAXIMUM_DEPTH} levels",
                file=self._file,
                line=line,
                maximum=MAXIMUM_DEPTH,
            )
        node = super().compose_node(parent, index)
        self._depth -= 1
        if node is not None and node.tag not in _TAGS:
            _refuse(
                "tag",
                f"{self._file}, line {line}: {node.tag!r} is not allowed; write a plain value, quoted if need be",
                file=self._file,
                line=line,
                given=node.tag,
            )
        if isinstance(node, MappingNode):
            self._check_keys(node)
        return node

    def _check_keys(self, node: MappingNode) -> None:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                message = f"{self._file}, line {line}: a name must be a single word"
                _refuse("syntax", message, file=self._file, line=line)
            if key.value in seen:
                _refuse(
                    "duplicate_key",
                    f"{self._file}, line {line}: {key.value!r} is given twice, first in line {seen[key.value]}",
                    file=self._file,
                    line=line,
                    name=key.value,
                    earlier=seen[key.value],
                )
            seen[key.value] = line


def _decode(data: bytes, file: str) -> str:
    if len(data) > MAXIMUM_BYTES:
        message = f"{file} has {len(data)} bytes, at most {MAXIMUM_BYTES} are allowed"
        _refuse("too_large", message, file=file, size=len(data), maximum=MAXIMUM_BYTES)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = f"{file}, line {line}: this is not UTF-8 (EUC-KR, perhaps); save the file as UTF-8"
        _refuse("not_utf8", message, file=file, line=line)


def _check_json(text: str, file: str) -> None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        message = f"{file}, line {error.lineno}, column {error.colno}: {error.msg}"
        _refuse("syntax", message, file=file, line=error.lineno)
    except (RecursionError, ValueError):
        _refuse("syntax", f"{file}: this JSON can't be read", file=file)


def _refuse(rule: str, message: str, **values: object) -> NoReturn:
    raise ConfigurationError(f"document.{rule}", message, **values)
