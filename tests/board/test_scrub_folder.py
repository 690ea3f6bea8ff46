"""`evote board scrub`: every kind of damage is named, with its place and what to do, whether or not the board opens."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import create_engine

import evote.cli.main
from evote.board.board import Board
from evote.board.database import DATABASE_NAME
from evote.board.scrub import Scrubber
from evote.board.scrub_folder import FolderScrubber
from evote.election.kinds import Kind
from evote.errors import BoardError
from evote.log.merkle import leaf_hash
from evote.log.statement import decode_statement
from tests.board import toy
from tests.board.test_elections import create, postings
from tests.election.built_election import paper_election

SIZE = 300
CHECKPOINT = "checkpoint"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a board with 300 statements, two bundles, all published."""
    folder = tmp_path_factory.mktemp("scrub")
    with toy.create(folder) as board:
        board.submit_many([toy.note(str(number)) for number in range(SIZE)])
        board.flush()
    return folder


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    """Return a copy of that board's folder."""
    return Path(shutil.copytree(template, tmp_path / "board"))


def change(folder: Path, *statements: str) -> None:
    """Change the database with another program."""
    engine = create_engine(f"sqlite:///{folder / DATABASE_NAME}")
    with engine.begin() as connection:
        for statement in statements:
            assert connection.exec_driver_sql(statement).rowcount == 1
    engine.dispose()


def flip(path: Path, place: int) -> None:
    """Flip one bit of a file."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Run `evote board scrub` and return exit code and what it wrote to stdout."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        evote.cli.main.run(["board", "scrub", *arguments])
    return int(ended.value.code or 0), capsys.readouterr().out


def found(capsys: pytest.CaptureFixture[str], folder: Path) -> set[tuple[str, str]]:
    """Return code and place of every finding; the exit code says whether there are any."""
    code, text = run(capsys, str(folder), "--json")
    value = json.loads(text)
    assert code == (1 if value["findings"] else 0)
    assert value["size"] == SIZE
    return {(one["code"], one["place"]) for one in value["findings"]}


def test_a_sound_board_has_no_damage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, and how much was compared; a folder without a board can't be read."""
    assert run(capsys, str(folder), "--language", "en") == (
        0,
        f"Nothing is damaged: all {SIZE} entries and the public files of the {SIZE} published ones were compared.\n",
    )
    assert found(capsys, folder) == set()
    assert run(capsys, str(folder / "record"))[0] == 4


@pytest.mark.parametrize("name", ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000"])
@pytest.mark.parametrize("damage", ["flipped", "cut", "missing"])
def test_a_damaged_tile_is_named(folder: Path, capsys: pytest.CaptureFixture[str], name: str, damage: str) -> None:
    """A flipped bit, a file cut off, a file that is gone, at the right edge too, where the board does not open."""
    path = folder / "record" / name
    if damage == "flipped":
        flip(path, -1)
    elif damage == "cut":
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[:-1])
    else:
        path.unlink()
    assert found(capsys, folder) == {("scrub.missing" if damage == "missing" else "scrub.file", name)}


@pytest.mark.parametrize("name", ["tile/payloads/000", "tile/payloads/001.p/44", CHECKPOINT, "policy"])
@pytest.mark.parametrize("place", [0, -3])
def test_other_damaged_files_are_named(folder: Path, capsys: pytest.CaptureFixture[str], name: str, place: int) -> None:
    """Payloads, the signed checkpoint, the policy with its comment; their absence too."""
    flip(folder / "record" / name, place)
    assert found(capsys, folder) == {("scrub.file", name)}
    (folder / "record" / name).unlink()
    assert found(capsys, folder) == {("scrub.missing", name)}


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ('UPDATE entry SET statement = zeroblob(10) WHERE "index" = 7', ("scrub.statement", "entry 7")),
        ('UPDATE entry SET leaf_hash = zeroblob(32) WHERE "index" = 290', ("scrub.statement", "entry 290")),
        ('UPDATE entry SET leaf_hash = zeroblob(3) WHERE "index" = 290', ("scrub.statement", "entry 290")),
        ('DELETE FROM entry WHERE "index" = 7', ("board.entry_missing", "entry 7")),
        ('UPDATE payload SET payload = zeroblob(3) WHERE "index" = 299', ("scrub.payload", "entry 299")),
        ('DELETE FROM payload WHERE "index" = 7', ("board.entry_missing", "entry 7")),
        ("UPDATE log SET root = zeroblob(32)", ("scrub.root", "database")),
        ("UPDATE log SET facts_digest = zeroblob(32)", ("scrub.facts", "database")),
        ("UPDATE log SET checkpoint = CAST('x' AS BLOB)", ("note.no_signatures", "database")),
    ],
)
def test_a_damaged_row_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], statement: str, finding: tuple[str, str]
) -> None:
    """Each row by its entry; the public files, which are sound, are not accused for it."""
    change(folder, statement)
    assert found(capsys, folder) == {finding}


def test_a_row_that_was_changed_with_its_hash_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where statement and leaf hash agree about something else, the public tile and the root convict them."""
    other = toy.note("other")
    leaf = leaf_hash(other.statement).hex()
    change(
        folder, f"UPDATE entry SET statement = X'{other.statement.hex()}', leaf_hash = X'{leaf}' WHERE \"index\" = 7"
    )
    assert found(capsys, folder) == {("scrub.statement", "entry 7")}


@pytest.fixture(scope="module")
def voted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a closed board with a whole election."""
    folder = tmp_path_factory.mktemp("voted")
    with create(folder) as board:
        board.submit_many(postings(paper_election()))
        board.flush()
    return folder


def test_what_lies_beside_a_ballot_is_derived_again(voted: Path, tmp_path: Path) -> None:
    """Facts, ciphertexts and commitments of real ballots; also where the facts' loss makes it look like no ballot."""
    shutil.copytree(voted, tmp_path / "board")
    with FolderScrubber(tmp_path / "board") as scrubber:
        assert [finding for step in scrubber.scrub() for finding in step.findings] == []
        entries = list(scrubber._store.scan(0, scrubber.size))
    kinds = [decode_statement(entry.statement).kind for entry in entries]
    cast = [index for index, kind in enumerate(kinds) if kind == Kind.BALLOT_CAST][:4]
    changes = (
        "UPDATE entry SET facts = X''",
        "UPDATE ballot SET ciphertexts = zeroblob(512)",
        "UPDATE payload SET commitments = zeroblob(512)",
        "UPDATE payload SET payload = zeroblob(9)",
    )
    change(tmp_path / "board", *(f'{text} WHERE "index" = {index}' for text, index in zip(changes, cast, strict=True)))
    with FolderScrubber(tmp_path / "board") as scrubber:
        found_now = {(one.code, one.place) for step in scrubber.scrub() for one in step.findings}
    assert found_now == {
        ("scrub.facts", "database"),
        *(("scrub.derived", f"entry {index}") for index in cast[:3]),
        ("scrub.payload", f"entry {cast[3]}"),
    }


def test_an_old_database_is_named(folder: Path, template: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A record that is longer than the database says so by the code with which the board would refuse to open."""
    with toy.open_toy(folder) as board:
        board.submit(toy.note("late").statement, toy.note("late").payload)
        board.flush()
    for name in (DATABASE_NAME, f"{DATABASE_NAME}-wal", f"{DATABASE_NAME}-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(template / DATABASE_NAME, folder / DATABASE_NAME)
    with pytest.raises(BoardError) as caught:
        toy.open_toy(folder)
    assert caught.value.code == "board.rolled_back"
    code, text = run(capsys, str(folder), "--language", "en")
    assert code == 1
    assert "is an old copy" in text


def test_the_report_says_where_and_what_to_do(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each finding, then one remedy for the database and one for files, in both languages."""
    change(folder, 'UPDATE payload SET payload = zeroblob(3) WHERE "index" = 299')
    path = folder / "record/tile/0/000"
    flip(path, 0)
    code, text = run(capsys, str(folder), "--language", "en")
    assert code == 1
    lines = text.splitlines()
    assert lines[0].startswith(f"Damaged: public file {path}: it was changed or cut off")
    assert lines[1] == "Damaged: database, entry 299: the payload is not the one that the statement names"
    assert f"all {SIZE} published entries" in lines[2]
    assert "delete the public files" in lines[3]
    assert len(lines) == 5
    code, text = run(capsys, str(folder), "--language", "ko")
    assert (code, len(text.splitlines())) == (1, 5)
    assert f"손상: 공개 파일 {path}: 내용이 바뀌었거나 잘렸습니다" in text
    assert "손상: 데이터베이스의 항목 299: 본문이 진술에 적힌 것과 다릅니다" in text


def test_the_remedy_for_files_works(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The files named are deleted, the board is opened, and nothing is damaged any more."""
    for name in ("tile/0/000", "tile/entries/001.p/44", CHECKPOINT, "policy"):
        flip(folder / "record" / name, 5)
    for _, place in found(capsys, folder):
        (folder / "record" / place).unlink()
    toy.open_toy(folder).close()
    assert found(capsys, folder) == set()


def test_a_board_at_work_is_scrubbed(dsn: str | None, tmp_path: Path) -> None:
    """From outside, while it grows and prunes between two steps: nothing is found, and the tree follows it."""
    with toy.create(tmp_path, dsn) as board:
        board.submit_many([toy.note(str(number)) for number in range(300)])
        board.flush()
        steps = []
        with FolderScrubber(tmp_path, toy.ToyAdmission(), sleep=lambda _: None) as scrubber:
            for number, step in enumerate(scrubber.scrub()):
                steps.append(step)
                board.submit_many([toy.note(f"{number} {other}") for other in range(150)])
                board.flush()
            assert scrubber.published_size == 300 + 3 * 150
    assert [finding for step in steps for finding in step.findings] == []
    assert [(step.start, step.end) for step in steps] == [(0, 0), (0, 256), (256, 450)]


def test_partial_tiles_that_vanish_meanwhile_are_no_damage(tmp_path: Path) -> None:
    """The board grows and prunes between the look at its size and the look at its files."""
    with toy.create(tmp_path) as board:
        board.submit_many([toy.note(str(number)) for number in range(200)])
        board.flush()
        with FolderScrubber(tmp_path, toy.ToyAdmission()) as scrubber:
            (_, step) = scrubber.scrub()
            assert step.findings == ()
            looks = []

            def published() -> int:
                looks.append(scrubber.published_size)
                if len(looks) == 1:
                    board.submit_many([toy.note(f"late {number}") for number in range(100)])
                    board.flush()
                return looks[-1]

            of_board = Scrubber(board.record_folder, scrubber._store, scrubber._tree, toy.ToyAdmission(), published)
            assert [finding for step in of_board.scrub() for finding in step.findings] == []
            assert looks[:2] == [200, 300]
            assert not (board.record_folder / "tile/0/000.p/200").exists()


def test_scrubbing_takes_nothing_from_the_board(folder: Path) -> None:
    """No lock, no lease, no write: the board that is open works on, and opens again."""
    before = sorted((path, path.stat().st_mtime_ns) for path in (folder / "record").rglob("*"))
    with FolderScrubber(folder, toy.ToyAdmission()) as scrubber:
        assert [finding for step in scrubber.scrub() for finding in step.findings] == []
    assert sorted((path, path.stat().st_mtime_ns) for path in (folder / "record").rglob("*")) == before
    with Board.open(folder, admission=toy.ToyAdmission()) as board:
        assert board.size == SIZE
