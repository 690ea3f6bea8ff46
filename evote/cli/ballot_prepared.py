"""A ballot between being encrypted and being cast or challenged: a secret file of the voter's.

Spec: docs/protocol.md section 8.

Idea: the confirmation code is fixed before the voter chooses; the file holds both ways on, and which one was taken, so
that a repeated command sends the same bytes and the other way stays closed.

Invariants: the file is readable by its owner alone and removed once its ballot was sent; it never holds the voter's
code. What it does hold says how the voter voted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from evote import canonical_json
from evote.cli.files import check_private, read_input, replace_secret, write_secret
from evote.election.kinds import Kind
from evote.election.manifest import Contest, Manifest
from evote.errors import ConfigurationError, EncodingError, PolicyError

FORMAT: Final = "evote/prepared-ballot/1"
MAXIMUM_PREPARED_BYTES: Final = 2**26
_NAMES: Final = ("election", "author", "confirmation_code", "cast", "challenged", "commitments", "choice")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedFile:
    """Hexadecimal texts, and both payloads; `choice` is the kind that was chosen, or empty."""

    election: str
    author: str
    confirmation_code: str
    cast: str = field(repr=False)
    challenged: str = field(repr=False)
    commitments: str = field(repr=False)
    choice: str = ""

    def payload(self) -> bytes:
        """Return the payload of the chosen kind."""
        return (self.cast if self.choice == Kind.BALLOT_CAST else self.challenged).encode()


def save_prepared(path: Path, prepared: PreparedFile) -> None:
    """Write a new prepared ballot; raise ConfigurationError `file.exists`."""
    write_secret(path, _encode(prepared))


def load_prepared(path: Path) -> PreparedFile:
    """Read a prepared ballot; raise ConfigurationError `file.*`, `ballot.not_prepared`."""
    data = read_input(path, MAXIMUM_PREPARED_BYTES)
    check_private(path)
    try:
        value = canonical_json.decode(data, maximum_bytes=MAXIMUM_PREPARED_BYTES)
    except EncodingError:
        value = {}
    if (
        value.pop("format", "") != FORMAT
        or set(value) != set(_NAMES)
        or not all(isinstance(v, str) for v in value.values())
    ):
        raise ConfigurationError("ballot.not_prepared", f"{path} is not a prepared ballot", path=path)
    return PreparedFile(**value)


def choose(path: Path, prepared: PreparedFile, kind: Kind) -> PreparedFile:
    """Note what the voter chose, for good; raise PolicyError `ballot.chosen` where the other way was taken."""
    if prepared.choice not in ("", kind):
        message = f"this ballot was sent as {prepared.choice} already; prepare a fresh one"
        raise PolicyError("ballot.chosen", message, kind=prepared.choice)
    chosen = replace(prepared, choice=kind.value)
    if chosen != prepared:
        replace_secret(path, _encode(chosen))
    return chosen


def parse_choices(manifest: Manifest, style: int, choices: Sequence[str]) -> dict[int, tuple[int, ...]]:
    """Return the marks of `contest=option` or `contest=option:value` texts, by label or number; the rest is blank.

    Raise ConfigurationError `choice.malformed`, `.unknown_contest`, `.unknown_option`, `.value`, `.twice`.
    """
    contests = manifest.ballot_styles[style - 1].contests
    marks = {number: [0] * len(manifest.contests[number - 1].options) for number in contests}
    for text in choices:
        name, separator, rest = text.partition("=")
        if not separator:
            raise ConfigurationError(
                "choice.malformed", f"{text!r} is not of the form contest=option or contest=option:3", given=text
            )
        labels = {manifest.contests[number - 1].label: number for number in contests}
        number = _find(labels, name, "choice.unknown_contest", "contest of this ballot")
        contest = manifest.contests[number - 1]
        option, value = _parse_option(contest, rest)
        if marks[number][option - 1]:
            message = f"{contest.label}: the same option is chosen twice"
            raise ConfigurationError("choice.twice", message, contest=contest.label)
        marks[number][option - 1] = value
    return {number: tuple(values) for number, values in marks.items()}


def _parse_option(contest: Contest, text: str) -> tuple[int, int]:
    labels = {option.label: number for number, option in enumerate(contest.options, 1)}
    if text in labels:
        return labels[text], 1
    name, separator, value = text.rpartition(":")
    if separator and not (value.isascii() and value.isdecimal() and len(value) <= 6):
        message = f"{contest.label}: after the colon stands a whole number"
        raise ConfigurationError("choice.value", message, contest=contest.label)
    return _find(labels, name if separator else text, "choice.unknown_option", "option"), int(value) if separator else 1


def _find(labels: dict[str, int], name: str, code: str, what: str) -> int:
    if name in labels:
        return labels[name]
    if name.isascii() and name.isdecimal() and len(name) < 6 and int(name) in labels.values():
        return int(name)
    known = ", ".join(labels)
    raise ConfigurationError(code, f"{name!r} is no {what}; there are: {known}", given=name, known=known)


def _encode(prepared: PreparedFile) -> bytes:
    return canonical_json.encode({"format": FORMAT, **{name: getattr(prepared, name) for name in _NAMES}})
