"""One log for all tests of copies."""

from pathlib import Path

import pytest

from tests.mirror.scene import make_records


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Return a board's records at each of the scene's sizes."""
    return make_records(tmp_path_factory.mktemp("log"))
