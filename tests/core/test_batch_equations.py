"""What can be said about a proof from its recorded commitments alone, before any power."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from evote.core.batch import equations as equations_module
from evote.core.batch.equations import (
    ContestEquations,
    ProofEquations,
    commitment_count,
    examine_contest,
    examine_proof,
)
from evote.core.batch.search import RangeClaim
from evote.core.batch.verifier import BatchVerifier
from evote.core.elgamal import ElGamalKey, encrypt, multiply
from evote.core.group import Group, Scalar
from evote.core.hashing import encode_index
from evote.core.range_proof import RangeProof, prove_limit, prove_selection, verify_limit
from evote.errors import EncodingError, VerificationError
from tests.core.batch_support import H_I, forge_proof, make_claim, to_bytes
from tests.core.randomness import seeded
from tests.core.toy_groups import TOY_64, TOY_256

TOY = Group(TOY_256)
KEY = ElGamalKey.precompute(TOY.generator**424242, 6)
SIZE = TOY.element_size
CLAIM = make_claim(KEY, "claim")
OTHER = make_claim(KEY, "other")
RECORDED = CLAIM.commitments


def examine(claim: RangeClaim) -> ProofEquations:
    """Examine a claim of the test group."""
    return examine_proof(
        TOY, claim.h_i, claim.context, claim.alpha, claim.beta, claim.proof, claim.maximum, claim.commitments
    )


def test_examining_returns_the_numbers_as_recorded() -> None:
    """Challenges, responses and pairs (a_j, b_j) come back as they stand in the record."""
    equations = examine(CLAIM)

    assert equations.challenges == tuple(c.value for c in CLAIM.proof.challenges)
    assert equations.responses == tuple(v.value for v in CLAIM.proof.responses)
    assert b"".join(to_bytes(TOY, part) for pair in equations.commitments for part in pair) == RECORDED


WRONG: dict[str, tuple[RangeClaim, str]] = {
    "a_0 and b_0 swapped": (
        replace(CLAIM, commitments=RECORDED[SIZE : 2 * SIZE] + RECORDED[:SIZE] + RECORDED[2 * SIZE :]),
        "verification.range_proof",
    ),
    "branches swapped": (
        replace(CLAIM, commitments=RECORDED[2 * SIZE :] + RECORDED[: 2 * SIZE]),
        "verification.range_proof",
    ),
    "shifted by one": (replace(CLAIM, commitments=RECORDED[SIZE:] + RECORDED[:SIZE]), "verification.range_proof"),
    "of another proof": (replace(CLAIM, commitments=OTHER.commitments), "verification.range_proof"),
    "none": (replace(CLAIM, commitments=b""), "verification.commitments"),
    "one too few": (replace(CLAIM, commitments=RECORDED[:-SIZE]), "verification.commitments"),
    "one too many": (replace(CLAIM, commitments=RECORDED + RECORDED[:SIZE]), "verification.commitments"),
    "a byte too few": (replace(CLAIM, commitments=RECORDED[:-1]), "verification.commitments"),
    "a byte too many": (replace(CLAIM, commitments=RECORDED + b"\x01"), "verification.commitments"),
    "wrong sum of challenges": (
        replace(
            CLAIM,
            proof=replace(
                CLAIM.proof, challenges=(CLAIM.proof.challenges[0] + TOY.scalar(1), CLAIM.proof.challenges[1])
            ),
        ),
        "verification.range_proof",
    ),
    "other ballot": (replace(CLAIM, h_i=b"\x08" * 32), "verification.range_proof"),
    "other place": (replace(CLAIM, context=(encode_index(2), encode_index(1))), "verification.range_proof"),
    "other alpha": (replace(CLAIM, alpha=OTHER.alpha), "verification.range_proof"),
    "other beta": (replace(CLAIM, beta=OTHER.beta), "verification.range_proof"),
    "larger range": (replace(CLAIM, maximum=2), "verification.proof_structure"),
    "no branch": (
        replace(CLAIM, proof=RangeProof(challenges=(), responses=()), commitments=b""),
        "verification.proof_structure",
    ),
    "scalar of another group": (
        replace(CLAIM, proof=replace(CLAIM.proof, responses=(CLAIM.proof.responses[0], Scalar(1, 127)))),
        "verification.proof_structure",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_needs_no_power_is_checked_at_once(name: str) -> None:
    """Structure, number and order of commitments, their hash, place and ballot: each is refused before any batch."""
    claim, code = WRONG[name]
    with pytest.raises(VerificationError) as caught:
        examine(claim)

    assert caught.value.code == code


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("number", [0, TOY_256.p], ids=["zero", "p"])
def test_malformed_commitments_are_refused(number: int, place: int) -> None:
    """Every commitment has one encoding: from 1 to p - 1."""
    data = RECORDED[: place * SIZE] + to_bytes(TOY, number) + RECORDED[(place + 1) * SIZE :]
    with pytest.raises(EncodingError) as caught:
        examine(replace(CLAIM, commitments=data))

    assert caught.value.code == "encoding.out_of_range"


def test_zero_challenges_are_left_to_single_verification(monkeypatch: pytest.MonkeyPatch) -> None:
    """If all challenges were 0, membership would have the coefficient 0; no hash gives that, and it is refused."""
    proof = RangeProof(challenges=(TOY.scalar(0),) * 2, responses=CLAIM.proof.responses)
    monkeypatch.setattr(equations_module, "hash_scalar", lambda *_: TOY.scalar(0))
    with pytest.raises(VerificationError) as caught:
        examine(replace(CLAIM, proof=proof))
    assert caught.value.code == "verification.zero_challenges"
    one_is_enough = RangeProof(challenges=(TOY.scalar(-1), TOY.scalar(1)), responses=CLAIM.proof.responses)
    examine(replace(CLAIM, proof=one_is_enough))


def test_parts_of_another_group_are_refused() -> None:
    """Untested values of another group do not enter."""
    foreign = Group(TOY_64).decode_untested(bytes(7) + b"\x02")
    with pytest.raises(ValueError, match="different groups"):
        examine_proof(TOY, H_I, CLAIM.context, foreign, CLAIM.beta, CLAIM.proof, 1, RECORDED)
    with pytest.raises(ValueError, match="different groups"):
        examine_proof(TOY, H_I, CLAIM.context, CLAIM.alpha, foreign, CLAIM.proof, 1, RECORDED)


@dataclass(frozen=True)
class Contest:
    """What `examine_contest` is given, for contest 1 with option limit 2 and selection limit 3."""

    ciphertexts: tuple[tuple[bytes, bytes], ...]
    proofs: tuple[RangeProof, ...]
    limit_proof: RangeProof
    commitments: bytes


def make_contest(values: Sequence[int], limit_errors: Sequence[int] = ()) -> Contest:
    """Encrypt and prove a contest; errors spoil the limit proof's commitments before they are hashed."""
    source = seeded(f"contest {values}")
    nonces = [TOY.random_scalar(source) for _ in values]
    ciphertexts = [encrypt(KEY, value, nonce) for value, nonce in zip(values, nonces, strict=True)]
    proofs = [
        prove_selection(KEY, H_I, 1, option, ciphertext, nonce, value, 2, source)
        for option, (ciphertext, nonce, value) in enumerate(zip(ciphertexts, nonces, values, strict=True), 1)
    ]
    total = multiply(ciphertexts)
    alpha, beta = (TOY.decode_untested(part.to_bytes()) for part in (total.alpha, total.beta))
    nonce = sum(each.expose() for each in nonces)
    context = (encode_index(1),)
    limit, recorded = forge_proof(KEY, H_I, context, alpha, beta, nonce, sum(values), 3, source, limit_errors)
    if not limit_errors:
        verify_limit(KEY, H_I, 1, ciphertexts, limit, 3)
    return Contest(
        ciphertexts=tuple((each.alpha.to_bytes(), each.beta.to_bytes()) for each in ciphertexts),
        proofs=tuple(proof for proof, _ in proofs),
        limit_proof=limit,
        commitments=b"".join(e.to_bytes() for _, each in proofs for e in each.elements) + recorded,
    )


def examine_whole(contest: Contest) -> ContestEquations:
    """Examine a contest of the test group."""
    return examine_contest(
        TOY,
        H_I,
        1,
        [(TOY.decode_untested(alpha), TOY.decode_untested(beta)) for alpha, beta in contest.ciphertexts],
        contest.proofs,
        2,
        contest.limit_proof,
        3,
        contest.commitments,
    )


def verify(contests: Sequence[ContestEquations]) -> None:
    """Verify contests in one batch."""
    batch = BatchVerifier(TOY, KEY.public_key, secrets.token_bytes, 500)
    batch.add_contests(contests)
    batch.finish()


VALUES = ((1, 2), (0, 0), (2, 1), (0, 1, 2), (2,))


def test_contests_pass_with_their_limit_proofs() -> None:
    """Selections and limits of several contests pass together; each ciphertext is taken in once."""
    contests = [examine_whole(make_contest(values)) for values in VALUES]
    verify(contests)

    # two for each ciphertext, 2(R + 1) for each selection proof, 2(L + 1) for the limit proof
    assert [contest.element_count for contest in contests] == [2 * len(v) + 6 * len(v) + 8 for v in VALUES]
    assert [contest.equation_count for contest in contests] == [6 * len(v) + 8 for v in VALUES]
    assert commitment_count(2) == 6


@pytest.mark.parametrize("position", range(8))
def test_a_false_limit_equation_fails(position: int) -> None:
    """A wrong factor on any commitment of a limit proof, hashed as recorded, is stopped by the combined equation."""
    z = int((TOY.generator**3).value)
    false = make_contest((1, 2), [z if place == position else 1 for place in range(8)])
    with pytest.raises(VerificationError, match="does not satisfy"):
        verify([examine_whole(make_contest((2, 1))), examine_whole(false)])


def test_a_proof_by_the_real_prover_for_a_limit_passes() -> None:
    """The limit proof of `prove_limit` is examined with the product of the ciphertexts."""
    source = seeded("real limit")
    nonces = [TOY.random_scalar(source) for _ in range(2)]
    contest = make_contest((1, 2))
    ciphertexts = [encrypt(KEY, value, nonce) for value, nonce in zip((1, 2), nonces, strict=True)]
    limit, commitments = prove_limit(KEY, H_I, 1, ciphertexts, nonces, (1, 2), 3, source)
    proofs = [
        prove_selection(KEY, H_I, 1, option, ciphertexts[option - 1], nonces[option - 1], option, 2, source)
        for option in (1, 2)
    ]
    whole = replace(
        contest,
        ciphertexts=tuple((each.alpha.to_bytes(), each.beta.to_bytes()) for each in ciphertexts),
        proofs=tuple(proof for proof, _ in proofs),
        limit_proof=limit,
        commitments=b"".join(
            element.to_bytes() for each in (proofs[0][1], proofs[1][1], commitments) for element in each.elements
        ),
    )

    verify([examine_whole(whole)])


CHANGES: dict[str, tuple[Callable[[Contest], Contest], str]] = {
    "no selection": (lambda c: replace(c, ciphertexts=(), proofs=()), "verification.proof_structure"),
    "one proof too few": (lambda c: replace(c, proofs=c.proofs[:1]), "verification.proof_structure"),
    "options swapped": (
        lambda c: replace(c, ciphertexts=c.ciphertexts[::-1], proofs=c.proofs[::-1]),
        "verification.range_proof",
    ),
    "one commitment too few": (lambda c: replace(c, commitments=c.commitments[:-SIZE]), "verification.commitments"),
    "one commitment too many": (
        lambda c: replace(c, commitments=c.commitments + c.commitments[:SIZE]),
        "verification.commitments",
    ),
    "no commitments": (lambda c: replace(c, commitments=b""), "verification.commitments"),
    "commitments of another contest": (
        lambda c: replace(c, commitments=make_contest((2, 1)).commitments),
        "verification.range_proof",
    ),
    "limit proof of another contest": (
        lambda c: replace(c, limit_proof=make_contest((2, 1)).limit_proof),
        "verification.range_proof",
    ),
    "selection proof as limit proof": (
        lambda c: replace(c, limit_proof=c.proofs[0]),
        "verification.proof_structure",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_contests_are_examined_as_a_whole(name: str) -> None:
    """Missing, exchanged and foreign parts of a contest are refused before any batch."""
    change, code = CHANGES[name]
    with pytest.raises(VerificationError) as caught:
        examine_whole(change(make_contest((1, 2))))

    assert caught.value.code == code
