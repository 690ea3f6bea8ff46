"""A log under the forger's hands: lines that can be changed, moved, dropped and added after they were signed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from evote import canonical_json
from evote.ed25519 import SigningKey
from evote.log.statement import encode_statement, sign_statement

Value = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Line:
    """An entry with its payload; `step` is its name in the tests, `commitments` what a ballot's maker says."""

    step: str
    entry: bytes
    payload: bytes
    commitments: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Forgery:
    """A log that tells an election."""

    scope: bytes
    lines: tuple[Line, ...]

    def index(self, step: str) -> int:
        """Return the place of a step."""
        return [line.step for line in self.lines].index(step)

    def line(self, step: str) -> Line:
        """Return a step."""
        return self.lines[self.index(step)]

    def value(self, step: str) -> Value:
        """Return what a step says."""
        value: Value = json.loads(self.line(step).payload)
        return value

    def changed(self, step: str, *, entry: bytes | None = None, payload: bytes | None = None) -> "Forgery":
        """Return the log with other bytes in one line; nothing is signed again."""
        place, line = self.index(step), self.line(step)
        other = replace(line, entry=entry or line.entry, payload=line.payload if payload is None else payload)
        return self._with((*self.lines[:place], other, *self.lines[place + 1 :]))

    def moved(self, step: str, *, before: str) -> "Forgery":
        """Return the log with one step moved before another."""
        return self.without(step).added(self.line(step), before=before)

    def without(self, *steps: str) -> "Forgery":
        """Return the log without some steps."""
        return self._with([line for line in self.lines if line.step not in steps])

    def added(self, line: Line, *, before: str = "") -> "Forgery":
        """Return the log with one line more, at the end unless told otherwise."""
        place = self.index(before) if before else len(self.lines)
        return self._with((*self.lines[:place], line, *self.lines[place:]))

    def cut(self, *, after: str) -> "Forgery":
        """Return the log as it was right after a step."""
        return self._with(self.lines[: self.index(after) + 1])

    def _with(self, lines: Sequence[Line]) -> "Forgery":
        return replace(self, lines=tuple(lines))


def spell(value: Value) -> bytes:
    """Return the canonical bytes of a payload, whether or not it obeys its form."""
    return canonical_json.encode(value)


def sign_line(step: str, kind: str, key: SigningKey, scope: bytes, payload: bytes, commitments: bytes = b"") -> Line:
    """Return a signed line."""
    statement = sign_statement(key, kind=kind, scope=scope, payload=payload)
    return Line(step=step, entry=encode_statement(statement), payload=payload, commitments=commitments)
