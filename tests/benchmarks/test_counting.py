"""Counted arithmetic counts what is performed and changes nothing else."""

import secrets

import pytest
from gmpy2 import mpz

import verifier.group
from benchmarks import formulas
from benchmarks.board_side import BoardSide
from benchmarks.counting import POWER, Counts, counting
from benchmarks.formulas import Shape, row_end
from benchmarks.sample_election import SampleElection, make_election
from benchmarks.sides import Side
from benchmarks.verification import verify_batch
from benchmarks.verifier_side import VerifierSide
from evote.core.batch.buckets import BucketProduct
from evote.core.fixed_base import FixedBaseTable
from evote.core.group import Group
from evote.core.parameters import STANDARD

BALLOTS = 4
SYMBOL = 4.0


@pytest.fixture(scope="module")
def election() -> SampleElection:
    """Return an election of two options."""
    return make_election(2, BALLOTS)


@pytest.fixture(scope="module", params=["board", "verifier"])
def side(request: pytest.FixtureRequest, election: SampleElection) -> Side:
    """Return each of both implementations."""
    return BoardSide.of(election) if request.param == "board" else VerifierSide.of(election)


def count_batch(side: Side, ballots: int) -> Counts:
    """Count a batch from its start to the verdict."""
    return side.count(lambda counted: verify_batch(counted.batch(ballots), ballots))


def test_a_product_counts_and_a_factor_of_one_does_not() -> None:
    """Three multiplications of large numbers are three; by 1, and of small numbers, none."""
    group = Group(STANDARD)
    with counting(group) as counts:
        product = mpz(secrets.randbits(4095) | 1 << 4094)
        for _ in range(3):
            product = product * product % group.p
        _ = mpz(1) * product % group.p

    assert counts.multiplications == 3


def test_the_inside_of_a_power_is_told_by_its_exponent() -> None:
    """A power of 256 bits is one power of 295 multiplications, in a function that imported it by name."""
    group = Group(STANDARD)
    with counting(group) as counts:
        group.test_membership(group.decode_untested(group.generator.to_bytes()))

    assert (counts.powers, counts.power_bits, counts.multiplications) == (1, 256, 0)
    assert counts.total(SYMBOL) == POWER


def test_a_table_counts_a_multiplication_for_each_digit_but_the_first() -> None:
    """With digits of 8 bits a power takes 31 multiplications, if no digit is 0."""
    group = Group(STANDARD)
    with counting(group) as counts:
        table = FixedBaseTable(group, group.computed_element(group.generator.value), 8)
        counts.reset()
        table.power_value(int.from_bytes(b"\x01" * 32, "big"))

    assert counts.multiplications == 31


def test_everything_is_put_back_after_an_error() -> None:
    """Where the counted work fails, group and modules have their own modulus and functions again."""
    group = Group(STANDARD)
    before = group.p, *map(vars(verifier.group).get, ("P", "powmod"))
    seen: list[object] = []

    def fail() -> None:
        with counting(group):
            seen.extend((group.p, *map(vars(verifier.group).get, ("P", "powmod"))))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert not any(one is other for one, other in zip(before, seen, strict=True))
    after = group.p, *map(vars(verifier.group).get, ("P", "powmod"))
    assert all(one is other for one, other in zip(before, after, strict=True))


def test_naive_verification_takes_the_powers_of_the_textbook(election: SampleElection) -> None:
    """Ten powers for each of two selections and eight for the limit, each of nearly 256 bits."""
    counts = BoardSide.of(election).count(lambda counted: counted.naive(0))

    assert counts.powers == 28
    assert counts.total(SYMBOL) == pytest.approx(formulas.naive(Shape(options=2)), rel=0.02)


def test_proof_by_proof_takes_what_the_modules_state(side: Side) -> None:
    """The stated cost, which counts every digit as used, is close to what is performed and not below it."""
    counted = side.count(lambda counted_side: counted_side.alone(0), tables=True).total(SYMBOL)

    assert 0.88 * side.alone_theory() < counted < 1.02 * side.alone_theory()


@pytest.mark.parametrize("ballots", [4, 40])
def test_the_formula_of_a_batch_is_what_is_performed(side: Side, ballots: int) -> None:
    """The expected multiplications are those of an instrumented run, with symbols one by one or at the end."""
    shape = side.batch(ballots).batch_shape

    counted = count_batch(side, ballots).total(SYMBOL) / ballots

    assert shape.tests_products is (ballots == 40)
    assert counted == pytest.approx(shape.expected(ballots, SYMBOL), rel=0.02)


def test_the_document_counts_more_than_is_performed(side: Side) -> None:
    """Theory counts digits of 0 and unused buckets too: it is above the expected count, in the long run not by much."""
    for ballots, least in ((10, 0.7), (100_000, 0.94)):
        shape = side.batch(ballots).batch_shape
        expected, theory = shape.expected(ballots, SYMBOL), shape.theory(ballots, SYMBOL)

        assert least * theory < expected < theory


def test_theory_is_the_table_of_the_document(election: SampleElection) -> None:
    """The board's plans give the document's numbers of multiplications for each ballot, but for rounding."""
    side = BoardSide.of(election)
    for ballots, stated in ((1000, 311), (10_000, 235), (100_000, 189)):
        assert side.batch(ballots).batch_shape.expected(ballots, SYMBOL) == pytest.approx(stated, rel=0.03)


def test_the_verifier_takes_a_little_less_than_the_table(election: SampleElection) -> None:
    """Windows of their own for components and commitments save up to a twentieth of the document's counts."""
    side = VerifierSide.of(election)
    for ballots, stated in ((1000, 311), (10_000, 235), (100_000, 189)):
        assert 0.94 * stated < side.batch(ballots).batch_shape.expected(ballots, SYMBOL) < stated


def test_the_end_of_a_row_is_counted_bucket_by_bucket() -> None:
    """The end of a full row takes what the formula says."""
    group, width = Group(STANDARD), 5
    with counting(group) as counts:
        product = BucketProduct(group.p, (width,))
        for digit in range(1, 1 << width):
            product.multiply(mpz(secrets.randbits(4094)), digit)
        product.settle()
        counts.reset()
        product.bit_products()

    # a row of 32: 15 for T and 15 onto the lower half, whose first bucket is not used, then 7 + 7, 3 + 3 and 1 + 1
    assert counts.multiplications == row_end(width, 1.0) == 52
