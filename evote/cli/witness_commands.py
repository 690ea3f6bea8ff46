"""`evote witness`: keys, logs and service of a witness; there is no command that lets it forget a log.

Spec: C2SP tlog-witness (main, 2026-07); docs/witness.md.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Annotated, Final

import typer
import uvicorn

from evote.cli.command import command, new_app
from evote.cli.files import write_public
from evote.cli.output import Output
from evote.errors import BoardError
from evote.log.key import format_verifier_key, parse_verifier_key
from evote.serve.connection import make_protocol
from evote.serve.settings import Settings
from evote.witness.app import make_app
from evote.witness.identity import Identity, Meaning, load_identity
from evote.witness.open_witness import create_witness, open_witness, pin_log
from evote.witness.store import EvidenceKind, WitnessStore

MAXIMUM_CONNECTIONS: Final = 256
# Whoever is silent is cut off, and nobody takes all connections; a web server in front of it stands on this machine.
LIMITS: Final = Settings(head_seconds=10.0, answer_seconds=30.0, connections_per_address=64)
PROXIES: Final = ("127.0.0.1", "::1")

app = new_app("A witness of transparency logs")

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the witness.")]
Host = Annotated[str, typer.Option("--host", help="Address to listen at.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen at; 0: any free one.")]


@command(app, "create", "Make a witness with new keys")
def create(
    out: Output,
    folder: Folder,
    name: Annotated[str, typer.Option("--name", help="Name of the witness, like witness.example.kr/w1.")],
    auditor: Annotated[
        bool, typer.Option("--auditor", help="Its keys will also state that every entry was verified.")
    ] = False,
) -> None:
    """Make keys and an empty memory; an existing witness is never replaced."""
    identity = create_witness(folder, name, Meaning.AUDIT if auditor else Meaning.CONSISTENCY, secrets.token_bytes)
    out.say("witness_created", folder=folder, name=name)
    _say_keys(out, identity)
    out.notice("witness_no_backup")
    out.result(folder=str(folder), **_facts(identity))


@command(app, "pin", "Follow a log for all time")
def pin(
    out: Output,
    folder: Folder,
    vkey: Annotated[str, typer.Argument(metavar="VKEY", help="Verifier key of the log.")],
    origin: Annotated[
        str | None, typer.Option("--origin", help="Origin of the log; by default its key's name.")
    ] = None,
    url: Annotated[
        str, typer.Option("--url", help="Where the record is: a URL or a folder; an auditor reads it there.")
    ] = "",
) -> None:
    """Add a log, or a further key of one."""
    key = parse_verifier_key(vkey)
    origin = origin or key.name
    is_new = pin_log(folder, key, origin, url)
    out.say("log_pinned" if is_new else "log_was_pinned", origin=origin)
    out.result(origin=origin, log_key=vkey, new=is_new)


@command(app, "show", "Show keys, logs and sizes")
def show(out: Output, folder: Folder) -> None:
    """Show what the witness is and what it has cosigned."""
    identity = load_identity(folder)
    logs = []
    with closing(WitnessStore(folder, identity.keys)) as store:
        out.say("witness_line", name=identity.name, statement=identity.meaning.value)
        _say_keys(out, identity)
        for log in store.logs():
            latest = store.latest(log.origin)
            kept = [item.kind for item in store.evidence(log.origin)]
            convictions = kept.count(EvidenceKind.CONTRADICTION)
            if latest:
                out.say("witness_log", origin=log.origin, size=latest.size)
            else:
                out.say("witness_log_new", origin=log.origin)
            if convictions:
                out.notice("witness_convicted", origin=log.origin, count=convictions)
            logs.append(
                {
                    "origin": log.origin,
                    "path": log.name,
                    "keys": [format_verifier_key(key) for key in log.keys],
                    "url": log.place,
                    "size": latest.size if latest else None,
                    "evidence": {kind.value: kept.count(kind) for kind in EvidenceKind},
                }
            )
    out.result(**_facts(identity), logs=logs)


@command(app, "evidence", "Write down what is kept about logs")
def evidence(
    out: Output,
    folder: Folder,
    target: Annotated[Path, typer.Argument(metavar="OUT", help="Folder for the files.")],
) -> None:
    """Write every piece of evidence to a file of its own."""
    identity = load_identity(folder)
    written = []
    with closing(WitnessStore(folder, identity.keys)) as store:
        for log in store.logs():
            for item in store.evidence(log.origin):
                file = target / f"{log.name[:16]}-{item.number}.{item.kind.value}"
                write_public(file, item.data)
                out.say("evidence_written", file=file, kind=item.kind.value, reason=item.reason)
                written.append(
                    {"file": str(file), "origin": log.origin, "kind": item.kind.value, "reason": item.reason}
                )
    if not written:
        out.say("evidence_none")
    out.result(evidence=written)


@command(app, "serve", "Answer logs that ask for cosignatures")
def serve(out: Output, folder: Folder, host: Host = "127.0.0.1", port: Port = 8010) -> None:
    """Serve a plain witness until the process is ended."""
    _serve(out, folder, Meaning.CONSISTENCY, host, port, 1)


@command(app, "audit", "Cosign only what was verified entry by entry")
def audit(
    out: Output,
    folder: Folder,
    host: Host = "127.0.0.1",
    port: Port = 8010,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes that verify ballots.")] = os.cpu_count()
    or 1,
) -> None:
    """Serve an auditor's cosigner until the process is ended."""
    _serve(out, folder, Meaning.AUDIT, host, port, workers)


def _serve(out: Output, folder: Folder, meaning: Meaning, host: str, port: int, workers: int) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # An auditor's own reading is not news.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    witness = open_witness(folder, meaning, lambda: int(time.time()), workers)
    with closing(witness.store):
        try:
            listener = socket.create_server((host, port), backlog=MAXIMUM_CONNECTIONS)
        except OSError as error:
            raise BoardError("witness.no_port", f"{host}:{port} can't be used: {error.strerror or error}") from error
        url = f"http://{host}:{listener.getsockname()[1]}"
        out.say("witness_serving", url=url, name=witness.identity.name)
        out.result(url=url, **_facts(witness.identity))
        # Whoever started this process waits for that line.
        sys.stdout.flush()
        config = uvicorn.Config(
            make_app(witness),
            http=make_protocol(LIMITS, PROXIES),
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=MAXIMUM_CONNECTIONS,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=5,
        )
        uvicorn.Server(config).run(sockets=[listener])


def _say_keys(out: Output, identity: Identity) -> None:
    out.say("witness_keys")
    for key in identity.keys:
        out.say("witness_key", key=format_verifier_key(key))


def _facts(identity: Identity) -> dict[str, object]:
    return {
        "name": identity.name,
        "statement": identity.meaning.value,
        "keys": [format_verifier_key(key) for key in identity.keys],
    }
