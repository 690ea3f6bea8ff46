"""Databases of earlier programs, and the schema that all come to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import SQLModel

from evote.board import keys, migrate
from evote.board.admission import Posting
from evote.board.board import Board
from evote.board.database import open_database
from evote.board.election_admission import ElectionAdmission
from evote.board.files import PRIVATE_MODE, replace_file
from evote.errors import BoardError
from evote.log.key import format_private_key, format_verifier_key
from evote.log.merkle import leaf_hash, root
from evote.log.note import Ed25519Signer
from tests.board import toy
from tests.board.test_elections import LOG_KEY, ORIGIN, facts_of, postings
from tests.election.built_election import paper_election

FIRST_SCHEMA = """
CREATE TABLE log (
	origin TEXT NOT NULL,
	verifier_key TEXT NOT NULL,
	size INTEGER NOT NULL,
	root BLOB NOT NULL,
	PRIMARY KEY (origin)
) STRICT;
CREATE TABLE entry (
	"index" INTEGER NOT NULL,
	leaf_hash BLOB NOT NULL,
	statement BLOB NOT NULL,
	payload BLOB NOT NULL,
	commitments BLOB NOT NULL,
	PRIMARY KEY ("index"),
	UNIQUE (leaf_hash)
) STRICT;
"""


def write_old_board(folder: Path, signer: Ed25519Signer, entries: Iterable[Posting]) -> None:
    """Make the folder of a board as the first program left it: database and Ed25519 key, nothing published."""
    stored = list(entries)
    replace_file(folder / "log.key", format_private_key(signer.key, signer.signing_key).encode(), PRIVATE_MODE)
    connection = sqlite3.connect(folder / "board.sqlite")
    connection.executescript(FIRST_SCHEMA)
    leaves = [leaf_hash(one.statement) for one in stored]
    connection.execute(
        "INSERT INTO log VALUES (?, ?, ?, ?)",
        (signer.name, format_verifier_key(signer.key), len(stored), root(leaves)),
    )
    connection.executemany(
        "INSERT INTO entry VALUES (?, ?, ?, ?, ?)",
        [
            (index, leaf, one.statement, one.payload, one.commitments)
            for index, (leaf, one) in enumerate(zip(leaves, stored, strict=True))
        ],
    )
    connection.commit()
    connection.close()


@pytest.fixture
def old_toy(tmp_path: Path) -> Path:
    """Return the folder of an old toy board with 300 ballots between two notes."""
    entries = [toy.note("begin"), *(toy.ballot(number) for number in range(300)), toy.note("end")]
    write_old_board(tmp_path, Ed25519Signer(toy.ORIGIN, toy.LOG_KEY), entries)
    return tmp_path


def test_an_old_board_opens_and_goes_on(old_toy: Path) -> None:
    """All entries are there, facts are derived once, the log gets its ML-DSA key, and the record is published."""
    admission = toy.ToyAdmission()
    with Board.open(old_toy, admission=admission) as board:
        assert admission.derived == 300
        assert (board.size, board.published_size) == (302, 302)
        assert board.submit(toy.ballot(7).statement, toy.ballot(7).payload).index == 8
        assert board.find_ballot(toy.SCOPE, b"7") == 8
        assert not any(step.findings for step in board.scrub())
        key = board.log_keys[1]
        before = board.checkpoint
    assert (old_toy / keys.MLDSA_KEY_NAME).stat().st_mode & 0o777 == 0o600
    admission = toy.ToyAdmission()
    with Board.open(old_toy, admission=admission) as board:
        assert admission.derived == 0
        assert (board.log_keys[1], board.checkpoint) == (key, before)
        (conflict,) = board.submit_many([toy.ballot(7, text="other")])
        assert conflict.refusal is not None


def test_an_old_election_keeps_its_state(tmp_path: Path) -> None:
    """A whole election of the first program, with and without stored commitments, comes to the same state."""
    story = paper_election()
    board_of = Board.create(tmp_path / "new", ORIGIN, LOG_KEY, admission=ElectionAdmission(1))
    with board_of as board:
        board.submit_many(postings(story))
        board.flush()
        entries = list(board._store.postings(0, board.size))
    for name in ("with", "without"):
        folder = tmp_path / name
        folder.mkdir()
        if name == "without":
            entries = [Posting(statement=one.statement, payload=one.payload) for one in entries]
        write_old_board(folder, Ed25519Signer(ORIGIN, LOG_KEY), entries)
        for _ in range(2):
            with Board.open(folder, admission=ElectionAdmission(1)) as board:
                assert facts_of(board.state(story.state.election_id)) == facts_of(story.state)


def test_a_derivation_that_was_interrupted_is_continued(old_toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ended in the middle of deriving facts, the next start goes on with what is missing."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("evote.board.recovery._close_facts", end)
        with pytest.raises(KeyboardInterrupt):
            toy.open_toy(old_toy)
    admission = toy.ToyAdmission()
    with Board.open(old_toy, admission=admission) as board:
        assert 0 < admission.derived < 300
        assert not any(step.findings for step in board.scrub())


def test_a_changed_entry_of_an_old_board_is_found(old_toy: Path) -> None:
    """Payloads of an old database are compared with their statements before anything is derived from them."""
    connection = sqlite3.connect(old_toy / "board.sqlite")
    connection.execute("UPDATE entry SET payload = X'00' WHERE \"index\" = 5")
    connection.commit()
    connection.close()
    with pytest.raises(BoardError, match="entry 5") as caught:
        toy.open_toy(old_toy)
    assert caught.value.code == "board.entry_changed"


def test_a_migration_is_all_or_nothing(old_toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that ends in the middle of a migration leaves the old schema as it was."""

    def end(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("alembic.operations.Operations.drop_column", end)
        with pytest.raises(KeyboardInterrupt):
            toy.open_toy(old_toy)
    connection = sqlite3.connect(old_toy / "board.sqlite")
    assert [row[1] for row in connection.execute("PRAGMA table_info(entry)")][3:] == ["payload", "commitments"]
    connection.close()
    toy.open_toy(old_toy).close()


def test_the_tables_are_those_of_the_program(tmp_path: Path, dsn: str | None) -> None:
    """The migrations come to exactly the tables that the program declares, on every database."""
    toy.create(tmp_path, dsn).close()
    store = open_database(tmp_path)
    with store._reading() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _is_ours})
        assert compare_metadata(context, SQLModel.metadata) == []
    store.close()


def _is_ours(item: object, name: str | None, kind: str, reflected: bool, compared: object) -> bool:
    return not (kind == "table" and name == "alembic_version")


def test_a_log_without_promises_goes_on(tmp_path: Path, dsn: str | None) -> None:
    """A database of the schema before promises opens with all its entries, and can promise."""
    with toy.create(tmp_path, dsn) as board:
        board.submit_many([toy.note("a"), toy.ballot(1)])
        board.flush()
    store = open_database(tmp_path)
    with store._writing() as connection:
        connection.exec_driver_sql("DROP TABLE promise")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
    store.close()
    with toy.open_toy(tmp_path) as board:
        assert (board.size, board.published_size, board.promises.count) == (2, 2, 0)
        board.submit_many([toy.note("b")])
        board.promises.give(3, 1_800_000_000)
        assert list(board.promises.of([0, 1, 2])) == [2]


def test_a_newer_database_is_refused(tmp_path: Path, dsn: str | None) -> None:
    """A database that a newer program has changed is not touched."""
    toy.create(tmp_path, dsn).close()
    store = open_database(tmp_path)
    with store._writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    with pytest.raises(BoardError) as caught:
        toy.open_toy(tmp_path)
    assert caught.value.code == "board.newer_schema"


def test_the_newest_migration_is_known() -> None:
    """The version that the program asks for is the last of its migrations."""
    names = sorted(path.name for path in (Path(migrate.__file__).parent / "migrations/versions").glob("v*.py"))
    assert names[-1].startswith(f"v{migrate.NEWEST}_")
