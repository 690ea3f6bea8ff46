"""`evote ballot`: a voter on the command line, for testing and for auditors who challenge.

Spec: docs/protocol.md section 8.

Idea: prepare shows the confirmation code; only then the voter says cast or challenge. What is sent is a submission, as
a file for the inbox of a board in a folder or straight to a served board; all that is read is the public record.

Invariants: the confirmation code is shown before the choice; a challenged ballot is never cast; the voter's code is
neither an argument nor written anywhere.
"""

from __future__ import annotations

import getpass
import json
import secrets
from pathlib import Path
from typing import Annotated

import typer

from evote.cli.ballot_prepared import PreparedFile, choose, load_prepared, parse_choices, save_prepared
from evote.cli.ballot_record import open_public
from evote.cli.ballot_sending import choose_record, choose_way
from evote.cli.command import command, new_app
from evote.cli.files import read_input, write_public
from evote.cli.options import ElectionId
from evote.cli.output import Output
from evote.cli.result_text import pick_title
from evote.client.submission import Submission
from evote.codec.payloads import decode_payload, encode_payload
from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.ed25519 import SigningKey
from evote.election.ballot import encrypt_ballot
from evote.election.challenge import open_ballot
from evote.election.credentials import credential_key, parse_code
from evote.election.kinds import Kind
from evote.election.manifest import Manifest
from evote.election.records import ChallengedBallot
from evote.election.state import ElectionState
from evote.errors import ConfigurationError, PolicyError
from evote.log.statement import encode_statement, sign_statement

app = new_app("A voter on the command line, for tests and audits")

Record = Annotated[
    str | None, typer.Option("--record", help="The public record: folder, zip file or URL; by default the board's.")
]
Inbox = Annotated[Path | None, typer.Option("--inbox", help="Where submission files go (the board's inbox).")]
ServedBoard = Annotated[str | None, typer.Option("--board", help="URL of the board, in place of record and inbox.")]
LogKey = Annotated[
    str | None, typer.Option("--log-key", help="Key of the log (vkey); by default the trusted one, or a file's own.")
]
CodeFile = Annotated[
    Path | None, typer.Option("--code-file", help="File whose first line is the voter's code; else it is asked for.")
]
PreparedPath = Annotated[Path, typer.Argument(metavar="PREPARED", help="The prepared ballot (secret).")]


@command(app, "prepare", "Encrypt a ballot and show its confirmation code")
def prepare(
    out: Output,
    target: PreparedPath,
    record: Record = None,
    board: ServedBoard = None,
    choices: Annotated[
        list[str] | None,
        typer.Option("--choose", help="contest=option or contest=option:value; repeat it. Others stay blank."),
    ] = None,
    election: ElectionId = None,
    log_key: LogKey = None,
    code_file: CodeFile = None,
) -> None:
    """Encrypt the choices; nothing is sent."""
    with open_public(choose_record(record, board), log_key, out) as public:
        state = public.election(election)
    context = state.key_context
    if not state.opened or state.closed:
        # A ballot that exists before the opening could be passed around among those who prepare it.
        raise PolicyError("ballot.not_open", "the ballot box is not open; make your ballot while it is")
    key = _read_key(out, code_file, state.election_id)
    style = _ballot_style(state, key)
    marks = parse_choices(state.manifest, style, choices or [])
    with out.progress("encrypting", None):
        number = state.box.next_number(key.public_key)
        prepared = encrypt_ballot(context, style, marks, key.public_key, number, secrets.token_bytes)
    code = prepared.ballot.confirmation_code.hex()
    challenged = open_ballot(prepared)
    save_prepared(
        target,
        PreparedFile(
            election=state.election_id.hex(),
            author=key.public_key.hex(),
            confirmation_code=code,
            cast=encode_payload(Kind.BALLOT_CAST, prepared.ballot).decode(),
            challenged=encode_payload(Kind.BALLOT_CHALLENGED, challenged).decode(),
            commitments=prepared.commitments.hex(),
        ),
    )
    out.say("ballot_selections")
    _show_values(out, state.manifest, challenged)
    for contest in prepared.plain.overvoted:
        out.notice("overvoted", title=pick_title(state.manifest.contests[contest - 1].title, out.language))
    out.say("confirmation_code", code=_grouped(code))
    out.say("cast_or_challenge", file=target)
    out.result(confirmation_code=code, prepared=str(target), overvoted=list(prepared.plain.overvoted))


@command(app, "cast", "Cast a prepared ballot for good")
def cast(
    out: Output,
    prepared: PreparedPath,
    receipt: Annotated[Path, typer.Option("--receipt", help="Where to write what you need to find your ballot.")],
    inbox: Inbox = None,
    board: ServedBoard = None,
    log_key: LogKey = None,
    code_file: CodeFile = None,
) -> None:
    """Send the ballot, write a receipt file, and forget how the voter voted."""
    way = choose_way(out, inbox, board, log_key)
    held = choose(prepared, load_prepared(prepared), Kind.BALLOT_CAST)
    submission = _signed(out, held, code_file)
    # The voter can find the ballot, whatever becomes of this program.
    _write_slip(receipt, held, submission)
    sent = way.send(submission, receipt)
    prepared.unlink()
    out.say("ballot_cast", code=_grouped(held.confirmation_code), file=receipt)
    out.result(confirmation_code=held.confirmation_code, submission=submission.name, receipt=str(receipt), **sent)


@command(app, "challenge", "Open a prepared ballot instead of casting it")
def challenge(
    out: Output,
    prepared: PreparedPath,
    record: Record = None,
    inbox: Inbox = None,
    board: ServedBoard = None,
    election: ElectionId = None,
    log_key: LogKey = None,
    code_file: CodeFile = None,
) -> None:
    """Send an opened ballot and show what was in it."""
    way = choose_way(out, inbox, board, log_key)
    held = load_prepared(prepared)
    with open_public(choose_record(record, board), log_key, out) as public:
        manifest = public.election(election or held.election).manifest
    held = choose(prepared, held, Kind.BALLOT_CHALLENGED)
    opened = decode_payload(Kind.BALLOT_CHALLENGED, held.payload(), Group(STANDARD))
    if not isinstance(opened, ChallengedBallot):
        raise ConfigurationError("ballot.not_prepared", f"{prepared} is not a prepared ballot", path=prepared)
    submission = _signed(out, held, code_file)
    sent = way.send(submission, None)
    prepared.unlink()
    out.say("ballot_opened")
    _show_values(out, manifest, opened)
    out.say("confirmation_code", code=_grouped(held.confirmation_code))
    out.say("fresh_ballot")
    out.result(
        confirmation_code=held.confirmation_code,
        submission=submission.name,
        opening={
            manifest.contests[one.contest - 1].label: [selection.value for selection in one.selections]
            for one in opened.openings
        },
        **sent,
    )


@command(app, "receipt", "Find a ballot in the record and write its proof")
def receipt_of_ballot(
    out: Output,
    slip: Annotated[Path, typer.Argument(metavar="RECEIPT", help="The receipt file that 'cast' wrote.")],
    target: Annotated[Path, typer.Option("--out", help="Where to write the .tlog-proof file.")],
    record: Record = None,
    board: ServedBoard = None,
    log_key: LogKey = None,
) -> None:
    """Write the proof that the ballot is in the log."""
    try:
        name = str(json.loads(read_input(slip, 65536))["submission"])
    except (ValueError, KeyError, TypeError):
        message = f"{slip} is no receipt file of 'evote ballot cast'"
        raise ConfigurationError("ballot.not_a_receipt", message, path=slip) from None
    with open_public(choose_record(record, board), log_key, out) as public:
        place = public.find_submission(name)
        write_public(target, public.receipt(place.index))
    out.say("ballot_found", index=place.index, file=target)
    out.result(index=place.index, kind=place.kind, receipt=str(target))


def _read_key(out: Output, code_file: Path | None, election_id: bytes) -> SigningKey:
    if code_file is None:
        text = getpass.getpass(out.text("ask_code"))
    else:
        text = read_input(code_file, 4096).decode(errors="replace").split("\n")[0].strip()
    return credential_key(parse_code(text), election_id)


def _ballot_style(state: ElectionState, key: SigningKey) -> int:
    entry = state.roll.entries.get(key.public_key)
    if entry is None:
        raise PolicyError("ballot.not_on_roll", "this code belongs to no credential of this election's roll")
    if key.public_key in state.roll.removed:
        raise PolicyError("ballot.removed", "this code was struck or replaced; ask the registrar")
    return state.manifest.districts[entry.district - 1].ballot_style


def _signed(out: Output, held: PreparedFile, code_file: Path | None) -> Submission:
    scope = bytes.fromhex(held.election)
    key = _read_key(out, code_file, scope)
    if key.public_key.hex() != held.author:
        raise ConfigurationError("ballot.other_code", "this ballot was prepared with another code")
    payload = held.payload()
    entry = encode_statement(sign_statement(key, kind=held.choice, scope=scope, payload=payload))
    return Submission(entry=entry, payload=payload, commitments=bytes.fromhex(held.commitments))


def _write_slip(path: Path, held: PreparedFile, submission: Submission) -> None:
    slip = {"election": held.election, "confirmation_code": held.confirmation_code, "submission": submission.name}
    write_public(path, (json.dumps(slip, indent=2) + "\n").encode())


def _show_values(out: Output, manifest: Manifest, challenged: ChallengedBallot) -> None:
    for opening in challenged.openings:
        contest = manifest.contests[opening.contest - 1]
        chosen = [
            pick_title(option.title, out.language) + (f": {one.value}" if contest.option_limit > 1 else "")
            for option, one in zip(contest.options, opening.selections, strict=True)
            if one.value
        ]
        out.write(f"  {pick_title(contest.title, out.language)} {', '.join(chosen) or out.text('blank')}")


def _grouped(code: str) -> str:
    return " ".join(code[i : i + 4] for i in range(0, len(code), 4))
