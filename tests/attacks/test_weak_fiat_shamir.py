"""Weak Fiat-Shamir: a proof whose challenge hashes its commitments alone proves nothing.

Bernhard, Pereira, Warinschi ("How not to prove yourself", 2012) forged ballots of Helios: with commitments and so the
challenge fixed first, the prover chooses the ciphertext afterwards, as the solution of the verification equations. It
then holds a number of 256 bits, which wrecks the tally or, in an exponent that can be found, adds votes without end.
The same slip in a proof of possession lets a trustee publish a key it does not know. Here the challenge covers
ciphertext, key (through H_E), ballot, contest and option: V6.D, V7.D, V2.C.
"""

from typing import NamedTuple

from evote.core.hashing import Tag
from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.ballots import BallotKeys, rehash
from tests.forge.forger import Forger, Lies, forge
from tests.forge.log import Value
from tests.forge.numbers import G, P, Q, b, draw, element_hex, hash_q, number, power, scalar_hex, seeded
from tests.forge.plans import BASE


class Forged(NamedTuple):
    """A ciphertext with a proof for 0..1 that a weak verifier believes, and the value that it truly holds."""

    alpha: int
    beta: int
    challenges: tuple[int, int]
    responses: tuple[int, int]
    value: int


def weak_challenge(h_i: bytes, commitments: list[int]) -> int:
    """Return the challenge that covers the commitments only."""
    return hash_q(h_i, Tag.RANGE_PROOF, *map(b, commitments))


def forge_proof(keys: BallotKeys, h_i: bytes, seed: str) -> Forged:
    """Return a ciphertext that fits a proof that was there before it."""
    random = seeded(seed)
    while True:
        # a_j = g^{A_j}, b_j = K^{B_j}
        exponents = [draw(random) for _ in range(4)]
        commitments = [power(base, e) for base, e in zip((G, keys.vote_key) * 2, exponents, strict=True)]
        c = weak_challenge(h_i, commitments)
        d_0, d_1 = exponents[0] - exponents[1], exponents[2] - exponents[3]
        # With alpha = g^x, beta = K^y: d_0/c_0 = x - y = d_1/c_1 - 1 and c_0 + c_1 = c, so
        # c_0^2 + c_0*(d_0 + d_1 - c) - d_0*c = 0; q = 3 mod 4, so square roots are powers.
        half = (c - d_0 - d_1) * pow(2, -1, Q) % Q
        square = (half * half + d_0 * c) % Q
        root = pow(square, (Q + 1) // 4, Q)
        if root * root % Q == square:
            break
    c_0 = (half + root) % Q
    c_1 = (c - c_0) % Q
    difference = d_0 * pow(c_0, -1, Q) % Q
    x = draw(random)
    y = (x - difference) % Q
    v_0, v_1 = (exponents[0] - c_0 * x) % Q, (exponents[2] - c_1 * x) % Q
    return Forged(power(G, x), power(keys.vote_key, y), (c_0, c_1), (v_0, v_1), (y - x) % Q)


def recomputed(keys: BallotKeys, forged: Forged) -> list[int]:
    """Return a_0, b_0, a_1, b_1 as every verifier recomputes them."""
    result = []
    for j, (c, v) in enumerate(zip(forged.challenges, forged.responses, strict=True)):
        # a_j = g^{v_j} * alpha^{c_j}, b_j = K^{v_j - j*c_j} * beta^{c_j}
        result.append(power(G, v) * power(forged.alpha, c) % P)
        result.append(power(keys.vote_key, (v - j * c) % Q) * power(forged.beta, c) % P)
    return result


def stuffed(forger: Forger, value: Value) -> Value:
    """Put a forged ciphertext into a ballot that is superseded later, so that nothing but its proof betrays it."""
    h_i = bytes.fromhex(value["identifier_hash"])
    forged = forge_proof(forger.keys, h_i, "weak")
    assert sum(forged.challenges) % Q == weak_challenge(h_i, recomputed(forger.keys, forged))
    assert forged.value > 2**128
    value["contests"][0]["selections"][0] = {
        "alpha": element_hex(forged.alpha),
        "beta": element_hex(forged.beta),
        "challenges": [scalar_hex(x) for x in forged.challenges],
        "responses": [scalar_hex(x) for x in forged.responses],
    }
    return rehash(forger.keys, value)


def test_a_forged_ballot_is_caught() -> None:
    """A proof that satisfies every equation and the weak challenge fails V6.D; the sum it enters fails V7.D."""
    forgery = forge(BASE, Lies(say={"Eva at first": stuffed}))

    assert_fails(forgery, "V6.D V7.D")
    assert_refused(forgery, "Eva at first", "ballot.selection_proof")


def weak_possession(forger: Forger, value: Value) -> Value:
    """Prove possession of the vote key with a challenge over the openings alone."""
    secret = forger.secrets[1]
    exponents = [*secret.vote, secret.zeta]
    random = seeded("weak possession")
    u = [draw(random) for _ in exponents]
    c = hash_q(forger.h_p, Tag.GUARDIAN_PROOF, *(b(power(G, x)) for x in u))
    value["vote"]["challenge"] = scalar_hex(c)
    value["vote"]["responses"] = [scalar_hex((x - c * a) % Q) for x, a in zip(u, exponents, strict=True)]
    openings = [
        power(G, number(v)) * power(number(base), c) % P
        for v, base in zip(
            value["vote"]["responses"], [*value["vote"]["commitments"], value["communication_key"]], strict=True
        )
    ]
    assert openings == [power(G, x) for x in u]
    return value


def test_a_weak_proof_of_possession_is_caught() -> None:
    """A proof whose equations hold and whose challenge leaves out the keys fails V2.C, even for keys truly known."""
    forgery = forge(BASE, Lies(say={"keys 2": weak_possession}))

    assert_fails(forgery, "V2.C")
    assert_refused(forgery, "keys 2", "ceremony.key_proof")
