"""Serving a board from its folder: one process, from opening the board to its orderly end.

Spec: docs/http.md sections 1 and 8.

Idea: open the board, look at what its witnesses have seen, then serve. A signal to stop ends it in order: no new
connections, what is under way is answered, the last batch is published or promised, the board is closed.

Invariants: nothing is accepted before the board has proven to itself, and its witnesses have not disproven, that it
continues the log that was published; the process ends where the board can't go on, because a new start can find out
what is on the disk.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import httpx
import uvicorn

from evote.board.admission import Admission
from evote.board.board import Board
from evote.board.database import is_shared
from evote.errors import BoardError, ConfigurationError, EvoteError
from evote.log.policy import NO_QUORUM, Policy
from evote.serve.app import make_app
from evote.serve.clock import Clock
from evote.serve.connection import make_protocol
from evote.serve.cosign import Cosigner
from evote.serve.examiner import Examiner
from evote.serve.journal import Journal, JournalHandler
from evote.serve.limits import Budget, RateLimit
from evote.serve.metrics import Metrics
from evote.serve.proofs import GrowthProofs
from evote.serve.service import Service
from evote.serve.settings import Settings
from evote.serve.witness_check import ask_witnesses
from evote.serve.writer import Writer

CACHE_NAME: Final = "cache"
JOIN_SECONDS: Final = 10.0
BACKLOG: Final = 1024


def open_service(
    folder: Path,
    *,
    admission: Admission,
    settings: Settings,
    journal: Journal,
    policy: Policy | None = None,
    clock: Clock | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Service:
    """Open the board in a folder and everything around it; nothing runs yet.

    `policy` has the witnesses and the quorum from now on (its logs are not looked at); without one, the board keeps
    its own. `transport` replaces the network to the witnesses. Raise as `Board.open`, `Board.set_policy` and
    `Board.check_not_behind`.
    """
    metrics = Metrics()
    journal.on_drop = metrics.journal_dropped.inc
    if clock is None:
        clock = Clock(on_jump=lambda seconds: report_jump(metrics, journal, seconds))
    examiner = Examiner(admission)
    board = Board.open(folder, admission=examiner)
    try:
        if policy is not None:
            board.set_policy(replace(policy, logs=board.policy.logs))
        proofs = GrowthProofs(board.record_folder)
        cosigner = None
        if board.policy.quorum != NO_QUORUM:
            cosigner = _make_cosigner(board, proofs, settings, clock, metrics, journal, transport)
        writer = Writer(
            board,
            examiner,
            cosigner.collect if cosigner is not None else None,
            settings=settings,
            clock=clock,
            metrics=metrics,
            journal=journal,
            is_shared=is_shared(folder),
        )
    except BaseException:
        board.close()
        raise
    return Service(
        record_folder=board.record_folder,
        cache_folder=folder / CACHE_NAME,
        writer=writer,
        cosigner=cosigner,
        proofs=proofs,
        settings=settings,
        clock=clock,
        metrics=metrics,
        journal=journal,
        statements_limit=RateLimit(settings.statements_rate, settings.statements_burst, clock.monotonic),
        reads_limit=RateLimit(settings.reads_rate, settings.reads_burst, clock.monotonic),
        bodies=Budget(settings.bodies_bytes),
        elections_cache=[],
    )


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raise ConfigurationError `serve.address` where it can't."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ConfigurationError(
            "serve.address", f"can't listen on {host} port {port}: {error.strerror or error}; choose another"
        ) from error
    return listener


def run_service(
    service: Service,
    listener: socket.socket,
    *,
    trusted_proxies: tuple[str, ...] = (),
    on_ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGTERM, SIGINT or a failure of the board; return when everything has been answered and closed.

    X-Forwarded-For is believed from trusted proxies (addresses or networks) alone. Raise what stopped the board.
    """
    handler = JournalHandler(service.journal)
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(logging.WARNING)
        logger.propagate = False
    settings = service.settings

    def stop() -> None:
        server.should_exit = True

    server = OrderlyServer(
        uvicorn.Config(
            make_app(service, on_failure=stop, on_ready=on_ready),
            http=make_protocol(settings, trusted_proxies),
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(trusted_proxies),
            forwarded_allow_ips=list(trusted_proxies),
            backlog=BACKLOG,
            limit_concurrency=settings.connections,
            timeout_keep_alive=settings.idle_seconds,
            timeout_graceful_shutdown=settings.shutdown_seconds,
        )
    )
    try:
        server.run(sockets=[listener])
    finally:
        service.writer.abandon(JOIN_SECONDS)
        service.journal.flush()
    failure = service.writer.failure
    if isinstance(failure, EvoteError):
        raise failure
    if failure is not None:
        raise BoardError("board.stopped", f"the board has stopped ({type(failure).__name__})") from failure


class OrderlyServer(uvicorn.Server):
    """A server for which a signal to stop is no failure of the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop in order at SIGINT and SIGTERM; at a second SIGINT at once."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _make_cosigner(
    board: Board,
    proofs: GrowthProofs,
    settings: Settings,
    clock: Clock,
    metrics: Metrics,
    journal: Journal,
    transport: httpx.AsyncBaseTransport | None,
) -> Cosigner:
    """Return the board's witnesses, none of which has seen what the board does not hold."""
    policy = board.policy
    origin = policy.logs[0].key.name
    seen = asyncio.run(ask_witnesses(policy, origin, journal, seconds=settings.witness_seconds, transport=transport))
    for name, opened in seen.items():
        try:
            board.check_not_behind([opened.checkpoint])
        except BoardError as error:
            journal.error("contradicted", witness=name, code=error.code)
            board.add_evidence("checkpoint", opened.note)
            raise
    cosigner = Cosigner(
        policy, proofs, settings=settings, clock=clock, metrics=metrics, journal=journal, transport=transport
    )
    for state in cosigner.states:
        if state.witness.name in seen:
            state.size = seen[state.witness.name].checkpoint.size
    return cosigner


def default_workers() -> int:
    """Return how many processes verify ballots: one for each processor of ours, and at least one beside this one."""
    return max(2, len(os.sched_getaffinity(0)))


def report_jump(metrics: Metrics, journal: Journal, seconds: float) -> None:
    """Count and log a jump of this machine's clock."""
    metrics.clock_jumps.inc()
    journal.error("clock_jump", seconds=round(seconds, 1))
