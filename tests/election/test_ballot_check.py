"""Ballots: an honest one passes, and for every check there is a ballot that fails exactly there."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from evote.core.elgamal import encrypt
from evote.core.range_proof import prove_limit, prove_selection
from evote.election import ballot_check
from evote.election.ballot import PreparedBallot, ballot_id
from evote.election.ballot_check import BallotFacts, verify_ballot
from evote.election.context import ElectionKeyContext
from evote.election.records import Ballot, EncryptedContest, EncryptedSelection
from evote.errors import VerificationError
from tests.core.randomness import seeded
from tests.election.samples import (
    SCORE,
    YES_NO,
    change_contest,
    change_selection,
    increased,
    prepare,
    rehashed,
    signing_key,
)

ADA = signing_key("Ada").public_key
BOB = signing_key("Bob").public_key


def failure(context: ElectionKeyContext, ballot: Ballot, author: bytes = ADA) -> str:
    """Return the error code of a ballot that must fail."""
    with pytest.raises(VerificationError) as caught:
        verify_ballot(context, ballot, author)
    return caught.value.code


@pytest.fixture(scope="module")
def facts(keyed: ElectionKeyContext, prepared_both: PreparedBallot) -> BallotFacts:
    """Return the facts of Bob's ballot, with commitments."""
    return verify_ballot(keyed, prepared_both.ballot, BOB, keep_commitments=True)


def test_an_honest_ballot_passes(keyed: ElectionKeyContext, prepared: PreparedBallot) -> None:
    """A ballot of one contest verifies for its author and keeps no commitments unasked."""
    assert verify_ballot(keyed, prepared.ballot, ADA).commitments == b""


def test_facts_hold_the_ciphertexts(
    keyed: ElectionKeyContext, prepared_both: PreparedBallot, facts: BallotFacts
) -> None:
    """Facts are plain numbers, equal to the ballot's, and give elements again."""
    ballot = prepared_both.ballot
    published = [
        [(int(selection.alpha.value), int(selection.beta.value)) for selection in contest.selections]
        for contest in ballot.contests
    ]

    assert [list(contest.ciphertexts) for contest in facts.contests] == published
    assert all(type(part) is int for contest in facts.contests for pair in contest.ciphertexts for part in pair)
    elements = ballot_check.tested_ciphertexts(keyed.group, facts)
    assert [[(int(each.alpha.value), int(each.beta.value)) for each in contest] for contest in elements] == published
    assert (facts.id, facts.style, facts.confirmation_code) == (ballot.id, 1, ballot.confirmation_code)


def test_facts_cross_processes(facts: BallotFacts) -> None:
    """Pickled facts come back equal, and small: little more than ciphertexts, digests and commitments themselves."""
    data = pickle.dumps(facts)

    assert pickle.loads(data) == facts
    assert len(data) < len(facts.commitments) + 8 * 512 + 35 * (8 + len(facts.commitment_digests)) + 1500


def test_recomputed_commitments_are_the_provers(prepared_both: PreparedBallot, facts: BallotFacts) -> None:
    """Prover and verifier have the same side file, in proof order: contest by contest, selections, then limit."""
    # (R+1) pairs for each of two options and (L+1) for the limit, R = L = 1 and then R = 2, L = 3
    count = 2 * (2 * 2 + 2) + 2 * (2 * 3 + 4)
    elements = [facts.commitments[i : i + 512] for i in range(0, len(facts.commitments), 512)]

    assert facts.commitments == prepared_both.commitments
    assert len(elements) == count
    assert facts.commitment_digests == tuple(sha256(element).digest() for element in elements)


def test_component_digests_are_those_of_the_published_bytes(prepared_both: PreparedBallot, facts: BallotFacts) -> None:
    """The state recognises a repeated alpha or beta by the digest of its 512 bytes."""
    assert facts.component_digests == tuple(
        sha256(part.to_bytes()).digest()
        for contest in prepared_both.ballot.contests
        for selection in contest.selections
        for part in (selection.alpha, selection.beta)
    )


def one_branch_more(selection: EncryptedSelection) -> EncryptedSelection:
    """Prove a longer range than the manifest allows."""
    proof = selection.proof
    longer = replace(proof, challenges=proof.challenges * 2, responses=proof.responses * 2)
    return replace(selection, proof=longer)


def one_response_less(contest: EncryptedContest) -> EncryptedContest:
    """Drop a response of the limit proof."""
    return replace(contest, limit_proof=replace(contest.limit_proof, responses=contest.limit_proof.responses[1:]))


STRUCTURE: list[tuple[str, Callable[[Ballot], Ballot]]] = [
    ("ballot.style", lambda b: replace(b, style=3)),
    ("ballot.style", lambda b: replace(b, style=0)),
    ("ballot.contests", lambda b: replace(b, style=1)),
    ("ballot.contests", lambda b: replace(b, contests=())),
    ("ballot.contests", lambda b: replace(b, contests=b.contests * 2)),
    ("ballot.contests", lambda b: change_contest(b, lambda c: replace(c, contest=SCORE))),
    ("ballot.options", lambda b: change_contest(b, lambda c: replace(c, selections=c.selections[:1]))),
    ("ballot.options", lambda b: change_contest(b, lambda c: replace(c, selections=c.selections * 2))),
    ("ballot.proof_structure", lambda b: change_selection(b, one_branch_more)),
    ("ballot.proof_structure", lambda b: change_contest(b, one_response_less)),
]


@pytest.mark.parametrize(("code", "change"), STRUCTURE)
def test_another_structure_fails(
    keyed: ElectionKeyContext, prepared: PreparedBallot, code: str, change: Callable[[Ballot], Ballot]
) -> None:
    """Contests, options and proof branches are exactly those of the manifest (S.C)."""
    assert failure(keyed, change(prepared.ballot)) == code


def test_a_wrong_identifier_hash_fails(keyed: ElectionKeyContext, prepared: PreparedBallot) -> None:
    """H_I is recomputed (V5.B)."""
    assert failure(keyed, replace(prepared.ballot, identifier_hash=bytes(32))) == "ballot.identifier_hash"


def test_a_copied_ballot_fails_under_another_credential(keyed: ElectionKeyContext, prepared: PreparedBallot) -> None:
    """Casting somebody else's ballot fails E.F; with an id of the thief's own its hashes and proofs no longer fit."""
    assert failure(keyed, prepared.ballot, BOB) == "ballot.identifier"

    own = replace(prepared.ballot, id=ballot_id(BOB, prepared.ballot.salt))
    assert failure(keyed, own, BOB) == "ballot.identifier_hash"


def test_a_wrong_salt_fails(keyed: ElectionKeyContext, prepared: PreparedBallot) -> None:
    """id_B is the hash of author and the published salt (E.F)."""
    assert failure(keyed, replace(prepared.ballot, salt=bytes(32))) == "ballot.identifier"


def test_a_wrong_contest_hash_fails(keyed: ElectionKeyContext, prepared: PreparedBallot) -> None:
    """chi is recomputed (V8.A)."""
    ballot = change_contest(prepared.ballot, lambda c: replace(c, contest_hash=bytes(32)))

    assert failure(keyed, ballot) == "ballot.contest_hash"


def test_a_wrong_confirmation_code_fails(keyed: ElectionKeyContext, prepared: PreparedBallot) -> None:
    """H_C is recomputed (V8.B)."""
    assert failure(keyed, replace(prepared.ballot, confirmation_code=bytes(32))) == "ballot.confirmation_code"


@pytest.mark.parametrize("part", ["alpha", "beta"])
def test_a_value_outside_the_group_fails(keyed: ElectionKeyContext, prepared: PreparedBallot, part: str) -> None:
    """p - x instead of x has the wrong order; hashes fit, membership does not (V6.A)."""
    group = keyed.group

    def negate(selection: EncryptedSelection) -> EncryptedSelection:
        value = group.p - getattr(selection, part).value
        changed: dict[str, Any] = {part: group.decode_untested(int(value).to_bytes(512, "big"))}
        return replace(selection, **changed)

    ballot = rehashed(keyed, change_selection(prepared.ballot, negate))
    assert failure(keyed, ballot) == "ballot.not_in_group"


@pytest.mark.parametrize("position", [0, 1], ids=["first option", "second option"])
@pytest.mark.parametrize("part", ["challenges", "responses"])
def test_a_wrong_selection_proof_fails(
    keyed: ElectionKeyContext, prepared: PreparedBallot, part: str, position: int
) -> None:
    """One challenge or response off by one breaks the sum of the challenges (V6.D)."""

    def spoil(selection: EncryptedSelection) -> EncryptedSelection:
        proof = selection.proof
        return replace(selection, proof=replace(proof, **{part: increased(getattr(proof, part))}))

    assert failure(keyed, change_selection(prepared.ballot, spoil, position)) == "ballot.selection_proof"


@pytest.mark.parametrize("part", ["challenges", "responses"])
def test_a_wrong_limit_proof_fails(keyed: ElectionKeyContext, prepared: PreparedBallot, part: str) -> None:
    """One challenge or response of the limit proof off by one (V7.D)."""

    def spoil(contest: EncryptedContest) -> EncryptedContest:
        proof = contest.limit_proof
        return replace(contest, limit_proof=replace(proof, **{part: increased(getattr(proof, part))}))

    assert failure(keyed, change_contest(prepared.ballot, spoil)) == "ballot.limit_proof"


def test_two_votes_where_one_is_allowed_fail(keyed: ElectionKeyContext, prepared: PreparedBallot) -> None:
    """Two selections of 1, each with an honest proof, have no limit proof for L = 1 (V7.D)."""
    random, h_i = seeded("two votes"), prepared.ballot.identifier_hash
    nonces = [keyed.group.random_scalar(random) for _ in range(2)]
    ciphertexts = [encrypt(keyed.key, 1, nonce) for nonce in nonces]
    proofs = [
        prove_selection(keyed.key, h_i, YES_NO, option, ciphertext, nonce, 1, 1, random)[0]
        for option, (ciphertext, nonce) in enumerate(zip(ciphertexts, nonces, strict=True), 1)
    ]
    limit_proof, _ = prove_limit(keyed.key, h_i, YES_NO, ciphertexts, nonces, (1, 1), 2, random)
    contest = EncryptedContest(
        contest=YES_NO,
        contest_hash=bytes(32),
        selections=tuple(
            EncryptedSelection(
                alpha=keyed.group.decode_untested(ciphertext.alpha.to_bytes()),
                beta=keyed.group.decode_untested(ciphertext.beta.to_bytes()),
                proof=proof,
            )
            for ciphertext, proof in zip(ciphertexts, proofs, strict=True)
        ),
        limit_proof=limit_proof,
    )
    longer = rehashed(keyed, change_contest(prepared.ballot, lambda _: contest))
    cut = replace(limit_proof, challenges=limit_proof.challenges[:2], responses=limit_proof.responses[:2])

    assert failure(keyed, longer) == "ballot.proof_structure"
    assert failure(keyed, change_contest(longer, lambda c: replace(c, limit_proof=cut))) == "ballot.limit_proof"


def test_exchanged_options_fail(keyed: ElectionKeyContext, prepared: PreparedBallot) -> None:
    """A selection with its proof at the place of another option fails: the proof names its option (V6.D)."""
    ballot = change_contest(prepared.ballot, lambda c: replace(c, selections=c.selections[::-1]))

    assert failure(keyed, rehashed(keyed, ballot)) == "ballot.selection_proof"


def test_a_component_that_stands_twice_fails(keyed: ElectionKeyContext, prepared: PreparedBallot) -> None:
    """The same alpha in both options is refused before any proof is looked at (E.G)."""
    first = prepared.ballot.contests[0].selections[0]
    ballot = change_selection(prepared.ballot, lambda s: replace(s, alpha=first.alpha), 1)

    assert failure(keyed, rehashed(keyed, ballot)) == "ballot.repeated_component"


def test_commitments_that_stand_twice_fail(keyed: ElectionKeyContext) -> None:
    """A device whose randomness repeats makes valid proofs with equal commitments, which betray the vote (E.H)."""
    prepared = prepare(keyed, "Ada", {YES_NO: (1, 0)}, random=lambda size: b"\1" * size)

    assert failure(keyed, prepared.ballot) == "ballot.repeated_commitment"


def test_every_ballot_is_encrypted_afresh(keyed: ElectionKeyContext) -> None:
    """Two ballots of one voter for the same option share no id, code, component or commitment."""
    facts = [
        verify_ballot(keyed, prepare(keyed, "Ada", {YES_NO: (1, 0)}, random=seeded(f"afresh {i}")).ballot, ADA)
        for i in range(2)
    ]

    assert facts[0].id != facts[1].id
    assert facts[0].confirmation_code != facts[1].confirmation_code
    for name in ("component_digests", "commitment_digests"):
        assert not set(getattr(facts[0], name)) & set(getattr(facts[1], name))


def test_a_prepared_ballot_does_not_print_secrets(prepared: PreparedBallot) -> None:
    """Neither values nor nonces show when the record is printed."""
    shown = repr(prepared)

    assert "nonces" not in shown
    assert "plain" not in shown
