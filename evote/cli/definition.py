"""The definition of an election as an official writes it, and the manifest that follows from it.

Spec: docs/protocol.md sections 5 and 11.

Idea: names instead of numbers, defaults instead of repetition, a named rule instead of fractions. Every value is
checked where it stands, so that an error names the line; `check_manifest` has the last word.

Invariants: a manifest that is returned obeys section 5, but for its nonce, which is all zeros; equal definitions give
equal manifests. Unknown fields are refused: what this profile does not have can't be asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evote.cli.definition_contest import read_contest
from evote.cli.definition_parts import (
    read_key,
    read_label,
    read_labelled,
    read_number,
    read_time,
    read_title,
    read_word,
)
from evote.cli.document import Field, parse_document
from evote.election.manifest import (
    MAXIMUM_CHALLENGES,
    MAXIMUM_CONTESTS,
    MAXIMUM_TRUSTEES,
    BallotStyle,
    Contest,
    District,
    Manifest,
    Title,
    TrusteeIdentity,
    check_manifest,
)
from evote.errors import ConfigurationError

DEFAULT_DEVICE: Final = "evote/1"
DEFAULT_MINIMUM_BALLOTS: Final = 10
DEFAULT_CHALLENGE_LIMIT: Final = 5
DEFAULT_REVOTING: Final = "never"
NO_NONCE: Final = bytes(32)

_REQUIRED: Final = ("label", "title", "authority", "registrar", "trustees", "quorum", "opens", "closes", "contests")
_OPTIONAL: Final = ("districts", "ballot_styles", "minimum_ballots", "challenge_limit", "revoting", "paper", "device")
_EVERYTHING: Final = "all"
_MAXIMUM_DISTRICTS: Final = 10_000
_LARGEST: Final = 2**53 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A definition that was read: the manifest without its nonce, and places that lack a title in some language."""

    manifest: Manifest
    untranslated: tuple[str, ...]


def parse_definition(data: bytes, file: str) -> Definition:
    """Read a definition; raise ConfigurationError (`document.*`, `manifest.*`, `voting_rule.*`) naming the place."""
    fields = parse_document(data, file).members(_REQUIRED, _OPTIONAL)
    title = read_title(fields["title"])
    contests = read_labelled(fields["contests"], read_contest, MAXIMUM_CONTESTS)
    styles = _read_styles(fields.get("ballot_styles"), contests)
    trustees = read_labelled(fields["trustees"], _read_trustee, MAXIMUM_TRUSTEES)
    opens, closes = read_time(fields["opens"]), read_time(fields["closes"])
    if closes <= opens:
        fields["closes"].refuse(
            "schedule",
            f"the vote closes ({closes}) before it opens ({opens}); correct one of them",
            opens=opens,
            closes=closes,
        )
    manifest = Manifest(
        authority=read_key(fields["authority"]),
        registrar=read_key(fields["registrar"]),
        nonce=NO_NONCE,
        label=read_label(fields["label"]),
        title=title,
        device=_read_device(fields.get("device")),
        ballot_styles=styles,
        districts=_read_districts(fields.get("districts"), styles, title),
        contests=contests,
        trustees=trustees,
        quorum=read_number(fields["quorum"], 1, len(trustees), f"there are {len(trustees)} trustees"),
        minimum_ballots=_read_optional(fields, "minimum_ballots", DEFAULT_MINIMUM_BALLOTS, 2, _LARGEST),
        challenge_limit=_read_optional(fields, "challenge_limit", DEFAULT_CHALLENGE_LIMIT, 0, MAXIMUM_CHALLENGES),
        revoting=read_word(fields["revoting"], ("never", "last")) if "revoting" in fields else DEFAULT_REVOTING,
        paper=fields["paper"].boolean() if "paper" in fields else False,
        opens=opens,
        closes=closes,
    )
    try:
        check_manifest(manifest)
    except ConfigurationError as error:
        raise ConfigurationError(error.code, f"{file}: {error.message}", **{**error.values, "file": file}) from error
    return Definition(manifest=manifest, untranslated=tuple(_untranslated(manifest)))


def _read_styles(field: Field | None, contests: Sequence[Contest]) -> tuple[BallotStyle, ...]:
    if field is None:
        return (BallotStyle(label=_EVERYTHING, contests=tuple(range(1, len(contests) + 1))),)
    numbers = {contest.label: number for number, contest in enumerate(contests, 1)}

    def read_style(item: Field) -> BallotStyle:
        members = item.members(("label", "contests"))
        chosen = [_read_reference(name, numbers, "contest") for name in members["contests"].items()]
        if not chosen or chosen != sorted(set(chosen)):
            members["contests"].refuse(
                "ballot_style", "name at least one contest, each once, in the order of 'contests'"
            )
        return BallotStyle(label=read_label(members["label"]), contests=tuple(chosen))

    return read_labelled(field, read_style, _MAXIMUM_DISTRICTS)


def _read_districts(field: Field | None, styles: Sequence[BallotStyle], title: Title) -> tuple[District, ...]:
    if field is None:
        return (District(label=_EVERYTHING, title=title, ballot_style=1),)
    numbers = {style.label: number for number, style in enumerate(styles, 1)}

    def read_district(item: Field) -> District:
        members = item.members(("label", "title"), ("ballot_style",))
        if "ballot_style" in members:
            style = _read_reference(members["ballot_style"], numbers, "ballot style")
        elif len(styles) == 1:
            style = 1
        else:
            item.refuse(
                "ballot_style", f"there are {len(styles)} ballot styles; add 'ballot_style' with the label of one"
            )
        return District(label=read_label(members["label"]), title=read_title(members["title"]), ballot_style=style)

    return read_labelled(field, read_district, _MAXIMUM_DISTRICTS)


def _read_reference(field: Field, numbers: Mapping[str, int], what: str) -> int:
    label = field.text(what=f"the label of a {what}")
    if label not in numbers:
        known = ", ".join(numbers)
        field.refuse("unknown_label", f"there is no {what} {label!r}; there are: {known}", given=label, known=known)
    return numbers[label]


def _read_trustee(field: Field) -> TrusteeIdentity:
    members = field.members(("label", "public_key"))
    return TrusteeIdentity(label=read_label(members["label"]), public_key=read_key(members["public_key"]))


def _read_device(field: Field | None) -> str:
    if field is None:
        return DEFAULT_DEVICE
    device = field.text(what="the name of the voting device")
    if not 1 <= len(device) <= 200:
        field.refuse("device", f"the text has {len(device)} characters, 1 to 200 are allowed", count=len(device))
    return device


def _read_optional(fields: Mapping[str, Field], name: str, default: int, minimum: int, maximum: int) -> int:
    return read_number(fields[name], minimum, maximum) if name in fields else default


def _untranslated(manifest: Manifest) -> Iterator[str]:
    """Yield the places whose title lacks a language that the election's title has."""
    wanted = {language for language, _ in manifest.title}
    titles = [(f"districts: {district.label}", district.title) for district in manifest.districts]
    for contest in manifest.contests:
        titles.append((f"contests: {contest.label}", contest.title))
        titles += [(f"contests: {contest.label}, options: {option.label}", option.title) for option in contest.options]
    for place, title in titles:
        missing = wanted - {language for language, _ in title}
        if missing:
            yield f"{place} ({', '.join(sorted(missing))})"
