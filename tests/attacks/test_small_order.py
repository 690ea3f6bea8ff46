"""Elements outside the group: a sign or a factor of another order breaks proofs or leaks bits of a secret.

p - 1 = 2 * q * r' with a large prime r'. Numbers of order 2q (an element times -1) satisfy every proof whose challenges
are even, which a prover reaches by trying; used against a trustee they leak the parity of its share. Numbers of order
r' satisfy nothing. Missing membership tests were found in Belenios in 2025 and 2026 (ballots, keys), and in others
before. Here every published number is tested: V2.A, V6.A, V7.A, V10.A, D.B, D.D.
"""

import pytest

from tests.attacks.caught import assert_fails, assert_refused
from tests.forge import ceremony
from tests.forge.ballots import Craft, rehash
from tests.forge.ceremony import KeyCraft
from tests.forge.forger import Forger, Lies, forge
from tests.forge.judges import verify_forgery
from tests.forge.log import Value
from tests.forge.numbers import FOREIGN, G, P, Q, element_hex, number, power
from tests.forge.plans import BASE

SECRETS = ceremony.honest_secrets()
# Cast by Eva and superseded: no sum holds it.
STEP = "Eva at first"


def other_component(part: str, change: int | None) -> Lies:
    """Return the lie that multiplies a component of the superseded ballot, or replaces it by 0 where that is None."""

    def lie(forger: Forger, value: Value) -> Value:
        selection = value["contests"][0]["selections"][0]
        selection[part] = element_hex(number(selection[part]) * change % P if change is not None else 0)
        return rehash(forger.keys, value)

    return Lies(say={STEP: lie})


def test_what_the_numbers_are() -> None:
    """-1 has order 2, and the foreign factor a prime order that divides (p-1)/(2q); neither is an element."""
    assert power(P - 1, 2) == 1 != power(P - 1, Q)
    assert pow(FOREIGN, (P - 1) // (2 * Q), P) == 1 != power(FOREIGN, Q)


def test_a_negated_ciphertext_with_proofs_that_hold_is_caught() -> None:
    """Every challenge is even, so all proofs hold; only the order of alpha betrays it."""
    forgery = forge(BASE, Lies(ballots={STEP: Craft(negated=frozenset({(1, 1)}))}))

    assert_fails(forgery, "V6.A V7.A")
    assert_refused(forgery, STEP, "ballot.not_in_group")


@pytest.mark.parametrize("part", ["alpha", "beta"])
def test_a_component_of_large_order_is_caught(part: str) -> None:
    """A component of another order fails membership and, because no challenge undoes it, the proofs."""
    forgery = forge(BASE, other_component(part, FOREIGN))

    assert_fails(forgery, "V6.A V6.D V7.A V7.D")
    assert_refused(forgery, STEP, "ballot.not_in_group")


@pytest.mark.parametrize("part", ["alpha", "beta"])
def test_a_component_of_zero_is_caught(part: str) -> None:
    """0 would swallow the whole sum; as it makes every commitment 0 too, those repeat."""
    forgery = forge(BASE, other_component(part, None))

    assert_fails(forgery, "V6.A V6.D V7.A V7.D E.H")
    assert_refused(forgery, STEP, "encoding.out_of_range")


def test_a_negated_joint_key_is_caught() -> None:
    """A trustee who publishes -K_{i,0} makes K a number of order 2q: every ballot would tell a bit of its nonce."""
    craft = KeyCraft(commitments={("vote", 0): P - power(G, SECRETS[1].vote[0])}, even=True)
    forgery = forge(BASE, Lies(keys={2: craft}))

    assert "V2.A" in verify_forgery(forgery).failed
    assert_refused(forgery, "keys 2", "verification.not_in_subgroup")


def test_a_foreign_communication_key_is_caught() -> None:
    """A communication key of large order fails membership and the proof of possession."""
    forgery = forge(BASE, Lies(keys={2: KeyCraft(kappa=power(G, SECRETS[1].zeta) * FOREIGN % P)}))

    assert_fails(forgery, "V2.A V2.C")
    assert_refused(forgery, "keys 2", "verification.not_in_subgroup")


def test_a_negated_share_envelope_is_caught() -> None:
    """A receiver who decrypts with C0 of order 2q would answer differently for even and odd secrets."""

    def negated(_forger: Forger, value: Value) -> Value:
        value["shares"][0]["c0"] = element_hex(P - number(value["shares"][0]["c0"]))
        return value

    forgery = forge(BASE, Lies(say={"shares 2": negated}))

    assert_fails(forgery, "D.B")
    assert_refused(forgery, "shares 2", "verification.not_in_subgroup")


def test_a_negated_test_ciphertext_is_caught() -> None:
    """An authority who lets trustees decrypt -A would learn the parity of every share from what they publish."""

    def negated(_forger: Forger, value: Value) -> Value:
        return {**value, "alpha": element_hex(P - number(value["alpha"]))}

    forgery = forge(BASE, Lies(say={"rehearsal": negated}))

    assert "D.E" in verify_forgery(forgery).failed
    assert_refused(forgery, "rehearsal", "verification.not_in_subgroup")


def test_a_negated_sum_is_caught() -> None:
    """The same with the tally: the trustees would be asked to decrypt a number outside the group."""

    def negated(_forger: Forger, value: Value) -> Value:
        sums = value["contests"][0]["units"][0]["ciphertexts"][0]
        sums["alpha"] = element_hex(P - number(sums["alpha"]))
        return value

    forgery = forge(BASE, Lies(say={"tally": negated}))

    assert "V9.A" in verify_forgery(forgery).failed
    assert_refused(forgery, "tally", "verification.not_in_subgroup")
