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
from typing import Annotated, Final

import typer

from evote.cli.board_access import OpenBoard, open_board
from evote.cli.board_commands import INBOX_NAME
from evote.cli.command import command
from evote.cli.election_app import app
from evote.cli.files import read_input
from evote.cli.inbox import count_submissions
from evote.cli.locked import load_key, read_passphrase
from evote.cli.options import AuthorityKey, BoardFolder, ElectionId, OffSchedule, PassphraseFile
from evote.cli.output import Output
from evote.cli.paper_file import parse_paper
from evote.cli.result_text import describe_result
from evote.cli.steps import STEPS, check_author, require_phase
from evote.ed25519 import SigningKey
from evote.election.kinds import Kind
from evote.election.manifest import parse_time
from evote.election.state import ElectionState, Phase
from evote.errors import PolicyError

# What follows without a person's decision, and in which phase it is due.
_DUE: Final = {
    Phase.KEYS: Kind.KEYS,
    Phase.REHEARSAL: Kind.REHEARSAL,
    Phase.TALLY: Kind.TALLY,
    Phase.DECRYPTION: Kind.RESULT,
}

Check = Callable[[ElectionState], None]

LeaveInbox = Annotated[
    bool, typer.Option("--leave-inbox", help="Close although files wait in the inbox; ballots among them are lost.")
]


@command(app, "keys", "Publish the joint keys of the trustees · 선거 키 공표")
def keys(
    out: Output,
    board: BoardFolder,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish `election.keys`."""
    _step(out, Kind.KEYS, board, authority_key, election, passphrase_file)


@command(app, "rehearsal", "Publish a test ciphertext for the trustees · 복호 예행연습")
def rehearsal(
    out: Output,
    board: BoardFolder,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish `election.rehearsal`."""
    _step(out, Kind.REHEARSAL, board, authority_key, election, passphrase_file)


@command(app, "open", "Open the ballot box · 투표 시작")
def open_box(
    out: Output,
    board: BoardFolder,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    off_schedule: OffSchedule = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish `election.open`; outside the schedule only on demand."""

    def check(state: ElectionState) -> None:
        now, manifest = datetime.now(UTC), state.manifest
        if not parse_time(manifest.opens, "opens") <= now < parse_time(manifest.closes, "closes") and not off_schedule:
            raise PolicyError(
                "election.off_schedule",
                f"the schedule says from {manifest.opens} to {manifest.closes}; now it is {_shown(now)}",
            )

    _step(out, Kind.OPEN, board, authority_key, election, passphrase_file, check)


@command(app, "close", "Close the ballot box for good · 투표 마감")
def close_box(
    out: Output,
    board: BoardFolder,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    off_schedule: OffSchedule = False,
    leave_inbox: LeaveInbox = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish `election.close`; before the end of the schedule, or with files in the inbox, only on demand."""

    def check(state: ElectionState) -> None:
        # A ballot that lies there when the box closes can never be cast.
        waiting = count_submissions(board / INBOX_NAME)
        if waiting and not leave_inbox:
            raise PolicyError(
                "election.inbox_not_empty", f"submission files in {board / INBOX_NAME}: {waiting}; nothing was closed"
            )
        now, closes = datetime.now(UTC), state.manifest.closes
        if now < parse_time(closes, "closes") and not off_schedule:
            raise PolicyError(
                "election.off_schedule", f"the schedule says that voting ends at {closes}; now it is {_shown(now)}"
            )

    _step(out, Kind.CLOSE, board, authority_key, election, passphrase_file, check)


@command(app, "paper", "Publish the count of the paper ballots · 종이 투표 집계")
def paper(
    out: Output,
    counts: Annotated[Path, typer.Argument(metavar="COUNTS", help="The paper counts, YAML or JSON.")],
    board: BoardFolder,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish `election.paper`; other counts than the published ones are refused."""
    data = read_input(counts)
    key = load_key(authority_key, read_passphrase(out, passphrase_file))
    with open_board(board, out) as opened:
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


@command(app, "tally", "Add up the encrypted ballots · 암호화된 표 집계")
def tally(
    out: Output,
    board: BoardFolder,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish `election.tally`."""
    _step(out, Kind.TALLY, board, authority_key, election, passphrase_file)


@command(app, "result", "Combine the trustees' decryptions and publish the result · 결과 공표")
def result(
    out: Output,
    board: BoardFolder,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish `election.result`, and say it in words."""
    state = _step(out, Kind.RESULT, board, authority_key, election, passphrase_file)
    for line in describe_result(state, out):
        out.write(line)


@command(app, "finish", "End the election · 선거 종료")
def finish(
    out: Output,
    board: BoardFolder,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish `election.final`."""
    _step(out, Kind.FINAL, board, authority_key, election, passphrase_file)


@command(app, "advance", "Do every step that is due and needs no decision · 진행 가능한 단계 자동 수행")
def advance(
    out: Output,
    board: BoardFolder,
    authority_key: AuthorityKey,
    election: ElectionId = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Publish keys, rehearsal, tally and result as they come due; open, close and finish stay a person's word."""
    key = load_key(authority_key, read_passphrase(out, passphrase_file))
    done = []
    with open_board(board, out) as opened:
        state = opened.find(election)
        check_author(state.manifest.authority, key, "authority")
        while (kind := _DUE.get(state.phase)) is not None:
            try:
                _publish_step(opened, state, key, kind, out)
            except PolicyError as error:
                if error.code != "result.waiting":
                    raise
                out.notice("as_it_is", message=error.message)
                break
            done.append(kind.value)
            out.say("step_done", kind=kind.value)
        if not done:
            out.say("nothing_due", phase=out.text(f"phase_{state.phase.value}"))
        out.result(done=done, phase=state.phase.value, election=state.election_id.hex())


def _step(
    out: Output,
    kind: Kind,
    board: Path,
    authority_key: Path,
    election: str | None,
    passphrase_file: Path | None,
    check: Check | None = None,
) -> ElectionState:
    key = load_key(authority_key, read_passphrase(out, passphrase_file))
    with open_board(board, out) as opened:
        state = opened.find(election)
        check_author(state.manifest.authority, key, "authority")
        is_new = _publish_step(opened, state, key, kind, out, check)
    _report(out, kind, state, is_new)
    return state


def _publish_step(
    opened: OpenBoard, state: ElectionState, key: SigningKey, kind: Kind, out: Output, check: Check | None = None
) -> bool:
    """Publish a step where it does not stand yet; return whether it was published now."""
    with out.progress("computing", None):
        record = STEPS[kind](state, secrets.token_bytes)
    if record is None:
        return False
    if check is not None:
        check(state)
    opened.publish(key, state.election_id, kind, record)
    return True


def _report(out: Output, kind: Kind, state: ElectionState, is_new: bool) -> None:
    out.say("step_done" if is_new else "step_stood", kind=kind.value)
    out.result(
        kind=kind.value,
        published=is_new,
        election=state.election_id.hex(),
        phase=state.phase.value,
    )


def _shown(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
