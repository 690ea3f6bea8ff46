"""`evote board`: the embedded board, its inbox and its receipts; `evote record export`."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from evote.board.board import Board
from evote.board.export import export_record
from evote.cli.board_access import open_board
from evote.cli.command import command, new_app
from evote.cli.files import write_public
from evote.cli.inbox import collect as collect_inbox
from evote.cli.inbox import count_submissions
from evote.cli.output import Output
from evote.ed25519 import SEED_BYTES, SigningKey
from evote.errors import BoardError, ConfigurationError
from evote.log.checkpoint import read_checkpoint
from evote.log.key import format_verifier_key

INBOX_NAME = "inbox"

app = new_app("The bulletin board · 게시판")
record_app = new_app("The public record · 공개 기록")

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the board.")]


@command(app, "create", "Make a board with a new log · 게시판 만들기")
def create(
    out: Output,
    folder: Folder,
    origin: Annotated[str, typer.Option("--origin", help="Name of the log, like vote.example.kr/2026.")],
) -> None:
    """Make a board; one of the same name that is there already is left alone."""
    is_new = True
    try:
        board = Board.create(folder, origin, SigningKey(secrets.token_bytes(SEED_BYTES)))
    except BoardError as error:
        if error.code != "board.exists":
            raise
        is_new = False
        board = Board.open(folder)
    with board:
        if read_checkpoint(board.checkpoint).origin != origin:
            raise ConfigurationError(
                "board.other_origin",
                f"{folder} holds a board of the log {read_checkpoint(board.checkpoint).origin!r}, not {origin!r}",
            )
        log_key = format_verifier_key(board.policy.logs[0].key)
    (folder / INBOX_NAME).mkdir(exist_ok=True)
    out.say("board_created" if is_new else "board_stood", folder=folder)
    out.say("log_key", key=log_key)
    out.result(folder=str(folder), log_key=log_key, created=is_new)


@command(app, "status", "Show what the board holds · 게시판 상태")
def status(out: Output, folder: Folder) -> None:
    """Show log, checkpoint and elections."""
    with open_board(folder, out) as opened:
        checkpoint = read_checkpoint(opened.board.checkpoint)
        waiting = count_submissions(folder / INBOX_NAME)
        out.say("board_status", origin=checkpoint.origin, size=checkpoint.size, root=checkpoint.root.hex())
        out.say("inbox_status", count=waiting)
        elections = []
        for election in opened.elections:
            state = opened.board.state(election)
            out.say(
                "election_line",
                id=election.hex()[:16],
                label=state.manifest.label,
                phase=out.text(f"phase_{state.phase.value}"),
            )
            elections.append({"election": election.hex(), "label": state.manifest.label, "phase": state.phase.value})
        out.result(
            origin=checkpoint.origin,
            size=checkpoint.size,
            root=checkpoint.root.hex(),
            log_key=format_verifier_key(opened.board.policy.logs[0].key),
            inbox=waiting,
            elections=elections,
        )


@command(app, "receipt", "Write the receipt of a log entry · 영수증")
def receipt(
    out: Output,
    folder: Folder,
    index: Annotated[int, typer.Argument(metavar="INDEX", min=0, help="Index of the entry, from 0.")],
    target: Annotated[Path, typer.Option("--out", help="Where to write the .tlog-proof file.")],
) -> None:
    """Write a receipt."""
    with open_board(folder, out) as opened:
        write_public(target, opened.board.receipt(index))
    out.say("receipt_written", file=target)
    out.result(index=index, receipt=str(target))


@command(app, "collect", "Admit the submission files of the inbox · 제출 파일 접수")
def collect(
    out: Output,
    folder: Folder,
    inbox: Annotated[Path | None, typer.Argument(metavar="INBOX", help="By default FOLDER/inbox.")] = None,
) -> None:
    """Submit every file of the inbox; one bad file stops nobody."""
    place = inbox or folder / INBOX_NAME
    if not place.is_dir():
        raise ConfigurationError("inbox.missing", f"there is no folder {place}")
    with open_board(folder, out) as opened, out.progress("collecting", count_submissions(place)) as advance:
        collected = collect_inbox(opened.board, place, advance)
    for name, error in collected.refused.items():
        out.say("file_refused", name=name, code=error.code, message=error.message)
    for name, error in collected.waiting.items():
        out.say("file_waiting", name=name, message=error.message)
    for name in collected.ignored:
        out.notice("file_ignored", name=name)
    out.say(
        "collected", admitted=len(collected.admitted), refused=len(collected.refused), waiting=len(collected.waiting)
    )
    out.result(
        admitted=collected.admitted,
        refused={name: {"code": error.code, "message": error.message} for name, error in collected.refused.items()},
        waiting={name: error.message for name, error in collected.waiting.items()},
        ignored=collected.ignored,
    )


@command(record_app, "export", "Write the public record to one file · 공개 기록 내보내기")
def export(
    out: Output,
    folder: Folder,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The zip file to write.")],
) -> None:
    """Bring the record up to date and write it as a zip archive."""
    with open_board(folder, out) as opened, out.progress("exporting", None):
        checkpoint = export_record(opened.board.record_folder, target)
    out.say("exported", file=target, size=checkpoint.size)
    out.result(file=str(target), size=checkpoint.size, root=checkpoint.root.hex())
