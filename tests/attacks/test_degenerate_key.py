"""All trustees together make the joint key 1: every ballot then encrypts nothing, and any result can be stated.

With K = 1 every T is 1 = K^t for every t. Each trustee can prove possession of a key that is honest by itself, so no
check of a single trustee sees it. Joint keys must not be 1 (V3.A, V3.B). Besides, such a key shows as soon as two
selections are encrypted, because beta is 1 in all of them (E.G) and so are the commitments (E.H).
"""

from dataclasses import replace

from tests.attacks.caught import assert_refused
from tests.forge import ceremony
from tests.forge.forger import Forger, Lies, forge
from tests.forge.judges import verify_forgery
from tests.forge.lies import recount
from tests.forge.log import Value
from tests.forge.numbers import Q
from tests.forge.plans import SMALL

SECRETS = ceremony.honest_secrets()
INVERSE = replace(SECRETS[2], vote=(-(SECRETS[0].vote[0] + SECRETS[1].vote[0]) % Q, SECRETS[2].vote[1]))


def any_result(forger: Forger, value: Value) -> Value:
    """State three votes for what lost."""
    yes, no = value["contests"][0]["units"][0]["options"]
    yes["votes"], no["votes"] = 0, 3
    return recount(forger, value, 1)


def test_a_joint_key_of_one_is_caught() -> None:
    """Every decryption proof holds for the invented result; the repeated 1 does not go unnoticed."""
    forgery = forge(SMALL, Lies(secrets=(SECRETS[0], SECRETS[1], INVERSE), say={"result": any_result}))
    assert int(forgery.value("joint keys")["vote_key"], 16) == 1

    verdict = verify_forgery(forgery)
    assert not verdict.verified
    assert {"V3.A", "E.G", "E.H"} <= verdict.failed, str(verdict)
    assert "V10.C" not in verdict.failed
    assert_refused(forgery, "confirmation 1", "ceremony.degenerate_key")
