"""The manifest as JSON.

Spec: docs/formats.md `election.manifest`; docs/protocol.md section 5.

Idea: a table for every object of the manifest, from the inside out. What a manifest may say is not decided here but by
`check_manifest`, which every manifest passes after it was read.
"""

from __future__ import annotations

from typing import Any, Final

from evote.codec.forms import (
    BOOLEAN,
    DIGEST,
    INDEX,
    INTEGER,
    PUBLIC_KEY,
    TEXT,
    TITLE,
    Form,
    array,
    fields,
    whole,
    word,
)
from evote.election.manifest import (
    BallotStyle,
    Contest,
    District,
    Manifest,
    Option,
    TrusteeIdentity,
    check_manifest,
)
from evote.election.voting_rules import Comparison, ContestRule, Method, Quorum, Threshold, ThresholdBase

_RULE: Final[Form[ContestRule]] = fields(
    ContestRule,
    method=word(Method),
    seats=INTEGER,
    quorum=fields(Quorum, numerator=INTEGER, denominator=INTEGER, comparison=word(Comparison)),
    threshold=fields(
        Threshold,
        of=word(ThresholdBase),
        comparison=word(Comparison),
        numerator=INTEGER,
        denominator=INTEGER,
    ),
    sealed_below_quorum=BOOLEAN,
)
_CONTEST: Final[Form[Contest]] = fields(
    Contest,
    label=TEXT,
    title=TITLE,
    option_limit=INTEGER,
    selection_limit=INTEGER,
    options=array(fields(Option, label=TEXT, title=TITLE)),
    rule=_RULE,
)


def _make_manifest(*, schedule: dict[str, str], **values: Any) -> Manifest:
    manifest = Manifest(opens=schedule["opens"], closes=schedule["closes"], **values)
    check_manifest(manifest)
    return manifest


MANIFEST: Final[Form[Manifest]] = fields(
    _make_manifest,
    {"schedule": whole},
    authority=PUBLIC_KEY,
    registrar=PUBLIC_KEY,
    nonce=DIGEST,
    profile=TEXT,
    version=TEXT,
    label=TEXT,
    title=TITLE,
    device=TEXT,
    ballot_styles=array(fields(BallotStyle, label=TEXT, contests=array(INDEX))),
    districts=array(fields(District, label=TEXT, title=TITLE, ballot_style=INDEX)),
    contests=array(_CONTEST),
    trustees=array(fields(TrusteeIdentity, label=TEXT, public_key=PUBLIC_KEY)),
    quorum=INTEGER,
    minimum_ballots=INTEGER,
    challenge_limit=INTEGER,
    revoting=TEXT,
    paper=BOOLEAN,
    schedule=fields(dict, opens=TEXT, closes=TEXT),
)
"""The form of `election.manifest`; reading also raises the errors of `check_manifest`."""
