"""The real group, handled as an attacker handles it: with bare numbers that nobody has tested."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256

from gmpy2 import mpz, powmod

from evote.core.elgamal import ElGamalKey
from evote.core.group import Element, Group
from evote.core.hashing import Encoded, Tag, hash_bytes
from evote.core.parameters import STANDARD
from evote.core.random_source import RandomBytes

GROUP = Group(STANDARD)
P, Q, G = STANDARD.p, STANDARD.q, STANDARD.g
# An element of order (p-1)/(2q), a large prime: 3 raised to 2q. It is a square, so only its order betrays it.
FOREIGN = int(powmod(3, 2 * Q, P))


def wrap(value: int | str) -> Element:
    """Return any number (or its hexadecimal digits) as an element without testing it."""
    return GROUP.computed_element(mpz(value, 16) if isinstance(value, str) else mpz(value))


def number(text: str) -> int:
    """Return the number behind hexadecimal digits."""
    return int(text, 16)


def element_hex(value: int) -> str:
    """Return a number in the width of an element; it need not be one."""
    return f"{int(value):01024x}"


def scalar_hex(value: int) -> str:
    """Return a number in the width of a scalar; it need not be one."""
    return f"{int(value):064x}"


def power(base: int, exponent: int) -> int:
    """Return base^exponent mod p; the exponent is taken as it is where it is not negative."""
    return int(powmod(base, exponent if exponent >= 0 else exponent % Q, P))


def seeded(seed: str) -> RandomBytes:
    """Return a source whose bytes are SHA-256 of seed and a counter."""
    counter = 0

    def random(size: int) -> bytes:
        nonlocal counter
        data = b""
        while len(data) < size:
            data += sha256(f"{seed}/{counter}".encode()).digest()
            counter += 1
        return data[:size]

    return random


def draw(random: RandomBytes) -> int:
    """Return a number below q."""
    return int.from_bytes(random(32), "big") % Q


def hash_q(base: bytes, tag: Tag, *parts: bytes) -> int:
    """Return H_q(base; tag, parts) for parts that are encoded already."""
    return int.from_bytes(hash_bytes(base, tag, *map(Encoded, parts)), "big") % Q


def b(value: int, size: int = 512) -> bytes:
    """Return b(value, size), an element by default."""
    return int(value).to_bytes(size, "big")


@cache
def tables(vote_key: int) -> ElGamalKey:
    """Return a joint key with its tables."""
    element = wrap(vote_key)
    return ElGamalKey.precompute(element) if vote_key != 1 else _degenerate(element)


def _degenerate(one: Element) -> ElGamalKey:
    honest = ElGamalKey.precompute(wrap(G))
    table = type(honest.k_table)(GROUP, one)
    return ElGamalKey(group=GROUP, public_key=one, g_table=honest.g_table, k_table=table)


def lagrange(index: int, used: Sequence[int]) -> int:
    """Return w_i of section 10 for any list of different trustees."""
    weight = 1
    for other in used:
        if other != index:
            weight = weight * other * pow(other - index, -1, Q) % Q
    return weight
