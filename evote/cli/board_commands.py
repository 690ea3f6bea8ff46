"""`evote board`: the embedded board, its inbox and its receipts; `evote record export`."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from evote.board.board import Board
from evote.board.database import name_database
from evote.board.export import export_record
from evote.cli.board_local import INBOX_NAME, OpenBoard, open_board
from evote.cli.boards import access_board
from evote.cli.command import command, new_app
from evote.cli.files import write_public
from evote.cli.inbox import Collected, count_submissions
from evote.cli.inbox import collect as collect_inbox
from evote.cli.inbox_watch import stopped_by_signal
from evote.cli.inbox_watch import watch as watch_inbox
from evote.cli.options import Database, LogKeys, Yes
from evote.cli.output import Output
from evote.cli.trusted_boards import trust_board
from evote.ed25519 import SEED_BYTES, SigningKey
from evote.errors import BoardError, ConfigurationError
from evote.log.checkpoint import read_checkpoint
from evote.log.key import format_verifier_key
from evote.log.policy import is_post_quantum

app = new_app("The bulletin board")
record_app = new_app("The public record")

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the board.")]
Place = Annotated[str, typer.Argument(metavar="BOARD", help="Folder of the board, or its URL.")]


@command(app, "create", "Make a board with a new log")
def create(
    out: Output,
    folder: Folder,
    origin: Annotated[str, typer.Option("--origin", help="Name of the log, like vote.example.kr/2026.")],
    database: Database = None,
) -> None:
    """Make a board; one of the same name that is there already is left alone."""
    is_new = True
    try:
        board = Board.create(folder, origin, SigningKey(secrets.token_bytes(SEED_BYTES)), dsn=database)
    except BoardError as error:
        if error.code != "board.exists":
            raise
        is_new = False
        if database is not None:
            name_database(folder, database)
        board = Board.open(folder)
    with board:
        if read_checkpoint(board.checkpoint).origin != origin:
            raise ConfigurationError(
                "board.other_origin",
                f"{folder} holds a board of the log {read_checkpoint(board.checkpoint).origin!r}, not {origin!r}",
                folder=folder,
                found=read_checkpoint(board.checkpoint).origin,
                wanted=origin,
            )
        log_key = format_verifier_key(board.policy.logs[0].key)
    (folder / INBOX_NAME).mkdir(exist_ok=True)
    out.say("board_created" if is_new else "board_stood", folder=folder)
    out.say("log_key", key=log_key)
    out.result(folder=str(folder), log_key=log_key, created=is_new)


@command(app, "status", "Show what the board holds")
def status(out: Output, board: Place) -> None:
    """Show log, checkpoint and elections."""
    with access_board(board, out) as opened:
        checkpoint = opened.checkpoint
        waiting = count_submissions(opened.inbox) if opened.inbox is not None else None
        out.say("board_status", origin=checkpoint.origin, size=checkpoint.size, root=checkpoint.root.hex())
        if waiting is not None:
            out.say("inbox_status", count=waiting)
        elections = []
        for election in opened.elections:
            state = opened.state(election)
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
            log_key=format_verifier_key(opened.log_key),
            inbox=waiting,
            elections=elections,
        )


@command(app, "trust", "Pin the key of the log of a served board")
def trust(
    out: Output,
    url: Annotated[str, typer.Argument(metavar="URL", help="URL of the board.")],
    log_key: LogKeys = None,
    policy: Annotated[
        Path | None, typer.Option("--policy", metavar="FILE", help="Policy file: witnesses that the log must have.")
    ] = None,
    yes: Yes = False,
) -> None:
    """Read the board's checkpoint under the key and pin key and policy; without a key, ask about the board's own."""
    from evote.cli.board_trust import choose_policy

    chosen = choose_policy(out, url, log_key or (), policy, yes=yes)
    is_new = trust_board(url, chosen)
    keys = [format_verifier_key(log.key) for log in chosen.logs]
    out.say("board_trusted" if is_new else "board_was_trusted", url=url)
    for key in keys:
        out.say("log_key", key=key)
    if not is_post_quantum(chosen):
        out.notice("one_log_key")
    out.result(
        url=url,
        log_key=keys[0],
        log_keys=keys,
        witnesses=[one.name for one in chosen.witnesses],
        changed=is_new,
    )


@command(app, "receipt", "Write the receipt of a log entry")
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


@command(app, "collect", "Admit the submission files of the inbox")
def collect(
    out: Output,
    folder: Folder,
    inbox: Annotated[Path | None, typer.Argument(metavar="INBOX", help="By default FOLDER/inbox.")] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on collecting what comes until you stop it (Ctrl-C).")
    ] = False,
) -> None:
    """Submit every file of the inbox; one bad file stops nobody."""
    place = inbox or folder / INBOX_NAME
    if not place.is_dir():
        raise ConfigurationError("inbox.missing", f"there is no folder {place}", folder=place)
    with open_board(folder, out) as opened:
        if watch:
            collected = _watch(out, opened, place)
        else:
            with out.progress("collecting", count_submissions(place)) as advance:
                collected = collect_inbox(opened, place, advance)
            _tell_files(out, collected)
    out.say(
        "collected_in_all" if watch else "collected",
        admitted=len(collected.admitted),
        refused=len(collected.refused),
        waiting=len(collected.waiting),
    )
    out.result(
        admitted=collected.admitted,
        refused={name: {"code": error.code, "message": error.message} for name, error in collected.refused.items()},
        waiting={name: error.message for name, error in collected.waiting.items()},
        ignored=collected.ignored,
    )


def _watch(out: Output, opened: OpenBoard, place: Path) -> Collected:
    """Collect until a signal, telling of every pass; return what became of all files."""
    total = Collected()

    def tell(collected: Collected) -> None:
        _tell_files(out, collected)
        if collected.admitted or collected.refused:
            out.say(
                "collected",
                admitted=len(collected.admitted),
                refused=len(collected.refused),
                waiting=len(collected.waiting),
            )
        total.admitted.update(collected.admitted)
        total.refused.update(collected.refused)
        total.waiting, total.ignored = collected.waiting, collected.ignored

    with stopped_by_signal() as stop:
        out.notice("watching", folder=place)
        watch_inbox(opened, place, tell, stop)
    return total


def _tell_files(out: Output, collected: Collected) -> None:
    for name, error in collected.refused.items():
        out.say("file_refused", name=name, code=error.code, message=out.describe(error))
    for name, error in collected.waiting.items():
        out.say("file_waiting", name=name, message=out.describe(error))
    for name in collected.ignored:
        out.notice("file_ignored", name=name)


@command(record_app, "export", "Write the public record to one file")
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
