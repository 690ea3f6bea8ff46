"""The 1,000 real cards of Orange County, California, 2020: thirteen contests, two ballot styles, one overvote.

A card has one of two sheets; a sheet carries the contests that any of its cards has an answer to. An empty cell (not on
this card) and BLANK (an undervote) are encrypted as no vote; an OVERVOTE is marks for two options, because the data
don't say which, and the program has to make it blank.
"""

import csv
import shutil
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from evote.board.board import Board
from evote.board.election_admission import ElectionAdmission
from evote.election.manifest import BallotStyle, Contest, District, Manifest, Option
from evote.election.outcome import CountedVotes, OutcomeKind, count_blank
from evote.election.presets import MORE_THAN_HALF_VALID
from evote.election.state import Phase
from evote.election.voting_rules import ContestRule, Method
from tests.integration.course import Course, signing_key, trustees
from tests.integration.encrypting import Card, EncryptedCard, encrypt_cards
from tests.integration.verified import verify_record, votes_of
from tests.shared_data import shared_file

SHEETS = ("1", "2")
NO_VOTE = ("", "BLANK")
OVERVOTE = "OVERVOTE"

Row = dict[str, str]
Votes = dict[tuple[str, int, str], int]


@cache
def rows() -> list[Row]:
    """Return the cards of the file."""
    with shared_file("referendums/oc_ca_2020_cards.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def contests() -> tuple[str, ...]:
    """Return the contests in the order of the file."""
    return tuple(name for name in rows()[0] if name not in ("card_id", "sheet"))


@cache
def options(contest: str) -> tuple[str, ...]:
    """Return the options that somebody chose, in alphabetical order."""
    return tuple(sorted({row[contest] for row in rows()} - {*NO_VOTE, OVERVOTE}))


@cache
def contests_of(sheet: str) -> tuple[str, ...]:
    """Return the contests that some card of a sheet has an answer to."""
    return tuple(name for name in contests() if any(row[name] for row in rows() if row["sheet"] == sheet))


def plain_votes() -> Votes:
    """Count the answers in the file: by contest, number of the sheet, and option; nothing of ours is used."""
    counts = Counter((name, int(card["sheet"]), card[name]) for card in rows() for name in contests())
    return {
        (name, int(sheet), option): counts[name, int(sheet), option]
        for sheet in SHEETS
        for name in contests_of(sheet)
        for option in options(name)
    }


def make_manifest() -> Manifest:
    """Return the election: the presidency by plurality, every proposition by majority, a district for each sheet."""

    def contest(name: str) -> Contest:
        majority = ContestRule(method=Method.MAJORITY, threshold=MORE_THAN_HALF_VALID)
        return Contest(
            label=name,
            title=(("en", name),),
            option_limit=1,
            selection_limit=1,
            options=tuple(Option(label=option, title=(("en", option),)) for option in options(name)),
            rule=ContestRule(method=Method.PLURALITY) if name == "president" else majority,
        )

    numbers = {name: number for number, name in enumerate(contests(), 1)}
    return Manifest(
        authority=signing_key("authority").public_key,
        registrar=signing_key("registrar").public_key,
        nonce=bytes(32),
        label="orange-county-2020",
        title=(("en", "Cards of Orange County 2020"),),
        device="integration test",
        ballot_styles=tuple(
            BallotStyle(label=f"sheet {sheet}", contests=tuple(numbers[name] for name in contests_of(sheet)))
            for sheet in SHEETS
        ),
        districts=tuple(
            District(label=f"sheet-{sheet}", title=(("en", f"Sheet {sheet}"),), ballot_style=number)
            for number, sheet in enumerate(SHEETS, 1)
        ),
        contests=tuple(contest(name) for name in contests()),
        trustees=trustees(),
        quorum=2,
        minimum_ballots=10,
        challenge_limit=0,
        revoting="never",
        paper=False,
        opens="2020-11-03T15:00:00Z",
        closes="2020-11-04T04:00:00Z",
    )


def marks_of(row: Row) -> dict[int, tuple[int, ...]]:
    """Return what a card says, contest by contest of its sheet."""

    def values(name: str) -> tuple[int, ...]:
        if row[name] == OVERVOTE:
            return (1, 1, *(0 for _ in options(name)[2:]))
        return tuple(int(option == row[name]) for option in options(name))

    return {contests().index(name) + 1: values(name) for name in contests_of(row["sheet"])}


def card_of(row: Row) -> Card:
    """Return a card as it is encrypted."""
    district = SHEETS.index(row["sheet"]) + 1
    return Card(name=f"card {row['card_id']}", district=district, marks=marks_of(row), recorded=True)


@pytest.fixture(scope="module")
def prepared() -> Course:
    """Return the election, open, with a credential for every card."""
    course = Course.begin(make_manifest())
    course.prepare([(card.name, card.district) for card in map(card_of, rows())])
    return course


@pytest.fixture(scope="module")
def encrypted(prepared: Course) -> list[EncryptedCard]:
    """Return all 1,000 cards as encrypted and signed ballots, in the order of the file."""
    return encrypt_cards(prepared.state, [card_of(row) for row in rows()])


@pytest.fixture(scope="module")
def published(
    prepared: Course, encrypted: list[EncryptedCard], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Course, Board]]:
    """Return the election of all cards, each of which a board has verified, admitted and counted, and the board."""
    folder = tmp_path_factory.mktemp("orange county")
    with Board.create(folder, "board.example/oc", signing_key("log"), admission=ElectionAdmission(2)) as board:
        course = prepared.on_board(board, [ballot.posting for ballot in encrypted])
        course.count()
        board.flush()
        yield course, board
    # Some 300 MB, which need not wait for pytest to clean up.
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def counted(published: tuple[Course, Board]) -> Course:
    """Return the election of all cards."""
    return published[0]


def test_the_data_are_what_we_think() -> None:
    """1,000 cards on two sheets, which share seven of thirteen contests, and a single overvote."""
    assert len(rows()) == 1000
    assert {row["sheet"] for row in rows()} == set(SHEETS)
    assert contests_of("1") == contests()[:11]
    assert contests_of("2") == contests()[4:]
    assert len(contests()) == 13
    assert [options(name) for name in contests()[1:]] == [("No", "Yes")] * 12
    assert sum(value == OVERVOTE for row in rows() for value in row.values()) == 1


def test_decrypted_totals_are_the_plain_count(counted: Course) -> None:
    """Each option of each contest in each district has exactly the votes that the file has."""
    assert counted.state.phase is Phase.ENDED
    assert len(counted.state.box.latest) == 1000
    assert counted.result.trustees == (1, 3)
    assert counted.votes() == plain_votes()


def test_overvotes_become_blank_and_are_told(encrypted: list[EncryptedCard]) -> None:
    """The ballots told as overvoted are those of the file, by card and contest; undervotes are not among them."""
    found = [
        (row["card_id"], contests()[number - 1])
        for ballot, row in zip(encrypted, rows(), strict=True)
        for number in ballot.overvoted
    ]
    in_file = [(row["card_id"], name) for row in rows() for name in contests() if row[name] == OVERVOTE]
    assert found == in_file


def test_blank_ballots_are_undervotes_overvotes_and_contests_not_on_the_card(counted: Course) -> None:
    """In every contest the ballots without a vote are as many as the cells of the file without an option."""
    for number, name in enumerate(contests(), 1):
        outcome = counted.result.contests[number - 1].outcome
        cards = [row for row in rows() if name in contests_of(row["sheet"])]
        without = sum(row[name] in (*NO_VOTE, OVERVOTE) for row in cards)
        assert (outcome.turnout, outcome.eligible) == (len(cards), len(cards))
        counts = CountedVotes(weight=outcome.turnout, votes=outcome.votes)
        assert count_blank(counts, option_limit=1, contest_limit=1) == without


def test_the_outcome_names_the_option_with_most_votes(counted: Course) -> None:
    """The winner of each contest is the plain count's, over both sheets."""
    for number, name in enumerate(contests(), 1):
        outcome = counted.result.contests[number - 1].outcome
        totals = Counter(row[name] for row in rows() if row[name] in options(name))
        (winner, _), *_ = totals.most_common(1)
        assert outcome.kind is OutcomeKind.DECIDED
        assert [options(name)[i - 1] for i in outcome.winners] == [winner]
        assert outcome.votes == tuple(totals[option] for option in options(name))


def test_the_independent_verifier_confirms_the_record(published: tuple[Course, Board], tmp_path: Path) -> None:
    """From the exported record alone the verifier verifies every ballot and finds the plain count too."""
    _, board = published
    report = verify_record(board, tmp_path / "orange-county.zip")
    votes = {(name, f"sheet-{sheet}", option): count for (name, sheet, option), count in plain_votes().items()}
    assert votes_of(report) == votes
    assert report["summary"]["counted"] == 1000
    blank = {contest["label"]: contest["blank"] for contest in report["summary"]["contests"]}
    assert blank == {
        name: sum(row[name] in (*NO_VOTE, OVERVOTE) for row in rows() if name in contests_of(row["sheet"]))
        for name in contests()
    }
