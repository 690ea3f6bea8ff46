"""Ballots verified together get the verdicts and facts of `verify_ballot`, whatever stands beside them."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evote.core.hashing import encode_index
from evote.election import ballot_batch
from evote.election.ballot import PreparedBallot
from evote.election.ballot_batch import verify_ballots
from evote.election.ballot_check import BallotFacts, verify_ballot
from evote.election.context import ElectionKeyContext
from evote.election.records import Ballot, EncryptedSelection
from evote.errors import EvoteError
from tests.core.batch_support import forge_proof, outside, to_bytes
from tests.core.randomness import seeded
from tests.election.samples import (
    BOTH_CONTESTS,
    SCORE,
    YES_NO,
    change_contest,
    change_selection,
    increased,
    prepare,
    rehashed,
    signing_key,
)

SIZE = 512
COUNT = 8
Item = tuple[Ballot, bytes, bytes]


@pytest.fixture(scope="module")
def all_prepared(keyed: ElectionKeyContext) -> list[PreparedBallot]:
    """Return the ballots of eight voters; the last one's style has both contests."""
    few = [prepare(keyed, f"voter {i}", {YES_NO: ((1, 0), (0, 1), (0, 0))[i % 3]}) for i in range(COUNT - 1)]
    return [*few, prepare(keyed, f"voter {COUNT - 1}", {YES_NO: (0, 1), SCORE: (2, 1)}, style=BOTH_CONTESTS)]


@pytest.fixture(scope="module")
def items(all_prepared: list[PreparedBallot]) -> list[Item]:
    """Return ballots, authors and side files."""
    return [
        (each.ballot, signing_key(f"voter {i}").public_key, each.commitments) for i, each in enumerate(all_prepared)
    ]


def single(context: ElectionKeyContext, item: Item) -> BallotFacts | EvoteError:
    """Return what `verify_ballot` returns or raises."""
    try:
        return verify_ballot(context, item[0], item[1], keep_commitments=True)
    except EvoteError as error:
        return error


def batch(context: ElectionKeyContext, items: Sequence[Item]) -> list[BallotFacts | EvoteError]:
    """Verify together, with commitments kept."""
    return verify_ballots(context, items, secrets.token_bytes, keep_commitments=True)


def comparable(verdict: BallotFacts | EvoteError) -> BallotFacts | tuple[type, str]:
    """Return facts as they are, and class and code of an error."""
    return verdict if isinstance(verdict, BallotFacts) else (type(verdict), verdict.code)


def assert_as_single(context: ElectionKeyContext, items: Sequence[Item]) -> None:
    """Require that both ways give equal facts and equal codes."""
    expected = [comparable(single(context, item)) for item in items]

    assert [comparable(verdict) for verdict in batch(context, items)] == expected


def test_true_ballots_need_no_single_verification(
    keyed: ElectionKeyContext, items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where all is well one batch gives the facts of every ballot, equal to those of `verify_ballot`."""
    expected = [single(keyed, item) for item in items]
    monkeypatch.delattr(ballot_batch, "verify_ballot")
    verdicts = batch(keyed, items)

    assert verdicts == expected
    without = verify_ballots(keyed, items, secrets.token_bytes)
    assert without == [replace(facts, commitments=b"") for facts in expected if isinstance(facts, BallotFacts)]
    assert verify_ballots(keyed, [], secrets.token_bytes) == []


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_ballots(keyed: ElectionKeyContext, items: list[Item], count: int) -> None:
    """Too few for a batch are verified one by one."""
    assert_as_single(keyed, items[-count:])


def spoil_challenge(selection: EncryptedSelection) -> EncryptedSelection:
    """Add 1 to a challenge."""
    return replace(selection, proof=replace(selection.proof, challenges=increased(selection.proof.challenges)))


def spoil_response(selection: EncryptedSelection) -> EncryptedSelection:
    """Add 1 to a response: the hash over what is recorded still fits."""
    return replace(selection, proof=replace(selection.proof, responses=increased(selection.proof.responses)))


def negate_alpha(selection: EncryptedSelection) -> EncryptedSelection:
    """Put p - alpha in the place of alpha."""
    group = selection.alpha.group
    return replace(selection, alpha=group.decode_untested(to_bytes(group, group.p - selection.alpha.value)))


Change = Callable[[ElectionKeyContext, Ballot], Ballot]
CHANGES: dict[str, tuple[Change, str]] = {
    "style": (lambda _, b: replace(b, style=9), "ballot.style"),
    "contests": (lambda _, b: replace(b, contests=b.contests * 2), "ballot.contests"),
    "options": (
        lambda _, b: change_contest(b, lambda c: replace(c, selections=c.selections[:1])),
        "ballot.options",
    ),
    "identifier hash": (lambda _, b: replace(b, identifier_hash=bytes(32)), "ballot.identifier_hash"),
    "salt": (lambda _, b: replace(b, salt=bytes(32)), "ballot.identifier"),
    "contest hash": (
        lambda _, b: change_contest(b, lambda c: replace(c, contest_hash=bytes(32))),
        "ballot.contest_hash",
    ),
    "code": (lambda _, b: replace(b, confirmation_code=bytes(32)), "ballot.confirmation_code"),
    "alpha negated": (lambda k, b: rehashed(k, change_selection(b, negate_alpha)), "ballot.not_in_group"),
    "challenge": (lambda _, b: change_selection(b, spoil_challenge, 1), "ballot.selection_proof"),
    "response": (lambda _, b: change_selection(b, spoil_response), "ballot.selection_proof"),
    "limit response": (
        lambda _, b: change_contest(
            b,
            lambda c: replace(c, limit_proof=replace(c.limit_proof, responses=increased(c.limit_proof.responses, 1))),
        ),
        "ballot.limit_proof",
    ),
    "options exchanged": (
        lambda k, b: rehashed(k, change_contest(b, lambda c: replace(c, selections=c.selections[::-1]))),
        "ballot.selection_proof",
    ),
    "component twice": (
        lambda k, b: rehashed(k, change_selection(b, lambda s: replace(s, alpha=b.contests[0].selections[0].alpha), 1)),
        "ballot.repeated_component",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_one_bad_ballot_is_named_with_its_code(keyed: ElectionKeyContext, items: list[Item], name: str) -> None:
    """First, in the middle or last: the bad ballot alone is refused, with the code of `verify_ballot`."""
    change, code = CHANGES[name]
    for position in (0, 3, COUNT - 1):
        ballot, author, commitments = items[position]
        changed = [*items]
        changed[position] = (change(keyed, ballot), author, commitments)
        verdicts = batch(keyed, changed)

        assert [getattr(verdict, "code", None) for verdict in verdicts] == [
            code if place == position else None for place in range(COUNT)
        ]


def test_another_voters_ballot_is_refused(keyed: ElectionKeyContext, items: list[Item]) -> None:
    """A ballot handed in by another author fails E.F in a batch as it does alone."""
    changed = [*items[:4], (items[4][0], items[5][1], items[4][2])]

    assert [getattr(verdict, "code", None) for verdict in batch(keyed, changed)] == [None] * 4 + ["ballot.identifier"]


def forge_selection(
    context: ElectionKeyContext, item: Item, prepared: PreparedBallot, errors: Sequence[int], alpha_factor: int = 1
) -> Item:
    """Multiply the first alpha and the first commitments, then hash and prove: only equations or membership fail."""
    ballot, author, commitments = item
    group, first = context.group, ballot.contests[0].selections[0]
    alpha = group.decode_untested(to_bytes(group, first.alpha.value * alpha_factor % group.p))
    proof, recorded = forge_proof(
        context.key,
        ballot.identifier_hash,
        (encode_index(YES_NO), encode_index(1)),
        alpha,
        first.beta,
        prepared.nonces[0][0].expose(),
        prepared.plain.contests[0].values[0],
        1,
        seeded(f"forged {author.hex()}"),
        errors,
    )
    changed = rehashed(context, change_selection(ballot, lambda s: replace(s, alpha=alpha, proof=proof)))
    return changed, author, recorded + commitments[4 * SIZE :]


def forge_limit(context: ElectionKeyContext, item: Item, prepared: PreparedBallot, errors: Sequence[int]) -> Item:
    """Multiply the first commitments of the limit proof, then hash and prove."""
    ballot, author, commitments = item
    group, contest = context.group, ballot.contests[0]
    first, second = contest.selections
    alpha, beta = (
        group.decode_untested(to_bytes(group, one.value * other.value % group.p))
        for one, other in ((first.alpha, second.alpha), (first.beta, second.beta))
    )
    proof, recorded = forge_proof(
        context.key,
        ballot.identifier_hash,
        (encode_index(YES_NO),),
        alpha,
        beta,
        sum(nonce.expose() for nonce in prepared.nonces[0]),
        sum(prepared.plain.contests[0].values),
        1,
        seeded(f"forged limit {author.hex()}"),
        errors,
    )
    changed = change_contest(ballot, lambda c: replace(c, limit_proof=proof))
    return changed, author, commitments[: 8 * SIZE] + recorded + commitments[12 * SIZE :]


def test_ballots_built_to_cancel_are_all_named(
    keyed: ElectionKeyContext, items: list[Item], all_prepared: list[PreparedBallot]
) -> None:
    """Errors z and 1/z, two wrong signs, factors w and 1/w of order (p-1)/2q: every one of them is refused."""
    p = keyed.group.parameters.p
    z = int((keyed.group.generator**777).value)
    w = outside(keyed.group)["order (p-1)/2q"]

    def selection(place: int, *errors: int, alpha_factor: int = 1) -> Item:
        return forge_selection(keyed, items[place], all_prepared[place], errors, alpha_factor)

    changed = [
        selection(0, z),
        selection(1, pow(z, -1, p)),
        selection(2, 1, p - 1, p - 1),
        forge_limit(keyed, items[3], all_prepared[3], [w]),
        forge_limit(keyed, items[4], all_prepared[4], [pow(w, -1, p)]),
        selection(5, alpha_factor=w),
        selection(6, alpha_factor=p - w),
        items[7],
    ]
    codes = [getattr(verdict, "code", None) for verdict in batch(keyed, changed)]

    assert codes == [
        *["ballot.selection_proof"] * 3,
        *["ballot.limit_proof"] * 2,
        *["ballot.not_in_group"] * 2,
        None,
    ]
    assert_as_single(keyed, changed)


def test_a_forgery_without_an_error_passes(
    keyed: ElectionKeyContext, items: list[Item], all_prepared: list[PreparedBallot]
) -> None:
    """What the test above forges fails for its errors, not for its making."""
    changed = [
        forge_selection(keyed, items[0], all_prepared[0], []),
        forge_limit(keyed, items[1], all_prepared[1], []),
        *items[2:],
    ]

    assert all(isinstance(verdict, BallotFacts) for verdict in batch(keyed, changed))


def side_files(first: bytes, second: bytes, p: int) -> dict[str, bytes]:
    """Return what may stand beside a ballot instead of its commitments."""

    def negated(*places: int) -> bytes:
        parts = [first[i : i + SIZE] for i in range(0, len(first), SIZE)]
        for place in places:
            parts[place] = (p - int.from_bytes(parts[place], "big")).to_bytes(SIZE, "big")
        return b"".join(parts)

    return {
        "absent": b"",
        "one byte short": first[:-1],
        "one element short": first[:-SIZE],
        "one element long": first + second[:SIZE],
        "of another ballot": second,
        "shifted": first[SIZE:] + first[:SIZE],
        "swapped": first[SIZE : 2 * SIZE] + first[:SIZE] + first[2 * SIZE :],
        "all the same": first[:SIZE] * (len(first) // SIZE),
        "zeros": bytes(len(first)),
        "not below p": b"\xff" * len(first),
        "one wrong sign": negated(0),
        "two wrong signs": negated(0, 3),
        "text": b"commitments",
    }


def test_a_bad_side_file_changes_no_verdict(keyed: ElectionKeyContext, items: list[Item]) -> None:
    """A true ballot with any of these beside it is accepted, with the commitments that its proofs have."""
    ballot, author, commitments = items[0]
    sides = side_files(commitments, items[1][2], keyed.group.parameters.p)
    verdicts = batch(keyed, [*items[1:], *((ballot, author, side) for side in sides.values())])
    truth = single(keyed, items[0])

    assert verdicts[COUNT - 1 :] == [truth] * len(sides)
    assert all(isinstance(verdict, BallotFacts) for verdict in verdicts)


def test_repeated_commitments_are_refused(keyed: ElectionKeyContext, items: list[Item]) -> None:
    """Valid proofs with equal commitments fail E.H in a batch as alone."""
    bad = prepare(keyed, "Ada", {YES_NO: (1, 0)}, random=lambda size: b"\1" * size)
    changed = [*items, (bad.ballot, signing_key("Ada").public_key, bad.commitments)]

    assert getattr(batch(keyed, changed)[COUNT], "code", None) == "ballot.repeated_commitment"


@settings(max_examples=8, deadline=None)
@given(st.data())
def test_verdicts_are_those_of_single_verification(
    keyed: ElectionKeyContext, items: list[Item], data: st.DataObject
) -> None:
    """Random changes to random ballots and side files: equal facts, equal codes, in order."""
    changed = [*items[:5]]
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, 4))
        ballot, author, commitments = changed[place]
        if data.draw(st.booleans()):
            ballot = CHANGES[data.draw(st.sampled_from(sorted(CHANGES)))][0](keyed, items[place][0])
        else:
            sides = side_files(items[place][2], items[(place + 1) % 5][2], keyed.group.parameters.p)
            commitments = sides[data.draw(st.sampled_from(sorted(sides)))]
        changed[place] = (ballot, author, commitments)

    assert_as_single(keyed, changed)
