"""All 2,553 approval ballots of the participatory budget of Świecie (Poland) 2023: 22 options, any number of them.

The municipality published both the ballots and the votes of every project; we encrypt the ballots and must get the
votes.
"""

import csv
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from evote.board.board import Board
from evote.board.election_admission import ElectionAdmission
from evote.election.manifest import BallotStyle, Contest, District, Manifest, Option
from evote.election.outcome import OutcomeKind
from evote.election.state import Phase
from evote.election.voting_rules import ContestRule, Method
from tests.integration.course import Course, signing_key, trustees
from tests.integration.encrypting import Card, EncryptedCard, encrypt_cards
from tests.integration.verified import verify_record, votes_of
from tests.shared_data import shared_file

DISTRICT = CONTEST = 1
SEATS = 5
# Every ballot is encrypted, with its proofs, and counted; one in five goes to a board and to the verifier, which verify
# the proofs: all of them would take minutes.
RECORDED = 5

Row = dict[str, str]


def read_rows(name: str) -> list[Row]:
    """Return the lines of one of the two files."""
    with shared_file(f"referendums/swiecie_2023_approval_{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def projects() -> dict[str, Row]:
    """Return the projects by id, in the order of the file."""
    return {row["project_id"]: row for row in read_rows("projects")}


@cache
def ballots() -> tuple[frozenset[str], ...]:
    """Return the ids that each ballot names."""
    return tuple(frozenset(row["choices"].split()) for row in read_rows("ballots"))


def make_manifest() -> Manifest:
    """Return an election with one contest of 22 options, each of which may be approved of."""
    options = tuple(Option(label=number, title=(("pl", row["name"]),)) for number, row in projects().items())
    contest = Contest(
        label="projects",
        title=(("pl", "Projekty"),),
        option_limit=1,
        selection_limit=len(options),
        options=options,
        rule=ContestRule(method=Method.APPROVAL, seats=SEATS),
    )
    return Manifest(
        authority=signing_key("authority").public_key,
        registrar=signing_key("registrar").public_key,
        nonce=bytes(32),
        label="swiecie-2023",
        title=(("pl", "Świecki Budżet Obywatelski 2023"),),
        device="integration test",
        ballot_styles=(BallotStyle(label="all", contests=(CONTEST,)),),
        districts=(District(label="all", title=(("pl", "Świecie"),), ballot_style=1),),
        contests=(contest,),
        trustees=trustees(),
        quorum=2,
        minimum_ballots=10,
        challenge_limit=0,
        revoting="never",
        paper=False,
        opens="2023-09-01T06:00:00Z",
        closes="2023-09-30T18:00:00Z",
    )


def make_cards() -> list[Card]:
    """Return the ballots as they are encrypted."""
    return [
        Card(
            name=f"ballot {number}",
            district=DISTRICT,
            marks={CONTEST: tuple(int(project in chosen) for project in projects())},
            recorded=number % RECORDED == 0,
        )
        for number, chosen in enumerate(ballots())
    ]


@pytest.fixture(scope="module")
def encrypted() -> tuple[Course, list[EncryptedCard]]:
    """Return the election with all ballots cast and counted, and the encrypted ballots in the order of the file."""
    cards = make_cards()
    course = Course.begin(make_manifest())
    course.prepare([(card.name, card.district) for card in cards])
    made = encrypt_cards(course.state, cards)
    for ballot in made:
        course.log.take(ballot.posting, ballot.facts)
    course.count()
    return course, made


@pytest.fixture(scope="module")
def recorded(
    encrypted: tuple[Course, list[EncryptedCard]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Course, Board]]:
    """Return the election of every fifth ballot on a board that has verified each of them."""
    told, made = encrypted
    folder, key = tmp_path_factory.mktemp("swiecie"), signing_key("log")
    with Board.create(folder, "board.example/swiecie", key, admission=ElectionAdmission(2)) as board:
        course = told.on_board(board, [ballot.posting for ballot in made[::RECORDED]])
        course.count()
        board.flush()
        yield course, board
    shutil.rmtree(folder)


def test_decrypted_totals_are_the_published_ones(encrypted: tuple[Course, list[EncryptedCard]]) -> None:
    """The sums of 2,553 encrypted ballots open to the votes that the municipality published."""
    course, made = encrypted
    assert len(made) == len(course.state.box.latest) == 2553
    assert course.state.phase is Phase.ENDED
    published = {("projects", DISTRICT, number): int(row["votes_official"]) for number, row in projects().items()}
    assert course.votes() == published
    assert not any(ballot.overvoted for ballot in made)


def test_the_most_approved_projects_win(encrypted: tuple[Course, list[EncryptedCard]]) -> None:
    """The outcome names the five projects with most published votes, and everybody who voted as turnout."""
    course, _ = encrypted
    outcome = course.result.contests[0].outcome
    ranked = sorted(projects(), key=lambda number: -int(projects()[number]["votes_official"]))
    names = list(projects())
    assert outcome.kind is OutcomeKind.DECIDED
    assert {names[winner - 1] for winner in outcome.winners} == set(ranked[:SEATS])
    assert (outcome.turnout, outcome.eligible) == (2553, 2553)


def test_a_record_of_every_fifth_ballot_is_verified(recorded: tuple[Course, Board], tmp_path: Path) -> None:
    """A board and then the independent verifier verify the proofs of real ballots, and find their sums."""
    course, board = recorded
    chosen = ballots()[::RECORDED]
    sums = {number: sum(number in each for each in chosen) for number in projects()}
    assert course.votes() == {("projects", DISTRICT, number): count for number, count in sums.items()}
    report = verify_record(board, tmp_path / "swiecie.zip")
    assert votes_of(report) == {("projects", "all", number): count for number, count in sums.items()}
    assert report["summary"]["counted"] == len(chosen) == 511
