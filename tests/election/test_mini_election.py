"""A whole election in memory: ceremony, weighted ballots, sum, and decryption by every quorum."""

import itertools

import pytest

from evote.core.decryption_proof import combine
from evote.core.discrete_log import DiscreteLog
from evote.core.elgamal import Ciphertext, weighted_product
from evote.election import ballot_check
from evote.election.ballot_check import verify_ballot
from evote.election.context import ElectionKeyContext
from tests.election.samples import YES_NO, Ceremony, prepare, signing_key

# Voter, marks, weight; Dan marks too much and counts as blank.
VOTES = (("Ada", (1, 0), 1), ("Bob", (0, 1), 3), ("Cem", (1, 0), 5), ("Dan", (1, 1), 7), ("Eun", (0, 0), 2))


@pytest.fixture(scope="module")
def sums(keyed: ElectionKeyContext) -> tuple[Ciphertext, ...]:
    """Return the encrypted weighted sums of both options over all verified ballots."""
    ballots = []
    for voter, marks, weight in VOTES:
        prepared = prepare(keyed, voter, {YES_NO: marks})
        facts = verify_ballot(keyed, prepared.ballot, signing_key(voter).public_key)
        ballots.append((ballot_check.tested_ciphertexts(keyed.group, facts)[0], weight))
    return tuple(weighted_product((contest[j], weight) for contest, weight in ballots) for j in range(2))


@pytest.mark.parametrize("chosen", [*itertools.combinations((1, 2, 3), 2), (1, 2, 3)])
def test_every_quorum_finds_the_same_sums(
    honest: Ceremony, sums: tuple[Ciphertext, ...], chosen: tuple[int, ...]
) -> None:
    """Weights 1 + 5 for the first option, 3 for the second; blank and overvoted ballots add nothing."""
    group = honest.context.group
    logarithm = DiscreteLog(group, honest.keys.vote_key, 18)
    votes = []
    for ciphertext in sums:
        partials = {i: group.power(ciphertext.alpha, honest.key_shares[i - 1].share) for i in chosen}
        votes.append(logarithm.solve(combine(group, ciphertext, partials)))

    assert votes == [6, 3]
