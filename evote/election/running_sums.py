"""Products of the ciphertexts of all ballots that count, kept while the log goes on.

Spec: docs/protocol.md section 9 (sums); EG 3.5 for the weighted product.

Idea: a tally asks for products over all ballots of a district, never for a ballot. Who multiplies each ballot in as it
comes need not hold its ciphertexts; one that stops counting is divided out again. Ballots of one weight are kept
together, so that a weight costs one power and not each ballot.

Invariants: after any order of `take_in` and `take_out` the products are those over the ballots that are in; one is
taken out only with the ciphertexts that were taken in.

Cost: one multiplication for each ciphertext part of a ballot, and an inversion more to take it out.
"""

from __future__ import annotations

from collections.abc import Mapping

from evote.core.elgamal import Ciphertext, multiply

# One ciphertext per option, one tuple of them per contest of a ballot style.
Sums = tuple[tuple[Ciphertext, ...], ...]


class RunningSums:
    """(A, B) by district and weight, contest by contest of the district's style, option by option."""

    __slots__ = ("_products",)

    def __init__(self) -> None:
        """Start without a ballot."""
        self._products: dict[tuple[int, int], Sums] = {}

    @property
    def products(self) -> Mapping[tuple[int, int], Sums]:
        """The products of the parts by (district, weight), not yet raised to the weight."""
        return self._products

    def take_in(self, district: int, weight: int, contests: Sums) -> None:
        """Multiply a ballot in."""
        place = (district, weight)
        self._products[place] = multiply_sums(self._products[place], contests) if place in self._products else contests

    def take_out(self, district: int, weight: int, contests: Sums) -> None:
        """Divide a ballot out that was taken in; KeyError where no ballot of its district and weight was."""
        # A / alpha, B / beta
        self._products[district, weight] = tuple(
            tuple(
                Ciphertext(alpha=product.alpha / part.alpha, beta=product.beta / part.beta)
                for product, part in zip(products, parts, strict=True)
            )
            for products, parts in zip(self._products[district, weight], contests, strict=True)
        )


def multiply_sums(left: Sums, right: Sums) -> Sums:
    """Multiply ciphertext by ciphertext; ValueError for forms that differ."""
    return tuple(
        tuple(multiply(pair) for pair in zip(one, other, strict=True)) for one, other in zip(left, right, strict=True)
    )
