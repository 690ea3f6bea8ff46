"""`evote roll check` and `evote roll credentials`: from a file of people to published credentials.

Spec: docs/protocol.md section 7.

Idea: first the secret list is safe on the disk, then the codes for delivery, then the public list; a repeated command
goes on where the first one ended, with the same codes.

Invariants: no credential is published whose code is not safe; a code is in the locked list or in the delivery file,
and leaves the locked list once its credential is in the log.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Final

import typer

from evote.cli.board_access import BoardAccess
from evote.cli.boards import access_board
from evote.cli.command import command
from evote.cli.definition import parse_definition
from evote.cli.files import read_input, write_secret
from evote.cli.locked import Passphrase, load_key, read_passphrase
from evote.cli.options import BoardPlace, CodesFile, ElectionId, LinksPath, PassphraseFile, RegistrarKey
from evote.cli.output import Output
from evote.cli.roll_app import LinksFile, app, read_roll
from evote.cli.roll_file import RollReport
from evote.cli.roll_links import (
    Links,
    credential_parts,
    encode_codes,
    make_links,
    roll_totals,
)
from evote.cli.steps import check_author
from evote.ed25519 import SigningKey
from evote.election.kinds import Kind
from evote.election.manifest import Manifest
from evote.election.state import ElectionState
from evote.errors import ConfigurationError, PolicyError

MAXIMUM_SUM: Final = 10**12

RollFile = Annotated[
    Path, typer.Argument(metavar="ROLL", help="The roll, CSV: id,name,district[,weight,contact,x_...].")
]


@command(app, "check", "Check a roll without importing it")
def check(
    out: Output,
    roll: RollFile,
    definition: Annotated[
        Path | None, typer.Option("--definition", help="Definition that the districts are taken from.")
    ] = None,
) -> None:
    """Read a roll and report what is in it."""
    manifest = parse_definition(read_input(definition), definition.name).manifest if definition else None
    report, _ = _read_for(out, roll, manifest)
    totals = report.district_totals()
    out.say("roll_good", count=len(report.people), encoding=report.encoding)
    for label, (count, weight) in totals.items():
        out.say("roll_district", label=label, count=count, weight=weight)
    out.result(
        people=len(report.people),
        encoding=report.encoding,
        districts={label: {"count": count, "weight": weight} for label, (count, weight) in totals.items()},
    )


@command(app, "credentials", "Make a credential for everybody on the roll and publish the list")
def credentials(
    out: Output,
    roll: RollFile,
    board: BoardPlace,
    registrar_key: RegistrarKey,
    links: LinksPath,
    codes: CodesFile,
    election: ElectionId = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make, deliver and publish credentials; safe to repeat after an interruption."""
    passphrase = read_passphrase(out, passphrase_file)
    key = load_key(registrar_key, passphrase)
    with access_board(board, out) as opened:
        state = opened.find(election)
        check_author(state.manifest.registrar, key, "registrar")
        held = _draw_or_load(out, roll, links, state, passphrase)
        people = held.links.people
        has_codes = any(link.code for link in people)
        if has_codes:
            write_secret(codes, encode_codes(people))
        is_new = _publish(opened, state, key, held.links, out)
        if has_codes:
            held.save(held.links.without_codes())
    out.say("credentials_published" if is_new else "credentials_stood", count=len(people))
    if has_codes:
        out.say("codes_written", file=codes)
    out.result(election=state.election_id.hex(), count=len(people), published=is_new)


def _draw_or_load(out: Output, roll: Path, links: Path, state: ElectionState, passphrase: Passphrase) -> LinksFile:
    manifest = state.manifest
    report, digest = _read_for(out, roll, manifest)
    if links.exists():
        held = LinksFile.open(links, passphrase, state)
        if held.links.roll != digest:
            message = f"{links} was made for another roll than {roll}; give the same file, or a new one"
            raise ConfigurationError("links.other_roll", message, path=links, roll=roll)
        return held
    if state.roll.parts:
        message = f"credentials of this election have been published already, but there is no file {links}"
        raise PolicyError("links.missing", message, path=links)
    with out.progress("drawing_codes", len(report.people)) as advance:
        drawn = make_links(state.election_id, digest, report.people, secrets.token_bytes, advance)
    return LinksFile.create(links, drawn, passphrase)


def _publish(opened: BoardAccess, state: ElectionState, key: SigningKey, links: Links, out: Output) -> bool:
    if state.roll.totals is not None:
        return False
    parts = credential_parts(links, state.manifest)
    with out.progress("publishing", len(parts)) as advance:
        for part in parts[state.roll.parts :]:
            opened.publish(key, state.election_id, Kind.CREDENTIALS, part)
            advance(1)
    opened.publish(key, state.election_id, Kind.ROLL, roll_totals(links, state.manifest))
    return True


def _read_for(out: Output, roll: Path, manifest: Manifest | None) -> tuple[RollReport, str]:
    """Read a roll under the rules of a manifest, or without one under those that hold for every election."""
    if manifest is None:
        return read_roll(out, roll, None)
    largest = max(contest.option_limit for contest in manifest.contests)
    return read_roll(
        out,
        roll,
        [district.label for district in manifest.districts],
        unweighted=manifest.paper,
        # sum of all weights * largest option limit <= 10^12, so that every sum can be decrypted
        maximum_total=MAXIMUM_SUM // largest,
    )
