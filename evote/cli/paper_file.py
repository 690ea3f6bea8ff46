"""The count of the paper ballots as the counting station writes it.

Spec: docs/protocol.md section 11 ("Paper").

Idea: contests and options by label; what the numbers must obey is decided by admission, which knows roll and turnout.

Invariants: every contest of the manifest is there, with all its options, or without votes where its papers stay closed.
"""

from __future__ import annotations

from typing import Final

from evote.cli.definition_parts import read_number
from evote.cli.document import Field, parse_document
from evote.election.manifest import Contest, Manifest
from evote.election.records import PaperContest, PaperCount

_LARGEST: Final = 10**9


def parse_paper(data: bytes, file: str, manifest: Manifest) -> PaperCount:
    """Read paper counts; raise ConfigurationError `document.*` naming the place."""
    fields = parse_document(data, file).members(("voters", "contests"))
    counts = fields["contests"].members([contest.label for contest in manifest.contests])
    return PaperCount(
        voters=read_number(fields["voters"], 0, _LARGEST),
        contests=tuple(
            _read_contest(counts[contest.label], number, contest) for number, contest in enumerate(manifest.contests, 1)
        ),
    )


def _read_contest(field: Field, number: int, contest: Contest) -> PaperContest:
    # Without votes: the papers of a sealed contest are not opened, so nobody knows votes and invalid ones.
    members = field.members(("ballots",), ("invalid", "votes"))
    votes: tuple[int, ...] = ()
    if "votes" in members:
        labels = [option.label for option in contest.options]
        given = members["votes"].members(labels)
        votes = tuple(read_number(given[label], 0, _LARGEST) for label in labels)
    return PaperContest(
        contest=number,
        ballots=read_number(members["ballots"], 0, _LARGEST),
        invalid=read_number(members["invalid"], 0, _LARGEST) if "invalid" in members else 0,
        votes=votes,
    )
