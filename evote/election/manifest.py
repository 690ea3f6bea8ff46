"""The manifest: everything about an election that a verdict depends on, fixed before the first key is made.

Spec: docs/protocol.md section 5; EG 3.1.3 (labels, ordered contests and options, ballot styles).

Idea: positions are identities. Contests, options, styles, districts and trustees are numbered by their place in these
tuples, from 1. The exact bytes of the encoded manifest enter H_B, so nothing here can change later.

Invariants: `check_manifest` holds for every manifest that was decoded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NoReturn

from evote import ed25519
from evote.election.voting_rules import ContestRule, check_rule
from evote.errors import ConfigurationError, VerificationError

# Controls, spaces other than U+0020, invisible and direction marks, private use: the same list in every program,
# whatever Unicode version it knows.
_FORBIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000"
    "\ud800-\uf8ff\ufeff\ufff0-\ufffb\U000e0000-\U0010ffff]"
)
PROFILE: Final = "evote/1"
VERSION: Final = "v2.1.0"
MAXIMUM_TRUSTEES: Final = 64
MAXIMUM_CONTESTS: Final = 300
MAXIMUM_OPTIONS: Final = 300
MAXIMUM_SELECTION_LIMIT: Final = 1000
MAXIMUM_CHALLENGES: Final = 100
MAXIMUM_TITLE_CHARACTERS: Final = 2000

# Language tag and text, ascending by tag; at least one.
Title = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a contest."""

    label: str
    title: Title


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """One question: every option takes a value 0..option_limit, all together at most selection_limit."""

    label: str
    title: Title
    option_limit: int
    selection_limit: int
    options: tuple[Option, ...]
    rule: ContestRule


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotStyle:
    """The contests a ballot holds, by ascending one-based index."""

    label: str
    contests: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """Where a credential belongs; it decides the ballot style."""

    label: str
    title: Title
    ballot_style: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrusteeIdentity:
    """A trustee's name and the Ed25519 key (32 bytes) that signs their statements."""

    label: str
    public_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A whole election; `nonce` (32 bytes) makes two otherwise equal elections different."""

    authority: bytes
    registrar: bytes
    nonce: bytes
    label: str
    title: Title
    device: str
    ballot_styles: tuple[BallotStyle, ...]
    districts: tuple[District, ...]
    contests: tuple[Contest, ...]
    trustees: tuple[TrusteeIdentity, ...]
    quorum: int
    minimum_ballots: int
    challenge_limit: int
    revoting: str
    paper: bool
    opens: str
    closes: str
    profile: str = PROFILE
    version: str = VERSION

    def style_of(self, district: int) -> BallotStyle:
        """Return the ballot style of a one-based district index."""
        return self.ballot_styles[self.districts[district - 1].ballot_style - 1]

    def districts_of(self, contest: int) -> tuple[int, ...]:
        """Return the one-based districts whose ballots hold a contest: D(c) of docs/protocol.md section 9."""
        return tuple(d for d in range(1, len(self.districts) + 1) if contest in self.style_of(d).contests)


def check_manifest(manifest: Manifest) -> None:
    """Raise ConfigurationError `manifest.<rule>` naming the place where section 5 is broken."""
    if manifest.profile != PROFILE:
        _refuse("profile", f"profile is {manifest.profile!r}, this program implements {PROFILE!r}")
    if manifest.version != VERSION:
        _refuse("version", f"version is {manifest.version!r}, only {VERSION!r} is supported")
    _check_label(manifest.label, "label")
    _check_title(manifest.title, "title")
    if not 1 <= len(manifest.device) <= 200:
        _refuse("device", f"device has {len(manifest.device)} characters, 1 to 200 are allowed")
    _check_contests(manifest.contests)
    _check_places(manifest)
    _check_trustees(manifest)
    if manifest.minimum_ballots < 2:
        _refuse(
            "minimum_ballots",
            f"minimum_ballots is {manifest.minimum_ballots}; a single ballot must never be decrypted, so at least 2",
        )
    if not 0 <= manifest.challenge_limit <= MAXIMUM_CHALLENGES:
        _refuse(
            "challenge_limit", f"challenge_limit is {manifest.challenge_limit}, 0 to {MAXIMUM_CHALLENGES} are allowed"
        )
    if manifest.revoting not in ("never", "last"):
        _refuse("revoting", f"revoting is {manifest.revoting!r}, allowed are 'never' and 'last'")
    if parse_time(manifest.opens, "schedule.opens") >= parse_time(manifest.closes, "schedule.closes"):
        _refuse("schedule", f"closes ({manifest.closes}) is not later than opens ({manifest.opens})")


def parse_time(text: str, place: str) -> datetime:
    """Return the UTC time of `YYYY-MM-DDTHH:MM:SSZ`; raise ConfigurationError naming `place`."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", text, re.ASCII):
        _refuse("time", f"{place} is {text!r}, not a UTC time like 2026-06-03T00:00:00Z")
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        _refuse("time", f"{place} is {text!r}, which is not a real date and time")


def _check_contests(contests: tuple[Contest, ...]) -> None:
    _check_count(contests, 1, MAXIMUM_CONTESTS, "contests")
    _check_distinct([contest.label for contest in contests], "contests")
    for index, contest in enumerate(contests, 1):
        place = f"contest {index} ({contest.label!r})"
        _check_label(contest.label, f"contest {index}")
        _check_title(contest.title, place)
        _check_count(contest.options, 1, MAXIMUM_OPTIONS, f"{place} options")
        _check_distinct([option.label for option in contest.options], f"{place} options")
        for number, option in enumerate(contest.options, 1):
            _check_label(option.label, f"{place} option {number}")
            _check_title(option.title, f"{place} option {number}")
        _check_limits(contest, place)
        check_rule(
            contest.rule,
            option_count=len(contest.options),
            contest_limit=contest.selection_limit,
            option_limit=contest.option_limit,
            place=place,
        )


def _check_limits(contest: Contest, place: str) -> None:
    R, L, m = contest.option_limit, contest.selection_limit, len(contest.options)
    if R < 1 or L < 1:
        _refuse("limit", f"{place}: option_limit {R} and selection_limit {L} must be at least 1")
    if not R <= L <= m * R or L > MAXIMUM_SELECTION_LIMIT:
        _refuse(
            "limit",
            f"{place}: selection_limit {L} must be from option_limit {R} to options x option_limit {m * R}, "
            f"at most {MAXIMUM_SELECTION_LIMIT}",
        )


def _check_places(manifest: Manifest) -> None:
    _check_count(manifest.ballot_styles, 1, 10_000, "ballot_styles")
    _check_distinct([style.label for style in manifest.ballot_styles], "ballot_styles")
    for index, style in enumerate(manifest.ballot_styles, 1):
        place = f"ballot style {index} ({style.label!r})"
        _check_label(style.label, f"ballot style {index}")
        _check_count(style.contests, 1, MAXIMUM_CONTESTS, f"{place} contests")
        if list(style.contests) != sorted(set(style.contests)):
            _refuse("ballot_style", f"{place}: contests must be ascending without repetition")
        if not all(1 <= c <= len(manifest.contests) for c in style.contests):
            _refuse("ballot_style", f"{place} names a contest that does not exist")
    _check_count(manifest.districts, 1, 10_000, "districts")
    _check_distinct([district.label for district in manifest.districts], "districts")
    for index, district in enumerate(manifest.districts, 1):
        _check_label(district.label, f"district {index}")
        _check_title(district.title, f"district {index} ({district.label!r})")
        if not 1 <= district.ballot_style <= len(manifest.ballot_styles):
            _refuse(
                "district",
                f"district {index} ({district.label!r}) names ballot style {district.ballot_style}, "
                "which does not exist",
            )


def _check_trustees(manifest: Manifest) -> None:
    _check_count(manifest.trustees, 1, MAXIMUM_TRUSTEES, "trustees")
    _check_distinct([trustee.label for trustee in manifest.trustees], "trustees")
    if not 1 <= manifest.quorum <= len(manifest.trustees):
        _refuse("quorum", f"quorum is {manifest.quorum}, but there are {len(manifest.trustees)} trustees")
    keys = [("authority", manifest.authority), ("registrar", manifest.registrar)]
    for index, trustee in enumerate(manifest.trustees, 1):
        _check_label(trustee.label, f"trustee {index}")
        keys.append((f"trustee {index}", trustee.public_key))
    seen: dict[bytes, str] = {}
    for name, key in keys:
        try:
            ed25519.check_public_key(key)
        except VerificationError as error:
            _refuse("key", f"the key of {name} is not a valid Ed25519 key: {error.message}")
        if key in seen:
            _refuse("key", f"{seen[key]} and {name} have the same key")
        seen[key] = name


def _check_label(label: str, place: str) -> None:
    if not 1 <= len(label) <= 60 or label != label.strip(" ") or "  " in label or _FORBIDDEN.search(label):
        _refuse(
            "label", f"{place}: label {label!r} must be 1 to 60 characters without line breaks, tabs or surplus spaces"
        )


def _check_title(title: Title, place: str) -> None:
    if not title:
        _refuse("title", f"{place} has no title in any language")
    for language, text in title:
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?", language):
            _refuse("title", f"{place}: {language!r} is not a language tag like 'ko' or 'zh-Hans'")
        if not 1 <= len(text) <= MAXIMUM_TITLE_CHARACTERS:
            _refuse("title", f"{place}: the title in {language!r} must have 1 to {MAXIMUM_TITLE_CHARACTERS} characters")


def _check_count(items: tuple[object, ...], minimum: int, maximum: int, place: str) -> None:
    if not minimum <= len(items) <= maximum:
        _refuse("count", f"{place}: {len(items)} given, {minimum} to {maximum} are allowed")


def _check_distinct(labels: list[str], place: str) -> None:
    for label in labels:
        if labels.count(label) > 1:
            _refuse("duplicate_label", f"{place}: the label {label!r} is used twice")


def _refuse(rule: str, message: str) -> NoReturn:
    raise ConfigurationError(f"manifest.{rule}", message)
