"""Front ends that examine, and the one sequencer that places: on every database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evote.board.board import Board
from evote.board.election_admission import ElectionAdmission
from evote.board.front_end import FrontEnd
from evote.board.sequencer import Ticket
from evote.codec.payloads import encode_payload
from evote.election.kinds import Kind
from evote.errors import BoardError, EncodingError, PolicyError, VerificationError
from tests.board import toy
from tests.board.test_elections import code_of, create, facts_of, postings, reopen, signed, until_open
from tests.election.built_election import QUESTION, YES, paper_election, person


def front(folder: Path) -> FrontEnd:
    """Open a toy front end."""
    return FrontEnd.open(folder, admission=toy.ToyAdmission())


def indexes(end: FrontEnd, tickets: list[Ticket]) -> list[int]:
    """Return the indexes of tickets that are all decided and placed."""
    assert end.update(tickets) == 0
    return [ticket.index for ticket in tickets]


def test_two_front_ends_and_one_sequencer(tmp_path: Path, dsn: str | None) -> None:
    """What two front ends examined enters in batches; both learn the indexes, and nothing is left waiting."""
    with toy.create(tmp_path, dsn) as board, front(tmp_path) as one, front(tmp_path) as two:
        first = one.submit_many([toy.ballot(number) for number in range(20)])
        second = two.submit_many([toy.ballot(number) for number in range(20, 40)])
        assert one.update(first) == 20
        with pytest.raises(BoardError) as caught:
            _ = first[0].index
        assert caught.value.code == "board.not_sequenced"
        assert board.take_pending() == 40
        assert sorted(indexes(one, first) + indexes(two, second)) == list(range(40))
        assert board.take_pending() == 0
        assert not board._store.has_pending()
        assert board.flush().size == 40
        assert not any(step.findings for step in board.scrub())


def test_the_same_statement_at_two_front_ends(tmp_path: Path, dsn: str | None) -> None:
    """A duplicate enters once, waiting or placed, at one front end or the other, and everybody gets its index."""
    with toy.create(tmp_path, dsn) as board, front(tmp_path) as one, front(tmp_path) as two:
        tickets = [*one.submit_many([toy.ballot(1), toy.ballot(1)]), *two.submit_many([toy.ballot(1), toy.ballot(2)])]
        assert board.take_pending() == 2
        assert len(set(indexes(one, tickets[:3]))) == 1
        assert indexes(two, tickets[3:]) != indexes(one, tickets[:1])
        (again,) = two.submit_many([toy.ballot(1)])
        assert again.index == tickets[0].index
        assert board.take_pending() == 0
        assert board.submit(toy.ballot(2).statement, toy.ballot(2).payload).index == tickets[3].index
        assert board.size == 2


def test_refusals_come_back(tmp_path: Path, dsn: str | None) -> None:
    """What can't be read or is not signed is refused by the front end, what conflicts by the sequencer; both told."""
    with toy.create(tmp_path, dsn) as board, front(tmp_path) as end:
        bad = replace(toy.ballot(3), payload=b"other")
        rubbish = replace(toy.ballot(4), statement=b"rubbish")
        tickets = end.submit_many([toy.ballot(1, "x", "a"), toy.ballot(2, "x", "b"), bad, rubbish])
        assert isinstance(tickets[2].refusal, VerificationError)
        assert isinstance(tickets[3].refusal, EncodingError)
        assert board.take_pending() == 2
        assert end.update(tickets) == 0
        assert tickets[0].index == 0
        assert isinstance(tickets[1].refusal, PolicyError)
        assert tickets[1].refusal.code == "toy.conflict"
        assert "another ballot has this name" in tickets[1].refusal.message
        with end._store._reading() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM pending").scalar() == 0


def test_a_refused_statement_may_be_sent_again(tmp_path: Path, dsn: str | None) -> None:
    """A refusal that nobody fetched does not stand in the way of a new attempt."""
    with toy.create(tmp_path, dsn) as board, front(tmp_path) as end:
        board.submit_many([toy.ballot(1, "x")])
        for _ in range(2):
            end.submit_many([toy.ballot(2, "x", "b")])
            assert board.take_pending() == 1
        (ticket,) = end.submit_many([toy.ballot(2, "x", "b")])
        board.take_pending()
        assert end.update([ticket]) == 0
        assert ticket.refusal is not None
        assert board.size == 1


def test_the_order_of_other_statements_is_kept(tmp_path: Path, dsn: str | None) -> None:
    """Ballots that waited before the close enter before it; those after it are refused, wherever they were sent."""
    with toy.create(tmp_path, dsn) as board, front(tmp_path) as one, front(tmp_path) as two:
        before = one.submit_many([toy.ballot(number) for number in range(5)])
        (close,) = two.submit_many([toy.close()])
        late = one.submit_many([toy.ballot(9)])
        waiting_in_pool = board.submit_many([toy.ballot(8)])
        assert board.take_pending() == 7
        assert sorted([*indexes(one, before), waiting_in_pool[0].index]) == list(range(6))
        assert indexes(two, [close]) == [6]
        assert one.update(late) == 0
        assert code_of(late[0].refusal) == "toy.closed"


def test_the_order_of_arrival_is_not_kept(tmp_path: Path, dsn: str | None) -> None:
    """Ballots are shuffled within a batch, and no row that tells their order is left."""
    with toy.create(tmp_path, dsn) as board, front(tmp_path) as end:
        tickets = end.submit_many([toy.ballot(number) for number in range(60)])
        board.take_pending()
        order = indexes(end, tickets)
        assert order != sorted(order)
        with end._store._reading() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM pending").scalar() == 0


def test_a_sequencer_that_ends_loses_nothing(tmp_path: Path, dsn: str | None) -> None:
    """What waits is placed by the next sequencer; a limit leaves the rest waiting in its order."""
    with front_of(tmp_path, dsn) as end:
        tickets = end.submit_many([toy.note(str(number)) for number in range(10)])
        with toy.open_toy(tmp_path) as board:
            assert board.take_pending(4) == 4
        assert end.update(tickets) == 6
        with toy.open_toy(tmp_path) as board:
            assert board.take_pending() == 6
        assert indexes(end, tickets) == list(range(10))


def front_of(folder: Path, dsn: str | None) -> FrontEnd:
    """Make a toy board and open a front end of it."""
    toy.create(folder, dsn).close()
    return front(folder)


def test_idempotency_keys_at_front_ends(tmp_path: Path, dsn: str | None) -> None:
    """One author's key stands for one statement, also between two front ends and a restart."""
    first, second = (replace(toy.note(text), key=b"k") for text in ("a", "b"))
    with toy.create(tmp_path, dsn) as board, front(tmp_path) as one, front(tmp_path) as two:
        tickets = [*one.submit_many([first]), *two.submit_many([second])]
        board.take_pending()
        assert indexes(one, tickets[:1]) == [0]
        assert two.update(tickets[1:]) == 0
        assert code_of(tickets[1].refusal) == "board.key_conflict"


def test_an_election_through_front_ends(tmp_path: Path, dsn: str | None) -> None:
    """A whole election, every statement verified at a front end that holds no ballots: the state is the teller's."""
    story = paper_election()
    with Board.create(tmp_path, "board.example/e", toy.LOG_KEY, dsn=dsn, admission=ElectionAdmission(1)) as board:
        with FrontEnd.open(tmp_path, admission=ElectionAdmission(1)) as end:
            for posting in postings(story):
                tickets = end.submit_many([posting])
                assert (code_of(tickets[0].refusal), board.take_pending()) == ("", 1)
                assert end.update(tickets) == 0
        assert facts_of(board.state(story.state.election_id)) == facts_of(story.state)
        assert not any(step.findings for step in board.scrub())


def test_a_front_end_verifies_proofs(tmp_path: Path) -> None:
    """A ballot with a false proof, and one of somebody who is not on the roll, never reach the sequencer."""
    story = paper_election()
    with create(tmp_path) as board:
        board.submit_many(until_open())
    ballot = story.ballot("Kim", {QUESTION: YES}, number=1)
    proof = ballot.contests[0].limit_proof
    contest = replace(ballot.contests[0], limit_proof=replace(proof, responses=proof.responses[::-1]))
    false = signed("Kim", Kind.BALLOT_CAST, encode_payload(Kind.BALLOT_CAST, replace(ballot, contests=(contest,))))
    stranger = signed("nobody", Kind.BALLOT_CAST, encode_payload(Kind.BALLOT_CAST, ballot))
    good = signed("Kim", Kind.BALLOT_CAST, encode_payload(Kind.BALLOT_CAST, ballot))
    with FrontEnd.open(tmp_path, admission=ElectionAdmission(1)) as end:
        tickets = end.submit_many([false, stranger, good])
        assert [code_of(ticket.refusal) for ticket in tickets] == ["ballot.limit_proof", "ballot.not_on_roll", ""]
        with reopen(tmp_path) as board:
            assert board.take_pending() == 1
            assert person("Kim").public_key in board.state(story.state.election_id).box.latest
        assert end.update(tickets) == 0


def test_ballots_of_one_voter_that_wait_together(tmp_path: Path) -> None:
    """Numbers 1 and 2 of one voter are placed in their order; another number 1, and a 3 before the 2, are refused."""
    story = paper_election()
    with create(tmp_path) as board:
        board.submit_many(until_open())
    one, other, third, two = (
        signed(
            "Kim",
            Kind.BALLOT_CAST,
            encode_payload(Kind.BALLOT_CAST, story.ballot("Kim", {QUESTION: YES}, number=number)),
        )
        for number in (1, 1, 3, 2)
    )
    with FrontEnd.open(tmp_path, admission=ElectionAdmission(1)) as end:
        tickets = end.submit_many([one, other, third, two])
        assert [code_of(ticket.refusal) for ticket in tickets] == [""] * 4
        with reopen(tmp_path) as board:
            assert board.take_pending() == 4
            assert board.state(story.state.election_id).box.next_number(person("Kim").public_key) == 3
        assert end.update(tickets) == 0
    assert [code_of(ticket.refusal) for ticket in tickets] == ["", "ballot.number", "ballot.number", ""]
    assert tickets[0].index < tickets[3].index


def test_a_front_end_needs_a_current_database(tmp_path: Path) -> None:
    """A front end migrates nothing: where the schema is another one, the board has to be opened first."""
    toy.create(tmp_path).close()
    with front(tmp_path) as end, end._store._writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(BoardError) as caught:
        front(tmp_path)
    assert caught.value.code == "board.old_schema"


def test_a_row_that_no_front_end_wrote_is_refused(tmp_path: Path) -> None:
    """What can't be read is refused with its reason and does not stop what waits behind it."""
    with create(tmp_path) as board:
        board.submit_many(until_open())
        (cast,) = postings(paper_election(), Kind.BALLOT_CAST)[:1]
        with FrontEnd.open(tmp_path, admission=ElectionAdmission(1)) as end:
            tickets = end.submit_many([cast])
            with end._store._writing() as connection:
                connection.exec_driver_sql("UPDATE pending SET facts = X'01'")
            (close,) = end.submit_many(postings(paper_election(), Kind.CLOSE))
            assert board.take_pending() == 2
            assert end.update([*tickets, close]) == 0
        assert code_of(tickets[0].refusal) == "facts.length"
        assert close.refusal is None
