"""`evote election create`: from a definition to the first two statements of an election.

Spec: docs/protocol.md sections 4 and 5.

Idea: the nonce follows from key, log and definition, so the same command gives the same election and a second run only
adds what is missing. Another election of the same definition (after a failed key ceremony) is asked for by number.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from evote.cli.board_access import BoardAccess
from evote.cli.boards import access_board
from evote.cli.command import command
from evote.cli.definition import Definition, parse_definition
from evote.cli.election_app import app
from evote.cli.files import read_input
from evote.cli.locked import load_key, read_passphrase
from evote.cli.options import AuthorityKey, BoardPlace, PassphraseFile
from evote.cli.output import Output
from evote.cli.steps import check_author, make_nonce, parameters_of
from evote.codec.payloads import encode_payload
from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.ed25519 import SigningKey
from evote.election.context import make_context
from evote.election.kinds import Kind
from evote.errors import ConfigurationError
from evote.log.key import format_verifier_key

DefinitionFile = Annotated[Path, typer.Argument(metavar="DEFINITION", help="The definition, YAML or JSON.")]
Attempt = Annotated[
    int,
    typer.Option(
        "--attempt",
        min=1,
        help="Number of this attempt; raise it after a failed key ceremony, to make the election anew.",
    ),
]


@command(app, "create", "Create an election from its definition")
def create(
    out: Output,
    definition: DefinitionFile,
    board: BoardPlace,
    authority_key: AuthorityKey,
    attempt: Attempt = 1,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish manifest and parameters."""
    parsed = parse_definition(read_input(definition), definition.name)
    key = load_key(authority_key, read_passphrase(out, passphrase_file))
    check_author(parsed.manifest.authority, key, "authority")
    for place in parsed.untranslated:
        out.notice("untranslated", place=place)
    if 2 * parsed.manifest.quorum <= len(parsed.manifest.trustees):
        out.notice("low_quorum", quorum=parsed.manifest.quorum, count=len(parsed.manifest.trustees))
    with access_board(board, out) as opened:
        election_id, is_new = create_election(opened, parsed, key, attempt)
    out.say("election_created" if is_new else "election_exists", label=parsed.manifest.label)
    out.say("election_id", id=election_id.hex())
    out.result(election=election_id.hex(), created=is_new)


def create_election(opened: BoardAccess, definition: Definition, key: SigningKey, attempt: int) -> tuple[bytes, bool]:
    """Publish what is missing of manifest and parameters; return the election id and whether anything was missing."""
    log_key = format_verifier_key(opened.log_key)
    template = encode_payload(Kind.MANIFEST, definition.manifest)
    manifest = replace(definition.manifest, nonce=make_nonce(key, log_key, template, attempt))
    payload = encode_payload(Kind.MANIFEST, manifest)
    context = make_context(Group(STANDARD), manifest, payload)
    is_new = context.h_b not in opened.elections
    if is_new:
        if attempt == 1:
            _check_label(opened, manifest.label)
        opened.publish_payload(key, context.h_b, Kind.MANIFEST, payload)
    if opened.state(context.h_b).parameters is None:
        opened.publish(key, context.h_b, Kind.PARAMETERS, parameters_of(context))
        is_new = True
    return context.h_b, is_new


def _check_label(opened: BoardAccess, label: str) -> None:
    # The log keeps both for ever; trustees and voters would see two elections of the same name.
    for election in opened.elections:
        if opened.state(election).manifest.label == label:
            raise ConfigurationError(
                "election.label_taken",
                f"the board holds an election {label!r} of another definition ({election.hex()[:16]}); "
                "nothing was published",
                label=label,
                election=election.hex()[:16],
            )
