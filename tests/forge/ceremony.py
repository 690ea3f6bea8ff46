"""The key ceremony of trustees who may lie: secrets as bare numbers, proofs over whatever is published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from evote.core.group import SecretScalar
from evote.core.hashed_elgamal import encrypt_share
from evote.core.hashing import Tag
from tests.forge.numbers import GROUP, G, Q, b, draw, element_hex, hash_q, power, scalar_hex, seeded, wrap

Value = dict[str, Any]
HALVES = ("vote", "data")


@dataclass(frozen=True)
class Secret:
    """A trustee's polynomials (constant term first) and communication secret."""

    vote: tuple[int, ...]
    data: tuple[int, ...]
    zeta: int

    def evaluate(self, half: str, point: int) -> int:
        """Return P(point) or P^(point)."""
        coefficients = self.vote if half == "vote" else self.data
        return int(sum(a * point**j for j, a in enumerate(coefficients)) % Q)


def make_secret(seed: str, k: int) -> Secret:
    """Return a trustee's secrets with k coefficients each."""
    random = seeded(seed)
    return Secret(tuple(draw(random) for _ in range(k)), tuple(draw(random) for _ in range(k)), draw(random))


@cache
def honest_secrets(n: int = 3, k: int = 2) -> tuple[Secret, ...]:
    """Return the secrets of n trustees; every election of the tests uses the same, for they cost time."""
    return tuple(make_secret(f"secret {i}", k) for i in range(1, n + 1))


@dataclass(frozen=True, kw_only=True)
class KeyCraft:
    """How to lie in `trustee.keys`: numbers published instead, proof nonces chosen, challenges made even."""

    kappa: int | None = None
    commitments: Mapping[tuple[str, int], int] = field(default_factory=dict)
    nonces: Mapping[tuple[str, int], int] = field(default_factory=dict)
    even: bool = False


def keys_value(h_p: bytes, trustee: int, secret: Secret, craft: KeyCraft | None = None) -> Value:
    """Return the payload of `trustee.keys` with proofs made as the craft says."""
    craft = craft or KeyCraft()
    kappa = craft.kappa or power(G, secret.zeta)
    return {
        "trustee": trustee,
        "communication_key": element_hex(kappa),
        **{half: _key_proof(h_p, trustee, half, secret, kappa, craft) for half in HALVES},
    }


def key_challenge(h_p: bytes, half: str, trustee: int, bases: Sequence[int], openings: Sequence[int]) -> int:
    """Return c_i of section 2.1; `bases` are the commitments followed by kappa."""
    numbers = (b(x) for x in (*bases, *openings))
    return hash_q(h_p, Tag.GUARDIAN_PROOF, f"pk_{half}".encode(), b(trustee, 4), *numbers)


def _key_proof(h_p: bytes, trustee: int, half: str, secret: Secret, kappa: int, craft: KeyCraft) -> Value:
    exponents = [*(secret.vote if half == "vote" else secret.data), secret.zeta]
    published = [craft.commitments.get((half, j), power(G, a)) for j, a in enumerate(exponents[:-1])]
    random = seeded(f"key proof {trustee} {half}")
    while True:
        u = [craft.nonces.get((half, j), draw(random)) for j in range(len(exponents))]
        # h_{i,j} = g^{u_{i,j}}
        c = key_challenge(h_p, half, trustee, [*published, kappa], [power(G, x) for x in u])
        if not craft.even or c % 2 == 0:
            break
    return {
        "commitments": [element_hex(x) for x in published],
        "challenge": scalar_hex(c),
        # v_{i,j} = u_{i,j} - c_i * a_{i,j}
        "responses": [scalar_hex((x - c * a) % Q) for x, a in zip(u, exponents, strict=True)],
    }


def shares_value(h_p: bytes, sender: int, secret: Secret, kappas: Mapping[int, int]) -> Value:
    """Return the payload of `trustee.shares`."""
    return {
        "trustee": sender,
        "shares": [_share(h_p, sender, receiver, kappa, secret) for receiver, kappa in kappas.items()],
    }


@cache
def _share(h_p: bytes, sender: int, receiver: int, kappa: int, secret: Secret) -> Value:
    share, data = (SecretScalar(secret.evaluate(half, receiver), Q) for half in HALVES)
    random = seeded(f"share {sender} {receiver}")
    made = encrypt_share(GROUP, h_p, sender, receiver, wrap(kappa), share, data, random)
    return {
        "to": receiver,
        "c0": made.c0.hex(),
        "c1": made.c1.hex(),
        "challenge": made.challenge.hex(),
        "response": made.response.hex(),
    }


def share_of(secrets: Sequence[Secret], trustee: int) -> int:
    """Return z_i."""
    # z_i = sum_j P_j(i)
    return sum(secret.evaluate("vote", trustee) for secret in secrets) % Q
