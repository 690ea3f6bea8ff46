"""Contests of a definition: options, limits and the rule by which the votes decide.

Spec: docs/protocol.md sections 5 and 11; `evote.election.presets` for the named rules.

Idea: a rule is a preset's name, or a mapping that starts from a preset or a method and changes single fields;
fractions are written as people say them: "at_least 1/4", "more_than 1/2 of valid".

Invariants: limits and rule of a returned contest fit together (`check_rule`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from evote.cli.definition_parts import read_label, read_labelled, read_number, read_title, read_word
from evote.cli.document import Field
from evote.election.manifest import MAXIMUM_OPTIONS, MAXIMUM_SELECTION_LIMIT, Contest, Option
from evote.election.presets import PRESETS, find_preset
from evote.election.voting_rules import (
    NO_QUORUM,
    NO_THRESHOLD,
    Comparison,
    ContestRule,
    Method,
    Quorum,
    Threshold,
    ThresholdBase,
    check_rule,
)
from evote.errors import ConfigurationError

_SHARE: Final = re.compile(r"(at_least|more_than) ([0-9]{1,7})/([0-9]{1,7})")
_THRESHOLD: Final = re.compile(_SHARE.pattern + r" of (valid|ballots|eligible)")
_NONE: Final = "none"


def read_contest(field: Field) -> Contest:
    """Return a contest; limits that are left out are 1, in approval voting as many selections as options."""
    members = field.members(("label", "title", "options", "rule"), ("option_limit", "selection_limit"))
    options = read_labelled(members["options"], _read_option, MAXIMUM_OPTIONS)
    rule = _read_rule(members["rule"])
    option_limit = _read_limit(members.get("option_limit"), 1)
    selection_limit = _read_limit(members.get("selection_limit"), len(options) if rule.method is Method.APPROVAL else 1)
    place = members.get("selection_limit") or members.get("option_limit") or field
    largest = min(MAXIMUM_SELECTION_LIMIT, len(options) * option_limit)
    if not option_limit <= selection_limit <= largest:
        place.refuse(
            "limit",
            f"selection_limit is {selection_limit}; it must be from {option_limit} (the option_limit) to {largest} "
            f"({len(options)} options, at most {MAXIMUM_SELECTION_LIMIT})",
            given=selection_limit,
            minimum=option_limit,
            maximum=largest,
        )
    try:
        check_rule(
            rule,
            option_count=len(options),
            contest_limit=selection_limit,
            option_limit=option_limit,
            place=members["rule"].path,
        )
    except ConfigurationError as error:
        rule_field = members["rule"]
        raise ConfigurationError(
            error.code,
            f"{rule_field.place}: {error.message}",
            **{**error.values, "file": rule_field.file, "line": rule_field.line, "item": rule_field.path},
        ) from error
    return Contest(
        label=read_label(members["label"]),
        title=read_title(members["title"]),
        option_limit=option_limit,
        selection_limit=selection_limit,
        options=options,
        rule=rule,
    )


def _read_option(field: Field) -> Option:
    members = field.members(("label", "title"))
    return Option(label=read_label(members["label"]), title=read_title(members["title"]))


def _read_limit(field: Field | None, default: int) -> int:
    if field is None:
        return default
    return read_number(field, 1, MAXIMUM_SELECTION_LIMIT, "0 would let nobody choose anything")


def _read_rule(field: Field) -> ContestRule:
    if field.is_text():
        return _find_preset(field)
    members = field.members((), ("preset", "method", "seats", "quorum", "threshold", "sealed_below_quorum"))
    if ("preset" in members) == ("method" in members):
        field.refuse("rule", "a rule has either a preset or a method; 'evote definition presets' lists the presets")
    if "preset" in members:
        rule = _find_preset(members["preset"])
    else:
        rule = ContestRule(method=Method(read_word(members["method"], tuple(Method))))
    if "seats" in members:
        rule = replace(rule, seats=read_number(members["seats"], 1, MAXIMUM_OPTIONS))
    if "quorum" in members:
        rule = replace(rule, quorum=_read_quorum(members["quorum"]))
    if "threshold" in members:
        rule = replace(rule, threshold=_read_threshold(members["threshold"]))
    if "sealed_below_quorum" in members:
        rule = replace(rule, sealed_below_quorum=members["sealed_below_quorum"].boolean())
    return rule


def _find_preset(field: Field) -> ContestRule:
    name = field.text(what="the name of a rule")
    try:
        return find_preset(name).rule
    except ConfigurationError:
        known = ", ".join(preset.id for preset in PRESETS)
        field.refuse("unknown_preset", f"there is no rule {name!r}; there are: {known}", given=name, known=known)


def _read_quorum(field: Field) -> Quorum:
    text = field.text(what="a quorum")
    if text == _NONE:
        return NO_QUORUM
    match = _SHARE.fullmatch(text)
    if match is None:
        message = f"{text!r} is not a quorum like 'at_least 1/4', 'more_than 1/2' or 'none'"
        field.refuse("quorum", message, given=text)
    return Quorum(comparison=Comparison(match[1]), numerator=int(match[2]), denominator=int(match[3]))


def _read_threshold(field: Field) -> Threshold:
    text = field.text(what="a threshold")
    if text == _NONE:
        return NO_THRESHOLD
    match = _THRESHOLD.fullmatch(text)
    if match is None:
        field.refuse(
            "threshold",
            f"{text!r} is not a threshold like 'more_than 1/2 of valid' (or of ballots, of eligible) or 'none'",
            given=text,
        )
    return Threshold(
        of=ThresholdBase(match[4]),
        comparison=Comparison(match[1]),
        numerator=int(match[2]),
        denominator=int(match[3]),
    )
