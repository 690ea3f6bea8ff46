"""The inbox: a bad file stops nobody, and every file ends where its verdict says."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from evote.board.admission import Candidate, Posting
from evote.board.board import Board
from evote.board.election_admission import ElectionAdmission
from evote.board.sequencer import Ticket
from evote.cli import inbox
from evote.client.submission import Submission, read_submission, write_submission
from evote.election.kinds import Kind
from evote.election.records import TrusteeConfirmation
from evote.errors import EvoteError
from evote.serve.examiner import Examiner
from tests.cli.scene import Scene, evote, good

Copy = Callable[[Scene], Scene]


def test_a_bad_file_stops_nobody(stage_open: Scene, copy_of: Copy) -> None:
    """Damaged, misnamed, foreign and forged files are refused with code and reason; the good ballot is admitted."""
    scene = copy_of(stage_open)
    scene.cast("kim", "merger=yes")
    (ballot,) = scene.inbox.glob("*.submission")
    good_bytes = ballot.read_bytes()
    submission = read_submission(ballot)
    (scene.inbox / f"{'0' * 64}.submission").write_bytes(good_bytes)
    (scene.inbox / f"{'1' * 64}.submission").write_bytes(good_bytes[:-1])
    (scene.inbox / f"{'2' * 64}.submission").write_bytes(b"")
    forged = write_submission(
        scene.inbox, Submission(entry=submission.entry.replace(b"ballot.cast", b"ballot.last"), payload=b"{}")
    )
    (scene.inbox / "notes.txt").write_text("hello")
    (scene.inbox / f"{'3' * 64}.submission").symlink_to("/etc/hostname")
    report = scene.collect()
    assert list(report["admitted"]) == [ballot.name]
    assert {name: refusal["code"] for name, refusal in report["refused"].items()} == {
        f"{'0' * 64}.submission": "submission.wrong_name",
        f"{'1' * 64}.submission": "submission.truncated",
        f"{'2' * 64}.submission": "submission.truncated",
        forged.name: "statement.payload_mismatch",
    }
    assert sorted(report["ignored"]) == [f"{'3' * 64}.submission", "notes.txt"]
    assert (scene.inbox / "admitted" / ballot.name).read_bytes() == good_bytes
    reason = (scene.inbox / "refused" / f"{forged.name}.txt").read_text().splitlines()
    assert reason[0] == "statement.payload_mismatch"
    assert len(reason[1]) > 20


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_ballots_made_at_once_the_first_one_written_enters(stage_open: Scene, copy_of: Copy, first: int) -> None:
    """Two ballots from one record have one number: the first one written is admitted, whatever the files are called.

    The other was overtaken and is refused; a ballot prepared after that has the next number.
    """
    scene = copy_of(stage_open)
    scene.cast("kim", "merger=yes")
    scene.cast("kim", "merger=no")
    ballots = sorted(scene.inbox.glob("*.submission"))
    for number, path in enumerate(ballots):
        os.utime(path, (1000, 1000) if number == first else (2000, 2000))
    (scene.inbox / ".half.submission.tmp").write_bytes(b"half")

    report = scene.collect()

    assert list(report["admitted"]) == [ballots[first].name]
    assert {name: one["code"] for name, one in report["refused"].items()} == {ballots[1 - first].name: "ballot.number"}
    assert report["ignored"] == []
    scene.cast("kim", "merger=no")
    assert len(scene.collect()["admitted"]) == 1
    assert good("election", "status", "--board", scene.board, "--json").json["cast"] == 2


def test_the_same_file_again_is_the_same_entry(stage_open: Scene, copy_of: Copy) -> None:
    """A submission sent twice keeps its index and adds no entry; a receipt proves it."""
    scene = copy_of(stage_open)
    scene.cast("kim", "merger=yes")
    (ballot,) = scene.inbox.glob("*.submission")
    data, name = ballot.read_bytes(), ballot.name
    first = scene.collect()["admitted"][name]
    (scene.inbox / name).write_bytes(data)
    assert scene.collect()["admitted"][name] == first
    assert good("election", "status", "--board", scene.board, "--json").json["cast"] == 1
    proof = scene.folder / "proof"
    good("board", "receipt", scene.board, first, "--out", proof)
    assert proof.read_bytes().startswith(b"c2sp.org/tlog-proof@v1\n")
    ran = evote("board", "receipt", scene.board, first + 1, "--out", scene.folder / "none")
    assert (ran.code, (scene.folder / "none").exists()) == (4, False)


def test_files_are_read_batch_by_batch(stage_open: Scene, copy_of: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many files there are, no more than one batch is read while the one before it is examined."""
    scene = copy_of(stage_open)
    for person in ("kim", "lee", "park"):
        scene.cast(person, "merger=yes")
    events: list[str] = []

    def read(path: Path) -> Submission:
        events.append("read")
        return read_submission(path)

    def submit(board: Board, postings: Sequence[Posting]) -> list[Ticket]:
        events.append("submit")
        return submit_many(board, postings)

    submit_many = Board.submit_many
    monkeypatch.setattr(inbox, "BATCH", 1)
    monkeypatch.setattr(inbox, "read_submission", read)
    monkeypatch.setattr(Board, "submit_many", submit)

    assert len(scene.collect()["admitted"]) == 3
    assert events == ["read", "read", "submit", "read", "submit", "submit"]


def test_ballots_are_examined_ahead_and_admitted_in_their_turn(
    stage_open: Scene, copy_of: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each ballot is examined once, before its batch is submitted; of two with the same number the first one enters."""
    scene = copy_of(stage_open)
    scene.cast("kim", "merger=yes")
    scene.cast("kim", "merger=no")
    scene.cast("lee", "merger=no")
    examined: list[int] = []
    examine = ElectionAdmission.examine

    def count(rules: ElectionAdmission, postings: Sequence[Posting]) -> Sequence[Candidate | EvoteError]:
        examined.append(len(postings))
        return examine(rules, postings)

    monkeypatch.setattr(inbox, "BATCH", 1)
    monkeypatch.setattr(ElectionAdmission, "examine", count)

    assert len(scene.collect()["admitted"]) == 2
    # The board asks again, for nothing, when a batch is submitted.
    assert [size for size in examined if size] == [1, 1, 1]
    assert good("election", "status", "--board", scene.board, "--json").json["cast"] == 2


def test_ballots_are_not_examined_before_what_they_follow(
    stage_open: Scene, copy_of: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch of ballots behind a statement of another kind is examined after that was admitted."""
    scene = copy_of(stage_open)
    scene.cast("kim", "merger=yes")
    ahead: list[int] = []
    monkeypatch.setattr(Examiner, "examine_ahead", lambda _, postings: ahead.append(len(postings)))
    monkeypatch.setattr(inbox, "BATCH", 1)
    trustee = TrusteeConfirmation(trustee=1, h_g=bytes(32))
    scene.submit(1, Kind.TRUSTEE_CONFIRMATION, trustee, scene.read_state())

    report = scene.collect()

    assert (len(report["admitted"]), len(report["refused"]) + len(report["waiting"]), ahead) == (1, 1, [])


def test_a_file_that_vanishes_stops_nobody(stage_open: Scene, copy_of: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that can't be read any more when its turn comes is reported as waiting; the others are admitted."""
    scene = copy_of(stage_open)
    scene.cast("kim", "merger=yes")
    (gone,) = scene.inbox.glob("*.submission")
    scene.cast("lee", "merger=no")

    def read(path: Path) -> Submission:
        if path == gone:
            path.unlink()
        return read_submission(path)

    monkeypatch.setattr(inbox, "read_submission", read)
    report = scene.collect()

    assert (len(report["admitted"]), list(report["waiting"]), report["refused"]) == (1, [gone.name], {})


def test_what_comes_too_early_waits(stage_created: Scene, copy_of: Copy) -> None:
    """A trustee's statement before its round stays in the inbox; it is neither lost nor refused."""
    scene = copy_of(stage_created)
    state = scene.read_state()
    path = scene.submit(1, Kind.TRUSTEE_CONFIRMATION, TrusteeConfirmation(trustee=1, h_g=bytes(32)), state)
    report = scene.collect()
    assert (list(report["waiting"]), report["refused"], path.exists()) == ([path.name], {}, True)


def test_a_ballot_after_the_close_is_refused(stage_open: Scene, copy_of: Copy) -> None:
    """A late ballot does not wait: it is refused with the reason."""
    scene = copy_of(stage_open)
    scene.cast("kim", "merger=yes")
    good("election", "close", *scene.as_authority, "--leave-inbox")
    report = scene.collect()
    assert [refusal["code"] for refusal in report["refused"].values()] == ["admission.phase"]
    assert report["waiting"] == {}


def test_a_wrong_folder_is_named(stage_created: Scene) -> None:
    """An inbox that is not there is an error, not an empty inbox."""
    ran = evote("board", "collect", stage_created.board, "nowhere")
    assert (ran.code, "inbox.missing" in ran.err) == (2, True)
