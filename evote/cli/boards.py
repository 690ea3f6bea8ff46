"""A board by its place: a folder of this machine, or a URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evote.cli.board_access import BoardAccess
from evote.cli.board_local import open_board
from evote.cli.output import Output
from evote.client.source import is_url


@contextmanager
def access_board(place: str, out: Output) -> Iterator[BoardAccess]:
    """Open the board in a folder or at a URL for the body; raise as `open_board` or `open_remote_board`."""
    if is_url(place):
        # The HTTP client is loaded for those alone whose board is at a URL.
        from evote.cli.board_remote import open_remote_board

        with open_remote_board(place, out) as remote:
            yield remote
        return
    with open_board(Path(place), out) as opened:
        yield opened
