"""A rogue key: a trustee publishes the quotient of a key it knows and the others' keys, so that it alone knows the sum.

Without a proof of possession K_3 = g^s / (K_1 * K_2) makes the joint key g^s, and one trustee decrypts every ballot.
The proof needs the logarithm of K_3, which nobody knows (V2.C); a proof copied from elsewhere names another trustee, or
other keys.
"""

from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.ceremony import keys_value
from tests.forge.forger import Forger, Lies, forge
from tests.forge.log import Value
from tests.forge.numbers import G, P, draw, element_hex, number, power, seeded
from tests.forge.plans import SMALL

OWN = draw(seeded("rogue"))


def rogue(forger: Forger, value: Value) -> Value:
    """Publish the quotient, beside the proof for the honest key that was to stand there."""
    others = power(G, forger.secrets[0].vote[0]) * power(G, forger.secrets[1].vote[0]) % P
    value["vote"]["commitments"][0] = element_hex(power(G, OWN) * pow(others, -1, P) % P)
    return value


def test_a_quotient_of_keys_is_caught() -> None:
    """The joint key is g^s with s known to trustee 3 alone; the proof of possession does not hold."""
    forgery = forge(SMALL, Lies(say={"keys 3": rogue}))
    assert number(forgery.value("joint keys")["vote_key"]) == power(G, OWN)

    # Trustees whose shares no longer fit the joint key can't decrypt either: V10.B and D.D fail beside V2.C.
    ceremony = forgery.cut(after="joint keys")
    assert_fails(ceremony, "V2.C L.J")
    assert_refused(forgery, "keys 3", "ceremony.key_proof")


def test_a_copied_key_is_caught() -> None:
    """Trustee 3 repeats the keys of trustee 2, proofs included: the challenge names the trustee."""

    def copied(forger: Forger, value: Value) -> Value:
        return {**keys_value(forger.h_p, 2, forger.secrets[1]), "trustee": value["trustee"]}

    forgery = forge(SMALL, Lies(say={"keys 3": copied})).cut(after="joint keys")

    assert_fails(forgery, "V2.C L.J")
    assert_refused(forgery, "keys 3", "ceremony.key_proof")
