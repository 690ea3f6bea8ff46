"""`evote board collect --watch`: what comes is collected when it pauses, and once more at the end."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from evote.board.board import Board
from evote.cli import inbox_watch
from evote.cli.board_local import OpenBoard
from evote.cli.inbox import Collected
from evote.cli.inbox_watch import watch
from evote.client.submission import SUFFIX
from evote.election.kinds import Kind
from evote.election.records import TrusteeConfirmation
from tests.cli.scene import Scene, good

Copy = Callable[[Scene], Scene]
PATIENCE = 60.0


class Looks(threading.Event):
    """An event whose every wait is the next step of a story; it is set after the last one."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        super().__init__()
        self._steps = list(steps)

    def wait(self, timeout: float | None = None) -> bool:
        """Let one step happen."""
        self._steps.pop(0)()
        return not self._steps


def _watch(scene: Scene, looks: Looks) -> list[Collected]:
    passes: list[Collected] = []
    with Board.open(scene.board) as board:
        watch(OpenBoard(board), scene.inbox, passes.append, looks)
    return passes


def _nothing() -> None:
    pass


def _ballots(scene: Scene, *people: str) -> Path:
    """Prepare ballots and put them aside; return the folder."""
    aside = scene.folder / "aside"
    for person in people:
        scene.cast(person, "merger=yes")
    scene.inbox.rename(aside)
    scene.inbox.mkdir()
    return aside


def _bring(aside: Path, scene: Scene) -> Callable[[], None]:
    def bring() -> None:
        next(aside.glob(f"*{SUFFIX}")).rename(scene.inbox / next(aside.glob(f"*{SUFFIX}")).name)

    return bring


def test_files_are_taken_together_when_no_further_one_comes(stage_open: Scene, copy_of: Copy) -> None:
    """Two that come one after the other are one pass; one that is there at the end is collected at once."""
    scene = copy_of(stage_open)
    bring = _bring(_ballots(scene, "kim", "lee", "park"), scene)

    passes = _watch(scene, Looks(_nothing, bring, bring, _nothing, _nothing, bring))

    assert [len(each.admitted) for each in passes] == [2, 1]


def test_a_full_batch_is_taken_although_more_may_come(
    stage_open: Scene, copy_of: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has a batch together does not wait for a pause."""
    scene = copy_of(stage_open)
    bring = _bring(_ballots(scene, "kim", "lee"), scene)
    monkeypatch.setattr(inbox_watch, "BATCH", 1)

    assert [len(each.admitted) for each in _watch(scene, Looks(bring, bring, _nothing, _nothing))] == [1, 1]


def test_what_came_too_early_is_tried_again_only_after_something_else(stage_created: Scene, copy_of: Copy) -> None:
    """A statement before its time waits without being submitted at every look."""
    scene = copy_of(stage_created)
    state = scene.read_state()
    scene.submit(1, Kind.TRUSTEE_CONFIRMATION, TrusteeConfirmation(trustee=1, h_g=bytes(32)), state)

    passes = _watch(scene, Looks(*[_nothing] * 6))

    assert [(len(each.admitted), len(each.waiting)) for each in passes] == [(0, 1)]


def test_the_command_goes_on_until_it_is_stopped(stage_open: Scene, copy_of: Copy) -> None:
    """Started on an empty inbox, it admits a ballot that is cast later, and ends well when it is interrupted."""
    scene = copy_of(stage_open)
    program = "from evote.cli.main import run; run()"
    command = [sys.executable, "-c", program, "board", "collect", str(scene.board), "--watch", "--language", "en"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "until you press Ctrl-C" in process.stderr.readline()
        scene.cast("kim", "merger=yes")
        end = time.monotonic() + PATIENCE
        while not list(scene.inbox.glob(f"admitted/*{SUFFIX}")) and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (0, "")
    assert output.splitlines() == [
        "Admitted 1, refused 0, waiting 0",
        "In all: admitted 1, refused 0, waiting 0",
    ]
    assert good("election", "status", "--board", scene.board, "--json").json["cast"] == 1
