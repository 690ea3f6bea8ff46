"""Stages that several tests start from; each test gets a copy of its own."""

from pathlib import Path

import pytest

from tests.election.built_election import YES
from tests.trustee_cli.stage import Stage


@pytest.fixture(scope="session")
def begun_once(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Return a stage with three identities and a manifest."""
    stage = Stage(tmp_path_factory.mktemp("begun"))
    stage.begin()
    return stage


@pytest.fixture(scope="session")
def ready_once(begun_once: Stage, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Return a stage whose ceremony and rehearsal are done and whose ballot box is open."""
    stage = begun_once.copy_to(tmp_path_factory.mktemp("ready"))
    stage.finish_ceremony()
    stage.open()
    return stage


@pytest.fixture(scope="session")
def voted_once(ready_once: Stage, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Return a stage with two of four ballots cast, which is just the quorum; the box is still open."""
    stage = ready_once.copy_to(tmp_path_factory.mktemp("voted"))
    stage.story.cast("Ada", YES, (2, 1))
    stage.story.cast("Ben", YES, (0, 1))
    stage.publish()
    return stage


@pytest.fixture(scope="session")
def closed_once(voted_once: Stage, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Return a stage with an encrypted tally."""
    stage = voted_once.copy_to(tmp_path_factory.mktemp("closed"))
    stage.close()
    return stage


@pytest.fixture
def begun(begun_once: Stage, tmp_path: Path) -> Stage:
    """Return a copy of the stage with three identities and a manifest."""
    return begun_once.copy_to(tmp_path / "begun")


@pytest.fixture
def ready(ready_once: Stage, tmp_path: Path) -> Stage:
    """Return a copy of the stage whose ballot box has just been opened."""
    return ready_once.copy_to(tmp_path / "ready")


@pytest.fixture
def voted(voted_once: Stage, tmp_path: Path) -> Stage:
    """Return a copy of the stage with ballots in the open box."""
    return voted_once.copy_to(tmp_path / "voted")


@pytest.fixture
def closed(closed_once: Stage, tmp_path: Path) -> Stage:
    """Return a copy of the stage with an encrypted tally."""
    return closed_once.copy_to(tmp_path / "closed")
