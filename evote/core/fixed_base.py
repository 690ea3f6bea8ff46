"""Powers of a base that is used again and again, from a table.

*Spec*: none; g^x and K^x of section 3.3 are computed here.
*Idea*: write the exponent in radix 2^w, x = sum_i d_i * 2^(w*i), and keep base^(d * 2^(w*i)) for every position i and
digit d. A power is then one table entry per digit, multiplied together, with no squaring (Brickell, Gordon, McCurley,
Wilson 1992).
*Invariants*: `power(x)` equals base^x for every x; the table is never changed after it was built.
*Cost*: ceil(256/w) - 1 multiplications per power instead of about 295: w = 8 takes 4.6 MB, w = 12 takes 50 MB and
pays off from a few hundred ballots. Table look-ups are NOT constant time: memory addresses depend on the exponent, so
an encryption device must not share its processor with strangers.
"""

from __future__ import annotations

from gmpy2 import mpz

from evote.core.group import Element, Group, Scalar, SecretScalar

DEFAULT_WINDOW_BITS = 8
BULK_WINDOW_BITS = 12


class FixedBaseTable:
    """Compute powers of one base element from a radix table; look-ups are not constant time (see the module)."""

    __slots__ = ("_group", "_mask", "_modulus", "_rows", "_window_bits", "base")

    def __init__(self, group: Group, base: Element, window_bits: int = DEFAULT_WINDOW_BITS) -> None:
        """Build the table: about 2^window_bits * 256 / window_bits multiplications (0.03 s for 8, 0.4 s for 12)."""
        if not 1 <= window_bits <= 16:
            raise ValueError("window_bits lies between 1 and 16")
        group.require_same(base.group)
        self.base = base
        self._group = group
        self._modulus = group.p
        self._window_bits = window_bits
        self._mask = (1 << window_bits) - 1
        bits = group.order.bit_length()
        rows: list[list[mpz]] = []
        step = base.value
        for _ in range(-(-bits // window_bits)):
            # row[d] = base^(d * 2^(w*i)); step = base^(2^(w*i))
            row = [group.identity.value]
            for _ in range(self._mask):
                row.append(row[-1] * step % self._modulus)
            rows.append(row)
            step = row[-1] * step % self._modulus
        self._rows = tuple(rows)

    @property
    def group(self) -> Group:
        """Return the group of the base."""
        return self._group

    def power(self, exponent: Scalar | SecretScalar | int) -> Element:
        """Return base^exponent; a plain int is reduced modulo q."""
        if isinstance(exponent, int):
            return self._group.computed_element(self.power_value(exponent % self._group.order))
        self._group.require_order(exponent.order)
        value = exponent.value if isinstance(exponent, Scalar) else exponent.expose()
        return self._group.computed_element(self.power_value(value))

    def power_value(self, exponent: int) -> mpz:
        """Return base^exponent mod p as a bare number, for kernels; 0 <= exponent < q is not checked."""
        rows, mask, width, modulus = self._rows, self._mask, self._window_bits, self._modulus
        result = rows[0][exponent & mask]
        for row in rows[1:]:
            exponent >>= width
            # digit 0 multiplies by one: the number of multiplications does not depend on the exponent
            result = result * row[exponent & mask] % modulus
        return result
