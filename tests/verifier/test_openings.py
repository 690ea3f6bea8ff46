"""Openings of challenged ballots: what judging many of them costs."""

from typing import Any

from tests.verifier.election_ceremony import Plan, make_manifest
from verifier.checks.ballots import BallotChecker, BallotKeys, DigestKeys
from verifier.checks.challenged import check_opening
from verifier.group import G
from verifier.manifest import manifest_from


class Counted(int):
    """An integer that counts how often any is compared for equality."""

    comparisons = 0

    def __eq__(self, other: object) -> bool:
        Counted.comparisons += 1
        return int(self) == other

    def __hash__(self) -> int:
        return hash(int(self))


def test_many_opened_contests() -> None:
    """Show that the number of comparisons grows with the numbers of openings and contests, not with their product."""
    many = 2000
    manifest = make_manifest(Plan())
    manifest["ballot_styles"][0]["contests"] = [Counted(3 + number) for number in range(many)]
    keys = DigestKeys(ids=b"1", components=b"2", commitments=b"3")
    checker = BallotChecker(
        manifest_from(manifest), BallotKeys(h_e=bytes(32), b_c=bytes(36), vote_key=G), keys, window=2
    )
    ballot: dict[str, Any] = {"id": "00" * 32, "style": 1, "contests": [], "confirmation_code": ""}
    openings = [{"contest": Counted(3 + number), "selections": []} for number in range(many)]
    check_opening(checker, 0, bytes(32), {"ballot": ballot, "openings": openings})
    assert checker.ledger.failures("V14.A") == checker.ledger.failures("V14.B") == 0
    assert checker.ledger.checked("V14.B") == many
    assert Counted.comparisons < 10 * many
