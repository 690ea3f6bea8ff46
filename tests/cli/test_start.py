"""What a command loads before it does anything: nobody who looks at a key waits for a database or a web server."""

import json
import subprocess
import sys

import pytest

HEAVY = ("sqlalchemy", "sqlmodel", "fastapi", "uvicorn", "httpx", "alembic")
CODE = """
import json, sys
from evote.cli.main import run
try:
    run({arguments})
except SystemExit:
    pass
print("\\n" + json.dumps(sorted(name for name in sys.modules if name in {heavy})))
"""


def loaded(*arguments: str) -> list[str]:
    """Run a command line in a process of its own; return which of the heavy packages it has loaded."""
    code = CODE.format(arguments=list(arguments), heavy=HEAVY)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found: list[str] = json.loads(ran.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("arguments", [("key", "show", "nowhere"), ("definition", "check", "nowhere"), ("--version",)])
def test_light_commands_load_no_server(arguments: tuple[str, ...]) -> None:
    """Keys and definitions are handled without database and web server."""
    assert loaded(*arguments) == []


def test_the_board_loads_no_web_server() -> None:
    """Commands of the board's own folder load its database, and neither a web server nor a client."""
    assert not {"fastapi", "uvicorn", "httpx"} & set(loaded("board", "status", "nowhere"))


def test_a_command_that_serves_does() -> None:
    """The test above can tell: what serves loads the web server."""
    assert "fastapi" in loaded("serve", "--help")
