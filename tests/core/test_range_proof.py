"""Range proofs accept exactly what was proved, at exactly its place, and fail one check at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest
from gmpy2 import powmod
from hypothesis import given
from hypothesis import strategies as st

from evote.core.elgamal import Ciphertext, ElGamalKey, encrypt
from evote.core.group import Group, Scalar, UntestedElement
from evote.core.hashing import encode_index
from evote.core.range_proof import (
    RangeProof,
    prove_limit,
    prove_range,
    prove_selection,
    range_challenge,
    verify_limit,
    verify_selection,
    verify_selection_untested,
)
from evote.errors import VerificationError
from tests.core.randomness import prepared, seeded
from tests.core.toy_groups import TOY_256

TOY = Group(TOY_256)
KEY = ElGamalKey.precompute(TOY.generator**424242, 6)
H_I = b"\x07" * 32


@dataclass(frozen=True)
class Case:
    """What a verifier of a selection is given."""

    h_i: bytes
    contest: int
    option: int
    ciphertext: Ciphertext
    proof: RangeProof
    maximum: int


def make_case(key: ElGamalKey, value: int, maximum: int) -> Case:
    """Encrypt and prove one selection at contest 2, option 3."""
    source = seeded(f"{value} of {maximum}")
    nonce = key.group.random_scalar(source)
    ciphertext = encrypt(key, value, nonce)
    proof, _ = prove_selection(key, H_I, 2, 3, ciphertext, nonce, value, maximum, source)
    return Case(H_I, 2, 3, ciphertext, proof, maximum)


def verify(key: ElGamalKey, case: Case) -> None:
    """Run the verifier for tested elements."""
    verify_selection(key, case.h_i, case.contest, case.option, case.ciphertext, case.proof, case.maximum)


def verify_untested(key: ElGamalKey, case: Case) -> None:
    """Run the verifier that tests membership in the same chain."""
    group = key.group
    alpha = group.decode_untested(case.ciphertext.alpha.to_bytes())
    beta = group.decode_untested(case.ciphertext.beta.to_bytes())
    ciphertext, _ = verify_selection_untested(
        key, case.h_i, case.contest, case.option, alpha, beta, case.proof, case.maximum
    )
    assert ciphertext == case.ciphertext


def with_scalar(scalars: Sequence[Scalar], position: int, difference: int) -> tuple[Scalar, ...]:
    """Return the scalars with one of them shifted."""
    changed = scalars[position] + TOY.scalar(difference)
    return (*scalars[:position], changed, *scalars[position + 1 :])


@given(st.integers(min_value=0, max_value=5), st.integers(min_value=0, max_value=5))
def test_proofs_of_every_value_verify(first: int, second: int) -> None:
    """Each value of 0..R verifies by both verifiers, whatever R is."""
    value, maximum = sorted((first, second))
    case = make_case(KEY, value, maximum)

    verify(KEY, case)
    verify_untested(KEY, case)


def test_proofs_in_the_real_group(real_key: ElGamalKey) -> None:
    """A 0/1 selection verifies in the real group by both verifiers and fails for a changed challenge."""
    case = make_case(real_key, 1, 1)
    verify(real_key, case)
    verify_untested(real_key, case)
    one = real_key.group.scalar(1)
    wrong = replace(case.proof, challenges=(case.proof.challenges[0] + one, case.proof.challenges[1]))
    with pytest.raises(VerificationError) as caught:
        verify(real_key, replace(case, proof=wrong))
    assert caught.value.code == "verification.range_proof"


CASE = make_case(KEY, 1, 2)
OTHER = make_case(KEY, 2, 2)
TAMPERED: dict[str, Case] = {
    "other ballot": replace(CASE, h_i=b"\x08" * 32),
    "other contest": replace(CASE, contest=3),
    "other option": replace(CASE, option=4),
    "other ciphertext": replace(CASE, ciphertext=OTHER.ciphertext),
    "alpha changed": replace(CASE, ciphertext=replace(CASE.ciphertext, alpha=CASE.ciphertext.alpha * TOY.generator)),
    "beta changed": replace(CASE, ciphertext=replace(CASE.ciphertext, beta=CASE.ciphertext.beta * TOY.generator)),
    "c_0 changed": replace(CASE, proof=replace(CASE.proof, challenges=with_scalar(CASE.proof.challenges, 0, 1))),
    "c_1 changed": replace(CASE, proof=replace(CASE.proof, challenges=with_scalar(CASE.proof.challenges, 1, 1))),
    "sum kept, c_0 and c_1 shifted": replace(
        CASE,
        proof=replace(CASE.proof, challenges=with_scalar(with_scalar(CASE.proof.challenges, 0, 1), 1, -1)),
    ),
    "v_0 changed": replace(CASE, proof=replace(CASE.proof, responses=with_scalar(CASE.proof.responses, 0, 1))),
    "v_2 changed": replace(CASE, proof=replace(CASE.proof, responses=with_scalar(CASE.proof.responses, 2, 1))),
    "branches exchanged": replace(
        CASE,
        proof=RangeProof(challenges=CASE.proof.challenges[::-1], responses=CASE.proof.responses[::-1]),
    ),
    "all zero": replace(CASE, proof=RangeProof(challenges=(TOY.scalar(0),) * 3, responses=(TOY.scalar(0),) * 3)),
}


@pytest.mark.parametrize("name", TAMPERED)
@pytest.mark.parametrize("check", [verify, verify_untested])
def test_every_part_is_bound(name: str, check: Callable[[ElGamalKey, Case], None]) -> None:
    """Changing place, ciphertext, challenge or response fails the sum of the challenges, in both verifiers."""
    check(KEY, CASE)
    with pytest.raises(VerificationError) as caught:
        check(KEY, TAMPERED[name])

    assert caught.value.code == "verification.range_proof"


FOREIGN = Group(TOY_256).scalar(1), Scalar(1, 127)
STRUCTURES: dict[str, Case] = {
    "range smaller than proved": replace(CASE, maximum=1),
    "range larger than proved": replace(CASE, maximum=3),
    "no branch": replace(CASE, proof=RangeProof(challenges=(), responses=())),
    "one challenge too few": replace(CASE, proof=replace(CASE.proof, challenges=CASE.proof.challenges[:2])),
    "one response too few": replace(CASE, proof=replace(CASE.proof, responses=CASE.proof.responses[:2])),
    "one branch too many": replace(
        CASE,
        proof=RangeProof(
            challenges=(*CASE.proof.challenges, TOY.scalar(0)), responses=(*CASE.proof.responses, TOY.scalar(0))
        ),
    ),
    "challenge of another group": replace(
        CASE, proof=replace(CASE.proof, challenges=(*CASE.proof.challenges[:2], FOREIGN[1]))
    ),
    "response of another group": replace(
        CASE, proof=replace(CASE.proof, responses=(*CASE.proof.responses[:2], FOREIGN[1]))
    ),
}


@pytest.mark.parametrize("name", STRUCTURES)
@pytest.mark.parametrize("check", [verify, verify_untested])
def test_structure_is_exact(name: str, check: Callable[[ElGamalKey, Case], None]) -> None:
    """Exactly R + 1 branches with scalars of the group; the range comes from the caller, not from the proof."""
    with pytest.raises(VerificationError) as caught:
        check(KEY, STRUCTURES[name])

    assert caught.value.code == "verification.proof_structure"


@pytest.mark.parametrize("maximum", [0, 1, 3])
def test_values_outside_the_range_cannot_be_proved(maximum: int) -> None:
    """The prover refuses a false statement, without naming the value."""
    nonce = TOY.secret_scalar(77)
    for value in (maximum + 1, -1):
        ciphertext = encrypt(KEY, value, nonce)
        with pytest.raises(ValueError, match="outside the range") as caught:
            prove_selection(KEY, H_I, 1, 1, ciphertext, nonce, value, maximum, seeded("range"))
        assert str(value) not in str(caught.value)


@pytest.mark.parametrize("claimed", [0, 1])
def test_a_false_claim_does_not_verify(claimed: int) -> None:
    """Whoever encrypts 2 and runs the prover as if it were 0 or 1 is refused."""
    nonce = TOY.secret_scalar(78)
    ciphertext = encrypt(KEY, 2, nonce)
    proof, _ = prove_selection(KEY, H_I, 1, 1, ciphertext, nonce, claimed, 1, seeded("lie"))
    with pytest.raises(VerificationError) as caught:
        verify_selection(KEY, H_I, 1, 1, ciphertext, proof, 1)

    assert caught.value.code == "verification.range_proof"


def test_returned_commitments_are_the_recomputed_ones() -> None:
    """Prover and verifier agree on a_0, b_0, ..., and their hash is the sum of the challenges."""
    nonce = TOY.secret_scalar(79)
    ciphertext = encrypt(KEY, 1, nonce)
    proof, proved = prove_selection(KEY, H_I, 1, 1, ciphertext, nonce, 1, 2, seeded("commitments"))
    alpha, beta = (TOY.decode_untested(part.to_bytes()) for part in (ciphertext.alpha, ciphertext.beta))
    _, recomputed = verify_selection_untested(KEY, H_I, 1, 1, alpha, beta, proof, 2)
    context = (encode_index(1), encode_index(1))
    total = proof.challenges[0] + proof.challenges[1] + proof.challenges[2]

    assert proved == recomputed
    assert len(proved.elements) == 6
    assert range_challenge(TOY, H_I, context, alpha, beta, proved.elements) == total


def untested(group: Group, value: int) -> UntestedElement:
    """Return a residue whose membership nobody tested."""
    return group.decode_untested(value.to_bytes(group.element_size, "big"))


def forged(group: Group) -> dict[str, int]:
    """Return factors outside the subgroup: order 2, order (p-1)/2q, and their product."""
    p = group.parameters.p
    large = int(powmod(3, 2 * group.order, p))
    return {"order 2": p - 1, "order (p-1)/2q": large, "order (p-1)/q": p - large}


@pytest.mark.parametrize("factor", forged(TOY))
@pytest.mark.parametrize("part", ["alpha", "beta"])
def test_ciphertexts_outside_the_subgroup_fail_membership(real_key: ElGamalKey, part: str, factor: str) -> None:
    """alpha or beta times an element of a wrong order fails membership, in the test group and the real one."""
    for key in (KEY, real_key):
        group = key.group
        case = make_case(key, 1, 1)
        values = {"alpha": int(case.ciphertext.alpha.value), "beta": int(case.ciphertext.beta.value)}
        values[part] = values[part] * forged(group)[factor] % group.parameters.p
        with pytest.raises(VerificationError) as caught:
            verify_selection_untested(
                key, H_I, 2, 3, untested(group, values["alpha"]), untested(group, values["beta"]), case.proof, 1
            )
        assert caught.value.code == "verification.not_in_subgroup"


def test_membership_alone_stops_a_forged_ciphertext() -> None:
    """A proof over -alpha whose challenge c_0 + c_1 parities fit satisfies every equation and fails membership only."""
    p = TOY.parameters.p
    nonce = TOY.secret_scalar(80)
    honest = encrypt(KEY, 0, nonce)
    negative = TOY.computed_element(TOY.p - honest.alpha.value)
    # (-alpha)^c = alpha^c for even c: try until both challenges are even, then no equation notices the sign.
    for attempt in range(200):
        proof, _ = prove_selection(
            KEY, H_I, 1, 1, Ciphertext(alpha=negative, beta=honest.beta), nonce, 0, 1, seeded(f"even {attempt}")
        )
        if all(c.value % 2 == 0 for c in proof.challenges):
            break
    verify_selection(KEY, H_I, 1, 1, Ciphertext(alpha=negative, beta=honest.beta), proof, 1)
    with pytest.raises(VerificationError) as caught:
        verify_selection_untested(
            KEY, H_I, 1, 1, untested(TOY, p - int(honest.alpha.value)), untested(TOY, int(honest.beta.value)), proof, 1
        )

    assert caught.value.code == "verification.not_in_subgroup"


@given(st.lists(st.integers(min_value=0, max_value=1), min_size=1, max_size=4), st.integers(min_value=0, max_value=4))
def test_limits_are_enforced_for_every_ballot(values: list[int], limit: int) -> None:
    """A contest within its limit verifies; one above it cannot be proved."""
    source = seeded(f"limit {values} {limit}")
    nonces = [TOY.random_scalar(source) for _ in values]
    ciphertexts = [encrypt(KEY, value, nonce) for value, nonce in zip(values, nonces, strict=True)]
    if sum(values) <= limit:
        proof, _ = prove_limit(KEY, H_I, 1, ciphertexts, nonces, values, limit, source)
        verify_limit(KEY, H_I, 1, ciphertexts, proof, limit)
    else:
        with pytest.raises(ValueError, match="outside the range"):
            prove_limit(KEY, H_I, 1, ciphertexts, nonces, values, limit, source)


def test_limit_proofs_are_bound_to_their_contest() -> None:
    """Another contest, ballot, limit, a missing or repeated selection: each is refused, and so is no selection."""
    source = seeded("limit")
    nonces = [TOY.random_scalar(source) for _ in range(3)]
    ciphertexts = [encrypt(KEY, value, nonce) for value, nonce in zip((1, 0, 1), nonces, strict=True)]
    proof, commitments = prove_limit(KEY, H_I, 1, ciphertexts, nonces, (1, 0, 1), 2, source)
    verify_limit(KEY, H_I, 1, ciphertexts, proof, 2)

    assert len(commitments.elements) == 6
    for h_i, contest, given_ciphertexts, limit, code in (
        (b"\x08" * 32, 1, ciphertexts, 2, "verification.range_proof"),
        (H_I, 2, ciphertexts, 2, "verification.range_proof"),
        (H_I, 1, ciphertexts[:2], 2, "verification.range_proof"),
        (H_I, 1, [*ciphertexts, ciphertexts[0]], 2, "verification.range_proof"),
        (H_I, 1, ciphertexts, 1, "verification.proof_structure"),
        (H_I, 1, ciphertexts, 3, "verification.proof_structure"),
        (H_I, 1, [], 2, "verification.proof_structure"),
    ):
        with pytest.raises(VerificationError) as caught:
            verify_limit(KEY, h_i, contest, given_ciphertexts, proof, limit)
        assert caught.value.code == code
    with pytest.raises(ValueError, match="one nonce"):
        prove_limit(KEY, H_I, 1, ciphertexts, nonces[:2], (1, 0, 1), 2, source)


def test_selection_proof_is_no_limit_proof() -> None:
    """The shared tag 0x24 does not make a selection proof pass for the limit of a one-option contest."""
    case = make_case(KEY, 1, 1)
    with pytest.raises(VerificationError) as caught:
        verify_limit(KEY, H_I, 2, [case.ciphertext], case.proof, 1)

    assert caught.value.code == "verification.range_proof"


def test_randomness_does_not_depend_on_the_value() -> None:
    """Every value draws 2(R + 1) scalars, so the source cannot tell votes apart."""
    for value in (0, 1, 2):
        source = prepared(range(1, 7))
        nonce = TOY.secret_scalar(5)
        prove_range(KEY, H_I, (encode_index(1),), encrypt(KEY, value, nonce), nonce, value, 2, source)
        with pytest.raises(IndexError):
            source(8)


def test_parts_of_another_group_are_refused(toy: Group) -> None:
    """Untested values of another group do not enter the chain."""
    foreign = toy.decode_untested(toy.generator.to_bytes())
    own = TOY.decode_untested(TOY.generator.to_bytes())
    for alpha, beta in ((foreign, own), (own, foreign)):
        with pytest.raises(ValueError, match="group"):
            verify_selection_untested(KEY, H_I, 2, 3, alpha, beta, CASE.proof, 2)
