"""The demo's console: commands run together, and one that fails ends all of them."""

import sys
import time
from pathlib import Path

import pytest

from demo import console
from demo.console import Console

SLEEPER = ["python", "-c", "import signal, time; print('begun', flush=True); time.sleep(600)"]
PRINTER = ["python", "-c", "print('one'); print('two')"]
FAILURE = ["python", "-c", "import sys; sys.exit('it went wrong')"]


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    """Return a console whose programs are those beside this interpreter."""
    monkeypatch.setattr(console, "BIN", Path(sys.executable).parent)
    return Console(tmp_path)


def test_outputs_stand_in_the_order_of_the_commands(stage: Console, capsys: pytest.CaptureFixture[str]) -> None:
    """What several commands print is returned, and shown unless they are quiet."""
    assert stage.finish(stage.start(PRINTER, PRINTER)) == ["one\ntwo\n", "one\ntwo\n"]
    assert capsys.readouterr().out.count("        two\n") == 2
    assert stage.run(*PRINTER, quiet=True) == "one\ntwo\n"
    assert "        one" not in capsys.readouterr().out


def test_a_command_that_fails_ends_the_others(stage: Console) -> None:
    """Waiting for one command, the console notices that another one failed, and leaves none behind."""
    (sleeper,) = stage.start(SLEEPER)
    stage.start(FAILURE)
    began = time.monotonic()
    with pytest.raises(SystemExit, match="it went wrong"):
        stage.finish([sleeper])
    assert time.monotonic() - began < 60
    assert (sleeper.process.returncode or 0) < 0


def test_a_command_that_goes_on_can_be_stopped(stage: Console) -> None:
    """`stop` interrupts; a program that ends well then has not failed."""
    program = (
        "import signal, sys, time\nsignal.signal(signal.SIGINT, lambda *_: sys.exit(0))\n"
        "open('ready', 'w').close()\ntime.sleep(600)"
    )
    running = stage.start(["python", "-c", program])
    while not (stage.folder / "ready").exists():
        time.sleep(0.01)
    assert stage.finish(running, stop=True) == [""]
