"""Whole elections on the board: the real rules, replayed at every start."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from evote.board import election_admission
from evote.board.admission import Posting, StoredEntry
from evote.board.ballot_source import StoredBallots
from evote.board.board import Board
from evote.board.election_admission import ElectionAdmission
from evote.client.reader import RecordReader, open_checkpoint
from evote.client.source import FolderSource
from evote.codec.payloads import encode_payload
from evote.ed25519 import SigningKey
from evote.election.ballot_check import BallotFacts, verify_ballot
from evote.election.context import ElectionKeyContext
from evote.election.kinds import BALLOT_KINDS, Kind
from evote.election.records import Ballot
from evote.election.state import ElectionState, Phase
from evote.election.tally import compute_tally
from evote.errors import BoardError, EncodingError, EvoteError, PolicyError, VerificationError
from evote.log.merkle import leaf_hash
from evote.log.statement import decode_statement, encode_statement, sign_statement
from evote.log.tiles import TileKind
from evote.replay.replay import LogEntry, replay_election
from tests.election.built_election import (
    NO,
    QUESTION,
    SCORE,
    YES,
    Story,
    manifest_of,
    paper_election,
    person,
    real_group,
)

LOG_KEY = SigningKey(b"\x07" * 32)
ORIGIN = "board.example/elections"


def postings(story: Story, *kinds: Kind) -> list[Posting]:
    """Return the statements of an election that was told, as they were posted; of some kinds, or all."""
    steps = [step for step in story.steps if not kinds or step.submission.kind in kinds]
    return [Posting(statement=step.entry, payload=step.payload) for step in steps]


def until_open() -> list[Posting]:
    """Return the statements of the told election up to its opening."""
    story = paper_election()
    names = [step.submission.kind for step in story.steps]
    return postings(story)[: names.index(Kind.OPEN) + 1]


def signed(author: str, kind: Kind, payload: bytes) -> Posting:
    """Return a posting of somebody in the told election."""
    scope = paper_election().state.election_id
    statement = sign_statement(person(author), kind=kind, scope=scope, payload=payload)
    return Posting(statement=encode_statement(statement), payload=payload)


def create(folder: Path, workers: int = 1) -> Board:
    """Make a board with the real rules."""
    return Board.create(folder, ORIGIN, LOG_KEY, admission=ElectionAdmission(workers))


def reopen(folder: Path) -> Board:
    """Open the board anew, replaying its log."""
    return Board.open(folder, admission=ElectionAdmission(1))


def code_of(error: EvoteError | None) -> str:
    """Return the code of a refusal, "" for none."""
    return error.code if error is not None else ""


def facts_of(state: ElectionState) -> tuple[object, ...]:
    """Return what a state knows; its context is compared by the election id."""
    return (state.election_id, state.roll, state.box, state.trustees, state.tally, state.result_digest, state.final)


@pytest.fixture(scope="module")
def voted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a closed board with a whole election."""
    folder = tmp_path_factory.mktemp("voted")
    with create(folder) as board:
        tickets = board.submit_many(postings(paper_election()))
        board.flush()
        assert [code_of(ticket.refusal) for ticket in tickets] == [""] * len(tickets)
    return folder


@pytest.fixture
def opened(tmp_path: Path) -> Board:
    """Return a board whose election has just been opened."""
    board = create(tmp_path / "opened")
    board.submit_many(until_open())
    board.flush()
    return board


def test_a_whole_election_from_the_manifest_to_the_final(voted: Path) -> None:
    """Everything told is in the log; the board's state is the teller's, although ballots were shuffled."""
    story = paper_election()
    with reopen(voted) as board:
        state = board.state(story.state.election_id)
        assert board.flush().size == len(story.steps)
        assert state.phase is Phase.ENDED
        assert facts_of(state) == facts_of(story.state)


def test_the_record_replays_like_the_board(voted: Path) -> None:
    """Who reads the public files and verifies every proof anew comes to the same state."""
    source = FolderSource(voted / "record")
    with reopen(voted) as board:
        state = board.state(paper_election().state.election_id)
        reader = RecordReader(source, open_checkpoint(source, board.policy))
    entries = [LogEntry(one.data, one.payload, one.commitments) for one in reader.statements()]
    assert facts_of(replay_election(entries, state.election_id, real_group()).state) == facts_of(state)


def test_proofs_are_not_verified_again_at_the_start(voted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start costs no proof: what was verified once is known from the stored commitments."""

    def verify_again(*_: object, **__: object) -> None:
        raise AssertionError("a proof was verified again")

    monkeypatch.setattr("evote.bulk.verification.verify_ballots", verify_again)
    with reopen(voted) as board:
        assert board.state(paper_election().state.election_id).final


def test_without_stored_commitments_proofs_are_verified_again(voted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is derived can be derived again: the state is the same, at the cost of the proofs."""
    verified = []

    def count(context: ElectionKeyContext, ballot: Ballot, author: bytes, *, keep_commitments: bool) -> BallotFacts:
        verified.append(ballot.id)
        return verify_ballot(context, ballot, author, keep_commitments=keep_commitments)

    monkeypatch.setattr("evote.election.ballot_batch.verify_ballot", count)
    admission = ElectionAdmission(1)
    with reopen(voted) as board:
        size = board.flush().size
        postings = [replace(posting, commitments=b"") for posting in board._store.postings(0, size)]
        stored = [entry.facts for entry in board._store.scan(0, size)]

        def entries() -> Iterator[StoredEntry]:
            for index, posting in enumerate(postings):
                derived = admission.derive(posting)
                assert (derived.facts if derived else b"") == stored[index]
                yield StoredEntry(index, posting.statement, stored[index] or b"", posting.payload)

        admission.replay(entries(), StoredBallots(board._store))
        ballots = [step for step in paper_election().steps if step.submission.kind in BALLOT_KINDS]
        assert len(verified) == len(ballots)
        assert facts_of(admission.state(paper_election().state.election_id)) == facts_of(paper_election().state)


def test_what_is_changed_in_the_database_is_found(voted: Path, tmp_path: Path) -> None:
    """The scrubber finds another payload, commitments or ciphertexts; a start, a payload in the bundle at the edge."""
    shutil.copytree(voted, tmp_path / "board")
    with reopen(tmp_path / "board") as board:
        statements = [entry.statement for entry in board._store.scan(0, board.size)]
        cast = [index for index, one in enumerate(statements) if decode_statement(one).kind == Kind.BALLOT_CAST]
        with board._store._writing() as connection:
            for change, index in zip(
                (
                    "UPDATE payload SET payload = zeroblob(9)",
                    "UPDATE payload SET commitments = zeroblob(512)",
                    "UPDATE ballot SET ciphertexts = zeroblob(512)",
                ),
                cast[:3],
                strict=True,
            ):
                connection.exec_driver_sql(f'{change} WHERE "index" = {index}')
        (step,) = board.scrub()
    with pytest.raises(BoardError, match=f"entry {cast[0]}") as caught:
        reopen(tmp_path / "board")
    assert caught.value.code == "board.entry_changed"
    found = {(one.code, one.place) for one in step.findings}
    assert found >= {
        ("scrub.payload", f"entry {cast[0]}"),
        ("scrub.derived", f"entry {cast[1]}"),
        ("scrub.derived", f"entry {cast[2]}"),
    }
    assert {place for _, place in found if place.startswith("entry")} == {f"entry {index}" for index in cast[:3]}


def test_a_tally_over_changed_ciphertexts_is_refused(opened: Board) -> None:
    """Ciphertexts that the tally reads from the database are compared with the digests of the ballot."""
    story = paper_election()
    with opened as board:
        board.submit_many(postings(story, Kind.BALLOT_CAST)[:3])
        board.sequence()
        with board._store._writing() as connection:
            connection.exec_driver_sql("UPDATE ballot SET ciphertexts = zeroblob(2048)")
        with pytest.raises(EncodingError) as caught:
            compute_tally(board.state(story.state.election_id))
        assert caught.value.code == "facts.ciphertexts"


def test_a_ballot_is_found_by_its_code(voted: Path) -> None:
    """Every ballot, cast or challenged, is found by its confirmation code in its election and in no other."""
    story = paper_election()
    scope = story.state.election_id
    with reopen(voted) as board:
        for step in story.steps:
            if step.facts is not None:
                index = board.find_ballot(scope, step.facts.confirmation_code)
                assert index == board.index_of(leaf_hash(step.entry))
                assert board.find_ballot(bytes(32), step.facts.confirmation_code) is None
        assert board.find_ballot(scope, bytes(32)) is None
        assert sum(one.ballots for one in board.turnout(scope)) == len(story.state.box.latest)
        assert board.elections == (scope,)


def test_the_commitments_are_published_beside_the_ballots(opened: Board) -> None:
    """Beside each ballot lie the commitments of its proofs; given ones are compared, other kinds have none."""
    story = paper_election()
    cast = postings(story, Kind.BALLOT_CAST)[0]
    with opened as board:
        wrong = replace(cast, commitments=b"\x00" * 512)
        (refused,) = board.submit_many([wrong])
        assert code_of(refused.refusal) == "ballot.commitments"
        ticket = board.submit(cast.statement, cast.payload)
        board.flush()
        source = FolderSource(board.record_folder)
        bundle = RecordReader(source, open_checkpoint(source, board.policy)).bundle(TileKind.COMMITMENTS, 0)
        # a_j, b_j of each option of the question (R = 1), of its limit proof (L = 1), then of the score (2 and 3)
        assert len(bundle[ticket.index]) == 512 * 2 * (2 * 2 + 2 + 2 * 3 + 4)
        assert not any(bundle[: ticket.index])


def test_workers_come_to_the_same_verdicts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ballots verified in other processes are admitted, and a false one is refused by its name."""
    monkeypatch.setattr(election_admission, "MINIMUM_SHARED", 2)
    story = paper_election()
    good = postings(story, Kind.BALLOT_CAST)[:3]
    ballot = story.ballot("Kim", {QUESTION: YES}, number=1)
    proof = ballot.contests[0].limit_proof
    contest = replace(ballot.contests[0], limit_proof=replace(proof, responses=proof.responses[::-1]))
    false = signed("Kim", Kind.BALLOT_CAST, encode_payload(Kind.BALLOT_CAST, replace(ballot, contests=(contest,))))
    with create(tmp_path, workers=2) as board:
        board.submit_many(until_open())
        tickets = board.submit_many([*good[:2], false, good[2]])
        board.flush()
        assert [code_of(ticket.refusal) for ticket in tickets] == ["", "", "ballot.limit_proof", ""]


def test_one_ballot_can_not_be_cast_and_challenged(opened: Board) -> None:
    """The same ballot id with other bytes is refused: while the first waits, and when it is in the log."""
    challenged = paper_election().challenged("Ada", {QUESTION: YES, SCORE: (1, 1)}, number=1)
    cast = signed("Ada", Kind.BALLOT_CAST, encode_payload(Kind.BALLOT_CAST, challenged.ballot))
    opening = signed("Ada", Kind.BALLOT_CHALLENGED, encode_payload(Kind.BALLOT_CHALLENGED, challenged))
    with opened as board:
        first, second = board.submit_many([cast, opening])
        size = board.flush().size
        assert first.index == size - 1
        assert code_of(second.refusal) == "ballot.repeated_id"
        with pytest.raises(VerificationError) as caught:
            board.submit(opening.statement, opening.payload)
        assert caught.value.code == "ballot.repeated_id"


def test_a_ballot_after_the_close_is_refused(opened: Board) -> None:
    """Ballots that wait come before the close, later ones not at all."""
    story = paper_election()
    first, second = postings(story, Kind.BALLOT_CAST)[:2]
    (close,) = postings(story, Kind.CLOSE)
    with opened as board:
        waiting, closed = board.submit_many([first, close])
        assert waiting.index + 1 == closed.index
        with pytest.raises(PolicyError) as caught:
            board.submit(second.statement, second.payload)
        assert caught.value.code == "admission.phase"


def test_nothing_stands_before_the_manifest(tmp_path: Path) -> None:
    """Without a manifest the scope does not exist, for ballots and for the authority."""
    story = paper_election()
    (parameters,) = postings(story, Kind.PARAMETERS)
    cast = postings(story, Kind.BALLOT_CAST)[0]
    with create(tmp_path) as board:
        tickets = board.submit_many([cast, parameters])
        assert [code_of(ticket.refusal) for ticket in tickets] == ["admission.no_manifest"] * 2
        with pytest.raises(PolicyError):
            board.state(story.state.election_id)
        assert board.flush().size == 0


def test_two_elections_share_a_log(opened: Board, tmp_path: Path) -> None:
    """Each scope has a state of its own, also after opening the board again."""
    other = Story(real_group(), manifest_of(revoting="never"))
    manifest = encode_payload(Kind.MANIFEST, other.manifest)
    statement = sign_statement(person("authority"), kind=Kind.MANIFEST, scope=other.state.election_id, payload=manifest)
    with opened as board:
        board.submit(encode_statement(statement), manifest)
    with reopen(tmp_path / "opened") as board:
        assert board.state(other.state.election_id).phase is Phase.PARAMETERS
        assert board.state(paper_election().state.election_id).phase is Phase.VOTING


def test_a_kind_of_no_election_is_refused(opened: Board) -> None:
    """Only the kinds of the profile, with payloads in their one encoding, enter."""
    unknown = sign_statement(
        person("authority"), kind="election.joke", scope=paper_election().state.election_id, payload=b"{}"
    )
    with opened as board:
        with pytest.raises(PolicyError) as caught:
            board.submit(encode_statement(unknown), b"{}")
        assert caught.value.code == "admission.unknown_kind"
        spaced = signed("authority", Kind.CLOSE, b'{ "h_e": ""}')
        with pytest.raises(EncodingError):
            board.submit(spaced.statement, spaced.payload)


def test_an_overtaken_ballot_is_refused_and_an_early_one_too(opened: Board) -> None:
    """While another ballot of the voter waits, one of the same number is refused with its batch; one too early too."""
    story = paper_election()
    sent = []
    for number in (1, 1, 3):
        ballot = story.ballot("Kim", {QUESTION: YES}, number=number)
        sent.append(signed("Kim", Kind.BALLOT_CAST, encode_payload(Kind.BALLOT_CAST, ballot)))
    with opened as board:
        tickets = board.submit_many(sent)
        size = board.flush().size
        assert [code_of(ticket.refusal) for ticket in tickets] == ["", "ballot.number", "ballot.number"]
        # The same bytes again are the same ballot, not one that was overtaken.
        assert board.submit(sent[0].statement, sent[0].payload).index == size - 1
        with pytest.raises(PolicyError) as caught:
            board.submit(sent[1].statement, sent[1].payload)
        assert caught.value.code == "ballot.number"


def test_votes_of_one_person_keep_their_order(opened: Board) -> None:
    """Re-voting in one submission: the last ballot sent is the one that counts."""
    story = paper_election()
    sent = []
    for number, values in enumerate((YES, NO, YES), 1):
        ballot = story.ballot("Kim", {QUESTION: values}, number=number)
        sent.append(signed("Kim", Kind.BALLOT_CAST, encode_payload(Kind.BALLOT_CAST, ballot)))
    with opened as board:
        tickets = board.submit_many(sent)
        board.flush()
        indices = [ticket.index for ticket in tickets]
        assert indices == sorted(indices)
        latest = board.state(story.state.election_id).box.latest[person("Kim").public_key]
        assert latest.contests[0][0].alpha.value == ballot.contests[0].selections[0].alpha.value
