"""`evote definition`: check a definition, list the voting rules, print an example."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from evote.cli.command import command, new_app
from evote.cli.definition import parse_definition
from evote.cli.definition_example import EXAMPLE
from evote.cli.files import read_input
from evote.cli.output import Output
from evote.cli.result_text import pick_title, shown_time
from evote.election.manifest import parse_time
from evote.election.presets import PRESETS
from evote.texts.language import Language
from evote.texts.names import name_method

app = new_app("The definition of an election")


@command(app, "check", "Check a definition")
def check(
    out: Output, file: Annotated[Path, typer.Argument(metavar="FILE", help="The definition, YAML or JSON.")]
) -> None:
    """Read a definition and say in words what it defines."""
    definition = parse_definition(read_input(file), file.name)
    manifest = definition.manifest
    for place in definition.untranslated:
        out.notice("untranslated", place=place)
    if 2 * definition.manifest.quorum <= len(definition.manifest.trustees):
        out.notice("low_quorum", quorum=definition.manifest.quorum, count=len(definition.manifest.trustees))
    out.say("definition_good", file=file.name)
    out.write(f"{manifest.label}: {pick_title(manifest.title, out.language)}")
    opens, closes = (shown_time(time, out.language) for time in (manifest.opens, manifest.closes))
    out.say("definition_schedule", opens=opens, closes=closes)
    if parse_time(manifest.closes, "closes") <= datetime.now(UTC):
        out.notice("definition_past", closes=closes)
    out.say("definition_trustees", quorum=manifest.quorum, count=len(manifest.trustees))
    for number, contest in enumerate(manifest.contests, 1):
        out.say(
            "definition_contest",
            number=number,
            title=pick_title(contest.title, out.language),
            options=", ".join(pick_title(option.title, out.language) for option in contest.options),
            method=name_method(contest.rule.method.value, out.language),
        )
    out.say("definition_districts", labels=", ".join(district.label for district in manifest.districts))
    out.result(
        label=manifest.label,
        contests=[contest.label for contest in manifest.contests],
        districts=[district.label for district in manifest.districts],
        trustees=len(manifest.trustees),
        quorum=manifest.quorum,
        opens=manifest.opens,
        closes=manifest.closes,
        untranslated=list(definition.untranslated),
    )


@command(app, "presets", "List the named voting rules")
def presets(out: Output) -> None:
    """List the presets with their source in law."""
    for preset in PRESETS:
        title = preset.title_ko if out.language is Language.KOREAN else preset.title_en
        out.write(f"{preset.id}\n  {title}\n  {preset.source}\n  {preset.note}")
    out.result(
        presets=[
            {"id": one.id, "ko": one.title_ko, "en": one.title_en, "source": one.source, "note": one.note}
            for one in PRESETS
        ]
    )


@command(app, "example", "Print a commented example")
def example(out: Output) -> None:
    """Print an example."""
    out.write(EXAMPLE.rstrip("\n"))
    out.result(example=EXAMPLE)
