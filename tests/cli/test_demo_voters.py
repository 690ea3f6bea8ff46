"""The demo's voters: what they put into the inbox is what single voters would have put there."""

import csv
from collections.abc import Callable

from demo.voters import ANOTHER, BLANK, PRESENT, Voter, vote
from tests.cli.scene import Scene, good


def test_votes_in_bulk_are_admitted(stage_open: Scene, copy_of: Callable[[Scene], Scene]) -> None:
    """Everybody's ballot is admitted, a challenge is opened, and nothing else lies in the inbox."""
    scene = copy_of(stage_open)
    with scene.codes.open(newline="", encoding="utf-8-sig") as file:
        codes = [row["code"] for row in csv.DictReader(file)]
    voters = [Voter(code=codes[0], values=PRESENT, challenges=True)]
    voters += [
        Voter(code=code, values=values) for code, values in zip(codes, (PRESENT, ANOTHER, BLANK, PRESENT), strict=True)
    ]

    vote(scene.board / "record", scene.inbox, voters)
    report = scene.collect()

    assert (len(report["admitted"]), report["refused"], report["ignored"]) == (len(voters), {}, [])
    status = good("election", "status", "--board", scene.board, "--json").json
    assert (status["cast"], status["challenged"]) == (4, 1)
    assert sorted(path.name for path in scene.inbox.iterdir()) == ["admitted", "refused"]
