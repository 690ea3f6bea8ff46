"""One bad ballot among ten thousand: refused as one batch wherever it stands, and named by the search.

*Idea*: Ten thousand encryptions would take minutes. But if alpha and its commitments satisfy the equations, so do
alpha*g and the commitments times g^c: distinct numbers for a few products each. Only the hash is not asked, which the
batch never does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from gmpy2 import mpz, powmod

from tests.verifier.batch_support import G_TABLE, K_TABLE, KEY, MINUS_ONE, OF_ORDER_R, scalar
from verifier import batch_search
from verifier.batch import Batch, Verdicts
from verifier.batch_proofs import ContestProofs, Proof
from verifier.batch_search import LEAST, BallotPlace, ProofJudge, ReadBallot
from verifier.group import G, P, Q

COUNT = 10_000
NO_PROOF = Proof(challenges=(), responses=(), commitments=(), encoded=())
PLACES = {"first": 0, "middle": 5_000, "last": COUNT - 1}


@dataclass
class Line:
    """Ballots of one option with one branch in its proof and none for a limit, each made from the one before."""

    c: mpz = field(default_factory=scalar)
    v: mpz = field(default_factory=scalar)

    def ballots(self) -> Iterator[ContestProofs]:
        """Yield ballots whose equations hold."""
        # alpha = g^x, beta = K^x with x = 1, 2, ...; a = g^v * alpha^c, b = K^v * beta^c
        alpha, beta = G, KEY
        a, b = G_TABLE.power((self.v + self.c) % Q), K_TABLE.power((self.v + self.c) % Q)
        step_a, step_b = powmod(G, self.c, P), powmod(KEY, self.c, P)
        while True:
            proof = Proof(challenges=(self.c,), responses=(self.v,), commitments=(a, b), encoded=())
            yield ContestProofs(contest=1, components=((alpha, beta),), selections=(proof,), limit=NO_PROOF)
            alpha, beta, a, b = alpha * G % P, beta * KEY % P, a * step_a % P, b * step_b % P


def false_equation(ballot: ContestProofs) -> ContestProofs:
    """Return a ballot one of whose commitments is another element."""
    a, b = ballot.selections[0].commitments
    return replace(ballot, selections=(replace(ballot.selections[0], commitments=(a * G % P, b)),))


def wrong_sign(ballot: ContestProofs) -> ContestProofs:
    """Return a ballot with a commitment of even order."""
    a, b = ballot.selections[0].commitments
    return replace(ballot, selections=(replace(ballot.selections[0], commitments=(a, b * MINUS_ONE % P)),))


def foreign_component(ballot: ContestProofs) -> ContestProofs:
    """Return a ballot with an alpha outside the group, for which its equations hold."""
    ((alpha, beta),) = ballot.components
    (proof,) = ballot.selections
    a, b = proof.commitments
    fitting = replace(proof, commitments=(a * powmod(OF_ORDER_R, proof.challenges[0], P) % P, b))
    return replace(ballot, components=((alpha * OF_ORDER_R % P, beta),), selections=(fitting,))


# what is false in the ballot at a place, and the check that must say so
CASES: dict[str, tuple[Callable[[ContestProofs], ContestProofs], str]] = {
    "first": (false_equation, "equations"),
    "middle": (foreign_component, "members"),
    "last": (wrong_sign, "squares"),
}


def verdicts_with(where: str | None) -> Verdicts:
    """Return the verdicts on ten thousand ballots with a bad one somewhere."""
    batch = Batch(KEY, 2 * COUNT, 2 * COUNT)
    for place, ballot in zip(range(COUNT), Line().ballots(), strict=False):
        bad = where is not None and place == PLACES[where]
        batch.add((CASES[where][0](ballot) if bad and where is not None else ballot,))
    return batch.verdicts()


def test_a_batch_of_ten_thousand() -> None:
    """Show that true ballots are accepted."""
    assert verdicts_with(None).all


@pytest.mark.parametrize("where", CASES)
def test_a_bad_ballot_among_ten_thousand(where: str) -> None:
    """Show that one bad ballot is refused by the check that is there for it."""
    assert not getattr(verdicts_with(where), CASES[where][1])


class Oracle:
    """A batch that knows which ballots are false."""

    def __init__(self, *_: Any) -> None:
        self.good = True

    def add(self, ballot: int) -> None:
        """Take a ballot: its number, negative for a false one."""
        self.good = self.good and ballot >= 0

    def verdicts(self) -> Verdicts:
        """Accept if no ballot was false."""
        return Verdicts(squares=True, members=True, equations=self.good)


class Checker:
    """A judge that only notes what it is asked."""

    def __init__(self) -> None:
        self.manifest: Any = None
        self.keys: Any = type("Keys", (), {"vote_key": KEY})
        self.alone: list[int] = []
        self.passed: list[int] = []
        self.ledger: Any = type("Book", (), {"merge": lambda self, other: None})()
        self.harvest: Any = type("Harvest", (), {"commitments": bytearray()})()

    def record_proofs(self, entry: int, proofs: Any, ledger: Any) -> bytes:
        """Return the ballot's number as its commitments."""
        return entry.to_bytes(4, "big")

    def check_proofs(self, entry: int, ballot: Any, h_i: bytes) -> None:
        """Note a ballot that is judged alone."""
        self.alone.append(entry)


@pytest.mark.parametrize("bad", [[], [0], [5_000], [COUNT - 1], [0, 5_000, COUNT - 1], [4_999, 5_000]], ids=str)
def test_a_search_in_ten_thousand(bad: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Show that bad ballots are judged alone with few neighbours, and that all others are settled, each once."""
    monkeypatch.setattr(batch_search, "Batch", Oracle)
    monkeypatch.setattr(batch_search, "numbers_on_ballot", lambda _: (4, 12))
    monkeypatch.setattr(batch_search, "recorded_proofs", lambda ballot, *_: ballot)

    def read(place: BallotPlace) -> ReadBallot:
        number: Any = -place.entry - 1 if place.entry in bad else place.entry
        return ReadBallot(place=place, ballot=number, h_i=b"", recorded=b"x")

    checker: Any = Checker()
    judge = ProofJudge(checker, COUNT, read)
    for entry in range(COUNT):
        judge.judge(read(BallotPlace(entry=entry, kind="ballot.cast", digest=b"")))
    judge.settle()
    assert set(bad) <= set(checker.alone)
    assert len(checker.alone) <= 2 * LEAST * len(bad)
    data = bytes(checker.harvest.commitments)
    settled = [int.from_bytes(data[start : start + 4], "big") for start in range(0, len(data), 4)]
    assert sorted(settled + checker.alone) == list(range(COUNT))
    assert not set(settled) & set(bad)
