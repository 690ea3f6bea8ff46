"""A fresh witness for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.witness.scene import Scene, make_scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Return a witness that follows one log and has cosigned nothing."""
    made = make_scene(tmp_path / "witness")
    yield made
    made.witness.store.close()
