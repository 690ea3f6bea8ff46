"""Partial decryptions and what they combine to, at the level of numbers."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from gmpy2 import invert

from evote.core.hashing import Tag
from tests.forge.numbers import G, P, Q, b, draw, element_hex, hash_q, lagrange, power, scalar_hex, seeded

Value = dict[str, Any]
Place = tuple[int, int, int]  # contest, option, unit; zeros for the rehearsal
MOST_VOTES = 400


def decryption_challenge(
    h_e: bytes, place: Place, trustee: int, share_key: int, pair: tuple[int, int], rest: Sequence[int]
) -> int:
    """Return c of a partial decryption; `rest` are M_i, a and b."""
    numbers = (b(x) for x in (share_key, *pair, *rest))
    return hash_q(h_e, Tag.PARTIAL_DECRYPTION, *(b(x, 4) for x in (*place, trustee)), *numbers)


@cache
def partial_value(
    h_e: bytes, place: Place, trustee: int, share: int, share_key: int, pair: tuple[int, int], *, sign: int = 1
) -> Value:
    """Return M_i = A^{z_i} with its proof; with sign -1 the number published is -M_i and the challenge even."""
    random = seeded(f"partial {place} {trustee}")
    m = power(pair[0], share) if sign == 1 else P - power(pair[0], share)
    while True:
        u = draw(random)
        a, commitment = power(G, u), power(pair[0], u)
        c = decryption_challenge(h_e, place, trustee, share_key, pair, (m, a, commitment))
        if sign == 1 or c % 2 == 0:
            break
    # v = u - c * z_i
    return {"partial": element_hex(m), "challenge": scalar_hex(c), "response": scalar_hex((u - c * share) % Q)}


@cache
def share_key(commitments: tuple[tuple[int, ...], ...], trustee: int) -> int:
    """Return Z_i as anybody computes it from the published commitments."""
    result = 1
    for row in commitments:
        for m, commitment in enumerate(row):
            # Z_i = prod_j prod_m K_{j,m}^(i^m)
            result = result * power(commitment, trustee**m) % P
    return result


def combined(beta: int, partials: Mapping[int, int]) -> int:
    """Return T = B / prod M_i^{w_i}."""
    product = 1
    for trustee, m in partials.items():
        product = product * power(m, lagrange(trustee, tuple(partials))) % P
    return int(beta * invert(product, P) % P)


@cache
def _powers(vote_key: int) -> dict[int, int]:
    result: dict[int, int] = {}
    value = 1
    for votes in range(MOST_VOTES):
        result.setdefault(value, votes)
        value = value * vote_key % P
    return result


def votes_behind(vote_key: int, t_element: int) -> int:
    """Return t with T = K^t, or 0 where it is not found among small numbers."""
    return _powers(vote_key).get(t_element, 0)
