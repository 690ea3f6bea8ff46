"""How many multiplications modulo p each method takes for a ballot, from its plan alone.

*Spec*: docs/batch-verification.md section 9; R = L = 1.

*Idea*: two counts stand beside each other. `theory` is what the document says: every window of every number, two for
every bucket, whether it is used or not. `expected` is what the program is expected to perform: digits that are 0, first
numbers of buckets and empty buckets cost nothing. A run with counted arithmetic (`counting`) confirms `expected` where
it is short enough to be counted; longer runs rely on it.

*Invariants*: plain powers with 256 bits are POWER multiplications, a Jacobi symbol `symbol_cost`.
"""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.counting import POWER
from evote.core.batch.plan import BatchPlan
from evote.core.fixed_base import BULK_WINDOW_BITS
from verifier.batch import Batch

ORDER_BITS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A ballot with one contest of `options` options, one proof for each and one for the contest limit."""

    options: int

    @property
    def components(self) -> int:
        """Return n_c: alpha and beta of every option."""
        return 2 * self.options

    @property
    def commitments(self) -> int:
        """Return n_a: a_0, b_0, a_1, b_1 of every proof."""
        return 4 * self.options + 4

    @property
    def elements(self) -> int:
        """Return how many numbers a batch takes in."""
        return self.components + self.commitments


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """One product of powers: the windows' widths, and how many numbers of each ballot go through them."""

    widths: tuple[int, ...]
    numbers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchShape:
    """A batch as the formulas see it: its products, and how many products T_b it joins and may take symbols of."""

    shape: Shape
    products: tuple[Windows, ...]
    tests_products: bool
    bits: int

    @property
    def buckets(self) -> int:
        """Return the number of all buckets."""
        return sum(1 << width for product in self.products for width in product.widths)

    def _symbols(self, count: int) -> int:
        return self.bits if self.tests_products else count * self.shape.elements

    def _once(self, count: int, symbol_cost: float) -> float:
        return 2 * self.bits + 3 * POWER + self._symbols(count) * symbol_cost

    def theory(self, count: int, symbol_cost: float) -> float:
        """Return the document's multiplications for each of `count` ballots."""
        # k * (2 n_c + n_a) for the buckets, n_c for alpha-bar and beta-bar
        each = sum(len(product.widths) * product.numbers for product in self.products) + self.shape.components
        return each + (2 * self.buckets + self._once(count, symbol_cost)) / count

    def into_buckets(self) -> float:
        """Return the multiplications of a ballot into buckets that are all in use: digits that are 0 cost none."""
        touched = sum(product.numbers * (1 - 2.0**-width) for product in self.products for width in product.widths)
        # the first factor of alpha-bar and of beta-bar is multiplied by 1
        return touched + self.shape.components - 2

    def expected(self, count: int, symbol_cost: float) -> float:
        """Return the multiplications for each of `count` ballots as they are expected to be performed."""
        total = count * self.into_buckets() + self._once(count, symbol_cost)
        for product in self.products:
            for width in product.widths:
                filled = 1 - (1 - 2.0**-width) ** (count * product.numbers)
                # the first number of a bucket is not multiplied
                total += row_end(width, filled) - filled * ((1 << width) - 1)
        return total / count


def row_end(width: int, filled: float) -> float:
    """Return the multiplications that end a row of 2^width buckets, each but the first in use with that probability."""
    total = 0.0
    for bits in range(width, 0, -1):
        half = 1 << (bits - 1)
        # T = prod_{d >= half} B_d, the first factor of which costs none; then B'_d = B_d * B_{half + d} for d > 0
        total += max(0.0, half * filled - 1) + (half - 1) * filled**2
        filled = 1 - (1 - filled) ** 2
    return total


def board_batch(shape: Shape, plan: BatchPlan) -> BatchShape:
    """Return the shape of a batch of `evote.core.batch`."""
    return BatchShape(
        shape=shape,
        products=(
            Windows(widths=plan.component_widths, numbers=shape.components),
            Windows(widths=plan.commitment_widths, numbers=shape.commitments),
        ),
        tests_products=plan.tests_products,
        bits=sum(plan.component_widths) + sum(plan.commitment_widths),
    )


def verifier_batch(shape: Shape, batch: Batch) -> BatchShape:
    """Return the shape of a batch of the independent verifier."""
    components, commitments = batch._components.widths, batch._commitments.widths
    return BatchShape(
        shape=shape,
        products=(
            Windows(widths=components, numbers=shape.components),
            Windows(widths=commitments, numbers=shape.commitments),
        ),
        tests_products=not batch._each,
        bits=sum(components) + sum(commitments),
    )


def naive(shape: Shape) -> float:
    """Return 2 + 4(R + 1) powers for a selection and 4(L + 1) for the limit, in multiplications."""
    return (10 * shape.options + 8) * POWER


def board_alone(shape: Shape) -> float:
    """Return the cost of one ballot proof by proof, with tables of 12 bits and a chain for each base."""
    chains = (shape.components + 2) * ORDER_BITS
    # for each commitment: a power on a chain (58), one from a table, and the product of both
    powers = shape.commitments * (58 + (-(-ORDER_BITS // BULK_WINDOW_BITS) - 1) + 1)
    return chains + powers + 6 * shape.components + shape.components - 2


def verifier_alone(shape: Shape, window: int) -> float:
    """Return the cost of one ballot proof by proof for the independent verifier, whose tables have `window` bits."""
    # the chains of alpha-bar and beta-bar are multiplied together from those at hand, up to four options
    bars = 2 * 66 * (shape.options - 1) if shape.options <= 4 else 2 * (shape.options - 1 + ORDER_BITS)
    powers = shape.commitments * (88 + (-(-ORDER_BITS // window) - 1) + 1)
    return shape.components * (ORDER_BITS + 13) + bars + powers


def textbook_encryption(shape: Shape) -> float:
    """Return 2 powers for a ciphertext and 6 for its proof, whose simulated branch takes 4, and 6 for the limit."""
    return (8 * shape.options + 6) * POWER


def encryption(shape: Shape, window: int) -> float:
    """Return 6 powers from tables for a selection and 4 for the limit, and the product of the ciphertexts."""
    return (6 * shape.options + 4) * (-(-ORDER_BITS // window) - 1) + shape.components - 2


def tally(shape: Shape) -> float:
    """Return the multiplications of a ballot onto the sums."""
    return shape.components
