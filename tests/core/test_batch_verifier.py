"""A batch accepts what is true, and for each of its checks there is a false record that this check alone stops."""

import secrets
from collections.abc import Callable, Sequence
from functools import partial

import pytest
from gmpy2 import mpz, powmod

from evote.core.batch import verifier as verifier_module
from evote.core.batch.search import RangeClaim
from evote.core.batch.verifier import BatchVerifier
from evote.core.elgamal import ElGamalKey
from evote.core.group import Group
from evote.core.random_source import RandomBytes
from evote.core.range_proof import verify_range_untested
from evote.errors import VerificationError
from tests.core.batch_support import add_claims, make_claim, outside, unit_equations
from tests.core.randomness import seeded
from tests.core.toy_groups import TOY_64, TOY_256

TOY = Group(TOY_256)
KEY = ElGamalKey.precompute(TOY.generator**424242, 6)
FEW, MANY = 1, 1000  # expected elements: signs are tested number by number, or by products at the end
NO_SQUARE, NOT_IN_GROUP, FALSE_EQUATION = "not a square", r"not in Z_p\^r", "does not satisfy its equation"
MINUS_ONE = TOY_256.p - 1
Z = int((TOY.generator**777).value)


def new_batch(key: ElGamalKey = KEY, expected: int = MANY, random: RandomBytes = secrets.token_bytes) -> BatchVerifier:
    """Return an empty batch."""
    return BatchVerifier(key.group, key.public_key, random, expected)


def verify(claims: Sequence[RangeClaim], expected: int = MANY, random: RandomBytes = secrets.token_bytes) -> None:
    """Verify claims of the test group in one batch."""
    batch = new_batch(expected=expected, random=random)
    add_claims(batch, TOY, claims)
    batch.finish()


def passes(run: Callable[[], None]) -> bool:
    """Tell whether a run raises no VerificationError."""
    try:
        run()
    except VerificationError:
        return False
    return True


HONEST = [make_claim(KEY, f"honest {i}", value=i % 3, maximum=2) for i in range(6)]


@pytest.mark.parametrize("expected", [FEW, MANY])
def test_true_proofs_pass(expected: int) -> None:
    """Proofs of every value pass, none and one included, whichever way signs are tested."""
    verify(HONEST, expected)
    verify(HONEST[:1], expected)
    verify([], expected)


def test_true_proofs_pass_in_the_real_group(real_key: ElGamalKey) -> None:
    """Three proofs in the 4096-bit group pass; with one false commitment among them they do not."""
    claims = [make_claim(real_key, f"real {i}", value=i % 2) for i in range(3)]
    wrong = make_claim(real_key, "real wrong", errors=[int(real_key.group.generator.value)])
    for expected in (36, 500):
        batch = new_batch(real_key, expected)
        add_claims(batch, real_key.group, claims)
        batch.finish()
        batch = new_batch(real_key, expected)
        add_claims(batch, real_key.group, [*claims, wrong])
        with pytest.raises(VerificationError, match=FALSE_EQUATION):
            batch.finish()


@pytest.mark.parametrize("name", ["order 2", "order (p-1)/2q", "order (p-1)/q"])
@pytest.mark.parametrize("part", ["alpha_factor", "beta_factor", "errors"])
def test_foreign_factors_fail_in_the_real_group(real_key: ElGamalKey, part: str, name: str) -> None:
    """In the 4096-bit group too, alpha, beta or a_0 of a wrong order is stopped where signs are tested at the end."""
    factor = outside(real_key.group)[name]
    if part == "errors":
        claim = make_claim(real_key, "foreign", errors=[factor])
    elif part == "alpha_factor":
        claim = make_claim(real_key, "foreign", alpha_factor=factor)
    else:
        claim = make_claim(real_key, "foreign", beta_factor=factor)
    batch = new_batch(real_key, 500)
    add_claims(batch, real_key.group, [claim])
    with pytest.raises(VerificationError) as caught:
        batch.finish()

    assert caught.value.code == "verification.batch"


@pytest.mark.parametrize("position", range(6))
@pytest.mark.parametrize("expected", [FEW, MANY])
def test_one_false_equation_fails(expected: int, position: int) -> None:
    """A wrong factor on any of a_0, b_0, ..., b_2, hashed as recorded, is stopped by the combined equation alone."""
    errors = [Z if place == position else 1 for place in range(6)]
    claim = make_claim(KEY, "false", maximum=2, errors=errors)
    with pytest.raises(VerificationError, match=FALSE_EQUATION) as caught:
        verify([*HONEST, claim], expected)

    assert caught.value.code == "verification.batch"


@pytest.mark.parametrize("name", outside(TOY))
@pytest.mark.parametrize("position", range(4))
def test_commitments_outside_the_subgroup_fail(position: int, name: str) -> None:
    """A recorded commitment of any wrong order is stopped; where it is no square, a small batch does not take it."""
    claim = make_claim(KEY, "foreign", errors=[outside(TOY)[name] if place == position else 1 for place in range(4)])
    is_square = name == "order (p-1)/2q"
    with pytest.raises(VerificationError, match=FALSE_EQUATION if is_square else NO_SQUARE):
        verify([*HONEST, claim])
    with pytest.raises(VerificationError) as caught:
        verify([*HONEST, claim], FEW)

    assert caught.value.code == ("verification.batch" if is_square else "verification.commitments")


@pytest.mark.parametrize("name", outside(TOY))
@pytest.mark.parametrize("part", ["alpha", "beta"])
def test_ciphertexts_outside_the_subgroup_fail(part: str, name: str) -> None:
    """alpha or beta of any wrong order is stopped; where it is no square, a small batch does not take it."""
    factor = outside(TOY)[name]
    claim = make_claim(
        KEY, "foreign", alpha_factor=factor if part == "alpha" else 1, beta_factor=factor if part == "beta" else 1
    )
    is_square = name == "order (p-1)/2q"
    with pytest.raises(VerificationError, match=NOT_IN_GROUP if is_square else NO_SQUARE):
        verify([*HONEST, claim])
    with pytest.raises(VerificationError) as caught:
        verify([*HONEST, claim], FEW)

    assert caught.value.code == ("verification.batch" if is_square else "verification.not_in_subgroup")


@pytest.mark.parametrize("expected", [FEW, MANY])
@pytest.mark.parametrize("places", [((1, 1),), ((1,), (1,)), ((0, 0, 1), (0, 0, 0, 1))], ids=str)
def test_two_wrong_signs_never_pass(places: tuple[tuple[int, ...], ...], expected: int) -> None:
    """Two commitments times -1, in one proof or in two, fail in each of 20 batches."""
    for attempt in range(20):
        claims = [
            make_claim(KEY, f"signs {attempt} {i}", errors=[MINUS_ONE if sign else 1 for sign in signs])
            for i, signs in enumerate(places)
        ]
        with pytest.raises(VerificationError, match="square"):
            verify(claims, expected)


def test_without_jacobi_symbols_two_wrong_signs_pass_every_other_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the symbols taken out, two wrong signs are accepted about half the time: nothing else stops them."""
    monkeypatch.setattr(verifier_module, "jacobi", lambda _number, _modulus: 1)
    claims = [make_claim(KEY, f"sign {i}", errors=[MINUS_ONE]) for i in range(2)]
    accepted = sum(passes(partial(verify, claims, random=seeded(f"signs {i}"))) for i in range(60))

    assert 15 <= accepted <= 45


def test_membership_alone_stops_ciphertexts_that_cancel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two alphas times w and 1/w, w of order (p-1)/2q, whose equations hold in combination, fail for membership only.

    Their proofs have challenge 1, which no hash would give; the combination of membership does not lean on the hash.
    """
    w = outside(TOY)["order (p-1)/2q"]
    contests = [unit_equations(KEY, "w", w), unit_equations(KEY, "1/w", pow(w, -1, TOY_256.p))]
    batch = new_batch()
    batch.add_contests(contests)
    with pytest.raises(VerificationError, match=NOT_IN_GROUP):
        batch.finish()

    def no_membership(base: mpz, exponent: mpz, modulus: mpz) -> mpz:
        return mpz(1) if exponent == TOY.q else powmod(base, exponent, modulus)

    monkeypatch.setattr(verifier_module, "powmod", no_membership)
    batch = new_batch()
    batch.add_contests(contests)
    batch.finish()


def test_errors_that_are_inverse_do_not_cancel() -> None:
    """Two ballots with errors z and 1/z at the same place fail in each of 20 batches, and alone."""
    claims = [make_claim(KEY, "z", errors=[Z]), make_claim(KEY, "1/z", errors=[pow(Z, -1, TOY_256.p)])]
    for _ in range(20):
        with pytest.raises(VerificationError, match=FALSE_EQUATION):
            verify([*HONEST, *claims])
    for claim in claims:
        with pytest.raises(VerificationError):
            verify_range_untested(KEY, claim.h_i, claim.context, claim.alpha, claim.beta, claim.proof, claim.maximum)


def coefficients(random: RandomBytes, count: int) -> list[int]:
    """Return the coefficients a batch of the test group draws for `count` equations: 63 bits of 8 bytes each."""
    data = random(8 * count)
    return [int.from_bytes(data[i : i + 8], "big") % 2**63 for i in range(0, 8 * count, 8)]


def test_known_coefficients_let_false_proofs_pass() -> None:
    """Whoever knows the coefficients makes two false proofs that cancel: they must come from the operating system."""
    known = seeded("published")
    rho_1, rho_2 = (coefficients(known, 4)[0] for _ in range(2))
    x = 777
    y = -x * rho_1 * pow(rho_2, -1, TOY.order)
    # z_1^rho_1 * z_2^rho_2 = g^(x rho_1 + y rho_2) = 1
    claims = [
        make_claim(KEY, "first", errors=[int((TOY.generator**x).value)]),
        make_claim(KEY, "second", errors=[int((TOY.generator**y).value)]),
    ]
    verify(claims, random=seeded("published"))
    for random in (secrets.token_bytes, seeded("another")):
        with pytest.raises(VerificationError, match=FALSE_EQUATION):
            verify(claims, random=random)


def test_every_equation_has_a_coefficient_of_its_own() -> None:
    """A proof of three branches draws six coefficients, two branches four; nothing is drawn twice or in advance."""
    sizes: list[int] = []

    def counting(size: int) -> bytes:
        sizes.append(size)
        return secrets.token_bytes(size)

    batch = new_batch(random=counting)
    assert sizes == []
    add_claims(batch, TOY, [HONEST[0], make_claim(KEY, "two branches")])
    assert sizes == [6 * 8, 4 * 8]
    batch.finish()
    assert len(sizes) == 2


def test_a_broken_source_of_randomness_is_noticed() -> None:
    """Fewer bytes than asked for are an error, not weaker coefficients."""
    with pytest.raises(ValueError, match="another number of bytes"):
        verify(HONEST, random=lambda size: secrets.token_bytes(size)[:-1])


def test_what_is_not_taken_leaves_no_trace() -> None:
    """After a refused proof a batch still accepts the others: add takes all of an item or nothing."""
    batch = new_batch(expected=FEW)
    add_claims(batch, TOY, HONEST[:3])
    with pytest.raises(VerificationError):
        add_claims(batch, TOY, [make_claim(KEY, "sign", errors=[1, 1, 1, MINUS_ONE])])
    bad = unit_equations(KEY, "sign", MINUS_ONE)
    with pytest.raises(VerificationError):
        batch.add_contests([unit_equations(KEY, "good", 1), bad])
    add_claims(batch, TOY, HONEST[3:])
    batch.finish()


@pytest.mark.parametrize("expected", [FEW, MANY])
def test_merged_batches_are_one(expected: int) -> None:
    """A merged batch accepts two true halves; with one false proof in either half it fails."""
    false = make_claim(KEY, "false", errors=[1, Z])
    for first, second, true in (
        (HONEST[:3], HONEST[3:], True),
        ([*HONEST[:3], false], HONEST[3:], False),
        (HONEST[:3], [*HONEST[3:], false], False),
    ):
        batch, other = new_batch(expected=expected), new_batch(expected=expected)
        add_claims(batch, TOY, first)
        add_claims(other, TOY, second)
        batch.merge(other)
        assert passes(batch.finish) is true


def test_inverse_errors_do_not_cancel_across_a_merge() -> None:
    """Errors z and 1/z in two batches fail when merged; with equal coefficients on both sides they would pass."""
    claims = [make_claim(KEY, "z", errors=[Z]), make_claim(KEY, "1/z", errors=[pow(Z, -1, TOY_256.p)])]
    for sources, accepted in (
        ((secrets.token_bytes, secrets.token_bytes), False),
        ((seeded("same"), seeded("same")), True),
    ):
        batch, other = (new_batch(random=source) for source in sources)
        add_claims(batch, TOY, claims[:1])
        add_claims(other, TOY, claims[1:])
        batch.merge(other)
        assert passes(batch.finish) is accepted


def test_few_numbers_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers go into the buckets whenever many wait, of both kinds together; what is false then is still found."""
    monkeypatch.setattr(verifier_module, "_WAITING_NUMBERS", 20)
    wrong = make_claim(KEY, "wrong", value=2, maximum=2, errors=[Z])
    for claims in (HONEST, [wrong, *HONEST[1:]], [*HONEST[:5], wrong]):
        batch, waiting = new_batch(), []
        for claim in claims:
            add_claims(batch, TOY, [claim])
            waiting.append((batch._components.waiting, batch._commitments.waiting))

        # two components and six commitments each; with the third claim there are 24
        assert waiting == [(2, 6), (4, 12), (0, 0)] * 2
        assert passes(batch.finish) is (wrong not in claims)


def test_a_batch_ends_once() -> None:
    """After its verdict, or after it was merged into another, a batch takes nothing and says nothing more."""
    merged, ended = new_batch(), new_batch()
    add_claims(ended, TOY, [make_claim(KEY, "false", errors=[Z])])
    new_batch().merge(merged)
    with pytest.raises(VerificationError):
        ended.finish()
    for batch in (merged, ended):
        with pytest.raises(ValueError, match="ended"):
            batch.finish()
        with pytest.raises(ValueError, match="ended"):
            add_claims(batch, TOY, HONEST[:1])
        with pytest.raises(ValueError, match="ended"):
            batch.merge(new_batch())
        with pytest.raises(ValueError, match="ended"):
            new_batch().merge(batch)


def test_only_batches_of_one_kind_merge(toy_key: ElGamalKey) -> None:
    """A batch of another vote key or plan, and the batch itself, are refused and stay open."""
    batch, wider = new_batch(), new_batch(expected=10**6)
    for other, message in (
        (new_batch(toy_key), "different vote keys or plans"),
        (wider, "different vote keys or plans"),
        (batch, "merged with itself"),
    ):
        with pytest.raises(ValueError, match=message):
            batch.merge(other)
    wider.finish()
    batch.finish()


def test_parts_of_another_group_are_refused() -> None:
    """A vote key of another group is refused at once, a claim of another group before it touches anything."""
    other = Group(TOY_64)
    with pytest.raises(ValueError, match="different groups"):
        BatchVerifier(other, KEY.public_key, secrets.token_bytes, 1)
    foreign = make_claim(ElGamalKey.precompute(other.generator**5, 4), "foreign")
    batch = new_batch()
    with pytest.raises(ValueError, match="different groups"):
        batch.add(foreign.h_i, foreign.context, foreign.alpha, foreign.beta, foreign.proof, 1, b"")
    batch.finish()
