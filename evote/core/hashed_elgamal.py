"""Encryption of key shares from one guardian to another, and evidence when a share is wrong.

*Spec*: section 3.2, equations 16 and 22 (share encryption, key derivation, proof). The complaint is ours
(docs/protocol.md section 6).
*Idea*: beta = kappa_l^xi is a Diffie-Hellman value; two keys derived from it by HMAC in counter mode (NIST SP
800-108) mask the two shares; a Schnorr proof of the nonce binds the ciphertext to its sender. A receiver who finds a
wrong share publishes beta with a Chaum-Pedersen proof that beta = C0^zeta: anyone can then open that one share, and
zeta stays secret.
*Invariants*: shares are b(P_i(l), 32) || b(P-hat_i(l), 32); decoded values are below q; C0 is an element by type.
*Cost*: encrypt 3 powers, verify 2, decrypt 3; prove a complaint 3, verify it 4.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from evote.core.group import Element, Group, Scalar, SecretScalar
from evote.core.hashing import (
    HASH_SIZE,
    Tag,
    encode_element,
    encode_index,
    encode_label,
    encode_raw,
    hash_bytes,
    hash_scalar,
)
from evote.core.random_source import RandomBytes
from evote.core.secret import SecretBytes
from evote.errors import VerificationError

C1_SIZE = 2 * HASH_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedShare:
    """Hold (C0, C1, C2 = (challenge, response)); C1 masks both shares of one sender for one receiver.

    Raises EncodingError `encoding.wrong_width` unless C1 has 64 bytes.
    """

    c0: Element
    c1: bytes
    challenge: Scalar
    response: Scalar

    def __post_init__(self) -> None:
        """Refuse a C1 of another width."""
        encode_raw(self.c1, C1_SIZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintEvidence:
    """Hold beta = C0^zeta and the proof (challenge, response) that it belongs to kappa = g^zeta."""

    beta: Element
    challenge: Scalar
    response: Scalar


def encrypt_share(
    group: Group,
    h_p: bytes,
    sender: int,
    receiver: int,
    receiver_key: Element,
    share: SecretScalar,
    data_share: SecretScalar,
    random: RandomBytes,
) -> EncryptedShare:
    """Encrypt P_i(l) and P-hat_i(l) (secret) of guardian i = `sender` to guardian l = `receiver` with key kappa_l."""
    xi = group.random_scalar(random)
    # C0 = alpha = g^xi,  beta = kappa_l^xi
    c0 = group.power(group.generator, xi)
    beta = group.power(receiver_key, xi)
    keys = _share_keys(h_p, sender, receiver, receiver_key, c0, beta)
    # C1 = (b(P_i(l), 32) xor k_1) || (b(P-hat_i(l), 32) xor k_2)
    shares = share.expose().to_bytes(HASH_SIZE, "big") + data_share.expose().to_bytes(HASH_SIZE, "big")
    c1 = _xor(shares, keys.expose())
    # gamma = g^u-bar,  v-bar = u-bar - c-bar * xi
    u = group.random_scalar(random)
    c = _share_challenge(group, h_p, sender, receiver, group.power(group.generator, u), c0, c1)
    return EncryptedShare(c0=c0, c1=c1, challenge=c, response=group.scalar((u - c * xi).expose()))


def verify_encrypted_share(group: Group, h_p: bytes, sender: int, receiver: int, encrypted: EncryptedShare) -> None:
    """Check that the sender knew the nonce of the ciphertext; anyone can.

    Raises VerificationError `verification.share_proof`. Says nothing about the shares inside.
    """
    # gamma = g^v-bar * C0^c-bar
    gamma = group.generator**encrypted.response * encrypted.c0**encrypted.challenge
    if _share_challenge(group, h_p, sender, receiver, gamma, encrypted.c0, encrypted.c1) != encrypted.challenge:
        raise VerificationError(
            "verification.share_proof", f"the proof of the share from {sender} to {receiver} does not hold"
        )


def decrypt_share(
    group: Group,
    h_p: bytes,
    sender: int,
    receiver: int,
    communication_secret: SecretScalar,
    encrypted: EncryptedShare,
) -> tuple[SecretScalar, SecretScalar]:
    """Check the proof and decrypt (P_i(l), P-hat_i(l)) with the receiver's communication secret zeta_l.

    Raises VerificationError: `verification.share_proof`, or `verification.share_out_of_range` for a decoded value of
    q and above. Does not compare the shares with the sender's commitments (`polynomial.commitment_value`); the caller
    must.
    """
    verify_encrypted_share(group, h_p, sender, receiver, encrypted)
    receiver_key = group.power(group.generator, communication_secret)
    # beta = C0^zeta_l
    beta = group.power(encrypted.c0, communication_secret)
    return _open(group, h_p, sender, receiver, receiver_key, encrypted, beta)


def prove_complaint(
    group: Group,
    h_b: bytes,
    sender: int,
    receiver: int,
    communication_secret: SecretScalar,
    c0: Element,
    random: RandomBytes,
) -> ComplaintEvidence:
    """Reveal beta = C0^zeta_l of one encrypted share and prove it, so that anyone can open that share.

    This discloses the share that `sender` made for `receiver`, and nothing about other shares.
    """
    kappa = group.power(group.generator, communication_secret)
    beta = group.power(c0, communication_secret)
    # a = g^u,  b = C0^u,  v = u - c * zeta_l
    u = group.random_scalar(random)
    a = group.power(group.generator, u)
    b = group.power(c0, u)
    c = _complaint_challenge(group, h_b, sender, receiver, kappa, c0, beta, a, b)
    return ComplaintEvidence(beta=beta, challenge=c, response=group.scalar((u - c * communication_secret).expose()))


def verify_complaint(
    group: Group,
    h_b: bytes,
    sender: int,
    receiver: int,
    receiver_key: Element,
    c0: Element,
    evidence: ComplaintEvidence,
) -> None:
    """Check that beta = C0^zeta_l for kappa_l = g^zeta_l; raises VerificationError `verification.complaint_proof`.

    Does not say who is right: open the share with `open_share_with_beta` and compare it with the sender's commitments.
    """
    c, v = evidence.challenge, evidence.response
    # a = g^v * kappa_l^c,  b = C0^v * beta^c
    a = group.generator**v * receiver_key**c
    b = c0**v * evidence.beta**c
    if _complaint_challenge(group, h_b, sender, receiver, receiver_key, c0, evidence.beta, a, b) != c:
        raise VerificationError(
            "verification.complaint_proof", f"the complaint of {receiver} about {sender} is not proved"
        )


def open_share_with_beta(
    group: Group,
    h_p: bytes,
    sender: int,
    receiver: int,
    receiver_key: Element,
    encrypted: EncryptedShare,
    beta: Element,
) -> tuple[Scalar, Scalar]:
    """Open a disputed share, now public, with a beta that `verify_complaint` accepted.

    Raises VerificationError `verification.share_out_of_range` for a decoded value of q and above, which proves the
    sender wrong. Does not check the proofs of the share or of the complaint.
    """
    share, data_share = _open(group, h_p, sender, receiver, receiver_key, encrypted, beta)
    return group.scalar(share.expose()), group.scalar(data_share.expose())


def _open(
    group: Group,
    h_p: bytes,
    sender: int,
    receiver: int,
    receiver_key: Element,
    encrypted: EncryptedShare,
    beta: Element,
) -> tuple[SecretScalar, SecretScalar]:
    """Unmask C1 and decode both values."""
    keys = _share_keys(h_p, sender, receiver, receiver_key, encrypted.c0, beta)
    # b(P_i(l), 32) || b(P-hat_i(l), 32) = C1 xor (k_1 || k_2)
    plain = _xor(encrypted.c1, keys.expose())
    # The shares are masked with 32 bytes each in every group; in a test group the leading bytes are zero.
    values = [int.from_bytes(plain[i : i + HASH_SIZE], "big") for i in (0, HASH_SIZE)]
    if any(value >= group.order for value in values):
        raise VerificationError(
            "verification.share_out_of_range", f"the share from {sender} to {receiver} decodes to q or more"
        )
    return SecretScalar(values[0], group.order), SecretScalar(values[1], group.order)


def _share_keys(
    h_p: bytes, sender: int, receiver: int, receiver_key: Element, alpha: Element, beta: Element
) -> SecretBytes:
    """Return the secret k_1 || k_2 of 64 bytes."""
    i, j = encode_index(sender), encode_index(receiver)
    # k_{i,l} = H(H_P; 0x11, i, l, kappa_l, alpha, beta)  (16)
    key = hash_bytes(
        h_p,
        Tag.SHARE_ENCRYPTION_KEY,
        i,
        j,
        encode_element(receiver_key),
        encode_element(alpha),
        encode_element(beta),
    )
    # k_{i,l,c} = HMAC(k_{i,l}, b(c, 1) || "share_enc_keys" || 0x00 || "share_encrypt" || i || l || 0x0200),  c = 1, 2
    context = encode_label("share_enc_keys") + b"\0" + encode_label("share_encrypt") + i + j + b"\x02\x00"
    return SecretBytes(b"".join(hmac.digest(key, bytes((c,)) + context, "sha256") for c in (1, 2)))


def _share_challenge(
    group: Group, h_p: bytes, sender: int, receiver: int, gamma: Element, c0: Element, c1: bytes
) -> Scalar:
    # c-bar_{i,l} = H_q(H_P; 0x12, i, l, gamma, C0, C1)  (22)
    return hash_scalar(
        group,
        h_p,
        Tag.SHARE_ENCRYPTION_PROOF,
        encode_index(sender),
        encode_index(receiver),
        encode_element(gamma),
        encode_element(c0),
        encode_raw(c1, C1_SIZE),
    )


def _complaint_challenge(
    group: Group,
    h_b: bytes,
    sender: int,
    receiver: int,
    receiver_key: Element,
    c0: Element,
    beta: Element,
    a: Element,
    b: Element,
) -> Scalar:
    # c = H_q(H_B; 0x81, i, l, kappa_l, C0, beta, a, b)
    return hash_scalar(
        group,
        h_b,
        Tag.COMPLAINT,
        encode_index(sender),
        encode_index(receiver),
        *map(encode_element, (receiver_key, c0, beta, a, b)),
    )


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(left, right, strict=True))
