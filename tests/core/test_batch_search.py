"""Batches give the verdicts of single verification and name what is false, wherever it stands."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evote.core.batch import search as search_module
from evote.core.batch.equations import ContestEquations, examine_proof
from evote.core.batch.search import SMALLEST_BATCH, RangeClaim, find_unproved, verify_ranges
from evote.core.elgamal import ElGamalKey
from evote.core.group import Group, Scalar
from evote.core.range_proof import verify_range_untested
from evote.errors import VerificationError
from tests.core.batch_support import make_claim, outside, to_bytes
from tests.core.toy_groups import TOY_256

TOY = Group(TOY_256)
KEY = ElGamalKey.precompute(TOY.generator**424242, 6)
SIZE = TOY.element_size
P = TOY_256.p
Z = int((TOY.generator**777).value)
HONEST = [make_claim(KEY, f"honest {i}", value=i % 2) for i in range(12)]


def codes(verdicts: Sequence[VerificationError | None]) -> list[str | None]:
    """Return the error codes."""
    return [None if verdict is None else verdict.code for verdict in verdicts]


def single(claim: RangeClaim) -> VerificationError | None:
    """Return the verdict of single verification, which never looks at recorded commitments."""
    try:
        verify_range_untested(KEY, claim.h_i, claim.context, claim.alpha, claim.beta, claim.proof, claim.maximum)
    except VerificationError as error:
        return error
    return None


def item(claim: RangeClaim) -> tuple[ContestEquations]:
    """Return the equations of a claim."""
    equations = examine_proof(
        TOY, claim.h_i, claim.context, claim.alpha, claim.beta, claim.proof, claim.maximum, claim.commitments
    )
    pair = (claim.alpha.value, claim.beta.value)
    return (ContestEquations(ciphertexts=(pair,), selections=(equations,), limit=None),)


def test_true_proofs_need_no_single_verification(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all is well, one batch proves everything."""
    monkeypatch.delattr(search_module, "verify_range_untested")

    assert verify_ranges(KEY, HONEST, secrets.token_bytes) == [None] * 12


@pytest.mark.parametrize("count", range(SMALLEST_BATCH + 2))
def test_few_proofs_are_verified_too(count: int) -> None:
    """From none to a little more than the smallest batch, true and false ones are told apart."""
    assert verify_ranges(KEY, HONEST[:count], secrets.token_bytes) == [None] * count
    claims = [*HONEST[:count], make_claim(KEY, "false", errors=[Z])]
    assert codes(verify_ranges(KEY, claims, secrets.token_bytes)) == [None] * count + ["verification.range_proof"]


@pytest.mark.parametrize("position", [0, 5000, 9999], ids=["first", "middle", "last"])
@pytest.mark.parametrize("name", ["false equation", *outside(TOY)])
def test_one_bad_proof_among_ten_thousand_is_found(name: str, position: int) -> None:
    """What no accepted batch holds is the bad proof and a few neighbours, left over when halves became too small."""
    bad = make_claim(KEY, "bad", errors=[Z if name == "false equation" else outside(TOY)[name]])
    good = item(HONEST[0])
    items = [item(bad) if place == position else good for place in range(10_000)]
    unproved = find_unproved(TOY, KEY.public_key, items, secrets.token_bytes)

    assert position in unproved
    assert len(unproved) < 2 * SMALLEST_BATCH


def test_a_proof_that_a_batch_would_not_take_costs_no_other() -> None:
    """Wrong signs found one by one in a half do not make the other half suspect: they alone remain unproved."""
    items = [item(HONEST[i % 12]) for i in range(40)]
    items[3] = item(make_claim(KEY, "bad", errors=[P - 1]))

    assert find_unproved(TOY, KEY.public_key, items, secrets.token_bytes) == [3]


def test_many_bad_proofs_are_all_found() -> None:
    """Every third proof bad, each in another way: all of them are named, and nothing else."""
    ways: tuple[Callable[[str], RangeClaim], ...] = (
        lambda seed: make_claim(KEY, seed, errors=[Z]),
        lambda seed: make_claim(KEY, seed, errors=[P - 1]),
        lambda seed: make_claim(KEY, seed, alpha_factor=P - 1),
        lambda seed: make_claim(KEY, seed, beta_factor=outside(TOY)["order (p-1)/q"]),
    )
    claims = [HONEST[i % 12] if i % 3 else ways[i // 3 % 4](f"bad {i}") for i in range(60)]
    verdicts = verify_ranges(KEY, claims, secrets.token_bytes)

    assert codes(verdicts) == codes([single(claim) for claim in claims])
    assert [i for i, verdict in enumerate(verdicts) if verdict] == list(range(0, 60, 3))


def test_only_bad_proofs() -> None:
    """A batch without a true proof ends, and each is named."""
    claims = [make_claim(KEY, f"bad {i}", errors=[1, 1, Z]) for i in range(9)]

    assert codes(verify_ranges(KEY, claims, secrets.token_bytes)) == ["verification.range_proof"] * 9


def test_pairs_built_to_cancel_are_named() -> None:
    """Errors z and 1/z, signs, and ciphertext factors w and 1/w: both of each pair get their own verdict."""
    w = outside(TOY)["order (p-1)/2q"]
    bad = [
        make_claim(KEY, "z", errors=[Z]),
        make_claim(KEY, "1/z", errors=[pow(Z, -1, P)]),
        make_claim(KEY, "sign 1", errors=[P - 1]),
        make_claim(KEY, "sign 2", errors=[P - 1]),
        make_claim(KEY, "w", errors=[w]),
        make_claim(KEY, "1/w", errors=[pow(w, -1, P)]),
        make_claim(KEY, "alpha w", alpha_factor=w),
        make_claim(KEY, "alpha 1/w", alpha_factor=pow(w, -1, P)),
    ]
    verdicts = codes(verify_ranges(KEY, [*HONEST, *bad], secrets.token_bytes))

    assert verdicts == [None] * 12 + ["verification.range_proof"] * 6 + ["verification.not_in_subgroup"] * 2


def test_a_bad_side_file_changes_no_verdict() -> None:
    """True proofs stay true with missing, short, long, swapped, negated or another proof's commitments."""
    first = HONEST[0].commitments
    negated = b"".join(
        to_bytes(TOY, P - int.from_bytes(first[i : i + SIZE], "big")) for i in range(0, len(first), SIZE)
    )
    sides = [
        b"",
        first[:-1],
        first[:-SIZE],
        first + first[:SIZE],
        first[SIZE:] + first[:SIZE],
        HONEST[1].commitments,
        bytes(len(first)),
        b"\xff" * len(first),
        negated,
    ]
    claims = [*HONEST[1:], *(replace(HONEST[0], commitments=side) for side in sides)]

    assert verify_ranges(KEY, claims, secrets.token_bytes) == [None] * len(claims)


def shifted(scalars: tuple[Scalar, ...], position: int, difference: int) -> tuple[Scalar, ...]:
    """Return the scalars with one of them changed."""
    position %= len(scalars)
    return (*scalars[:position], scalars[position] + TOY.scalar(difference), *scalars[position + 1 :])


def mutated(claim: RangeClaim, kind: str, number: int, other: RangeClaim) -> RangeClaim:
    """Return a claim with one thing changed; `number` says where and how much."""
    factor = [P - 1, Z, *outside(TOY).values()][number % 5]
    commitments = claim.commitments
    place = number % 4 * SIZE
    match kind:
        case "alpha":
            return replace(claim, alpha=TOY.decode_untested(to_bytes(TOY, claim.alpha.value * factor % P)))
        case "beta":
            return replace(claim, beta=TOY.decode_untested(to_bytes(TOY, claim.beta.value * factor % P)))
        case "challenge":
            return replace(
                claim, proof=replace(claim.proof, challenges=shifted(claim.proof.challenges, number, number))
            )
        case "response":
            return replace(claim, proof=replace(claim.proof, responses=shifted(claim.proof.responses, number, number)))
        case "both challenges":
            moved = shifted(shifted(claim.proof.challenges, 0, number), 1, -number)
            return replace(claim, proof=replace(claim.proof, challenges=moved))
        case "commitment":
            value = int.from_bytes(commitments[place : place + SIZE], "big") * factor % P
            return replace(claim, commitments=commitments[:place] + to_bytes(TOY, value) + commitments[place + SIZE :])
        case "cut":
            return replace(claim, commitments=commitments[: number % (len(commitments) + 1)])
        case "other commitments":
            return replace(claim, commitments=other.commitments)
        case "other proof":
            return replace(claim, proof=other.proof)
        case "other ballot":
            return replace(claim, h_i=bytes([number % 256]) * 32)
        case "range":
            return replace(claim, maximum=number % 3)
        case "error":
            return make_claim(KEY, f"error {number}", errors=[factor if i == number % 4 else 1 for i in range(4)])
        case "alpha factor":
            return make_claim(KEY, f"factor {number}", alpha_factor=factor)
        case "beta factor":
            return make_claim(KEY, f"factor {number}", beta_factor=factor)
    raise AssertionError(kind)


KINDS = (
    "alpha",
    "beta",
    "challenge",
    "response",
    "both challenges",
    "commitment",
    "cut",
    "other commitments",
    "other proof",
    "other ballot",
    "range",
    "error",
    "alpha factor",
    "beta factor",
)
mutations = st.lists(
    st.tuples(st.integers(0, 11), st.sampled_from(KINDS), st.integers(0, 2**20), st.integers(0, 11)), max_size=5
)


@settings(max_examples=60, deadline=None)
@given(mutations, st.integers(min_value=0, max_value=12))
def test_verdicts_are_those_of_single_verification(changes: list[tuple[int, str, int, int]], count: int) -> None:
    """Whatever is changed in whichever proofs, batches give the same error codes at the same places."""
    claims = HONEST[:count]
    for place, kind, number, other in changes:
        if place < count:
            claims[place] = mutated(claims[place], kind, number, HONEST[other])

    assert codes(verify_ranges(KEY, claims, secrets.token_bytes)) == codes([single(claim) for claim in claims])
