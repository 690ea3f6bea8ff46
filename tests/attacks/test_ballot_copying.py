"""Ballot copying: whoever can cast somebody else's ballot again learns, in a small district, what it says.

Helios 2.0 accepted a copy of a ballot, with its proofs, from another voter (Cortier, Smyth, "Attacking and fixing
Helios", 2011): three voters, one copies another, and the sum tells the vote. Copies may be verbatim, re-randomised, or
permuted so that equal ciphertexts no longer stand at equal places. Here every proof is bound to the author's key
through H_I (V6.D, V7.D), the identifier to author and salt (E.F), and no component or commitment may stand in the log
twice (E.G, E.H, V5.A).
"""

from evote.core.base_hashes import identifier_hash
from evote.election.ballot import ballot_id
from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.ballots import rehash
from tests.forge.forger import Forger, Lies, forge
from tests.forge.log import Value
from tests.forge.numbers import G, P, Q, element_hex, number, power, scalar_hex
from tests.forge.plans import BASE, person

SHIFT = 123456789


def verbatim(forger: Forger, _value: Value) -> Value:
    """Cast Ada's ballot as Ben's."""
    return forger.said["Ada"]


def under_own_name(forger: Forger, value: Value) -> Value:
    """Return Ada's ciphertexts and proofs under an identifier of Ben's, with every hash made to fit."""
    identifier = ballot_id(person("Ben").public_key, bytes.fromhex(value["salt"]))
    copied = {
        **value,
        "id": identifier.hex(),
        "identifier_hash": identifier_hash(forger.keys.h_e, identifier).hex(),
        "contests": forger.said["Ada"]["contests"],
    }
    return rehash(forger.keys, copied)


def rerandomised(forger: Forger, value: Value) -> Value:
    """Return Ada's ciphertexts times an encryption of nothing; responses follow, so that all commitments are Ada's."""
    own = under_own_name(forger, value)
    contests = []
    for contest in own["contests"]:
        selections = [_shifted(forger, selection, 1) for selection in contest["selections"]]
        limit = _responses(contest["limit_proof"], len(selections))
        contests.append({**contest, "selections": selections, "limit_proof": {**contest["limit_proof"], **limit}})
    return rehash(forger.keys, {**own, "contests": contests})


def permuted(forger: Forger, value: Value) -> Value:
    """Return Ada's ciphertexts with options exchanged: a vote against whatever Ada votes for."""
    own = under_own_name(forger, value)
    contests = [{**contest, "selections": contest["selections"][::-1]} for contest in own["contests"]]
    return rehash(forger.keys, {**own, "contests": contests})


def _shifted(forger: Forger, selection: Value, times: int) -> Value:
    # (alpha * g^s, beta * K^s), v_j' = v_j - c_j * s
    return {
        "alpha": element_hex(number(selection["alpha"]) * power(G, SHIFT) % P),
        "beta": element_hex(number(selection["beta"]) * power(forger.keys.vote_key, SHIFT) % P),
        "challenges": selection["challenges"],
        **_responses(selection, times),
    }


def _responses(proof: Value, times: int) -> Value:
    pairs = zip(proof["challenges"], proof["responses"], strict=True)
    return {"responses": [scalar_hex((number(v) - number(c) * SHIFT * times) % Q) for c, v in pairs]}


def test_a_verbatim_copy_is_caught() -> None:
    """Another author under the same identifier: V5.A and E.F; the same numbers again: E.G and E.H."""
    forgery = forge(BASE, Lies(say={"Ben": verbatim}))

    assert_fails(forgery, "V5.A E.F E.G E.H")
    assert_refused(forgery, "Ben", "ballot.identifier")


def test_a_copy_under_the_copier_s_own_identifier_is_caught() -> None:
    """Proofs made for Ada's H_I do not hold under Ben's, although every recomputed commitment is Ada's."""
    forgery = forge(BASE, Lies(say={"Ben": under_own_name}))

    assert_fails(forgery, "V6.D V7.D E.G E.H")
    assert_refused(forgery, "Ben", "ballot.selection_proof")


def test_a_rerandomised_copy_is_caught() -> None:
    """No ciphertext is repeated, but the proofs cover other ciphertexts, and their commitments are Ada's."""
    forgery = forge(BASE, Lies(say={"Ben": rerandomised}))

    assert_fails(forgery, "V6.D V7.D E.H")
    assert_refused(forgery, "Ben", "ballot.selection_proof")


def test_a_permuted_copy_is_caught() -> None:
    """Components stand in other places and are found nevertheless; proofs name their option."""
    forgery = forge(BASE, Lies(say={"Ben": permuted}))

    assert_fails(forgery, "V6.D V7.D E.G E.H")
    assert_refused(forgery, "Ben", "ballot.selection_proof")


def test_a_challenged_ballot_can_not_be_cast() -> None:
    """A ballot whose content is public through its opening is no secret vote: casting it is a repetition."""
    forgery = forge(BASE, Lies(say={"Cem": lambda forger, _value: forger.said["challenge Cem"]["ballot"]}))

    assert_fails(forgery, "V5.A E.G E.H")
    assert_refused(forgery, "Cem", "ballot.repeated_id")


def test_the_same_ballot_can_not_be_cast_twice() -> None:
    """A statement that the board repeats, to bring back an earlier vote of the same voter."""
    forgery = forge(BASE, Lies(say={"Eva": lambda forger, _value: forger.said["Eva at first"]}))

    assert_fails(forgery, "V5.A E.E E.G E.H")
    assert_refused(forgery, "Eva", "ballot.repeated_id")
