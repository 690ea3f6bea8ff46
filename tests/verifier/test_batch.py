"""Batches of proofs: what is true is accepted, and each kind of falsehood meets the check that is there for it."""

import os

import pytest
from gmpy2 import invert, mpz

from tests.verifier.batch_support import KEY, MINUS_ONE, OF_ORDER_R, STRANGERS, invented_contest, multiply, run
from verifier.batch import Batch
from verifier.group import G, P

both_plans = pytest.mark.parametrize("many", [False, True], ids=["each", "bits"])
TRUE = [invented_contest() for _ in range(4)]


@both_plans
@pytest.mark.parametrize("count", [0, 1, 4])
def test_true_proofs_are_accepted(count: int, many: bool) -> None:
    """Show that what satisfies all equations passes all checks, whichever way symbols are taken."""
    assert run(TRUE[:count], many=many).all


@both_plans
@pytest.mark.parametrize("place", range(12))
@pytest.mark.parametrize("at", [0, 3])
def test_a_commitment_that_is_another_element(place: int, at: int, many: bool) -> None:
    """Show that every equation of every proof counts, in the first ballot and in the last."""
    contests = list(TRUE)
    contests[at] = multiply(contests[at], place, G)
    verdicts = run(contests, many=many)
    assert (verdicts.squares, verdicts.members, verdicts.equations) == (True, True, False)


@both_plans
@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("place", [0, 1, 3])
def test_components_that_are_no_elements(place: int, stranger: str, many: bool) -> None:
    """Show that a component outside the group is refused although its equations hold."""
    contests = [*TRUE, invented_contest({place: STRANGERS[stranger]})]
    verdicts = run(contests, many=many)
    assert not verdicts.all
    assert not (verdicts.squares and verdicts.members)


@both_plans
@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("place", [0, 1, 6, 11])
def test_commitments_that_are_no_elements(place: int, stranger: str, many: bool) -> None:
    """Show that a commitment outside the group is refused."""
    contests = [multiply(TRUE[0], place, STRANGERS[stranger]), *TRUE[1:]]
    verdicts = run(contests, many=many)
    assert not verdicts.all
    assert verdicts.members


def even(count: int) -> bytes:
    """Return random bytes, every sixteenth of them 0: coefficients that are even numbers."""
    return b"".join(os.urandom(15) + b"\0" for _ in range(count // 16))


@both_plans
def test_wrong_signs_need_symbols(many: bool) -> None:
    """Show that two negated commitments pass every other check where coefficients are even, and that symbols tell."""
    contests = [multiply(TRUE[0], 2, MINUS_ONE), multiply(TRUE[1], 5, MINUS_ONE)]
    for _ in range(10):
        batch = Batch(KEY, 4000, 12000, even) if many else Batch(KEY, 8, 24, even)
        verdicts = run(contests, batch)
        assert (verdicts.squares, verdicts.members, verdicts.equations) == (False, True, True)


@both_plans
def test_strangers_that_cancel_need_membership(many: bool) -> None:
    """Show that alpha*w and alpha'/w of order (p-1)/2q pass every other check, and that membership tells."""
    twists = {0: OF_ORDER_R, 2: invert(OF_ORDER_R, P)}
    verdicts = run([*TRUE, invented_contest(twists, challenge=mpz(1))], many=many)
    assert (verdicts.squares, verdicts.members, verdicts.equations) == (True, False, True)


@pytest.mark.parametrize("factor", [G, OF_ORDER_R])
def test_errors_that_cancel_need_independent_coefficients(factor: mpz) -> None:
    """Show that two ballots with errors z and 1/z pass where coefficients are equal, and only there."""
    contests = [multiply(TRUE[0], 4, factor), *TRUE[1:3], multiply(TRUE[3], 4, invert(factor, P))]
    assert run(contests, Batch(KEY, 16, 48, lambda count: b"\x5a" * count)).all
    for _ in range(5):
        verdicts = run(contests)
        assert (verdicts.squares, verdicts.members, verdicts.equations) == (True, True, False)


def test_every_coefficient_is_drawn_anew() -> None:
    """Show that each commitment and component has 16 bytes of its own, drawn with its contest from the system."""
    drawn: list[bytes] = []

    def source(count: int) -> bytes:
        drawn.append(os.urandom(count))
        return drawn[-1]

    batch = Batch(KEY, 8, 24, source)
    for number in (1, 2):
        batch.add((TRUE[number],))
        assert list(map(len, drawn)) == [16 * 16] * number
    used = {int.from_bytes(part[at : at + 16], "big") for part in drawn for at in range(0, 256, 16)}
    of_commitments = set(batch._low._exponents) & used
    of_components = set(batch._membership._exponents)
    assert len(of_commitments) == 24
    assert len(of_components) == 8
    assert of_commitments | of_components == used
    assert batch.verdicts().all
    defaults = Batch.__init__.__defaults__
    assert defaults == (os.urandom,)


def test_a_batch_that_is_asked_twice() -> None:
    """Show that a second question is never answered with yes."""
    batch = Batch(KEY, 4, 12)
    batch.add((TRUE[0],))
    assert batch.verdicts().all
    assert not batch.verdicts().all


def test_the_largest_plan_stays_below_its_memory() -> None:
    """Show that a batch for a billion numbers has no more buckets than one for ten million."""
    sizes = []
    for count in (10**7, 10**9):
        batch = Batch(KEY, count, 3 * count)
        sizes.append([len(row) for part in (batch._membership, batch._low, batch._high) for _, _, row in part._rows])
    assert sizes[0] == sizes[1]
    assert sum(sizes[0]) * 568 < 900 << 20
