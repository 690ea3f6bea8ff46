"""Key shares reach their receiver and nobody else, and a wrong share can be shown to everybody."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from evote.core.group import Element, Group, Scalar
from evote.core.hashed_elgamal import (
    ComplaintEvidence,
    EncryptedShare,
    decrypt_share,
    encrypt_share,
    open_share_with_beta,
    prove_complaint,
    verify_complaint,
    verify_encrypted_share,
)
from evote.core.polynomial import commitment_value, make_polynomial
from evote.core.secret import SecretScalar
from evote.errors import EncodingError, VerificationError
from tests.core.randomness import prepared, seeded
from tests.core.toy_groups import TOY_256

TOY = Group(TOY_256)
H_P, H_B = b"\x01" * 32, b"\x02" * 32
ZETA = TOY.secret_scalar(987654321)
KAPPA = TOY.power(TOY.generator, ZETA)
SHARE, DATA_SHARE = TOY.secret_scalar(1111), TOY.secret_scalar(2222)
ENCRYPTED = encrypt_share(TOY, H_P, 1, 2, KAPPA, SHARE, DATA_SHARE, seeded("share"))
ONE = TOY.scalar(1)


def test_shares_arrive(standard: Group) -> None:
    """The receiver decrypts both shares, in the test group and in the real one, at the edges of Z_q too."""
    for group in (TOY, standard):
        zeta = group.secret_scalar(13579)
        kappa = group.power(group.generator, zeta)
        for first, second in ((0, group.order - 1), (group.order - 1, 1)):
            shares = group.secret_scalar(first), group.secret_scalar(second)
            encrypted = encrypt_share(group, H_P, 1, 2, kappa, *shares, seeded("arrive"))
            verify_encrypted_share(group, H_P, 1, 2, encrypted)
            assert decrypt_share(group, H_P, 1, 2, zeta, encrypted) == shares


def test_another_receiver_reads_nothing() -> None:
    """With another communication secret the masks are wrong, and what comes out lies outside Z_q of the test group."""
    with pytest.raises(VerificationError) as caught:
        decrypt_share(TOY, H_P, 1, 2, TOY.secret_scalar(5), ENCRYPTED)

    assert caught.value.code == "verification.share_out_of_range"


TAMPERED: dict[str, tuple[bytes, int, int, EncryptedShare]] = {
    "other parameters": (H_B, 1, 2, ENCRYPTED),
    "other sender": (H_P, 3, 2, ENCRYPTED),
    "other receiver": (H_P, 1, 3, ENCRYPTED),
    "exchanged": (H_P, 2, 1, ENCRYPTED),
    "C0": (H_P, 1, 2, replace(ENCRYPTED, c0=ENCRYPTED.c0 * TOY.generator)),
    "C1, first share": (H_P, 1, 2, replace(ENCRYPTED, c1=bytes((ENCRYPTED.c1[0] ^ 1,)) + ENCRYPTED.c1[1:])),
    "C1, second share": (H_P, 1, 2, replace(ENCRYPTED, c1=ENCRYPTED.c1[:-1] + bytes((ENCRYPTED.c1[-1] ^ 1,)))),
    "challenge": (H_P, 1, 2, replace(ENCRYPTED, challenge=ENCRYPTED.challenge + ONE)),
    "response": (H_P, 1, 2, replace(ENCRYPTED, response=ENCRYPTED.response + ONE)),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_share_proof_binds_every_part(name: str) -> None:
    """Changing any part of an encrypted share fails its proof, for everybody and for the receiver."""
    h_p, sender, receiver, encrypted = TAMPERED[name]
    with pytest.raises(VerificationError) as caught:
        verify_encrypted_share(TOY, h_p, sender, receiver, encrypted)
    assert caught.value.code == "verification.share_proof"
    with pytest.raises(VerificationError) as caught:
        decrypt_share(TOY, h_p, sender, receiver, ZETA, encrypted)
    assert caught.value.code == "verification.share_proof"


@pytest.mark.parametrize("size", [0, 63, 65, 32])
def test_masked_shares_have_64_bytes(size: int) -> None:
    """C1 of another width does not become a record."""
    with pytest.raises(EncodingError) as caught:
        replace(ENCRYPTED, c1=bytes(size))

    assert caught.value.code == "encoding.wrong_width"


@pytest.mark.parametrize("position", [0, 1])
@pytest.mark.parametrize("excess", [0, 1])
def test_shares_of_q_and_above_are_refused(position: int, excess: int) -> None:
    """A dishonest sender who encrypts q or q + 1 is noticed by the receiver and, by beta, by everybody."""
    values = [TOY.secret_scalar(1), TOY.secret_scalar(1)]
    # A scalar of a wider order lets the sender put any number in.
    values[position] = SecretScalar(TOY.order + excess, 1 << 200)
    encrypted = encrypt_share(TOY, H_P, 1, 2, KAPPA, values[0], values[1], seeded("excess"))
    verify_encrypted_share(TOY, H_P, 1, 2, encrypted)
    evidence = prove_complaint(TOY, H_B, 1, 2, ZETA, encrypted.c0, seeded("complaint"))
    openings: tuple[Callable[[], object], ...] = (
        lambda: decrypt_share(TOY, H_P, 1, 2, ZETA, encrypted),
        lambda: open_share_with_beta(TOY, H_P, 1, 2, KAPPA, encrypted, evidence.beta),
    )
    for opening in openings:
        with pytest.raises(VerificationError) as caught:
            opening()
        assert caught.value.code == "verification.share_out_of_range"


def test_complaint_convicts_a_wrong_share() -> None:
    """Anyone opens the disputed share and sees that it does not fit the sender's commitments."""
    polynomial = make_polynomial(TOY, 3, seeded("polynomial"))
    commitments = polynomial.commitments(TOY)
    right, wrong = polynomial.evaluate(2), polynomial.evaluate(2) + ONE
    for share, honest in ((right, True), (wrong, False)):
        encrypted = encrypt_share(TOY, H_P, 1, 2, KAPPA, share, DATA_SHARE, seeded("dispute"))
        evidence = prove_complaint(TOY, H_B, 1, 2, ZETA, encrypted.c0, seeded("evidence"))
        verify_complaint(TOY, H_B, 1, 2, KAPPA, encrypted.c0, evidence)
        opened, data_opened = open_share_with_beta(TOY, H_P, 1, 2, KAPPA, encrypted, evidence.beta)

        assert opened.value == share.expose()
        assert data_opened.value == DATA_SHARE.expose()
        assert (TOY.generator**opened == commitment_value(commitments, 2)) == honest


def test_complaint_in_the_real_group(standard: Group) -> None:
    """A complaint is proved and verified in the real group."""
    zeta = standard.secret_scalar(97531)
    c0 = standard.generator**2468
    evidence = prove_complaint(standard, H_B, 1, 2, zeta, c0, seeded("real"))
    verify_complaint(standard, H_B, 1, 2, standard.power(standard.generator, zeta), c0, evidence)

    assert evidence.beta == c0**97531


def test_complaint_challenge_covers_what_the_protocol_says(standard: Group) -> None:
    """c is the HMAC over 0x81, i, l, kappa_l, C0, beta, a, b in the fixed widths, written out by hand."""
    zeta, u = standard.secret_scalar(97531), 86420
    g, c0 = standard.generator, standard.generator**2468
    evidence = prove_complaint(standard, H_B, 1, 2, zeta, c0, prepared((u,)))
    elements = (g**97531, c0, c0**97531, g**u, c0**u)
    data = b"\x81\0\0\0\x01\0\0\0\x02" + b"".join(int(x.value).to_bytes(512, "big") for x in elements)
    challenge = int.from_bytes(hmac.digest(H_B, data, "sha256"), "big") % standard.order

    assert evidence.challenge.value == challenge
    assert evidence.response.value == (u - challenge * 97531) % standard.order


@dataclass(frozen=True)
class Complaint:
    """What a verifier of a complaint is given."""

    h_b: bytes
    sender: int
    receiver: int
    receiver_key: Element
    c0: Element
    evidence: ComplaintEvidence


EVIDENCE = prove_complaint(TOY, H_B, 1, 2, ZETA, ENCRYPTED.c0, seeded("evidence"))
HONEST = Complaint(H_B, 1, 2, KAPPA, ENCRYPTED.c0, EVIDENCE)


def shifted(scalar: Scalar) -> Scalar:
    """Return another scalar."""
    return scalar + ONE


FALSE_COMPLAINTS: dict[str, Complaint] = {
    "other election": replace(HONEST, h_b=H_P),
    "other sender": replace(HONEST, sender=3),
    "other receiver": replace(HONEST, receiver=3),
    "other communication key": replace(HONEST, receiver_key=KAPPA * TOY.generator),
    "other share": replace(HONEST, c0=ENCRYPTED.c0 * TOY.generator),
    "other beta": replace(HONEST, evidence=replace(EVIDENCE, beta=EVIDENCE.beta * TOY.generator)),
    "challenge": replace(HONEST, evidence=replace(EVIDENCE, challenge=shifted(EVIDENCE.challenge))),
    "response": replace(HONEST, evidence=replace(EVIDENCE, response=shifted(EVIDENCE.response))),
}


@pytest.mark.parametrize("name", FALSE_COMPLAINTS)
def test_false_complaints_are_refused(name: str) -> None:
    """Nobody can blame a sender with a beta that is not C0^zeta, or move evidence elsewhere."""
    case = FALSE_COMPLAINTS[name]
    verify_complaint(TOY, H_B, 1, 2, KAPPA, ENCRYPTED.c0, EVIDENCE)
    with pytest.raises(VerificationError) as caught:
        verify_complaint(TOY, case.h_b, case.sender, case.receiver, case.receiver_key, case.c0, case.evidence)

    assert caught.value.code == "verification.complaint_proof"
