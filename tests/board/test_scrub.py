"""The scrubber: whatever is damaged, in the record or in the database, it names the place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evote.board.board import Board
from evote.board.database import open_database
from evote.board.scrub import Finding
from evote.errors import BoardError
from tests.board import toy

SIZE = 600


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a board with 600 entries, three bundles, all published."""
    folder = tmp_path_factory.mktemp("scrub")
    with toy.create(folder) as board:
        board.submit_many([toy.note("begin"), *(toy.ballot(number) for number in range(SIZE - 1))])
        board.flush()
    return folder


@pytest.fixture
def board(template: Path, tmp_path: Path) -> Board:
    """Return an open copy of that board."""
    shutil.copytree(template, tmp_path / "board")
    return toy.open_toy(tmp_path / "board")


def found(board: Board) -> set[tuple[str, str]]:
    """Return code and place of everything that the scrubber finds."""
    return {(one.code, one.place) for step in board.scrub() for one in step.findings}


def flip(path: Path, place: int) -> None:
    """Flip one bit of a file."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)


def test_a_sound_board_has_no_findings(board: Board) -> None:
    """Every bundle is visited once, in order, and nothing is found; also with entries that are not published."""
    with board:
        board.submit(toy.note("late").statement, toy.note("late").payload)
        assert board.size > board.published_size
        steps = list(board.scrub())
    assert [(step.start, step.end) for step in steps] == [(0, 256), (256, 512), (512, SIZE + 1)]
    assert not any(step.findings for step in steps)


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("tile/0/001", {"tile/0/001"}),
        ("tile/0/002.p/88", {"tile/0/002.p/88"}),
        ("tile/1/000.p/2", {"tile/1/000.p/2"}),
        ("tile/entries/001", {"tile/entries/001"}),
        ("tile/payloads/000", {"tile/payloads/000"}),
        ("tile/commitments/002.p/88", {"tile/commitments/002.p/88"}),
    ],
)
def test_a_flipped_bit_in_a_file_is_found(board: Board, name: str, places: set[str]) -> None:
    """One bit of one public file, in the middle or at its end, and the file is named."""
    path = board.record_folder / name
    with board:
        for place in (len(path.read_bytes()) // 2, -1):
            flip(path, place)
            assert {where for _, where in found(board)} == places
            flip(path, place)
        assert found(board) == set()
        path.unlink()
        assert found(board) == {("scrub.missing", name)}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ('UPDATE entry SET statement = zeroblob(10) WHERE "index" = 300', "scrub.statement"),
        ('UPDATE entry SET leaf_hash = zeroblob(32) WHERE "index" = 300', "scrub.statement"),
        ('UPDATE payload SET payload = zeroblob(3) WHERE "index" = 300', "scrub.payload"),
        ("UPDATE entry SET facts = X'00' WHERE \"index\" = 300", "scrub.derived"),
        ("UPDATE entry SET facts = X'' WHERE \"index\" = 300", "scrub.derived"),
        ("UPDATE ballot SET ciphertexts = X'00' WHERE \"index\" = 300", "scrub.derived"),
        ("UPDATE ballot SET code = X'00' WHERE \"index\" = 300", "scrub.derived"),
        ('DELETE FROM ballot WHERE "index" = 300', "scrub.derived"),
    ],
)
def test_a_changed_row_is_found(board: Board, change: str, code: str) -> None:
    """A changed row of the database is named by its entry."""
    with board:
        with board._store._writing() as connection:
            connection.exec_driver_sql(change)
        # The public files, which are sound, are not accused.
        assert found(board) == {(code, "entry 300")}


def test_a_lost_row_is_found(board: Board) -> None:
    """A payload that is gone is named, and the other entries of its stretch are looked at all the same."""
    with board:
        with board._store._writing() as connection:
            connection.exec_driver_sql('DELETE FROM payload WHERE "index" = 300')
            connection.exec_driver_sql("UPDATE payload SET payload = X'00' WHERE \"index\" = 301")
        assert found(board) == {("board.entry_missing", "entry 300"), ("scrub.payload", "entry 301")}


def test_a_changed_payload_is_not_published(template: Path, tmp_path: Path) -> None:
    """A payload that was changed between commit and publication stops the board instead of becoming immutable."""
    with toy.create(tmp_path) as board:
        board.submit_many([toy.ballot(1)])
        board.sequence()
        with board._store._writing() as connection:
            connection.exec_driver_sql("UPDATE payload SET payload = X'00'")
        with pytest.raises(BoardError) as caught:
            board.flush()
        assert caught.value.code == "board.entry_changed"
        assert not (board.record_folder / "tile/payloads").exists()


def test_scrubbing_goes_on_while_the_board_works(tmp_path: Path, dsn: str | None) -> None:
    """Between two steps the board may take, publish and prune; what is new is scrubbed too, and nothing is found."""
    with toy.create(tmp_path, dsn) as board:
        board.submit_many([toy.note(str(number)) for number in range(300)])
        board.flush()
        findings: list[Finding] = []
        ends = []
        for number, step in enumerate(board.scrub()):
            findings += step.findings
            ends.append(step.end)
            if number < 2:
                board.submit_many([toy.note(f"{number} {other}") for other in range(250)])
                board.flush()
    assert findings == []
    assert ends == [256, 512, 768, 800]


def test_the_database_is_left_as_it_was(board: Board, tmp_path: Path) -> None:
    """Scrubbing writes nothing."""
    with board:
        before = [path.stat().st_mtime_ns for path in sorted(board.record_folder.rglob("*"))]
        found(board)
        assert [path.stat().st_mtime_ns for path in sorted(board.record_folder.rglob("*"))] == before
    store = open_database(tmp_path / "board")
    assert store.head().size == SIZE
    store.close()
