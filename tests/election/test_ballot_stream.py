"""Ballots verified as they pass by: the facts of `verify_ballot` if all are true, and no proof of anything else."""

import secrets
from collections.abc import Callable
from dataclasses import replace

import pytest

from evote.core.batch.verifier import BatchVerifier
from evote.core.group import Element, Group
from evote.core.random_source import RandomBytes
from evote.election.ballot_check import verify_ballot
from evote.election.ballot_stream import BallotStream
from evote.election.context import ElectionKeyContext
from evote.election.records import Ballot, EncryptedSelection
from evote.errors import EvoteError, VerificationError
from tests.core.batch_support import to_bytes
from tests.election.samples import BOTH_CONTESTS, SCORE, YES_NO, change_selection, prepare, rehashed, signing_key

SIZE = 512
Item = tuple[Ballot, bytes, bytes]


@pytest.fixture(scope="module")
def items(keyed: ElectionKeyContext) -> list[Item]:
    """Return ballots of two styles with authors and side files."""
    prepared = [prepare(keyed, f"passer-by {i}", {YES_NO: (i % 2, 0)}) for i in range(3)]
    prepared.append(prepare(keyed, "passer-by 3", {YES_NO: (0, 1), SCORE: (2, 1)}, style=BOTH_CONTESTS))
    return [
        (each.ballot, signing_key(f"passer-by {i}").public_key, each.commitments) for i, each in enumerate(prepared)
    ]


@pytest.mark.parametrize("expected", [1, 4, 20_000])
def test_facts_are_those_of_single_verification(keyed: ElectionKeyContext, items: list[Item], expected: int) -> None:
    """Whatever number was expected, the stream finishes and its facts equal those of `verify_ballot`."""
    stream = BallotStream(keyed, secrets.token_bytes, expected)

    facts = [stream.add(*item) for item in items]
    stream.finish()

    assert facts == [verify_ballot(keyed, ballot, author) for ballot, author, _ in items]


def test_nothing_is_true(keyed: ElectionKeyContext) -> None:
    """A stream in which no ballot passed by has nothing to refuse."""
    BallotStream(keyed, secrets.token_bytes, 10).finish()


def _negated_alpha(selection: EncryptedSelection) -> EncryptedSelection:
    group = selection.alpha.group
    return replace(selection, alpha=group.decode_untested(to_bytes(group, group.p - selection.alpha.value)))


def _response(keyed: ElectionKeyContext, item: Item) -> Item:
    """Change a response, which no hash covers."""
    ballot, author, side = item

    def change(selection: EncryptedSelection) -> EncryptedSelection:
        first, *others = selection.proof.responses
        return replace(selection, proof=replace(selection.proof, responses=(first + keyed.group.scalar(1), *others)))

    return change_selection(ballot, change), author, side


def _recorded(_: ElectionKeyContext, item: Item) -> Item:
    """Change a recorded commitment: the hash over what is recorded does not fit."""
    return item[0], item[1], item[2][SIZE : 2 * SIZE] + item[2][SIZE:]


def _short(_: ElectionKeyContext, item: Item) -> Item:
    return item[0], item[1], item[2][:-SIZE]


def _absent(_: ElectionKeyContext, item: Item) -> Item:
    return item[0], item[1], b""


def _foreign(keyed: ElectionKeyContext, item: Item) -> Item:
    other = prepare(keyed, "somebody else", {YES_NO: (0, 0)})
    return item[0], item[1], other.commitments


def _sign(keyed: ElectionKeyContext, item: Item) -> Item:
    """Multiply alpha by -1 and make the hashes of the ballot fit."""
    ballot = change_selection(item[0], _negated_alpha)
    return rehashed(keyed, ballot), item[1], item[2]


def _prove(keyed: ElectionKeyContext, items: list[Item]) -> None:
    stream = BallotStream(keyed, secrets.token_bytes, len(items))
    for item in items:
        stream.add(*item)
    stream.finish()


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("change", [_response, _recorded, _short, _absent, _foreign, _sign])
def test_one_false_ballot_is_never_proved(
    keyed: ElectionKeyContext, items: list[Item], change: Callable[[ElectionKeyContext, Item], Item], place: int
) -> None:
    """A ballot or side file that is wrong, at any place, is refused at once or with the whole stream at its end."""
    changed = [*items[:place], change(keyed, items[place]), *items[place + 1 :]]

    with pytest.raises(EvoteError):
        _prove(keyed, changed)


def test_a_refused_ballot_leaves_the_others_provable(keyed: ElectionKeyContext, items: list[Item]) -> None:
    """What could not be taken in has left no trace in the combination."""
    stream = BallotStream(keyed, secrets.token_bytes, len(items))
    stream.add(*items[0])
    with pytest.raises(VerificationError):
        stream.add(*_short(keyed, items[1]))
    stream.add(*items[2])

    stream.finish()


def test_the_plan_follows_the_expected_number(
    keyed: ElectionKeyContext, items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The combination is planned for the elements of the first ballot times the number of ballots."""
    planned: list[int] = []

    def make(group: Group, vote_key: Element, random: RandomBytes, expected: int) -> BatchVerifier:
        planned.append(expected)
        return BatchVerifier(group, vote_key, random, expected)

    monkeypatch.setattr("evote.election.ballot_stream.BatchVerifier", make)

    BallotStream(keyed, secrets.token_bytes, 1000).add(*items[0])

    assert planned == [16_000]
