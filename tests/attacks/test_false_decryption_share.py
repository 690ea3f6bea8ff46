"""A false decryption share with a proof that leaves the share out of its challenge.

A key holder who is not bound to the share by the hash chooses a, b and so the challenge first, and afterwards the share
that fits (the statement was not hashed in the decryption proofs of Scytl and Swiss Post of 2019 either): any k-1
colluding trustees and one liar decrypt to noise, or hide which of them lied. Here the challenge covers A, B, Z_i, M_i
and the place (V10.B), and every trustee is verified alone, so that a false share is named and stops nobody.
"""

from evote.core.hashing import Tag
from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.ceremony import share_of
from tests.forge.decrypting import share_key
from tests.forge.forger import Forger, Lies, forge
from tests.forge.log import Value
from tests.forge.numbers import G, P, Q, b, draw, element_hex, hash_q, number, power, scalar_hex, seeded
from tests.forge.plans import BASE

TRUSTEE = 3


def false_share(forger: Forger, value: Value) -> Value:
    """Publish a share that is not A^{z_i}, with a proof that a verifier without M_i in its hash believes."""
    unit = forger.said["tally"]["contests"][0]["units"][0]
    big_a, big_b = (number(unit["ciphertexts"][0][part]) for part in ("alpha", "beta"))
    z_i, big_z = share_of(forger.secrets, TRUSTEE), share_key(forger.commitments, TRUSTEE)
    random = seeded("false share")
    u, w = draw(random), draw(random)
    # a = g^u as it should be, b = A^w for any w
    a, commitment = power(G, u), power(big_a, w)
    c = hash_q(forger.keys.h_e, Tag.PARTIAL_DECRYPTION, *map(b, (big_z, big_a, big_b, a, commitment)))
    v = (u - c * z_i) % Q
    # b = A^v * M^c solved for M
    m = power(commitment * power(big_a, -v) % P, pow(c, -1, Q))
    assert power(G, v) * power(big_z, c) % P == a
    assert power(big_a, v) * power(m, c) % P == commitment
    assert m != power(big_a, z_i)
    partials = value["contests"][0]["units"][0]["partials"]
    partials[0] = {"partial": element_hex(m), "challenge": scalar_hex(c), "response": scalar_hex(v)}
    return value


def test_a_false_share_is_caught_and_named() -> None:
    """The equations hold, the challenge does not; the place names the trustee, and the result of the others stands."""
    forgery = forge(BASE, Lies(say={f"decryption {TRUSTEE}": false_share}))

    verdict = assert_fails(forgery, "V10.B")
    assert "trustee 3" in verdict.places["V10.B"][0]
    assert_refused(forgery, f"decryption {TRUSTEE}", "verification.partial_decryption")


def test_another_trustee_s_share_is_caught() -> None:
    """A trustee who repeats what another published has not proven anything about the own share."""
    copied = Lies(say={"decryption 3": lambda forger, _value: {**forger.said["decryption 1"], "trustee": 3}})
    forgery = forge(BASE, copied)

    assert_fails(forgery, "V10.B")
    assert_refused(forgery, "decryption 3", "verification.partial_decryption")


def test_a_proof_moved_to_another_option_is_caught() -> None:
    """Shares of two options exchanged: each proof names the option it was made for."""

    def exchanged(_forger: Forger, value: Value) -> Value:
        value["contests"][0]["units"][0]["partials"].reverse()
        return value

    forgery = forge(BASE, Lies(say={"decryption 3": exchanged}))

    assert_fails(forgery, "V10.B")
    assert_refused(forgery, "decryption 3", "verification.partial_decryption")
