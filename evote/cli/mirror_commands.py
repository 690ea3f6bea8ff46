"""`evote mirror`: a full copy of a log's public record, which can serve and be verified when the operator is gone.

Spec: docs/mirror.md.

Idea: `evote mirror URL FOLDER` is what people type, so a command line that begins with no command's name and has an
address in it is one of `copy`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from evote.cli.command import command, new_app
from evote.cli.files import read_input
from evote.cli.options import LogKeys
from evote.cli.output import Output
from evote.client.http_source import HttpSource
from evote.client.source import is_url
from evote.errors import ConfigurationError, EquivocationError, EvoteError
from evote.log.key import parse_verifier_key
from evote.log.policy import Policy, PolicyLog, is_post_quantum
from evote.log.policy_text import MAXIMUM_POLICY_BYTES, parse_policy
from evote.mirror.copy import Mirror
from evote.mirror.folder import MirrorFolder
from evote.texts.usage import SpokenGroup

COPY: Final = "copy"
ATTEMPTS: Final = 3
FILE_SECONDS: Final = 3600.0  # nobody waits for a copy, and bundles are long


class _MirrorCommands(SpokenGroup):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments; where an address stands before any command, the command is to copy."""
        if any(is_url(word) for word in args) and not set(args) & set(self.commands):
            args = [COPY, *args]
        return super().parse_args(ctx, args)


app = new_app("A copy of a log's record")
app.info.cls = _MirrorCommands

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the copy.")]


@command(app, COPY, "Copy what is new in a log's record")
def copy(
    out: Output,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where the log's record is served.")],
    folder: Folder,
    policy: Annotated[
        Path | None, typer.Option("--policy", help="Policy file with the log's key, witnesses and quorum; remembered.")
    ] = None,
    log_key: LogKeys = None,
    watch: Annotated[
        float | None, typer.Option("--watch", metavar="SECONDS", min=0.1, help="Go on, and look again so often.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Copy what is new and end; the default.")] = False,
) -> None:
    """Copy once, or again and again until the process is ended or the log contradicts itself (exit code 5)."""
    if once and watch is not None:
        raise ConfigurationError("mirror.two_ways", "choose --once or --watch, not both")
    place = MirrorFolder(folder)
    trusted = _trusted(place, policy, log_key or [])
    if not is_post_quantum(trusted):
        out.notice("one_log_key")
    with (
        HttpSource(url, attempts=ATTEMPTS, file_seconds=FILE_SECONDS) as source,
        Mirror(place, trusted) as mirror,
    ):
        while True:
            try:
                _copy_once(out, mirror, source)
            except (EquivocationError, ConfigurationError):
                raise
            except EvoteError as error:
                if watch is None:
                    raise
                out.failure(error)
            if watch is None:
                break
            time.sleep(watch)
    out.result(folder=str(folder), size=mirror.size, post_quantum=is_post_quantum(trusted))


@command(app, "serve", "Serve a copy over HTTP, for reading alone")
def serve(
    out: Output,
    folder: Folder,
    host: Annotated[str, typer.Option("--host", help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen at; 0: any free one.")] = 8020,
) -> None:
    """Serve until the process is told to stop."""
    # A copy that is only made needs no web server.
    from evote.mirror.server import open_mirror_service, run_mirror_service
    from evote.serve.journal import Journal
    from evote.serve.server import listen
    from evote.serve.settings import Settings

    service = open_mirror_service(folder, settings=Settings(), journal=Journal())
    listener = listen(host, port)
    url = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"

    def ready() -> None:
        out.say("mirror_serving", url=url)
        out.result(url=url)
        # Whoever started this process waits for that line.
        sys.stdout.flush()

    run_mirror_service(service, listener, ready)


def _copy_once(out: Output, mirror: Mirror, source: HttpSource) -> None:
    with out.progress("mirror_copying", None) as advance:
        update = mirror.update(source.read, advance)
    if update.added:
        out.say("mirror_copied", added=update.added, size=update.size)
    else:
        out.say("mirror_nothing_new", size=update.size)


def _trusted(place: MirrorFolder, policy: Path | None, log_keys: list[str]) -> Policy:
    """Return the policy that is given, and remember it, or the remembered one."""
    if policy is not None and log_keys:
        raise ConfigurationError("mirror.two_trusts", "choose --policy or --log-key, not both")
    if policy is not None:
        return place.trust(parse_policy(read_input(policy, MAXIMUM_POLICY_BYTES + 1)))
    if log_keys:
        return place.trust(Policy(logs=tuple(PolicyLog(key=parse_verifier_key(text)) for text in log_keys)))
    known = place.trusted_policy()
    if known is None:
        raise ConfigurationError(
            "mirror.no_trust", "a new copy needs --policy or --log-key: whom to believe is not for the log to say"
        )
    return known
