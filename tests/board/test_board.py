"""The embedded board as its user sees it: tickets, order, idempotency, receipts, locking."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from evote.board import files, sequencer
from evote.board.board import Board
from evote.board.head import Head
from evote.board.sequencer import Ticket
from evote.board.store import NewEntry
from evote.client.reader import RecordReader, open_checkpoint, verify_receipt
from evote.client.source import FolderSource
from evote.ed25519 import SigningKey
from evote.errors import BoardError, EncodingError, PolicyError, VerificationError
from evote.log.checkpoint import read_checkpoint
from evote.log.merkle import EMPTY_ROOT, leaf_hash
from evote.log.proof import decode_proof
from evote.log.tiles import TileKind
from tests.board import toy


def record(board: Board) -> RecordReader:
    """Return the board's public files as any auditor reads them."""
    source = FolderSource(board.record_folder)
    return RecordReader(source, open_checkpoint(source, board.policy))


def test_a_new_board_publishes_the_empty_tree(tmp_path: Path, dsn: str | None) -> None:
    """The record of a new board has a signed checkpoint of size 0."""
    with toy.create(tmp_path / "board", dsn) as board:
        checkpoint = record(board).checkpoint
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (toy.ORIGIN, 0, EMPTY_ROOT)


def test_a_ballot_has_no_index_before_its_batch(tmp_path: Path, dsn: str | None) -> None:
    """A waiting ballot's ticket refuses to name an index; after the flush it names the entry."""
    with toy.create(tmp_path, dsn) as board:
        ticket = board.submit(toy.ballot(1).statement, toy.ballot(1).payload)
        with pytest.raises(BoardError) as caught:
            _ = ticket.index
        assert caught.value.code == "board.not_sequenced"
        assert board.flush().size == 1
        assert ticket.index == 0


def test_the_record_holds_what_was_submitted(tmp_path: Path, dsn: str | None) -> None:
    """Entries, payloads and commitments of 300 ballots and a note come back from the public files alone."""
    sent = [toy.note("begin"), *(toy.ballot(number) for number in range(300))]
    with toy.create(tmp_path, dsn) as board:
        tickets = board.submit_many(sent)
        board.flush()
        reader = record(board)
        reader.verify_root()
        found = list(reader.statements())
        commitments = [item for number in (0, 1) for item in reader.bundle(TileKind.COMMITMENTS, number)]
    assert len(found) == 301
    for ticket, one in zip(tickets, sent, strict=True):
        assert (found[ticket.index].data, found[ticket.index].payload) == (one.statement, one.payload)
        assert commitments[ticket.index] == one.commitments


def test_no_bundle_of_commitments_where_there_are_none(tmp_path: Path) -> None:
    """A record without commitments has no such files at all."""
    with toy.create(tmp_path) as board:
        board.submit_many([toy.note("a"), toy.note("b")])
        board.flush()
        assert not (board.record_folder / "tile" / "commitments").exists()


def test_the_same_bytes_again_give_the_same_receipt(tmp_path: Path, dsn: str | None) -> None:
    """Submitting a ballot again - waiting, in the log, after reopening - changes nothing and is not examined again."""
    one = toy.ballot(1)
    with toy.create(tmp_path, dsn) as board:
        first, second = board.submit_many([one, one])
        assert first is second
        assert board.submit(one.statement, one.payload) is first
        assert board.flush().size == 1
        receipt = board.receipt(first.leaf_hash)
        assert board.submit(one.statement, one.payload).index == first.index
    admission = toy.ToyAdmission()
    with Board.open(tmp_path, admission=admission) as board:
        assert board.submit(one.statement, one.payload).index == first.index
        assert board.flush().size == 1
        assert board.receipt(first.leaf_hash) == receipt
    assert admission.examined == 0


def test_the_same_name_with_other_bytes_is_a_conflict(tmp_path: Path, dsn: str | None) -> None:
    """A second ballot of one name is refused at submission, or at sequencing where both waited; the first stays."""
    with toy.create(tmp_path, dsn) as board:
        first, second = board.submit_many([toy.ballot(1, "x", "a"), toy.ballot(2, "x", "b")])
        board.flush()
        assert first.index == 0
        with pytest.raises(PolicyError, match="another ballot") as caught:
            _ = second.index
        assert caught.value.code == "toy.conflict"
        with pytest.raises(PolicyError, match="another ballot"):
            board.submit(toy.ballot(3, "x", "c").statement, toy.ballot(3, "x", "c").payload)
        assert board.flush().size == 1


def test_a_wrong_signature_and_rubbish_are_refused(tmp_path: Path, dsn: str | None) -> None:
    """Neither a statement with another payload nor bytes that are no statement enter the log."""
    one = toy.ballot(1)
    with toy.create(tmp_path, dsn) as board:
        with pytest.raises(VerificationError):
            board.submit(one.statement, b"another payload")
        with pytest.raises(EncodingError):
            board.submit(b"rubbish", b"")
        with pytest.raises(EncodingError) as caught:
            board.submit(one.statement, bytes(sequencer.MAXIMUM_PAYLOAD_BYTES + 1))
        assert caught.value.code == "board.too_long"
        assert board.flush().size == 0


def test_one_refusal_does_not_spoil_its_neighbours(tmp_path: Path, dsn: str | None) -> None:
    """In a bulk submission a bad ballot is refused in its ticket and the others enter."""
    bad = replace(toy.ballot(2), payload=b"other")
    with toy.create(tmp_path, dsn) as board:
        tickets = board.submit_many([toy.ballot(1), bad, toy.ballot(3)])
        assert board.flush().size == 2
    assert tickets[1].refusal is not None
    assert sorted(ticket.index for ticket in (tickets[0], tickets[2])) == [0, 1]


def test_the_close_ends_the_ballot_box(tmp_path: Path, dsn: str | None) -> None:
    """Ballots accepted before the close stand before it, and none stands after it."""
    with toy.create(tmp_path, dsn) as board:
        before = board.submit_many([toy.ballot(number) for number in range(5)])
        closed = board.submit(toy.close().statement, toy.close().payload)
        assert {ticket.index for ticket in before} == set(range(5))
        assert closed.index == 5
        with pytest.raises(PolicyError) as caught:
            board.submit(toy.ballot(9).statement, toy.ballot(9).payload)
        assert caught.value.code == "toy.closed"
        (late,) = board.submit_many([toy.ballot(10)])
        assert late.refusal is not None
        assert board.flush().size == 6


def test_statements_that_are_not_ballots_keep_their_order(tmp_path: Path, dsn: str | None) -> None:
    """Notes between ballots stay where they were sent: after everything before them, before everything after them."""
    sent = []
    for number in range(20):
        sent += [toy.ballot(number), toy.note(str(number))] if number % 4 == 0 else [toy.ballot(number)]
    with toy.create(tmp_path, dsn) as board:
        tickets = board.submit_many(sent)
        board.flush()
        kinds = [one.statement.kind for one in record(board).statements()]
    assert kinds == ["ballot.toy" if one.payload.endswith(b":") else "toy.note" for one in sent]
    for ticket, one in zip(tickets, sent, strict=True):
        assert one.payload.endswith(b":") or sent[ticket.index] is one


def test_ballots_are_shuffled_within_a_batch(tmp_path: Path) -> None:
    """The order in the log is not the order of arrival, and depends on the randomness handed in."""
    orders = []
    for seed in (1, 2):
        random = Random(seed).randbytes
        with Board.create(
            tmp_path / str(seed), toy.ORIGIN, toy.LOG_KEY, admission=toy.ToyAdmission(), random=random
        ) as board:
            tickets = board.submit_many([toy.ballot(number) for number in range(40)])
            board.flush()
        orders.append([ticket.index for ticket in tickets])
    assert orders[0] != orders[1]
    for order in orders:
        assert order != list(range(40))
        assert sorted(order) == list(range(40))


def test_ballots_of_one_credential_keep_their_order(tmp_path: Path, dsn: str | None) -> None:
    """Re-voting within a batch: a voter's later ballot always has the larger index."""
    sent = [toy.ballot(voter, f"{voter}-{turn}") for turn in range(3) for voter in range(8)]
    with toy.create(tmp_path, dsn) as board:
        tickets = board.submit_many(sent)
        board.flush()
    for voter in range(8):
        own = [ticket.index for ticket in tickets[voter::8]]
        assert own == sorted(own)


def test_a_full_pool_is_sequenced(tmp_path: Path, dsn: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """More ballots than the pool holds are committed in several batches without a flush."""
    monkeypatch.setattr(sequencer, "MAXIMUM_POOL", 8)
    with toy.create(tmp_path, dsn) as board:
        tickets = board.submit_many([toy.ballot(number) for number in range(20)])
        assert {ticket.index for ticket in tickets[:8]} == set(range(8))
        assert board.flush().size == 20


def test_receipts_verify_offline_for_every_size(tmp_path: Path, dsn: str | None) -> None:
    """At sizes across a tile border, receipts of first, middle and last entry verify with the receipt file alone."""
    with toy.create(tmp_path, dsn) as board:
        board.submit_many([toy.ballot(number) for number in range(250)])
        for size in range(250, 262):
            checkpoint = board.flush()
            assert checkpoint.size == size
            for index in (0, size // 2, size - 1):
                receipt = board.receipt(index)
                proven = verify_receipt(receipt, policy=board.policy)
                assert (proven.index, proven.witnessed.checkpoint) == (index, checkpoint)
                with pytest.raises(VerificationError):
                    verify_receipt(receipt, entry=proven.entry + b" ", policy=board.policy)
                assert board.receipt(leaf_hash(proven.entry)) == receipt
            board.submit(toy.note(str(size)).statement, toy.note(str(size)).payload)


def test_receipts_verify_for_every_entry_of_every_small_size(tmp_path: Path, dsn: str | None) -> None:
    """For every prefix of up to 20 entries, every receipt verifies and carries its own entry."""
    with toy.create(tmp_path, dsn) as board:
        for size in range(1, 21):
            board.submit(toy.note(str(size)).statement, toy.note(str(size)).payload)
            board.flush()
            for index in range(size):
                receipt = board.receipt(index)
                assert decode_proof(receipt).index == index
                verify_receipt(receipt, entry=toy.note(str(index + 1)).statement, policy=board.policy)


def test_no_receipt_for_what_is_not_published(tmp_path: Path, dsn: str | None) -> None:
    """An index beyond the published size, a negative one, and an unknown or unpublished leaf hash have no receipt."""
    with toy.create(tmp_path, dsn) as board:
        ticket = board.submit(toy.note("a").statement, toy.note("a").payload)
        for name in (0, -1, ticket.leaf_hash, b"\x00" * 32):
            with pytest.raises(PolicyError) as caught:
                board.receipt(name)
            assert caught.value.code == "board.not_published"
        board.flush()
        assert decode_proof(board.receipt(ticket.leaf_hash)).index == 0


def test_two_programs_never_write_one_board(tmp_path: Path, dsn: str | None) -> None:
    """While a board is open, neither this process nor another can open it."""
    toy.create(tmp_path, dsn).close()
    with toy.open_toy(tmp_path):
        with pytest.raises(BoardError) as caught:
            toy.open_toy(tmp_path)
        assert caught.value.code == "board.locked"
        program = f"from pathlib import Path; from tests.board import toy; toy.open_toy(Path({str(tmp_path)!r}))"
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert "another program has the board" in run.stderr
    toy.open_toy(tmp_path).close()


def test_a_board_is_not_created_twice(tmp_path: Path) -> None:
    """A folder that holds a board, or a record without its board, is refused."""
    toy.create(tmp_path).close()
    with pytest.raises(BoardError) as caught:
        toy.create(tmp_path)
    assert caught.value.code == "board.exists"
    (tmp_path / "board.sqlite").unlink()
    with pytest.raises(BoardError) as caught:
        toy.create(tmp_path)
    assert caught.value.code == "board.exists"
    with pytest.raises(BoardError) as caught:
        toy.open_toy(tmp_path)
    assert caught.value.code == "board.missing"


def test_an_origin_must_be_a_key_name(tmp_path: Path) -> None:
    """An origin with white space is refused before anything is written."""
    with pytest.raises(EncodingError) as caught:
        Board.create(tmp_path / "x", "two words", SigningKey(b"\x05" * 32), admission=toy.ToyAdmission())
    assert caught.value.code == "key.bad_name"
    assert not (tmp_path / "x").exists()


def test_private_files_are_private_and_public_ones_are_not_secret(tmp_path: Path) -> None:
    """Key and database are readable by the owner alone; the key is nowhere in the record."""
    with toy.create(tmp_path) as board:
        board.submit(toy.note("a").statement, toy.note("a").payload)
        board.flush()
        for path in tmp_path.glob("*.*"):
            assert path.stat().st_mode & 0o077 == 0, path
        public = [path for path in board.record_folder.rglob("*") if path.is_file()]
        assert {path.stat().st_mode & 0o777 for path in public} == {0o644, 0o444}
        assert all(b"PRIVATE" not in path.read_bytes() for path in public)


def test_partial_tiles_stay_until_the_full_one_exists(tmp_path: Path, dsn: str | None) -> None:
    """A reader of an earlier checkpoint still finds its tiles; full ones replace them; large bundles go sooner."""
    sizes = (1, 3, 3, 7, 100, 101, 102, 255)
    with toy.create(tmp_path, dsn) as board:
        for size in sizes:
            board.submit_many([toy.note(str(number)) for number in range(size)])
            assert board.flush().size == size
            record(board).verify_root()
        folder = board.record_folder / "tile"
        for kind in ("0", "entries"):
            assert sorted(int(path.name) for path in folder.glob(f"{kind}/000.p/*")) == sorted(set(sizes))
        assert sorted(int(path.name) for path in folder.glob("payloads/000.p/*")) == [100, 101, 102, 255]
        board.submit_many([toy.note(str(number)) for number in range(258)])
        board.flush()
        assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.p/*")) == [
            "0/001.p/2",
            "1/000.p/1",
            "entries/001.p/2",
            "payloads/001.p/2",
        ]
        record(board).verify_root()


def test_a_start_removes_the_partial_tiles_that_are_not_needed(tmp_path: Path, dsn: str | None) -> None:
    """After opening, only the partial tiles of the published size are there."""
    with toy.create(tmp_path, dsn) as board:
        for size in (1, 3, 7):
            board.submit_many([toy.note(str(number)) for number in range(size)])
            board.flush()
    with toy.open_toy(tmp_path) as board:
        assert sorted(path.name for path in board.record_folder.rglob("*.p/*")) == ["7"] * 3
        assert read_checkpoint(board.checkpoint).size == 7


def test_an_idempotency_key_stands_for_one_statement(tmp_path: Path, dsn: str | None) -> None:
    """The same bytes under one key give one index; other bytes are refused: waiting, in the log, after reopening."""
    first, second = (replace(toy.ballot(1, name), key=b"k" * 64) for name in ("x", "y"))
    with toy.create(tmp_path, dsn) as board:
        ticket, again, other = board.submit_many([first, first, second])
        assert ticket is again
        assert code_of(other) == "board.key_conflict"
        board.flush()
        assert code_of(board.submit_many([second])[0]) == "board.key_conflict"
    with toy.open_toy(tmp_path) as board:
        assert board.submit_many([first])[0].index == ticket.index
        assert code_of(board.submit_many([second])[0]) == "board.key_conflict"
        assert code_of(board.submit_many([replace(second, key=b"another")])[0]) == ""
        # A key belongs to its author: nobody can take it away from somebody else.
        assert code_of(board.submit_many([replace(toy.ballot(2), key=b"k" * 64)])[0]) == ""
        assert code_of(board.submit_many([replace(toy.ballot(3), key=b"k" * 65)])[0]) == "board.too_long"
        assert board.flush().size == 3


def test_a_refused_statement_leaves_its_key_free(tmp_path: Path, dsn: str | None) -> None:
    """A key counts as used when its statement is in the log, not when it was refused."""
    with toy.create(tmp_path, dsn) as board:
        board.submit_many([toy.ballot(1, "x")])
        board.flush()
        refused, good = (replace(toy.ballot(2, name), key=b"k") for name in ("x", "y"))
        assert code_of(board.submit_many([refused])[0]) == "toy.conflict"
        assert board.submit_many([good])[0].refusal is None
        assert board.flush().size == 2


def test_statements_sent_together_are_committed_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred notes of one submission take one transaction, in their order; a refused one does not spoil it."""
    with toy.create(tmp_path) as board:
        commits = []
        append = board._store.append

        def count(old: Head, new: Head, entries: Sequence[NewEntry]) -> None:
            commits.append(len(entries))
            append(old, new, entries)

        monkeypatch.setattr(board._store, "append", count)
        sent = [toy.note(str(number)) for number in range(100)]
        sent[50] = replace(sent[50], payload=b"other")
        tickets = board.submit_many(sent)
        assert commits == [99]
        assert [ticket.index for ticket in tickets if ticket.refusal is None] == list(range(99))
        assert tickets[50].refusal is not None


def test_a_disk_that_fills_up_stops_the_intake(
    tmp_path: Path, dsn: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below the reserve nothing is accepted, what waits is still placed and published, and room lets it go on."""
    with toy.create(tmp_path, dsn) as board:
        (waiting,) = board.submit_many([toy.ballot(1)])
        free = files.free_bytes(board.record_folder)
        with monkeypatch.context() as patch:
            patch.setattr(board, "minimum_free_bytes", free + 10**12)
            for call in (lambda: board.submit_many([toy.ballot(2)]), board.check_room, board.take_pending):
                with pytest.raises(BoardError, match="bytes are left") as caught:
                    call()
                assert caught.value.code == "board.disk_low"
            assert board.flush().size == 1
            assert board.receipt(waiting.index)
        assert board.submit(toy.note("a").statement, toy.note("a").payload).index == 1


def code_of(ticket: Ticket) -> str:
    """Return the code of a ticket's refusal, "" for none."""
    return ticket.refusal.code if ticket.refusal is not None else ""
