"""Opening a board: what it repairs, and what it refuses to go on with."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from evote.board.board import Board
from evote.board.keys import make_mldsa_key
from evote.ed25519 import SigningKey
from evote.errors import BoardError
from evote.log.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from evote.log.key import format_private_key
from evote.log.note import Ed25519Signer
from tests.board import toy

SIZE = 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a closed board with five published entries."""
    with toy.create(tmp_path) as board:
        board.submit_many([toy.note(str(number)) for number in range(SIZE)])
        board.flush()
    return tmp_path


def database(folder: Path, *commands: str) -> None:
    """Change the database behind the board's back."""
    connection = sqlite3.connect(folder / "board.sqlite")
    for command in commands:
        connection.execute(command)
    connection.commit()
    connection.close()


def refusal(folder: Path) -> str:
    """Return the code with which the board refuses to open."""
    with pytest.raises(BoardError) as caught:
        toy.open_toy(folder)
    return caught.value.code


def test_a_closed_board_opens_as_it_was(folder: Path) -> None:
    """Nothing changes by closing and opening: the checkpoint is the same, the state knows the old entries."""
    before = (folder / "record" / "checkpoint").read_bytes()
    with toy.open_toy(folder) as board:
        assert board.flush().size == SIZE
    assert (folder / "record" / "checkpoint").read_bytes() == before


def test_entries_that_were_committed_but_not_published_are_published(folder: Path) -> None:
    """A process that ends between commit and publication loses nothing: the next start publishes."""
    with toy.open_toy(folder) as board:
        ticket = board.submit(toy.note("late").statement, toy.note("late").payload)
    assert read_checkpoint((folder / "record" / "checkpoint").read_bytes()).size == SIZE
    with toy.open_toy(folder) as board:
        assert read_checkpoint(board.checkpoint).size == SIZE + 1
        assert board.receipt(ticket.index)


def test_a_lost_record_is_made_again_byte_for_byte(folder: Path) -> None:
    """Every public file is a function of the database and the key."""
    before = {path.relative_to(folder): path.read_bytes() for path in (folder / "record").rglob("*") if path.is_file()}
    shutil.rmtree(folder / "record")
    toy.open_toy(folder).close()
    after = {path.relative_to(folder): path.read_bytes() for path in (folder / "record").rglob("*") if path.is_file()}
    assert after == before


def test_left_over_files_are_removed_and_missing_ones_written(folder: Path) -> None:
    """Temporary files and partial tiles of other sizes vanish at the start; a missing bundle comes back."""
    left = [folder / "record/tile/0/.000.tmp", folder / "record/tile/0/000.p/3", folder / "record/.checkpoint.tmp"]
    for path in left:
        path.write_bytes(b"half")
    lost = folder / f"record/tile/payloads/000.p/{SIZE}"
    lost.unlink()
    toy.open_toy(folder).close()
    assert not any(path.exists() for path in left)
    assert lost.exists()


def test_an_old_copy_of_the_database_is_refused(folder: Path) -> None:
    """A record longer than the database means a stale backup: signing on would fork the log."""
    shutil.copy(folder / "board.sqlite", folder / "old.sqlite")
    with toy.open_toy(folder) as board:
        board.submit(toy.note("newer").statement, toy.note("newer").payload)
        board.flush()
    shutil.copy(folder / "old.sqlite", folder / "board.sqlite")
    assert refusal(folder) == "board.rolled_back"


def test_another_history_of_the_same_size_is_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A consistent database with other entries under the same key is recognised by the published root."""
    other = tmp_path_factory.mktemp("other")
    with toy.create(other) as board:
        board.submit_many([toy.note(f"other {number}") for number in range(SIZE + 1)])
        board.flush()
    for name in ("board.sqlite", "log-mldsa.key"):
        shutil.copy(other / name, folder / name)
    assert refusal(folder) == "board.forked"


def test_a_checkpoint_by_another_key_is_refused(folder: Path) -> None:
    """A checkpoint that this log did not sign stands in the record: somebody else has written there."""
    other = Ed25519Signer(toy.ORIGIN, SigningKey(b"\x09" * 32))
    checkpoint = read_checkpoint((folder / "record" / "checkpoint").read_bytes())
    (folder / "record" / "checkpoint").write_bytes(sign_checkpoint(checkpoint, [other]))
    assert refusal(folder) == "board.bad_checkpoint"


def test_a_checkpoint_of_another_origin_is_refused(folder: Path) -> None:
    """Our key under the text of another log is no checkpoint of ours."""
    signer = Ed25519Signer(toy.ORIGIN, toy.LOG_KEY)
    foreign = Checkpoint(origin="board.example/other", size=0, root=b"\x00" * 32)
    (folder / "record" / "checkpoint").write_bytes(sign_checkpoint(foreign, [signer]))
    assert refusal(folder) == "board.bad_checkpoint"


def test_another_key_file_is_refused(folder: Path) -> None:
    """The key file must be the key that the database names, and a key at all."""
    key = SigningKey(b"\x09" * 32)
    text = format_private_key(Ed25519Signer(toy.ORIGIN, key).key, key)
    (folder / "log.key").write_text(text)
    assert refusal(folder) == "board.other_key"
    (folder / "log.key").write_text("no key")
    assert refusal(folder) == "board.other_key"
    (folder / "log.key").unlink()
    assert refusal(folder) == "board.disk_error"


def test_another_ml_dsa_key_file_is_refused(folder: Path) -> None:
    """The second key file must be the key that the database names; nobody draws a new one in its place."""
    path = folder / "log-mldsa.key"
    text = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    for wrong in ("no key", text[:-4], text.replace("PRIVATE", "PUBLIC"), text.replace(toy.ORIGIN, "other.example")):
        path.write_text(wrong)
        assert refusal(folder) == "board.other_key"
    make_mldsa_key(folder, toy.ORIGIN, lambda count: bytes(count))
    assert refusal(folder) == "board.other_key"
    path.unlink()
    assert refusal(folder) == "board.disk_error"
    path.write_text(text)
    toy.open_toy(folder).close()


def test_a_key_that_was_drawn_and_not_noted_is_drawn_again(folder: Path) -> None:
    """A process that ended between writing the key file and naming it in the database leaves no trouble."""
    database(folder, "UPDATE log SET mldsa_key = ''", "UPDATE log SET checkpoint = NULL")
    with toy.open_toy(folder) as board:
        assert read_checkpoint(board.checkpoint).size == SIZE


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ('DELETE FROM entry WHERE "index" = 2', "board.entry_missing"),
        ('DELETE FROM entry WHERE "index" = 4', "board.entry_missing"),
        ('UPDATE entry SET statement = zeroblob(3) WHERE "index" = 2', "board.entry_changed"),
        ('UPDATE entry SET leaf_hash = zeroblob(32) WHERE "index" = 2', "board.entry_changed"),
        ("UPDATE payload SET payload = X'00' WHERE \"index\" = 2", "board.entry_changed"),
        ('DELETE FROM payload WHERE "index" = 2', "board.entry_missing"),
        ("UPDATE entry SET facts = X'00' WHERE \"index\" = 2", "board.entry_changed"),
        ('UPDATE entry SET facts = NULL WHERE "index" = 2', "board.entry_changed"),
        ("UPDATE log SET facts_digest = zeroblob(32)", "board.entry_changed"),
        ("UPDATE log SET root = zeroblob(32)", "board.entry_changed"),
        ("UPDATE log SET size = 4", "board.entry_changed"),
        ("UPDATE log SET size = 6", "board.entry_missing"),
        ("DELETE FROM log", "board.database"),
        ("DROP TABLE entry", "board.database"),
    ],
)
def test_a_damaged_database_is_refused(folder: Path, command: str, code: str) -> None:
    """A missing, changed or inadmissible entry, and a head that is not theirs, are found at the start."""
    database(folder, command)
    assert refusal(folder) == code


def test_a_file_that_is_no_database_is_refused(folder: Path) -> None:
    """Rubbish in place of the database is told by name."""
    (folder / "board.sqlite").write_bytes(b"rubbish" * 1000)
    assert refusal(folder) == "board.database"


def test_a_database_in_use_is_told_from_a_broken_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program that writes the database with tools of its own is named as the reason."""
    monkeypatch.setattr("evote.board.sqlite_store.LOCK_SECONDS", 0.01)
    connection = sqlite3.connect(folder / "board.sqlite", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    assert refusal(folder) == "board.locked"
    connection.close()


def test_a_changed_public_file_is_refused(folder: Path) -> None:
    """A tile on the right edge that is not what the database says is not overwritten silently."""
    path = folder / f"record/tile/0/000.p/{SIZE}"
    path.chmod(0o644)
    path.write_bytes(bytes(len(path.read_bytes())))
    assert refusal(folder) == "board.file_changed"
    path.unlink()
    toy.open_toy(folder).close()


def test_an_interrupted_creation_is_simply_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A board killed while it was made leaves nothing that hinders making it again."""

    def interrupt(old: Path, new: Path) -> None:
        if new.name == "board.sqlite":
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("evote.board.files.move_file", interrupt)
        with pytest.raises(KeyboardInterrupt):
            toy.create(tmp_path)
    toy.create(tmp_path).close()


def test_a_second_writer_is_noticed(folder: Path) -> None:
    """A batch is appended to exactly the head it was built on; then the board stops."""
    with toy.open_toy(folder) as board:
        database(folder, "UPDATE log SET root = zeroblob(32)")
        with pytest.raises(BoardError) as caught:
            board.submit(toy.note("x").statement, toy.note("x").payload)
        assert caught.value.code == "board.other_writer"
        calls: list[Callable[[], object]] = [
            board.flush,
            lambda: board.submit(toy.note("y").statement, toy.note("y").payload),
        ]
        for call in calls:
            with pytest.raises(BoardError) as caught:
                call()
            assert caught.value.code == "board.stopped"


def test_an_interrupted_commit_stops_the_board(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After Ctrl-C in the middle of a commit nothing more is accepted until the board is opened anew."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with toy.open_toy(folder) as board:
        with monkeypatch.context() as patch:
            patch.setattr("evote.board.store.Store.append", interrupt)
            with pytest.raises(KeyboardInterrupt):
                board.submit(toy.note("x").statement, toy.note("x").payload)
        with pytest.raises(BoardError) as caught:
            board.flush()
        assert caught.value.code == "board.stopped"
    with toy.open_toy(folder) as board:
        assert board.submit(toy.note("x").statement, toy.note("x").payload).index == SIZE


def test_the_database_knows_no_people_and_no_times(folder: Path) -> None:
    """The tables have exactly these columns: nothing about anybody, and two times: the end of the sequencer's lease
    and the deadlines of promises, which go when they are kept.
    """
    connection = sqlite3.connect(folder / "board.sqlite")
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    columns = {table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")] for table in tables}
    connection.close()
    assert columns == {
        "alembic_version": ["version_num"],
        "log": ["origin", "verifier_key", "size", "root", "mldsa_key", "epoch", "facts_digest", "checkpoint"],
        "entry": ["index", "leaf_hash", "statement", "facts"],
        "payload": ["index", "payload", "commitments"],
        "ballot": ["index", "scope", "code", "ciphertexts"],
        "idempotency": ["key", "leaf_hash"],
        "policy": ["number", "size", "text"],
        "cosignature": ["verifier_key", "size", "line"],
        "evidence": ["digest", "kind", "data"],
        "promise": ["index", "leaf_hash", "deadline", "signature"],
        "pending": [
            "number",
            "leaf_hash",
            "statement",
            "payload",
            "commitments",
            "key",
            "facts",
            "scope",
            "code",
            "ciphertexts",
            "error",
        ],
        "lease": ["origin", "holder", "expires"],
    }


def test_every_commit_is_durable(folder: Path) -> None:
    """The open database is in WAL mode with full synchronisation, and its tables are strict."""
    with toy.open_toy(folder) as board:
        assert isinstance(board, Board)
        with board._store._engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            strict = connection.exec_driver_sql("SELECT strict FROM pragma_table_list WHERE name IN ('log', 'entry')")
            assert strict.scalars().all() == [1, 1]
