"""Stages of one small election, each made once and never changed: tests work on copies."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evote.cli import locked
from evote.keystore import ScryptCost
from tests.cli.scene import Scene, begin, good


@pytest.fixture(scope="session", autouse=True)
def _cheap_passphrases() -> Iterator[None]:
    """Let new locked files cost next to nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locked, "NEW_FILE_COST", ScryptCost(n=16, r=8, p=1))
        patch.setenv("LANG", "en_US.UTF-8")
        patch.delenv("LC_ALL", raising=False)
        patch.delenv("LC_MESSAGES", raising=False)
        yield


@pytest.fixture(scope="session")
def stage_begun(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Return keys, an empty board, a definition and a roll."""
    return begin(tmp_path_factory.mktemp("cli") / "begun")


@pytest.fixture(scope="session")
def stage_created(stage_begun: Scene, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Return the stage with the election created."""
    scene = stage_begun.copy(tmp_path_factory.mktemp("cli") / "created")
    good("election", "create", scene.folder / "vote.yaml", *scene.as_authority)
    return scene


@pytest.fixture(scope="session")
def stage_with_roll(stage_created: Scene, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Return the created election with its roll, before any trustee has done anything."""
    scene = stage_created.copy(tmp_path_factory.mktemp("cli") / "roll")
    assert scene.make_credentials().code == 0
    return scene


@pytest.fixture(scope="session")
def stage_ready(stage_created: Scene, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Return the stage with ceremony, rehearsal and roll done, before opening."""
    scene = stage_created.copy(tmp_path_factory.mktemp("cli") / "ready")
    scene.hold_ceremony()
    good("election", "keys", *scene.as_authority)
    good("election", "rehearsal", *scene.as_authority)
    scene.rehearse()
    assert scene.make_credentials().code == 0
    return scene


@pytest.fixture(scope="session")
def stage_open(stage_ready: Scene, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Return the stage with the ballot box open and empty."""
    scene = stage_ready.copy(tmp_path_factory.mktemp("cli") / "open")
    good("election", "open", *scene.as_authority, "--off-schedule")
    return scene


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Scene], Scene]:
    """Return a function that copies a stage for one test."""
    return lambda scene: scene.copy(tmp_path / "scene")
