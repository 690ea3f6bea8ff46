"""Any number of real ballots in memory, and what the verifier finds about their proofs with and without batches."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.verifier.election_ceremony import Plan
from tests.verifier.election_voting import Voting
from verifier.batch_search import BallotPlace, ProofJudge, ReadBallot
from verifier.checks.ballots import BallotChecker, BallotKeys, DigestKeys
from verifier.errors import RecordUnreadable
from verifier.findings import Finding
from verifier.harvest import Harvest
from verifier.ledger import Ledger
from verifier.manifest import manifest_from


@dataclass
class Box:
    """An election in memory, with its ballots as (ballot, recorded commitments)."""

    maker: Voting
    ballots: list[tuple[dict[str, Any], bytes]] = field(default_factory=list)

    def copy(self) -> "Box":
        """Return a copy that can be changed."""
        return Box(maker=self.maker, ballots=copy.deepcopy(self.ballots))

    def checker(self, window: int = 6) -> BallotChecker:
        """Return a fresh judge of ballots."""
        maker = self.maker
        return BallotChecker(
            manifest_from(maker.manifest),
            BallotKeys(h_e=maker.h_e, b_c=maker.b_c, vote_key=maker.key),
            DigestKeys(ids=b"1", components=b"2", commitments=b"3"),
            window,
        )

    def read(self, entry: int) -> ReadBallot:
        """Return a ballot as the verifier reads it."""
        ballot, recorded = self.ballots[entry]
        place = BallotPlace(entry=entry, kind="ballot.cast", digest=b"")
        return ReadBallot(place=place, ballot=ballot, h_i=bytes.fromhex(ballot["identifier_hash"]), recorded=recorded)


def make_box(count: int) -> Box:
    """Return an election with so many ballots of one contest with two options."""
    maker = Voting(Plan(n=1, k=1))
    maker.ceremony()
    maker.roll()
    box = Box(maker=maker)
    for number in range(count):
        ballot, _ = maker.ballot(maker.voters["g"], 2, [[number % 2, 1 - number % 2]])
        box.ballots.append((ballot, maker.beside))
    return box


def alter_response(box: Box, entry: int, by: int, option: int = 0) -> None:
    """Add to a response, which no hash covers: the recorded commitments fit, and an equation is false."""
    proof = box.ballots[entry][0]["contests"][0]["selections"][option]
    proof["responses"][0] = f"{int(proof['responses'][0], 16) + by:064x}"


def findings_of(checker: BallotChecker) -> tuple[tuple[Finding, ...], list[bytes]]:
    """Return verdicts and the sorted digest records of commitments."""
    data = bytes(checker.harvest.commitments)
    return checker.ledger.findings(), sorted(data[start : start + 30] for start in range(0, len(data), 30))


def proof_by_proof(box: Box) -> tuple[tuple[Finding, ...], list[bytes]]:
    """Judge all ballots without side file."""
    checker = box.checker()
    for entry, (ballot, _) in enumerate(box.ballots):
        checker.check_proofs(entry, ballot, bytes.fromhex(ballot["identifier_hash"]))
    return findings_of(checker)


def in_batches(box: Box, lost: Sequence[int] = ()) -> tuple[tuple[Finding, ...], list[bytes], int]:
    """Judge all ballots with their side file; return also how many were judged alone."""
    checker, alone = box.checker(), 0
    checker.ledger, checker.harvest = Ledger(), Harvest()

    def reread(place: BallotPlace) -> ReadBallot:
        if place.entry in lost:
            raise RecordUnreadable("gone")
        return box.read(place.entry)

    one_by_one = checker.check_proofs

    def counted(entry: int, ballot: dict[str, Any], h_i: bytes) -> None:
        nonlocal alone
        alone += 1
        one_by_one(entry, ballot, h_i)

    checker.check_proofs = counted  # type: ignore[method-assign]  # 2026-11-22: counts calls
    judge = ProofJudge(checker, len(box.ballots), reread)
    for entry in range(len(box.ballots)):
        judge.judge(box.read(entry))
    judge.settle()
    return (*findings_of(checker), alone)
