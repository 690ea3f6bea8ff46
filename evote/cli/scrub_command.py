"""`evote board scrub`: what of a board is damaged, where, and what to do about it.

Spec: docs/storage.md section 5.

Idea: the board need not open, and may be at work; whoever runs this at night reads a place and a sentence for each
finding, and then what to do, once for the database and once for public files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from evote.board.board import RECORD_NAME
from evote.board.scrub import Finding
from evote.board.scrub_folder import DATABASE_PLACE, FolderScrubber
from evote.cli.board_commands import app
from evote.cli.command import command
from evote.cli.output import Output
from evote.errors import BoardError, VerificationError

MAXIMUM_SHOWN: Final = 100

_ENTRY: Final = "entry "


@command(app, "scrub", "Look for damage in what a board has stored")
def scrub(
    out: Output,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the board.")],
) -> None:
    """Compare every row and every public file; nothing is changed. Exit with 1 where something is damaged."""
    findings: dict[tuple[str, str], Finding] = {}
    with FolderScrubber(folder) as scrubber, out.progress("scrubbing", scrubber.size) as advance:
        for step in scrubber.scrub():
            for one in step.findings:
                if (one.code, one.place) not in findings:
                    findings[one.code, one.place] = one
                    if len(findings) <= MAXIMUM_SHOWN:
                        out.say("scrub_found", place=_place(out, folder, one), what=_what(out, one))
            advance(step.end - step.start)
        size, published = scrubber.size, scrubber.published_size
    out.result(
        folder=str(folder),
        size=size,
        published_size=published,
        findings=[{"code": one.code, "place": one.place, "message": one.message} for one in findings.values()],
    )
    if not findings:
        out.say("scrub_sound", size=size, published=published)
        return
    if len(findings) > MAXIMUM_SHOWN:
        out.say("scrub_more", count=len(findings) - MAXIMUM_SHOWN)
    _advise(out, {_is_public(one) for one in findings.values()}, published)
    raise VerificationError("scrub.damage", f"{len(findings)} places are damaged", count=len(findings))


def _advise(out: Output, kinds: set[bool], published: int) -> None:
    """Say what to do about rows of the database (False) and public files (True)."""
    if False in kinds:
        out.say("scrub_restore", published=published)
    if True in kinds:
        out.say("scrub_delete")
    if len(kinds) > 1:
        out.say("scrub_database_first")


def _is_public(finding: Finding) -> bool:
    return finding.place != DATABASE_PLACE and not finding.place.startswith(_ENTRY)


def _place(out: Output, folder: Path, finding: Finding) -> str:
    if finding.place == DATABASE_PLACE:
        return out.text("scrub_database")
    if _is_public(finding):
        return out.text("scrub_public_file", path=folder / RECORD_NAME / finding.place)
    return out.text("scrub_entry", numbers=finding.place.removeprefix(_ENTRY).replace(" to ", "-"))


def _what(out: Output, finding: Finding) -> str:
    group, _, rule = finding.code.partition(".")
    if group == "scrub":
        return out.text(f"scrub_is_{rule}", message=finding.message)
    return str(out.describe(BoardError(finding.code, finding.message)))
