"""A guardian's proof covers every coefficient, the communication key, the guardian and the use of the key."""

from dataclasses import dataclass, replace
from typing import TypeVar

import pytest

from evote.core.group import Element, Group, Scalar
from evote.core.polynomial import make_polynomial
from evote.core.schnorr import GuardianProof, KeyUse, prove_guardian_keys, verify_guardian_keys
from evote.errors import VerificationError
from tests.core.randomness import seeded
from tests.core.toy_groups import TOY_256

TOY = Group(TOY_256)
K = 3
T = TypeVar("T")


@dataclass(frozen=True)
class Case:
    """What a verifier of a guardian's proof is given."""

    h_p: bytes
    use: KeyUse
    guardian: int
    commitments: tuple[Element, ...]
    communication_key: Element
    proof: GuardianProof


def make_case(group: Group, k: int, use: KeyUse) -> Case:
    """Make the keys and the proof of guardian 2."""
    source = seeded(f"guardian {k}")
    polynomial = make_polynomial(group, k, source)
    zeta = group.random_scalar(source)
    proof = prove_guardian_keys(group, bytes(32), use, 2, polynomial, zeta, source)
    return Case(bytes(32), use, 2, polynomial.commitments(group), group.power(group.generator, zeta), proof)


def verify(group: Group, case: Case) -> None:
    """Run the verifier."""
    verify_guardian_keys(group, case.h_p, case.use, case.guardian, case.commitments, case.communication_key, case.proof)


@pytest.mark.parametrize("use", KeyUse)
@pytest.mark.parametrize("k", [1, 2, 5])
def test_honest_proofs_verify(k: int, use: KeyUse) -> None:
    """Proofs for every quorum and both keys verify and have k + 1 responses."""
    case = make_case(TOY, k, use)
    verify(TOY, case)

    assert len(case.proof.responses) == k + 1


def test_honest_proof_in_the_real_group(standard: Group) -> None:
    """A proof verifies in the real group."""
    verify(standard, make_case(standard, 2, KeyUse.VOTE))


def replaced(items: tuple[T, ...], position: int, item: T) -> tuple[T, ...]:
    """Return the items with one replaced."""
    return (*items[:position], item, *items[position + 1 :])


CASE = make_case(TOY, K, KeyUse.VOTE)
ONE = TOY.scalar(1)
TAMPERED: dict[str, Case] = {
    "other parameters": replace(CASE, h_p=b"\x01" * 32),
    "data instead of vote": replace(CASE, use=KeyUse.DATA),
    "other guardian": replace(CASE, guardian=1),
    "communication key": replace(CASE, communication_key=CASE.communication_key * TOY.generator),
    "challenge": replace(CASE, proof=replace(CASE.proof, challenge=CASE.proof.challenge + ONE)),
    "commitments exchanged": replace(
        CASE, commitments=(CASE.commitments[1], CASE.commitments[0], *CASE.commitments[2:])
    ),
}
TAMPERED |= {
    f"commitment {j}": replace(CASE, commitments=replaced(CASE.commitments, j, CASE.commitments[j] * TOY.generator))
    for j in range(K)
}
TAMPERED |= {
    f"response {j}": replace(
        CASE, proof=replace(CASE.proof, responses=replaced(CASE.proof.responses, j, CASE.proof.responses[j] + ONE))
    )
    for j in range(K + 1)
}


@pytest.mark.parametrize("name", TAMPERED)
def test_every_part_is_bound(name: str) -> None:
    """Changing any single input fails the challenge."""
    verify(TOY, CASE)
    with pytest.raises(VerificationError) as caught:
        verify(TOY, TAMPERED[name])

    assert caught.value.code == "verification.guardian_proof"


STRUCTURES: dict[str, Case] = {
    "response missing": replace(CASE, proof=replace(CASE.proof, responses=CASE.proof.responses[:-1])),
    "response too many": replace(CASE, proof=replace(CASE.proof, responses=(*CASE.proof.responses, ONE))),
    "commitment missing": replace(CASE, commitments=CASE.commitments[:-1]),
    "foreign challenge": replace(CASE, proof=replace(CASE.proof, challenge=Scalar(1, 127))),
    "foreign response": replace(
        CASE, proof=replace(CASE.proof, responses=replaced(CASE.proof.responses, 0, Scalar(1, 127)))
    ),
}


@pytest.mark.parametrize("name", STRUCTURES)
def test_structure_is_exact(name: str) -> None:
    """k commitments have exactly k + 1 responses, all scalars of the group."""
    with pytest.raises(VerificationError) as caught:
        verify(TOY, STRUCTURES[name])

    assert caught.value.code == "verification.proof_structure"


def test_rogue_key_has_no_proof() -> None:
    """A key chosen as target / others' product cannot reuse the others' responses: its secret is unknown."""
    rogue = TOY.generator**5 / CASE.commitments[0]
    with pytest.raises(VerificationError):
        verify(TOY, replace(CASE, commitments=replaced(CASE.commitments, 0, rogue)))
