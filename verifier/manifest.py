"""The manifest as the other checks use it: typed, indexed from 1, believed only as far as its types go.

*Spec*: docs/protocol.md, sections 5 and 11; docs/formats.md, section 3.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How a contest is decided; fractions as (numerator, denominator)."""

    method: str
    seats: int
    sealed_below_quorum: bool
    quorum: tuple[int, int]
    quorum_comparison: str
    threshold_of: str
    comparison: str
    threshold: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """One contest: R is ``option_limit``, L is ``selection_limit``."""

    index: int
    label: str
    title: dict[str, str]
    option_limit: int
    selection_limit: int
    option_labels: tuple[str, ...]
    option_titles: tuple[dict[str, str], ...]
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the manifest says. Styles and districts are looked up with ``style`` and ``district_style``."""

    authority: bytes
    registrar: bytes
    version: str
    profile: str
    label: str
    title: dict[str, str]
    device: str
    styles: tuple[tuple[int, ...], ...]
    style_labels: tuple[str, ...]
    district_labels: tuple[str, ...]
    district_titles: tuple[dict[str, str], ...]
    district_styles: tuple[int, ...]
    contests: tuple[Contest, ...]
    trustee_labels: tuple[str, ...]
    trustee_keys: tuple[bytes, ...]
    quorum: int
    minimum_ballots: int
    challenge_limit: int
    revoting: str
    paper: bool
    opens: str
    closes: str

    @property
    def n(self) -> int:
        """Return the number of trustees."""
        return len(self.trustee_keys)

    def contest(self, index: int) -> Contest | None:
        """Return the contest of an index, None for one that does not exist."""
        return self.contests[index - 1] if 1 <= index <= len(self.contests) else None

    def style(self, index: int) -> tuple[int, ...] | None:
        """Return the contests of a ballot style, None for one that does not exist."""
        return self.styles[index - 1] if 1 <= index <= len(self.styles) else None

    def district_style(self, district: int) -> int | None:
        """Return the ballot style of a district, None for a district that does not exist."""
        return self.district_styles[district - 1] if 1 <= district <= len(self.district_styles) else None

    def districts_of(self, contest: int) -> tuple[int, ...]:
        """Return D(c): the districts whose style holds a contest, ascending."""
        return tuple(
            district
            for district, style in enumerate(self.district_styles, start=1)
            if contest in (self.style(style) or ())
        )

    def officials(self) -> frozenset[bytes]:
        """Return the keys of authority, registrar and trustees."""
        return frozenset((self.authority, self.registrar, *self.trustee_keys))


def manifest_from(value: dict[str, Any]) -> Manifest:
    """Return the typed manifest of a decoded payload; obeys no rule but the types."""
    return Manifest(
        authority=bytes.fromhex(value["authority"]),
        registrar=bytes.fromhex(value["registrar"]),
        version=value["version"],
        profile=value["profile"],
        label=value["label"],
        title=value["title"],
        device=value["device"],
        styles=tuple(tuple(style["contests"]) for style in value["ballot_styles"]),
        style_labels=tuple(style["label"] for style in value["ballot_styles"]),
        district_labels=tuple(district["label"] for district in value["districts"]),
        district_titles=tuple(district["title"] for district in value["districts"]),
        district_styles=tuple(district["ballot_style"] for district in value["districts"]),
        contests=tuple(_contest(index, contest) for index, contest in enumerate(value["contests"], start=1)),
        trustee_labels=tuple(trustee["label"] for trustee in value["trustees"]),
        trustee_keys=tuple(bytes.fromhex(trustee["public_key"]) for trustee in value["trustees"]),
        quorum=value["quorum"],
        minimum_ballots=value["minimum_ballots"],
        challenge_limit=value["challenge_limit"],
        revoting=value["revoting"],
        paper=value["paper"],
        opens=value["schedule"]["opens"],
        closes=value["schedule"]["closes"],
    )


def _contest(index: int, value: dict[str, Any]) -> Contest:
    rule = value["rule"]
    return Contest(
        index=index,
        label=value["label"],
        title=value["title"],
        option_limit=value["option_limit"],
        selection_limit=value["selection_limit"],
        option_labels=tuple(option["label"] for option in value["options"]),
        option_titles=tuple(option["title"] for option in value["options"]),
        rule=Rule(
            method=rule["method"],
            seats=rule["seats"],
            sealed_below_quorum=rule["sealed_below_quorum"],
            quorum=(rule["quorum"]["numerator"], rule["quorum"]["denominator"]),
            quorum_comparison=rule["quorum"]["comparison"],
            threshold_of=rule["threshold"]["of"],
            comparison=rule["threshold"]["comparison"],
            threshold=(rule["threshold"]["numerator"], rule["threshold"]["denominator"]),
        ),
    )
