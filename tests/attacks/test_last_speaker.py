"""The last speaker chooses the joint key: keys published before all commitments.

Whoever sees the others' keys before publishing the own one may try keys until the product has a wanted property
(Gennaro, Jarecki, Krawczyk, Rabin, "Secure distributed key generation", 1999; fixed in Belenios in 2025). Here
everybody commits to the exact payload of their keys first (D.A), and all commitments precede the first keys (L.I).
"""

from tests.attacks.caught import assert_fails, assert_refused
from tests.forge import ceremony
from tests.forge.forger import Lies, forge
from tests.forge.lies import put
from tests.forge.numbers import G, P, number, power
from tests.forge.plans import SMALL

SECRETS = ceremony.honest_secrets()
WANTED = 4


def chosen_secret() -> ceremony.Secret:
    """Return a secret of trustee 3 for which the joint key of all three is a multiple of 4."""
    others = power(G, SECRETS[0].vote[0]) * power(G, SECRETS[1].vote[0]) % P
    for attempt in range(100):
        secret = ceremony.make_secret(f"attempt {attempt}", 2)
        if others * power(G, secret.vote[0]) % P % WANTED == 0:
            return secret
    raise AssertionError("no attempt of a hundred gave the wanted key")


def test_a_commitment_after_the_others_keys_is_caught() -> None:
    """Trustee 3 commits once the keys of 1 and 2 are in the log, and the joint key is as trustee 3 wants it."""
    told = forge(SMALL, Lies(secrets=(SECRETS[0], SECRETS[1], chosen_secret())))
    forgery = told.moved("commitment 3", before="keys 3")
    assert number(forgery.value("joint keys")["vote_key"]) % WANTED == 0

    assert_fails(forgery, "L.I")
    assert_refused(forgery, "keys 1", "admission.phase")


def test_other_keys_than_committed_to_are_caught() -> None:
    """Trustee 3 commits to something at first and publishes the chosen keys at the end."""
    lies = Lies(secrets=(SECRETS[0], SECRETS[1], chosen_secret()), say={"commitment 3": put("keys", "ab" * 32)})
    forgery = forge(SMALL, lies)

    assert_fails(forgery, "D.A")
    assert_refused(forgery, "keys 3", "ceremony.keys_not_committed")
