"""A trustee who sends another a wrong key share, and one who cries wolf.

In Pedersen's key generation nobody but the receiver sees an encrypted share, so a wrong one surfaces at the tally, when
it is too late, unless the receiver complains; and without evidence nobody knows which of the two lies. Here the
complaint opens that one share to everybody with a proof (D.B). It ends the ceremony and the election (L.J), whoever is
guilty, and says who.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from evote.core.group import SecretScalar
from evote.core.hashed_elgamal import prove_complaint
from evote.core.polynomial import SecretPolynomial
from evote.election.ceremony_trustee import CeremonySecret, receive_share
from evote.election.kinds import Kind
from evote.errors import ProtocolError
from tests.attacks.caught import assert_fails, assert_refused
from tests.forge import ceremony
from tests.forge.forger import Forger, Lies, forge
from tests.forge.judges import first_refusal, state_before
from tests.forge.lies import next_scalar
from tests.forge.log import Forgery, Value, sign_line, spell
from tests.forge.numbers import GROUP, Q, number, seeded, wrap
from tests.forge.plans import BASE, person

SENDER, RECEIVER = 1, 2


def wrong_share(forger: Forger, value: Value) -> Value:
    """Send shares of another polynomial than the one committed to, encrypted and proven as they should be."""
    secret = forger.secrets[SENDER - 1]
    other = replace(secret, vote=(secret.vote[0] + 1, *secret.vote[1:]))
    kappas = {i: number(forger.said[f"keys {i}"]["communication_key"]) for i in (2, 3)}
    return ceremony.shares_value(forger.h_p, SENDER, other, kappas)


def complain(spoil: Callable[[str], str] = str) -> Callable[[Forger], None]:
    """Return the complaint of the receiver, with its response spoiled or not."""

    def more(forger: Forger) -> None:
        share = forger.said[f"shares {SENDER}"]["shares"][0]
        zeta = SecretScalar(forger.secrets[RECEIVER - 1].zeta, Q)
        evidence = prove_complaint(GROUP, forger.h_b, SENDER, RECEIVER, zeta, wrap(share["c0"]), seeded("complaint"))
        value = {
            "trustee": RECEIVER,
            "accused": SENDER,
            "beta": evidence.beta.hex(),
            "challenge": evidence.challenge.hex(),
            "response": spoil(evidence.response.hex()),
        }
        forger.trustee("complaint", RECEIVER, Kind.TRUSTEE_COMPLAINT, value)

    return more


def complained(lies: Lies) -> Forgery:
    """Return the log that ends with the complaint."""
    return forge(BASE, lies).cut(after=f"complaint {RECEIVER}")


@pytest.mark.parametrize(
    ("lies", "culprit"),
    [
        pytest.param(Lies(say={"shares 1": wrong_share}, after={"shares 3": complain()}), SENDER, id="wrong share"),
        pytest.param(Lies(after={"shares 3": complain()}), RECEIVER, id="right share"),
    ],
)
def test_a_proven_complaint_ends_the_election_and_names_the_liar(lies: Lies, culprit: int) -> None:
    """Anyone opens the disputed share and compares it with the commitments; there is no result (L.J)."""
    forgery = complained(lies)

    assert_fails(forgery, "L.J")
    assert first_refusal(forgery) is None
    line = sign_line("next", Kind.MANIFEST, person("authority"), forgery.scope, spell({}))
    assert state_before(forgery.added(line), "next").culprit == culprit


def test_an_election_that_goes_on_after_a_complaint_is_caught() -> None:
    """Whoever is guilty, these keys must not be used: nothing of the scope stands after a complaint."""
    forgery = forge(BASE, Lies(after={"shares 3": complain()}))

    assert_fails(forgery, "L.I L.J")
    assert_refused(forgery, "confirmation 1", "admission.ended")


def test_a_complaint_without_proof_is_caught() -> None:
    """Crying wolf does not stop an election: evidence that does not hold is not admissible, and fails D.B."""
    forgery = complained(Lies(after={"shares 3": complain(next_scalar)}))

    assert_fails(forgery, "D.B L.J")
    assert_refused(forgery, f"complaint {RECEIVER}", "ceremony.complaint_proof")


def test_the_receiver_sees_a_wrong_share() -> None:
    """Outsiders can't see it, so nothing else fails in the record; the receiver's own program refuses to confirm."""
    forgery = forge(BASE, Lies(say={"shares 1": wrong_share})).cut(after="shares 3")
    assert first_refusal(forgery) is None
    assert_fails(forgery, "L.J")

    secret, state = ceremony.honest_secrets()[RECEIVER - 1], state_before(forgery, "shares 3")
    own = CeremonySecret(
        polynomial=_polynomial(secret.vote),
        data_polynomial=_polynomial(secret.data),
        communication_secret=SecretScalar(secret.zeta, Q),
    )
    sender = state.trustees[SENDER - 1]
    assert sender.keys is not None
    assert sender.shares is not None
    with pytest.raises(ProtocolError) as caught:
        receive_share(state.known_context, RECEIVER, own, sender.keys, sender.shares.shares[0][1])
    assert (caught.value.code, caught.value.culprits) == ("ceremony.share_value", (str(SENDER),))


def _polynomial(coefficients: tuple[int, ...]) -> SecretPolynomial:
    return SecretPolynomial(coefficients=tuple(SecretScalar(a, Q) for a in coefficients))
