"""A ballot before it is encrypted: what a voter marked, as far as it can be counted.

Spec: docs/protocol.md section 8; EG section 3.3 (undervotes need nothing special, overvotes are encrypted as zeros).

Idea: marks are values per contest and option. Marks that don't belong to the ballot are a mistake of the program and
refused; marks that are too many are the voter's right and become a blank vote, which is told before encrypting.

Invariants: a PlainContest obeys option and selection limit, all of its values are 0 if it was overvoted. Values are
secret: they are not shown when a record is printed, and no error message holds one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from evote.election.manifest import Contest, Manifest
from evote.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainContest:
    """The values of one contest in option order, secret; zeros where it was overvoted."""

    contest: int
    values: tuple[int, ...] = field(repr=False)
    overvoted: bool = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainBallot:
    """What will be encrypted: the contests of one ballot style, in manifest order."""

    style: int
    contests: tuple[PlainContest, ...]

    @property
    def overvoted(self) -> tuple[int, ...]:
        """Return the contests whose marks were too many and count as blank, for the voter alone."""
        return tuple(plain.contest for plain in self.contests if plain.overvoted)


def plain_ballot(manifest: Manifest, style: int, selections: Mapping[int, Sequence[int]]) -> PlainBallot:
    """Return the countable ballot of a voter's marks, one value per option for every contest of the style.

    Raise ConfigurationError `selections.style`, `.contests` (missing or foreign), `.options`, `.negative`.
    """
    if not 1 <= style <= len(manifest.ballot_styles):
        _refuse("style", f"ballot style {style} does not exist")
    contests = manifest.ballot_styles[style - 1].contests
    if set(selections) != set(contests):
        _refuse("contests", f"marks for contests {sorted(selections)}, the ballot has {list(contests)}")
    return PlainBallot(
        style=style,
        contests=tuple(_plain_contest(manifest.contests[index - 1], index, selections[index]) for index in contests),
    )


def _plain_contest(contest: Contest, index: int, values: Sequence[int]) -> PlainContest:
    if len(values) != len(contest.options):
        _refuse("options", f"contest {index}: {len(values)} values for {len(contest.options)} options")
    if any(value < 0 for value in values):
        _refuse("negative", f"contest {index}: a value is negative")
    # R: largest value of one option, L: largest sum of the contest
    overvoted = max(values) > contest.option_limit or sum(values) > contest.selection_limit
    countable = (0,) * len(values) if overvoted else tuple(values)
    return PlainContest(contest=index, values=countable, overvoted=overvoted)


def _refuse(rule: str, message: str) -> NoReturn:
    raise ConfigurationError(f"selections.{rule}", message)
