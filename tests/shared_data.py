"""Where the read-only data beside the checkout lie: real referendums, vectors of other projects."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_file(name: str) -> Path:
    """Return the path of a shared data file; fail in CI where it is absent, skip elsewhere."""
    path = SHARED / name
    if not path.exists():
        if os.environ.get("CI"):
            pytest.fail(f"CI should have the shared data file {name}")
        # 2026-11-22: the shared data are read-only inputs that a plain clone does not carry.
        pytest.skip(f"shared data file {name} is not beside this checkout")
    return path
