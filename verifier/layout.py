"""Which tiles and bundles a record holds: as a folder or archive lists them, or as a log of its size must have them.

*Spec*: docs/formats.md, section 1; C2SP tlog-tiles.

*Idea*: Folders and archives are listed, so that a missing bundle is known and other files can be named. Behind a URL
nothing can be listed: what a log of this size consists of is asked for, and turns out to be there or not.

*Invariants*: What a checkpoint claims about its size costs neither memory nor time; only what is there does.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from verifier.reader import Record, tile_number

MAX_OTHER_FILES = 200
WIDTH = 256
_TILE = re.compile(
    r"tile/([0-9]{1,2}|entries|payloads|commitments)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII
)
_MAX_GROUPS = 7


@dataclass(slots=True)
class Layout:
    """A record that was listed: widths by kind and number, and the names of all other files."""

    tiles: dict[str, dict[int, list[int]]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    other_count: int = 0

    @property
    def listed(self) -> bool:
        """Say whether every bundle that is named is there."""
        return True

    def bundles(self) -> Sequence[int]:
        """Return the numbers of the bundles of entries, ascending."""
        return sorted(self.tiles.get("entries", {}))

    def widths(self, kind: str, number: int) -> list[int]:
        """Return the widths (256: full) in which a tile is there."""
        return self.tiles.get(kind, {}).get(number, [])


@dataclass(slots=True)
class ExpectedLayout(Layout):
    """A record that can't be listed, of a log of ``size`` entries."""

    size: int = 0

    @property
    def listed(self) -> bool:
        """Say that nothing is known to be there."""
        return False

    def bundles(self) -> Sequence[int]:
        """Return the numbers of the bundles that such a log has."""
        return range(-(-self.size // WIDTH))

    def widths(self, kind: str, number: int) -> list[int]:
        """Return the one width in which such a log has a tile."""
        complete = (self.size >> 8 * int(kind) if kind.isdigit() else self.size) - number * WIDTH
        return [min(complete, WIDTH)] if complete > 0 else []


def read_layout(record: Record, size: int) -> Layout:
    """List a record; everything that is no part of a log of ``size`` entries goes to the other files."""
    names = record.names()
    if names is None:
        return ExpectedLayout(size=size)
    layout = Layout()
    for name in names:
        if name in ("checkpoint", "policy"):
            continue
        match = _TILE.fullmatch(name)
        if match and _add_tile(layout, size, *match.groups()):
            continue
        layout.other_count += 1
        if len(layout.others) < MAX_OTHER_FILES:
            layout.others.append(name)
    return layout


def _add_tile(layout: Layout, size: int, kind: str, digits: str, partial: str | None) -> bool:
    number = int(re.sub("[x/]", "", digits))
    width = WIDTH if partial is None else int(partial)
    level = int(kind) if kind.isdigit() else 0
    if kind != str(level) and kind.isdigit():
        return False
    if digits.count("/") >= _MAX_GROUPS or tile_number(number) != digits or (partial is not None and width >= WIDTH):
        return False
    # number of complete items at this level: hashes of complete subtrees, or entries
    if number * WIDTH + width > size >> (8 * level):
        return False
    layout.tiles.setdefault(kind, {}).setdefault(number, []).append(width)
    return True


def other_files(layout: Layout) -> tuple[str, ...]:
    """Return the names of files that are no part of the log, the last of them a count where there are many."""
    more = layout.other_count - len(layout.others)
    return (*layout.others, *((f"and {more} more",) if more else ()))
