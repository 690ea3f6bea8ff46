"""`evote serve`: the board for the world, over HTTP.

Spec: docs/http.md.
"""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from pathlib import Path
from socket import socket
from typing import Annotated

import typer

from evote.board.board import Board
from evote.board.database import has_database, name_database
from evote.board.election_admission import ElectionAdmission
from evote.board.keys import load_signer
from evote.cli.files import read_input
from evote.cli.local_witnesses import local_witnesses
from evote.cli.options import Database
from evote.cli.output import Output
from evote.ed25519 import SEED_BYTES, SigningKey
from evote.errors import BoardError, ConfigurationError
from evote.log.key import VerifierKey, format_verifier_key
from evote.log.policy import NO_QUORUM, Policy, tolerance
from evote.log.policy_text import MAXIMUM_POLICY_BYTES, parse_policy
from evote.serve.front_server import open_front_end
from evote.serve.journal import Journal
from evote.serve.server import default_workers, listen, open_service, run_service
from evote.serve.settings import Settings


def serve(
    out: Output,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the board.")],
    origin: Annotated[
        str | None, typer.Option("--origin", help="Make the board if there is none, with this name of the log.")
    ] = None,
    database: Database = None,
    front_end: Annotated[
        bool,
        typer.Option("--front-end", help="Examine and answer for the log's sequencer, which is another process."),
    ] = False,
    host: Annotated[str, typer.Option("--host", help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen at; 0: any free one.")] = 8000,
    witness_policy: Annotated[
        Path | None,
        typer.Option("--witness-policy", help="Policy file with the witnesses and the quorum from now on."),
    ] = None,
    local: Annotated[
        int, typer.Option("--local-witnesses", min=0, max=16, help="Start so many witnesses here, for trying out.")
    ] = 0,
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option("--trusted-proxy", help="Address or network whose X-Forwarded-For is believed; may be repeated."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes that verify ballots; by default one a processor.")
    ] = None,
) -> None:
    """Serve a board until the process is told to stop; make the board first where it is new and has a name."""
    if local and witness_policy:
        raise ConfigurationError("serve.two_policies", "choose local witnesses or a policy file, not both")
    if front_end and (origin or local or witness_policy):
        raise ConfigurationError(
            "serve.front_end_options", "a front end makes no board and asks no witnesses: the sequencer does"
        )
    if database is not None and (front_end or origin is None):
        name_database(folder, database)
    if front_end:
        _serve_front_end(out, folder, host, port, tuple(trusted_proxy or ()), workers)
        return
    log_key = _log_key(folder, origin, database)
    settings = Settings()
    with ExitStack() as stack:
        listener = listen(host, port)
        stack.callback(listener.close)
        url = _url_of(host, listener)
        policy = None
        if witness_policy is not None:
            policy = parse_policy(read_input(witness_policy, MAXIMUM_POLICY_BYTES + 1))
        elif local:
            policy = stack.enter_context(local_witnesses(folder, local, (log_key,), port + 1 if port else 0))
        service = open_service(
            folder,
            admission=ElectionAdmission(workers or default_workers(), minimum_shared=0),
            settings=settings,
            journal=Journal(),
            policy=policy,
        )
        current = service.cosigner.policy if service.cosigner is not None else Policy()

        def ready() -> None:
            out.say("serving", url=url, origin=log_key.name)
            out.say("log_key", key=format_verifier_key(log_key))
            _say_witnesses(out, current, local)
            out.result(
                url=url,
                origin=log_key.name,
                log_key=format_verifier_key(log_key),
                witnesses={one.name: one.url for one in current.witnesses},
                quorum=current.quorum,
            )

        run_service(service, listener, trusted_proxies=tuple(trusted_proxy or ()), on_ready=ready)
    out.say("served")


def _serve_front_end(
    out: Output, folder: Path, host: str, port: int, trusted_proxies: tuple[str, ...], workers: int | None
) -> None:
    with ExitStack() as stack:
        listener = listen(host, port)
        stack.callback(listener.close)
        url = _url_of(host, listener)
        service = open_front_end(
            folder,
            admission=ElectionAdmission(workers or default_workers(), minimum_shared=0),
            settings=Settings(),
            journal=Journal(),
        )
        log = service.writer.view.origin

        def ready() -> None:
            out.say("serving_front_end", url=url, origin=log)
            out.result(url=url, origin=log, front_end=True)

        run_service(service, listener, trusted_proxies=trusted_proxies, on_ready=ready)
    out.say("served_front_end")


def _url_of(host: str, listener: socket) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"


def _log_key(folder: Path, origin: str | None, database: str | None) -> VerifierKey:
    """Return the log's Ed25519 key, of a board that is made here if it is new and has been given a name."""
    if origin is not None:
        try:
            Board.create(folder, origin, SigningKey(secrets.token_bytes(SEED_BYTES)), dsn=database).close()
        except BoardError as error:
            if error.code != "board.exists":
                raise
            if database is not None:
                name_database(folder, database)
    elif not has_database(folder):
        raise BoardError("board.missing", f"there is no board in {folder}; with --origin NAME one is made")
    # The board itself is opened later: local witnesses need its key first.
    key = load_signer(folder).key
    if origin not in (None, key.name):
        raise ConfigurationError(
            "board.other_origin",
            f"{folder} holds a board of the log {key.name!r}, not {origin!r}",
            folder=folder,
            found=key.name,
            wanted=origin,
        )
    return key


def _say_witnesses(out: Output, policy: Policy, local: int) -> None:
    if policy.quorum == NO_QUORUM:
        out.notice("serving_alone")
        return
    tolerated = tolerance(policy)
    out.say(
        "serving_witnessed",
        count=len(policy.witnesses),
        malicious=max(tolerated.malicious, 0),
        offline=tolerated.offline,
    )
    if local:
        out.notice("local_witnesses")
