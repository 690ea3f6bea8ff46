"""Publishing in three steps: committed, signed, cosigned; and what happens where the witnesses are missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evote.board.board import Board
from evote.client.reader import RecordReader, open_checkpoint, verify_receipt
from evote.client.source import FolderSource
from evote.ed25519 import SigningKey
from evote.errors import BoardError, EvoteError, PolicyError, VerificationError
from evote.log.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from evote.log.cosignature import Cosigner, timestamp_of
from evote.log.key import COSIGNATURE_ML_DSA_44, ED25519, format_verifier_key
from evote.log.merkle import verify_consistency
from evote.log.mldsa_cosignature import MldsaCosigner
from evote.log.note import Note, add_signatures, decode_note, encode_note, make_signature
from evote.log.policy import Policy, PolicyGroup, PolicyLog, PolicyWitness, open_witnessed, verifier_of
from evote.log.policy_text import parse_policy
from tests.board import toy

TIME = 1_790_000_000
WITNESSES = [Cosigner(f"witness.example/{number}", SigningKey(bytes([number]) * 32)) for number in (11, 12, 13)]


def two_of_three(board: Board) -> Policy:
    """Return a policy of the board's log with three witnesses, two of whom must cosign."""
    witnesses = tuple(PolicyWitness(name=one.name, key=one.key) for one in WITNESSES)
    group = PolicyGroup(name="quorum", threshold=2, members=tuple(one.name for one in WITNESSES))
    return replace(board.policy, witnesses=witnesses, groups=(group,), quorum="quorum")


def cosigned(note: bytes, *numbers: int, time: int = TIME) -> bytes:
    """Return a note with cosignatures by witnesses, numbered from 0."""
    text = decode_note(note).text
    return add_signatures(note, [make_signature(text, WITNESSES[number].at(time)) for number in numbers])


def put(board: Board, *texts: str) -> None:
    """Submit notes."""
    for text in texts:
        board.submit(toy.note(text).statement, toy.note(text).payload)


def code_of(error: pytest.ExceptionInfo[EvoteError]) -> str:
    """Return the code of what was raised."""
    return error.value.code


@pytest.fixture
def witnessed(tmp_path: Path, dsn: str | None) -> Board:
    """Return a board with three witnesses and two entries, none of them published."""
    board = toy.create(tmp_path, dsn)
    board.set_policy(two_of_three(board))
    put(board, "a", "b")
    return board


def test_nothing_is_published_without_the_quorum(witnessed: Board) -> None:
    """Committed and signed is not published: one cosignature of two is refused, and the record stays as it was."""
    with witnessed as board:
        before = (board.record_folder / "checkpoint").read_bytes()
        note = board.sign()
        for few in (note, cosigned(note, 0)):
            with pytest.raises(BoardError) as caught:
                board.publish(few)
            assert code_of(caught) == "board.no_quorum"
        assert (board.size, board.published_size) == (2, 0)
        assert (board.record_folder / "checkpoint").read_bytes() == before == board.checkpoint
        with pytest.raises(PolicyError) as refused:
            board.receipt(0)
        assert code_of(refused) == "board.not_published"


def test_a_quorum_publishes(witnessed: Board) -> None:
    """With two cosignatures the checkpoint stands in the record, whole, under its policy; receipts carry them."""
    with witnessed as board:
        assert board.publish(cosigned(board.sign(), 0, 2)).size == board.published_size == 2
        source = FolderSource(board.record_folder)
        policy = parse_policy(source.read("policy"))
        assert policy == board.policy
        reader = RecordReader(source, open_checkpoint(source, policy))
        reader.verify_root()
        proven = verify_receipt(board.receipt(1), policy=board.policy)
        assert [name for name, _ in proven.witnessed.times] == [WITNESSES[0].name, WITNESSES[2].name]
        assert board.cosigned_sizes() == {format_verifier_key(WITNESSES[number].key): 2 for number in (0, 2)}


def test_the_published_policy_waits_for_its_checkpoint(tmp_path: Path, dsn: str | None) -> None:
    """A new policy binds the next checkpoint; until then the record's policy is the one its checkpoint satisfies."""
    with toy.create(tmp_path, dsn) as board:
        put(board, "a")
        board.flush()
        old = board.policy
        board.set_policy(two_of_three(board))
        assert parse_policy((board.record_folder / "policy").read_bytes()) == old
        verify_receipt(board.receipt(0), policy=old)
        board.publish(cosigned(board.sign(), 1, 2))
        assert parse_policy((board.record_folder / "policy").read_bytes()) == board.policy != old
        assert board.policies() == ((0, old), (1, board.policy))


def test_policies_and_quorum_survive_a_restart(witnessed: Board, tmp_path: Path) -> None:
    """Opening a log with witnesses publishes nothing; afterwards everything is as before."""
    with witnessed as board:
        policy = board.policy
    with toy.open_toy(tmp_path) as board:
        assert (board.policy, board.size, board.published_size) == (policy, 2, 0)
        assert parse_policy((board.record_folder / "policy").read_bytes()).quorum == "none"
        board.publish(cosigned(board.sign(), 0, 1))
    with toy.open_toy(tmp_path) as board:
        assert (board.policy, board.published_size) == (policy, 2)
        verify_receipt(board.receipt(0), policy=policy)
        put(board, "c")
    with toy.open_toy(tmp_path) as board:
        assert (board.size, board.published_size) == (3, 2)
        verify_receipt(board.receipt(1), policy=policy)


def test_flush_fails_closed(witnessed: Board) -> None:
    """On a log with witnesses `flush` commits and says that nothing was published; after the quorum it is content."""
    with witnessed as board:
        waiting = board.submit_many([toy.ballot(1)])
        with pytest.raises(BoardError) as caught:
            board.flush()
        assert code_of(caught) == "board.no_quorum"
        assert waiting[0].index == 2
        board.publish(cosigned(board.sign(), 0, 1))
        assert board.flush().size == 3


def test_both_keys_sign_every_checkpoint(witnessed: Board) -> None:
    """The log's lines are Ed25519 and ML-DSA-44 under its own name, and each verifies alone; the policy file names
    the second key in a comment.
    """
    with witnessed as board:
        note = board.sign()
        assert [key.algorithm for key in board.log_keys] == [ED25519, COSIGNATURE_ML_DSA_44]
        assert [key.name for key in board.log_keys] == [toy.ORIGIN] * 2
        for key, line in zip(board.log_keys, decode_note(note).signatures, strict=True):
            verifier_of(key).verify(decode_note(note).text, line.signature)
            open_witnessed(note, Policy(logs=(PolicyLog(key=key),)))
        comment = f"# The log also signs with ML-DSA-44: {format_verifier_key(board.log_keys[1])}\n"
        assert (board.record_folder / "policy").read_text().endswith(comment)


def test_a_note_without_both_signatures_is_not_published(witnessed: Board) -> None:
    """Dropping a line of the log, or one by another log's key in its place, is refused."""
    with witnessed as board:
        note = decode_note(cosigned(board.sign(), 0, 1))
        other = MldsaCosigner(toy.ORIGIN, bytes(32)).at(TIME)
        first, second, *witnesses = note.signatures
        for lines in ((first, *witnesses), (second, *witnesses), (first, make_signature(note.text, other), *witnesses)):
            with pytest.raises(BoardError) as caught:
                board.publish(encode_note(Note(text=note.text, signatures=tuple(lines))))
            assert code_of(caught) == "board.bad_checkpoint"
        assert board.publish(encode_note(note)).size == 2


def test_only_this_history_is_published(witnessed: Board) -> None:
    """A checkpoint signed by the log's own keys over another root, a larger size or an older one stays out."""
    with witnessed as board:
        earlier = cosigned(board.sign(), 0, 1)
        put(board, "c")
        board.publish(cosigned(board.sign(), 0, 1))
        head = read_checkpoint(board.checkpoint)
        for wrong, code in (
            (replace(head, root=bytes(32)), "board.forked"),
            (replace(head, size=9), "board.old_checkpoint"),
        ):
            note = sign_checkpoint(wrong, board._keys.signers(TIME))
            with pytest.raises(BoardError) as caught:
                board.publish(cosigned(note, 0, 1))
            assert code_of(caught) == code
        with pytest.raises(BoardError) as caught:
            board.publish(earlier)
        assert code_of(caught) == "board.old_checkpoint"
        assert board.published_size == 3


def test_a_checkpoint_is_signed_again_with_a_later_time(tmp_path: Path) -> None:
    """Republishing the same size gives a fresh time, and a clock that goes back does not take it back."""
    times = [4 * TIME, 4 * TIME + 600, 4 * TIME + 5]
    toy.create(tmp_path).close()
    stated = []
    clock = iter(times).__next__
    for _ in times:
        # Also across a restart.
        with Board.open(tmp_path, admission=toy.ToyAdmission(), clock=clock) as board:
            note = board.sign()
            board.publish(note)
            assert (board.record_folder / "checkpoint").read_bytes() == note
            stated.append(timestamp_of(decode_note(note).signatures[1].signature))
    assert stated == [4 * TIME, 4 * TIME + 600, 4 * TIME + 600]


def test_a_policy_names_this_log(witnessed: Board) -> None:
    """A policy without the log's Ed25519 key is refused; the old one stays."""
    with witnessed as board:
        policy = board.policy
        for logs in ((), (PolicyLog(key=board.log_keys[1]),)):
            with pytest.raises(PolicyError) as caught:
                board.set_policy(replace(policy, logs=logs))
            assert code_of(caught) == "board.bad_policy"
        assert board.policy == policy


def test_consistency_between_any_two_sizes(tmp_path: Path, dsn: str | None) -> None:
    """Proofs between all sizes verify against the roots that were signed; others are refused by name."""
    roots = {}
    with toy.create(tmp_path, dsn) as board:
        for number in range(8):
            put(board, str(number))
            roots[board.size] = read_checkpoint(board.sign()).root
        for old in range(1, 9):
            for new in range(old, 9):
                verify_consistency(old, new, board.consistency_proof(old, new), roots[old], roots[new])
        assert board.consistency_proof(0, 8) == ()
        for old, new in ((-1, 2), (3, 2), (2, 9)):
            with pytest.raises(PolicyError) as caught:
                board.consistency_proof(old, new)
            assert code_of(caught) == "board.no_such_size"


def test_a_witness_that_has_seen_more_stops_the_board(witnessed: Board) -> None:
    """Checkpoints of this history, up to its size, are no reason to stop; a larger size is."""
    with witnessed as board:
        ours = read_checkpoint(board.sign())
        board.check_not_behind([ours, replace(ours, size=0, root=read_checkpoint(board.checkpoint).root)])
        with pytest.raises(BoardError) as caught:
            board.check_not_behind([ours, replace(ours, size=3)])
        assert code_of(caught) == "board.behind_witness"
        with pytest.raises(BoardError) as caught:
            board.sign()
        assert code_of(caught) == "board.stopped"


def test_a_witness_that_has_seen_another_history_stops_the_board(witnessed: Board) -> None:
    """The same size with another root means that two boards have signed."""
    with witnessed as board:
        with pytest.raises(BoardError) as caught:
            board.check_not_behind([Checkpoint(origin=toy.ORIGIN, size=1, root=bytes(32))])
        assert code_of(caught) == "board.forked"


def test_evidence_is_kept(witnessed: Board, tmp_path: Path) -> None:
    """Evidence is stored once, and is there after a restart."""
    with witnessed as board:
        for kind, data in (("checkpoint", b"two"), ("checkpoint", b"one"), ("checkpoint", b"two")):
            board.add_evidence(kind, data)
        kept = board.evidence()
    assert sorted(kept) == [("checkpoint", b"one"), ("checkpoint", b"two")]
    with toy.open_toy(tmp_path) as board:
        assert board.evidence() == kept


def test_a_wrong_cosignature_spoils_the_note(witnessed: Board) -> None:
    """A line by a known witness over another checkpoint is refused, not ignored."""
    with witnessed as board:
        note = board.sign()
        put(board, "c")
        later = board.sign()
        line = make_signature(decode_note(later).text, WITNESSES[2].at(TIME))
        with pytest.raises(BoardError) as caught:
            board.publish(add_signatures(cosigned(note, 0, 1), [line]))
        assert code_of(caught) == "board.bad_checkpoint"
        with pytest.raises(VerificationError):
            open_witnessed(add_signatures(cosigned(note, 0, 1), [line]), board.policy)
