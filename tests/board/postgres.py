"""A private PostgreSQL server on loopback, made anew for the tests and gone with them."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

START_SECONDS = 60
# A server refuses to run as root; then it runs as somebody who owns nothing else.
UNPRIVILEGED = "nobody"


def find_programs() -> Path | None:
    """Return the folder of the newest PostgreSQL server programs of this machine, None where there is none."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda folder: int(folder.parent.name), default=None)


@dataclass
class Server:
    """A server with its own data folder; databases are schemas of one of its databases."""

    programs: Path
    folder: Path
    port: int
    password: str = field(repr=False)

    @property
    def dsn(self) -> str:
        """The DSN of the server's database."""
        return f"postgresql://evote:{self.password}@127.0.0.1:{self.port}/postgres"

    def new_dsn(self) -> str:
        """Make an empty place for one board and return its DSN."""
        name = f"board_{secrets.token_hex(6)}"
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"{self.dsn}?options=-csearch_path%3D{name}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=30"
        self._run("pg_ctl", "-D", "data", "-l", "log", "-o", settings, "-w", "-t", str(START_SECONDS), "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server; `immediate` is what a crash leaves."""
        self._run("pg_ctl", "-D", "data", "-m", mode, "-w", "stop")

    def init(self) -> None:
        """Make the data folder."""
        (self.folder / "password").write_text(self.password)
        self._run(
            *("initdb", "-D", "data", "-U", "evote", "--auth=scram-sha-256", "--pwfile=password"),
            *("--no-sync", "--locale=C", "--encoding=UTF8"),
        )

    def _run(self, program: str, *arguments: str) -> None:
        user = UNPRIVILEGED if os.geteuid() == 0 else None
        if user is not None:
            for path in (self.folder, self.folder / "password"):
                os.chown(path, pwd.getpwnam(user).pw_uid, -1)
        with (self.folder.parent / f"{self.folder.name}.out").open("ab") as output:
            # The server inherits its output from pg_ctl; a pipe would be held open.
            command = [str(self.programs / program), *arguments]
            group = pwd.getpwnam(user).pw_gid if user is not None else None
            subprocess.run(
                command, cwd=self.folder, check=True, stdout=output, stderr=output, user=user, group=group, timeout=120
            )


@contextmanager
def running_server() -> Iterator[Server]:
    """Run a server for the body; fail in CI where there is none, skip elsewhere."""
    programs = find_programs()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("CI should have the PostgreSQL server's programs")
        # 2026-11-22: a plain machine need not have a database server.
        pytest.skip("there is no PostgreSQL server on this machine")
    folder = Path(tempfile.mkdtemp(prefix="evote-postgres-"))
    server = Server(programs=programs, folder=folder, port=_free_port(), password=secrets.token_hex(8))
    try:
        server.init()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
        folder.with_name(f"{folder.name}.out").unlink(missing_ok=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
