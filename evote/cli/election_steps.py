"""`evote election keys`, `rehearsal`, `open`, `close`, `paper`, `tally`, `result`, `finish`, `advance`.

Spec: docs/protocol.md section 4.

Idea: each command is one statement: look whether it stands, else compute and publish it. What stands is reported and
left alone.

Invariants: repeating a command, also after a crash at any moment, never publishes a second statement of its kind.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from evote.cli.board_access import BoardAccess
from evote.cli.boards import access_board
from evote.cli.command import command
from evote.cli.election_app import app
from evote.cli.files import read_input
from evote.cli.inbox import count_submissions
from evote.cli.locked import load_key, read_passphrase
from evote.cli.options import AuthorityKey, BoardPlace, ElectionId, OffSchedule, PassphraseFile
from evote.cli.output import Output
from evote.cli.paper_file import parse_paper
from evote.cli.result_text import describe_result, shown_time
from evote.cli.steps import STEPS, check_author, require_phase
from evote.ed25519 import SigningKey
from evote.election.kinds import Kind
from evote.election.manifest import Manifest, parse_time
from evote.election.state import ElectionState, Phase
from evote.errors import PolicyError
from evote.texts.language import Language
from evote.texts.names import name_kind

# What follows without a person's decision, and in which phase it is due.
_DUE: Final = {
    Phase.KEYS: Kind.KEYS,
    Phase.REHEARSAL: Kind.REHEARSAL,
    Phase.TALLY: Kind.TALLY,
    Phase.DECRYPTION: Kind.RESULT,
}

Check = Callable[[BoardAccess, ElectionState], None]

LeaveInbox = Annotated[
    bool, typer.Option("--leave-inbox", help="Close although files wait in the inbox; ballots among them are lost.")
]


@command(app, "keys", "Publish the joint keys of the trustees")
def keys(
    out: Output,
    board: BoardPlace,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish `election.keys`."""
    _step(out, Kind.KEYS, board, authority_key, election, passphrase_file)


@command(app, "rehearsal", "Publish a test ciphertext for the trustees")
def rehearsal(
    out: Output,
    board: BoardPlace,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish `election.rehearsal`."""
    _step(out, Kind.REHEARSAL, board, authority_key, election, passphrase_file)


@command(app, "open", "Open the ballot box")
def open_box(
    out: Output,
    board: BoardPlace,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    off_schedule: OffSchedule = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish `election.open`; outside the schedule only on demand."""

    def check(_: BoardAccess, state: ElectionState) -> None:
        now, manifest = datetime.now(UTC), state.manifest
        if not parse_time(manifest.opens, "opens") <= now < parse_time(manifest.closes, "closes") and not off_schedule:
            message = f"the schedule says from {manifest.opens} to {manifest.closes}; now it is {_shown(now)}"
            _refuse_off_schedule(message, manifest, now)

    _step(out, Kind.OPEN, board, authority_key, election, passphrase_file, check)


@command(app, "close", "Close the ballot box for good")
def close_box(
    out: Output,
    board: BoardPlace,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    off_schedule: OffSchedule = False,
    leave_inbox: LeaveInbox = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish `election.close`; before the end of the schedule, or with files in the inbox, only on demand."""

    def check(opened: BoardAccess, state: ElectionState) -> None:
        # A ballot that lies there when the box closes can never be cast.
        folder = opened.inbox
        waiting = count_submissions(folder) if folder is not None else 0
        if waiting and not leave_inbox:
            message = f"submission files in {folder}: {waiting}; nothing was closed"
            raise PolicyError("election.inbox_not_empty", message, folder=folder, count=waiting)
        now, closes = datetime.now(UTC), state.manifest.closes
        if now < parse_time(closes, "closes") and not off_schedule:
            message = f"the schedule says that voting ends at {closes}; now it is {_shown(now)}"
            _refuse_off_schedule(message, state.manifest, now)

    _step(out, Kind.CLOSE, board, authority_key, election, passphrase_file, check)


@command(app, "paper", "Publish the count of the paper ballots")
def paper(
    out: Output,
    counts: Annotated[Path, typer.Argument(metavar="COUNTS", help="The paper counts, YAML or JSON.")],
    board: BoardPlace,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish `election.paper`; other counts than the published ones are refused."""
    data = read_input(counts)
    key = load_key(authority_key, read_passphrase(out, passphrase_file))
    with access_board(board, out) as opened:
        state = opened.find(election)
        check_author(state.manifest.authority, key, "authority")
        record = parse_paper(data, counts.name, state.manifest)
        if state.paper is not None and state.paper != record:
            raise PolicyError("paper.other", "other paper counts have been published already; they can't be changed")
        is_new = state.paper is None
        if is_new:
            require_phase(state, Phase.PAPER)
            opened.publish(key, state.election_id, Kind.PAPER, record)
    _report(out, Kind.PAPER, state, is_new)


@command(app, "tally", "Add up the encrypted ballots")
def tally(
    out: Output,
    board: BoardPlace,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish `election.tally`."""
    _step(out, Kind.TALLY, board, authority_key, election, passphrase_file)


@command(app, "result", "Combine the trustees' decryptions and publish the result")
def result(
    out: Output,
    board: BoardPlace,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish `election.result`, and say it in words."""
    state = _step(out, Kind.RESULT, board, authority_key, election, passphrase_file)
    for line in describe_result(state, out):
        out.write(line)


@command(app, "finish", "End the election")
def finish(
    out: Output,
    board: BoardPlace,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish `election.final`."""
    _step(out, Kind.FINAL, board, authority_key, election, passphrase_file)


@command(app, "advance", "Do every step that is due and needs no decision")
def advance(
    out: Output,
    board: BoardPlace,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish keys, rehearsal, tally and result as they come due; open, close and finish stay a person's word."""
    key = load_key(authority_key, read_passphrase(out, passphrase_file))
    done = []
    with access_board(board, out) as opened:
        state = opened.find(election)
        check_author(state.manifest.authority, key, "authority")
        while (kind := _DUE.get(state.phase)) is not None:
            try:
                _publish_step(opened, state, key, kind, out)
            except PolicyError as error:
                if error.code != "result.waiting":
                    raise
                out.notice("as_it_is", message=out.describe(error))
                break
            done.append(kind.value)
            out.say("step_done", kind=name_kind(kind, out.language))
        if not done:
            out.say("nothing_due", phase=out.text(f"phase_{state.phase.value}"))
        out.result(done=done, phase=state.phase.value, election=state.election_id.hex())


def _step(
    out: Output,
    kind: Kind,
    board: str,
    authority_key: Path,
    election: str | None,
    passphrase_file: Path | None,
    check: Check | None = None,
) -> ElectionState:
    key = load_key(authority_key, read_passphrase(out, passphrase_file))
    with access_board(board, out) as opened:
        state = opened.find(election)
        check_author(state.manifest.authority, key, "authority")
        is_new = _publish_step(opened, state, key, kind, out, check)
    _report(out, kind, state, is_new)
    return state


def _publish_step(
    opened: BoardAccess, state: ElectionState, key: SigningKey, kind: Kind, out: Output, check: Check | None = None
) -> bool:
    """Publish a step where it does not stand yet; return whether it was published now.

    A step that stands, but waits for witnesses, is not done: BoardError `board.no_quorum`.
    """
    # Nothing else needs what is in the ballots.
    is_adding = kind is Kind.TALLY and state.phase is Phase.TALLY
    counted = opened.with_ballots(state.election_id) if is_adding else state
    with out.progress("computing", None):
        record = STEPS[kind](counted, secrets.token_bytes)
    if record is None:
        opened.require_published()
        return False
    if check is not None:
        check(opened, state)
    opened.publish(key, state.election_id, kind, record)
    return True


def _report(out: Output, kind: Kind, state: ElectionState, is_new: bool) -> None:
    out.say("step_done" if is_new else "step_stood", kind=name_kind(kind, out.language))
    out.result(
        kind=kind.value,
        published=is_new,
        election=state.election_id.hex(),
        phase=state.phase.value,
    )


def _refuse_off_schedule(message: str, manifest: Manifest, now: datetime) -> NoReturn:
    times = (manifest.opens, manifest.closes, _shown(now))
    opens, closes, shown = (shown_time(time, Language.KOREAN) for time in times)
    raise PolicyError("election.off_schedule", message, opens=opens, closes=closes, now=shown)


def _shown(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
