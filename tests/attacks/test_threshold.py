"""The threshold of decryption raised or lowered by the degree of a polynomial.

A trustee who commits to k + 1 coefficients raises the number of shares that decryption takes without anybody noticing
until then (Trail of Bits, 2024, in several threshold libraries): it can hold the result to ransom. The other way round,
trustees who agree on constant polynomials hold the whole secret each. Here the number of commitments is k for everybody
(S.D), and the result names at least k trustees (D.G).
"""

from dataclasses import replace

from tests.attacks.caught import assert_fails, assert_refused
from tests.forge import ceremony
from tests.forge.forger import Lies, forge
from tests.forge.judges import verify_forgery
from tests.forge.plans import SMALL

SECRETS = ceremony.honest_secrets()
RAISED = (SECRETS[0], ceremony.make_secret("raiser", 3), SECRETS[2])
LOWERED = tuple(replace(secret, vote=(secret.vote[0], 0)) for secret in SECRETS)


def test_a_raised_threshold_is_caught() -> None:
    """With all three trustees everything decrypts and every proof holds; only the count of coefficients is wrong."""
    forgery = forge(replace(SMALL, used=(1, 2, 3)), Lies(secrets=RAISED))

    assert_fails(forgery, "S.D")
    assert_refused(forgery, "keys 2", "ceremony.commitment_count")


def test_two_trustees_can_not_decrypt_a_raised_threshold() -> None:
    """What the attack is for: the quorum of the manifest no longer gives the result (V10.C)."""
    forgery = forge(SMALL, Lies(secrets=RAISED))

    assert {"S.D", "V10.C"} <= verify_forgery(forgery).failed


def test_a_lowered_threshold_shows_where_it_is_used() -> None:
    """One share decrypts everything; a result combined from it names too few trustees."""
    forgery = forge(replace(SMALL, used=(1,)), Lies(secrets=LOWERED))

    assert_fails(forgery, "D.G")
    assert_refused(forgery, "result", "result.too_few_trustees")
