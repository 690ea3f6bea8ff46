"""The folder of a state: what is damaged, foreign or in use is refused, a full disk is named, no half file is left."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verifier.record_files import Made, make_entry, notes, write_record
from tests.verifier.test_state import check, part
from verifier import state as state_module
from verifier.errors import UsageError
from verifier.main import main
from verifier.state_file import write_sealed


@pytest.fixture(scope="module")
def long_election(paper_election: Made) -> Made:
    """Return an election of two bundles, with ballots in both."""
    made = paper_election.copy()
    at = made.find("ballot.cast", 3)
    made.drafts[at:at] = notes(260)
    for draft in made.drafts:
        draft.entry = make_entry(made.scope, draft)
    return made


def flipped(path: Path) -> None:
    """Change a byte in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "state": lambda state: flipped(state / "state"),
    "half a state": lambda state: (state / "state").write_bytes((state / "state").read_bytes()[:100]),
    "empty state": lambda state: (state / "state").write_bytes(b""),
    "range": lambda state: flipped(state / "ranges/0-256"),
    "half a range": lambda state: (state / "ranges/0-256").write_bytes((state / "ranges/0-256").read_bytes()[:-1]),
    "range of another place": lambda state: (state / "ranges/0-256").rename(state / "ranges/256-512"),
    "something else": lambda state: (state / "ranges/note").write_bytes(b"hello"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_state(long_election: Made, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Show that damage is named and refused, with exit code 2 and no report."""
    state, folder = tmp_path / "state", write_record(part(long_election, 300), tmp_path / "record")
    check(folder, state)
    DAMAGE[kind](state)
    capsys.readouterr()
    assert main([str(folder), "--state", str(state), "--workers", "1", "--quiet"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "damaged" in captured.err
    assert "delete" in captured.err


def test_a_sealed_state_of_nonsense(tmp_path: Path, tiny_election: Made) -> None:
    """Show that files which are whole but say nothing sensible are refused too."""
    folder = write_record(tiny_election, tmp_path / "record")
    for content in (b"{}", b"[]", b"not json", b'{"program":1}'):
        state = tmp_path / "state"
        state.mkdir()
        write_sealed(state / "state", content)
        with pytest.raises(UsageError, match="damaged"):
            check(folder, state)
        shutil.rmtree(state)


def test_a_state_of_another_program(tiny_election: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show that results of another version of this program are not used, and that the message says what to do."""
    state, folder = tmp_path / "state", write_record(tiny_election, tmp_path / "record")
    check(folder, state)
    monkeypatch.setattr(state_module, "identity", lambda: "0.0.9+0123456789abcdef")
    with pytest.raises(UsageError, match="delete it"):
        check(folder, state)


def test_a_state_of_something_else(tiny_election: Made, paper_election: Made, tmp_path: Path) -> None:
    """Show that a folder of other things, another log's state and another election's are refused."""
    state, folder = tmp_path / "state", write_record(tiny_election, tmp_path / "record")
    other = tmp_path / "other"
    other.mkdir()
    (other / "letters").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        check(folder, other)
    assert (other / "letters").read_text() == "mine"
    with pytest.raises(UsageError, match="--state"):
        check(folder, tmp_path / "no/such/folder")
    check(folder, state)
    elsewhere = write_record(tiny_election, tmp_path / "elsewhere")
    head = (elsewhere / "checkpoint").read_text().replace("log.example/board", "log.example/elsewhere")
    (elsewhere / "checkpoint").write_text(head)
    with pytest.raises(UsageError, match="of the log"):
        check(elsewhere, state)
    both = tiny_election.copy()
    pairs = [(make_entry(paper_election.scope, draft), draft.payload()) for draft in paper_election.drafts]
    together = write_record(both, tmp_path / "together", extra=pairs)
    check(together, state, election=tiny_election.scope)
    with pytest.raises(UsageError, match="of the election"):
        check(together, state, election=paper_election.scope)


def test_two_runs_at_once(tiny_election: Made, tmp_path: Path) -> None:
    """Show that a state which another run is using is refused."""
    state, folder = tmp_path / "state", write_record(tiny_election, tmp_path / "record")
    with state_module.open_state(str(state)), pytest.raises(UsageError, match="another run"):
        check(folder, state)
    assert check(folder, state).verified


@pytest.mark.parametrize(("writes", "code"), [(1, 4), (2, 2)], ids=["checkpoint", "range"])
def test_a_full_disk(
    long_election: Made,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    writes: int,
    code: int,
) -> None:
    """Show that a disk which is full when a checkpoint or a result is kept is named, and leaves no half file."""
    state, folder = tmp_path / "state", write_record(long_election, tmp_path / "record")
    calls: list[int] = []

    def full_disk(handle: int) -> None:
        calls.append(handle)
        if len(calls) == writes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full_disk)
    assert main([str(folder), "--state", str(state), "--workers", "1", "--quiet", "--json"]) == code
    captured = capsys.readouterr()
    assert '"verified": true' not in captured.out
    assert "No space left" in captured.out + captured.err
    assert not list(state.rglob("*.part"))
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    assert check(folder, state).verified


def test_files_that_were_left_half_written(tiny_election: Made, tmp_path: Path) -> None:
    """Show that the beginning of a file, left by a machine that stopped, is cleared away."""
    state, folder = tmp_path / "state", write_record(tiny_election, tmp_path / "record")
    check(folder, state)
    (state / "ranges/0-256.part").write_bytes(b"half")
    assert check(folder, state).verified
    assert list((state / "ranges").iterdir()) == []


def test_the_state_is_for_its_owner(tiny_election: Made, tmp_path: Path) -> None:
    """Show that nobody else may look into the folder, where the keys of digests are."""
    check(write_record(tiny_election, tmp_path / "record"), tmp_path / "state")
    assert (tmp_path / "state").stat().st_mode & 0o077 == 0
