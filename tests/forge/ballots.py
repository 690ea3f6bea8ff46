"""Ballots, honest and crafted, at the level of numbers: whatever the equations allow, an attacker may do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any

from evote.core.base_hashes import confirmation_code, contest_hash, identifier_hash
from evote.core.elgamal import Ciphertext
from evote.core.group import Element
from evote.core.hashing import Encoded
from evote.core.range_proof import range_challenge
from evote.election.ballot import ballot_id
from tests.forge.numbers import GROUP, P, Q, b, draw, element_hex, scalar_hex, seeded, tables, wrap

Value = dict[str, Any]
Place = tuple[int, int]  # contest, option; option 0 is the limit proof


@dataclass(frozen=True, kw_only=True)
class BallotKeys:
    """What a ballot is made with."""

    h_e: bytes
    vote_key: int
    chaining_field: bytes


@dataclass(frozen=True, kw_only=True)
class ContestLine:
    """One contest of a ballot: index, values, and the limits R and L that the proofs are made for."""

    index: int
    values: tuple[int, ...]
    option_limit: int
    selection_limit: int


Challenge = Callable[[bytes, Sequence[Encoded], Element, Element, Sequence[Element]], int]


@dataclass(frozen=True, kw_only=True)
class Craft:
    """How to lie in a ballot, place by place.

    `nonces` are xi; `negated` places publish -alpha and get even challenges; `limits` replace the range that a proof
    is made for; `draws` fix u_j, `challenges` and `responses` fix c_j and v_j of a branch that is not the true one;
    `identifier` replaces id_B, `claimed` the values that the proofs are made for; `unreduced` places publish alpha + p,
    which takes an alpha small enough. `flipped` commitments (by place and number) are negated before they are hashed;
    at `invented` places commitments and responses are anything at all, only the hash is right.
    """

    salt: bytes | None = None
    identifier: bytes | None = None
    nonces: Mapping[Place, int] = field(default_factory=dict)
    negated: frozenset[Place] = frozenset()
    limits: Mapping[Place, int] = field(default_factory=dict)
    draws: Mapping[tuple[int, int, int], int] = field(default_factory=dict)
    challenges: Mapping[tuple[int, int, int], int] = field(default_factory=dict)
    responses: Mapping[tuple[int, int, int], int] = field(default_factory=dict)
    claimed: Mapping[Place, int] = field(default_factory=dict)
    unreduced: frozenset[Place] = frozenset()
    flipped: frozenset[tuple[int, int, int]] = frozenset()
    invented: frozenset[Place] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Made:
    """A ballot with its opening, and the commitments that its maker hashed, in the order of the side file."""

    ballot: Value
    openings: list[Value]
    commitments: bytes


HONEST = Craft()


@cache
def honest_ballot(
    keys: BallotKeys, style: int, lines: tuple[ContestLine, ...], author: bytes, number: int, seed: str
) -> Made:
    """Return an honest ballot; the same arguments give the same ballot, which nobody may change in place."""
    return make_ballot(keys, style, lines, author, number, seed)


def make_ballot(
    keys: BallotKeys,
    style: int,
    lines: Sequence[ContestLine],
    author: bytes,
    number: int,
    seed: str,
    craft: Craft = HONEST,
) -> Made:
    """Return a ballot whose proofs, hashes and code fit everything that the craft replaced."""
    random = seeded(f"ballot {seed}")
    salt = craft.salt or sha256(f"salt {seed}".encode()).digest()
    identifier = craft.identifier or ballot_id(author, salt)
    h_i = identifier_hash(keys.h_e, identifier)
    contests, openings = [], []
    commitments: list[bytes] = []
    for line in lines:
        contest, opening = _make_contest(keys, h_i, line, craft, seed, random, commitments)
        contests.append(contest)
        openings.append(opening)
    ballot = {
        "id": identifier.hex(),
        "salt": salt.hex(),
        "number": number,
        "identifier_hash": h_i.hex(),
        "style": style,
        "confirmation_code": "",
        "contests": contests,
    }
    return Made(ballot=rehash(keys, ballot), openings=openings, commitments=b"".join(commitments))


def rehash(keys: BallotKeys, ballot: Value) -> Value:
    """Return the ballot with contest hashes and code that fit its ciphertexts and its stated H_I."""
    h_i = bytes.fromhex(ballot["identifier_hash"])
    hashes, contests = [], []
    for contest in ballot["contests"]:
        pairs = [Ciphertext(alpha=wrap(s["alpha"]), beta=wrap(s["beta"])) for s in contest["selections"]]
        hashes.append(contest_hash(h_i, contest["contest"], pairs))
        contests.append({**contest, "contest_hash": hashes[-1].hex()})
    code = confirmation_code(h_i, hashes, keys.chaining_field)
    return {**ballot, "contests": contests, "confirmation_code": code.hex()}


def _make_contest(
    keys: BallotKeys,
    h_i: bytes,
    line: ContestLine,
    craft: Craft,
    seed: str,
    random: Callable[[int], bytes],
    commitments: list[bytes],
) -> tuple[Value, Value]:
    table = tables(keys.vote_key)
    c = line.index
    nonces = [craft.nonces.get((c, o), draw(seeded(f"nonce {seed} {c} {o}"))) for o in range(1, len(line.values) + 1)]
    selections, alphas, betas = [], [], []
    for option, (value, xi) in enumerate(zip(line.values, nonces, strict=True), 1):
        # (alpha, beta) = (g^xi, K^(sigma + xi))
        alpha = int(table.g_table.power(xi).value)
        beta = int(table.k_table.power(xi + value).value)
        if (c, option) in craft.negated:
            alpha = P - alpha
        place = (c, option)
        alpha += P if place in craft.unreduced else 0
        maximum = craft.limits.get(place, line.option_limit)
        proof, hashed = prove(keys, h_i, place, (alpha, beta), xi, value, maximum, craft, random)
        commitments.append(hashed)
        selections.append({"alpha": element_hex(alpha), "beta": element_hex(beta), **proof})
        alphas.append(alpha)
        betas.append(beta)
    bars = _product(alphas), _product(betas)
    maximum = craft.limits.get((c, 0), line.selection_limit)
    limit, hashed = prove(keys, h_i, (c, 0), bars, sum(nonces) % Q, sum(line.values), maximum, craft, random)
    commitments.append(hashed)
    contest = {"contest": c, "contest_hash": "", "selections": selections, "limit_proof": limit}
    opened = [{"value": v, "nonce": scalar_hex(xi)} for v, xi in zip(line.values, nonces, strict=True)]
    return contest, {"contest": c, "selections": opened}


def context_of(place: Place) -> list[Encoded]:
    """Return the indices in the challenge: contest and option, or the contest alone for a limit proof."""
    contest, option = place
    return [Encoded(b(contest, 4))] + ([Encoded(b(option, 4))] if option else [])


def prove(
    keys: BallotKeys,
    h_i: bytes,
    place: Place,
    pair: tuple[int, int],
    xi: int,
    value: int,
    maximum: int,
    craft: Craft,
    random: Callable[[int], bytes],
) -> tuple[Value, bytes]:
    """Return a range proof made with the nonce xi, and its commitments as they were hashed.

    It holds where `value` (or what the craft claims) is true.
    """
    table = tables(keys.vote_key)
    real = craft.claimed.get(place, value)
    even = any(contest == place[0] and place[1] in (0, option) for contest, option in craft.negated)
    while True:
        u, c = [], []
        for j in range(maximum + 1):
            c_j = craft.challenges.get((*place, j), draw(random))
            c.append(c_j - c_j % 2 if even else c_j)
            drawn = craft.draws.get((*place, j), draw(random))
            fixed = craft.responses.get((*place, j))
            # v_j = u_j - c_j * xi
            u.append(drawn if fixed is None else (fixed + c[j] * xi) % Q)
        elements = []
        for j in range(maximum + 1):
            # a_j = g^{u_j}, b_j = K^{u_j + (sigma - j) * c_j}
            elements += [table.g_table.power(u[j]), table.k_table.power(u[j] + (real - j) * c[j])]
        elements = [wrap(P - int(e.value)) if (*place, i) in craft.flipped else e for i, e in enumerate(elements)]
        total = range_challenge(GROUP, h_i, context_of(place), wrap(pair[0]), wrap(pair[1]), elements).value
        # c_sigma = c - sum of the others
        c[real] = (total - sum(c) + c[real]) % Q
        if not even or c[real] % 2 == 0:
            break
    v = [(u[j] - c[j] * xi) % Q if place not in craft.invented else draw(random) for j in range(maximum + 1)]
    proof = {"challenges": [scalar_hex(x) for x in c], "responses": [scalar_hex(x) for x in v]}
    return proof, b"".join(b(int(element.value)) for element in elements)


def _product(values: Sequence[int]) -> int:
    result = 1
    for value in values:
        result = result * value % P
    return result
