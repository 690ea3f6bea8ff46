"""Who votes on what, and what happens: the honest elections that lies are built into."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from typing import Any

from evote.ed25519 import SigningKey
from evote.election.kinds import Kind
from evote.election.manifest import BallotStyle, Contest, District, Manifest, Option, TrusteeIdentity
from evote.election.records import PaperContest, PaperCount
from evote.election.voting_rules import Comparison, ContestRule, Method, Quorum, Threshold, ThresholdBase

Marks = tuple[tuple[int, ...], ...]

YES, NO, BLANK = (1, 0), (0, 1), (0, 0)
REFERENDUM, COUNCIL = 1, 2
NORTH, SOUTH = 1, 2


@cache
def person(name: str) -> SigningKey:
    """Return the key of a person or office by name."""
    return SigningKey(sha256(f"forge {name}".encode()).digest())


@dataclass(frozen=True)
class Voter:
    """A person on the roll."""

    name: str
    district: int = NORTH
    weight: int = 1


@dataclass(frozen=True, kw_only=True)
class Act:
    """What happens while the box is open: a ballot, with its values contest by contest, or the end of a credential."""

    kind: Kind
    voter: str
    marks: Marks = ()
    reason: str = ""
    new: str = ""
    step: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An honest election; `used` are the trustees whose decryptions the result combines."""

    manifest: Manifest
    voters: tuple[Voter, ...]
    acts: tuple[Act, ...]
    paper: PaperCount | None = None
    used: tuple[int, ...] = (1, 2)

    def with_manifest(self, **fields: Any) -> "Plan":
        """Return the plan with fields of its manifest changed."""
        return replace(self, manifest=replace(self.manifest, **fields))


def cast(voter: str, *marks: Sequence[int], step: str = "") -> Act:
    """Return a cast ballot; its step is named after the voter."""
    values = tuple(tuple(each) for each in marks)
    return Act(kind=Kind.BALLOT_CAST, voter=voter, marks=values, step=step or voter)


def challenge(voter: str, *marks: Sequence[int], step: str = "") -> Act:
    """Return a challenged ballot."""
    values = tuple(tuple(each) for each in marks)
    return Act(kind=Kind.BALLOT_CHALLENGED, voter=voter, marks=values, step=step or f"challenge {voter}")


def strike(voter: str, reason: str) -> Act:
    """Return a strike."""
    return Act(kind=Kind.STRIKE, voter=voter, reason=reason, step=f"strike {voter}")


def replacement(voter: str, new: str, reason: str) -> Act:
    """Return a replacement."""
    return Act(kind=Kind.REPLACEMENT, voter=voter, new=new, reason=reason, step=f"replace {voter}")


def contest(label: str, options: str, limits: tuple[int, int], rule: ContestRule) -> Contest:
    """Return a contest; `limits` are R and L."""
    return Contest(
        label=label,
        title=(("en", label),),
        option_limit=limits[0],
        selection_limit=limits[1],
        options=tuple(Option(label=name, title=(("en", name),)) for name in options.split()),
        rule=rule,
    )


HALF = Threshold(of=ThresholdBase.VALID, comparison=Comparison.MORE_THAN, numerator=1, denominator=2)
QUARTER = Quorum(numerator=1, denominator=4)
YES_NO = contest("referendum", "yes no", (1, 1), ContestRule(method=Method.MAJORITY, quorum=QUARTER, threshold=HALF))
THREE = contest("council", "ann bob cat", (1, 2), ContestRule(method=Method.PLURALITY))


def manifest_of(label: str, contests: tuple[Contest, ...], styles: Sequence[tuple[int, ...]]) -> Manifest:
    """Return a manifest with one district per ballot style, three trustees of whom two decrypt."""
    return Manifest(
        authority=person("authority").public_key,
        registrar=person("registrar").public_key,
        nonce=sha256(label.encode()).digest(),
        label=label,
        title=(("en", label),),
        device="forge",
        ballot_styles=tuple(BallotStyle(label=f"style {i}", contests=style) for i, style in enumerate(styles, 1)),
        districts=tuple(
            District(label=f"district {i}", title=(("en", f"District {i}"),), ballot_style=i)
            for i in range(1, len(styles) + 1)
        ),
        contests=contests,
        trustees=tuple(
            TrusteeIdentity(label=f"trustee {i}", public_key=person(f"trustee {i}").public_key) for i in (1, 2, 3)
        ),
        quorum=2,
        minimum_ballots=2,
        challenge_limit=1,
        revoting="last",
        paper=False,
        opens="2026-06-03T00:00:00Z",
        closes="2026-06-03T12:00:00Z",
    )


# Every kind of event; Fay, Gus and Kim do not vote and are free for whatever a lie needs.
BASE = Plan(
    manifest=manifest_of("base", (YES_NO, THREE), ((REFERENDUM, COUNCIL), (REFERENDUM,))),
    voters=(
        *(Voter(name) for name in ("Ada", "Ben", "Cem", "Dan", "Eva", "Fay", "Gus")),
        *(Voter(name, SOUTH) for name in ("Hal", "Ida", "Jan", "Kim", "Leo", "Mia")),
    ),
    acts=(
        cast("Ada", YES, (1, 1, 0)),
        cast("Ben", NO, (0, 1, 1)),
        challenge("Cem", YES, (1, 0, 0)),
        cast("Cem", YES, (1, 0, 0)),
        cast("Dan", BLANK, (0, 0, 0)),
        cast("Eva", YES, (0, 0, 1), step="Eva at first"),
        cast("Hal", YES),
        strike("Mia", "lost"),
        challenge("Jan", NO),
        cast("Jan", YES),
        cast("Eva", NO, (0, 1, 0)),
        cast("Leo", NO),
        replacement("Leo", "Leo II", "wrong_person"),
        cast("Leo II", YES),
        cast("Ida", NO),
    ),
)

_ONE_DISTRICT = ((REFERENDUM,),)
_THREE_VOTERS = (Voter("Ada"), Voter("Ben"), Voter("Cem"), Voter("Dan"))
_THREE_BALLOTS = (cast("Ada", YES), cast("Ben", YES), cast("Cem", NO))

# One contest, one district, three ballots: where the manifest itself is what the lie is about.
SMALL = Plan(
    manifest=manifest_of("small", (YES_NO,), _ONE_DISTRICT), voters=_THREE_VOTERS, acts=_THREE_BALLOTS, used=(1, 2)
)
ONCE = replace(SMALL, manifest=replace(SMALL.manifest, label="once", revoting="never"))
WEIGHTED = replace(
    SMALL,
    manifest=replace(SMALL.manifest, label="weighted"),
    voters=(Voter("Ada", NORTH, 3), Voter("Ben", NORTH, 5), Voter("Cem", NORTH, 2), Voter("Dan", NORTH, 7)),
)
PAPER = replace(
    SMALL,
    manifest=replace(SMALL.manifest, label="paper", paper=True),
    voters=(*_THREE_VOTERS, Voter("Eva"), Voter("Fay")),
    acts=(*_THREE_BALLOTS, strike("Dan", "voted_on_paper")),
    paper=PaperCount(voters=2, contests=(PaperContest(contest=1, ballots=2, invalid=1, votes=(0, 1)),)),
)
SEALING = ContestRule(
    method=Method.MAJORITY, quorum=Quorum(numerator=9, denominator=10), threshold=HALF, sealed_below_quorum=True
)
SEALED = replace(
    SMALL, manifest=replace(SMALL.manifest, label="sealed", contests=(replace(YES_NO, rule=SEALING),)), used=()
)
# The same with papers: they stay closed too.
SEALED_PAPER = replace(
    SEALED,
    manifest=replace(SEALED.manifest, label="sealed paper", paper=True),
    acts=(*_THREE_BALLOTS[:2], strike("Dan", "voted_on_paper")),
    paper=PaperCount(voters=1, contests=(PaperContest(contest=1, ballots=1, invalid=0, votes=()),)),
)
_LOCAL = (YES_NO, replace(YES_NO, label="local question"))
_TWO_DISTRICTS = ((1,), (2,))
# A contest that one ballot alone was cast in, beside one with enough of them.
WITHHELD = Plan(
    manifest=manifest_of("withheld", _LOCAL, _TWO_DISTRICTS),
    voters=(*_THREE_VOTERS, Voter("Eva", SOUTH), Voter("Fay", SOUTH)),
    acts=(*_THREE_BALLOTS, cast("Eva", YES)),
)
# A contest that nobody voted in online: it has no units and is not withheld; here papers alone decide it.
PAPER_ALONE = replace(
    WITHHELD,
    manifest=replace(WITHHELD.manifest, label="paper alone", paper=True),
    acts=_THREE_BALLOTS,
    paper=PaperCount(
        voters=2,
        contests=(
            PaperContest(contest=1, ballots=0, invalid=0, votes=(0, 0)),
            PaperContest(contest=2, ballots=2, invalid=0, votes=(2, 0)),
        ),
    ),
)
# Shares of all ballots and of more than a half, which a tie does not reach.
_STRICT = ContestRule(
    method=Method.PLURALITY,
    seats=2,
    quorum=Quorum(numerator=1, denominator=2, comparison=Comparison.MORE_THAN),
    threshold=Threshold(of=ThresholdBase.BALLOTS, comparison=Comparison.AT_LEAST, numerator=2, denominator=3),
)
STRICT = Plan(
    manifest=manifest_of("strict", (contest("council", "ann bob cat", (1, 2), _STRICT),), ((1,),)),
    voters=_THREE_VOTERS,
    acts=(cast("Ada", (1, 1, 0)), cast("Ben", (1, 0, 0)), cast("Cem", (0, 0, 1))),
)
# Half of the eligible voted, where more than half are asked for.
MISSED = replace(STRICT, manifest=replace(STRICT.manifest, label="missed"), acts=STRICT.acts[:2])

HONEST_PLANS = {
    "base": BASE,
    "small": SMALL,
    "once": ONCE,
    "weighted": WEIGHTED,
    "paper": PAPER,
    "sealed": SEALED,
    "sealed with paper": SEALED_PAPER,
    "withheld": WITHHELD,
    "paper alone": PAPER_ALONE,
    "strict": STRICT,
    "missed": MISSED,
}
