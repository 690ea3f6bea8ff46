"""A served toy board as a process of its own: `python -m tests.serve.toy_server FOLDER SETTINGS-AS-JSON [PROXY ...]`.

It listens on a free port and says which on its first line of output.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

from evote.serve.journal import Journal
from evote.serve.server import listen, open_service, run_service
from tests.board import toy
from tests.serve.scene import QUICK

JOURNAL_LINES = 200


def main(folder: str, settings: str, *proxies: str) -> None:
    """Serve until told to stop."""
    listener = listen("127.0.0.1", 0)
    service = open_service(
        Path(folder),
        admission=toy.ToyAdmission(),
        settings=replace(QUICK, **json.loads(settings)),
        journal=Journal(maximum_lines=JOURNAL_LINES),
    )

    def ready() -> None:
        sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}\n")
        sys.stdout.flush()

    run_service(service, listener, trusted_proxies=proxies, on_ready=ready)


if __name__ == "__main__":
    main(*sys.argv[1:])
