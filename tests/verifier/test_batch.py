"""Batches of proofs: what is true is accepted, and each kind of falsehood meets the check that is there for it."""

import os
from dataclasses import replace

import pytest
from gmpy2 import invert, mpz

from tests.verifier.batch_support import (
    KEY,
    MINUS_ONE,
    OF_ORDER_R,
    STRANGERS,
    invented_contest,
    multiply,
    run,
    with_commitments,
)
from verifier.batch import Batch
from verifier.group import G, P, Q

both_plans = pytest.mark.parametrize("many", [False, True], ids=["each", "bits"])
TRUE = [invented_contest() for _ in range(4)]
# alpha_1*w and alpha_2/w, so that the limit proof sees nothing of it
CANCELLING = {0: OF_ORDER_R, 2: invert(OF_ORDER_R, P)}


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
@pytest.mark.parametrize("places", [(0, 2), (1, 3)], ids=["alpha", "beta"])
def test_signs_of_components_need_symbols(places: tuple[int, int], many: bool) -> None:
    """Show that two negated components pass all else where their exponents differ in high bits only (c = 2^127)."""
    for _ in range(10):
        negated = invented_contest(dict.fromkeys(places, MINUS_ONE), challenge=mpz(1 << 127), of_limit=mpz(0))
        verdicts = run([*TRUE, negated], many=many)
        assert (verdicts.squares, verdicts.members, verdicts.equations) == (False, True, True)


@both_plans
def test_strangers_that_cancel_need_membership(many: bool) -> None:
    """Show that alpha*w and alpha'/w of order (p-1)/2q pass every other check, and that membership tells."""
    verdicts = run([*TRUE, invented_contest(CANCELLING, challenge=mpz(1))], many=many)
    assert (verdicts.squares, verdicts.members, verdicts.equations) == (True, False, True)


@both_plans
def test_strangers_behind_challenges_that_are_all_zero(many: bool) -> None:
    """Show that a batch is blind to them, which is why such proofs never enter one."""
    assert run([*TRUE, invented_contest(CANCELLING, challenge=mpz(0))], many=many).all
    signs = invented_contest({0: MINUS_ONE, 2: MINUS_ONE}, challenge=mpz(0))
    verdicts = run([*TRUE, signs], many=many)
    # only a symbol for each number sees them
    assert (verdicts.squares, verdicts.members, verdicts.equations) == (many, True, True)
    # one challenge that is not 0 is enough
    contest = invented_contest(CANCELLING, challenge=mpz(0))
    first = contest.selections[0]
    alpha, beta = contest.components[0]
    a, b, *others = first.commitments
    bound = replace(with_commitments(first, [a * alpha % P, b * beta % P, *others]), challenges=(mpz(1), mpz(0)))
    verdicts = run([*TRUE, replace(contest, selections=(bound, contest.selections[1]))], many=many)
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
    """Show that each commitment has 16 bytes of its own, drawn with its contest from the system."""
    drawn: list[bytes] = []

    def source(count: int) -> bytes:
        drawn.append(os.urandom(count))
        return drawn[-1]

    batch = Batch(KEY, 8, 24, source)
    for number in (1, 2):
        batch.add((TRUE[number],))
        assert list(map(len, drawn)) == [12 * 16] * number
    used = {int.from_bytes(part[at : at + 16], "big") for part in drawn for at in range(0, 192, 16)}
    assert len(used) == 24
    assert used == set(batch._commitments._exponents)
    assert batch.verdicts().all
    defaults = Batch.__init__.__defaults__
    assert defaults == (os.urandom,)


def test_exponents_of_components() -> None:
    """Show that each is -sum rho_j*c_j mod q over the own proof and the contest's limit proof, in 0..q-1."""
    batch = Batch(KEY, 8, 24)
    batch.add(TRUE[:2])
    coefficients = iter(batch._commitments._exponents)
    expected = []
    for contest in TRUE[:2]:
        # in the order of drawing: limit, option 1, option 2
        on_alpha, on_beta = [], []
        for proof in (contest.limit, *contest.selections):
            drawn = [next(coefficients) for _ in proof.commitments]
            on_alpha.append(sum(drawn[2 * j] * c for j, c in enumerate(proof.challenges)))
            on_beta.append(sum(drawn[2 * j + 1] * c for j, c in enumerate(proof.challenges)))
        for option in (1, 2):
            expected += [-(sums[0] + sums[option]) % Q for sums in (on_alpha, on_beta)]
    assert batch._components._exponents == expected


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
        sizes.append([1 << width for part in (batch._components, batch._commitments) for width in part.widths])
    assert sizes[0] == sizes[1]
    assert sum(sizes[0]) * 568 < 900 << 20
