"""Any k valid partial decryptions give the tally; a wrong one is refused by name."""

import hmac
from dataclasses import dataclass, replace
from itertools import combinations

import pytest

from evote.core.decryption_proof import (
    PartialDecryption,
    combine,
    prove_partial_decryption,
    verify_partial_decryption,
)
from evote.core.discrete_log import DiscreteLog
from evote.core.elgamal import Ciphertext, ElGamalKey, encrypt
from evote.core.group import Element, Group, SecretScalar
from evote.core.polynomial import make_polynomial, share_verification_key
from evote.errors import VerificationError
from tests.core.randomness import prepared, seeded
from tests.core.toy_groups import TOY_256

TOY = Group(TOY_256)
H_E = b"\x0e" * 32


@dataclass(frozen=True)
class Ceremony:
    """The result of a key ceremony of n trustees."""

    public_key: Element
    shares: dict[int, SecretScalar]
    share_keys: dict[int, Element]


def ceremony(group: Group, n: int, k: int) -> Ceremony:
    """Run the arithmetic of a ceremony."""
    polynomials = [make_polynomial(group, k, seeded(f"{n},{k},{j}")) for j in range(n)]
    commitments = [polynomial.commitments(group) for polynomial in polynomials]
    values = {i: [polynomial.evaluate(i) for polynomial in polynomials] for i in range(1, n + 1)}
    return Ceremony(
        public_key=group.product(row[0] for row in commitments),
        shares={i: sum(row[1:], row[0]) for i, row in values.items()},
        share_keys={i: share_verification_key(commitments, i) for i in values},
    )


@pytest.mark.parametrize(("n", "k"), [(1, 1), (3, 2), (5, 3), (4, 4)])
def test_every_set_of_enough_trustees_decrypts(n: int, k: int) -> None:
    """Every set of k or more trustees finds the tally, every smaller set finds something else."""
    keys = ceremony(TOY, n, k)
    ciphertext = encrypt(ElGamalKey.precompute(keys.public_key, 4), 42, TOY.secret_scalar(1357))
    values = {i: TOY.power(ciphertext.alpha, share) for i, share in keys.shares.items()}
    for size in range(1, n + 1):
        for subset in combinations(values, size):
            decrypted = combine(TOY, ciphertext, {i: values[i] for i in subset})
            assert (decrypted == keys.public_key**42) == (size >= k)


def test_proved_decryption_in_the_real_group(standard: Group) -> None:
    """Two of three trustees prove and decrypt a tally of 12345 in the real group."""
    keys = ceremony(standard, 3, 2)
    nonce = standard.secret_scalar(24680)
    ciphertext = Ciphertext(
        alpha=standard.power(standard.generator, nonce),
        beta=standard.power(keys.public_key, nonce) * keys.public_key**12345,
    )
    partials = {}
    for i in (1, 3):
        partial = prove_partial_decryption(
            standard, H_E, 1, 2, 3, i, keys.shares[i], keys.share_keys[i], ciphertext, seeded(f"u {i}")
        )
        verify_partial_decryption(standard, H_E, 1, 2, 3, i, keys.share_keys[i], ciphertext, partial)
        partials[i] = partial.value

    assert DiscreteLog(standard, keys.public_key, 20000).solve(combine(standard, ciphertext, partials)) == 12345


def test_rehearsal_has_indices_zero() -> None:
    """Contest, option and unit may be 0, the trustee may not."""
    keys = ceremony(TOY, 1, 1)
    ciphertext = Ciphertext(alpha=TOY.generator**5, beta=keys.public_key**6)
    partial = prove_partial_decryption(
        TOY, H_E, 0, 0, 0, 1, keys.shares[1], keys.share_keys[1], ciphertext, seeded("rehearsal")
    )
    verify_partial_decryption(TOY, H_E, 0, 0, 0, 1, keys.share_keys[1], ciphertext, partial)


def test_challenge_covers_what_the_protocol_says(standard: Group) -> None:
    """c is the HMAC over 0x80, the four indices, Z_i, A, B, M_i, a, b in the fixed widths, written out by hand."""
    g, z, u = standard.generator, 1234567, 7654321
    ciphertext = Ciphertext(alpha=g**11, beta=g**13)
    partial = prove_partial_decryption(
        standard, H_E, 1, 2, 3, 4, standard.secret_scalar(z), g**z, ciphertext, prepared((u,))
    )
    elements = (g**z, g**11, g**13, g ** (11 * z), g**u, g ** (11 * u))
    data = bytes.fromhex("8000000001000000020000000300000004")
    data += b"".join(int(x.value).to_bytes(512, "big") for x in elements)
    challenge = int.from_bytes(hmac.digest(H_E, data, "sha256"), "big") % standard.order

    assert partial.value == g ** (11 * z)
    assert partial.challenge.value == challenge
    assert partial.response.value == (u - challenge * z) % standard.order


@dataclass(frozen=True)
class Case:
    """What a verifier of a partial decryption is given."""

    h_e: bytes
    contest: int
    option: int
    unit: int
    trustee: int
    share_key: Element
    ciphertext: Ciphertext
    partial: PartialDecryption


KEYS = ceremony(TOY, 3, 2)
CIPHERTEXT = Ciphertext(alpha=TOY.generator**77, beta=KEYS.public_key**80)
PARTIAL = prove_partial_decryption(TOY, H_E, 1, 2, 3, 2, KEYS.shares[2], KEYS.share_keys[2], CIPHERTEXT, seeded("u"))
CASE = Case(H_E, 1, 2, 3, 2, KEYS.share_keys[2], CIPHERTEXT, PARTIAL)
ONE = TOY.scalar(1)
TAMPERED: dict[str, Case] = {
    "other election": replace(CASE, h_e=b"\x0f" * 32),
    "other contest": replace(CASE, contest=2),
    "other option": replace(CASE, option=1),
    "other unit": replace(CASE, unit=1),
    "contest and option exchanged": replace(CASE, contest=2, option=1),
    "other trustee": replace(CASE, trustee=1),
    "share key of another trustee": replace(CASE, share_key=KEYS.share_keys[1]),
    "A": replace(CASE, ciphertext=replace(CIPHERTEXT, alpha=CIPHERTEXT.alpha * TOY.generator)),
    "B": replace(CASE, ciphertext=replace(CIPHERTEXT, beta=CIPHERTEXT.beta * TOY.generator)),
    "M_i": replace(CASE, partial=replace(PARTIAL, value=PARTIAL.value * TOY.generator)),
    "challenge": replace(CASE, partial=replace(PARTIAL, challenge=PARTIAL.challenge + ONE)),
    "response": replace(CASE, partial=replace(PARTIAL, response=PARTIAL.response + ONE)),
}


def verify(case: Case) -> None:
    """Run the verifier."""
    verify_partial_decryption(
        TOY,
        case.h_e,
        case.contest,
        case.option,
        case.unit,
        case.trustee,
        case.share_key,
        case.ciphertext,
        case.partial,
    )


@pytest.mark.parametrize("name", TAMPERED)
def test_every_part_is_bound(name: str) -> None:
    """Changing place, trustee, ciphertext, M_i or proof is refused, and the message names the trustee."""
    verify(CASE)
    with pytest.raises(VerificationError) as caught:
        verify(TAMPERED[name])

    assert caught.value.code == "verification.partial_decryption"
    assert f"trustee {TAMPERED[name].trustee}" in caught.value.message


def test_a_wrong_share_cannot_be_proved() -> None:
    """A trustee who decrypts with another share than the committed one is refused."""
    partial = prove_partial_decryption(
        TOY, H_E, 1, 2, 3, 2, KEYS.shares[1], KEYS.share_keys[2], CIPHERTEXT, seeded("wrong")
    )
    with pytest.raises(VerificationError) as caught:
        verify(replace(CASE, partial=partial))

    assert caught.value.code == "verification.partial_decryption"


def test_combining_nothing_is_refused() -> None:
    """Without any partial decryption there is no result."""
    with pytest.raises(ValueError, match="at least one trustee"):
        combine(TOY, CIPHERTEXT, {})
