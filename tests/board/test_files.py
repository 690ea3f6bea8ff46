"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

import pytest

from evote.board import files
from evote.errors import BoardError


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    """A new file and a replaced one have the new bytes and the mode asked for, and nothing lies beside them."""
    path = tmp_path / "checkpoint"
    for data in (b"old", b"new" * 100_000, b""):
        files.replace_file(path, data, 0o640)
        assert path.read_bytes() == data
        assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["checkpoint"]


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operating system that writes a few bytes at a time still gets the whole file."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    files.replace_file(tmp_path / "file", bytes(range(100)))
    assert (tmp_path / "file").read_bytes() == bytes(range(100))


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path) -> None:
    """Whatever ends the body of `atomic_file` early, the old bytes stay and no temporary file remains."""
    path = tmp_path / "file"
    files.replace_file(path, b"old")
    with suppress(KeyboardInterrupt), files.atomic_file(path) as descriptor:
        os.write(descriptor, b"half")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_an_immutable_file_is_never_written_with_other_bytes(tmp_path: Path) -> None:
    """The same bytes again change nothing; other bytes are refused."""
    path = tmp_path / "x001" / "000"
    files.write_immutable(path, b"tile")
    before = path.stat().st_mtime_ns
    files.write_immutable(path, b"tile")
    assert path.stat().st_mtime_ns == before
    assert path.stat().st_mode & 0o777 == 0o444
    with pytest.raises(BoardError) as caught:
        files.write_immutable(path, b"elit")
    assert caught.value.code == "board.file_changed"
    assert path.read_bytes() == b"tile"


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "board.disk_full"), (errno.EDQUOT, "board.disk_full"), (errno.EIO, "board.disk_error")],
)
def test_the_reason_of_a_failure_has_a_name(tmp_path: Path, number: int, code: str) -> None:
    """A full disk and a used-up quota are told apart from a broken disk; the message names the file."""
    with pytest.raises(BoardError, match="some-name") as caught, files.reported(tmp_path / "some-name"):
        raise OSError(number, os.strerror(number))
    assert caught.value.code == code


def test_only_our_left_overs_are_temporary(tmp_path: Path) -> None:
    """What `atomic_file` leaves when killed is recognised; tiles, bundles and hidden files of others are not."""
    seen = []
    with files.atomic_file(tmp_path / "000"):
        seen = list(tmp_path.iterdir())
    assert [files.is_temporary(path) for path in seen] == [True]
    assert not any(files.is_temporary(tmp_path / name) for name in ("000", "checkpoint", ".git", "a.tmp"))
