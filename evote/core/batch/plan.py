"""How a batch cuts its exponents into windows, and where the signs of its numbers are tested.

*Spec*: none; docs/batch-verification.md section 9 derives the counts.
*Idea*: with k windows for a coefficient, a commitment costs k multiplications and a ciphertext component, whose
exponent is twice as long, 2k; the end costs two for each bucket of 3k rows. Few elements want many narrow windows, many
elements few wide ones. Signs are tested by Jacobi symbols: of every number, or of the products T_b that the end yields
anyway, whichever are fewer.
*Invariants*: 2^coefficient_bits < q, as docs/batch-verification.md demands.
*Cost*: none.
"""

from __future__ import annotations

from dataclasses import dataclass

from evote.core.batch.buckets import digit_widths
from evote.core.group import Group

MAXIMUM_COEFFICIENT_BITS = 128
"""The length l of a random coefficient; a batch accepts a false record with probability at most 2^-l."""

MAXIMUM_WINDOW_BITS = 16
_FOLD_COST = 2.0  # multiplications for each bucket at the end
_COMPONENT_SHARE = 0.25  # of all elements, the ciphertext components: four of sixteen on a ballot of two options


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPlan:
    """Hold the digit widths of a commitment's and a ciphertext component's exponent, and how signs are tested.

    `tests_products`: by the products T_b at the end; otherwise by every number as it comes.
    """

    coefficient_bits: int
    commitment_widths: tuple[int, ...]
    component_widths: tuple[int, ...]
    tests_products: bool

    @property
    def bucket_count(self) -> int:
        """Return the number of buckets, about 560 bytes each in the standard group."""
        return sum(1 << width for width in (*self.commitment_widths, *self.component_widths))


def make_plan(group: Group, expected_elements: int) -> BatchPlan:
    """Choose the cheapest plan for a number of elements: ciphertext components and commitments together.

    The number decides about speed and memory (24 rows of 2^16 buckets, about 0.9 GB, at the most), never about the
    verdict.
    """
    order_bits = group.order.bit_length()
    bits = min(MAXIMUM_COEFFICIENT_BITS, order_bits - 1)

    def plan(count: int) -> BatchPlan:
        return BatchPlan(
            coefficient_bits=bits,
            commitment_widths=digit_widths(bits, count),
            component_widths=digit_widths(order_bits, -(-count * order_bits // bits)),
            tests_products=bits + order_bits < expected_elements,
        )

    def cost(candidate: BatchPlan) -> float:
        updates = (1 - _COMPONENT_SHARE) * len(candidate.commitment_widths) + _COMPONENT_SHARE * len(
            candidate.component_widths
        )
        return updates * expected_elements + _FOLD_COST * candidate.bucket_count

    return min((plan(count) for count in range(-(-bits // MAXIMUM_WINDOW_BITS), bits + 1)), key=cost)
