"""Paper voting beside the ballot box: counts with mistakes, and the whole path."""

from pathlib import Path

import pytest

from evote.cli.definition import parse_definition
from evote.cli.paper_file import parse_paper
from evote.election.records import PaperContest, PaperCount
from evote.errors import ConfigurationError
from tests.cli.scene import begin, definition_text, evote, good, trustee_key

MANIFEST = parse_definition(
    definition_text(trustee_key(8).public_key.hex(), trustee_key(9).public_key.hex(), paper="true").encode(),
    "vote.yaml",
).manifest
COUNTS = "voters: 2\ncontests:\n  merger: { ballots: 2, invalid: 1, votes: { yes: 0, no: 1 } }\n"
QUOTED = COUNTS.replace("yes:", '"yes":').replace("no:", '"no":')


def test_counts_are_read_by_label() -> None:
    """Contests and options are found by label; a sealed contest is given without votes."""
    assert parse_paper(QUOTED.encode(), "counts.yaml", MANIFEST) == PaperCount(
        voters=2, contests=(PaperContest(contest=1, ballots=2, invalid=1, votes=(0, 1)),)
    )
    sealed = parse_paper(b"voters: 2\ncontests:\n  merger: { ballots: 2 }\n", "counts.yaml", MANIFEST)
    assert sealed.contests[0].votes == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(COUNTS, "line 3, contests.merger.votes.yes: yes without quotes is a truth value", id="yes"),
        pytest.param(QUOTED.replace('"no": 1', '"no": -1'), "contests.merger.votes.no: -1 is given", id="negative"),
        pytest.param(QUOTED.replace(', "no": 1', ""), "line 3, contests.merger.votes: 'no' is missing", id="missing"),
        pytest.param(QUOTED.replace("merger", "other"), "contests.other: 'other' is not known", id="contest"),
        pytest.param(QUOTED.replace("voters: 2", "voters: two"), "line 1, voters: 'two' is not a whole", id="words"),
    ],
)
def test_mistakes_in_counts_are_named(text: str, says: str) -> None:
    """Every mistake names file, line and path."""
    with pytest.raises(ConfigurationError) as caught:
        parse_paper(text.encode(), "counts.yaml", MANIFEST)
    assert says in caught.value.message


def test_paper_and_ballot_box_together(tmp_path: Path) -> None:
    """Paper counts are published once, checked against the roll, and counted in the outcome."""
    scene = begin(tmp_path / "scene", paper="true")
    good("election", "create", scene.folder / "vote.yaml", *scene.as_authority)
    scene.hold_ceremony()
    good("election", "advance", *scene.as_authority)
    scene.rehearse()
    assert scene.make_credentials().code == 0
    good("election", "open", *scene.as_authority, "--off-schedule")
    scene.cast("kim", "merger=yes")
    scene.cast("lee", "merger=yes")
    scene.collect()
    good("roll", "strike", "--id", "park", "--reason", "voted_on_paper", *scene.as_registrar, "--links", scene.links)
    good("election", "close", *scene.as_authority)
    early = evote("election", "tally", *scene.as_authority)
    assert (early.code, "awaits the paper counts" in early.err) == (4, True)

    counts = scene.folder / "counts.yaml"
    counts.write_text(QUOTED.replace("2", "3"))
    ran = evote("election", "paper", counts, *scene.as_authority)
    assert (ran.code, "paper.sum" in ran.err or "paper.eligible" in ran.err) == (1, True)
    counts.write_text(QUOTED.replace("2", "1").replace("invalid: 1", "invalid: 0"))
    assert good("election", "paper", counts, *scene.as_authority, "--json").json["published"] is True
    assert good("election", "paper", counts, *scene.as_authority, "--json").json["published"] is False
    counts.write_text(QUOTED)
    ran = evote("election", "paper", counts, *scene.as_authority)
    assert (ran.code, "paper.other" in ran.err) == (4, True)

    assert good("election", "advance", *scene.as_authority, "--json").json["done"] == ["election.tally"]
    scene.decrypt(2)
    scene.decrypt(3)
    scene.collect()
    assert good("election", "advance", *scene.as_authority, "--json").json["done"] == ["election.result"]
    status = good("election", "status", "--board", scene.board)
    assert "3 of 4 eligible voters voted" in status.out
    assert "“Yes” 2 (66.67%), “No” 1 (33.33%)" in status.out
